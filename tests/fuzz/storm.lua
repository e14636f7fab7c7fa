-- Finalisers that run in the middle of a call, at whatever it allocates, and harm what it was given: close it, build it
-- into a network, change its tables, call its methods.
local random = math.random

local PENDING <const> = 300 -- each allocation of the call runs some ten

local harm, armed = nil, false
local finaliser = {__gc = function()
  if armed and random(60) == 1 then pcall(harm) end
end}

local storm = {}

-- From here on, and until storm.ends, finalisers call f now and then.
function storm.begins(f)
  harm = f
  collectgarbage "stop"
  for _ = 1, PENDING do setmetatable({}, finaliser) end
  collectgarbage "restart"
  collectgarbage("incremental", 1, 100, 8)
  local mark, reached = setmetatable({}, {__mode = "v"}), false
  mark[1] = setmetatable({}, {__gc = function() reached = true end})
  for _ = 1, 100000 do -- until the collector has found them and calls the first
    if reached then break end
    collectgarbage("step", 0)
  end
  collectgarbage("incremental", 1, 100, 1) -- steps as small as they can be
  armed = true
end

function storm.ends()
  armed = false
  collectgarbage("incremental", 200, 100, 13) -- as Lua begins
end

-- What may be harmed: the arguments, and what is in their tables.
local function victims(arguments, count)
  local list = {}
  for i = 1, count do
    local v = arguments[i]
    if type(v) == "table" and not getmetatable(v) then
      list[#list + 1] = v
      for _, inner in next, v do
        if type(inner) == "table" or type(inner) == "userdata" then list[#list + 1] = inner end
      end
    elseif type(v) == "userdata" then
      list[#list + 1] = v
    end
  end
  return list
end

local function change(t, value)
  local how = random(4)
  if how == 1 then
    for i = 1, 60 do t["grown" .. i], t[#t + 1] = value(), value() end
  elseif how == 2 then
    for key in next, t do t[key] = nil end
  else
    for key in next, t do
      if random(2) == 1 then t[key] = value() end
    end
  end
end

-- A function that harms one of the arguments each time; call(class, object) calls any method of it, value() makes
-- something to put into a table.
function storm.of(arguments, count, dnn, call, value)
  local list = victims(arguments, count)
  return function()
    local victim = list[random(#list)] -- an error where there is none
    if type(victim) == "table" and not getmetatable(victim) then return change(victim, value) end
    local how = random(4)
    if how <= 2 then victim:close() end
    if how == 3 then dnn.Sequential{victim, dnn.Tanh()}:forward(dnn.ones(4, 2)) end
    call(debug.getmetatable(victim), victim)
  end
end

return storm
