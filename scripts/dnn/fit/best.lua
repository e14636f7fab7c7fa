-- Which epoch was best, by one of the curves, and for how long none has been better.
local fit_options = require "dnn.fit.options"

local best = {}

-- The curve that `monitor` names, "accuracy" or "accuracy/train", and what is better of it. `metrics` are the
-- training's list, `validates` says whether there are curves of validation.
function best.curve(opts, metrics, validates)
  local measure, part = opts.monitor:match "^([^/]+)/?(.*)$"
  local kinds, names = {cost = "min"}, {"cost"}
  for _, metric in ipairs(metrics) do
    if metric.is_curve then
      names[#names + 1] = metric.name
      kinds[metric.name] = metric.best or "own"
    end
  end
  local kind = kinds[measure]
  if part == "" then part = validates and "validation" or "train" end
  if not kind or part ~= "train" and (part ~= "validation" or not validates) then
    fit_options.fail("monitor: there is no curve '%s'; there are: %s, each with /train%s", opts.monitor,
      table.concat(names, ", "), validates and " or /validation" or " alone, since there is no validation")
  end
  if kind == "own" and not opts.mode then
    fit_options.fail("monitor = '%s' is your own function: set mode = \"max\" or \"min\"",
      measure)
  end
  return measure .. "/" .. part, opts.mode or kind
end

-- Is a value better than the best so far (nil: there is none) by at least min_delta?
function best.is_better(value, so_far, mode, min_delta)
  if value ~= value then return false end
  if not so_far then return true end
  if mode == "max" then return value > so_far + min_delta end
  return value < so_far - min_delta
end

return best
