-- dnn.prompt.tree: a table as a tree of what will be shown of it: bounded in depth, breadth and work
-- whatever the table holds, its keys in order, and a table that is met again only referred to. Nothing
-- but raw access; layout.lua writes the tree.
local find, format = string.find, string.format
local getmetatable, next, rawget, rawlen, type = debug.getmetatable, next, rawget, rawlen, type
local sort = table.sort
local type_of_number = math.type
local quote = require "dnn.prompt.quote"

local tree = {}

local DEPTH <const> = 6      -- tables within tables
local NODES <const> = 4000   -- values in the whole tree
local ITEMS <const> = 500    -- of one array,
local LAST <const> = 40      -- and so many of them from its end
local KEYS <const> = 100     -- of one table's other keys
local SCANNED <const> = 1500 -- keys looked at where a table has more
local NARROWEST <const> = 24 -- columns that a string may have however deep it is

local KEYWORDS <const> = {}
for _, word in next, {"and", "break", "do", "else", "elseif", "end", "false", "for", "function", "goto",
  "if", "in", "local", "nil", "not", "or", "repeat", "return", "then", "true", "until", "while"} do
  KEYWORDS[word] = true
end

local RANKS <const> = {number = 1, string = 2, boolean = 3}

-- Numbers, then strings, then booleans, then the others as they came.
local function before(a, b)
  if a.rank ~= b.rank then return a.rank < b.rank end
  if a.rank <= 2 then return a.key < b.key end
  return a.place < b.place
end

local function is_item(key, count)
  return type(key) == "number" and type_of_number(key) == "integer" and key >= 1 and key <= count
end

-- Adds the keys from `first` on (nil: all) that are not items of the array and not yet in `seen`. True
-- when that was all.
local function scan(t, first, count, list, seen)
  local key, value = next(t, first)
  for _ = 1, SCANNED do
    if key == nil then return true end
    if not is_item(key, count) and not seen[key] then
      seen[key] = true
      list[#list + 1] = {key = key, value = value, rank = RANKS[type(key)] or 4, place = #list}
    end
    key, value = next(t, key)
  end
  return key == nil
end

-- The keys that are not items of the array of `count`, sorted, and whether these are all. The part after
-- a long array is reached from the array's end.
local function other_keys(t, count)
  local list, seen = {}, {}
  local all = scan(t, nil, count, list, seen)
  if not all and count > 0 and rawget(t, count) ~= nil then all = scan(t, count, count, list, seen) end
  sort(list, before)
  return list, all
end

local function key_text(build, key)
  local kind = type(key)
  if kind == "string" then
    if #key <= 60 and find(key, "^[%a_][%w_]*$") and not KEYWORDS[key] then return key, #key end
    local text, width = quote.string(key, NARROWEST)
    return "[" .. text .. "]", width + 2
  elseif kind == "table" then
    local text = format("[%p]", key)
    return text, #text
  end
  local text, width = build.leaf(key, NARROWEST)
  return "[" .. text .. "]", width + 2
end

local function more_text(hidden, exact, shown)
  if hidden <= 0 and exact then return nil end
  if shown == 0 and exact then return "..." end
  if hidden <= 0 then return "... more" end
  return format("... %s%s more", exact and "" or "over ", quote.grouped(hidden))
end

-- The node of a value that is `depth` tables deep.
local function node_of(build, value, depth, used)
  build.nodes = build.nodes + 1
  if type(value) ~= "table" or build.is_leaf(value) then
    local room = build.width - 2 * depth - used - 1
    local text, width = build.leaf(value, room > NARROWEST and room or NARROWEST)
    return {text = text, width = width, number = type(value) == "number" and quote.number(value)}
  end
  local known = build.known[value]
  if known then
    if not known.mark then
      build.marks = build.marks + 1
      known.mark = format("<table %d>", build.marks)
    end
    return {refers = known}
  end
  local node = {items = {}, depth = depth, value = value}
  build.known[value] = node
  build.queue[#build.queue + 1] = node
  return node
end

local function fill(build, node)
  local t, items = node.value, node.items
  local metatable = getmetatable(t)
  local name = type(metatable) == "table" and rawget(metatable, "__name")
  if type(name) == "string" then node.name = quote.line(name, NARROWEST * 2) end
  local count = rawlen(t)
  if node.depth >= DEPTH or build.nodes >= NODES then
    node.more = next(t) ~= nil and "..." or nil
    return
  end
  local hidden = count > ITEMS and count - ITEMS or 0
  for i = 1, count - hidden do
    if build.nodes >= NODES then break end
    local at = hidden > 0 and i > ITEMS - LAST and i + hidden or i
    items[i] = {node = node_of(build, rawget(t, at), node.depth + 1, 0)}
  end
  node.array, node.hidden = #items, hidden -- those hidden are before the last ones
  local others, all = other_keys(t, count)
  for i = 1, #others < KEYS and #others or KEYS do
    if build.nodes >= NODES then break end
    local text, width = key_text(build, others[i].key)
    items[#items + 1] = {
      key = text, key_width = width,
      node = node_of(build, others[i].value, node.depth + 1, width + 3),
    }
  end
  node.total, node.exact = count + #others, all
  node.more = more_text(node.total - #items, all, #items)
end

-- The tree of table t; `leaf(value, room)` gives a text and its columns for what is not a table, or a table
-- of which `is_leaf` says so.
function tree.build(t, width, leaf, is_leaf)
  local build = {
    width = width, leaf = leaf, is_leaf = is_leaf, known = {}, queue = {}, nodes = 0, marks = 0,
  }
  local root = node_of(build, t, 0, 0)
  local i = 1
  while build.queue[i] do
    fill(build, build.queue[i])
    i = i + 1
  end
  return root
end

tree.more_text = more_text

return tree
