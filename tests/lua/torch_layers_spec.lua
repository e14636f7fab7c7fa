-- Layers against PyTorch's: outputs, gradients of inputs and values, and kept values after a forward in training,
-- over several shapes and settings, in both types. Skipped where there is no PyTorch.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local program = require "program"
local torch = require "torch"

-- Each file of tests/lua/torch_layers returns a list of cases {module here, module there, shape of an example}, with
-- `eval` for evaluation, `ids` for a layer that takes ids up to that number, the tables `lengths` and `mask` (`hidden`:
-- the same as uint8) for what goes with X, and `carry` for a recurrent layer that has run on X and goes on from there.
local topics = {"activations", "attention", "containers", "convolution", "linear", "normalisation", "pooling",
  "resizing", "recurrent", "shape"}
local cases = {}
for _, topic in ipairs(topics) do
  for _, case in ipairs(require("torch_layers." .. topic)) do cases[#cases + 1] = case end
end

local M <const> = 4 -- examples

local function network(case, dtype)
  local layers = assert(load("local dnn = ... return " .. case[1], case[1], "t"))(dnn)
  return dnn.Sequential({layers}, {dtype = dtype, input = case[3]})
end

-- Names of the one layer of a Sequential, as the module by itself has them.
local function bare(name) return (name:gsub("^0%.", "")) end

-- Gradients by name, in the order that files have.
local function gradients(net)
  local twin = net:copy()
  twin:parameters().values = net:parameters().grads
  return twin:state_dict()
end

local function prepare(case, i, dtype, tensors)
  dnn.manual_seed(i)
  local net = network(case, dtype)
  for _, W in net:parameters():pairs() do W:normal_(0.2, 0.5) end
  for name, W in pairs(net:state_dict()) do tensors[("%d.w.%s"):format(i, bare(name))] = W end
  local rows = 1
  for _, size in ipairs(case[3]) do rows = rows * size end
  local X = dnn.randn(rows, M, {dtype = dtype})
  if case.ids then X = (dnn.rand(rows, M) * (case.ids - 1)):byte():to(dtype) + 1 end
  if case.eval then net:eval() net.keep = true end
  local beside = {lengths = case.lengths and dnn.Matrix{case.lengths}}
  if case.mask then beside.mask = dnn.Matrix(case.mask):to(dtype) end
  if case.hidden then beside.mask = dnn.Matrix(case.hidden):byte() end
  if case.carry then net:forward(X, beside) end
  local A = net:forward(X, beside)
  local dA = dnn.randn(A.rows, M, {dtype = dtype})
  local dX = case.ids and net:backward(dA) or not case.ids and net:backward(dA, {input_gradient = true}) or nil
  tensors[i .. ".X"], tensors[i .. ".dA"] = X, dA
  local recurrent = pcall(function() return net[1].weight_hh_l0 end)
  return {net = net, A = A:copy(), state = recurrent and net[1].state, dX = dX and dX:copy(), kept = net:state_dict(),
    grads = gradients(net)}
end

local function near(ours, theirs, tolerance, what)
  assert(theirs, what .. " is missing")
  local difference = (ours:double():reshape(theirs.rows, theirs.cols) - theirs):abs()
  local scale = 1 + dnn.max(theirs:abs())
  assert.is_true(dnn.max(difference) <= tolerance * scale, ("%s differs by %g"):format(what, dnn.max(difference)))
end

-- Layers that PyTorch does not have, each with the reason.
local no_peer = {
  Layer = "a class of layers written in Lua",
}

-- Whether a case names the layer: "dnn.Linear(" or "dnn.Concat{".
local function compared(name)
  for _, case in ipairs(cases) do
    if case[1]:find("dnn%." .. name .. "[({]") then return true end
  end
  return false
end

it("every layer is compared with PyTorch's, or has no peer there", function()
  local count = 0
  for name, page in pairs(require "dnn.reference"().by_name) do
    local class = name:match "^dnn%.(%u%w*)$"
    local returned = page.returns and page.returns[1] and page.returns[1].type
    if class and (returned == "dnn.Layer" or returned == "dnn.Linear") then
      count = count + 1
      local message = name .. ": add a case to a file of tests/lua/torch_layers"
      assert.is_true(compared(class) ~= (no_peer[class] ~= nil), message)
    end
  end
  assert.is_true(count > 15)
end)

describe("layers agree with PyTorch's", function()
  if not program.has_torch() then
    it("in both types", function() pending "python3-torch is absent" end)
    return
  end
  for dtype, tolerance in pairs{float32 = 1e-5, float64 = 1e-10} do
    it("in " .. dtype, function()
      local tensors, ours, asked = {}, {}, {}
      for i, case in ipairs(cases) do
        ours[i] = prepare(case, i - 1, dtype, tensors)
        asked[i] = {module = case[2], shape = case[3], training = not case.eval, ids = case.ids ~= nil,
          lengths = case.lengths, mask = case.mask, hidden = case.hidden, carry = case.carry}
      end
      local theirs = torch.run("torch_layers", asked, tensors)
      for i, case in ipairs(cases) do
        local at, mine = (i - 1) .. ".", ours[i]
        near(mine.A, theirs[at .. "A"], tolerance, case[1] .. ": output")
        if mine.state then near(mine.state, theirs[at .. "state"], tolerance, case[1] .. ": state") end
        if not case.ids then near(mine.dX, theirs[at .. "dX"], tolerance, case[1] .. ": dX") end
        for name in mine.net:parameters():pairs() do
          near(mine.grads[name], theirs[at .. "g." .. bare(name)], tolerance, case[1] .. ": gradient of " .. name)
        end
        for name, value in pairs(mine.kept) do
          if name:find "running" then
            near(value, theirs[at .. "w." .. bare(name)], tolerance, case[1] .. ": " .. name)
          end
        end
      end
    end)
  end
end)
