-- A graph as SVG: boxes in layers, data flowing down (Sugiyama et al. 1981). Boxes are one layer below the
-- lowest of what they are made of; lines that cross layers have a place of their own in each; the order in a
-- layer comes from the means of neighbours, and so do the places, as near to them as there is room.
local drawing = {}

local LINE <const>, CHARACTER <const>, GAP <const>, LAYER_GAP <const>, MARGIN <const> = 16, 7.1, 22, 34, 16
local SWEEPS <const> = 12

-- Layers -----------------------------------------------------------------------------------------------

-- Boxes so that each comes after what it is made of. `made_of(item)` is a list of items.
local function ordered(root, made_of)
  local list, seen, stack = {}, {[root] = true}, {{root, made_of(root), 0}}
  while #stack > 0 do
    local top = stack[#stack]
    top[3] = top[3] + 1
    local below = top[2][top[3]]
    if below == nil then
      list[#list + 1] = {item = top[1], inputs = top[2], above = {}, below = {}}
      stack[#stack] = nil
    elseif not seen[below] then
      seen[below] = true
      stack[#stack + 1] = {below, made_of(below), 0}
    end
  end
  return list
end

-- Leaves come right above the first that uses them.
local function set_layers(boxes, box_of)
  for _, box in ipairs(boxes) do
    box.layer = 0
    for _, input in ipairs(box.inputs) do box.layer = math.max(box.layer, box_of[input].layer + 1) end
  end
  for i = #boxes, 1, -1 do
    for _, input in ipairs(boxes[i].inputs) do
      local leaf = box_of[input]
      if #leaf.inputs == 0 then leaf.first = math.min(leaf.first or math.huge, boxes[i].layer - 1) end
    end
  end
  for _, box in ipairs(boxes) do box.layer = box.first or box.layer end
end

local function put(layers, box)
  local layer = layers[box.layer] or {}
  layers[box.layer] = layer
  layer[#layer + 1] = box
  box.place = #layer
end

local function join(upper, lower)
  upper.below[#upper.below + 1] = lower
  lower.above[#lower.above + 1] = upper
end

-- A line from one box to another, with a point in each layer between.
local function add_line(layers, from, to)
  local line, last = {from}, from
  for layer = from.layer + 1, to.layer - 1 do
    local point = {layer = layer, width = 4, height = 0, above = {}, below = {}}
    put(layers, point)
    join(last, point)
    line[#line + 1], last = point, point
  end
  join(last, to)
  line[#line + 1] = to
  return line
end

local function make_layers(boxes, box_of)
  local layers, lines = {}, {}
  for _, box in ipairs(boxes) do put(layers, box) end
  for _, box in ipairs(boxes) do
    for _, input in ipairs(box.inputs) do lines[#lines + 1] = add_line(layers, box_of[input], box) end
  end
  return layers, lines
end

-- Order and places -------------------------------------------------------------------------------------

local function mean(neighbours, key, otherwise)
  local sum = 0
  for _, box in ipairs(neighbours) do sum = sum + box[key] end
  return #neighbours > 0 and sum / #neighbours or otherwise
end

local function sort_layer(layer, side)
  for _, box in ipairs(layer) do box.wanted = mean(box[side], "place", box.place) end
  table.sort(layer, function(a, b)
    if a.wanted ~= b.wanted then return a.wanted < b.wanted end
    return a.place < b.place
  end)
  for i, box in ipairs(layer) do box.place = i end
end

-- Places of least squared distance from the wanted ones that keep order and gaps: neighbours that would overlap
-- move together (isotonic regression by pooling).
local function spread(layer)
  local groups, offset = {}, 0
  for i, box in ipairs(layer) do
    if i > 1 then offset = offset + (layer[i - 1].width + box.width) / 2 + GAP end
    box.offset = offset
    local group = {sum = box.wanted - offset, count = 1}
    while #groups > 0 and groups[#groups].sum / groups[#groups].count >= group.sum / group.count do
      local before = table.remove(groups)
      group.sum, group.count = group.sum + before.sum, group.count + before.count
    end
    groups[#groups + 1] = group
  end
  local i = 1
  for _, group in ipairs(groups) do
    for _ = 1, group.count do
      layer[i].x = group.sum / group.count + layer[i].offset
      i = i + 1
    end
  end
end

local function arrange(layers, depth)
  for sweep = 1, SWEEPS do
    for n = 0, depth do
      if sweep % 2 == 1 then sort_layer(layers[n], "above") else sort_layer(layers[depth - n], "below") end
    end
  end
  for n = 0, depth do
    for _, box in ipairs(layers[n]) do box.wanted = 0 end
    spread(layers[n])
  end
  for sweep = 1, SWEEPS do
    for n = 0, depth do
      local layer = layers[sweep % 2 == 1 and n or depth - n]
      local side = sweep % 2 == 1 and "above" or "below"
      for _, box in ipairs(layer) do box.wanted = mean(box[side], "x", box.x) end
      spread(layer)
    end
  end
end

-- Tops of the layers, and everything moved to positive places; width and height of it all.
local function place(layers, depth)
  local left, right, top = math.huge, -math.huge, MARGIN
  for n = 0, depth do
    local height = 0
    for _, box in ipairs(layers[n]) do
      left, right = math.min(left, box.x - box.width / 2), math.max(right, box.x + box.width / 2)
      height = math.max(height, box.height)
    end
    for _, box in ipairs(layers[n]) do box.y = top + height / 2 end
    top = top + height + LAYER_GAP
  end
  for n = 0, depth do
    for _, box in ipairs(layers[n]) do box.x = box.x - left + MARGIN end
  end
  return right - left + 2 * MARGIN, top - LAYER_GAP + MARGIN
end

-- Writing ----------------------------------------------------------------------------------------------

local STYLE <const> = [[
  text { font: 12px "DejaVu Sans", Verdana, sans-serif; text-anchor: middle; fill: #333 }
  .name { font-weight: bold; font-size: 13px }
  .bad { fill: #c0281c; font-weight: bold }
  rect { fill: #fff; stroke: #8a8a8a }
  .leaf { fill: #e4effb; stroke: #2f6fb2 }
  .constant { fill: #f4f4f4; stroke: #b5b5b5; stroke-dasharray: 4 3 }
  .root { fill: #fdf0dc; stroke: #c98a1b }
  path { fill: none; stroke: #9a9a9a }
  .arrow { fill: #9a9a9a; stroke: none }]]

local ESCAPES <const> = {["<"] = "&lt;", [">"] = "&gt;", ["&"] = "&amp;", ['"'] = "&quot;"}

local function path_of(line)
  local from = line[1]
  local x, y = from.x, from.y + from.height / 2
  local parts = {("M%.1f %.1f"):format(x, y)}
  for i = 2, #line do
    local to = line[i]
    local tip = to.y - to.height / 2 - (i == #line and 6 or 0)
    local middle = (y + tip) / 2
    parts[#parts + 1] = ("C%.1f %.1f %.1f %.1f %.1f %.1f"):format(x, middle, to.x, middle, to.x, tip)
    x, y = to.x, tip
  end
  return ('<path d="%s"/><path class="arrow" d="M%.1f %.1fl-3.5 -6h7z"/>'):format(table.concat(parts, " "), x, y + 6)
end

local function add_box(out, box)
  out[#out + 1] = ('<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="%d"/>'):format(box.kind,
    box.x - box.width / 2, box.y - box.height / 2, box.width, box.height, box.kind == "result" and 3 or 9)
  for i, text in ipairs(box.text) do
    local y = box.y - box.height / 2 + LINE * i + 2
    local class = i == 1 and ' class="name"' or box.bad == i and ' class="bad"' or ""
    out[#out + 1] = ('<text%s x="%.1f" y="%.1f">%s</text>'):format(class, box.x, y, text:gsub('[<>&"]', ESCAPES))
  end
end

-- The graph of `root` as the text of an SVG file. `made_of(item)` is the list of what an item is made of,
-- `describe(item)` gives the lines in its box, the kind of it ("leaf", "constant", "root", "result") and the
-- number of a line to warn with.
function drawing.svg(root, made_of, describe)
  local boxes, box_of = ordered(root, made_of), {}
  for _, box in ipairs(boxes) do
    box_of[box.item] = box
    box.text, box.kind, box.bad = describe(box.item)
    local longest = 0
    for i, text in ipairs(box.text) do longest = math.max(longest, utf8.len(text) * (i == 1 and 1.15 or 1)) end
    box.width, box.height = longest * CHARACTER + 18, LINE * #box.text + 8
  end
  set_layers(boxes, box_of)
  local layers, lines = make_layers(boxes, box_of)
  local depth = box_of[root].layer
  arrange(layers, depth)
  local width, height = place(layers, depth)
  local out = {
    ('<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f">'):format(width,
      height, width, height),
    "<style>", STYLE, "</style>",
    ('<rect width="%.0f" height="%.0f" style="fill: #fff; stroke: none"/>'):format(width, height),
  }
  for _, line in ipairs(lines) do out[#out + 1] = path_of(line) end
  for _, box in ipairs(boxes) do add_box(out, box) end
  out[#out + 1] = "</svg>\n"
  return table.concat(out, "\n")
end

return drawing
