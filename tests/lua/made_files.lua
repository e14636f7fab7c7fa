-- For specs of readers: files that they make in a folder of their own, readers that refuse them, and bytes of formats.
local assert = require "luassert"
local program = require "program"

local files = {folder = nil, path = nil} -- path: the last file that was put

function files.open()
  files.folder = program.folder()
end

function files.close()
  program.remove(files.folder)
end

function files.put(bytes, name)
  files.path = files.folder .. "/" .. (name or "file")
  program.write_all(files.path, bytes)
  return files.path
end

-- The call gives nil and this message after the file's path.
function files.refuses(expected, read, file, options)
  local got, message = read(file, options)
  assert.is_nil(got)
  assert.equal(file .. ": " .. expected, message)
end

-- Bytes of formats ------------------------------------------------------------------------------------

function files.idx(code, extents, elements)
  return string.pack(">BBBB" .. ("I4"):rep(#extents), 0, 0, code, #extents, table.unpack(extents)) .. elements
end

function files.npy(descr, order, shape, elements, version)
  local header = ("{'descr': %s, 'fortran_order': %s, 'shape': %s, }"):format(descr, order, shape)
  header = header .. (" "):rep(-(#header + 11) % 64) .. "\n"
  return "\x93NUMPY" .. (version == 2 and string.pack("<BBI4", 2, 0, #header) or string.pack("<BBI2", 1, 0, #header))
    .. header .. elements
end

-- An archive with these members: {name, bytes, [packed bytes], [method], [flags]}; `lies` changes entries.
function files.zip(members, lies)
  local out, directory, at = {}, {}, 0
  for i, m in ipairs(members) do
    local name, bytes, packed = m[1], m[2], m[3] or m[2]
    local crc = m.crc or 0
    local method, flags, size = m.method or 0, m.flags or 0, m.size or #bytes
    out[#out + 1] = string.pack("<I4I2I2I2I2I2I4I4I4I2I2", 0x04034b50, 20, flags, method, 0, 0, crc, #packed, size,
      #name, 0)
      .. name .. packed
    local place = lies and lies[i] or at
    directory[#directory + 1] = string.pack("<I4I2I2I2I2I2I2I4I4I4I2I2I2I2I2I4I4", 0x02014b50, 20, 20, flags, method,
      0, 0,
      crc, #packed, size, #name, 0, 0, 0, 0, 0, place) .. name
    at = at + #out[#out]
  end
  local entries = table.concat(directory)
  return table.concat(out) .. entries .. string.pack("<I4I2I2I2I2I4I4I2", 0x06054b50, 0, 0, #members, #members,
    #entries, at, 0)
end

function files.crc32(bytes)
  local crc = 0xffffffff
  for i = 1, #bytes do
    crc = crc ~ bytes:byte(i)
    for _ = 1, 8 do crc = crc >> 1 ~ (crc & 1) * 0xedb88320 end
  end
  return crc ~ 0xffffffff
end

-- A black PNG of a bit for each pixel, packed as tightly as deflate can.
function files.black_png(width, height)
  local function chunk(kind, data)
    return string.pack(">I4", #data) .. kind .. data .. string.pack(">I4", files.crc32(kind .. data))
  end
  local size = (1 + (width + 7) // 8) * height
  local packed = program.shell(("head -c %d /dev/zero | gzip -n9 | tail -c +11 | head -c -8"):format(size))
  local zlib = "\x78\xDA" .. packed .. string.pack(">I2I2", size % 65521, 1)
  return "\x89PNG\r\n\x1A\n" .. chunk("IHDR", string.pack(">I4I4BBBBB", width, height, 1, 0, 0, 0, 0)) ..
    chunk("IDAT", zlib) .. chunk("IEND", "")
end

return files
