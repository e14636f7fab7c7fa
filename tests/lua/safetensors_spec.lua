-- dnn.save and dnn.load: any matrices in safetensors files; files that lie are told apart, and change nothing.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local fails = require "fails"
local program = require "program"

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
    says("its header is not that of a safetensors file: it is nested more than 3 deep", file(("{\"a\":"):rep(1000)))
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

  it("take the beginning of a header's length for nothing else", function()
    for _, length in ipairs{0x280, 0x480, 0xfeff} do -- as a pickle and UTF-16 begin
      for size = 2, 8 do
        program.write_all(path, string.pack("<I8", length):sub(1, size))
        local _, message = dnn.load(path)
        assert.equal(("%s: is not a safetensors file, or was cut short: it has %d bytes in all"):format(path, size),
          message)
      end
    end
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

  it("have a checksum where the metadata asks for one, as net:save has", function()
    local A, net = dnn.randn(3, 4), dnn.Linear(3, 2)
    local function refuses_damage(load)
      local good = program.read_all(path)
      for position = #good - 20, #good, 5 do
        program.write_all(path, good:sub(1, position - 1) .. string.char(good:byte(position) ~ 8)
          .. good:sub(position + 1))
        assert.same({nil, path .. ": is damaged: its contents do not match its checksum"}, {load(path)})
      end
      program.write_all(path, good)
      assert(load(path))
    end
    local options = {metadata = {["dnn.checksum"] = "what an older file had"}}
    assert(dnn.save(path, {row = A:row(2), block = A:block(2, 3, 1, 2)}, options))
    assert.is_true(dnn.load(path).row == A:row(2))
    refuses_damage(dnn.load)
    assert(net:save(path, options))
    refuses_damage(function(file) return net:load(file) end)
  end)

  it("compute the checksum that another program does", function() -- tests/fuzz/make_seeds.py
    local seeds = "tests/fuzz/seeds/safetensors/"
    local weight = {{0, 1, 2}, {3, 4, 5}}
    assert.same(weight, assert(dnn.load(seeds .. "checksum"))["0.weight"]:table())
    assert.same(weight, assert(dnn.load(seeds .. "former_checksum"))["0.weight"]:table())
    assert.same({nil, seeds .. "wrong_checksum: is damaged: its contents do not match its checksum"},
      {dnn.load(seeds .. "wrong_checksum")})
    assert.same({nil, seeds .. "no_checksum: is damaged: a checkpoint has a checksum, and this one has none"},
      {dnn.load(seeds .. "no_checksum")})
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
    fails("metadata 'a' is not UTF-8 text", dnn.save, path, {}, {metadata = {a = "\xff"}})
    fails("metadata '?' is not UTF-8 text", dnn.save, path, {}, {metadata = {["\xff"] = "a"}})
    fails("tensor '?' is not UTF-8 text", dnn.save, path, {["\xff"] = dnn.eye(1)})
    local many = {}
    for i = 1, 65537 do many["note " .. i] = "" end
    fails("1 tensors and 65537 texts of metadata; a file has at most 100000 and 65536", dnn.save, path,
      {a = dnn.eye(1)}, {metadata = many})
    fails("has the name reserved for the metadata", dnn.save, path, {__metadata__ = dnn.eye(1)})
    fails("load: expected the path of a file, got 3", dnn.load, 3)
    assert.is_nil(io.open(path))
  end)
end)
