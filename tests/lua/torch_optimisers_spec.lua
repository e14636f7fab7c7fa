-- Optimisers against PyTorch's: the parameters of a network in two groups after each of 20 steps, within 1e-6. Lion,
-- which PyTorch does not have, against the paper's formula. Skipped where there is no PyTorch.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local program = require "program"
local torch = require "torch"

local STEPS <const>, OWN <const> = 20, 0.003 -- the second group's learning rate

-- {optimiser here, options here, optimiser there}
local cases = {
  {"SGD", {lr = 0.1}, "torch.optim.SGD(groups, lr=0.1)"},
  {"SGD", {lr = 0.1, momentum = 0.9, weight_decay = 0.01},
    "torch.optim.SGD(groups, lr=0.1, momentum=0.9, weight_decay=0.01)"},
  {"SGD", {lr = 0.1, momentum = 0.8, nesterov = true}, "torch.optim.SGD(groups, lr=0.1, momentum=0.8, nesterov=True)"},
  {"SGD", {lr = 0.1, momentum = 0.8, dampening = 0.3},
    "torch.optim.SGD(groups, lr=0.1, momentum=0.8, dampening=0.3)"},
  {"SGD", {lr = 0.01, momentum = 0.5, maximize = true, weight_decay = 0.1},
    "torch.optim.SGD(groups, lr=0.01, momentum=0.5, maximize=True, weight_decay=0.1)"},
  {"Adam", {lr = 0.01}, "torch.optim.Adam(groups, lr=0.01)"},
  {"Adam", {lr = 0.02, beta1 = 0.8, beta2 = 0.95, eps = 1e-4, weight_decay = 0.1},
    "torch.optim.Adam(groups, lr=0.02, betas=(0.8, 0.95), eps=1e-4, weight_decay=0.1)"},
  {"Adam", {lr = 0.02, beta2 = 0.8, amsgrad = true, weight_decay = 0.1},
    "torch.optim.Adam(groups, lr=0.02, betas=(0.9, 0.8), amsgrad=True, weight_decay=0.1)"},
  {"Adam", {lr = 0.01, maximize = true}, "torch.optim.Adam(groups, lr=0.01, maximize=True)"},
  {"AdamW", {lr = 0.01, beta2 = 0.8, amsgrad = true, maximize = true},
    "torch.optim.AdamW(groups, lr=0.01, betas=(0.9, 0.8), amsgrad=True, maximize=True)"},
  {"Adamax", {maximize = true, weight_decay = 0.1}, "torch.optim.Adamax(groups, maximize=True, weight_decay=0.1)"},
  {"RMSprop", {maximize = true, weight_decay = 0.1}, "torch.optim.RMSprop(groups, maximize=True, weight_decay=0.1)"},
  {"RMSprop", {lr = 0.005, centered = true, momentum = 0.5, maximize = true},
    "torch.optim.RMSprop(groups, lr=0.005, centered=True, momentum=0.5, maximize=True)"},
  {"Adagrad", {maximize = true, weight_decay = 0.1}, "torch.optim.Adagrad(groups, maximize=True, weight_decay=0.1)"},
  {"Adadelta", {maximize = true, weight_decay = 0.1}, "torch.optim.Adadelta(groups, maximize=True, weight_decay=0.1)"},
  {"Rprop", {maximize = true}, "torch.optim.Rprop(groups, maximize=True)"},
  {"AdamW", {lr = 0.02, weight_decay = 0.2}, "torch.optim.AdamW(groups, lr=0.02, weight_decay=0.2)"},
  {"Adamax", {}, "torch.optim.Adamax(groups)"},
  {"Adamax", {lr = 0.02, beta1 = 0.8, beta2 = 0.9, eps = 1e-3, weight_decay = 0.1},
    "torch.optim.Adamax(groups, lr=0.02, betas=(0.8, 0.9), eps=1e-3, weight_decay=0.1)"},
  -- Without foreach PyTorch 1.13 multiplies by its momentum once too often.
  {"NAdam", {}, "torch.optim.NAdam(groups, foreach=True)"},
  {"NAdam", {lr = 0.02, beta1 = 0.8, beta2 = 0.9, momentum_decay = 0.1, weight_decay = 0.1},
    "torch.optim.NAdam(groups, lr=0.02, betas=(0.8, 0.9), momentum_decay=0.1, weight_decay=0.1, foreach=True)"},
  {"RAdam", {lr = 0.01}, "torch.optim.RAdam(groups, lr=0.01)"},
  {"RAdam", {lr = 0.02, beta1 = 0.8, beta2 = 0.9, eps = 1e-4, weight_decay = 0.1},
    "torch.optim.RAdam(groups, lr=0.02, betas=(0.8, 0.9), eps=1e-4, weight_decay=0.1)"},
  {"RMSprop", {}, "torch.optim.RMSprop(groups)"},
  {"RMSprop", {lr = 0.005, alpha = 0.9, momentum = 0.7, weight_decay = 0.1},
    "torch.optim.RMSprop(groups, lr=0.005, alpha=0.9, momentum=0.7, weight_decay=0.1)"},
  {"RMSprop", {lr = 0.005, centered = true, eps = 1e-5},
    "torch.optim.RMSprop(groups, lr=0.005, centered=True, eps=1e-5)"},
  {"RMSprop", {lr = 0.005, centered = true, momentum = 0.5},
    "torch.optim.RMSprop(groups, lr=0.005, centered=True, momentum=0.5)"},
  {"Adagrad", {}, "torch.optim.Adagrad(groups)"},
  {"Adagrad", {lr = 0.1, lr_decay = 0.1, initial_accumulator_value = 0.5, weight_decay = 0.1},
    "torch.optim.Adagrad(groups, lr=0.1, lr_decay=0.1, initial_accumulator_value=0.5, weight_decay=0.1)"},
  {"Adadelta", {}, "torch.optim.Adadelta(groups)"},
  {"Adadelta", {lr = 0.5, rho = 0.7, eps = 1e-4, weight_decay = 0.1},
    "torch.optim.Adadelta(groups, lr=0.5, rho=0.7, eps=1e-4, weight_decay=0.1)"},
  {"Rprop", {}, "torch.optim.Rprop(groups)"},
  {"Rprop", {lr = 0.05, eta_minus = 0.4, eta_plus = 1.5, step_min = 1e-4, step_max = 0.1},
    "torch.optim.Rprop(groups, lr=0.05, etas=(0.4, 1.5), step_sizes=(1e-4, 0.1))"},
  {"Lion", {}, "Lion(groups)"},
  {"Lion", {lr = 0.01, beta1 = 0.8, beta2 = 0.9, weight_decay = 0.1},
    "Lion(groups, lr=0.01, betas=(0.8, 0.9), weight_decay=0.1)"},
}

local float64 = {dtype = "float64"}

local function prepare()
  dnn.manual_seed(3)
  local net = dnn.Sequential({dnn.Linear(4, 5), dnn.Tanh(), dnn.Linear(5, 2)}, float64)
  return net, dnn.randn(4, 12, float64), dnn.randn(2, 12, float64)
end

local function optimiser_of(case, net)
  return dnn.optim[case[1]]({{params = net[1]:parameters()}, {params = net[3]:parameters(), lr = OWN}}, case[2])
end

-- The values after each step; `each`, where given, may put another optimiser in the place of this one.
local function trajectory(case, each)
  local net, X, Y = prepare()
  local opt, loss, states = optimiser_of(case, net), dnn.MSELoss(), {}
  for step = 1, STEPS do
    loss:forward(net:forward(X), Y)
    net:backward(loss:backward())
    opt:step()
    states[step] = net:state_dict()
    if each then opt = each(net, opt, step) end
  end
  return states
end

it("every optimiser is compared with PyTorch's, or with its paper", function()
  local count = 0
  for name, page in pairs(require "dnn.reference"().by_name) do
    local returned = page.returns and page.returns[1] and page.returns[1].type
    local class = name:match "^dnn%.optim%.(%u%w*)$"
    if class and returned == name then
      local compared = false
      for _, case in ipairs(cases) do compared = compared or case[1] == class end
      assert.is_true(compared, name .. ": add a case to tests/lua/torch_optimisers_spec.lua")
      count = count + 1
    end
  end
  assert.is_true(count >= 11)
end)

describe("optimisers agree with PyTorch's", function()
  if not program.has_torch() then
    it("within 1e-6", function() pending "python3-torch is absent" end)
    return
  end
  it("within 1e-6", function()
    local asked = {}
    for i, case in ipairs(cases) do asked[i] = {optimiser = case[3], own = OWN, steps = STEPS} end
    local net, X, Y = prepare()
    local tensors = net:state_dict()
    tensors.X, tensors.Y = X, Y
    local theirs = torch.run("torch_optimisers", asked, tensors)
    for i, case in ipairs(cases) do
      for step, values in ipairs(trajectory(case)) do
        for name, here in pairs(values) do
          local there = theirs[("%d.%d.%s"):format(i - 1, step - 1, name)]
          local off = dnn.max((here:reshape(there.rows, there.cols) - there):abs())
          assert.is_true(off <= 1e-6 * dnn.max(there:abs()), ("%s, step %d: %s differs by %g"):format(case[3], step,
            name, off))
        end
      end
    end
  end)
end)

describe("an optimiser in a checkpoint", function()
  it("goes on to the bit", function()
    local path = program.folder() .. "/state"
    for _, case in ipairs(cases) do
      local plain = trajectory(case)
      local resumed = trajectory(case, function(net, opt, step)
        if step ~= 7 then return opt end
        assert(dnn.checkpoint.save(path, {optimiser = opt}))
        local again = optimiser_of(case, net)
        assert(dnn.checkpoint.load(path, {optimiser = again}))
        return again
      end)
      for name, values in pairs(plain[STEPS]) do
        assert.is_true(values == resumed[STEPS][name], case[3] .. ": " .. name)
      end
    end
    program.remove(path:match "^(.*)/")
  end)
end)
