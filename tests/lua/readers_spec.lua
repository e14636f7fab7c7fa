-- Readers of files of numbers (dnn.data.idx, mnist, cifar10, npy, npz), on files made here byte by byte. What
-- NumPy itself writes is in numpy_spec.lua.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local files = require "made_files"
local program = require "program"
local data = dnn.data

local put, refuses, idx, npy, zip, crc32 = files.put, files.refuses, files.idx, files.npy, files.zip, files.crc32

local function refuses_with(part, read, file, options)
  local got, message = read(file, options)
  assert.is_nil(got)
  assert.is_truthy(message:find(part, 1, true), message)
end

setup(files.open)
teardown(files.close)

-- IDX and its collections ------------------------------------------------------------------------------

describe("dnn.data.idx", function()
  it("reads every type of the format; the first axis becomes columns", function()
    local X, shape = assert(data.idx(put(idx(8, {2, 2, 3}, "\0\1\2\3\4\5\6\7\8\9\10\255"))))
    assert.same({{0, 6}, {1, 7}, {2, 8}, {3, 9}, {4, 10}, {5, 255}}, X:table())
    assert.equal("uint8", X.dtype)
    assert.same({2, 2, 3}, shape)
    local function holds(code, dtype, format, ...)
      local A = assert(data.idx(put(idx(code, {select("#", ...)}, string.pack(format, ...)))))
      assert.equal(dtype, A.dtype)
      assert.same({{...}}, A:table())
    end
    holds(9, "int32", ">bb", -128, 127)
    holds(11, "int32", ">i2i2", -32768, 513)
    holds(12, "int32", ">i4i4", -2147483648, 2147483647)
    holds(13, "float32", ">ff", 0.5, -3)
    holds(14, "float64", ">dd", 0.1, -1e300)
  end)

  it("says what is wrong with a file", function()
    refuses("its header promises 12 bytes of data, but 11 follow; was the file cut short?", data.idx,
      put(idx(8, {3, 4}, ("x"):rep(11))))
    refuses("is longer than the 12 bytes that its header gives", data.idx, put(idx(8, {3, 4}, ("x"):rep(13))))
    refuses("expected an IDX file, got a Git LFS pointer; the large file itself was not downloaded; "
      .. "run git lfs pull",
      data.idx, put "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 2\n")
    refuses("expected an IDX file, got text that begins with 'hello'", data.idx, put "hello\n")
    refuses("expected an IDX file, got bytes that begin with 00 00 07 01", data.idx, put "\0\0\7\1")
    refuses("ends 2 bytes too soon; was the file cut short?", data.idx, put "\0\0\8\1\0\0")
    refuses("its header has 200 axes; expected at most 32", data.idx, put("\0\0\8\200" .. ("\0"):rep(900)))
    refuses("its 3 axes have more elements than can be counted", data.idx,
      put(idx(14, {0xffffffff, 0xffffffff, 0xffffffff}, "")))
    refuses("its header promises 4294967295 bytes of data, but 4 follow; was the file cut short?", data.idx,
      put(idx(8, {0xffffffff}, "1234")))
  end)

  it("reads gzipped files, and says where they are damaged", function()
    local plain = idx(8, {1000}, ("abcd"):rep(250))
    put(plain)
    assert(os.execute("gzip -kf " .. program.quote(files.path)))
    local packed = program.read_all(files.path .. ".gz")
    assert.is_true(assert(data.idx(files.path .. ".gz")) == assert(data.idx(files.path)))
    refuses("its compressed bytes end too soon; was the file cut short?", data.idx, put(packed:sub(1, -9), "cut.gz"))
    refuses_with("its compressed bytes are damaged", data.idx,
      put(packed:sub(1, -8) .. "\0\0\0\0" .. packed:sub(-3), "bad.gz"))
    -- a second member goes on where the first ends
    put(plain:sub(1, 300), "a")
    assert(os.execute(("cd %s && gzip -f a && tail -c +301 file >b && gzip -f b && cat a.gz b.gz >two.gz")
      :format(program.quote(files.folder))))
    assert.is_true(assert(data.idx(files.folder .. "/two.gz")) == assert(data.idx(files.folder .. "/file")))
  end)

  it("takes no memory for what a small gzipped file claims", function()
    local claimed = idx(8, {0xffffffff}, ("\0"):rep(100000))
    put(claimed, "claim")
    assert(os.execute("gzip -kf " .. program.quote(files.path)))
    refuses_with("its header promises 4294967295 bytes of data, but at most", data.idx, files.path .. ".gz")
  end)
end)

describe("dnn.data.mnist", function()
  local names = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte"}

  it("reads the four files, plain or gzipped, as sets with labels from 1", function()
    put(idx(8, {2, 2, 2}, "\0\255\51\102\1\2\3\4"), names[1])
    put(idx(8, {2}, "\0\9"), names[2])
    put(idx(8, {1, 2, 2}, "\4\3\2\1"), names[3])
    put(idx(8, {1}, "\5"), names[4])
    assert(os.execute("gzip -f " .. program.quote(files.folder .. "/" .. names[1])))
    local digits = assert(data.mnist(files.folder))
    assert.same({{1, 10}}, digits.train.Y:table())
    assert.equal(1, digits.train.X(2, 1))
    assert.same({{4}, {3}, {2}, {1}}, digits.test.raw:table())
    assert.equal("9", digits.classes[10])
    assert.same({2, 2, 1}, {digits.width, digits.height, digits.channels})
    for X, Y in data.batches(digits.train, {size = 2, shuffle = false}) do
      assert.same({4, 2, 1, 2}, {X.rows, X.cols, Y:size()})
    end
    assert.matches("^dnn.data.mnist: 2 x 2 pixels, 1 channel, 10 classes\n  train: set of 2 examples", tostring(digits))
  end)

  it("says which file is missing, and which do not fit each other", function()
    put(idx(8, {3}, "\0\9\1"), names[2])
    refuses_with(names[2] .. ": has 3 labels for 2 images", data.mnist, files.folder)
    put(idx(12, {2}, string.pack(">i4i4", 1, 0x7FFFFFFF)), names[2]) -- as many classes would fill the memory
    refuses_with(names[2] .. ": expected labels, bytes, got int32", data.mnist, files.folder)
    os.remove(files.folder .. "/" .. names[2])
    assert(os.execute("mkfifo " .. program.quote(files.folder .. "/" .. names[2])))
    refuses_with(names[2] .. ": is not a regular file", data.mnist, files.folder)
    os.remove(files.folder .. "/" .. names[2])
    refuses_with("has no train-labels-idx1-ubyte, plain or .gz; expected train-images-idx3-ubyte",
      data.mnist, files.folder)
  end)
end)

describe("dnn.data.cifar10", function()
  it("reads the binary version with the three channels of a pixel together", function()
    local planes = ("\10"):rep(1024) .. ("\20"):rep(1024) .. ("\30"):rep(1023) .. "\31"
    for i = 1, 5 do put(string.char(i) .. planes, ("data_batch_%d.bin"):format(i)) end
    put("\0" .. planes .. "\9" .. planes, "test_batch.bin")
    local cifar = assert(data.cifar10(files.folder))
    assert.same({{2, 3, 4, 5, 6}}, cifar.train.Y:table())
    assert.same({{1, 10}}, cifar.test.Y:table())
    assert.equal("airplane", cifar.classes[1])
    assert.same({10, 20, 30, 10, 31}, {cifar.train.raw(1, 1), cifar.train.raw(2, 1), cifar.train.raw(3, 1),
      cifar.train.raw(4, 1), cifar.train.raw(3072, 5)})
  end)

  it("says what is wrong with the files", function()
    put("\10" .. ("x"):rep(3072), "test_batch.bin")
    refuses_with("test_batch.bin: expected CIFAR-10 in its binary version, got bytes that begin with", data.cifar10,
      files.folder)
    put("\1" .. ("x"):rep(3072) .. "\17" .. ("x"):rep(3072), "test_batch.bin")
    refuses_with("test_batch.bin: image 2 has the label 17; expected 0 to 9", data.cifar10, files.folder)
    os.remove(files.folder .. "/data_batch_3.bin")
    refuses("has 4 of the 5 files data_batch_1.bin to data_batch_5.bin, and a test_batch.bin",
      data.cifar10, files.folder)
    assert(os.execute("mkfifo " .. program.quote(files.folder .. "/data_batch_3.bin")))
    refuses_with("data_batch_3.bin: is not a regular file", data.cifar10, files.folder)
    os.remove(files.folder .. "/data_batch_3.bin")
    put("\x80\4", "data_batch_1")
    refuses_with("is CIFAR-10's version for Python, whose pickles could run any code; download the binary version",
      data.cifar10, files.folder)
  end)
end)

-- NumPy's files ----------------------------------------------------------------------------------------

describe("dnn.data.npy", function()
  it("reads both orders and both byte orders", function()
    local c = assert(data.npy(put(npy("'<f4'", "False", "(2, 3)", string.pack("<ffffff", 1, 2, 3, 4, 5, 6)))))
    local f = assert(data.npy(put(npy("'>f4'", "True", "(2, 3)", string.pack(">ffffff", 1, 4, 2, 5, 3, 6), 2))))
    assert.same({{1, 4}, {2, 5}, {3, 6}}, c:table())
    assert.is_true(c == f)
    local deep, shape = assert(data.npy(put(npy("'|u1'", "True", "(2, 2, 3)", "\0\6\3\9\1\7\4\10\2\8\5\11"))))
    assert.same({{0, 6}, {1, 7}, {2, 8}, {3, 9}, {4, 10}, {5, 11}}, deep:table())
    assert.same({2, 2, 3}, shape)
  end)

  it("reads vectors, single numbers and empty arrays", function()
    assert.same({{7, 8}}, assert(data.npy(put(npy("'<i2'", "False", "(2,)", string.pack("<i2i2", 7, 8))))):table())
    assert.same({{0.5}}, assert(data.npy(put(npy("'<f8'", "False", "()", string.pack("<d", 0.5))))):table())
    local none = assert(data.npy(put(npy("'<f8'", "False", "(0, 5)", ""))))
    assert.same({5, 0}, {none:size()})
  end)

  it("refuses what could run code, and what a Matrix does not hold, and says what to do", function()
    local function says(part, descr) refuses_with(part, data.npy, put(npy(descr, "False", "(1,)", ("\0"):rep(64)))) end
    says("its elements ('|O') are Python objects, which are pickled and could run any code", "'|O'")
    says("are complex numbers; write the real and the imaginary part", "'<c8'")
    says("are text; write numbers, or a CSV file", "'<U5'")
    says("are dates or durations", "'<M8[ns]'")
    says("are extended precision", "'<f16'")
    says("its elements are records or raw bytes; write a plain array for each field", "[('a', '<f4'), ('b', '<i4')]")
    says("its elements ('<i3') are a type that a Matrix cannot hold", "'<i3'")
    refuses("element 2 is -9007199254740993, which does not fit a float64 exactly (its type is int64)", data.npy,
      put(npy("'<i8'", "False", "(2,)", string.pack("<i8i8", 1, -9007199254740993))))
    refuses("element 1 is 18446744073709551615, which does not fit a float64 exactly (its type is uint64)", data.npy,
      put(npy("'>u8'", "False", "()", ("\255"):rep(8))))
  end)

  it("says what is wrong with a header", function()
    local damaged = "the header of the NumPy array is damaged; expected {'descr': '<f4', 'fortran_order': False, "
      .. "'shape': (3, 4)}"
    for _, shape in ipairs {"(2", "2", "(-1,)", "(2, x)", "(99999999999999999999,)", "None"} do
      refuses(damaged, data.npy, put(npy("'<f4'", "False", shape, "")))
    end
    refuses(damaged, data.npy, put(npy("'<f4'", "Maybe", "(1,)", "")))
    for _, descr in ipairs {"?f8", "?1", "<f-18446744073709551612", "<f+4", "f 4", "<f4 ", "<f4f", "<i", "u"} do
      refuses(("its elements ('%s') are a type that a Matrix cannot hold"):format(descr), data.npy,
        put(npy(("'%s'"):format(descr), "False", "(1,)", ("\0"):rep(8))))
    end
    assert.same({{1, 0}}, assert(data.npy(put(npy("'<?'", "False", "(2,)", "\1\0")))):table())
    refuses(damaged, data.npy, put(npy("'<f4'", "False, 'shape': (2,)", "(1,)", "")))
    refuses("its shape has more elements than can be counted", data.npy,
      put(npy("'<f4'", "False", "(4294967296, 4294967296)", "")))
    refuses("its header promises 1152921504606846976 bytes of data, but 0 follow; was the file cut short?", data.npy,
      put(npy("'<f4'", "False", "(288230376151711744,)", "")))
    refuses("begins as a NumPy array, but is cut short, damaged or empty", data.npy, put "\x93NUMPY\1")
    refuses("is a NumPy array of version 9.0; expected 1.0 to 3.0", data.npy, put "\x93NUMPY\9\0\1\0xxxx")
    refuses("claims a header of 65535 bytes; expected a few hundred", data.npy, put "\x93NUMPY\1\0\255\255{")
    refuses("expected a NumPy array (.npy), got an HDF5 file; dnn.data.hdf5 reads it", data.npy,
      put "\x89HDF\r\n\x1a\n")
  end)
end)

describe("dnn.data.write_npy", function()
  it("writes matrices of every type and view, which come back the same", function()
    for _, dtype in ipairs {"float32", "float64", "uint8", "int32"} do
      local A = (dnn.rand(7, 5) * 100):to(dtype)
      for _, part in ipairs {A, A:row(2), A:col(3), A:block(2, 4, 1, 3), A:block(1, 1, 1, 1)} do
        assert.is_true(data.write_npy(put "", part))
        assert.is_true(assert(data.npy(files.path)) == part)
      end
    end
    local _, shape = data.npy(files.path,
      assert(data.write_npy(files.path, dnn.zeros(6, 4), {shape = {4, 2, 3}})) and nil)
    assert.same({4, 2, 3}, shape)
    assert.error_matches(function() data.write_npy(files.path, dnn.zeros(6, 4), {shape = {6, 4}}) end,
      "needs a shape that begins with its 4 columns and has 24 elements", 1, true)
    assert.is_nil((data.write_npy(files.folder .. "/no/such.npy", dnn.zeros(1, 1))))
  end)
end)

describe("dnn.data.npz", function()
  local function array(...) return npy("'<f4'", "False", ("(%d,)"):format(select("#", ...)), string.pack("<"
    .. ("f"):rep(select("#", ...)), ...)) end
  local function member(name, bytes, more)
    local m = {name, bytes, crc = crc32(bytes)}
    for key, value in pairs(more or {}) do m[key] = value end
    return m
  end

  it("reads arrays by name, and names those that a Matrix does not hold", function()
    local objects = npy("'|O'", "False", "(1,)", "\x80\4.")
    put(zip {member("x.npy", array(1, 2)), member("deep/y.npy", array(3)), member("o.npy", objects),
      member("readme.txt", "hi")})
    local arrays, shapes = assert(data.npz(files.path))
    assert.same({{1, 2}}, arrays.x:table())
    assert.same({1}, shapes["deep/y"])
    assert.error_matches(function() return arrays.o end,
      "o: its elements %('|O'%) are Python objects, which are pickled")
    assert.error_matches(function() return arrays.z end, "has no array 'z'; it has: deep/y, x", 1, true)
    assert.matches("^dnn.data.npz '.*'\n  deep/y: 1 x 1 float32, 1 in the file\n  left out: .*pickled.*\n"
      .. "  x: 1 x 2 float32",
      tostring(arrays))
    assert.is_nil(rawget(assert(data.npz(files.path, {names = {"x"}})), "deep/y"))
    refuses("has no array 'z'; it has: x, deep/y, o", data.npz, files.path, {names = {"z"}})
    refuses_with("Python objects", data.npz, files.path, {names = {"x", "o"}})
  end)

  it("unpacks deflated arrays, and no more than is plausible or allowed", function()
    local big = npy("'<f4'", "False", "(5000,)", ("\0\0\128\63"):rep(5000))
    put(big, "big")
    assert(os.execute("gzip -knf " .. program.quote(files.path)))
    local deflated = program.read_all(files.path .. ".gz"):sub(11, -9) -- gzip's header and trailer are around it
    local x = member("x.npy", big, {method = 8})
    x[3] = deflated
    assert.equal(5000, assert(data.npz(put(zip {x}))).x:sum())
    refuses("its arrays up to 'x' would unpack to 20128 bytes, suspiciously many for its size; if you trust it, "
      .. "allow that by max_bytes",
      data.npz, files.path, {max_bytes = 10000})
    local lying = npy("'<f4'", "False", "(500000000,)", "")
    put(lying, "lying")
    assert(os.execute("gzip -knf " .. program.quote(files.path)))
    local y = member("y.npy", lying, {method = 8})
    y[3] = program.read_all(files.path .. ".gz"):sub(11, -9)
    refuses_with("y: its header promises 2000000000 bytes of data, but at most", data.npz, put(zip {y}))
    x[3] = deflated:sub(1, 20) .. "\255\255" .. deflated:sub(23)
    refuses_with("x: ", data.npz, put(zip {x}))
  end)

  it("sees lies in an archive", function()
    local x, y = member("x.npy", array(1, 2)), member("y.npy", array(3))
    refuses("array 'x' overlaps the one after it", data.npz, put(zip({x, y}, {0, 50})))
    refuses("array 'x' comes twice", data.npz, put(zip {x, x}))
    refuses("x: its checksum is wrong; the archive is damaged", data.npz, put(zip {member("x.npy", array(1),
      {crc = 5})}))
    refuses("array 'x' is stored with two different sizes", data.npz, put(zip {member("x.npy", array(1), {size = 5})}))
    refuses("array 'x' lies outside the file", data.npz, put(zip({x}, {1000000})))
    refuses("x: is longer than the 1 bytes that its header gives", data.npz,
      put(zip {member("x.npy", npy("'|u1'", "False", "(1,)", "\1\2"))}))
    refuses("array 'y' is not where the directory says", data.npz, put((zip({x, y}):gsub("PK\3\4(.-)PK\3\4",
      "PK\3\4%1PK\3\5", 1))), {names = {"y"}})
    refuses_with("is encrypted", data.npz, put(zip {member("x.npy", array(1), {flags = 1})}))
    refuses_with("is compressed by a method that NumPy does not use", data.npz, put(zip {member("x.npy", array(1),
      {method = 12})}))
    refuses("array 'x' comes twice", data.npz, put(zip {x, member("x", array(3))}))
    refuses("array 'y' has another name at its place than in the directory", data.npz,
      put((zip {x, y}:gsub("y%.npy", "z.npy", 1))))
    -- x's local header claims an extra field that reaches over y's header, to y's bytes
    local z = {"x.npy", ("\0"):rep(#y[2]), crc = y.crc}
    local shared = zip {z, y}
    shared = shared:sub(1, 28) .. string.pack("<I2", #y[2] + 35) .. shared:sub(31)
    refuses("array 'x' reaches beyond its place; its local header is damaged", data.npz, put(shared))
    assert.same({{3}}, assert(data.npz(files.path, {names = {"y"}})).y:table())
    refuses("array 'y' reaches beyond its place; its local header is damaged", data.npz,
      put((zip {x, y}:gsub("\0\0y%.npy", "\1\0y.npy", 1))))
    refuses("has an array without a name", data.npz, put(zip {member(".npy", array(1))}))
    refuses("has an array whose name holds a zero byte", data.npz, put(zip {member("a\0b.npy", array(1))}))
    local whole = zip {x, y}
    local ending = #whole - 21
    refuses("the directory of the npz archive is damaged; was the file cut short?", data.npz,
      put(whole:sub(1, ending + 7) .. ("\0"):rep(4) .. whole:sub(ending + 12)))
    refuses("begins as an npz archive of NumPy arrays, but is cut short, damaged or empty", data.npz,
      put(whole:sub(1, ending + 7) .. ("\0"):rep(8) .. whole:sub(ending + 16)))
    local comment = "PK\5\6" .. ("\0"):rep(60)
    assert.equal(3, assert(data.npz(put(whole:sub(1, -3) .. string.pack("<s2", comment)))).y:sum())
    for cut = 1, #whole - 1, 7 do
      assert.is_nil((data.npz(put(whole:sub(1, cut)))))
    end
  end)

  it("says what another archive or file is", function()
    refuses_with("expected an npz archive of NumPy arrays, got a PyTorch file; loading one can run any code; "
      .. "in Python, save the weights with safetensors.torch.save_file", data.npz,
      put(zip {member("archive/data.pkl", "x")}))
    refuses("expected an npz archive of NumPy arrays, got a zip archive; unpack it first", data.npz,
      put(zip {member("a.txt", "x")}))
    refuses("expected an npz archive of NumPy arrays, got a NumPy array; dnn.data.npy reads it", data.npz,
      put(array(1)))
    refuses_with("expected an npz archive of NumPy arrays, got a web page (HTML)", data.npz,
      put "\n<!DOCTYPE html><html>")
  end)
end)

-- Bytes ------------------------------------------------------------------------------------------------

describe("dnn.frombytes and A:tobytes", function()
  it("are each other's inverse, for every type and view", function()
    for _, dtype in ipairs {"float32", "float64", "uint8", "int32"} do
      local A = (dnn.rand(5, 4) * 100):to(dtype)
      for _, part in ipairs {A, A:row(2), A:block(2, 4, 1, 3), dnn.zeros(0, 3, {dtype = dtype})} do
        assert.is_true(dnn.frombytes(part:tobytes(), dtype, part.rows, part.cols) == part)
      end
    end
    assert.equal(string.pack("=i4i4", 1, -2), dnn.Matrix({{1, -2}}, {dtype = "int32"}):tobytes())
  end)

  it("refuse strings of another length", function()
    assert.error_matches(function() dnn.frombytes("abc", "float32", 1, 1) end,
      "frombytes: 1 x 1 of float32 are 4 bytes, got a string of 3 bytes", 1, true)
    assert.error_matches(function() dnn.frombytes("", "float64", 1 << 40, 1 << 40) end, "does not fit in memory", 1,
      true)
    assert.error_matches(function() dnn.frombytes("", "int64", 0, 0) end, "unknown dtype 'int64'", 1, true)
  end)
end)
