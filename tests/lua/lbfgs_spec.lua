-- dnn.optim.LBFGS: PyTorch's trajectories over 20 iterations, with and without a line search; checkpoints; mistakes.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local fails = require "fails"
local mistakes = dofile "tests/lua/mistakes.lua"
local program = require "program"
local torch = require "torch"

local cases = {
  {{lr = 0.5, max_iter = 5}, "torch.optim.LBFGS(parameters, lr=0.5, max_iter=5)", steps = 4},
  {{lr = 0.3, max_iter = 1}, "torch.optim.LBFGS(parameters, lr=0.3, max_iter=1)", steps = 20},
  {{line_search_fn = "strong_wolfe", history_size = 4, max_iter = 5},
    "torch.optim.LBFGS(parameters, line_search_fn='strong_wolfe', history_size=4, max_iter=5)", steps = 4},
  {{line_search_fn = "strong_wolfe", lr = 4, max_iter = 10},
    "torch.optim.LBFGS(parameters, line_search_fn='strong_wolfe', lr=4, max_iter=10)", steps = 2},
}

local float64 = {dtype = "float64"}

local function prepare()
  dnn.manual_seed(3)
  local net = dnn.Sequential({dnn.Linear(4, 5), dnn.Tanh(), dnn.Linear(5, 2)}, float64)
  return net, dnn.randn(4, 12, float64), dnn.randn(2, 12, float64)
end

-- The parameters after the last step; `each` may put another optimiser in the place of this one.
local function train(case, each)
  local net, X, Y = prepare()
  local opt, loss = dnn.optim.LBFGS(net:parameters(), case[1]), dnn.MSELoss()
  for step = 1, case.steps do
    opt:step(function()
      local cost = loss:forward(net:forward(X), Y)
      net:backward(loss:backward())
      return cost
    end)
    if each then opt = each(net, opt, step) end
  end
  return net:state_dict()
end

describe("LBFGS", function()
  it("agrees with PyTorch's within 1e-6", function()
    if not program.has_torch() then pending "python3-torch is absent" return end
    local asked = {}
    for i, case in ipairs(cases) do asked[i] = {lbfgs = case[2], steps = case.steps} end
    local net, X, Y = prepare()
    local tensors = net:state_dict()
    tensors.X, tensors.Y = X, Y
    local theirs = torch.run("torch_optimisers", asked, tensors)
    for i, case in ipairs(cases) do
      for name, here in pairs(train(case)) do
        local there = theirs[("%d.%d.%s"):format(i - 1, case.steps - 1, name)]
        local off = dnn.max((here:reshape(there.rows, there.cols) - there):abs())
        assert.is_true(off <= 1e-6 * dnn.max(there:abs()), ("%s: %s differs by %g"):format(case[2], name, off))
      end
    end
  end)

  it("goes on to the bit from a checkpoint", function()
    local path = program.folder() .. "/state"
    for _, case in ipairs(cases) do
      local plain = train(case)
      local resumed = train(case, function(net, opt, step)
        if step ~= 1 then return opt end
        assert(dnn.checkpoint.save(path, {optimiser = opt}))
        local again = dnn.optim.LBFGS(net:parameters(), case[1])
        assert(dnn.checkpoint.load(path, {optimiser = again}))
        return again
      end)
      for name, values in pairs(plain) do assert.is_true(values == resumed[name], case[2] .. ": " .. name) end
    end
    program.remove(path:match "^(.*)/")
  end)
end)

describe("the state of LBFGS", function()
  -- After a few steps with that history_size.
  local function trained(history_size)
    local net, X, Y = prepare()
    local opt, loss = dnn.optim.LBFGS(net:parameters(), {history_size = history_size, max_iter = 4}), dnn.MSELoss()
    local function step()
      opt:step(function()
        local cost = loss(net:forward(X), Y)
        net:backward(loss:backward())
        return cost
      end)
    end
    for _ = 1, 3 do step() end
    return opt, step
  end

  it("may have a longer history than a state of before, without settings, allows", function()
    local opt, step = trained(2)
    local state = trained(8):state_dict()
    assert.is_true(state.history > 2)
    state.history_size = nil
    opt:load_state_dict(state)
    step()
    assert.equal(2, opt:state_dict().history)
  end)

  it("is refused where the number of parameters or a setting is wrong, and changes nothing", function()
    local opt = trained(2)
    local before = opt:state_dict().steps
    local net = dnn.Sequential({dnn.Linear(2, 1)}, float64)
    local other = dnn.optim.LBFGS(net:parameters())
    fails("LBFGS: load_state_dict: the state is of 37 parameters, and this optimiser has 3", other.load_state_dict,
      other, opt:state_dict())
    for name, value in pairs{history_size = 0, lr = "much", line_search_fn = "wolfe"} do
      local state = opt:state_dict()
      state[name], state.steps = value, 99
      fails("LBFGS: load_state_dict: " .. name .. " must be ", opt.load_state_dict, opt, state)
    end
    assert.equal(before, opt:state_dict().steps)
  end)
end)

describe("a mistake with LBFGS:", function()
  local net = dnn.Sequential{dnn.Linear(2, 1)}
  local opt = dnn.optim.LBFGS(net:parameters())
  mistakes(it, {
    {"no closure", function() opt:step() end,
      "LBFGS: step: expected a function that runs forward and backward and returns the cost, got nil"},
    {"a closure without a cost", function() opt:step(function() end) end,
      "LBFGS: step: the closure must return the cost, a number, got nil"},
    {"groups", function() dnn.optim.LBFGS({{params = net:parameters()}}) end,
      "LBFGS: expected net:parameters() of one network, got table; usage: dnn.optim.LBFGS(parameters [, options])"},
  })
end)
