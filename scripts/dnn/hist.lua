-- dnn.hist: how often values occur.
local arguments = require "dnn.arguments"
local figure = require "dnn.figure"
local options_of = require "dnn.options"

local HIST <const> = {
  bins = {nil, options_of.whole(1, 10000), "a whole number from 1 to 10000"},
  x_scale = figure.SCALE,
  y_scale = figure.SCALE,
}

-- The figure of (values), {values, {values, name = }, ...}, each with options. All elements of a matrix are counted
-- together.
function figure.makers.hist(where, in_grid, values, options)
  if options == nil and type(values) == "table" then values, options = figure.separate(values) end
  local list = {values}
  if figure.is_list(values) then
    list = values
    if #list == 0 then
      arguments.fail("%s: expected numbers, got an empty table: there is nothing to count", where)
    end
  end
  local opts = figure.read(where, in_grid, options, HIST)
  local drawing, series = figure.new(where), {}
  for n = 1, math.max(#list, 1) do
    local own, named = {list[n]}, {}
    if list == values then own, named = figure.entry(where, list[n], n, 1) end
    local what = #list > 1 and ("series %d"):format(n) or "the values"
    series[n] = {y = figure.column(figure.numbers(where, what, own[1])), name = named.name}
  end
  opts.y_label = opts.y_label or "count"
  drawing:describe(opts)
  drawing:say("bins", opts.bins)
  for n, one in ipairs(series) do
    drawing:say("values", ("%d %s"):format(#one.y, figure.name(series, n)))
    drawing:give(one.y)
  end
  return drawing, opts
end

local function hist(values, options)
  local drawing, opts = figure.makers.hist("dnn.hist", false, values, options)
  return drawing:show(opts)
end

return arguments.guarded("dnn.hist", hist)
