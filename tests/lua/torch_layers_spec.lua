-- Layers against PyTorch's: outputs, gradients of inputs and values, and kept values after a forward in training,
-- over several shapes and settings, in both types. Skipped where there is no PyTorch.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local dkjson = require "dkjson"
local program = require "program"

-- {module here, module there, shape}; `eval` for evaluation, `ids` for a layer that takes ids up to that number.
local function image(h, w, c) return {h, w, c} end
local cases = {
  {"dnn.Linear(6, 4)", "nn.Linear(6, 4)", {6}},
  {"dnn.Linear(6, 4, {bias = false})", "nn.Linear(6, 4, bias=False)", {6}},
  {"dnn.Linear(3, 4)", "nn.Linear(3, 4)", {5, 3}},
  {"dnn.ReLU()", "nn.ReLU()", {7}},
  {"dnn.LeakyReLU(0.2)", "nn.LeakyReLU(0.2)", image(2, 3, 2)},
  {"dnn.CELU(0.5)", "nn.CELU(0.5)", {9}}, -- its backward rounds 1 / alpha to float32 there
  {"dnn.Sigmoid()", "nn.Sigmoid()", {7}},
  {"dnn.Tanh()", "nn.Tanh()", {3, 4}},
  {"dnn.Softmax()", "nn.Softmax(1)", {5}},
  {"dnn.Softmax()", "nn.Softmax(1)", image(2, 3, 4)},
  {"dnn.BatchNorm1d(5)", "nn.BatchNorm1d(5)", {5}},
  {"dnn.BatchNorm1d(5, {momentum = 0.3, eps = 0.01})", "nn.BatchNorm1d(5, momentum=0.3, eps=0.01)", {5}},
  {"dnn.BatchNorm2d(3)", "nn.BatchNorm2d(3)", image(4, 5, 3)},
  {"dnn.BatchNorm2d(3, {affine = false})", "nn.BatchNorm2d(3, affine=False)", image(4, 5, 3)},
  {"dnn.BatchNorm2d(3)", "nn.BatchNorm2d(3)", image(4, 5, 3), eval = true},
  {"dnn.Conv2d(3, 4, 3)", "nn.Conv2d(3, 4, 3)", image(6, 5, 3)},
  {"dnn.Conv2d(3, 8, 3, {padding = 1})", "nn.Conv2d(3, 8, 3, padding=1)", image(7, 8, 3)},
  {"dnn.Conv2d(16, 16, 3, {padding = 1})", "nn.Conv2d(16, 16, 3, padding=1)", image(8, 8, 16)},
  {"dnn.Conv2d(4, 6, {3, 2}, {stride = {2, 1}, padding = {1, 0}, bias = false})",
    "nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(1, 0), bias=False)", image(7, 5, 4)},
  {"dnn.Conv2d(4, 8, 3, {groups = 2, dilation = 2, padding = 2})",
    "nn.Conv2d(4, 8, 3, groups=2, dilation=2, padding=2)", image(6, 6, 4)},
  {"dnn.Conv2d(4, 4, 3, {groups = 4, padding = 1})", "nn.Conv2d(4, 4, 3, groups=4, padding=1)", image(5, 6, 4)},
  {"dnn.Conv2d(5, 7, 1)", "nn.Conv2d(5, 7, 1)", image(3, 4, 5)},
  {"dnn.MaxPool2d(2)", "nn.MaxPool2d(2)", image(6, 7, 3)},
  {"dnn.MaxPool2d({3, 2}, {stride = {1, 2}, padding = 1})", "nn.MaxPool2d((3, 2), stride=(1, 2), padding=1)",
    image(6, 5, 2)},
  {"dnn.MaxPool2d(2, {ceil_mode = true})", "nn.MaxPool2d(2, ceil_mode=True)", image(5, 5, 2)},
  {"dnn.AvgPool2d(2)", "nn.AvgPool2d(2)", image(6, 7, 3)},
  {"dnn.AvgPool2d(3, {stride = 2, padding = 1, count_include_pad = false})",
    "nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False)", image(6, 5, 2)},
  {"dnn.Embedding(6, 4)", "nn.Embedding(6, 4)", {5}, ids = 6},
  {"dnn.LSTM(3, 4)", "LSTM(3, 4)", {5, 3}},
  {"dnn.LSTM(2, 3, {bias = false})", "LSTM(2, 3, bias=False)", {1, 2}},
  {"dnn.Sequential{dnn.LSTM(3, 6), dnn.LSTM(6, 2), dnn.Flatten(), dnn.Linear(8, 3)}",
    "nn.Sequential(LSTM(3, 6), LSTM(6, 2), nn.Flatten(), nn.Linear(8, 3))", {4, 3}},
  {"dnn.Sequential{dnn.Conv2d(2, 3, 3), dnn.BatchNorm2d(3), dnn.ReLU(), dnn.Flatten(), dnn.Linear(36, 5)}",
    "nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.Flatten(), nn.Linear(36, 5))", image(5, 6, 2)},
  {"dnn.Sequential{dnn.Flatten(), dnn.BatchNorm1d(24), dnn.Linear(24, 3)}",
    "nn.Sequential(nn.Flatten(), nn.BatchNorm1d(24), nn.Linear(24, 3))", image(2, 3, 4)},
  {"dnn.Residual{dnn.Conv2d(3, 3, 3, {padding = 1}), dnn.Tanh()}",
    "Residual(nn.Conv2d(3, 3, 3, padding=1), nn.Tanh())", image(4, 4, 3)},
  {"dnn.Residual{dnn.Conv2d(3, 5, 3, {padding = 1}), shortcut = dnn.Conv2d(3, 5, 1)}",
    "Residual(nn.Conv2d(3, 5, 3, padding=1), shortcut=nn.Conv2d(3, 5, 1))", image(4, 4, 3)},
  {"dnn.Concat{dnn.Conv2d(3, 2, 1), dnn.Sequential{dnn.Conv2d(3, 4, 3, {padding = 1}), dnn.Tanh()}}",
    "Concat(nn.Conv2d(3, 2, 1), nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.Tanh()))", image(4, 5, 3)},
}

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
  local A = net:forward(X)
  local dA = dnn.randn(A.rows, M, {dtype = dtype})
  local dX = case.ids and net:backward(dA) or not case.ids and net:backward(dA, {input_gradient = true}) or nil
  tensors[i .. ".X"], tensors[i .. ".dA"] = X, dA
  return {net = net, A = A:copy(), dX = dX and dX:copy(), kept = net:state_dict(), grads = gradients(net)}
end

local function near(ours, theirs, tolerance, what)
  assert(theirs, what .. " is missing")
  local difference = (ours:double():reshape(theirs.rows, theirs.cols) - theirs):abs()
  local scale = 1 + dnn.max(theirs:abs())
  assert.is_true(dnn.max(difference) <= tolerance * scale, ("%s differs by %g"):format(what, dnn.max(difference)))
end

describe("layers agree with PyTorch's", function()
  if not program.has_torch() then
    it("in both types", function() pending "python3-torch is absent" end)
    return
  end
  for dtype, tolerance in pairs{float32 = 1e-5, float64 = 1e-10} do
    it("in " .. dtype, function()
      local folder, tensors, ours, asked = program.folder(), {}, {}, {}
      for i, case in ipairs(cases) do
        ours[i] = prepare(case, i - 1, dtype, tensors)
        asked[i] = {module = case[2], shape = case[3], training = not case.eval, ids = case.ids ~= nil}
      end
      local file <close> = assert(io.open(folder .. "/cases.json", "w"))
      file:write(dkjson.encode(asked))
      file:close()
      assert(dnn.save(folder .. "/in", tensors))
      local line = ("/usr/bin/python3 tests/lua/torch_layers.py %s/cases.json %s/in %s/out"):gsub("%%s", folder)
      assert(os.execute(line), line)
      local theirs = assert(dnn.load(folder .. "/out"))
      program.remove(folder)
      for i, case in ipairs(cases) do
        local at, mine = (i - 1) .. ".", ours[i]
        near(mine.A, theirs[at .. "A"], tolerance, case[1] .. ": output")
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
