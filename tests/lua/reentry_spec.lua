-- Scripts that run in the middle of a call: metamethods of keys and options, finalisers, a layer's own
-- functions. Whatever they close or run, a call ends with its result or with an error that says so.
local dnn = require "dnn"

local CLOSED = "network: this network is closed"

-- A network that has gradients.
local function trained()
  local net = dnn.Sequential {dnn.Linear(3, 2), dnn.Sigmoid()}
  net:forward(dnn.randn(3, 4))
  net:backward(dnn.randn(2, 4))
  return net
end

-- Options of which reading one that is not there closes the network.
local function closing(net, given)
  return setmetatable(given or {}, {__index = function() net:close() end})
end

describe("options that close the network when they are read", function()
  local calls = {
    update = function(net) net:update(0.1, closing(net)) end,
    backward = function(net) net:backward(dnn.ones(2, 4), closing(net)) end,
    gradcheck = function(net)
      dnn.gradcheck(net, dnn.MSELoss(), dnn.ones(3, 4), dnn.ones(2, 4), closing(net))
    end,
    optimiser = function(net) dnn.optim.SGD(net:parameters(), closing(net, {lr = 0.1})) end,
    sequential = function(net) dnn.Sequential({net}, closing(net)) end,
    forward = function(net) net:forward(dnn.ones(3, 4), closing(net)) end,
    predict = function(net) net:predict(dnn.ones(3, 4), closing(net)) end,
  }
  for name, call in pairs(calls) do
    it("end the call: " .. name, function()
      assert.error_matches(function() call(trained()) end, CLOSED, 1, true)
    end)
  end
end)

describe("a table that is emptied when options are read", function()
  it("is that of a loader's files: their names are still there", function()
    local names = {}
    for i = 1, 20 do names[i] = ("/nowhere"):rep(9) .. i end
    local size = {height = 8, width = 8, channels = 3, fit = 0, max_pixels = 1000000}
    local loader = require "dnn.core"._data.loader {
      height = 8, width = 8, channels = 3, batch_size = 20, strength = {}, Y = dnn.ones(1, 20), files = names,
      target = setmetatable({}, {__index = function(_, key)
        for i = #names, 1, -1 do names[i] = nil end
        collectgarbage()
        return size[key]
      end}),
    }
    assert.equal(0, loader:get(1, 1, dnn.empty(192, 20), dnn.empty(1, 20)))
    assert.equal(("/nowhere"):rep(9) .. "20: No such file or directory", loader:failure(20))
  end)
end)

describe("a key that is not a string", function()
  it("is named by its kind; its __tostring is not run", function()
    local net = trained()
    local key = setmetatable({}, {__name = "Key", __tostring = function() net:close() return "dtype" end})
    local parameters, layer = net:parameters(), net[1]
    assert.error_matches(function() return dnn.ones(1, 1)[key] end, "an element is A(i, j)", 1, true)
    for _, object in ipairs {net, parameters, layer, dnn.MSELoss(), dnn.optim.SGD(parameters, {lr = 1})} do
      assert.error_matches(function() return object[key] end, "has no field 'Key'", 1, true)
      assert.error_matches(function() object[key] = 1 end, "'Key'", 1, true)
    end
    assert.equal("float32", net.dtype)
  end)
end)

describe("grad_norms", function()
  it("fills the table itself, past its metamethods", function()
    local net = trained()
    local norms = net:grad_norms(setmetatable({}, {__newindex = function() net:close() end}))
    assert.same({"1 Linear"}, norms.names)
    assert.is_number(norms[1])
  end)
end)

describe("initialise of a layer", function()
  -- A layer without numbers that runs f when its network is made.
  local function with_initialise(f)
    local same = function(_, X) return X end
    return dnn.Layer {initialise = f, forward = same, backward = same}
  end

  it("can neither run nor close the networks that its Sequential is made of", function()
    local X = dnn.randn(3, 4)
    for message, use in pairs {
      ["this is a part of a network, which runs as a whole"] = function(inner) inner:forward(X) end,
      ["only the whole network can be closed"] = function(inner) inner:close() end,
    } do
      local inner = dnn.Sequential {with_initialise(nil), dnn.Linear(3, 3)}
      local before = inner:forward(X):copy()
      assert.error_matches(function()
        dnn.Sequential {inner, with_initialise(function() use(inner) end)}
      end, message, 1, true)
      assert.is_true(before == inner:forward(X), message)
    end
  end)
end)

describe("a finaliser that closes or runs a network", function()
  -- Garbage whose collection calls f.
  local function litter(f)
    for _ = 1, 4 do setmetatable({}, {__gc = f}) end
  end

  local uses = {
    forward = function(net, i) return net:forward(dnn.randn(3, 1 + i % 40)) end,
    backward = function(net)
      net:forward(dnn.randn(3, 4))
      return net:backward(dnn.randn(2, 4), {input_gradient = true})
    end,
    fields = function(net) return net[1].weight, net[1].bias_grad, net[2].A, net[1].dA end,
    parameters = function(net)
      local p = net:parameters()
      for name, W, dW in p:pairs() do assert(name and W:sum() and dW:sum()) end
      return p.values, p[2], tostring(p)
    end,
    optimiser = function(net) dnn.optim.Adam(net:parameters(), {lr = 0.1}):step() end,
    ["grad_norms and text"] = function(net) return net:grad_norms(), tostring(net) end,
    sequential = function(net) return dnn.Sequential {net, dnn.Tanh()} end,
    copy = function(net) return net:copy() end,
    ["recorded forward"] = function(net) return net(dnn.ones(3, 4):requires_grad_()):sum():backward() end,
  }
  for name, use in pairs(uses) do
    it("may run at any moment: " .. name, function()
      local mode = collectgarbage("incremental", 1, 1000, 1)
      for i = 1, 80 do
        local net = trained()
        if i % 2 == 0 then
          litter(function() net:close() end)
        else
          litter(function() pcall(net.forward, net, dnn.randn(3, 30)) end)
        end
        local ok, message = pcall(use, net, i)
        if not ok then
          assert.is_truthy(message:find(CLOSED, 1, true) or message:find("no new gradients", 1, true)
            or message:find("dA is 2 x 4", 1, true) or message:find("running", 1, true), message)
        end
      end
      collectgarbage(mode)
    end)
  end
end)

describe("a finaliser that runs after those of a network", function()
  -- The collector finalises what was made last first.
  it("is refused the network and its layers", function()
    local uses <const> = {
      function(net) return net[1].weight end,
      function(net) return net:forward(dnn.ones(3, 1)) end,
      function(net) return net:state_dict() end,
      function(net) return #net end,
      function(net) return net.training end,
      function(net) return dnn.Sequential {net, dnn.Tanh()} end,
      function(_, layer) layer.weight = dnn.ones(2, 3) end,
      function(_, layer) return layer:copy() end,
    }
    local refused = 0
    local function make()
      local all = {}
      all.first = setmetatable({}, {__gc = function()
        for _, use in ipairs(uses) do
          if not pcall(use, all.net, all.layer) then refused = refused + 1 end
        end
      end})
      all.net = trained()
      all.layer = all.net[1]
    end
    make()
    collectgarbage()
    collectgarbage()
    assert.equal(#uses, refused)
  end)
end)

describe("copying a network whose layers' tables the script has changed since", function()
  local same = function(_, X) return X end

  it("gives a layer written in Lua the shapes that it was made with", function()
    local shapes = {w = {300, 300}, b = {2, 1}}
    local net = dnn.Sequential {dnn.Layer {parameters = shapes, forward = same, backward = same}}
    local values = net:parameters().values
    shapes.w[1], shapes.b, shapes.c = 1, nil, {4, 4}
    assert.is_true(net:copy():parameters().values == values)
    shapes.w = {1, 1}
    assert.is_true(net:copy():parameters().values == values)
    local output = {}
    local print = print
    _G.print = function(text) output[1] = text end
    local ok, message = pcall(net.profile, net, dnn.ones(300, 2), {passes = 1, backward = false})
    _G.print = print
    assert.is_true(ok, message)
    assert.is_string(output[1])
  end)

  it("refuses a module whose parameters have another shape, or that has other layers", function()
    local function definition(children)
      return {
        name = "Changed", class = {}, own = {}, forward = same, children = children,
        values = {{"w", 300, 300}}, start = {dnn.ones(300, 300)},
      }
    end
    local changed = definition {}
    local module = dnn._module(changed)
    changed.values[1][2], changed.values[1][3] = 1, 1
    assert.error_matches(function() return module:copy() end,
      "Changed: w has another shape in the copy; the definition of the layer has changed", 1, true)
    changed = definition {{"a", dnn.Linear(2, 2)}}
    module = dnn._module(changed)
    changed.children[1] = nil
    assert.error_matches(function() return module:copy() end,
      "layer a, Linear: weight has another shape in the copy", 1, true)
  end)
end)
