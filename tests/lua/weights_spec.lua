-- Weights in safetensors files: what is written is the published format, read here by a second reader; what is
-- read back is the same bits; files that lie or do not fit are told apart, and change nothing.
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

describe("dnn.save and dnn.load", function()
  local folder, path

  before_each(function()
    folder = program.folder()
    path = folder .. "/a.safetensors"
  end)
  after_each(function() program.remove(folder) end)

  it("keep matrices of every type and shape, views too, and texts", function()
    local A = dnn.randn(300, 70)
    local tensors = {
      A = A, view = A:block(2, 9, 3, 5), row = A:row(7), column = A:col(3), transposed = A:t(),
      double = dnn.randn(5, 2, {dtype = "float64"}), bytes = dnn.Matrix({{0, 1}, {254, 255}}, {dtype = "uint8"}),
      empty = dnn.zeros(0, 3), flat = dnn.zeros(3, 0), one = dnn.full(1, 1, 7), ["ключ/☃"] = dnn.eye(2),
      odd = dnn.Matrix {0 / 0, 1 / 0, -1 / 0, -0.0},
    }
    assert.is_true(dnn.save(path, tensors, {metadata = {a = "1", b = ""}}))
    local got, metadata = dnn.load(path)
    assert.same({a = "1", b = ""}, metadata)
    local odd, same = tensors.odd, got.odd
    tensors.odd, got.odd = nil, nil
    for i = 1, 4 do assert.equal(("%g"):format(odd(i, 1)), ("%g"):format(same(i, 1))) end
    for name, matrix in pairs(tensors) do
      assert.is_true(got[name] == matrix, name)
      assert.equal(matrix.dtype, got[name].dtype)
      got[name] = nil
    end
    assert.is_nil(next(got))
    assert.is_true(dnn.save(path, {}))
    got, metadata = dnn.load(path)
    assert.same({{}, {}}, {got, metadata})
  end)

  it("read what others write: more dimensions, none, spaces in the header", function()
    local header = [[ {"a":{"dtype":"F32", "shape":[2,1,3],"data_offsets":[0,24]},
      "s":{"data_offsets":[24,32],"shape":[],"dtype":"F64"}}  ]]
    header = header:sub(2)
    program.write_all(path, ("<I8"):pack(#header) .. header .. ("<ffffffd"):pack(1, 2, 3, 4, 5, 6, 0.5))
    local got = assert(dnn.load(path))
    assert.is_true(got.a == dnn.Matrix {{1, 2, 3}, {4, 5, 6}})
    assert.is_true(got.s == dnn.Matrix({0.5}, {dtype = "float64"}))
  end)

  it("say what is wrong with a file", function()
    local function says(expected, bytes)
      program.write_all(path, bytes)
      local got, message = dnn.load(path)
      assert.is_nil(got)
      assert.is_truthy(message:find(path .. ": " .. expected, 1, true), message)
    end
    local function file(header, data)
      return ("<I8"):pack(#header) .. header .. (data or "")
    end
    local function tensor(text, data) return file('{"w":{' .. text .. "}}", data) end
    says("expected a safetensors file, but the file is empty", "")
    says("is not a safetensors file, or was cut short: it claims a header of 100 bytes, and has 20 in all",
      ("<I8"):pack(100) .. ("x"):rep(12))
    says("expected a safetensors file, got a zip archive; unpack it first", "PK\3\4 and so on")
    says("expected a safetensors file, got an HDF5 file; dnn.data.hdf5 reads it", "\x89HDF\r\n\x1a\n  ")
    says("its header is not that of a safetensors file: it does not begin with {", file "[]")
    says("its header is not that of a safetensors file: it is nested too deep", file(("{\"a\":"):rep(1000)))
    says("its header is not valid JSON: duplicate object key", file '{"a":{},"a":{}}')
    says("tensor 'w' has no dtype", tensor '"dtype":7,"shape":[],"data_offsets":[0,4]')
    says("tensor 'w' has no shape of whole numbers", tensor '"dtype":"F32","shape":[-1],"data_offsets":[0,4]')
    says("tensor 'w' has no shape of whole numbers", tensor(
      '"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]'))
    says("tensor 'w' has no data_offsets", tensor '"dtype":"F32","shape":[1],"data_offsets":[4,0]')
    says("tensor 'w' of type F32 is 2 x 1, but its data_offsets give it 4 bytes",
      tensor('"dtype":"F32","shape":[2],"data_offsets":[0,4]', "1234"))
    says("tensor 'w' ends at byte 8 of the data, but only 4 are there; was the file cut short?",
      tensor('"dtype":"F32","shape":[2],"data_offsets":[0,8]', "1234"))
    says("tensor 'w' leaves a gap", tensor('"dtype":"F32","shape":[1],"data_offsets":[4,8]', "12345678"))
    says("4 bytes at its end belong to no tensor", tensor('"dtype":"F32","shape":[1],"data_offsets":[0,4]', "12345678"))
    says("its metadata 'a' is not text", file '{"__metadata__":{"a":1}}')
    says("tensor '?[31m' is not described by an object", file '{"\\u001b[31m":1}')
  end)

  it("read every type of the format, and leave out what a Matrix does not hold", function()
    local tensors, at = {}, 0
    local function tensor(name, type, shape, bytes)
      tensors[#tensors + 1] = ('"%s":{"dtype":"%s","shape":%s,"data_offsets":[%d,%d]}'):format(name, type, shape, at,
        at + bytes)
      at = at + bytes
    end
    tensor("bool", "BOOL", "[2]", 2)
    tensor("i8", "I8", "[2]", 2)
    tensor("u16", "U16", "[1]", 2)
    tensor("i16", "I16", "[1]", 2)
    tensor("i32", "I32", "[1]", 4)
    tensor("u32", "U32", "[1]", 4)
    tensor("i64", "I64", "[1]", 8)
    tensor("f16", "F16", "[2]", 4)
    tensor("bf16", "BF16", "[1]", 2)
    tensor("e4m3", "F8_E4M3", "[1]", 1)
    tensor("e5m2", "F8_E5M2", "[1]", 1)
    tensor("u64", "U64", "[1,1]", 8)
    tensor("c", "C64", "[1]", 8)
    tensor("new", "F4X", "[3]", 2)
    local header = "{" .. table.concat(tensors, ",") .. "}"
    program.write_all(path, ("<I8"):pack(#header) .. header .. ("<BBbbI2i2i4I4i8I2I2I2BBI8ffBB"):pack(0, 255, -7, 7,
      65535,
      -32768, -2147483648, 4294967295, -(1 << 60), 0x3e00, 0x0001, 0xc040, 0x3a, 0xc6, (1 << 53) + 1, 1, 2, 0, 0))
    local got, metadata, left_out = assert(dnn.load(path))
    assert.same({}, metadata)
    local function holds(name, dtype, ...)
      assert.equal(dtype, got[name].dtype, name)
      for i, value in ipairs {...} do assert.equal(value, got[name](i, 1), name) end
    end
    holds("bool", "int32", 0, 1)
    holds("i8", "int32", -7, 7)
    holds("u16", "int32", 65535)
    holds("i16", "int32", -32768)
    holds("i32", "int32", -2147483648)
    holds("u32", "float64", 4294967295)
    holds("i64", "float64", -(1 << 60) + 0.0)
    holds("f16", "float32", 1.5, 2.0 ^ -24)
    holds("bf16", "float32", -3)
    holds("e4m3", "float32", 1.25)
    holds("e5m2", "float32", -6)
    local names = {}
    for name in pairs(left_out) do names[#names + 1] = name end
    table.sort(names)
    assert.same({"c", "new", "u64"}, names)
    assert.error_matches(function() return got.u64 end,
      "tensor 'u64' is U64, and its element 1, 9007199254740993, does not fit a float64 exactly", 1, true)
    assert.error_matches(function() return got.c end, "tensor 'c' is C64, which a Matrix cannot hold", 1, true)
    assert.is_nil(got.unknown)
  end)

  it("say what is wrong with a path, and leave the old file whole", function()
    assert(dnn.save(path, {a = dnn.ones(2, 2)}))
    local before = program.read_all(path)
    local function refuses(to, expected)
      local saved, message = dnn.save(to, {a = dnn.zeros(2, 2)})
      assert.is_nil(saved)
      assert.equal(to .. ": " .. expected, message)
    end
    refuses(folder .. "/no/such", "cannot be written: No such file or directory")
    refuses(folder, "is a folder; give the name of a file")
    refuses("/dev/full", "is not a regular file")
    assert(os.execute(("ln -s a.safetensors %s/link"):format(program.quote(folder))))
    refuses(folder .. "/link", "is a symbolic link, which the new file would replace; give the name of its target")
    assert.equal(before, program.read_all(path))
    assert.is_true(assert(dnn.load(folder .. "/link")).a == dnn.ones(2, 2))
    local _, message = dnn.load "/dev/null"
    assert.equal("/dev/null: is not a regular file", message)
    _, message = dnn.load(folder)
    assert.equal(folder .. ": is a folder; give the name of a file", message)
  end)

  it("leave a whole file, old or new, when the program is killed", function()
    local script = folder .. "/script.lua"
    program.write_all(script, ([[
      local dnn = require "dnn"
      for i = 1, 1e9 do assert(dnn.save(%q, {A = dnn.full(300, 200, i), i = dnn.full(1, 1, i)})) end]]):format(path))
    assert(dnn.save(path, {A = dnn.zeros(300, 200), i = dnn.zeros(1, 1)})) -- what a program too slow to begin leaves
    for _ = 1, 3 do
      program.shell(("%s %s & sleep 0.15; kill -9 $!"):format(program.quote(program.dnnlua), program.quote(script)))
      local got = assert(dnn.load(path))
      assert.is_true(got.A == dnn.full(300, 200, got.i(1, 1)))
    end
  end)

  it("say what is wrong with a call", function()
    fails("save: expected the path of a file, got nil", dnn.save)
    fails("save: the path 'a...' holds a zero byte", dnn.save, "a\0b", {})
    fails("save: expected a table of matrices by name, as in {weight = W}, got dnn.Matrix", dnn.save, path, dnn.eye(1))
    fails("save: matrices are named, but the table has the key 1", dnn.save, path, {dnn.eye(1)})
    fails("save: 'a' must be a Matrix, got 3", dnn.save, path, {a = 3})
    fails("save: metadata must be a table of strings, got 3", dnn.save, path, {}, {metadata = 3})
    fails("save: metadata 'a' must be a string without zero bytes", dnn.save, path, {}, {metadata = {a = {}}})
    fails("save: unknown option 'meta'", dnn.save, path, {}, {meta = {}})
    fails("metadata '\xff' is not UTF-8 text", dnn.save, path, {}, {metadata = {a = "\xff"}})
    fails("tensor '\xff' is not UTF-8 text", dnn.save, path, {["\xff"] = dnn.eye(1)})
    fails("has the name reserved for the metadata", dnn.save, path, {__metadata__ = dnn.eye(1)})
    fails("load: expected the path of a file, got 3", dnn.load, 3)
    assert.is_nil(io.open(path))
  end)
end)
