-- Heads of cats and dogs, drawn from random numbers: the images that train_cats.lua learns from
-- when it is given none.
--
-- Everything about an animal is drawn at random, and much of it is shared: coats, colours,
-- collars, lights, rooms. They differ as in life: ears (but
-- some dogs' stand and some cats' fold), the muzzle, the nose, the eyes. Coordinates are the
-- head's: the origin between the eyes, 1 about its half width, y pointing down.
local dnn = require "dnn"
local canvas = require "dnn.canvas"

local pets = {}

pets.version = 1 -- of the drawings: a folder of an older version is not used again

-- Chance ------------------------------------------------------------------------------------------

local Dice = {}
Dice.__index = Dice

function Dice:between(low, high) return low + (high - low) * self.random:uniform() end

function Dice:chance(p) return self.random:uniform() < p end

function Dice:pick(list) return list[1 + math.floor(self.random:uniform() * #list)] end

-- A colour of the list, lighter or darker by up to `spread`, and each channel off by half of that.
function Dice:colour(list, spread)
  local colour = dnn.Matrix(self:pick(list)) + self:between(-spread, spread)
  colour:add_(dnn.rand(3, 1, {random = self.random}) * spread - spread / 2)
  return colour:clamp_(0, 1)
end

local function rgb(r, g, b) return dnn.Matrix {r, g, b} end

local coats = {
  {0.13, 0.12, 0.13}, {0.30, 0.29, 0.31}, {0.52, 0.53, 0.56}, {0.72, 0.72, 0.73},
  {0.92, 0.91, 0.89}, {0.90, 0.81, 0.66}, {0.85, 0.54, 0.24}, {0.60, 0.35, 0.19},
  {0.42, 0.29, 0.19}, {0.82, 0.65, 0.38}, {0.72, 0.56, 0.40},
}
local walls = {
  {0.55, 0.70, 0.85}, {0.45, 0.62, 0.38}, {0.80, 0.72, 0.60}, {0.62, 0.48, 0.42},
  {0.85, 0.83, 0.80}, {0.30, 0.34, 0.42}, {0.72, 0.50, 0.55}, {0.40, 0.55, 0.55},
  {0.90, 0.78, 0.45}, {0.35, 0.28, 0.30},
}
local collars = {{0.80, 0.15, 0.15}, {0.15, 0.35, 0.75}, {0.15, 0.60, 0.35}, {0.90, 0.70, 0.15}}
local cat_irises = {{0.55, 0.75, 0.30}, {0.90, 0.75, 0.25}, {0.85, 0.55, 0.15}, {0.40, 0.65, 0.85}}
local dog_irises = {{0.30, 0.18, 0.10}, {0.38, 0.24, 0.13}, {0.50, 0.32, 0.15}, {0.45, 0.65, 0.85}}
local white, black = rgb(0.97, 0.96, 0.94), rgb(0.07, 0.06, 0.07)
local pink = {{0.90, 0.62, 0.62}, {0.80, 0.50, 0.50}, {0.35, 0.24, 0.24}}

-- Surroundings ------------------------------------------------------------------------------------

-- A wall that fades into another colour, a floor, and things out of focus.
local function paint_background(image, dice)
  local first, second = dice:colour(walls, 0.1), dice:colour(walls, 0.1)
  local turn = dice:between(-math.pi, math.pi)
  local fade = image.X * (0.5 * math.cos(turn)) + image.Y * (0.5 * math.sin(turn)) + 0.5
  image.pixels:copy_(first * dnn.ones(1, #fade))
  image:blend(fade:clamp(0, 1), second)
  if dice:chance(0.5) then
    image:paint(image:below(dice:between(0.1, 0.7)), dice:colour(walls, 0.1), 0.9, 0.08)
  end
  for _ = 1, math.floor(dice:between(0, 5)) do
    local thing = image:ellipse(dice:between(-1, 1), dice:between(-1, 1), dice:between(0.1, 0.5),
      dice:between(0.1, 0.5), dice:between(0, 3))
    image:paint(thing, dice:colour(walls, 0.15), dice:between(0.3, 0.9), dice:between(0.05, 0.4))
  end
  local blotches = image:noise(7, dice.random) * dice:between(0.02, 0.12)
  image.pixels:add_(blotches)
end

-- Light from one side, warm or cold, and the grain of a camera.
local function paint_light(image, dice)
  local turn = dice:between(-math.pi, 0)
  local strength = dice:between(0, 0.3)
  local light = image.X * (strength * math.cos(turn)) + image.Y * (strength * math.sin(turn))
  image.pixels:cmul_(light + dice:between(0.8, 1.15))
  local warmth = dice:between(-0.08, 0.08)
  image.pixels:cmul_(rgb(1 + warmth, 1, 1 - warmth))
  local grain = dnn.randn(3, image.size * image.size, {random = dice.random})
  image.pixels:add_(grain * dice:between(0.005, 0.035))
end

-- Fur ---------------------------------------------------------------------------------------------

-- What an animal's coat is made of: the layer that head, ears and body are cut from.
local function grow_coat(head, dice)
  local base, second = dice:colour(coats, 0.05), dice:colour(coats, 0.05)
  local coat = head:layer(base)
  return coat, base, second
end

-- Hairs: fine noise over the coat, and shade towards the edge of the head.
local function finish_coat(coat, outline, fluff, dice)
  local hairs = coat:noise(coat.size // 2, dice.random) * 0.10 + fluff * 0.10
  local shade = dnn.clamp(outline * 1.6 + 0.6, 0, 1) * -0.28 + 1
  coat.pixels:cmul_((hairs + 1) % shade)
end

-- Patches of a second colour, wherever smooth noise is high.
local function paint_patches(coat, colour, dice)
  local islands = dice:between(0.05, 0.3) - coat:noise(4, dice.random)
  coat:paint(islands, colour, 1, 0.15)
end

-- Shoulders and neck, in the shadow of the head, and sometimes a collar with a tag.
local function paint_body(head, coat, dice, width)
  local shoulders = head:ellipse(dice:between(-0.15, 0.15), 2.05, width, 1.2)
  local body = dnn.minimum(shoulders, head:ellipse(0, 0.9, 0.62, 0.7))
  head:paint(body, coat.pixels * 0.82)
  head:paint(dnn.maximum(body, head:ellipse(0, 0.6, 0.9, 0.62)), black, 0.4, 0.3)
  if dice:chance(0.4) then
    local band = dnn.abs(head:ellipse(0, 0.1, 1.0, 1.0)) - 0.08
    head:paint(dnn.maximum(dnn.maximum(band, body), head:below(0.5)), dice:colour(collars, 0.08))
    if dice:chance(0.5) then head:paint(head:circle(0, 1.2, 0.11), rgb(0.92, 0.80, 0.35)) end
  end
end

-- Eyes: {x, y, rx, ry, tilt, iris, pupil_rx, pupil_ry, gaze}, mirrored for the other side.
local function paint_eyes(head, eye)
  for _, side in ipairs {-1, 1} do
    local x, tilt = side * eye.x, side * eye.tilt
    local lids = head:ellipse(x, eye.y, eye.rx, eye.ry, tilt)
    head:paint(lids - 0.045, black, 0.85)
    head:paint(lids, eye.iris)
    local pupil = head:ellipse(x + eye.gaze, eye.y, eye.pupil_rx, eye.pupil_ry)
    head:paint(dnn.maximum(pupil, lids), black)
    head:paint(head:circle(x + eye.gaze - 0.05, eye.y - eye.ry * 0.4, 0.045), white)
  end
end

local function paint_whiskers(head, dice, colour, opacity, reach)
  for _, side in ipairs {-1, 1} do
    local droop = dice:between(-0.1, 0.15)
    for k = -1, 1 do
      local y = 0.42 + 0.07 * k
      local whisker = head:line(side * 0.22, y, side * reach, y + droop + 0.16 * k, 0.022, 0.008)
      head:paint(whisker, colour, opacity)
    end
  end
end

-- Ears --------------------------------------------------------------------------------------------

-- A standing ear on each side: base from x1 to x2 on the head, tip at (tip_x, tip_y).
local function paint_standing_ears(head, coat, dice, ear)
  for _, side in ipairs {-1, 1} do
    local tip_x = ear.tip_x + dice:between(-0.05, 0.05)
    local function triangle(shrink)
      local middle = (ear.x1 + ear.x2) / 2
      local function towards(x) return side * (x + (middle - x) * shrink) end
      local inner = {towards(ear.x1), -0.5}
      local outer = {towards(ear.x2), -0.2}
      local tip = {towards(tip_x), ear.tip_y + shrink * 0.45}
      local points = side > 0 and {inner, tip, outer} or {outer, tip, inner}
      return head:polygon(points, ear.rounding)
    end
    head:paint(triangle(0), coat.pixels * 0.9)
    head:paint(triangle(0.42), ear.inside, 0.85, 0.08)
  end
end

-- A folded ear: a small flap lying on the head.
local function paint_folded_ears(head, coat, dice, ear)
  for _, side in ipairs {-1, 1} do
    local flap = head:ellipse(side * ear.x, ear.y, ear.rx, ear.ry, side * ear.angle)
    head:paint(flap - 0.03, black, 0.35, 0.12)
    head:paint(flap, coat.pixels * dice:between(0.75, 0.95))
  end
end

-- Hanging ears: long ellipses from the top of the head down its sides.
local function paint_hanging_ears(head, dice, colour, ear)
  for _, side in ipairs {-1, 1} do
    local lift = dice:between(-0.1, 0.1)
    local y, angle = ear.top + ear.length + lift, side * (ear.angle + lift)
    local flap = head:ellipse(side * ear.x, y, ear.width, ear.length, angle)
    head:paint(flap - 0.03, black, 0.4, 0.1)
    head:paint(flap, colour)
  end
end

-- Cats --------------------------------------------------------------------------------------------

-- Tabby: lines on the forehead and the cheeks.
local function paint_stripes(coat, dice, colour)
  for k = -2, 2 do
    local x = 0.17 * k + dice:between(-0.03, 0.03)
    local stripe = coat:line(x * 1.3, -1.0, x * 0.8, dice:between(-0.55, -0.4), 0.06, 0.025)
    coat:paint(stripe, colour, 0.8, 0.08)
  end
  for _, side in ipairs {-1, 1} do
    for k = 0, 2 do
      local y = 0.02 + 0.2 * k
      local stripe = coat:line(side * 1.1, y - 0.06, side * 0.62, y, 0.05, 0.02)
      coat:paint(stripe, colour, 0.75, 0.08)
    end
  end
end

local function draw_cat(head, dice)
  local coat, base, second = grow_coat(head, dice)
  local fluff = head:noise(head.size // 3, dice.random)
  local face = head:ellipse(0, 0.05, dice:between(0.9, 1.02), dice:between(0.76, 0.88))
  local cheeks = dnn.minimum(head:circle(-0.5, 0.33, 0.48), head:circle(0.5, 0.33, 0.48))
  local outline = dnn.minimum(face, cheeks) + fluff * dice:between(0.01, 0.05)

  local pattern = dice:pick {"tabby", "tabby", "plain", "patches", "points", "tuxedo"}
  if pattern == "tabby" then paint_stripes(coat, dice, base * dice:between(0.35, 0.65)) end
  if pattern == "patches" then paint_patches(coat, second, dice) end
  if pattern == "points" then
    coat:paint(head:ellipse(0, 0.2, 0.5, 0.5), second * 0.5, 0.8, 0.7)
  end
  if pattern == "tuxedo" then
    local bib = head:polygon({{-0.1, -0.5}, {0.1, -0.5}, {0.6, 1.2}, {-0.6, 1.2}}, 0.05)
    coat:paint(bib, white, 1, 0.1)
  end
  finish_coat(coat, outline, fluff, dice)

  paint_body(head, coat, dice, dice:between(0.9, 1.2))
  if dice:chance(0.08) then
    head:paint(outline, coat.pixels)
    paint_folded_ears(head, coat, dice,
      {x = 0.6, y = -0.55, rx = 0.27, ry = 0.17, angle = dice:between(0.5, 0.8)})
  else
    paint_standing_ears(head, coat, dice, {
      x1 = 0.1, x2 = dice:between(0.8, 0.88), tip_x = dice:between(0.66, 0.86),
      tip_y = dice:between(-1.35, -1.05), rounding = dice:between(0.01, 0.06),
      inside = dice:colour(pink, 0.05),
    })
    head:paint(outline, coat.pixels)
  end

  local wide = dice:chance(0.4) and dice:between(0.10, 0.14) or dice:between(0.03, 0.07)
  local open = dice:between(0.14, 0.21)
  paint_eyes(head, {
    x = dice:between(0.38, 0.45), y = -0.03, rx = dice:between(0.19, 0.23), ry = open,
    tilt = dice:between(-0.3, -0.05), iris = dice:colour(cat_irises, 0.08),
    pupil_rx = wide, pupil_ry = open * 0.95, gaze = dice:between(-0.05, 0.05),
  })

  local lips = dice:chance(0.6) and white or base * 1.1
  for _, side in ipairs {-1, 1} do
    head:paint(head:ellipse(side * 0.15, 0.45, 0.2, 0.16), lips, 0.85, 0.1)
  end
  head:paint(head:ellipse(0, 0.63, 0.14, 0.1), lips, 0.8, 0.1)
  head:paint(head:line(0, 0.33, 0, 0.46, 0.014), black, 0.8)
  for _, side in ipairs {-1, 1} do
    head:paint(head:smile(side * 0.12, 0.45, 0.12, 0.02), black, 0.75)
  end
  head:paint(head:polygon({{-0.09, 0.25}, {0.09, 0.25}, {0, 0.34}}, 0.025), dice:colour(pink, 0.06))
  local whiskers = (base:mean() < 0.6 or dice:chance(0.5)) and white or black
  paint_whiskers(head, dice, whiskers, dice:between(0.4, 0.9), dice:between(1.0, 1.35))
end

-- Dogs --------------------------------------------------------------------------------------------

local function paint_dog_pattern(coat, dice, base, second)
  local pattern = dice:pick {"plain", "patches", "blaze", "eye", "tan", "mask"}
  if pattern == "patches" then paint_patches(coat, second, dice) end
  if pattern == "blaze" then
    coat:paint(coat:ellipse(0, 0, dice:between(0.12, 0.22), 1.3), white, 1, 0.1)
  elseif pattern == "eye" then
    local side = dice:pick {-1, 1}
    coat:paint(coat:ellipse(side * 0.4, -0.15, 0.33, 0.38, side * 0.3), second, 1, 0.1)
  elseif pattern == "tan" then
    for _, side in ipairs {-1, 1} do
      coat:paint(coat:ellipse(side * 0.33, -0.38, 0.11, 0.08), rgb(0.75, 0.52, 0.3), 0.9, 0.06)
    end
  elseif pattern == "mask" then
    coat:paint(coat:ellipse(0, 0.45, 0.55, 0.5), base * 0.35, 0.8, 0.4)
  end
end

local function paint_muzzle(head, dice, base)
  local light = dice:chance(0.5) and white or (base * dice:between(0.9, 1.2)):clamp_(0, 1)
  local width, height = dice:between(0.38, 0.52), dice:between(0.36, 0.46)
  local muzzle = head:ellipse(0, 0.48, width, height)
  head:paint(muzzle - 0.03, black, 0.25, 0.12)
  head:paint(muzzle, light, 0.95, 0.08)
  if dice:chance(0.35) then
    head:paint(head:ellipse(0, 0.86, 0.13, dice:between(0.16, 0.26)), rgb(0.88, 0.42, 0.45))
  end
  head:paint(head:line(0, 0.4, 0, 0.64, 0.018), black, 0.8)
  for _, side in ipairs {-1, 1} do
    head:paint(head:smile(side * 0.17, 0.6, 0.17, 0.025), black, 0.8)
  end
  local nose = head:ellipse(0, 0.28, dice:between(0.16, 0.22), dice:between(0.11, 0.15))
  head:paint(nose, dice:chance(0.85) and black or rgb(0.45, 0.28, 0.24))
  head:paint(head:ellipse(-0.04, 0.23, 0.06, 0.03), white, 0.5, 0.05)
end

local function draw_dog(head, dice)
  local coat, base, second = grow_coat(head, dice)
  local fluff = head:noise(head.size // 3, dice.random)
  local skull = head:ellipse(0, -0.1, dice:between(0.78, 0.95), dice:between(0.76, 0.88))
  local jaw = head:ellipse(0, 0.4, dice:between(0.6, 0.75), dice:between(0.55, 0.65))
  local outline = dnn.minimum(skull, jaw) + fluff * dice:between(0.01, 0.05)
  paint_dog_pattern(coat, dice, base, second)
  finish_coat(coat, outline, fluff, dice)

  paint_body(head, coat, dice, dice:between(0.95, 1.35))
  local ears = dice:pick {"hanging", "hanging", "hanging", "hanging", "folded", "standing"}
  if ears == "standing" then
    paint_standing_ears(head, coat, dice, {
      x1 = 0.14, x2 = 0.74, tip_x = dice:between(0.55, 0.75), tip_y = dice:between(-1.45, -1.2),
      rounding = dice:between(0.04, 0.1), inside = dice:colour(pink, 0.05),
    })
  end
  head:paint(outline, coat.pixels)
  if ears == "hanging" then
    local colour = dice:chance(0.5) and coat.pixels * dice:between(0.6, 0.9) or second
    paint_hanging_ears(head, dice, colour, {
      x = dice:between(0.8, 0.95), top = dice:between(-0.75, -0.5),
      length = dice:between(0.45, 0.75), width = dice:between(0.2, 0.32),
      angle = dice:between(-0.35, -0.05),
    })
  elseif ears == "folded" then
    paint_folded_ears(head, coat, dice, {
      x = dice:between(0.6, 0.72), y = -0.62, rx = 0.34, ry = 0.2, angle = dice:between(0.7, 1.1),
    })
  end

  local open = dice:between(0.1, 0.15)
  paint_eyes(head, {
    x = dice:between(0.3, 0.4), y = -0.13, rx = open + 0.02, ry = open,
    tilt = dice:between(-0.1, 0.25), iris = dice:colour(dog_irises, 0.05),
    pupil_rx = 0.08, pupil_ry = 0.08, gaze = dice:between(-0.04, 0.04),
  })
  paint_muzzle(head, dice, base)
  if dice:chance(0.3) then paint_whiskers(head, dice, black, 0.3, 0.7) end
end

-- Images ----------------------------------------------------------------------------------------

local animals = {cat = draw_cat, dog = draw_dog}

-- An image of a "cat" or a "dog" as a column of bytes (3 * size * size x 1); the same random
-- stream draws the same animal.
function pets.draw(kind, size, random)
  local dice = setmetatable({random = random}, Dice)
  local image = canvas.new(size)
  paint_background(image, dice)
  local head = image:placed(dice:between(-0.1, 0.1), dice:between(0, 0.15),
    dice:between(0.53, 0.64), dice:between(-0.15, 0.15))
  animals[kind](head, dice)
  paint_light(image, dice)
  return image:bytes()
end

return pets
