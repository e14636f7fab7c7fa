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
