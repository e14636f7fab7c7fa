-- Weights in safetensors files: what is written is the published format, read here by a second reader; what is
-- read back is the same bits; files that do not fit are told apart, and change nothing.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local dkjson = require "dkjson"
local fails = require "fails"
local program = require "program"

-- The published format, read without the program: tensors by name as {dtype, shape, data = array, row by row},
-- and the metadata.
local FORMATS <const> = {F32 = "<f", F64 = "<d", U8 = "B"}
local function read_by_hand(path)
  local bytes = program.read_all(path)
  local length = ("<I8"):unpack(bytes)
  local header = assert(dkjson.decode(bytes:sub(9, 8 + length)))
  local metadata = header.__metadata__
  header.__metadata__ = nil
  for _, tensor in pairs(header) do
    local at, stop = 9 + length + tensor.data_offsets[1], 9 + length + tensor.data_offsets[2]
    tensor.data = {}
    while at < stop do tensor.data[#tensor.data + 1], at = FORMATS[tensor.dtype]:unpack(bytes, at) end
  end
  return header, metadata
end

local function network(options)
  return dnn.Sequential({dnn.Linear(7, 5), dnn.ReLU(), dnn.Linear(5, 1), dnn.Sigmoid()}, options)
end

describe("weights", function()
  local folder, path

  before_each(function()
    folder = program.folder()
    path = folder .. "/weights.safetensors"
  end)
  after_each(function() program.remove(folder) end)

  it("are a file as PyTorch writes it: [out, in] row by row, biases one-dimensional", function()
    local net = network()
    assert.is_true(net:save(path, {metadata = {note = "größer \"als\" 1", epoch = 12, done = true}}))
    local tensors, metadata = read_by_hand(path)
    assert.same({note = "größer \"als\" 1", epoch = "12", done = "true"}, metadata)
    local count = 0
    for name, W in net:parameters():pairs() do
      local tensor = tensors[name]
      local W_rows = {}
      for i = 1, W.rows do
        for j = 1, W.cols do W_rows[#W_rows + 1] = W(i, j) end
      end
      assert.equal("F32", tensor.dtype)
      assert.same(name:find "bias" and {W.rows} or {W.rows, W.cols}, {table.unpack(tensor.shape)})
      assert.same(W_rows, tensor.data)
      count = count + 1
    end
    assert.equal(4, count)
    assert.is_nil(tensors["5.weight"])
  end)

  it("of one input keep both dimensions", function()
    local net = dnn.Sequential{dnn.Linear(1, 3)}
    assert(net:save(path))
    local tensors = read_by_hand(path)
    assert.same({3, 1}, {table.unpack(tensors["0.weight"].shape)})
    assert.same({3}, {table.unpack(tensors["0.bias"].shape)})
  end)

  it("come back bit for bit, in either type", function()
    for _, dtype in ipairs {"float32", "float64"} do
      local net, other = network {dtype = dtype}, network {dtype = dtype}
      assert.is_false(other:parameters().values == net:parameters().values)
      assert(net:save(path))
      assert.is_true(other:load(path))
      assert.is_true(other:parameters().values == net:parameters().values)
    end
  end)

  it("are converted where the file has another type", function()
    local net = network {dtype = "float64"}
    assert(net:save(path))
    local other = network {dtype = "float32"}
    assert(other:load(path))
    assert.is_true(other:parameters().values == net:parameters().values:float())
    assert(other:save(path))
    assert(net:load(path))
    assert.is_true(net:parameters().values == other:parameters().values:double())
  end)

  it("are taken over by the views that the script holds, and by the optimiser", function()
    local net, other = network(), network()
    assert(net:save(path))
    local weight, X = other[1].weight, dnn.randn(7, 3)
    assert(other:load(path))
    assert.is_true(weight == net[1].weight)
    assert.is_true(other(X) == net(X))
  end)

  it("of files that count layers from 1, as the first versions wrote, are taken too", function()
    local net, other = network(), network()
    local tensors = {}
    for name, W in net:parameters():pairs() do
      tensors[name:gsub("^%d", function(layer) return ("%d"):format(layer + 1) end)] = W
    end
    assert(dnn.save(path, tensors))
    assert(other:load(path))
    assert.is_true(other:parameters().values == net:parameters().values)
  end)

  it("make a file of the same bytes each time", function()
    local net = network()
    assert(net:save(path))
    local first = program.read_all(path)
    assert(dnn.save(path, net:state_dict()))
    assert.equal(first, program.read_all(path))
  end)

  it("of another network are reported by name and shape, and change nothing", function()
    local net = network()
    assert(net:save(path))
    local function refuses(expected, ...)
      local other = dnn.Sequential{...}
      local before = other:parameters().values:copy()
      local loaded, message = other:load(path)
      assert.is_nil(loaded)
      assert.equal(path .. ": " .. expected .. "; was it saved from another network?", message)
      local ok, raised = pcall(other.load_state_dict, other, net:state_dict())
      assert.is_false(ok)
      assert.equal("network: load_state_dict: " .. expected:gsub("in the file", "in the state")
        .. "; was it saved from another network?", raised)
      assert.is_true(other:parameters().values == before)
    end
    refuses("layer 3, Linear: weight is 3 x 5 here, 1 x 5 in the file; layer 3, Linear: bias is 3 x 1 here, 1 x 1 in "
      .. "the file", dnn.Linear(7, 5), dnn.ReLU(), dnn.Linear(5, 3))
    refuses("3.weight (Linear, 2 x 1) is missing in the file; 3.bias (Linear, 2 x 1) is missing in the file",
      dnn.Linear(7, 5), dnn.ReLU(), dnn.Linear(5, 1), dnn.Linear(1, 2))
    refuses("0.bias (5 x 1) in the file has no place in this network",
      dnn.Linear(7, 5, {bias = false}), dnn.ReLU(), dnn.Linear(5, 1))
    refuses("layer 1, Linear: weight is 7 x 5 here, 5 x 7 in the file, its transpose; layer 1, Linear: bias is 7 x 1 "
      .. "here, 5 x 1 in the file; layer 3, Linear: weight is 1 x 7 here, 1 x 5 in the file",
      dnn.Linear(5, 7), dnn.ReLU(), dnn.Linear(7, 1))
  end)

  it("of a layer on its own and of a layer written in Lua are saved like others", function()
    local function scale()
      return dnn.Layer {
        name = "Scale", parameters = {gain = {1, 4}}, initialise = function(self) self.gain:uniform_() end,
        forward = function(self, X) return X * self.gain end,
        backward = function(_, dA) return dA end,
      }
    end
    local net, other = dnn.Sequential{scale()}, dnn.Sequential{scale()}
    assert(net:save(path))
    assert(other:load(path))
    assert.is_true(other[1].gain == net[1].gain)
    local layer, same = dnn.Linear(3, 2), dnn.Linear(3, 2)
    assert(layer:save(path))
    assert(same:load(path))
    assert.is_true(same.weight == layer.weight)
  end)

  it("of a network without parameters are an empty file", function()
    local net = dnn.Sequential{dnn.ReLU()}
    assert(net:save(path))
    assert.same({}, (dnn.load(path)))
    assert(net:load(path))
    net:load_state_dict(net:state_dict())
    assert(dnn.checkpoint.save(path, {net = net, optimiser = dnn.optim.Adam(net:parameters())}))
    assert(dnn.checkpoint.load(path, {net = net, optimiser = dnn.optim.Adam(net:parameters())}))
  end)

  it("cannot be loaded by a layer into the network that runs it", function()
    local net
    net = dnn.Sequential{dnn.Layer {name = "Sly", forward = function(_, X)
      net:load(path)
      return X
    end, backward = function(_, dA) return dA end}}
    assert(net:save(path))
    fails("this network is running", net.forward, net, dnn.zeros(1, 1))
  end)
end)

describe("state_dict", function()
  it("is a table of copies that load_state_dict takes", function()
    local net, other = network(), network()
    local state = net:state_dict()
    assert.is_true(state["2.weight"] == net[3].weight)
    state["0.bias"]:fill_(2)
    assert.is_false(net[1].bias:any())
    other:load_state_dict(state)
    assert.is_true(other[1].bias == state["0.bias"])
    fails("network: load_state_dict: expected a table of matrices by name, as in {weight = W}, got nil",
      net.load_state_dict, net)
    fails("network: load_state_dict: '1.bias' must be a Matrix, got 1", net.load_state_dict, net, {["1.bias"] = 1})
  end)

  it("of an optimiser holds its settings, steps and vectors", function()
    local net = network()
    local adam = dnn.optim.Adam(net:parameters(), {lr = 0.25, beta1 = 0.5})
    net:parameters().grads = dnn.ones(net:parameters().count, 1)
    adam:step()
    local state = adam:state_dict()
    assert.equal("Adam", state.name)
    assert.equal(1, state.steps)
    assert.equal(0.25, state.lr)
    assert.is_true(state["state.1"] == dnn.full(net:parameters().count, 1, 0.5)) -- (1 - beta1) g
    local other = dnn.optim.Adam(net:parameters(), {})
    other:load_state_dict(state)
    assert.same({0.25, 0.5, 1}, {other.lr, other.beta1, other.steps})
    assert.is_true(other:state_dict()["state.2"] == state["state.2"])
  end)

  it("of an optimiser that does not fit raises and changes nothing", function()
    local net = network()
    local count = net:parameters().count
    local adam = dnn.optim.Adam(net:parameters(), {lr = 0.25})
    local sgd = dnn.optim.SGD(net:parameters(), {lr = 0.5})
    local function with(name, value)
      local state = adam:state_dict()
      state[name] = value
      return state
    end
    fails("SGD: load_state_dict: this is the state of another optimiser, 'Adam'", sgd.load_state_dict, sgd,
      adam:state_dict())
    fails("Adam: load_state_dict: expected a table as from state_dict, got nil", adam.load_state_dict, adam)
    fails("Adam: lr must be a number, got nil", function() -- no key
      local state = adam:state_dict()
      state.lr = nil
      adam:load_state_dict(state)
    end)
    fails("Adam: load_state_dict: steps must be a whole number >= 0, got -1", adam.load_state_dict, adam,
      with("steps", -1))
    fails("beta1 must be below 1", adam.load_state_dict, adam, with("beta1", 1))
    fails("Adam: with these settings its state has 2 vectors, got 1", function()
      local state = adam:state_dict()
      state["state.2"] = nil
      adam:load_state_dict(state)
    end)
    fails(("Adam: state.2 is %d x 1, got a Matrix of 2 x 2"):format(count), adam.load_state_dict, adam,
      with("state.2", dnn.zeros(2, 2)))
    assert.same({0.25, 0}, {adam.lr, adam.steps})
  end)
end)
