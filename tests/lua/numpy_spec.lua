-- The readers and writers against NumPy and Python: the same arrays and numbers from both. Skipped where there is no
-- python3 with NumPy; HDF5 files also need h5py.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local program = require "program"
local data = dnn.data

local PYTHON <const> = "/usr/bin/python3"
local folder

local function has(module)
  return os.execute(("%s -c 'import %s' 2>/dev/null"):format(PYTHON, module)) == true
end

-- Runs a Python script in the folder; what it prints.
local function python(script)
  program.write_all(folder .. "/script.py", "import numpy as np\n" .. script)
  local out, err, status = program.shell(("cd %s && %s script.py"):format(program.quote(folder), PYTHON))
  assert.equal(0, status, err)
  return out
end

-- For each line "name rows cols" of the listing: what `read` makes of the file is the matrix of float64 whose bytes
-- are in name.expected.
local function compare(listing, read)
  local count = 0
  for name, rows, cols in listing:gmatch "(%S+) (%d+) (%d+)\n" do
    local expected = dnn.frombytes(program.read_all(("%s/%s.expected"):format(folder, name)), "float64",
      math.tointeger(rows), math.tointeger(cols))
    local got, message = read(name)
    assert.is_truthy(got, message)
    assert.is_true(got:double() == expected, name)
    count = count + 1
  end
  return count
end

describe("beside NumPy", function()
  setup(function() folder = program.folder() end)
  teardown(function() os.execute("rm -r " .. program.quote(folder)) end)

  local EXPECT <const> = [[
rng = np.random.default_rng(3)
def expect(name, a):
    columns = a.reshape(1, 1) if a.ndim == 0 else a.reshape(a.shape[0], int(np.prod(a.shape[1:])))
    with open(name + ".expected", "wb") as file:
        file.write(np.ascontiguousarray(columns).astype("<f8").tobytes())
    print(name, columns.shape[1], columns.shape[0])
def arrays():
    for i in range(150):
        shape = tuple(int(n) for n in rng.integers(1 if i % 10 else 0, 6, rng.integers(0, 6)))
        kind = rng.choice(["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8"])
        a = rng.standard_normal(shape) * 100
        a = (abs(a) if kind[0] == "u" else a).astype(rng.choice(["<", ">"]) + kind)
        yield np.asfortranarray(a) if rng.random() < .5 else a
]]

  it("dnn.data.npy reads arrays of every type, order and shape", function()
    if not has "numpy" then return pending "NumPy is absent" end
    local listing = python(EXPECT .. [[
for i, a in enumerate(arrays()):
    np.save(f"a{i}.npy", a)
    expect(f"a{i}", a)
]])
    assert.equal(150, compare(listing, function(name) return data.npy(("%s/%s.npy"):format(folder, name)) end))
  end)

  it("dnn.data.npz reads archives, stored and deflated", function()
    if not has "numpy" then return pending "NumPy is absent" end
    local listing = python(EXPECT .. [[
all = {f"a{i}": a for i, a in enumerate(arrays())}
np.savez("stored.npz", **all)
np.savez_compressed("packed.npz", **all)
for name, a in all.items(): expect(name, a)
]])
    for _, archive in ipairs {"stored", "packed"} do
      local arrays = assert(data.npz(("%s/%s.npz"):format(folder, archive)))
      assert.equal(150, compare(listing, function(name) return arrays[name] end))
    end
    python "np.savez('objects.npz', a=np.array([{}, 1], dtype=object), b=np.arange(3))"
    local arrays = assert(data.npz(folder .. "/objects.npz"))
    assert.same({{0, 1, 2}}, arrays.b:table())
    assert.error_matches(function() return arrays.a end, "Python objects, which are pickled", 1, true)
  end)

  it("NumPy reads what dnn.data.write_npy writes", function()
    if not has "numpy" then return pending "NumPy is absent" end
    local A = dnn.Matrix {{1, 2, 3}, {4, 5, 6}}
    for _, dtype in ipairs {"float32", "float64", "uint8", "int32"} do
      assert(data.write_npy(("%s/%s.npy"):format(folder, dtype), A:to(dtype)))
    end
    assert(data.write_npy(folder .. "/row.npy", A:row(2)))
    assert(data.write_npy(folder .. "/deep.npy", dnn.arange(1, 12):reshape(6, 2), {shape = {2, 3, 2}}))
    local turned = " [[1, 4], [2, 5], [3, 6]]\n"
    assert.equal("float32" .. turned .. "float64" .. turned .. "uint8" .. turned .. "int32" .. turned
      .. "float32 [4, 5, 6]\nfloat32 [[[1, 2], [3, 4], [5, 6]], [[7, 8], [9, 10], [11, 12]]]\n", python [[
for name in "float32", "float64", "uint8", "int32", "row", "deep":
    a = np.load(name + ".npy", allow_pickle=False)
    print(a.dtype, a.astype(int).tolist())
]])
  end)

  it("dnn.data.csv reads numbers to the bit as Python does, and writes them so", function()
    if not has "numpy" then return pending "NumPy is absent" end
    local listing = python [=[
rng = np.random.default_rng(5)
bits = rng.integers(0, 2 ** 64, 20000, dtype=np.uint64)
a = bits.view("f8")
a = np.concatenate([a[np.isfinite(a)], rng.standard_normal(5000), rng.integers(-10 ** 15, 10 ** 15, 3000) / 1000.0,
                    [5e-324, -0.0, 1.7976931348623157e308]])
a = a[:len(a) // 4 * 4].reshape(-1, 4)
with open("n.csv", "w") as file:
    file.write("a,b,c,d\n")
    forms = repr, "%.17e".__mod__, "%.25g".__mod__, repr
    for row in a: file.write(",".join(forms[k](float(x)) for k, x in enumerate(row)) + "\n")
with open("n.expected", "wb") as file: file.write(a.tobytes())
print("n", 4, len(a))
]=]
    local t = assert(data.csv(folder .. "/n.csv", {dtype = "float64"}))
    assert.equal(1, compare(listing, function() return t.X end))
    assert(data.write_csv(folder .. "/back.csv", t))
    assert.equal("True\n", python [[
a = np.loadtxt("back.csv", delimiter=",", skiprows=1)
print(a.tobytes() == open("n.expected", "rb").read())
]])
  end)

  it("dnn.data.hdf5 reads what h5py writes", function()
    if not has "numpy, h5py" then return pending "h5py is absent" end
    local listing = python(EXPECT .. [[
import h5py
with h5py.File("a.h5", "w") as file:
    for i, a in enumerate(arrays()):
        options = dict(chunks=True, compression="gzip", shuffle=True) if a.ndim and a.size and i % 3 == 0 else {}
        file.create_dataset(f"a{i}", data=a, **options)
        expect(f"a{i}", a)
]])
    local file <close> = assert(data.hdf5(folder .. "/a.h5"))
    assert.equal(150, compare(listing, function(name) return file:read(name) end))
  end)
end)
