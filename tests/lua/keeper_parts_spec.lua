-- run:checkpoint: whether its parts hold what their optimisers move, and which parts a resume may leave out.
package.path = "tests/lua/?.lua;" .. package.path
local complaints = require "complaints"
local dnn = require "dnn"
local fails = require "fails"
local program = require "program"

local function new_net() return dnn.Sequential{dnn.Linear(3, 2), dnn.ReLU(), dnn.Linear(2, 1)} end

-- A part of the script's own.
local function own(state) return {state_dict = function() return state end, load_state_dict = function() end} end

describe("a checkpoint's parts", function()
  local folder
  before_each(function() folder = program.folder() end)
  after_each(function() program.remove(folder) end)

  local function keep(parts)
    local run <close> = dnn.Run(folder .. "/run")
    return run:checkpoint(parts)
  end

  it("must have the network of each optimiser", function()
    local net, other = new_net(), new_net()
    local optimiser = dnn.optim.Adam(net:parameters())
    local message = "Run: checkpoint: optimiser moves what no part of the checkpoint holds: 0.weight, 0.bias, "
      .. "2.weight, 2.bias; add their network, as in net = net"
    fails(message, function() keep{optimiser = optimiser} end)
    fails(message, function() keep{optimiser = optimiser, net = other} end)
    fails(message, function() keep{optimiser = optimiser, net = new_net()} end) -- which nothing has used yet
    fails(message, function()
      keep{optimiser = optimiser, schedule = dnn.optim.StepLR(optimiser, {step_size = 3}),
        average = dnn.optim.AveragedModel(net),
        batches = dnn.data.batches({X = dnn.randn(3, 400), Y = dnn.zeros(1, 400)}, {size = 8})}
    end)
    fails("Run: checkpoint: search moves what no part of the checkpoint holds: 0.weight",
      function() keep{search = dnn.optim.LBFGS(net:parameters()), net = other} end)
    assert.is_true(keep{optimiser = optimiser, model = net})
    assert.is_true(keep{search = dnn.optim.LBFGS(net:parameters()), net = net})
  end)

  it("may be several networks, parts of one, and layers that share a weight", function()
    local a, b, c = new_net(), new_net(), new_net()
    local optimiser = dnn.optim.SGD({{params = a[1]:parameters()}, {params = {b:parameters "weight", c:parameters()}}},
      {lr = 0.1})
    assert.is_true(keep{optimiser = optimiser, a = a, b = b, c = c})
    fails("holds: 0.weight, 2.weight; add their network", function() keep{optimiser = optimiser, a = a, c = c} end)
    local first = dnn.Linear(3, 3)
    local tied = dnn.Sequential{first, dnn.Linear(3, 3):tie(first)}
    assert.is_true(keep{optimiser = dnn.optim.SGD(tied:parameters(), {lr = 0.1}), net = tied})
    local Own = dnn.Module("Own", {
      init = function(self) self.M, self.last = dnn.randn(2, 3):requires_grad_(), dnn.Linear(2, 1) end,
      forward = function(self, X) return self.last(self.M:mm(X)) end,
    })
    local module = Own()
    assert.is_true(keep{optimiser = dnn.optim.Adam(module:parameters()), net = module})
    local matrices = dnn.optim.Adam{{params = {a[1].weight}, grads = {dnn.zeros(2, 3)}}}
    assert.is_true(keep{optimiser = matrices, net = a})
    fails("holds: a Matrix of 2 x 3;", function() keep{optimiser = matrices, net = b} end)
  end)

  it("must have the matrices that an optimiser moves, where that can be known", function()
    local W, b = dnn.randn(2, 3):requires_grad_(), dnn.zeros(2, 1):requires_grad_()
    local optimiser = dnn.optim.Adam{W, b}
    fails("Run: checkpoint: optimiser moves what no part of the checkpoint holds: a Matrix of 2 x 3, a Matrix of 2 x "
      .. "1; add the Matrix, as in W = W",
      function() keep{optimiser = optimiser} end)
    assert.is_true(keep{optimiser = optimiser, own = own{W = W, b = b}})
    assert.is_true(keep{optimiser = optimiser, W = W, b = b})
    fails("holds: a Matrix of 2 x 1; ", function() keep{optimiser = optimiser, own = own{W = W}} end)
    fails("holds: a Matrix of 2 x 3; ", function() keep{optimiser = optimiser, own = own{mean = b:copy(), n = 1}} end)
    assert.is_true(keep{optimiser = optimiser, own = own{W = W:copy(), b = b:copy()}}) -- copies, perhaps of these
    assert.is_true(keep{optimiser = optimiser, own = {
      state_dict = function() error "not yet" end, load_state_dict = function() end}})
  end)

  it("may be matrices, which are brought back in place", function()
    local function train(name, last)
      dnn.manual_seed(2)
      local run <close> = dnn.Run(folder .. "/" .. name)
      local X, W, b = dnn.randn(3, 9), dnn.randn(2, 3):requires_grad_(), dnn.zeros(2, 1):requires_grad_()
      local optimiser = dnn.optim.Adam({W, b}, {lr = 0.1})
      run:checkpoint{W = W, b = b, optimiser = optimiser, every = 2}
      for i in run:steps(run:resume() + 1, last) do
        local cost = ((W * X + b) ^ 2):mean()
        cost:backward()
        optimiser:step()
        optimiser:zero_grad()
        run:log(i, {cost = cost})
      end
      return W
    end
    local whole = train("whole", 9)
    train("parts", 5)
    assert.is_true(train("parts", 9) == whole)
    local W, b = dnn.zeros(2, 3), dnn.zeros(2, 1)
    local path = folder .. "/parts/checkpoints/step-0000009.safetensors"
    assert(dnn.checkpoint.load(path, {W = W, b = b, optimiser = false}))
    assert.is_true(W == whole)
    local values, message = dnn.checkpoint.load(path, {W = dnn.zeros(3, 3), b = b, optimiser = false})
    assert.is_nil(values)
    assert.truthy(message:find("'W': ", 1, true), message)
  end)

  it("that do not fit are named by the error about the step that run:resume has not given", function()
    program.write_all(folder .. "/train.lua", [[
      local dnn = require "dnn"
      local net = dnn.Sequential{dnn.Linear(tonumber(arg[2]), 1)}
      local run <close> = dnn.Run(arg[1])
      run:checkpoint{net = net}
      for i in run:steps(run:resume() + 1, 2) do run:log(i, {cost = 1}) end]])
    program.run(("%s/train.lua %s/run 2"):format(folder, folder))
    local _, said, status = program.run(("%s/train.lua %s/run 3"):format(folder, folder))
    assert.equal(1, status)
    assert.matches("arithmetic on a nil value\n[^\n]*\nnote: the last call that returned nil [^\n]*step%-0000002%."
      .. "safetensors: 'net': ", said)
  end)

  it("may be left out of a resume, as its message says", function()
    local function train(last, with)
      local run <close> = dnn.Run(folder .. "/run")
      local net = new_net()
      local optimiser = dnn.optim.SGD(net:parameters(), {lr = 0.1})
      local schedule = with == nil and dnn.optim.StepLR(optimiser, {step_size = 3})
      if with == "nothing" then schedule = nil end
      run:checkpoint{net = net, optimiser = optimiser, schedule = schedule, every = 1}
      local step, message = run:resume()
      if not step then return message end
      for i in run:steps(step + 1, last) do run:log(i, {cost = 1}) end
      return step
    end
    assert.equal(0, train(2))
    assert.matches("it holds the state of 'schedule' %(StepLR%); give schedule = its object, or schedule = false to "
      .. "leave it out", train(4, "nothing"))
    assert.equal("", complaints(function() assert.equal(2, train(4, false)) end))
    assert.equal(4, train(5, false)) -- where there is none any more, too
    assert.equal(5, train(6, "nothing"))
    fails("Run: checkpoint: nothing to keep", function() keep{net = false, optimiser = false} end)
  end)

  it("may be left out of what dnn.fit resumes from", function()
    local function train(epochs, schedule)
      local net = new_net()
      local optimiser = dnn.optim.SGD(net:parameters(), {lr = 0.1})
      if schedule == nil then schedule = dnn.optim.StepLR(optimiser, {step_size = 3}) end
      local given = {net = net, data = {X = dnn.randn(3, 8), Y = dnn.randn(1, 8)}, loss = dnn.MSELoss(),
        optimiser = optimiser, schedule = schedule, epochs = epochs, run = folder .. "/fit", progress = false}
      if schedule == "nothing" then given.schedule = nil end
      return dnn.fit(given).epochs
    end
    assert.equal(1, train(1))
    fails("or schedule = false to leave it out", function() train(2, "nothing") end)
    assert.equal(2, train(2, false))
    assert.equal(3, train(3, "nothing"))
  end)

  it("draw no weights early", function()
    local layer = dnn.Linear(3, 2)
    local net = new_net()
    local optimiser = dnn.optim.Adam(net:parameters())
    local before = {dnn._random:state()}
    assert.is_true(keep{optimiser = optimiser, net = net, later = layer})
    assert.same(before, {dnn._random:state()})
  end)
end)
