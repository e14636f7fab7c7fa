-- dnn.progress: a loop with a progress bar.
--
--     local bar = dnn.progress(batches, {label = "epoch 1"})
--     for i, X, Y in bar do ... bar:set{cost = cost} end
--
-- In a terminal the bar is on stderr while the loop runs. At its end a line on standard output says what was done,
-- which is all that a file or a pipe gets.
local arguments = require "dnn.arguments"
local new_bar = require "dnn.bar".new
local options_of = require "dnn.options"
local strict = require "dnn.strict"
local numeral = require "dnn.numeral"

local Progress = strict.make("the progress bar", {})
Progress.__index = Progress
Progress.__name = "dnn.Progress"

-- What is counted: a function that gives the next values when it is called with the last, as those of a `for` are, how
-- many there will be (nil where that is unknown), and what they are called.
local function counted(what)
  if math.type(what) == "integer" then
    return function(_, i) return (i or 0) < what and (i or 0) + 1 or nil end, what, "steps"
  end
  local metatable = type(what) == "table" and getmetatable(what)
  if metatable and metatable.__call then return what, metatable.__len and #what or nil, "batches" end
  if type(what) == "table" then
    local i = 0
    return function(_, last)
      i = last == nil and 1 or i + 1
      return what[i]
    end, #what, "items"
  end
  if type(what) == "function" then return what, nil, "steps" end
end

-- "cost 0.1234, lr 0.01", sorted.
local function words_of(values)
  local parts = {}
  for name, value in pairs(values) do
    parts[#parts + 1] = name .. " " .. (math.type(value) == "float" and numeral("%.4g", value) or tostring(value))
  end
  table.sort(parts)
  return #parts > 0 and table.concat(parts, ", ") or nil
end

local function begin(self)
  local total, options = self.total, self.options
  self.bar = new_bar{total = total or nil, label = options.label, unit = self.unit, stream = options.stream,
    clock = options.clock, width = options.width}
  self.n, self.last, self.values = 0, false, {}
end

-- The line that stays.
local function finish(self)
  local bar = self.bar
  self.bar = false
  local parts = {("%d %s in %.1f s"):format(self.n, self.unit, bar:elapsed()), words_of(self.values)}
  local label = self.options.label
  if self.options.line then
    bar:print((label ~= "" and label .. ": " or "") .. table.concat(parts, ", "))
  else
    bar:finish()
  end
end

-- As `for` calls it: the number of the step and what is gone through.
function Progress:__call(_, i)
  if i == nil then
    begin(self)
  elseif not self.bar or i ~= self.n + 1 then
    arguments.fail("the progress bar was finished, or a loop inside this one has gone through it; make another "
      .. "for that loop")
  else
    self.n = i
    self.bar:update(i, self.words)
  end
  local first, second, third = self.next(nil, self.last or nil)
  if first == nil then return finish(self) end
  self.last = first
  if math.type(self.what) == "integer" then return first end
  return self.n + 1, first, second, third
end

-- Values that are shown beside the bar, by name; they stay until others of their names come.
function Progress:set(values)
  if type(values) ~= "table" then arguments.wrong(2, "a table of values by name, as in {cost = cost}", values) end
  for name, value in pairs(values) do self.values[name] = value end
end

-- Prints a line above the bar.
function Progress:print(line)
  if type(line) ~= "string" then arguments.wrong(2, "a string", line) end
  if self.bar then self.bar:print(line) else print(line) end
end

-- Ends it after a `break`.
function Progress:finish()
  if self.bar then finish(self) end
end

arguments.guard("dnn.Progress", Progress, ":")

local PROGRESS <const> = {
  label = {"", options_of.is "string", "a text"},
  unit = {nil, options_of.is "string", "a text, such as \"batches\""},
  total = {nil, options_of.whole(0), "a whole number, 0 or more"},
  line = {true, options_of.is "boolean", "true or false"},
}

local function progress(what, options)
  local next_of, total, unit = counted(what)
  if not next_of then
    arguments.wrong(1, "batches, a list, an iterator function, or a whole number of steps", what)
  end
  local opts = options_of.read("dnn.progress", options, PROGRESS)
  local self = setmetatable({what = what, next = next_of, total = opts.total or total or false,
    unit = opts.unit or unit, options = opts, bar = false, n = 0, last = false, values = {}, words = false}, Progress)
  self.words = function() return words_of(self.values) end
  return self
end

return arguments.guarded("dnn.progress", progress)
