-- The logged value that decides which checkpoint of a run is the best: its name, which direction is better, and the
-- best so far. A value counts once its checkpoint is on disk, until then it is pending; the file says whose best it is,
-- so that a training that resumes with another value or direction begins anew.
local arguments = require "dnn.arguments"
local dnn = require "dnn"
local options_of = require "dnn.options"

local best = {}

local Best = {}
Best.__index = Best

local ENTRY <const> = "dnn.best" -- in the metadata: value, step, mode and name
local MOST_NAMES <const> = 20    -- that a message lists

-- Which direction is better --------------------------------------------------------------------------

-- Words of a name that say it, beside the names of dnn.metrics.
local WORDS <const> = {cost = "min", loss = "min", error = "min", err = "min", perplexity = "min", rmse = "min",
  nll = "min", bce = "min", crossentropy = "min", acc = "max"}
local PLURALS <const> = {{"ies$", "y"}, {"es$", ""}, {"s$", ""}}

-- What a word says; of a plural, as "losses", what its singular says.
local function says(word)
  local kinds = require "dnn.metrics.meters".KINDS
  local said = WORDS[word] or kinds[word] and kinds[word].best
  for _, plural in ipairs(PLURALS) do
    local one = word:gsub(plural[1], plural[2])
    said = said or WORDS[one] or kinds[one] and kinds[one].best
  end
  return said
end

-- "max" or "min" where the name says it, as those of "val_loss", "valLoss" and "accuracy/test" do.
local function mode_of(name)
  local kinds, mode = require "dnn.metrics.meters".KINDS, nil
  for part in name:gsub("(%l)(%u)", "%1_%2"):lower():gsub("cross_entrop", "crossentrop"):gmatch "[%w_]+" do
    for word in (kinds[part] and part or part:gsub("_", " ")):gmatch "[%w_]+" do
      local said = says(word)
      if said and mode and said ~= mode then return nil end
      mode = said or mode
    end
  end
  return mode
end

-- What is logged -------------------------------------------------------------------------------------

-- The number that run:log (bindings/run/run_values.c) takes a value for; nil: it is none.
local function number_of(value)
  if type(value) == "number" then return value end
  if dnn._is_matrix(value) and value.rows == 1 and value.cols == 1 then return value(1, 1) end
end

-- The name of an entry of a logged table, in which those of a list may have `names`.
local function tag_of(names, key)
  return math.type(key) == "integer" and (names and names[key] or tostring(key)) or key
end

-- The number that is logged as `name`, such as "accuracy/test" or "layers/3"; nil: none is.
local function find(values, name)
  local number = number_of(values[name])
  if number then return number end
  local names = type(values.names) == "table" and values.names
  for key, value in next, values do
    local tag = tag_of(names, key)
    if tag == name then
      number = number_of(value)
    elseif type(value) == "table" and value ~= names and name:sub(1, #tag + 1) == tag .. "/" then
      number = find(value, name:sub(#tag + 2))
    end
    if number then return number end
  end
end

-- Adds the names of the numbers among the values to `known`, as a list and as keys.
local function note_names(known, values, before)
  local names = type(values.names) == "table" and values.names
  for key, value in next, values do
    local tag = before .. tag_of(names, key)
    if type(value) == "table" then
      if value ~= names then note_names(known, value, tag .. "/") end
    elseif not known[tag] and #known < MOST_NAMES and number_of(value) then
      known[#known + 1], known[tag] = tag, true
    end
  end
end

-- The best -------------------------------------------------------------------------------------------

local function better(self, value)
  local so_far = self.pending or self.taken or self.saved
  if not so_far then return true end
  if self.mode == "max" then return value > so_far.value end
  return value < so_far.value
end

-- After a log: whether its value is the best so far. NaN and infinity never are.
function Best:look(step, values)
  local value = find(values, self.name)
  if not value then
    if not self.found then note_names(self.logged, values, "") end
    return false
  end
  self.found = true
  if value - value ~= 0 or not better(self, value) then return false end
  self.pending = {value = value, step = step}
  return true
end

-- Whether the best value is of this step; that of a step which was left in its middle has no checkpoint.
function Best:is_of(step)
  if self.pending and self.pending.step ~= step then self.pending = nil end
  return self.pending ~= nil
end

-- What the metadata of the checkpoint says that is taken now, and the value that it is taken for.
function Best:entry()
  local now = self.pending
  self.taken = now
  return {[ENTRY] = ("%.17g %d %s %s"):format(now.value, now.step, self.mode, self.name)}, now
end

-- The checkpoint that was taken for a value is on disk, or could not be saved.
function Best:settle(value, saved)
  if saved then self.saved = value end
  if self.pending == value then self.pending = nil end
  if self.taken == value then self.taken = nil end
end

local function text_of(name, mode) return ("'%s' (%s)"):format(name, mode) end

-- Takes over the best of an earlier training: of `files`, {path =, metadata =}, the newest first, those that are the
-- best by the same value; and what is to be said of others, or nil.
function Best:resume(files)
  local same, others = {}, nil
  self.saved, self.taken, self.pending = nil, nil, nil
  for _, file in ipairs(files) do
    local value, step, mode, name = (file.metadata[ENTRY] or ""):match "^(%S+) (%d+) (%l+) (.*)$"
    if name == self.name and mode == self.mode then
      self.saved = self.saved or {value = tonumber(value), step = math.tointeger(tonumber(step))}
      self.found = true
      same[#same + 1] = file
    else
      others = others or ("%s is the best by %s; the search for the best by %s begins anew, and that file stays")
        :format(file.path, name and text_of(name, mode) or "a value that it does not name",
          text_of(self.name, self.mode))
    end
  end
  return same, others
end

-- The files are gone, so that no value is the best any more.
function Best:forget() self.saved = nil end

-- What is to be said at the end; nil: nothing.
function Best:complaint()
  if self.found or self.unasked or #self.logged == 0 then return nil end
  table.sort(self.logged)
  return ("no number was logged as '%s', so there is no best checkpoint; logged were: %s%s"):format(self.name,
    table.concat(self.logged, ", "), #self.logged == MOST_NAMES and ", ..." or "")
end

local function make(name, mode, unasked)
  return setmetatable({name = name, mode = mode, unasked = unasked, found = false, logged = {}}, Best)
end

-- One that the script did not name, for run:checkpoint{best = }: it says nothing where no such number is logged.
function best.unasked(name, mode) return make(name, mode, true) end

-- Whether run:checkpoint{best = } takes the value.
function best.takes(value) return type(value) == "string" or getmetatable(value) == Best end

-- Nil where no name is given.
function best.new(name, mode)
  if type(name) == "table" then return name end
  if not name then
    if mode then
      arguments.fail("Run: checkpoint: mode is given without best, the name of the value that it is about")
    end
    return nil
  end
  mode = mode or mode_of(name)
  if not mode then
    arguments.fail("Run: checkpoint: best = %s: say which direction is better, mode = \"max\" or mode = \"min\"",
      options_of.shown(name))
  end
  return make(name, mode, false)
end

return best
