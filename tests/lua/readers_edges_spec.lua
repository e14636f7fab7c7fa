-- What readers of numbers and tables do at the edges of their formats: parts that few files have, and files that are
-- damaged in one place. Files are made here byte by byte.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local files = require "made_files"
local program = require "program"
local data = dnn.data

local put, refuses, npy, idx = files.put, files.refuses, files.npy, files.idx

setup(files.open)
teardown(files.close)

-- A gzip member of `size` bytes in all, stored as it is; an extra field fills it up.
local function gzip(bytes, size)
  local stored = "\1" .. string.pack("<I2I2", #bytes, ~#bytes & 0xffff) .. bytes
  local extra = size - 10 - 2 - #stored - 8
  return "\x1f\x8b\8\4" .. ("\0"):rep(6) .. string.pack("<I2", extra) .. ("\0"):rep(extra) .. stored
    .. string.pack("<I4I4", files.crc32(bytes), #bytes)
end

describe("a gzipped file", function()
  local whole = idx(8, {6}, "abcdef")
  it("may have a member that ends anywhere in what is read at once", function()
    for size = (1 << 15) - 3, (1 << 15) + 3 do
      local file = put(gzip(whole:sub(1, 9), size) .. gzip(whole:sub(10), 100))
      assert.same({{97, 98, 99, 100, 101, 102}}, assert(data.idx(file)):table(), size)
      -- anything else after a member is passed over, as gunzip does
      assert.is_truthy(data.idx(put(gzip(whole, size) .. "x")), size)
      assert.is_truthy(data.idx(put(gzip(whole, size) .. "\x1fx")), size)
    end
  end)
  it("is refused where it ends within its header", function()
    local packed = gzip(whole, 200)
    for cut = 3, #packed - 9, 7 do
      refuses("its compressed bytes end too soon; was the file cut short?", data.idx, put(packed:sub(1, cut)))
    end
    local array = gzip(npy("'<f4'", "False", "(1,)", "\0\0\0\0"), 400)
    refuses("its compressed bytes end too soon; was the file cut short?", data.npy, put(array:sub(1, 300)))
  end)
end)

describe("dnn.data.idx", function()
  it("refuses a header of another type, or of nothing", function()
    refuses("expected an IDX file, got bytes that begin with 00 00 07 01", data.idx, put "\0\0\7\1")
    refuses("expected an IDX file, got bytes that begin with 01 00 08 01", data.idx, put "\1\0\8\1")
    assert.is_nil((data.idx(put "\0\0\8")))
  end)
end)

-- NumPy ------------------------------------------------------------------------------------------------

describe("dnn.data.npy", function()
  local damaged = "the header of the NumPy array is damaged; expected {'descr': '<f4', 'fortran_order': False, "
    .. "'shape': (3, 4)}"
  local function header(text, elements)
    return "\x93NUMPY\1\0" .. string.pack("<I2", #text) .. text .. (elements or "")
  end

  it("takes a header in any form that Python writes", function()
    for _, text in ipairs{
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}",
      '{"shape": (2L,), "fortran_order": False, "descr": "<f4", }  \n',
      "{'fortran_order':False,'shape':(2),'descr':'<f4'}",
    } do
      assert.same({{0.5, -2}}, assert(data.npy(put(header(text, string.pack("<ff", 0.5, -2))))):table())
    end
    assert.same({{1, 0, 1}}, assert(data.npy(put(npy("'?'", "False", "(3,)", "\1\0\5")))):table())
    assert.same({{1, 0}}, assert(data.npy(put(npy("'|b1'", "False", "(2,)", "\1\0")))):table())
    assert.same({{7}}, assert(data.npy(put(npy("'u1'", "False", "(1,)", "\7")))):table())
  end)
  it("refuses one that is damaged anywhere", function()
    local whole = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}"
    for cut = 0, #whole - 1 do refuses(damaged, data.npy, put(header(whole:sub(1, cut)))) end
    for _, text in ipairs{
      whole .. "x",
      "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}",
      "{'descr': '<f4', 'fortran_order': False, 'fortran_order': False, 'shape': (2,)}",
      "{'descr': '<f4', 'fortran_order': False}", "{'descr': '<f4', 'shape': (2,)}",
      "{'fortran_order': False, 'shape': (2,)}", "{'descr': '', 'fortran_order': False, 'shape': (2,)}",
      "{'descr': '<f4\\'', 'fortran_order': False, 'shape': (2,)}", "{'a name beyond all measure': 1}",
      "{descr: '<f4', 'fortran_order': False, 'shape': (2,)}",
      "{'descr': '<f4', 'fortran_order': False, 'shape': (18446744073709551616,)}",
    } do
      refuses(damaged, data.npy, put(header(text)))
    end
    for _, descr in ipairs{"'<'", "'f4x'", "'<f'", "'f3'"} do
      local A, message = data.npy(put(npy(descr, "False", "(1,)", ("\0"):rep(16))))
      assert.is_nil(A)
      assert.is_truthy(message:find("its elements (" .. descr .. ") are", 1, true), message)
    end
  end)
  it("refuses arrays that are empty in one direction and without measure in the other", function()
    for _, shape in ipairs{"(0, 9223372036854775808)", "(9223372036854775808, 0)", "(2000000000, 0)",
      "(9223372036854775807, 9223372036854775807, 0)", "(0, 9223372036854775807, 9223372036854775807)",
      "(5000, 0, 5000)"} do
      refuses("its shape has no elements, and other axes of more than 16777216", data.npy,
        put(npy("'<f4'", "False", shape, "")))
    end
    refuses("its 2 axes have no elements, and other axes of more than 16777216", data.idx,
      put(files.idx(8, {0xffffffff, 0}, "")))
    assert.same({0, 1 << 24}, {assert(data.npy(put(npy("'<f4'", "False", "(16777216, 0)", "")))):size()})
    assert.same({5, 0}, {assert(data.npy(put(npy("'<f4'", "True", "(0, 5)", "")))):size()})
  end)
end)

describe("an npz archive", function()
  it("is named where it is empty, as numpy.savez without arrays leaves it", function()
    refuses("expected an npz archive of NumPy arrays, got an empty zip archive; nothing was saved in it", data.npz,
      put("PK\5\6" .. ("\0"):rep(18)))
  end)
end)

-- The local header, the directory and both ends of an archive with 64-bit sizes, as zipfile writes it for members of
-- 4 GB: what the entry and the last record cannot hold is in the extra field and in a record of its own.
local function zip64(change)
  local m = {name = "x.npy", bytes = npy("'<f4'", "False", "(2,)", string.pack("<ff", 3, 4)), other = "", cut = 0}
  for key, value in pairs(change or {}) do m[key] = value end
  local size <const>, crc = #m.bytes, files.crc32(m.bytes)
  local start = string.pack("<I4I2I2I2I2I2I4I4I4I2I2", 0x04034b50, 45, 0, 0, 0, 0, crc, size, size, #m.name, 0)
    .. m.name .. m.bytes
  local extra = m.extra or m.other .. string.pack("<I2I2I8I8I8", 1, 24, size, size, 0)
  extra = extra:sub(1, #extra - m.cut)
  local entry = string.pack("<I4I2I2I2I2I2I2I4I4I4I2I2I2I2I2I4I4", 0x02014b50, 45, 45, 0, 0, 0, 0, crc, 0xffffffff,
    0xffffffff, #m.name, #extra, 0, 0, 0, 0, 0xffffffff) .. m.name .. extra
  local record = string.pack("<I4I8I2I2I4I4I8I8I8I8", m.record or 0x06064b50, 44, 45, 45, 0, 0, 1, 1, #entry, #start)
  local locator = string.pack("<I4I4I8I4", m.locator or 0x07064b50, 0, m.place or #start + #entry, 1)
  return start .. entry .. record .. locator
    .. string.pack("<I4I2I2I2I2I4I4I2", 0x06054b50, 0, 0, 0xffff, 0xffff, 0xffffffff, 0xffffffff, 0)
end

describe("an npz archive with 64-bit sizes", function()
  local damaged = "the zip archive's directory is damaged; was the file cut short?"
  it("is read", function()
    local message = select(2, data.npz(put(zip64{record = 1})))
    damaged = message:sub(#files.path + 3)
    assert.same({{3, 4}}, assert(data.npz(put(zip64()))).x:table())
    -- after another extra field
    assert.same({{3, 4}}, assert(data.npz(put(zip64{other = "\9\0\2\0ab"}))).x:table())
  end)
  it("is refused where a part of it is missing", function()
    for _, change in ipairs{
      {record = 1}, {locator = 1}, {place = 1 << 40}, {place = 3}, {cut = 8}, {cut = 24}, {extra = ""},
      {extra = "\1\0\8\0" .. ("\0"):rep(8)}, {extra = "\1\0\16\0" .. ("\0"):rep(16)}, {extra = "\9\0\9\0a"},
    } do
      refuses(damaged, data.npz, put(zip64(change)))
    end
    refuses(damaged, data.npz, put("PK\5\6"))
    refuses(damaged, data.npz, put("PK\5\6" .. ("\255"):rep(18)))
  end)
end)

-- Tables -----------------------------------------------------------------------------------------------

describe("dnn.data.csv", function()
  it("reads rows that go on over several lines beyond what is read at once", function()
    local rows = {"name,x"}
    for i = 1, 4000 do rows[#rows + 1] = ('"%s\n%d ""quoted""",%d'):format(("y"):rep(30), i, i) end
    local t = assert(data.csv(put(table.concat(rows, "\n")), {label = "name"}))
    assert.same({1, 4000, 4000}, {t.X(1, 1), t.X(1, 4000), t.X.cols})
    assert.equal(4000, #t.classes)
    assert.equal(("y"):rep(30) .. '\n4000 "quoted"', t.classes[t.Y(1, 4000)])
    rows[#rows + 1] = '"never closed,1'
    local got, message = data.csv(put(table.concat(rows, "\n")))
    assert.is_nil(got)
    assert.is_truthy(message:find("line 8002 opens a quote that is never closed", 1, true), message)
  end)
  it("reads a line longer than what is read at once", function()
    local text = ("1,"):rep(50000) .. "2\n" .. ("3,"):rep(50000) .. "4\n"
    local t = assert(data.csv(put(text)))
    assert.same({50001, 2}, {t.X:size()})
    assert.same({2, 4}, {t.X(50001, 1), t.X(50001, 2)})
  end)
  it("refuses more than a million columns, and rows of another length", function()
    local function says(part, text)
      local got, message = data.csv(put(text))
      assert.is_nil(got)
      assert.is_truthy(message:find(part, 1, true), message)
    end
    says("line 1 has more than 1048576 columns, the most that are read", ("1,"):rep(1 << 20) .. "1\n")
    says("line 2", "1,2\n3\n")
    says("line 2", "1,2\n3,4,5\n")
    says("has no rows of values", "a,b\n")
    says("has no rows", "\n\n")
  end)
  it("reads numbers however they are written", function()
    local text = "a,b,c\n1e5,-2E-3,+.5\n1e300,-1e-400,1234567890123456789012345\n"
    local t = assert(data.csv(put(text), {dtype = "float64"}))
    assert.same({{1e5, 1e300}, {-2e-3, -0.0}, {0.5, 1234567890123456789012345.0}}, t.X:table())
    local comma = assert(data.csv(put "1,5;2,25e1\n-0,5;12345678901234567890,5\n", {dtype = "float64"}))
    assert.same({{1.5, -0.5}, {22.5, 12345678901234567890.5}}, comma.X:table())
  end)
end)

describe("dnn.data.write_csv", function()
  it("writes what is missing as nan, and numbers of every size", function()
    local X = dnn.Matrix({{0 / 0, 1e-7, 3.5e12, 123456.789, -0.00012345678}})
    assert.is_true(data.write_csv(put "", X))
    local back = assert(data.csv(files.path, {header = false, missing = 0 / 0}))
    assert.is_true(X:block(1, 1, 2, 5) == back.X:block(1, 1, 2, 5))
    assert.equal("nan", program.read_all(files.path):match "^[^\n]*")
    local D = dnn.Matrix({{1 / 3, 1e300, 1e15, 2 ^ 60 + 0.0}}, {dtype = "float64"})
    assert.is_true(data.write_csv(files.path, D))
    assert.is_true(D == assert(data.csv(files.path, {dtype = "float64"})).X)
  end)
  it("quotes names with blanks around them, or of nothing, and writes long ones", function()
    local names = {" a", "b ", "\tc", "d\t", "", "e\nf", "g\rh", ("long "):rep(40000) .. "end"}
    local X = dnn.ones(#names, 1)
    assert.is_true(data.write_csv(put "", X, {names = names}))
    local t = assert(data.csv(files.path, {header = true}))
    names[5] = "column 5" -- as one is called that has no name
    assert.same(names, t.names)
  end)
  it("refuses labels that are not class numbers", function()
    local X = dnn.ones(1, 1)
    for _, label in ipairs{0, 3, 1.5, 0 / 0} do
      assert.error_matches(function()
        data.write_csv(files.path, {X = X, Y = dnn.full(1, 1, label), classes = {"a", "b"}})
      end, "label 1 is .*, and there are 2 classes")
    end
  end)
end)

-- Weights ----------------------------------------------------------------------------------------------

describe("a safetensors file", function()
  local function says(part, header, bytes)
    local got, message = dnn.load(put(string.pack("<I8", #header) .. header .. (bytes or ""), "x.safetensors"))
    assert.is_nil(got)
    assert.is_truthy(message:find(part, 1, true), message)
  end
  it("is refused where a tensor is not described as one", function()
    says("tensor 'a' is not described by an object", '{"a":5}')
    says("tensor 'a' has no dtype", '{"a":{}}')
    says("tensor 'a' has no dtype", '{"a":{"dtype":5}}')
    for _, shape in ipairs{'5', '"x"', '[1.5]', '[-1]', '["2"]', 'null', '[4294967296,4294967296,4294967296]',
      '[2,4294967296,4294967296]', '[0,4294967297]', '[4294967297,0]'} do
      says("tensor 'a' has no shape of whole numbers, or an impossible one",
        ('{"a":{"dtype":"F32","shape":%s,"data_offsets":[0,0]}}'):format(shape))
    end
    says("tensor 'a' has no shape", '{"a":{"dtype":"F32","data_offsets":[0,0]}}')
    for _, offsets in ipairs{'5', '[]', '[0]', '[0,0,0]', '[4,0]', '[-4,0]', '[0,-4]', '["0",4]', '[0,4.5]'} do
      says("tensor 'a' has no data_offsets [begin, end]",
        ('{"a":{"dtype":"F32","shape":[1],"data_offsets":%s}}'):format(offsets), "\0\0\0\0")
    end
    says("of type F32 is 2 x 1, but its data_offsets give it 4 bytes",
      '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', "\0\0\0\0")
    says("of type F4 is 3 x 1, but its data_offsets give it 1 bytes",
      '{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}}', "\0")
    says("of type F64 is 2305843009213693952 x 1, but its data_offsets give it 0 bytes",
      '{"a":{"dtype":"F64","shape":[2305843009213693952],"data_offsets":[0,0]}}')
  end)
  it("is refused where its metadata is not text, or bytes belong to no tensor", function()
    says("its __metadata__ is not an object", '{"__metadata__":[]}')
    says("its metadata 'a' is not text", '{"__metadata__":{"a":1}}')
    says("2 bytes at its end belong to no tensor", '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', "abc")
    says("a", '{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}', "ab")
  end)
  it("may have tensors of more than eight axes, and empty ones", function()
    local header = '{"b":{"dtype":"F32","shape":[0,3],"data_offsets":[4,4]},'
      .. '"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}}'
    local got = assert(dnn.load(put(string.pack("<I8", #header) .. header .. string.pack("<f", 7), "x.safetensors")))
    assert.equal(7, got.a(1, 1))
    assert.same({0, 3}, {got.b:size()})
  end)
end)
