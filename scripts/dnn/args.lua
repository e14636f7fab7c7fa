-- Command lines of the scripts: argparse, with short messages, and the values that scripts share.
--
-- A wrong option ends the program with status 2, anything else that fails with status 1.
local argparse = require "argparse"
local dnn = require "dnn"

local args = {}

local program = "dnnlua"
local outputs = {} -- files of options, which are written in the end

-- A text with names from files, or from a text that was learnt, as a terminal may get it: without control characters.
function args.plain(text) return dnn._printable((text:gsub("\r\n", "\n"))) end

-- Ends the program for a reason that no option is to blame for.
function args.fail(format, ...)
  io.stdout:flush()
  io.stderr:write(args.plain(("%s: %s\n"):format(program, format:format(...))))
  os.exit(1, true)
end

-- The first value, or the end of the program when it is nil: args.need(io.open(path)).
function args.need(value, message)
  if value == nil then args.fail("%s", message) end
  return value
end

-- A file may be in the folder of --run, which need not be there yet.
local function check_outputs(run)
  local inside = run and run:gsub("/*$", "/")
  for _, path in ipairs(outputs) do
    if run and path:sub(1, #inside) == inside then args.need(dnn.system.make_folder(path:match "^.*/")) end
    args.need(dnn.system.can_write(path))
  end
end

-- A parser as argparse makes it.
function args.parser(name, description)
  program = name
  local parser = argparse(name, description)
  parser:help_max_width(96)
  parser:usage_max_width(96)
  function parser.error(_, message)
    io.stderr:write(args.plain(("%s: %s\nTry '%s --help'.\n"):format(name, message, name)))
    os.exit(2, true)
  end
  local parse = parser.parse
  function parser.parse(...)
    local options = parse(...)
    check_outputs(options.run)
    return options
  end
  return parser
end

-- The options of every script that trains in epochs, with its own defaults: --epochs, --batch, --lr, --seed,
-- --threads, --save, --run and --view.
function args.training(parser, defaults)
  local function option(name, value, description, default)
    return parser:option("--" .. name, description, default and tostring(default)):argname(value)
  end
  option("epochs", "<n>", "passes over the training examples", defaults.epochs):convert(args.whole("--epochs", 1))
  option("batch", "<n>", "examples per step", defaults.batch):convert(args.whole("--batch", 2))
  option("lr", "<rate>", "learning rate at its highest", defaults.lr):convert(args.positive("--lr", 1e6))
  option("seed", "<n>", "of all random numbers", 1):convert(args.whole("--seed", 0))
  option("threads", "<n>", "threads to use (one for each core)")
    :convert(args.whole("--threads", 1, 256))
  option("save", "<file>", "a file to save the trained weights to"):convert(args.output)
  option("run", "<folder>", "a folder for the run's log, for dnnview and TensorBoard")
    :convert(args.run)
  parser:flag("--view", "open a window on the run")
end

-- Converters for parser:option(...):convert(...): they return the value, or nil and a message.

-- A file that is written in the end. Where that is not possible, the program ends once it knows its options, before its
-- work.
function args.output(path)
  outputs[#outputs + 1] = path
  return path
end

-- The folder of a run.
function args.run(folder)
  if folder ~= "" then return folder end
  return nil, "--run must be the name of a folder, got ''"
end

-- A whole number of at least `low` and, where it is given, at most `high`.
function args.whole(option, low, high)
  local range = high and ("from %d to %d"):format(low, high) or (">= %d"):format(low)
  return function(text)
    local number = math.tointeger(tonumber(text))
    if number and number >= low and number <= (high or number) then return number end
    return nil, ("%s must be a whole number %s, got '%s'"):format(option, range, text)
  end
end

-- A number greater than 0 and at most `high`.
function args.positive(option, high)
  return function(text)
    local number = tonumber(text)
    if number and number > 0 and number <= high then return number end
    return nil, ("%s must be a number > 0 and <= %g, got '%s'"):format(option, high, text)
  end
end

-- At least two whole numbers, "12288,20,1", or as many as `least` says.
function args.sizes(option, least)
  least = least or 2
  return function(text)
    local sizes = {}
    for part in (text .. ","):gmatch "([^,]*)," do
      local size = math.tointeger(tonumber(part))
      if not size or size < 1 then sizes = {} break end
      sizes[#sizes + 1] = size
    end
    if #sizes >= least then return sizes end
    return nil, ("%s must be whole numbers separated by commas, such as %s, got '%s'")
      :format(option, least == 1 and "64,32" or "12288,20,7,5,1", text)
  end
end

return args
