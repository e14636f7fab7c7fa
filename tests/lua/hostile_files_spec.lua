-- What published attacks on these formats try, each refused with a message, or shown without harm, at once and without
-- taking the memory that the file asks for.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local files = require "made_files"
local peak = require "peak"
local program = require "program"
local event_file = require "event_file"

local SEEDS <const> = "tests/fuzz/seeds/"
local BUILD <const> = os.getenv "DNN_BUILD" or "build"

local folder

local function path(name) return folder .. "/" .. name end

local function put(name, bytes)
  program.write_all(path(name), bytes)
  return path(name)
end

-- The call gives nil and a message with this part, and costs no more than 64 MB.
local function refused(part, read, ...)
  peak.reset()
  local before = peak.kilobytes()
  local got, message = read(...)
  assert.is_nil(got)
  assert.is_truthy(message:find(part, 1, true), message)
  assert.is_true(peak.kilobytes() - before < 65536)
end

-- What the call gives, which must not be nil, and costs no more than these MB.
local function read_within(megabytes, read, ...)
  peak.reset()
  local before = peak.kilobytes()
  local got = assert(read(...))
  assert.is_true(peak.kilobytes() - before < megabytes * 1024)
  return got
end

setup(function() folder = program.folder() end)
teardown(function() os.execute("rm -r " .. program.quote(folder)) end)

describe("a safetensors file with", function()
  local function safetensors(header, data, length)
    return put("x.safetensors", string.pack("<I8", length or #header) .. header .. (data or ""))
  end
  it("tensors over each other is refused", function()
    refused("overlap", dnn.load, safetensors(
      '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}',
      ("\0"):rep(12)))
  end)
  it("a name that comes twice is refused", function()
    refused("duplicate", dnn.load, safetensors(
      '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
      ("\0"):rep(4)))
  end)
  it("a header of more than 100 MB is refused, whether it is there or not", function()
    local file = safetensors("{", "", 1 << 60)
    refused("header", dnn.load, file)
    local sparse <close> = assert(io.open(file, "r+b"))
    sparse:write(string.pack("<I8", 120 << 20), "{")
    sparse:seek("set", 130 << 20)
    sparse:write "}"
    sparse:flush()
    refused("header", dnn.load, file)
  end)
  it("lists in lists a million deep is refused", function()
    refused("nested", dnn.load, safetensors('{"a":' .. ("["):rep(1000000) .. ("]"):rep(1000000) .. "}"))
  end)
  it("a hundred thousand entries is refused before they are parsed", function()
    local tensor = '"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}'
    local function entries(n, value)
      local list = {}
      for i = 1, n do list[i] = ('"%d":%s'):format(i, value) end
      return table.concat(list, ",")
    end
    local function text(notes) return ("{\"__metadata__\":{%s},%s}"):format(notes, tensor) end
    refused("more than 65536 texts of metadata", dnn.load, safetensors(text(entries(70000, '""')), ("\0"):rep(4)))
    assert.is_truthy(dnn.load(safetensors(text(entries(65536, '""')), ("\0"):rep(4))))
    refused("more than 100000 tensors", dnn.load, safetensors("{" .. entries(140000, "1") .. "}"))
    local many = {}
    for i = 1, 100001 do many[i] = ('"%d":{"dtype":"U8","shape":[1],"data_offsets":[%d,%d]}'):format(i, i - 1, i) end
    local function of_many() return safetensors("{" .. table.concat(many, ",") .. "}", ("\0"):rep(#many)) end
    assert.matches("more than 100000 tensors", select(2, dnn.load(of_many())))
    many[#many] = nil
    assert.is_truthy(dnn.load(of_many()))
    refused("more than 1048576 brackets and commas", dnn.load,
      safetensors('{"a":{"shape":[' .. ("1,"):rep(1100000) .. "1]}}"))
  end)
  it("a shape whose product is beyond 2^64 is refused", function()
    local header = '{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}'
    refused("'a'", dnn.load, safetensors(header))
    refused("'a'", dnn.load, safetensors('{"a":{"dtype":"F32","shape":[2000000000,0],"data_offsets":[0,0]}}'))
  end)
end)

describe("of NumPy", function()
  it("an array of pickled objects is refused", function()
    refused("object", dnn.data.npy, SEEDS .. "npy/objects")
  end)
  it("an array that claims 2^60 elements is refused", function()
    local header = "{'descr': '<f8', 'fortran_order': False, 'shape': (1152921504606846976,), }\n"
    refused("more elements than can be counted", dnn.data.npy,
      put("x.npy", "\x93NUMPY\1\0" .. string.pack("<I2", #header) .. header))
  end)
  it("an archive of some hundred bytes whose array claims 8 GB is refused", function()
    local header = "{'descr': '|u1', 'fortran_order': False, 'shape': (8589934592,), }\n"
    local array = "\x93NUMPY\1\0" .. string.pack("<I2", #header) .. header
    local packed = "\1" .. string.pack("<I2I2", #array, ~#array & 0xFFFF) .. array -- as deflate has what it cannot pack
    local sizes = string.pack("<I4I4I4I2I2", 0, #packed, 0xFFFFFFF0, 5, 0)
    local member = "PK\3\4" .. string.pack("<I2I2I2I2I2", 20, 0, 8, 0, 0) .. sizes .. "x.npy" .. packed
    local listed = "PK\1\2" .. string.pack("<I2I2I2I2I2I2", 20, 20, 0, 8, 0, 0) .. sizes
      .. string.pack("<I2I2I2I4I4", 0, 0, 0, 0, 0) .. "x.npy"
    local ending = "PK\5\6" .. string.pack("<I2I2I2I2I4I4I2", 0, 0, 1, 1, #listed, #member, 0)
    refused("would unpack to 4294967280 bytes", dnn.data.npz, put("x.npz", member .. listed .. ending))
  end)
  -- An archive of n arrays of 20,000 zeros, packed; its directory may lie about their sizes.
  local function packed_zeros(n, size)
    local zeros = files.npy("'|u1'", "False", "(20000,)", ("\0"):rep(20000))
    local whole = program.shell("gzip -n | tail -c +11 | head -c -8", zeros) -- without gzip's header and trailer
    local members = {}
    for i = 1, n do
      members[i] = {("x%d.npy"):format(i), zeros, whole, method = 8, size = size, crc = files.crc32(zeros)}
    end
    return put("x.npz", files.zip(members))
  end
  it("an archive whose arrays are each within the limit, and all together beyond it, is refused", function()
    local archive = packed_zeros(60, 50 << 20)
    refused("its arrays up to 'x21' would unpack to 1101004800 bytes, suspiciously many for its size",
      dnn.data.npz, archive)
    refused("its arrays up to 'x2'", dnn.data.npz, packed_zeros(2), {max_bytes = 30000})
    assert.equal(20000, assert(dnn.data.npz(archive, {names = {"x2"}})).x2.cols)
  end)
  it("an archive that also lies about the sizes of its arrays is refused", function()
    local archive = packed_zeros(3, 100)
    refused("x2: with the arrays before it, the archive would unpack to 40", dnn.data.npz, archive,
      {max_bytes = 30000})
    assert.is_truthy(dnn.data.npz(archive, {max_bytes = 70000}))
  end)
  it("an archive whose members overlap is refused", function()
    refused("", dnn.data.npz, SEEDS .. "npz/overlapping")
  end)
end)

describe("a table", function()
  -- A gzipped file of so many bytes of a text.
  local function gzipped(text, bytes)
    local name = path "x.csv.gz"
    program.shell(("yes %s | tr -d '\\n' | head -c %d | gzip -1 >%s"):format(program.quote(text), bytes,
      program.quote(name)))
    return name
  end
  it("of one line without an end is refused before all of it is read", function()
    for _, text in ipairs{"1,", "1", '"a'} do
      refused("line 1 is longer than 32 MiB; is a line end or a closing quote missing?", dnn.data.csv,
        gzipped(text, 40 << 20))
    end
  end)
  it("of a million columns is refused before memory is taken for them, where its second row has others", function()
    refused("line 2 has 1 field; expected 1000000 as in the first row", dnn.data.csv,
      put("x.csv", ("1,"):rep(999999) .. "1\n2\n"))
    refused("line 1 has more than 1048576 columns", dnn.data.csv, put("x.csv", ("1,"):rep(5000000) .. "1\n2\n"))
  end)
  it("with a zero byte is refused, wherever it is", function()
    refused("expected a CSV file, got text that begins with 'a,b' and holds a zero byte", dnn.data.csv,
      put("x.csv", "a,b\n1,2\0\n"))
    refused("line 402 holds a zero byte", dnn.data.csv, put("x.csv", "a,b\n" .. ("x,2\n"):rep(400) .. "x\0,2\n"))
  end)
  it("whose first rows are megabytes each is known by few of them", function()
    local rows = (("a"):rep(8 << 20) .. "\n"):rep(10)
    local before = put("x.csv", rows)
    refused("line 11 has 2 fields", dnn.data.csv, put("x.csv", program.read_all(before) .. "1,2\n"))
  end)
end)

describe("an image", function()
  it("of 65500 x 65500 pixels in a JPEG of some hundred bytes is refused", function()
    local jpeg = program.read_all(SEEDS .. "image/jpeg_420")
    local at = assert(jpeg:find("\xff\xc0", 1, true)) -- the start of the frame: length, precision, height, width
    local claims = jpeg:sub(1, at + 4) .. string.pack(">I2I2", 65500, 65500) .. jpeg:sub(at + 9)
    refused("65500 x 65500", dnn.data.read_image, put("x.jpg", claims))
  end)
  it("in a JPEG with megabytes of segments that say nothing is read, and none of them is kept", function()
    local jpeg = program.read_all(SEEDS .. "image/jpeg_420")
    local segment = "\xff\xe1\xff\xff" .. ("x"):rep(65533)
    local file = put("x.jpg", jpeg:sub(1, 2) .. segment:rep(400) .. jpeg:sub(3)) -- 26 MB, which are read as a whole
    read_within(40, dnn.data.read_image, file)
    local empty = put("y.jpg", jpeg:sub(1, 2) .. ("\xff\xe1\0\2"):rep(500000) .. jpeg:sub(3))
    read_within(8, dnn.data.read_image, empty)
  end)
  it("in a PNG with thousands of texts is refused for these", function()
    local png = program.read_all(SEEDS .. "image/png_rgb")
    local text = string.pack(">I4", 3) .. "tEXtC\0x"
    text = text .. string.pack(">I4", files.crc32(text:sub(5)))
    refused("has more than 1000 texts and profiles, or more than 64 MiB of them; save it again without them",
      dnn.data.read_image, put("x.png", png:sub(1, 33) .. text:rep(2000) .. png:sub(34)))
  end)
  it("of 16384 x 16384 pixels in a PNG of 33 kB is refused", function()
    refused("pixels", dnn.data.read_image, SEEDS .. "image/png_claims_much")
  end)
end)

describe("an HDF5 file", function()
  it("whose groups go in a circle is read, each dataset once", function()
    local file = assert(dnn.data.hdf5(SEEDS .. "hdf5/links"))
    assert.is_true(#file:names() < 20)
  end)
  it("with data in another file, which could be any, does not give it", function()
    local file = assert(dnn.data.hdf5(SEEDS .. "hdf5/external"))
    local refusals = 0
    for _, name in ipairs(file:names()) do
      local A, message = file:read(name)
      if not A and message:find "external" then refusals = refusals + 1 end
    end
    assert.is_true(refusals > 0)
  end)
end)

describe("a figure", function()
  it("without an end is refused by its beginning", function()
    if os.getenv "ASAN_OPTIONS" then return pending "AddressSanitizer wants more memory than a limit leaves it" end
    local _, err, status = program.shell(("ulimit -v 400000; exec %s/bin/dnnview --figure /dev/zero --csv -"):format(
      program.quote(BUILD)))
    assert.equal("dnnview: /dev/zero: is no figure: it does not begin with 'dnnview figure 1'\n", err)
    assert.equal(1, status)
  end)
end)

describe("a run's log", function()
  local function view(arguments)
    return program.shell(("%s/bin/dnnview %s"):format(program.quote(BUILD), arguments))
  end
  local TAG <const> = "=HYPERLINK(1)<script>alert(1)</script>\27[2J\7\u{202E}\u{2028}\u{200B}\u{FEFF}\u{AD}"
  local function log_of(tag)
    local name = path "run"
    os.execute("rm -rf " .. program.quote(name))
    assert(dnn.system.make_folder(name))
    return name, put("run/events.out.tfevents.1", event_file.scalars(tag, {3, 2, 1}))
  end

  it("with a record of 2^60 bytes is shown up to it", function()
    local name, file = log_of "cost"
    local length = string.pack("<I8", 1 << 60)
    program.write_all(file, program.read_all(file) .. length .. event_file.checksum(length) .. "more")
    local out, err, status = view("--text " .. program.quote(name))
    assert.equal(0, status)
    assert.is_truthy(out:find "cost")
    assert.is_truthy(err:find("given up at a damaged length", 1, true), err)
  end)
  it("of more than a thousand tags draws a thousand panels, and writes all values", function()
    local name, file = log_of "cost"
    local parts = {}
    for i = 1, 1100 do parts[i] = event_file.scalars("tag" .. i, {i}) end
    program.write_all(file, table.concat(parts))
    local out, err = view("--text " .. program.quote(name))
    assert.is_truthy(out:find("100 more panels: --only PATTERN chooses", 1, true), err)
    local csv = view("--csv - " .. program.quote(name))
    assert.equal(1101, select(2, csv:gsub("\n", "")))
  end)
  it("of many tags, half of them tensors that name no plugin, is read at once", function()
    if os.getenv "ASAN_OPTIONS" then return pending "AddressSanitizer makes it several times slower" end
    local name, file = log_of "cost"
    local rows, parts = {{1}, {1}, {1}, {1}, {1}, {1}}, {}
    for i = 1, 45000 do
      parts[i] = event_file.scalars("t" .. i, {1})
      parts[45000 + i] = event_file.pr_curve("p" .. i, rows, 0, true)
    end
    program.write_all(file, table.concat(parts))
    local out, err, status = program.shell(("ulimit -t 3; exec %s/bin/dnnview --csv - %s"):format(program.quote(BUILD),
      program.quote(name))) -- takes less than a second of the processor's time
    assert.equal(0, status, err)
    assert.equal(45001, select(2, out:gsub("\n", "")))
  end)
  it("of images of 8192 x 8192 pixels in 8 kB each shows what there is room for, and tells why not more", function()
    if os.getenv "ASAN_OPTIONS" then return pending "AddressSanitizer wants more memory than a limit leaves it" end
    local name, file = log_of "cost"
    local png, parts = files.black_png(8192, 8192), {}
    for i = 1, 6 do parts[i] = event_file.image("photos/" .. i, png) end
    program.write_all(file, table.concat(parts))
    local function view_within(kibibytes, arguments) -- the pixels of one are 262144
      local out, err, status = program.shell(("ulimit -v %d; exec %s/bin/dnnview %s %s"):format(kibibytes,
        program.quote(BUILD), arguments, program.quote(name)))
      assert.equal("", err)
      assert.equal(0, status)
      return out
    end
    assert.is_truthy(view_within(260000, "--csv -"):find("photos/6,0,,,8192 x 8192 pixels", 1, true))
    view_within(700000, "--svg " .. program.quote(path "out"))
    local out = program.read_all(path "out")
    assert.is_truthy(out:find("not shown: the pictures of all runs have more than", 1, true))
    assert.equal(1, select(2, out:gsub("<image", "")))
    assert.equal(5, select(2, out:gsub(">not shown<", "")))
    view_within(900000, "--html " .. program.quote(path "out"))
    assert.equal(5, select(2, program.read_all(path "out"):gsub('"absence":"not shown: the pictures', "")))
  end)
  it("with an image that claims more pixels than its bytes can hold tells that it cannot be decoded", function()
    local name, file = log_of "cost"
    program.write_all(file, event_file.image("photo", program.read_all(SEEDS .. "image/png_claims_much")))
    local out = view("--csv - " .. program.quote(name))
    assert.is_truthy(out:find("photo,0,,,0 x 0 pixels", 1, true), out)
  end)
  it("whose tags hold escape sequences does not reach the terminal with them", function()
    local out, err = view("--text " .. program.quote(log_of(TAG)))
    assert.is_truthy(out:find("HYPERLINK", 1, true), err)
    assert.is_nil((out .. err):gsub("\27%[[%d;]*m", ""):find "[\27\7]")
    for _, hidden in ipairs{"\u{202E}", "\u{2028}", "\u{200B}", "\u{FEFF}", "\u{AD}"} do
      assert.is_nil((out .. err):find(hidden, 1, true))
    end
  end)
  it("of bytes that are not UTF-8, in a folder whose name has two lines, is shown without them in one", function()
    local name = path "run\x9B31m\ndnnview: all is well"
    assert(dnn.system.make_folder(name))
    local file = name .. "/events.out.tfevents.1"
    local png = event_file.image("photo\x9B\nforged", files.black_png(8, 8))
    program.write_all(file, event_file.scalars("cost\x9B31m\nforged", {3, 2, 1}) .. png .. "torn")
    local out, err, status = view("--text --all " .. program.quote(name))
    os.remove(file)
    os.remove(name)
    assert.equal(0, status, err)
    assert.is_truthy(out:find("cost?31m?forged", 1, true), out)
    assert.is_truthy(err:find("/run?31m?dnnview: all is well: ends inside a record", 1, true), err)
    for line in (out .. err):gmatch "[^\n]+" do
      assert.is_truthy(utf8.len(line), ("%q"):format(line))
      assert.is_nil(line:match "^%s*forged" or line:match "^dnnview: all", line)
    end
  end)
  it("whose tags hold markup does not bring it into an SVG or a page", function()
    local name = log_of(TAG)
    for _, format in ipairs{"svg", "html"} do
      local _, err, status = view(("%s --%s %s"):format(program.quote(name), format, program.quote(path "out")))
      assert.equal(0, status, err)
      local out = program.read_all(path "out")
      assert.is_truthy(out:find("HYPERLINK", 1, true))
      assert.is_nil(out:find("<script>alert", 1, true))
      assert.is_nil(out:find "[\27\7]")
    end
  end)
  it("whose tags are formulas gives texts in a CSV", function()
    for _, tag in ipairs{"=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", '=a,"b"', " =1", "\u{FF1D}1", "a;=1",
                         "a;\u{FF20}1", 'a;"=1"', "a; +1"} do
      local _, err = view(("%s --csv %s"):format(program.quote(log_of(tag)), program.quote(path "out")))
      local out = program.read_all(path "out")
      assert.is_truthy(out:find(tag:gsub("^[^;]*;", ""):sub(1, 3):gsub('"', '""'), 1, true), err)
      for line in out:gmatch "[^\n]+" do
        for field in line:gmatch "[^,;]+" do
          assert.is_nil(field:match '^[" ]*[=+@]', line)
          assert.is_nil(field:match "^[\" ]*\u{FF1D}" or field:match "^[\" ]*\u{FF20}", line)
        end
      end
    end
  end)
end)
