-- The learning rates that schedules set: the optimiser's and those of groups that have their own; where they began.
local rates = {}

-- What holds a learning rate of its own: the optimiser, then groups.
function rates.holders(optimiser)
  local holders = {optimiser}
  for _, group in ipairs(optimiser.groups) do
    if group.own.lr then holders[#holders + 1] = group end
  end
  return holders
end

-- The rates of these holders.
function rates.of(holders)
  local list = {}
  for k, holder in ipairs(holders) do list[k] = holder.lr end
  return list
end

-- {initial = , left = }, lists as long as the holders, by optimiser: where the rates began and where schedules have
-- left them. A further schedule of an optimiser begins where the first did, unless the script has set another rate.
local known = setmetatable({}, {__mode = "k"})

-- Notes where the rates began, and what they are now: in the optimiser, or in a state of it.
function rates.note(optimiser, initial, now)
  known[optimiser] = {initial = initial, left = now}
end

-- The rates from which a new schedule begins.
function rates.initial(optimiser, holders)
  local before, list = known[optimiser], {}
  for k, holder in ipairs(holders) do
    local same = before and before.left[k] == holder.lr
    list[k] = same and before.initial[k] or holder.lr
  end
  return list
end

return rates
