-- LBFGS (Liu & Nocedal 1989), as PyTorch defines it: a quasi-Newton method whose step runs the closure several times,
-- along a direction made of the last gradients, with a line search for the strong Wolfe conditions if asked for.
local arguments = require "dnn.arguments"
local core = require "dnn.core"
local options_of = require "dnn.options"
local strict = require "dnn.strict"

local lbfgs = {}

local Lbfgs = {__name = "dnn.LBFGS"}

local COUNT <const> = "a whole number, 1 or more"
local OPTIONS <const> = {
  lr = {1, options_of.number(1e-300), "a number above 0"},
  max_iter = {20, options_of.whole(1), COUNT},
  max_eval = {nil, options_of.whole(1), COUNT},
  tolerance_grad = {1e-7, options_of.number(0), "a number, 0 or more"},
  tolerance_change = {1e-9, options_of.number(0), "a number, 0 or more"},
  history_size = {100, options_of.whole(1), COUNT},
  line_search_fn = {nil, options_of.one_of "strong_wolfe", "'strong_wolfe'"},
}

local function dot(a, b) return (a % b):sum() end
local function size(a) return #a == 0 and 0 or a:abs():max() end

-- The minimum of the cubic through two points with these values and slopes, within bounds.
local function cubic(x1, f1, g1, x2, f2, g2, low, high)
  if not low then low, high = math.min(x1, x2), math.max(x1, x2) end
  local d1 = g1 + g2 - 3 * (f1 - f2) / (x1 - x2)
  local square = d1 * d1 - g1 * g2
  if square < 0 or square ~= square then return (low + high) / 2 end
  local d2 <const> = math.sqrt(square)
  local place
  if x1 <= x2 then
    place = x2 - (x2 - x1) * ((g2 + d2 - d1) / (g2 - g1 + 2 * d2))
  else
    place = x1 - (x1 - x2) * ((g1 + d2 - d1) / (g1 - g2 + 2 * d2))
  end
  return math.min(math.max(place, low), high)
end

-- The cost and a copy of the gradients where the parameters are now.
local function evaluate(self, closure)
  self.parameters:zero_grad()
  local cost = closure()
  if type(cost) ~= "number" then
    arguments.fail("LBFGS: step: the closure must return the cost, a number, got %s", options_of.shown(cost))
  end
  self.func_evals = self.func_evals + 1
  return cost, self.parameters.grads:copy()
end

local C1 <const>, C2 <const>, MOST <const> = 1e-4, 0.9, 25

-- Points {t, f, g, slope} between which the step lies; and the last one where it is good already, and the number of
-- points looked at.
local function bracket_of(at, start, t)
  local before, point = start, at(t)
  for k = 0, MOST - 1 do
    if point.f > start.f + C1 * point.t * start.slope or k > 1 and point.f >= before.f or point.slope >= 0
        and math.abs(point.slope) > -C2 * start.slope then
      return {before, point}, false, k
    end
    if math.abs(point.slope) <= -C2 * start.slope then return {point, point}, true, k end
    local next_t = cubic(before.t, before.f, before.slope, point.t, point.f, point.slope,
      point.t + 0.01 * (point.t - before.t), point.t * 10)
    before, point = point, at(next_t)
  end
  return {start, point}, false, MOST
end

-- A place within the bracket that is not too near its ends.
local function place_in(pair, insufficient)
  local a, b = pair[1], pair[2]
  local low, high = math.min(a.t, b.t), math.max(a.t, b.t)
  local t, margin = cubic(a.t, a.f, a.slope, b.t, b.f, b.slope), 0.1 * (high - low)
  local near = math.min(high - t, t - low) < margin -- not where one is NaN
  if not near then return t, false end
  if insufficient or t >= high or t <= low then
    return math.abs(t - high) < math.abs(t - low) and high - margin or low + margin, false
  end
  return t, true
end

local function search(at, start, t, length)
  local pair, done, count = bracket_of(at, start, t)
  local insufficient = false
  local low = pair[1].f <= pair[2].f and 1 or 2
  while not done and count < MOST do
    local narrow = math.abs(pair[2].t - pair[1].t) * length < 1e-9
    if narrow then break end
    t, insufficient = place_in(pair, insufficient)
    local point = at(t)
    count = count + 1
    if point.f > start.f + C1 * point.t * start.slope or point.f >= pair[low].f then
      pair[3 - low] = point
      low = pair[1].f <= pair[2].f and 1 or 2
    else
      if math.abs(point.slope) <= -C2 * start.slope then
        done = true
      elseif point.slope * (pair[3 - low].t - pair[low].t) >= 0 then
        pair[3 - low] = pair[low]
      end
      pair[low] = point
    end
  end
  return pair[low]
end

-- The direction of the next step from the last gradients and steps.
local function direction_of(self, g)
  local s, history = self.settings, self.history
  local y, step = g - self.last_g, self.direction * self.t
  local ys = dot(y, step)
  if ys > 1e-10 then
    while #history >= s.history_size do table.remove(history, 1) end
    history[#history + 1] = {y = y, step = step, rho = 1 / ys}
    self.scale = ys / dot(y, y)
  end
  local q, alpha = -g, {}
  for k = #history, 1, -1 do
    alpha[k] = dot(history[k].step, q) * history[k].rho
    q:add_(history[k].y * -alpha[k])
  end
  q = q * self.scale
  for k, old in ipairs(history) do q:add_(old.step * (alpha[k] - dot(old.y, q) * old.rho)) end
  return q
end

-- Goes along the direction; the cost and the gradients there. The last iteration without a search does not look.
local function move(self, closure, cost, g, slope, last)
  local s, x = self.settings, self.parameters.values:copy()
  local function go(t) self.parameters.values = x + self.direction * t end
  if s.line_search_fn == "strong_wolfe" then
    local point = search(function(t)
      go(t)
      local f, gradient = evaluate(self, closure)
      return {t = t, f = f, g = gradient, slope = dot(gradient, self.direction)}
    end, {t = 0, f = cost, g = g, slope = slope}, self.t, size(self.direction))
    self.t = point.t
    go(self.t)
    return point.f, point.g
  end
  go(self.t)
  if last then return cost, g end
  return evaluate(self, closure)
end

-- One iteration; whether it was the last.
local function iterate(self, closure, state, last)
  local s = self.settings
  self.n_iter = self.n_iter + 1
  local g, cost = state.g, state.cost
  if self.n_iter == 1 then
    self.direction, self.history, self.scale = -g, {}, 1
    self.t = math.min(1, 1 / g:abs():sum()) * self.lr
  else
    self.direction = direction_of(self, g) -- of the last t
    self.t = self.lr
  end
  self.last_g = g
  local slope = dot(g, self.direction)
  if slope > -s.tolerance_change then return true end
  state.cost, state.g = move(self, closure, cost, g, slope, last)
  return last or self.func_evals - state.before >= s.max_eval or size(state.g) <= s.tolerance_grad
    or size(self.direction) * self.t <= s.tolerance_change or math.abs(state.cost - cost) < s.tolerance_change
end

-- Up to max_iter iterations. The closure computes the cost, runs backward and returns the cost; it comes back as it was
-- at first.
function Lbfgs:step(closure)
  if type(closure) ~= "function" then
    arguments.fail("LBFGS: step: expected a function that runs forward and backward and returns the cost, got %s",
      options_of.shown(closure))
  end
  local before = self.func_evals
  local first, g = evaluate(self, closure)
  self.steps = self.steps + 1
  local state = {cost = first, g = g, before = before}
  if size(g) <= self.settings.tolerance_grad then return first end
  for k = 1, self.settings.max_iter do
    if iterate(self, closure, state, k == self.settings.max_iter) then break end
  end
  return first
end

local NUMBERS <const> = {"lr", "t", "scale", "n_iter", "func_evals", "steps"}

-- Settings are kept as those of other optimisers are; line_search_fn is false where there is none.
function Lbfgs:state_dict()
  local state = {name = "LBFGS", history = #self.history, direction = self.direction or nil,
    last_g = self.last_g or nil}
  for name in pairs(OPTIONS) do state[name] = self.settings[name] or false end
  for _, name in ipairs(NUMBERS) do state[name] = self[name] end
  for k, old in ipairs(self.history) do
    state["y." .. k], state["step." .. k], state["rho." .. k] = old.y, old.step, old.rho
  end
  return state
end

local function refuse(format, ...)
  arguments.fail("LBFGS: load_state_dict: " .. format, ...)
end

-- A vector of the state as long as the parameters; false where it has none.
local function read_vector(self, state, name)
  local vector = state[name]
  if vector == nil then return false end
  if not core._is_matrix(vector) then refuse("%s must be a Matrix, got %s", name, options_of.shown(vector)) end
  if #vector ~= self.parameters.count then
    refuse("the state is of %d parameters, and this optimiser has %d", #vector, self.parameters.count)
  end
  return vector
end

-- The settings of a state; those here where it has none, as states of before.
local function read_settings(self, state)
  local settings = {}
  for name, row in pairs(OPTIONS) do
    local value = state[name]
    if value == nil then value = self.settings[name] end
    settings[name] = value or nil
    if value and not row[2](value) or not value and row[1] then
      refuse("%s must be %s, got %s", name, row[3], options_of.shown(value))
    end
  end
  settings.lr = self.settings.lr -- the one that it was made with
  return settings
end

function Lbfgs:load_state_dict(state)
  if type(state) ~= "table" or state.name ~= "LBFGS" or math.type(state.history) ~= "integer" then
    refuse("expected a table as from state_dict%s", arguments.usage())
  end
  local settings, history, numbers = read_settings(self, state), {}, {}
  for k = 1, state.history do
    local old = {y = read_vector(self, state, "y." .. k), step = read_vector(self, state, "step." .. k),
      rho = state["rho." .. k]}
    if not (old.y and old.step and type(old.rho) == "number") then refuse "the state is damaged" end
    history[k] = old
  end
  local direction, last_g = read_vector(self, state, "direction"), read_vector(self, state, "last_g")
  for _, name in ipairs(NUMBERS) do
    if type(state[name]) ~= "number" then
      refuse("%s must be a number, got %s", name, options_of.shown(state[name]))
    end
    numbers[name] = state[name]
  end
  self.settings, self.history, self.direction, self.last_g = settings, history, direction, last_g
  for name, value in pairs(numbers) do self[name] = value end
end

arguments.guard("dnn.LBFGS", Lbfgs, ":")
function Lbfgs.__index(self, name)
  local member = Lbfgs[name]
  if member ~= nil then return member end
  return strict.unknown("LBFGS", name, self, Lbfgs)
end
function Lbfgs.__tostring(self)
  return ("LBFGS(lr = %g, max_iter = %d, history_size = %d)"):format(self.lr, self.settings.max_iter,
    self.settings.history_size)
end

function lbfgs.LBFGS(parameters, options)
  local settings = options_of.read("LBFGS", options, OPTIONS)
  if options_of.shown(parameters) ~= "dnn.Parameters" then
    arguments.fail("LBFGS: expected net:parameters() of one network, got %s%s", options_of.shown(parameters),
      arguments.usage())
  end
  settings.max_eval = settings.max_eval or settings.max_iter * 5 // 4
  return setmetatable({
    name = "LBFGS", parameters = parameters, settings = settings, lr = settings.lr, t = 0, scale = 1, n_iter = 0,
    func_evals = 0, steps = 0, history = {}, direction = false, last_g = false,
  }, Lbfgs)
end

return lbfgs
