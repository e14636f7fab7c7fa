-- What is said about mistakes that a function of the module meets in the middle of its work: with the line that called
-- it.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local mistakes = dofile "tests/lua/mistakes.lua"
local program = require "program"

describe("a mistake that a training meets:", function()
  local net = dnn.Sequential{dnn.Linear(3, 2)}
  local folder
  local set = {X = dnn.randn(3, 8), Y = dnn.randn(2, 8)}

  setup(function() folder = program.folder() end)
  teardown(function() program.remove(folder) end)

  local function parts(more)
    local options = {net = net, data = set, loss = dnn.MSELoss(), epochs = 1, progress = false}
    for name, value in pairs(more) do options[name] = value end
    return options
  end
  local function calling(f) return setmetatable({}, {__call = f}) end
  local rows = "network: layer 1, Linear(3 -> 2): needs 3 rows (features), X is 4 x 8; columns are examples, and "
    .. "in_features is the number of rows"
  local wide, tall = {X = dnn.randn(4, 8), Y = set.Y}, {X = set.X, Y = dnn.randn(3, 8)}
  local shapes = "MSELoss: A is 2 x 8, Y is 3 x 8; they need the same shape"

  mistakes(it, {
    {"X with other rows", function() dnn.fit(parts{data = wide}) end, rows},
    {"Y with other rows", function() dnn.fit(parts{data = tall}) end, shapes},
    {"validation with other rows", function() dnn.fit(parts{validation = wide}) end, rows},
    {"a loss that returns a number", function() dnn.fit(parts{loss = function() return 5 end}) end,
      "dnn.fit: the loss must return a Matrix of 1 x 1, computed from A, it returned 5; a mean or sum makes one"},
    {"a loss that is not computed from A", function()
      dnn.fit(parts{loss = function(_, Y) return Y:sum() * dnn.ones(1, 1) end})
    end, "dnn.fit: what the loss returned does not depend on A, or was computed in dnn.no_grad"},
    {"batches that give a number", function() dnn.fit(parts{data = calling(function() return 5 end)}) end,
      "dnn.fit: the batches gave 5 for X; expected a Matrix"},
    {"batches that give no labels", function() dnn.fit(parts{data = calling(function() return set.X end)}) end,
      "dnn.fit: the batches gave nil for Y; expected a Matrix"},
    {"a checkpoint's option", function() dnn.fit(parts{run = folder .. "/a", checkpoint = {every = 0}}) end,
      "Run: checkpoint: every must be a whole number of steps, 1 or more, got 0"},
    {"a checkpoint's part", function() dnn.fit(parts{run = folder .. "/b", checkpoint = {mine = 0}}) end,
      "Run: checkpoint: 'mine' must be an object with a state (a network, an optimiser, batches, a dnn.Random, a "
        .. "Matrix, or anything with the methods state_dict and load_state_dict), or an option (best, every, keep, "
        .. "minutes, mode), got 0"},
    {"a best checkpoint by no curve", function()
      dnn.fit(parts{run = folder .. "/b", metrics = {"accuracy"}, validation = 4, checkpoint = {best = "accuracy"},
        on_epoch = function() end})
    end, "dnn.fit: checkpoint: best: there is no curve 'accuracy'; there are: accuracy/train, accuracy/validation, "
      .. "cost/train, cost/validation"},
    {"a best checkpoint by what nothing logs", function()
      dnn.fit(parts{run = folder .. "/b", checkpoint = {best = "val_loss"}})
    end, "dnn.fit: checkpoint: best: there is no curve 'val_loss'; there are: cost/train"},
    {"batches of its own, with checkpoints", function()
      dnn.fit(parts{run = folder .. "/c", data = calling(function() end)})
    end, "dnn.fit: data: yours has no methods state_dict and load_state_dict, which checkpoints need; add them, or "
      .. "give checkpoint = false"},
    {"an empty name of a run", function() dnn.fit(parts{run = ""}) end,
      "Run: expected the name of a folder, got ''; give nil to keep nothing"},
    {"a zero byte in the name of a run", function() dnn.fit(parts{run = folder .. "/d\0e"}) end,
      "Run: the name of the folder holds a zero byte"},
    {"a zero byte in a path", function() dnn.system.make_folder "d\0e" end,
      "make_folder: path must be a string without zero bytes, got 'd\\0e'"},
    {"a plateau's schedule at each step", function()
      local optimiser = dnn.optim.SGD(net:parameters(), {lr = 0.1})
      dnn.fit(parts{optimiser = optimiser, schedule = dnn.optim.ReduceLROnPlateau(optimiser), schedule_every = "step"})
    end, "dnn.fit: ReduceLROnPlateau follows cost, which is known after an epoch; leave out schedule_every = \"step\""},
  })

  mistakes(it, {
    {"an evaluation's X with other rows", function() dnn.evaluate(net, wide, {loss = dnn.MSELoss()}) end, rows},
    {"an evaluation's Y with other rows", function() dnn.evaluate(net, tall, {loss = dnn.MSELoss()}) end, shapes},
    {"an evaluation's loss that returns a text", function()
      dnn.evaluate(net, set, {loss = function() return "x" end})
    end, "dnn.evaluate: the loss must return a Matrix of 1 x 1, computed from A, it returned 'x'; a mean or sum makes "
      .. "one"},
    {"an evaluation of what is no network", function() dnn.evaluate({}, set, {loss = dnn.MSELoss()}) end,
      "evaluate: net must be a network, got table"},
    {"an evaluation of batches without labels", function()
      dnn.evaluate(net, calling(function(_, _, last) return not last and set.X or nil end), {loss = dnn.MSELoss()})
    end, "dnn.evaluate: the batches gave nil for Y; expected a Matrix"},
    {"a prediction of X with other rows", function() dnn.predict(net, wide.X) end, rows},
    {"a prediction by what is no network", function() dnn.predict({}, set) end,
      "predict: net must be a network, got table"},
    {"a network's own prediction", function() net:predict(wide.X) end, rows},
    {"a jacobian of a number", function() dnn.jacobian(function() return 5 end, set.X) end,
      "jacobian: the function must return a Matrix, it returned 5"},
    {"a hessian of a matrix", function() dnn.hessian(function(A) return A end, set.X) end,
      "hessian: the function must return a Matrix 1 x 1, it returned one of 3 x 8; reduce it, with :sum()"},
    {"a set for a loader's state", function() dnn.data.Loader(set):load_state_dict(5) end,
      "the loader: load_state_dict: expected a table as from state_dict, got 5"},
  })

  it("names the line of a function of the script's own where that made the mistake", function()
    local line
    local function mistaken()
      line = debug.getinfo(1, "l").currentline + 1
      net:forward(dnn.ones(4, 8))
    end
    for _, name in ipairs{"on_batch", "on_epoch", "loss"} do
      local ok, message = pcall(dnn.fit, parts{[name] = mistaken})
      assert.is_false(ok)
      assert.equal(("tests/lua/mistakes_fit_spec.lua:%d: %s"):format(line, rows), message)
    end
  end)
end)
