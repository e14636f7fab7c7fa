-- A confusion matrix that prints as a table: a row for each class that there is, a column for each that was predicted.
local dnn = require "dnn"

local Confusion = {}
Confusion.__index = Confusion
Confusion.__name = "dnn.metrics.Confusion"

local MOST <const> = 24 -- classes that are printed

-- As wide as the widest of these texts.
local function width_of(texts)
  local width = 0
  for _, text in ipairs(texts) do width = math.max(width, utf8.len(text) or #text) end
  return width
end

local function pad(text, width)
  return (" "):rep(width - (utf8.len(text) or #text)) .. text
end

-- The share of each class's examples that were found.
local function recall_text(self, c, found)
  local there = self.counts:row(c):sum()
  return there > 0 and ("%.1f %%"):format(100 * found / there) or "-"
end

function Confusion:__tostring()
  local names, counts = self.names, self.counts
  if #names > MOST then
    return ("confusion matrix of %d classes (too many to print): .counts is a Matrix"):format(#names)
  end
  local rows = {}
  for c = 1, #names do
    rows[c] = {}
    for k = 1, #names do rows[c][k] = ("%d"):format(counts(c, k)) end
    rows[c][#names + 1] = recall_text(self, c, counts(c, c))
  end
  local heads = table.move(names, 1, #names, 1, {})
  heads[#heads + 1] = "found"
  local first, lines = math.max(width_of(names), #"true"), {}
  for row = 0, #names do
    local parts = {pad(row == 0 and "true" or names[row], first)}
    for k = 1, #heads do
      local column = {heads[k]}
      for c = 1, #names do column[c + 1] = rows[c][k] end
      parts[#parts + 1] = pad(row == 0 and heads[k] or rows[row][k], width_of(column))
    end
    lines[#lines + 1] = table.concat(parts, "  ")
  end
  return dnn._printable("a row for each true class, a column for each prediction\n" .. table.concat(lines, "\n"))
end

-- Of counts, C x C, rows the true classes, and names of classes, which may be missing: numbers then, of one decision 1
-- for the positive class and 0 for the other.
local function new(counts, classes, binary)
  local names = {}
  for c = 1, counts.rows do names[c] = classes and classes[c] or tostring(binary and 2 - c or c) end
  return setmetatable({counts = counts, names = names}, Confusion)
end

return {new = new}
