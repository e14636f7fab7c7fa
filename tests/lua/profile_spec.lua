-- net:profile: a table of where a step's time goes, of a network that it leaves as it is.
local dnn = require "dnn"
package.path = "tests/lua/?.lua;" .. package.path
local fails = require "fails"

-- What profile prints.
local function printed(net, ...)
  local print_before, text = print, nil
  _G.print = function(s) text = s end
  local ok, message = pcall(net.profile, net, ...)
  _G.print = print_before
  assert(ok, message)
  return text
end

-- The row of a layer: milliseconds forward and backward, and the rest of the line.
local function row(text, layer)
  local line = assert(text:match("[^\n]*" .. layer .. "[^\n]*"), text)
  local forward, rest = line:match(layer .. ".-%s%s+([%d.]+)(.*)")
  return tonumber(forward), rest
end

describe("net:profile", function()
  local function network()
    dnn.manual_seed(4)
    return dnn.Sequential{dnn.Input(8, 8, 2), dnn.Conv2d(2, 4, 3), dnn.BatchNorm2d(4), dnn.ReLU(), dnn.Flatten(),
      dnn.Dropout(0.5), dnn.Linear(144, 3)}
  end

  it("has a line for each layer, with operations of products alone", function()
    local text = printed(network(), dnn.ones(128, 5), {passes = 2})
    assert.matches("^float32, 5 examples, %d+ threads?; the machine's peak is %d+ GFLOP/s\n", text)
    assert.matches("\n  1  Conv2d[^\n]+ %d+%.%d %%", text)
    assert.matches("\n  6  Linear[^\n]+ %d+%.%d %%", text)
    assert.matches("\n +total [^\n]+$", text)
    local forward, rest = row(text, "ReLU")
    assert.is_true(forward >= 0)
    assert.is_nil(rest:find("%%"))
    assert.equal("0.006", rest:match "(%S+)$") -- 4 channels of 6 x 6, read and written: 5,760 bytes
  end)

  it("leaves values, modes and gradients as they are", function()
    local net = network()
    local before, grads = net:state_dict(), net:parameters().grads:copy()
    printed(net, dnn.ones(128, 5))
    assert.is_true(net.training)
    assert.is_true(net:parameters().grads == grads)
    for name, value in pairs(net:state_dict()) do assert.is_true(value == before[name], name) end
  end)

  it("draws no random numbers of the script's", function()
    local net, X = network(), dnn.ones(128, 5)
    dnn.manual_seed(9)
    local expected = dnn.rand(1, 3)
    dnn.manual_seed(9)
    printed(net, X)
    assert.is_true(dnn.rand(1, 3) == expected)
  end)

  it("times forward alone in evaluation, and where that is asked for", function()
    local net, X = network(), dnn.ones(128, 5)
    local _, rest = row(printed(net, X, {backward = false}), "Linear")
    assert.equal(3, select(2, rest:gsub("[%d.]+", ""))) -- GFLOP/s, share, MB
    net:eval()
    _, rest = row(printed(net, X), "Linear")
    assert.equal(3, select(2, rest:gsub("[%d.]+", "")))
  end)

  it("ends with an error where its copy is closed or built into another network meanwhile", function()
    -- what looks `print` up finds the copy on the stack
    local function during(what)
      local print = print
      local globals = getmetatable(_G)
      _G.print = nil
      setmetatable(_G, {__index = function()
        local _, copy = debug.getlocal(2, 4) -- after the network, X and the options
        what(copy)
      end})
      local done, message = pcall(network().profile, network(), dnn.ones(128, 2))
      setmetatable(_G, globals)
      _G.print = print
      assert.is_false(done)
      return message
    end
    assert.matches("this network is closed", during(function(copy) copy:close() end), 1, true)
    assert.matches("the copy became a part of another network meanwhile", during(function(copy)
      dnn.Sequential{copy, dnn.Linear(3, 1)}:forward(dnn.ones(128, 1))
    end), 1, true)
  end)

  it("names what is wrong", function()
    local net = network()
    fails("network: profile: passes must be a whole number from 1 to 1000000, got 0.0", net.profile, net,
      dnn.ones(128, 1), {passes = 0})
    fails("unknown option 'pases'; known: passes, backward (did you mean 'passes'?)", net.profile, net,
      dnn.ones(128, 1), {pases = 1})
    fails("network: X is 3 x 1; a column is an example of 8 x 8 x 2, so X needs 128 rows", net.profile, net,
      dnn.ones(3, 1))
  end)
end)
