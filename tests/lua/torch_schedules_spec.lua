-- Schedules of learning rates against PyTorch's: the rates of all groups over many steps, for every kind and setting,
-- and the same after a checkpoint in the middle. PyTorch's part is skipped where there is none.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local dkjson = require "dkjson"
local program = require "program"
local torch = require "torch"

local STEPS <const> = 30

-- {schedule here, schedule there}; `values` are what the steps are given, `optimiser` is another than SGD.
local cases = {
  {"dnn.optim.StepLR(opt, {step_size = 4})", "StepLR(opt, 4)"},
  {"dnn.optim.StepLR(opt, {step_size = 1, gamma = 0.9})", "StepLR(opt, 1, gamma=0.9)"},
  {"dnn.optim.MultiStepLR(opt, {milestones = {3, 10, 10, 25}})", "MultiStepLR(opt, [3, 10, 10, 25])"},
  {"dnn.optim.MultiStepLR(opt, {milestones = {5}, gamma = 0.5})", "MultiStepLR(opt, [5], gamma=0.5)"},
  {"dnn.optim.ExponentialLR(opt, {gamma = 0.93})", "ExponentialLR(opt, 0.93)"},
  {"dnn.optim.ConstantLR(opt)", "ConstantLR(opt)"},
  {"dnn.optim.ConstantLR(opt, {factor = 0.2, total_iters = 11})", "ConstantLR(opt, factor=0.2, total_iters=11)"},
  {"dnn.optim.LinearLR(opt)", "LinearLR(opt)"},
  {"dnn.optim.LinearLR(opt, {start_factor = 1, end_factor = 0.1, total_iters = 20})",
    "LinearLR(opt, start_factor=1.0, end_factor=0.1, total_iters=20)"},
  {"dnn.optim.LambdaLR(opt, {lr_lambda = function(epoch) return 1 / (1 + epoch) end})",
    "LambdaLR(opt, lambda epoch: 1 / (1 + epoch))"},
  {"dnn.optim.CosineAnnealingLR(opt, {T_max = 7})", "CosineAnnealingLR(opt, 7)"},
  {"dnn.optim.CosineAnnealingLR(opt, {T_max = 30, eta_min = 0.001})", "CosineAnnealingLR(opt, 30, eta_min=0.001)"},
  {"dnn.optim.CosineAnnealingWarmRestarts(opt, {T_0 = 6})", "CosineAnnealingWarmRestarts(opt, 6)"},
  {"dnn.optim.CosineAnnealingWarmRestarts(opt, {T_0 = 3, T_mult = 2, eta_min = 0.002})",
    "CosineAnnealingWarmRestarts(opt, 3, T_mult=2, eta_min=0.002)"},
  {"dnn.optim.CosineAnnealingWarmRestarts(opt, {T_0 = 2, T_mult = 2})",
    "CosineAnnealingWarmRestarts(opt, 2, T_mult=2)", values = function(k) return (k - 1) / 3 end},
  {"dnn.optim.CosineAnnealingWarmRestarts(opt, {T_0 = 4})", "CosineAnnealingWarmRestarts(opt, 4)",
    values = function(k) return k / 2 end},
  {"dnn.optim.OneCycleLR(opt, {max_lr = 0.3, total_steps = 31})", "OneCycleLR(opt, 0.3, total_steps=31)"},
  {"dnn.optim.OneCycleLR(opt, {max_lr = {0.3, 0.05}, epochs = 4, steps_per_epoch = 8, anneal_strategy = 'linear', "
    .. "pct_start = 0.4, div_factor = 10, final_div_factor = 100})",
    "OneCycleLR(opt, [0.3, 0.05], epochs=4, steps_per_epoch=8, anneal_strategy='linear', pct_start=0.4, "
    .. "div_factor=10, final_div_factor=100)"},
  {"dnn.optim.OneCycleLR(opt, {max_lr = 0.3, total_steps = 40, three_phase = true, base_momentum = 0.7, "
    .. "max_momentum = 0.8})",
    "OneCycleLR(opt, 0.3, total_steps=40, three_phase=True, base_momentum=0.7, max_momentum=0.8)",
    optimiser = "Adam"},
  {"dnn.optim.OneCycleLR(opt, {max_lr = 0.3, total_steps = 35, cycle_momentum = false})",
    "OneCycleLR(opt, 0.3, total_steps=35, cycle_momentum=False)"},
  {"dnn.optim.SWALR(opt, {swa_lr = 0.05})", "torch.optim.swa_utils.SWALR(opt, 0.05)"},
  {"dnn.optim.SWALR(opt, {swa_lr = 0.05, anneal_epochs = 7, anneal_strategy = 'linear'})",
    "torch.optim.swa_utils.SWALR(opt, 0.05, anneal_epochs=7, anneal_strategy='linear')"},
  {"dnn.optim.SWALR(opt, {swa_lr = 0.05, anneal_epochs = 0})",
    "torch.optim.swa_utils.SWALR(opt, 0.05, anneal_epochs=0)"},
  {"dnn.optim.ReduceLROnPlateau(opt, {patience = 2})", "ReduceLROnPlateau(opt, patience=2)",
    values = function(k) return math.max(1, 3 - 0.3 * k) end},
  {"dnn.optim.ReduceLROnPlateau(opt, {mode = 'max', factor = 0.5, patience = 1, cooldown = 3, min_lr = 0.004, "
    .. "threshold = 0.02, threshold_mode = 'abs'})",
    "ReduceLROnPlateau(opt, mode='max', factor=0.5, patience=1, cooldown=3, min_lr=0.004, threshold=0.02, "
    .. "threshold_mode='abs')", values = function(k) return math.floor(10 * math.sin(k / 5)) / 10 end},
  {"dnn.optim.ReduceLROnPlateau(opt, {patience = 0, threshold = 0.2})",
    "ReduceLROnPlateau(opt, patience=0, threshold=0.2)", values = function(k) return 1 / k end},
  {"dnn.optim.SequentialLR(opt, {dnn.optim.LinearLR(opt, {start_factor = 0.01, total_iters = 8}), "
    .. "dnn.optim.CosineAnnealingLR(opt, {T_max = 22, eta_min = 0.001})}, {milestones = {8}})",
    "SequentialLR(opt, [LinearLR(opt, 0.01, total_iters=8), CosineAnnealingLR(opt, 22, 0.001)], [8])"},
  {"dnn.optim.SequentialLR(opt, {dnn.optim.ConstantLR(opt), dnn.optim.ExponentialLR(opt, {gamma = 0.8}), "
    .. "dnn.optim.CosineAnnealingWarmRestarts(opt, {T_0 = 4}), dnn.optim.StepLR(opt, {step_size = 2})}, "
    .. "{milestones = {4, 11, 20}})",
    "SequentialLR(opt, [ConstantLR(opt), ExponentialLR(opt, 0.8), CosineAnnealingWarmRestarts(opt, 4), "
    .. "StepLR(opt, 2)], [4, 11, 20])"},
  {"dnn.optim.ChainedScheduler{dnn.optim.ConstantLR(opt, {factor = 0.1, total_iters = 2}), "
    .. "dnn.optim.ExponentialLR(opt, {gamma = 0.9}), dnn.optim.MultiStepLR(opt, {milestones = {5, 20}})}",
    "ChainedScheduler([ConstantLR(opt, 0.1, 2), ExponentialLR(opt, 0.9), MultiStepLR(opt, [5, 20])])"},
  {"dnn.optim.ChainedScheduler{dnn.optim.CosineAnnealingLR(opt, {T_max = 30}), dnn.optim.LinearLR(opt)}",
    "ChainedScheduler([CosineAnnealingLR(opt, 30), LinearLR(opt)])"},
}

local THERE <const> = {
  SGD = "torch.optim.SGD([{'params': [P]}, {'params': [Q], 'lr': 0.02}], lr=0.1, momentum=0.5)",
  Adam = "torch.optim.Adam([{'params': [P]}, {'params': [Q], 'lr': 0.02}], lr=0.1)",
}

-- An optimiser of two groups, the second with a rate of its own, and its schedule.
local function prepare(case)
  local net = dnn.Sequential{dnn.Linear(2, 2), dnn.Linear(2, 1)}
  local groups = {{params = net[1]:parameters()}, {params = net[2]:parameters(), lr = 0.02}}
  local opt = case.optimiser == "Adam" and dnn.optim.Adam(groups, {lr = 0.1})
    or dnn.optim.SGD(groups, {lr = 0.1, momentum = 0.5})
  return opt, assert(load("local dnn, opt = ... return " .. case[1], case[1], "t"))(dnn, opt)
end

local function note(rows, opt, column)
  rows:set(1, column, opt.groups[1].lr)
  rows:set(2, column, opt.groups[2].lr)
  rows:set(3, column, opt.name == "SGD" and opt.momentum or opt.beta1)
end

-- The rates from step `first` on; `each`, where given, takes the place of the schedule after every step.
local function rates(case, each)
  local opt, schedule = prepare(case)
  local rows = dnn.zeros(3, STEPS + 1, {dtype = "float64"})
  note(rows, opt, 1)
  for k = 1, STEPS do
    if case.values then schedule:step(case.values(k)) else schedule:step() end
    if each then opt, schedule = each(opt, schedule, k) end
    note(rows, opt, k + 1)
  end
  return rows
end

it("every schedule is compared with PyTorch's", function()
  local count = 0
  for name, page in pairs(require "dnn.reference"().by_name) do
    local returned = page.returns and page.returns[1] and page.returns[1].type
    if name:find "^dnn%.optim%." and returned == "dnn.Schedule" then
      local compared = false
      for _, case in ipairs(cases) do compared = compared or case[1]:find(name .. "[({]") ~= nil end
      assert.is_true(compared, name .. ": add a case to tests/lua/torch_schedules_spec.lua")
      count = count + 1
    end
  end
  assert.is_true(count >= 13)
end)

describe("schedules agree with PyTorch's", function()
  if not program.has_torch() then
    it("within 1e-6", function() pending "python3-torch is absent" end)
    return
  end
  it("within 1e-6", function()
    local asked = {}
    for i, case in ipairs(cases) do
      local values = {}
      for k = 1, STEPS do values[k] = case.values and case.values(k) or dkjson.null end
      asked[i] = {optimiser = THERE[case.optimiser or "SGD"], schedule = case[2], values = values}
    end
    local theirs = torch.run("torch_schedules", asked)
    for i, case in ipairs(cases) do
      local here, there = rates(case), theirs[tostring(i - 1)]
      for k = 1, STEPS + 1 do
        for row = 1, 3 do
          local a, b = here(row, k), there(row, k)
          assert.is_true(math.abs(a - b) <= 1e-6 * math.abs(b) + 1e-12, ("%s: %s at step %d is %.9g, there %.9g")
            :format(case[1], row == 3 and "momentum" or "rate " .. row, k - 1, a, b))
        end
      end
    end
  end)
end)

describe("a schedule in a checkpoint", function()
  it("goes on to the bit, whenever it was saved", function()
    local path = program.folder() .. "/state"
    for _, case in ipairs(cases) do
      local plain = rates(case)
      local resumed = rates(case, function(opt, schedule, k)
        if k % 7 ~= 4 then return opt, schedule end
        assert(dnn.checkpoint.save(path, {optimiser = opt, schedule = schedule}))
        local other, again = prepare(case)
        assert(dnn.checkpoint.load(path, {schedule = again, optimiser = other}))
        return other, again
      end)
      assert.is_true(plain == resumed, case[1])
    end
    program.remove(path:match "^(.*)/")
  end)
end)
