-- The table that require "dnn" returns.
local dnn = require "dnn"

describe("the module", function()
  it("treats an unknown name as a slip, and suggests the nearest one", function()
    local function message(name) return select(2, pcall(function() return dnn[name] end)) end
    assert.matches("module_spec.lua:%d+: dnn has no 'Linaer'; did you mean 'Linear'%?$", message "Linaer")
    assert.matches(": dnn has no 'read_image'; it is dnn.data.read_image here$", message "read_image")
    assert.matches(": dnn has no 'pinv'; it is dnn.linalg.pinv here$", message "pinv")
    assert.matches(": dnn has no 'linear'; did you mean 'Linear'%?$", message "linear")
    assert.matches(": dnn has no 'stepwies'; did you mean 'stepwise'%?$", message "stepwies")
    assert.matches(": dnn has no 'zzz'$", message "zzz")
    assert.matches(": dnn has no 'tensor'; it is dnn.Matrix{...} here$", message "tensor")
  end)

  it("has tables of functions that do the same", function()
    local _, optim = pcall(function() return dnn.optim.Addam end)
    local _, linalg = pcall(function() return dnn.linalg.chol end)
    assert.matches("module_spec.lua:%d+: dnn.optim has no 'Addam'; did you mean 'Adam'%?$", optim)
    assert.matches(": dnn.linalg has no 'chol'; did you mean 'cholesky'%?$", linalg)
    for name, place in pairs{Linear = "dnn", fit = "dnn", csv = "dnn.data"} do
      local _, there = pcall(function() return dnn.optim[name] end)
      assert.matches((": dnn.optim has no '%s'; it is %s.%s here$"):format(name, place, name), there)
    end
  end)

  it("can be asked for a name with rawget, and is not a list", function()
    assert.is_nil(rawget(dnn, "tensor"))
    assert.is_nil(dnn[1])
  end)

  it("asks nothing of a script where the host does not", function()
    assert.is_false(dnn.interrupted())
  end)

  it("loads its parts when they are first named", function()
    assert.equal(require "dnn.stepwise", dnn.stepwise)
    assert.equal(require "dnn.data", dnn.data)
  end)
end)
