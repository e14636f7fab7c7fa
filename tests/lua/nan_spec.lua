-- NaN as texts have it: C's formats give some a sign, which means nothing.
package.path = "tests/lua/?.lua;" .. package.path
require "dnn"
local numeral = require "dnn.numeral"
local program = require "program"

describe("NaN is written without a sign", function()
  it("where a number becomes a text", function()
    for _, x in ipairs{0/0, -(0/0)} do assert.equal("nan", numeral("%.4g", x)) end
    assert.same({"0.25", "-inf"}, {numeral("%.4g", 0.25), numeral("%.4g", -math.huge)})
  end)

  it("in the line of a progress bar, in messages and in results", function()
    local out, err = program.run_statement [[
      local dnn = require "dnn"
      local random, Y = dnn.Random(1), dnn.Matrix{{1, 2}}
      for _, x in ipairs{0/0, -(0/0)} do
        local bar = dnn.progress(1)
        for _ in bar do bar:set{cost = x} end
        print(select(2, pcall(dnn.Run, nil, {every = x})))
        print(select(2, pcall(random.uniform, random, x, 1)))
        print(dnn.evaluate(dnn.Sequential{dnn.Linear(1, 1)}, {X = dnn.full(1, 2, x), Y = Y}, {loss = dnn.MSELoss()}))
      end]]
    assert.is_nil(out:find("-nan", 1, true), out)
    local _, count = out:gsub("nan", "")
    assert.is_true(count >= 6, out .. err)
  end)
end)
