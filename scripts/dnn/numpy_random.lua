-- NumPy's legacy random numbers: np.random.seed(n) and np.random.randn, to the bit.
--
-- Published results start from weights drawn by this generator, so whoever wants to reproduce them
-- needs the same ones: the Mersenne Twister MT19937 (Matsumoto and Nishimura, 1998) for bits, and
-- Marsaglia's polar method for normal numbers. For anything else use dnn.Random.
local dnn = require "dnn"

local N <const>, M <const> = 624, 397

local Generator = {}
Generator.__index = Generator

-- The generator after np.random.seed(seed).
local function new(seed)
  local state = {seed & 0xFFFFFFFF}
  for i = 1, N - 1 do
    local previous = state[i]
    state[i + 1] = (1812433253 * (previous ~ previous >> 30) + i) & 0xFFFFFFFF
  end
  return setmetatable({state = state, index = N}, Generator)
end

-- Replaces all N words of the state: each by the one M places on, mixed with the highest bit of
-- itself and the lower bits of its successor.
local function twist(state)
  for i = 0, N - 1 do
    local mixed = (state[i + 1] & 0x80000000) | (state[(i + 1) % N + 1] & 0x7FFFFFFF)
    local word = state[(i + M) % N + 1] ~ mixed >> 1
    if mixed & 1 == 1 then word = word ~ 0x9908B0DF end
    state[i + 1] = word
  end
end

-- The next 32 random bits.
function Generator:random_u32()
  if self.index == N then
    twist(self.state)
    self.index = 0
  end
  self.index = self.index + 1
  local y = self.state[self.index]
  y = y ~ y >> 11
  y = y ~ y << 7 & 0x9D2C5680
  y = y ~ y << 15 & 0xEFC60000
  return y ~ y >> 18
end

-- Uniform in [0, 1), 53 bits of two words.
function Generator:double()
  local high, low = self:random_u32() >> 5, self:random_u32() >> 6
  return (high * 67108864.0 + low) / 9007199254740992.0
end

-- A standard normal number. A point in the unit disc gives two of them; the second waits for the
-- next call.
function Generator:normal()
  local waiting = self.waiting
  if waiting then
    self.waiting = nil
    return waiting
  end
  local x1, x2, r2
  repeat
    x1, x2 = 2 * self:double() - 1, 2 * self:double() - 1
    r2 = x1 * x1 + x2 * x2
  until r2 > 0 and r2 < 1
  local f = math.sqrt(-2 * math.log(r2) / r2)
  self.waiting = f * x1
  return f * x2
end

-- np.random.randn(rows, cols): drawn row by row.
function Generator:randn(rows, cols, dtype)
  local numbers = {}
  for i = 1, rows do
    local row = {}
    for j = 1, cols do row[j] = self:normal() end
    numbers[i] = row
  end
  return dnn.Matrix(numbers, {dtype = dtype or "float64"})
end

return {new = new}
