-- report_runs.lua FOLDER: three runs for the test of the report page; one of them tries to break out of it.
local dnn = require "dnn"
for k, name in ipairs {"net-lr0.01", "net-lr0.1", "net-</script><b>lr1"} do
  local run = assert(dnn.Run(arg[1] .. "/" .. name:gsub("/", "_"),
    {stop_not_finite = false, every = 0, histogram_every = 0, settings = {lr = 10 ^ (k - 3),
      note = "</script><script>document.title = 'broken'</script>"}}))
  for i = 1, 300 do
    local values = {loss = {train = math.exp(-i * k / 200) + 0.1 * math.sin(i * k)},
      learning_rate = i < 100 and 0.1 or 0.01}
    if i % 25 == 0 then values.loss.test = math.exp(-i * k / 250) end
    values.grad_norm = {["1 Linear"] = 1 / i, ["2 ReLU"] = 2 / i, ["3 Linear"] = i == 77 and 0 / 0 or 3 / i}
    run:log(i, values)
  end
  if k == 2 then -- a kind of panel of each
    dnn.manual_seed(1)
    local net = dnn.Sequential{dnn.Input(6, 6, 1), dnn.Conv2d(1, 4, 3),
      dnn.Residual{dnn.Conv2d(4, 4, 3, {padding = 1})}, dnn.Flatten(), dnn.Linear(64, 2)}
    run:watch(net)
    local X = dnn.rand(36, 1)
    net:forward(X)
    net:backward(dnn.ones(2, 1))
    run:log(301, {other = 1})
    run:feature_maps(301, net, X)
    run:matrix(301, "confusion", dnn.Matrix{{48, 2}, {7, 43}}, {"cat", "dog"})
    run:histogram(301, "diverged", dnn.rand(5, 5):add_(7))
    run:histogram(302, "diverged", dnn.full(5, 5, 0 / 0))
    run:text("sample", "once upon a time")
    run:log(302, {other = 2})
    run:text("sample", "there was a network")
  end
  if k < 3 then -- of 9 cats and 9 others, 6 and 1 are above 1/2
    local A, Y = dnn.full(1, 18, 0.2), dnn.zeros(1, 18)
    A:cols_range(1, 7):fill_(0.9)
    Y:cols_range(2, 10):fill_(1)
    run:pr_curve(302, "pr/cat", A, Y, {thresholds = 3})
  end
  run:close()
end
