-- The script transformer.lua, run as a user would run it, on a text of the test's own.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local program = require "program"

local folder, write = program.folder()
local small = "--layers 1 --heads 2 --channels 16 --context 16 --every 30 --write 60"

setup(function()
  write("abc", ("abcdefgh. hgfedcba!\n"):rep(200))
end)

teardown(function()
  program.remove(folder)
end)

local function run(arguments, status)
  local out, err, got = program.run("scripts/transformer.lua " .. arguments)
  assert.equal(status or 0, got, err)
  if not status then assert.equal("", err) end
  return out, err
end

local function held_out(out)
  return tonumber(out:match "loss on the held%-out text: ([%d.]+)\n")
end

it("learns a text, writes like it, and keeps its weights", function()
  local out = run(("'%s/abc' --steps 150 --lr 0.01 %s --save '%s/gpt'"):format(folder, small, folder))
  assert.matches("^4000 characters, 12 different ones; the last 400 are held out\n%d+ parameters\n", out)
  assert.matches("\nstep 150: loss [%d.]+, held out [%d.]+\n", out)
  assert.is_true(held_out(out) < 0.5, out)
  local written = out:match "held%-out text: [%d.]+\n(.*)$"
  assert.is_truthy(written:find "bcdefg" or written:find "gfedcb", out)
  assert.is_truthy(assert(dnn.load(folder .. "/gpt"))["2.self_attn.in_proj_weight"])
  local again = run(("'%s/abc' --steps 0 %s --load '%s/gpt'"):format(folder, small, folder))
  assert.equal(held_out(out), held_out(again))
end)

it("gives the same numbers for the same seed on one thread and on two", function()
  local function trained(arguments)
    return (run(("'%s/abc' --steps 30 %s %s"):format(folder, small, arguments)):gsub("[%d.]+ seconds", ""))
  end
  local expected = trained "--threads 1"
  assert.equal(expected, trained "--threads 2")
  assert.not_equal(expected, trained "--threads 2 --seed 2")
end)

it("says what is wrong with its options and its text", function()
  local _, err = run(("'%s/abc' --heads 3"):format(folder), 2)
  assert.matches("%-%-heads must divide %-%-channels", err)
  _, err = run(("'%s/none'"):format(folder), 1)
  assert.matches("none: No such file", err)
  write("short", "too short")
  _, err = run(("'%s/short'"):format(folder), 1)
  assert.matches("is too short: 9 characters", err)
end)
