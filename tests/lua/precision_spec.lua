-- dnn.set_matmul_precision. What the products compute is in tests/c/math/test_precision.c.
local dnn = require "dnn"

describe("set_matmul_precision", function()
  after_each(function() dnn.set_matmul_precision "highest" end)

  it("takes PyTorch's names and says what products are on", function()
    for _, name in ipairs{"highest", "high"} do
      assert.equal("float32", dnn.set_matmul_precision(name))
      assert.same({name, "float32"}, {dnn.get_matmul_precision()})
    end
    local on = dnn.set_matmul_precision "medium"
    assert.is_true(on == "bfloat16" or on == "float32")
    assert.same({"medium", on}, {dnn.get_matmul_precision()})
  end)

  it("refuses other names and leaves the setting as it is", function()
    assert.error_matches(function() dnn.set_matmul_precision "low" end,
      "set_matmul_precision: precision must be 'highest', 'high' or 'medium', got 'low'", 1, true)
    assert.error_matches(function() dnn.set_matmul_precision() end,
      "set_matmul_precision: precision must be a string, got nothing", 1, true)
    assert.equal("highest", (dnn.get_matmul_precision()))
  end)

  it("rounds the operands of A * B where the CPU multiplies bfloat16", function()
    local A = dnn.ones(40, 20) * (1 + 1 / 512)
    local B = dnn.ones(20, 40)
    local on = dnn.set_matmul_precision "medium"
    assert.equal(on == "bfloat16" and 20 or 20 * (1 + 1 / 512), (A * B)(40, 40))
    assert.equal(20 * (1 + 1 / 512), (A:double() * B:double())(40, 40))
    dnn.set_matmul_precision "highest"
    assert.equal(20 * (1 + 1 / 512), (A * B)(40, 40))
  end)

  it("leaves convolutions and recurrent layers as they are, with the same bits", function()
    local function results(precision, make, rows)
      dnn.set_matmul_precision(precision)
      dnn.manual_seed(3)
      local net = dnn.Sequential(make())
      local A = net:forward(dnn.randn(rows, 40)):copy()
      net:backward(A)
      local list = {A}
      for name in pairs(net:state_dict()) do
        list[#list + 1] = net[1][name:match("%.(.*)") .. "_grad"]:copy()
      end
      return list
    end

    local shared = {
      [64 * 16] = {
        function() return {dnn.Input(4, 4, 64), dnn.Conv2d(64, 48, 1)} end,
        function() return {dnn.Input(4, 4, 64), dnn.Conv2d(64, 48, 3)} end,
        function() return {dnn.Input(16, 64), dnn.Conv1d(64, 48, 1)} end,
      },
      [64 * 8] = {
        function() return {dnn.Input(8, 64), dnn.RNN(64, 48)} end,
        function() return {dnn.Input(8, 64), dnn.GRU(64, 48)} end,
        function() return {dnn.Input(8, 64), dnn.LSTM(64, 48)} end,
      },
    }
    for rows, makes in pairs(shared) do
      for _, make in ipairs(makes) do
        local before, after = results("highest", make, rows), results("medium", make, rows)
        assert.is_true(#before >= 3)
        for i, M in ipairs(before) do assert.equal(0, (M - after[i]):abs():max()) end
      end
    end
  end)

  it("leaves networks that learn, with the same bits on any number of threads", function()
    local X, Y = dnn.randn(48, 64), dnn.zeros(1, 64)
    for j = 1, 64 do Y:set(1, j, j % 3 + 1) end

    local function train(threads)
      dnn.set_num_threads(threads)
      dnn.manual_seed(3)
      local net = dnn.Sequential{dnn.Linear(48, 64), dnn.ReLU(), dnn.Linear(64, 64), dnn.ReLU(), dnn.Linear(64, 3)}
      local loss, optimiser, cost = dnn.CrossEntropyLoss(), dnn.optim.Adam(net:parameters(), {lr = 0.01}), nil
      for _ = 1, 60 do
        cost = loss:forward(net:forward(X), Y)
        net:backward(loss:backward())
        optimiser:step()
      end
      return cost
    end

    local before = dnn.get_num_threads()
    dnn.set_matmul_precision "medium"
    local cost = train(1)
    assert.is_true(cost < 0.01)
    assert.equal(cost, train(3))
    dnn.set_num_threads(before)
  end)
end)
