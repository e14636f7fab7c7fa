-- Reads TensorBoard's event files in Lua, by the published format and with nothing of the program's: a
-- second implementation for tests. Checksums are checked.
local event_file = {}

local crc_table = {}
for n = 0, 255 do
  local c = n
  for _ = 1, 8 do c = c & 1 == 1 and 0x82F63B78 ~ (c >> 1) or c >> 1 end
  crc_table[n] = c
end

local function masked_crc(bytes)
  local c = 0xFFFFFFFF
  for i = 1, #bytes do c = crc_table[(c ~ bytes:byte(i)) & 0xFF] ~ (c >> 8) end
  c = c ~ 0xFFFFFFFF
  return ((c >> 15 | c << 17) + 0xa282ead8) & 0xFFFFFFFF
end

local function varint(bytes, at)
  local value, shift = 0, 0
  repeat
    local byte = bytes:byte(at)
    value, shift, at = value | (byte & 127) << shift, shift + 7, at + 1
  until byte < 128
  return value, at
end

-- The fields of a message: {[number] = {value, ...}}, of wire types 0, 1, 2 and 5.
local function fields(bytes)
  local found, at = {}, 1
  while at <= #bytes do
    local key, value
    key, at = varint(bytes, at)
    local kind = key & 7
    if kind == 0 then value, at = varint(bytes, at)
    elseif kind == 1 then value, at = bytes:sub(at, at + 7), at + 8
    elseif kind == 5 then value, at = bytes:sub(at, at + 3), at + 4
    else
      local length
      length, at = varint(bytes, at)
      value, at = bytes:sub(at, at + length - 1), at + length
    end
    local list = found[key >> 3] or {}
    found[key >> 3] = list
    list[#list + 1] = value
  end
  return found
end

local function doubles(packed)
  local list = {}
  for at = 1, #packed, 8 do list[#list + 1] = string.unpack("<d", packed, at) end
  return list
end

local function double(f, number) return f[number] and string.unpack("<d", f[number][1]) or 0 end

local function histogram(bytes)
  local f = fields(bytes)
  return {
    min = double(f, 1), max = double(f, 2), count = double(f, 3), sum = double(f, 4),
    limits = doubles(f[6][1]), counts = doubles(f[7][1]),
  }
end

local function image(bytes)
  local f = fields(bytes)
  return {height = f[1][1], width = f[2][1], png = f[4][1]}
end

-- The sizes of a TensorShapeProto.
local function dims(bytes)
  local list = {}
  for _, dim in ipairs(fields(bytes)[2] or {}) do list[#list + 1] = fields(dim)[1][1] end
  return list
end

local function floats(packed)
  local list = {}
  for at = 1, #packed, 4 do list[#list + 1] = string.unpack("<f", packed, at) end
  return list
end

-- A tensor of floats: dims and numbers, row after row.
local function tensor(bytes)
  local f = fields(bytes)
  return f[1][1] == 1 and f[4] and {dims = dims(f[2][1]), numbers = floats(f[4][1])} or nil
end

-- The values of one Summary.Value: number, histogram, image, tensor or text, and of a tensor the plugin and what it
-- keeps.
local function read_value(bytes, event)
  local f = fields(bytes)
  event.tag = f[1][1]
  if f[2] then event.number = string.unpack("<f", f[2][1]) end
  if f[5] then event.histogram = histogram(f[5][1]) end
  if f[4] then event.image = image(f[4][1]) end
  if f[8] then
    event.tensor = tensor(f[8][1])
    event.text = not event.tensor and fields(f[8][1])[8][1] or nil
  end
  local plugin = f[9] and fields(fields(f[9][1])[1][1])
  if plugin then event.plugin, event.content = plugin[1][1], plugin[2] and fields(plugin[2][1]) end
  return event
end

-- All values of a file in their order: {step, time, tag, number | histogram | image | text}.
function event_file.read(path)
  local file <close> = assert(io.open(path, "rb"))
  local bytes, at, events = file:read "a", 1, {}
  while at <= #bytes do
    local length, length_crc = string.unpack("<I8I4", bytes, at)
    assert(masked_crc(bytes:sub(at, at + 7)) == length_crc, "checksum of a length")
    local payload = bytes:sub(at + 12, at + 11 + length)
    assert(masked_crc(payload) == string.unpack("<I4", bytes, at + 12 + length), "checksum")
    at = at + 16 + length
    local f = fields(payload)
    for _, summary in ipairs(f[5] or {}) do
      for _, value in ipairs(fields(summary)[1]) do
        events[#events + 1] = read_value(value, {step = f[2] and f[2][1] or 0, time = double(f, 1)})
      end
    end
  end
  return events
end

-- The values of one tag: {[step] = number or event}, and their count.
function event_file.series(events, tag)
  local series, count = {}, 0
  for _, event in ipairs(events) do
    if event.tag == tag then
      series[event.step] = event.number or event
      count = count + 1
    end
  end
  return series, count
end

-- The checksum that follows bytes in a file.
function event_file.checksum(bytes) return string.pack("<I4", masked_crc(bytes)) end

local function record(payload)
  local length = string.pack("<I8", #payload)
  return length .. event_file.checksum(length) .. payload .. event_file.checksum(payload)
end

-- A field of a message: bytes with their length before them.
local function message(number, bytes)
  local length, varint_of_length = #bytes, ""
  repeat
    varint_of_length = varint_of_length .. string.char(length & 127 | (length > 127 and 128 or 0))
    length = length >> 7
  until length == 0
  return string.char(number << 3 | 2) .. varint_of_length .. bytes
end

-- A record with the precision-recall curve of a tag, as TensorBoard's plugin writes it; rows are true and false
-- positives, true and false negatives, precision, recall. The step is 0 by default; `nameless`, the plugin has no name,
-- as in all but the first record of a tag.
function event_file.pr_curve(tag, rows, step, nameless)
  local numbers = {}
  for _, row in ipairs(rows) do
    for _, number in ipairs(row) do numbers[#numbers + 1] = string.pack("<f", number) end
  end
  local function dim(size) return message(2, "\x08" .. string.char(size)) end
  local values = "\x08\x01" .. message(2, dim(#rows) .. dim(#rows[1])) ..
    message(5, table.concat(numbers))
  local plugin = nameless and "" or message(9, message(1, message(1, "pr_curves")))
  local value = message(1, tag) .. plugin .. message(8, values)
  return record("\x10" .. string.char(step or 0) .. message(5, message(1, value)))
end

-- A record with a PNG as the image of a tag, at step 0.
function event_file.image(tag, png)
  local value = message(1, tag) .. message(4, message(4, png))
  return record("\x09" .. string.pack("<d", 1) .. message(5, message(1, value)))
end

-- The images that were logged under a tag, in order; a text of the same tag is their caption.
function event_file.images(events, tag)
  local list = {}
  for _, event in ipairs(events) do
    if event.tag == tag and event.image then list[#list + 1] = event.image end
  end
  return list
end

-- A log of one scalar for each step, as other programs write it: values[step].
function event_file.scalars(tag, values)
  local parts = {record("\x09" .. string.pack("<d", 1) .. message(3, "brain.Event:2"))}
  for step, value in ipairs(values) do
    local summary = message(1, message(1, tag) .. "\x15" .. string.pack("<f", value))
    parts[#parts + 1] = record("\x09" .. string.pack("<d", step) .. "\x10" .. string.char(step) .. message(5, summary))
  end
  return table.concat(parts)
end

return event_file
