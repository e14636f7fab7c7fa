-- What a training was like: a curve for the cost and each metric, in training and validation. It prints as a table of
-- epochs, and dnn.plot(history.cost) draws the two curves of one.
local strict = require "dnn.strict"
local numeral = require "dnn.numeral"

local history = {}

local History = {__name = "dnn.fit.history"}

local ROWS <const> = 20 -- epochs that are printed
local NOT_FINITE <const> = {inf = math.huge, ["-inf"] = -math.huge} -- any other word is NaN
local PARTS <const> = {"train", "validation"}

function History.__index(self, key)
  return strict.unknown("the history", key, self)
end

-- The curves of one measure: a list of series as dnn.plot takes it, whose fields train and validation are the numbers.
local function new_group(parts)
  local group, by_name = {}, {}
  for n, part in ipairs(parts) do
    by_name[part] = {}
    group[n] = {by_name[part], name = part}
  end
  return setmetatable(group, {__index = by_name})
end

-- Of the measures with these names; without validation there is one curve of each.
function history.new(names, validates)
  local self = {names = names, epochs = 0, seconds = {}, lr = {}, best_epoch = 0, stopped = false, monitor = false}
  for _, name in ipairs(names) do self[name] = new_group(validates and PARTS or {"train"}) end
  return setmetatable(self, History)
end

-- Calls each("cost/train", numbers) for every curve.
local function each_curve(self, each)
  for _, name in ipairs(self.names) do
    for _, series in ipairs(self[name]) do each(name .. "/" .. series.name, series[1]) end
  end
end

-- Adds an epoch: values by the curves' names.
function history.add(self, values, seconds, lr)
  self.epochs = self.epochs + 1
  each_curve(self, function(name, curve) curve[self.epochs] = values[name] end)
  self.seconds[self.epochs], self.lr[self.epochs] = seconds, lr
end

-- For checkpoints: each curve as a text, which may hold values that are not finite.
function history.state(self, state)
  local function put(name, curve)
    local texts = {}
    for k, value in ipairs(curve) do texts[k] = ("%.17g"):format(value) end
    state["history." .. name] = table.concat(texts, " ")
  end
  each_curve(self, put)
  put("seconds", self.seconds)
  put("lr", self.lr)
  state.best_epoch = self.best_epoch
end

function history.set_state(self, state)
  local function take(name, curve)
    local text = state["history." .. name]
    if type(text) ~= "string" then error(("the state has no curve %s"):format(name), 0) end
    for k = #curve, 1, -1 do curve[k] = nil end
    for number in text:gmatch "%S+" do
      local value = tonumber(number)
      curve[#curve + 1] = value and value + 0.0 or NOT_FINITE[number] or 0 / 0
    end
  end
  each_curve(self, take)
  take("seconds", self.seconds)
  take("lr", self.lr)
  self.epochs, self.best_epoch = #self.seconds, state.best_epoch
end

-- Epochs that are printed: all, or some evenly spread with the best and the last.
local function shown_epochs(self)
  local shown, rows = {}, math.min(self.epochs, ROWS)
  for row = 1, rows do
    local epoch = rows == 1 and 1 or 1 + (row - 1) * (self.epochs - 1) // (rows - 1)
    local previous = shown[#shown] or 0
    if self.best_epoch > previous and self.best_epoch < epoch then shown[#shown + 1] = self.best_epoch end
    shown[#shown + 1] = epoch
  end
  return shown
end

-- Columns of texts, each as wide as its widest.
local function aligned(columns)
  local lines = {}
  for _, column in ipairs(columns) do
    local width = 0
    for _, text in ipairs(column) do width = math.max(width, #text) end
    for row, text in ipairs(column) do
      lines[row] = (lines[row] and lines[row] .. "  " or "") .. (" "):rep(width - #text) .. text
    end
  end
  return table.concat(lines, "\n")
end

function History.__tostring(self)
  local shown = shown_epochs(self)
  local function column(head, text_of)
    local texts = {head}
    for row, epoch in ipairs(shown) do texts[row + 1] = text_of(epoch) end
    return texts
  end
  local columns = {column("epoch", function(epoch)
    return (epoch == self.best_epoch and self.epochs > 1 and "*" or "") .. epoch
  end)}
  each_curve(self, function(name, curve)
    columns[#columns + 1] = column(name, function(epoch) return numeral("%.4g", curve[epoch]) end)
  end)
  columns[#columns + 1] = column("lr", function(epoch) return numeral("%.3g", self.lr[epoch]) end)
  columns[#columns + 1] = column("seconds", function(epoch) return ("%.1f"):format(self.seconds[epoch]) end)
  local text = aligned(columns)
  if self.best_epoch > 0 and self.epochs > 1 then
    text = ("%s\n* best %s"):format(text, self.monitor)
  end
  return self.stopped and ("%s\nstopped: %s"):format(text, self.stopped) or text
end

return history
