-- What is said of layers that are written in Lua and are wrong, and what they cannot do from within.
local dnn = require "dnn"
local fails = dofile "tests/lua/fails.lua"
local mistakes = dofile "tests/lua/mistakes.lua"

describe("a mistake in a layer written in Lua:", function()
  -- The definition of a layer that changes nothing, but for these changes.
  local function identity(changes)
    local definition = {
      name = "Mine", forward = function(_, X) return X end, backward = function(_, dA) return dA end,
    }
    for key, value in pairs(changes or {}) do definition[key] = value end
    return definition
  end

  local X = dnn.ones(3, 2)
  local function run(changes)
    return function()
      local net = dnn.Sequential({dnn.Linear(3, 3), dnn.Layer(identity(changes))}, {dtype = "float32"})
      net:backward(net:forward(X))
    end
  end

  mistakes(it, {
    {"no forward", function() dnn.Layer{backward = print} end, "Layer: forward must be a function, got nil"},
    {"a name for backward", function() dnn.Layer{forward = print, backward = "f"} end,
      "Layer: backward must be a function, got 'f'"},
    {"a misspelt forward", function() dnn.Layer{foward = print, backward = print} end,
      "Layer: unknown option 'foward'; known: name, in_features, out_features, parameters, initialise, forward, "
        .. "backward (did you mean 'forward'?)"},
    {"half a feature", function() dnn.Layer(identity{in_features = 2.5}) end,
      "Layer: in_features must be a whole number >= 0, got 2.5"},
    {"a number of parameters", function() dnn.Layer(identity{parameters = 3}) end,
      "Layer: parameters must be a table, {weight = {rows, cols}}, got 3"},
    {"a parameter without columns", function() dnn.Layer(identity{parameters = {weight = {3}}}) end,
      "Layer: parameter weight must be given as {rows, cols}, got table"},
    {"a parameter without a name", function() dnn.Layer(identity{parameters = {{3, 3}}}) end,
      "Layer: parameters are named, as in {weight = {rows, cols}}"},
    {"a parameter with a layer's own name", function() dnn.Layer(identity{parameters = {dA = {3, 3}}}) end,
      "Layer: a parameter cannot be called 'dA', which every layer has"},
    {"an empty parameter", function() dnn.Layer(identity{parameters = {weight = {3, 0}}}) end,
      "layer Mine: parameter weight is 3 x 0; both must be at least 1"},
    {"too many parameters", function()
      local many = {}
      for i = 1, 65 do many["p" .. i] = {1, 1} end
      dnn.Layer(identity{parameters = many})
    end, "Layer: at most 64 parameters"},
    {"a forward that returns nothing", run{forward = function() end},
      "network: layer 2, Mine: forward must return a float32 Matrix of 3 x 2, it returned nil"},
    {"a forward that transposes", run{forward = function(_, x) return x:t() end},
      "network: layer 2, Mine: forward must return a float32 Matrix of 3 x 2, it returned one of float32, 2 x 3"},
    {"a forward that returns another type", run{forward = function(_, x) return x:double() end},
      "network: layer 2, Mine: forward must return a float32 Matrix of 3 x 2, it returned one of float64, 3 x 2"},
    {"a backward that returns a number", run{backward = function() return 7 end},
      "network: layer 2, Mine: backward must return a float32 Matrix of 3 x 2, it returned 7"},
  })

  it("passes its own error on with the layer's place and both lines", function()
    local ok, text = pcall(run{forward = function() error("out of ideas") end})
    assert.is_false(ok)
    assert.matches("mistakes_lua_layer_spec.lua:%d+: network: layer 2, Mine: "
      .. "[^:]*mistakes_lua_layer_spec.lua:%d+: out of ideas$", text)
  end)

  it("passes an error object on as it is", function()
    local object = {code = 5}
    for _, name in ipairs{"forward", "backward", "initialise"} do
      local ok, caught = pcall(run{[name] = function() error(object) end})
      assert.is_false(ok)
      assert.equal(object, caught)
    end
  end)

  it("leaves the network usable after an error", function()
    local fail = true
    local net = dnn.Sequential{dnn.Linear(3, 3), dnn.Layer(identity{forward = function(_, x)
      if fail then error("once") end
      return x
    end})}
    assert.is_false(pcall(net.forward, net, X))
    assert.is_nil(net[1].A)
    fails("network: backward needs a forward first", net.backward, net, X)
    fail = false
    assert.is_true(net:forward(X) == net[1].A)
  end)

  it("cannot run, close or take apart the network from within", function()
    local net
    local attempts = {
      function() net:forward(X) end, function() net:backward(X) end, function() net:close() end,
      function() dnn.Sequential{net} end,
      function() dnn.gradcheck(net, dnn.MSELoss(), X, X) end,
    }
    for _, attempt in ipairs(attempts) do
      net = dnn.Sequential{dnn.Layer(identity{forward = function(_, x)
        attempt()
        return x
      end})}
      local ok, text = pcall(net.forward, net, X)
      assert.is_false(ok)
      assert.matches("network: this network is running; one of its layers called it", text, 1, true)
    end
  end)

  it("cannot yield out of forward", function()
    local net = dnn.Sequential{dnn.Layer(identity{forward = function() coroutine.yield() end})}
    local ok, text = coroutine.resume(coroutine.create(function() net:forward(X) end))
    assert.is_false(ok)
    assert.matches("attempt to yield across a C%-call boundary", text)
    assert.is_false(pcall(net.forward, net, X)) -- and is not left running
  end)
end)
