-- Draws what run.py has measured: of every network the peer's time over the program's, and the share of what the
-- machine can do at most.
--
--     dnnlua chart.lua FILE.svg|FILE.png TITLE < rows        a row a line: label, share, ratio, tabs between them
--
-- A share or ratio that was not measured is "-".
local dnn = require "dnn"

local labels, shares, ratios = {}, {}, {}
for line in io.lines() do
  local label, share, ratio = line:match "^([^\t]*)\t([^\t]*)\t([^\t]*)$"
  labels[#labels + 1] = assert(label, "a row is label, share and ratio")
  shares[#labels], ratios[#labels] = tonumber(share), tonumber(ratio)
end

-- The outline of a bar for each label that has a value, all of them in one line; and the values as texts.
local function bars(values, base, text)
  local x, y, notes = {}, {}, {}
  for i = 1, #labels do
    local value = values[i]
    if value then
      for _, corner in ipairs {{-0.3, base}, {-0.3, value}, {0.3, value}, {0.3, base}} do
        x[#x + 1], y[#y + 1] = i + corner[1], corner[2]
      end
      notes[#notes + 1] = {i, value, labels[i] .. text:format(value)}
    end
  end
  return {x, y}, notes
end

local grid = dnn.subplots(2, 1, {title = arg[2]})
local function add(values, base, text, options)
  if next(values) == nil then return end
  local outline
  outline, options.notes = bars(values, base, text)
  grid:plot({outline}, options)
end
add(ratios, 1, " x %.3g", {y_scale = "log", title = "PyTorch's time over dnnlua's"})
add(shares, 0, " %.0f %%", {title = "share of the machine's peak, %"})

local kind = arg[1]:match "%.(%a+)$"
assert(kind == "svg" or kind == "png", "the chart is a file.svg or a file.png")
assert(grid:show{[kind] = arg[1], size = {960, 720}})
