-- The script char_rnn.lua, run as a user would run it, on a text that is easy to learn.
package.path = "tests/lua/?.lua;" .. package.path
local program = require "program"

local folder, write = program.folder()
local SMALL <const> = "--batch 4 --length 16 --hidden 24 --lr 0.01"

setup(function() write("text", ("the quick brown fox jumps over the lazy dog.\n"):rep(120)) end)
teardown(function() program.remove(folder) end)

local function run(arguments)
  local out, err, status = program.run(("scripts/char_rnn.lua '%s/text' %s"):format(folder, arguments))
  assert.equal("", err)
  assert.equal(0, status)
  return out
end

describe("char_rnn.lua", function()
  it("learns a text, says how well, writes samples and keeps a checkpoint that writes more", function()
    local out = run(("%s --epochs 5 --save '%s/kept'"):format(SMALL, folder))
    assert.matches("^5400 characters, 29 different ones; 75 steps an epoch; %d+ parameters\n\nepoch  1, %d+ s: ", out)
    assert.is_true(tonumber(out:match "epoch  5.-held out ([%d.]+)") < 0.2, out)
    assert.matches("\n    .*the .*\n", out)
    local sample = run(("%s --load '%s/kept' --sample 60 --prime 'the quick ' --temperature 0.1"):format(SMALL, folder))
    assert.equal("the quick brown fox jumps over the lazy dog.\nthe quick brown fox jumps\n", sample)
  end)

  it("has any of the cells, several layers, and the same numbers on one thread and on two", function()
    for _, cell in ipairs{"GRU", "RNN"} do
      local arguments = ("%s --cell %s --layers 2 --dropout 0.1 --epochs 1"):format(SMALL, cell)
      local function costs(more) return run(arguments .. more):match ": ([%d.]+ nats .-)\n" end
      assert.equal(costs " --threads 1", costs " --threads 2")
    end
  end)

  it("says what it cannot do", function()
    local function fails(message, arguments)
      local _, err, status = program.run("scripts/char_rnn.lua " .. arguments)
      assert.is_true(status == 1 or status == 2)
      assert.matches("^char_rnn.lua: " .. message, err)
    end
    fails("/no/such/file: No such file", "/no/such/file")
    fails(".*text is too short for 300 streams", ("'%s/text' --batch 300"):format(folder))
    fails("%-%-prime: the text has no character 'X'", ("'%s/text' %s --sample 1 --prime X"):format(folder, SMALL))
    fails("dropout must be", ("'%s/text' --dropout much"):format(folder))
  end)
end)
