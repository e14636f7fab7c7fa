-- run:pr_curve: the curve as TensorBoard's plugin has it, and what dnnview makes of those that others wrote.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local event_file = require "event_file"
local fails = require "fails"
local program = require "program"
local runs = require "runs"

local dnnview <const> = program.quote((os.getenv "DNN_BUILD" or "build") .. "/bin/dnnview")

describe("run:pr_curve", function()
  local folder

  before_each(function() folder = program.path() end)
  after_each(function() program.remove(folder) end)

  -- The six rows by their definition, threshold by threshold.
  local function curve_of(A, Y, thresholds)
    local rows = {{}, {}, {}, {}, {}, {}}
    for k = 1, thresholds do
      local tp, fp, tn, fn = 0, 0, 0, 0
      for i = 1, #A do
        local above = A[i] >= (k - 1) / (thresholds - 1)
        if Y[i] == 1 then
          if above then tp = tp + 1 else fn = fn + 1 end
        else
          if above then fp = fp + 1 else tn = tn + 1 end
        end
      end
      local row = {tp, fp, tn, fn, tp > 0 and tp / (tp + fp) or 0, tp > 0 and tp / (tp + fn) or 0}
      for r = 1, 6 do rows[r][k] = row[r] end
    end
    return rows
  end

  local function check(A, Y, thresholds, options)
    local run <close> = assert(dnn.Run(folder))
    run:pr_curve(7, "pr/cat", dnn.Matrix({A}, {dtype = "float64"}), dnn.Matrix{Y}, options)
    local event = event_file.series(runs.events_of(run), "pr/cat")[7]
    assert.equal("pr_curves", event.plugin)
    assert.same({[2] = {thresholds}}, event.content) -- num_thresholds; version 0 is left out
    assert.same({6, thresholds}, event.tensor.dims)
    for r, row in ipairs(curve_of(A, Y, thresholds)) do
      for k, number in ipairs(row) do
        assert.near(number, event.tensor.numbers[(r - 1) * thresholds + k], 1e-6)
      end
    end
    program.remove(folder)
  end

  it("counts what is at each threshold or above it", function()
    check({0, 0.25, 0.5, 0.75, 1, 0.5}, {0, 0, 1, 1, 1, 0}, 5, {thresholds = 5})
    check({0.3, 0.7}, {1, 1}, 2, {thresholds = 2})
    check({0.3, 0.7}, {0, 0}, 127) -- without positives nothing is divided by 0
    local A, Y, random = {}, {}, dnn.Random(3)
    local numbers = dnn.rand(1, 400, {random = random, dtype = "float64"})
    for i = 1, 400 do
      A[i] = numbers(1, i)
      Y[i] = (A[i] * 7) % 1 < A[i] and 1 or 0
    end
    check(A, Y, 127)
  end)

  it("counts a float32 of a threshold's digits at that threshold", function()
    local run <close> = assert(dnn.Run(folder))
    local A = dnn.linspace(0, 1, 101)
    run:pr_curve(1, "pr", A, dnn.ones(A.rows, A.cols), {thresholds = 101})
    local numbers = event_file.series(runs.events_of(run), "pr")[1].tensor.numbers
    for k = 1, 101 do assert.equal(102 - k, numbers[k]) end
  end)

  it("is drawn and described by dnnview", function()
    local run <close> = assert(dnn.Run(folder))
    run:pr_curve(3, "pr/cat", dnn.Matrix{{0.9, 0.2, 0.6}}, dnn.Matrix{{1, 0, 0}}, {thresholds = 3})
    assert(run:flush())
    local text = program.shell(dnnview .. " --text " .. program.quote(folder))
    assert.matches("threshold, precision, recall:%s+0 0.3333333 1%s+0.5 0.5 1%s+1 nan 0", text)
  end)

  it("teaches who uses it wrongly", function()
    local run <close> = assert(dnn.Run(folder))
    local A, Y = dnn.Matrix{{0.9, 0.2}}, dnn.Matrix{{1, 0}}
    fails("pr/a: probabilities are within 0..1, got 2 at place 2; dnn.sigmoid makes them of logits",
      run.pr_curve, run, 1, "pr/a", dnn.Matrix{{0.5, 2}}, Y)
    fails("got nan at place 1", run.pr_curve, run, 1, "pr/a", dnn.Matrix{{0 / 0, 0}}, Y)
    fails("expected a label for each of the 2 probabilities, got 3", run.pr_curve, run, 1, "pr/a", A, dnn.ones(1, 3))
    fails("thresholds must be a whole number from 2 to 1000, got 1", run.pr_curve, run, 1, "a", A, Y, {thresholds = 1})
    fails("labels are 0 or 1, got nan at place 2", run.pr_curve, run, 1, "a", A, dnn.Matrix{{1, 0 / 0}})
    fails("expected a probability at least, got none", run.pr_curve, run, 1, "a", dnn.zeros(1, 0), dnn.zeros(1, 0))
    fails("unknown option 'threshold'", run.pr_curve, run, 1, "a", A, Y, {threshold = 9})
    fails("Y must be a Matrix", run.pr_curve, run, 1, "a", A)
  end)
end)

describe("six rows that another program logged", function()
  local rows <const> = {{2, 1}, {2, 0}, {0, 2}, {0, 1}, {0.5, 1}, {1, 0.5}}

  local function text_of(records)
    local folder, write = program.folder()
    write("events.out.tfevents.1.a.1.0", records)
    local text = program.shell(dnnview .. " --text --size 120x30 " .. program.quote(folder))
      .. program.shell(dnnview .. " --text " .. program.quote(folder))
    program.remove(folder)
    return text
  end

  it("are a curve when the plugin was named once for the tag", function()
    local later = {{2, 1}, {2, 0}, {0, 2}, {0, 1}, {0.25, 0.75}, {1, 0.5}}
    local text = text_of(event_file.pr_curve("pr/cat", rows) .. event_file.pr_curve("pr/cat", later, 5, true))
    assert.matches("0.25 1%s+1 0.75 0.5", text)
  end)

  it("are not a curve when no plugin was ever named", function()
    local text = text_of(event_file.pr_curve("embedding", rows, 1, true))
    assert.matches("embedding is of a kind that dnnview does not show: tensor", text)
    assert.is_nil(text:find("recall", 1, true))
  end)
end)
