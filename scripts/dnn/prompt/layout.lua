-- dnn.prompt.layout: writes a tree of tree.lua as a table constructor: on one line where it fits, else one
-- line for each key, several numbers to a line, and no more lines than the screen has.
local concat = table.concat
local find, gsub, rep = string.find, string.gsub, string.rep
local tree = require "dnn.prompt.tree"

local layout = {}

local LONGEST_LINE <const> = 40 -- items of a table that is written on one line
local ARRAY_LINES <const> = 10  -- of an array that is too long to be shown whole

-- The text before a table's brace, and its columns.
local function opening(node, paint)
  local text, width = "", 0
  if node.mark then text, width = paint("faint", node.mark) .. " ", #node.mark + 1 end
  if node.name then text, width = text .. paint("object", node.name) .. " ", width + #node.name + 1 end
  return text .. "{", width + 1
end

-- A node on one line and its columns, or nil when that takes more than `room`.
local function flat(node, room, paint)
  if node.text then return node.width <= room and node.text, node.width end
  if node.refers then
    local mark = node.refers.mark
    return #mark <= room and paint("faint", mark), #mark
  end
  local items = node.items
  if #items > LONGEST_LINE then return nil end
  local open, width = opening(node, paint)
  local parts = {}
  width = width + 1
  for i = 1, #items do
    local item = items[i]
    local lead = item.key and item.key_width + 3 or 0
    if i > 1 then lead = lead + 2 end
    local text, wide = flat(item.node, room - width - lead, paint)
    if not text then return nil end
    parts[i] = item.key and item.key .. " = " .. text or text
    width = width + lead + wide
  end
  if node.more then
    parts[#parts + 1] = paint("faint", node.more)
    width = width + #node.more + (#items > 0 and 2 or 0)
  end
  if width > room then return nil end
  return open .. concat(parts, ", ") .. "}", width
end

-- As many items as fit one line, and how many more there are.
local function squeezed(node, room, paint)
  if not node.items then return flat(node, room, paint) or paint("faint", "...") end
  local open, width = opening(node, paint)
  local parts, shown = {}, 0
  for i = 1, #node.items do
    local item = node.items[i]
    local lead = (item.key and item.key_width + 3 or 0) + 2
    local text, wide = flat(item.node, room - width - lead - 20, paint)
    if not text then break end
    parts[i] = item.key and item.key .. " = " .. text or text
    width, shown = width + lead + wide, i
  end
  local more = tree.more_text((node.total or 0) - shown, node.exact, shown)
  if more then parts[shown + 1] = paint("faint", more) end
  return open .. concat(parts, ", ") .. "}"
end

-- Columns before the point of a number's text, and from there on.
local function halves(text)
  local point = find(text, "[.e]") or #text + 1
  return point - 1, #text - point + 1
end

-- How the texts of items first .. last get one width, unless one of them is wide: numbers with point below
-- point. A function that gives an item's text with a comma after it, and its columns.
local function aligner(items, first, last, width)
  local before, after, widest, numbers = 0, 0, 0, true
  for i = first, last do
    local node = items[i].node
    if node.width > widest then widest = node.width end
    numbers = numbers and node.number
    if numbers then
      local head, tail = halves(numbers)
      if head > before then before = head end
      if tail > after then after = tail end
    end
  end
  if not numbers then
    if 3 * widest > width then widest = 0 end
    return function(node)
      local room = widest > node.width and widest - node.width or 0
      return node.text .. "," .. rep(" ", room), node.width + room + 1
    end
  end
  return function(node)
    local head, tail = halves(node.number)
    return rep(" ", before - head) .. node.text .. "," .. rep(" ", after - tail), before + after + 1
  end
end

-- Items first .. last, which are leaves, several to a line. Returns the lines, at most `most`, and the
-- number of items on them.
local function packed(items, first, last, width, most, align)
  local lines, line, used, shown = {}, {}, 0, 0
  for i = first, last do
    local text, wide = align(items[i].node)
    if used > 0 and used + wide > width then
      if #lines + 1 == most then break end
      lines[#lines + 1], line, used = concat(line, " "), {}, 0
    end
    line[#line + 1] = text
    used, shown = used + wide + 1, i - first + 1
  end
  if most > 0 and #line > 0 then lines[#lines + 1] = concat(line, " ") end
  for i = 1, #lines do lines[i] = gsub(lines[i], " +$", "") end
  return lines, shown
end

-- The same for a whole array, of which `hidden` items are not among these: where it does not fit, its first
-- lines and its last one.
local function packed_array(items, last, hidden, width, most, paint)
  local align = aligner(items, 1, last, width)
  local lines, shown = packed(items, 1, last, width, most, align)
  if shown == last and hidden == 0 then return lines, shown end
  most = most < ARRAY_LINES and most or ARRAY_LINES
  if most < 3 then return packed(items, 1, last - hidden, width, most, align) end
  local from, used = last + 1, 0
  while from > 2 do
    local _, wide = align(items[from - 1].node)
    if used + wide > width then break end
    from, used = from - 1, used + wide + 1
  end
  if from > last then return packed(items, 1, last, width, most, align) end
  lines, shown = packed(items, 1, from - 1, width, most - 2, align)
  lines[#lines + 1] = paint("faint", tree.more_text(last + hidden - shown - (last - from + 1), true, 1))
  lines[#lines + 1] = packed(items, from, last, width, 1, align)[1]
  return lines, last + hidden
end

local broken

-- An item on lines of its own, appended to `lines`.
local function add_item(lines, item, width, budget, paint)
  local key = item.key and item.key .. " = " or ""
  local lead = item.key and item.key_width + 3 or 0
  local text = flat(item.node, width - lead - 1, paint)
  if text then
    lines[#lines + 1] = key .. text .. ","
  elseif not item.node.items or budget < 4 then
    lines[#lines + 1] = key .. squeezed(item.node, width - lead - 1, paint) .. ","
  else
    local inner = broken(item.node, width, budget, paint)
    inner[1] = key .. inner[1]
    inner[#inner] = inner[#inner] .. ","
    for i = 1, #inner do lines[#lines + 1] = inner[i] end
  end
end

-- The items up to `last` that are in one block from `first` on: leaves of the array together, any other
-- item alone.
local function block_end(node, first)
  local items, last = node.items, first
  if first > node.array or not items[first].node.text then return first end
  while last < node.array and items[last + 1].node.text do last = last + 1 end
  return last
end

-- The lines of a table that does not fit one, at most `budget` of them.
function broken(node, width, budget, paint)
  local items = node.items
  local lines = {(opening(node, paint))}
  local blocks, first = {}, 1
  while first <= #items do
    local last = block_end(node, first)
    blocks[#blocks + 1] = {first, last}
    first = last + 1
  end
  local shown, left = 0, budget - 2 - (node.more and 1 or 0)
  if #blocks > left then left = budget - 3 end
  for b = 1, #blocks do
    if left <= 0 then break end
    local from, to = blocks[b][1], blocks[b][2]
    local waiting = #blocks - b
    if waiting > left - 1 then waiting = left - 1 end
    local inner = {}
    if to > from then
      local count
      if from == 1 and to == node.array then
        inner, count = packed_array(items, to, node.hidden, width - 2, left - waiting, paint)
      else
        inner, count = packed(items, from, to, width - 2, left - waiting, aligner(items, from, to, width))
      end
      shown = shown + count
    else
      add_item(inner, items[from], width - 2, left - waiting, paint)
      shown = shown + 1
    end
    for i = 1, #inner do lines[#lines + 1] = "  " .. inner[i] end
    left = left - #inner
  end
  local more = tree.more_text((node.total or 0) - shown, node.exact, shown)
  if more then lines[#lines + 1] = "  " .. paint("faint", more) end
  lines[#lines + 1] = "}"
  return lines
end

-- The tree's text for a screen of width columns and height lines.
function layout.write(root, width, height, paint)
  local text = flat(root, width, paint)
  if text then return text end
  if not root.items then return (squeezed(root, width, paint)) end
  return concat(broken(root, width, height, paint), "\n")
end

return layout
