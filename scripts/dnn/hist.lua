-- dnn.hist: how often values occur.
local figure = require "dnn.figure"
local options_of = require "dnn.options"

local HIST <const> = figure.options {
  bins = {nil, options_of.whole(1, 10000), "a whole number from 1 to 10000"},
  x_scale = figure.SCALE,
  y_scale = figure.SCALE,
}

-- dnn.hist(values), dnn.hist{values, {values, name = }, ...}, each with options. All elements of a matrix
-- are counted together.
local function hist(values, options)
  if options == nil and type(values) == "table" then values, options = figure.separate(values) end
  local list = {values}
  if figure.is_list(values) then
    list = values
    if #list == 0 then error("dnn.hist: expected numbers, got an empty table: there is nothing to count", 2) end
  end
  local opts = options_of.read("dnn.hist", options, HIST)
  local drawing, series = figure.new "dnn.hist", {}
  for n = 1, math.max(#list, 1) do
    local own, named = {list[n]}, {}
    if figure.is_list(list[n]) then own, named = figure.entry("dnn.hist", list[n], n, 1) end
    local what = #list > 1 and ("series %d"):format(n) or "the values"
    series[n] = {y = figure.column(figure.numbers("dnn.hist", what, own[1], 2)), name = named.name}
  end
  opts.y_label = opts.y_label or "count"
  drawing:describe(opts)
  drawing:say("bins", opts.bins)
  for n, one in ipairs(series) do
    drawing:say("values", ("%d %s"):format(#one.y, figure.name(series, n)))
    drawing:give(one.y)
  end
  return drawing:show(opts)
end

return require "dnn.arguments".guarded("dnn.hist", hist)
