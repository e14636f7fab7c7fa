-- dnn.checkpoint: all that a training needs to go on as if it had never ended, in one safetensors file.
--
-- The parts of a checkpoint have names. A network, an optimiser, batches and a dnn.Random have states, which
-- are brought back into the objects of the same names; a Matrix, a number, a text and a boolean are values,
-- which are given back. Matrices become tensors, the others texts of the metadata: `20`, `0.25`, `true`,
-- `"text"`, and `hex"00ff"` for bytes that are no text. A state's entries are called PART.ENTRY, PART.[3] where the
-- key is a number. The global stream of random numbers is always kept.
local dnn = require "dnn"
local arguments = require "dnn.arguments"
local fail = require "dnn.failure"
local options = require "dnn.options"
local states_of = require "dnn.checkpoint.states"

local checkpoint = {}

local VERSION <const>, FORMER_VERSION <const> = "2", "1" -- before, all keys of states became strings
local MARK <const> = "dnn.checkpoint" -- runtime/store/safetensors.h knows this name
local KIND <const> = "dnn.kind."
local RANDOM <const> = "dnn.random"
local name_of <const>, kind_of <const> = states_of.name_of, states_of.kind_of

-- Values as text -----------------------------------------------------------------------------------

-- Whether JSON holds a string: UTF-8 without zero bytes.
local function is_text(value) return utf8.len(value) and not value:find("\0", 1, true) end

local function encode(value)
  if type(value) == "string" then
    if is_text(value) then return '"' .. value .. '"' end
    return 'hex"' .. value:gsub(".", function(byte) return ("%02x"):format(byte:byte()) end) .. '"'
  end
  if math.type(value) ~= "float" then return tostring(value) end
  if value ~= value then return "nan" end
  local text = ("%.15g"):format(value)
  if tonumber(text) ~= value then text = ("%.17g"):format(value) end -- always enough
  return text:find "^-?%d+$" and text .. ".0" or text -- 20.0 is not an integer
end

checkpoint._encode = encode

local WORDS <const> = {["true"] = true, ["false"] = false, nan = 0 / 0, inf = math.huge, ["-inf"] = -math.huge}

-- The value, or nil for a text that encode has not made.
local function decode(text)
  if WORDS[text] ~= nil then return WORDS[text] end
  local hex = text:match '^hex"(%x*)"$'
  if hex and #hex % 2 == 0 then return (hex:gsub("..", function(byte) return string.char(tonumber(byte, 16)) end)) end
  return text:match '^"(.*)"$' or tonumber(text)
end

-- The name of a state's entry: a number as in Lua's constructors, [3]. So are strings that could be taken for one, and
-- those that are no text.
local function encode_key(key)
  if type(key) == "number" or key:find "^%[" or not is_text(key) then return "[" .. encode(key) .. "]" end
  return key
end

local function decode_key(name)
  local inner = name:match "^%[(.*)%]$"
  local key = inner and decode(inner)
  if type(key) == "string" or type(key) == "number" and key == key then return key end
  return name
end

-- Saving -------------------------------------------------------------------------------------------

-- Adds an entry of a file: a Matrix to its tensors, anything else to its metadata. False for what is neither.
local function add(file, name, value)
  if name_of(value) == "dnn.Matrix" then
    file.tensors[name] = value
  elseif type(value) == "number" or type(value) == "string" or type(value) == "boolean" then
    file.metadata[name] = encode(value)
  else
    return false
  end
  return true
end

-- Adds a part; nil and a message when it cannot be kept.
local function add_part(file, name, value)
  if not states_of.methods_of(value) then
    if add(file, name, value) then return true end
    return nil, ("'%s' must be a network, an optimiser, batches, a dnn.Random, a Matrix, a number, a text or a "
      .. "boolean, got %s"):format(name, name_of(value))
  end
  local state, message = states_of.read(name, value)
  if not state then return nil, message end
  file.metadata[KIND .. name] = kind_of(value)
  for key, part in pairs(state) do
    local entry = encode_key(key)
    if not add(file, name .. "." .. entry, part) then
      return nil, ("the state of '%s' holds %s under '%s'; it must be a Matrix, a number, a string or a boolean")
        :format(name, name_of(part), entry)
    end
  end
  return true
end

-- What a file is to hold, copied where it could change; nil and a message where a part cannot be kept. `more` are
-- texts of the metadata.
local function snapshot(parts, more)
  local file = {tensors = {}, metadata = {[MARK] = VERSION}}
  for name, value in pairs(parts) do
    local kept, message = add_part(file, name, value)
    if not kept then return nil, message end
  end
  for name, text in pairs(more or {}) do file.metadata[name] = text end
  -- Last, since a layer that is used for the first time here draws its weights.
  file.metadata[RANDOM] = ("%d %d"):format(dnn._random:state())
  return file
end
checkpoint._snapshot = snapshot

-- Begins to write a snapshot; the saver's finish() says how it went. Nil and a message where no file can hold it.
function checkpoint._start(path, file)
  local begun, saver = pcall(dnn._save_start, path, file.tensors, {metadata = file.metadata})
  if begun then return saver end
  return nil, saver
end

-- Writes the parts: true; or false (the script's mistake) or nil (the file's fault) and a message.
local function write(path, parts)
  local file, message = snapshot(parts)
  if not file then return false, message end
  local saver, reason = checkpoint._start(path, file)
  if not saver then return false, reason end
  local saved, why, status = saver:finish()
  if saved then return true end
  if status == "argument" then return false, why end
  return nil, why
end

local function check_arguments(where, path, parts)
  if type(path) ~= "string" or path == "" then
    arguments.fail("%s: expected the path of a file, got %s%s", where, path == "" and "''" or name_of(path),
      arguments.usage())
  end
  if type(parts) ~= "table" then
    arguments.fail("%s: expected a table of parts, as in {net = net, optimiser = optimiser, step = step}, got %s%s",
      where, name_of(parts), arguments.usage())
  end
  for name in pairs(parts) do
    if type(name) ~= "string" or not name:find "^[%a_][%w_]*$" or name == "dnn" then
      arguments.fail("%s: a part's name must be made of letters, digits and _, and not be dnn; got %s", where,
        tostring(name))
    end
  end
end

-- Writes the parts to a file: true, or nil and a message, and then the old file is whole.
function checkpoint.save(path, parts)
  check_arguments("checkpoint.save", path, parts)
  local saved, message = write(path, parts)
  if saved == false then arguments.fail("checkpoint.save: %s", message) end
  return saved, message
end

-- Loading ------------------------------------------------------------------------------------------

-- What a file holds: kinds of states by part, states by part, and values by name; or nil and a message.
local function parse(tensors, metadata)
  local kinds, states, values = {}, {}, {}
  for name, text in pairs(metadata) do
    local part = name:match "^dnn%.kind%.(.*)$"
    if part then kinds[part], states[part] = states_of.FORMER_KINDS[text] or text, {} end
  end
  local function place(name, value)
    local part, entry = name:match "^([^.]*)%.(.*)$"
    if not states[part] then
      values[name] = value
    else
      states[part][metadata[MARK] == FORMER_VERSION and entry or decode_key(entry)] = value
    end
  end
  for name, matrix in pairs(tensors) do place(name, matrix) end
  for name, text in pairs(metadata) do
    if not name:find "^dnn%." then
      local value = decode(text)
      if value == nil then return nil, ("its entry '%s' is damaged"):format(name) end
      place(name, value)
    end
  end
  return kinds, states, values
end

-- The state of a stream from "key position"; nil when it is none.
local function stream_of(text)
  local key, position = text:match "^(-?%d+) (-?%d+)$"
  local state = {key = tonumber(key), position = tonumber(position)}
  return math.type(state.key) == "integer" and math.type(state.position) == "integer" and state or nil
end

-- Whether just those objects are given whose states the file holds; nil and a message when not.
local function check_parts(objects, kinds)
  for name, kind in pairs(kinds) do
    if objects[name] == nil then
      return nil, ("it holds the state of '%s' (%s); give %s = its object, or %s = false to leave it out")
        :format(name, kind, name, name)
    end
  end
  for name, object in pairs(objects) do
    if object and not kinds[name] then
      return nil, ("it has no state of '%s', only of: %s; leave %s out"):format(name, options.names_of(kinds), name)
    end
    local former = kinds[name] == states_of.ANY_TABLE and type(object) == "table"
    if object and not former and kinds[name] ~= kind_of(object) then
      return nil, ("'%s' is a state of %s, and the object given is %s"):format(name, kinds[name], kind_of(object))
    end
  end
  return true
end

-- The objects, matrices among them as parts that have a state.
local function with_matrices(objects)
  local parts = {}
  for name, object in pairs(objects) do parts[name] = states_of.of_matrix(object) end
  return parts
end

local function check_objects(objects)
  for name, object in pairs(objects) do
    if object and not states_of.methods_of(object) then
      arguments.fail("checkpoint.load: '%s' must be a network, an optimiser, batches or a dnn.Random, got %s", name,
        name_of(object))
    end
  end
end

-- What a checkpoint holds: {kinds, states, values, random, metadata}; or nil and a message.
function checkpoint._read(path)
  local function wrong(message) return fail("%s: %s", path, message) end
  local tensors, metadata, left_out = dnn.load(path)
  if not tensors then return nil, metadata end
  local _, why = next(left_out)
  if why then return nil, why end
  if not metadata[MARK] then
    return wrong "holds weights, not a checkpoint; use net:load(path)"
  end
  if metadata[MARK] ~= VERSION and metadata[MARK] ~= FORMER_VERSION then
    return wrong(("is a checkpoint of version %s; this program reads versions %s and %s"):format(metadata[MARK],
      FORMER_VERSION, VERSION))
  end
  local kinds, states, values = parse(tensors, metadata)
  local random = stream_of(metadata[RANDOM] or "")
  if not kinds then return wrong(states) end
  if not random then return wrong "its stream of random numbers is damaged" end
  return {kinds = kinds, states = states, values = values, random = random, metadata = metadata}
end

-- The step at which the checkpoint of a training was saved, among its values; or nil and a message.
function checkpoint._step(path, values)
  local step = values.step
  if math.type(step) == "integer" and step >= 0 then return step end
  return fail("%s: %s", path, step == nil and "does not say at which step it was saved"
    or "its step must be a whole number >= 0, got " .. options.shown(step))
end

-- Brings the states back into the objects, and the global stream of random numbers: true; or nil and a message, and
-- nothing is changed.
function checkpoint._apply(content, objects)
  local good, message = check_parts(objects, content.kinds)
  if good then good, message = states_of.set_all(objects, content.states) end
  if not good then return nil, message end
  states_of.set_random(dnn._random, content.random)
  return true
end

local sources = setmetatable({}, {__mode = "k"}) -- by object: the path that it was last loaded from

-- The path that all of the objects were loaded from, nil where they were not; asked once, since they go on from there.
function checkpoint._source(objects)
  local source
  for _, object in pairs(objects) do
    if object then
      local path = sources[object] or false
      sources[object] = nil
      source = (source == nil or source == path) and path
    end
  end
  return source or nil
end

-- Brings the states of the objects back, and the global stream of random numbers; returns a table of the
-- values. Nil and a message, and nothing is changed, when the file is none or does not fit.
function checkpoint.load(path, objects)
  check_arguments("checkpoint.load", path, objects)
  objects = with_matrices(objects)
  check_objects(objects)
  local content, message = checkpoint._read(path)
  if not content then return nil, message end
  local good, why = checkpoint._apply(content, objects)
  if not good then return fail("%s: %s", path, why) end
  for _, object in pairs(objects) do
    if object then sources[object] = path end
  end
  return content.values
end

checkpoint._has_state = function(value) return states_of.methods_of(value) ~= nil end

-- What a run's window asks for: writes FOLDER/checkpoints/step-0000123.safetensors; its path, or nil and a
-- message. `more` (nil or a table) are parts besides net, optimiser and step.
function checkpoint._of_run(folder, step, net, optimiser, more)
  local parts = {net = net, optimiser = optimiser, step = step}
  for name, value in pairs(more or {}) do parts[name] = value end
  local made, message = dnn.system.make_folder(folder .. "/checkpoints")
  if not made then return nil, message end
  local path = ("%s/checkpoints/step-%07d.safetensors"):format(folder, step)
  local saved, why = write(path, parts)
  return saved and path or nil, why
end

return arguments.guard("dnn.checkpoint", checkpoint)
