-- dnn.progress: loops with a bar, in a terminal and without one.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local program = require "program"

local PRELUDE <const> = "local dnn = require 'dnn' local set = {X = dnn.arange(1, 7):t(), Y = dnn.ones(1, 7)}\n"

local function run(script)
  local out, err, status = program.run_statement(PRELUDE .. script)
  assert.same({"", 0}, {err, status})
  return (out:gsub("in [%d.]+ s", "in T s"))
end

describe("a loop with a progress bar", function()
  it("goes through batches, lists, functions and numbers as they are, with a count before", function()
    local seen = {}
    local function note(...) seen[#seen + 1] = {...} end
    local set = {X = dnn.arange(1, 7):t(), Y = dnn.ones(1, 7)}
    local batches = dnn.data.batches(set, {size = 3, shuffle = false})
    local bar = dnn.progress(batches, {line = false})
    for _ = 1, 2 do -- a bar may be used for every epoch
      seen = {}
      for i, X, Y in bar do note(i, X(1, 1), Y.cols) end
      assert.same({{1, 1, 3}, {2, 4, 3}, {3, 7, 1}}, seen)
    end
    seen = {}
    for i, item in dnn.progress({"a", "b"}, {line = false}) do note(i, item) end
    for i in dnn.progress(2, {line = false}) do note(i) end
    for i, word in dnn.progress(("x y"):gmatch "%a", {line = false}) do note(i, word) end
    for _ in dnn.progress(0, {line = false}) do note "never" end
    assert.same({{1, "a"}, {2, "b"}, {1}, {2}, {1, "x"}, {2, "y"}}, seen)
  end)

  it("prints one line at its end without a terminal, and nothing else", function()
    assert.equal("epoch 1: 3 batches in T s, cost 0.25, lr 0.1\n", run [[
      local bar = dnn.progress(dnn.data.batches(set, {size = 3}), {label = "epoch 1"})
      for i in bar do bar:set{cost = i == 3 and 0.25 or 9.5} if i == 1 then bar:set{lr = 0.1} end end]])
    assert.equal("hello\n2 steps in T s\n", run [[
      local bar = dnn.progress(5)
      for i in bar do if i == 2 then bar:print "hello" elseif i == 3 then break end end
      bar:finish() bar:finish()]])
    assert.equal("4 files in T s\n", run [[for _ in dnn.progress(4, {unit = "files"}) do end]])
    assert.equal("", run [[for _ in dnn.progress(4, {line = false}) do end]])
  end)

  it("refuses to go on after its end, or a loop over it inside of the loop", function()
    local says = "the progress bar was finished, or a loop inside this one has gone through it; make another for that "
      .. "loop"
    for _, inside in ipairs{
      function(bar) bar:finish() end,
      function(bar) for _ in bar do end end, -- luacheck: ignore 542
      function(bar) for _ in bar do break end end, -- luacheck: ignore 512
    } do
      local bar, rounds = dnn.progress(3, {line = false}), 0
      local ok, message = pcall(function()
        for _ in bar do
          rounds = rounds + 1
          assert(rounds < 9, "the outer loop went on")
          inside(bar)
        end
      end)
      assert.is_false(ok)
      assert.matches("^tests/lua/progress_spec.lua:%d+: " .. says .. "$", message)
    end
  end)

  it("refuses what it cannot go through, and unknown options", function()
    assert.has_error(function() dnn.progress("x") end, "progress: what must be batches, a list, an iterator "
      .. "function, or a whole number of steps, got 'x'; usage: dnn.progress(what [, options])")
    assert.has_error(function() dnn.progress(3, {labl = "x"}) end,
      "dnn.progress: unknown option 'labl'; known: label, line, total, unit (did you mean 'label'?)")
    assert.has_error(function() dnn.progress(3):set(5) end, "set: values must be a table of values by name, as in "
      .. "{cost = cost}, got 5; usage: bar:set(values)")
  end)
end)
