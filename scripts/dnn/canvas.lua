-- Images painted with matrices: shapes are signed distances over the whole grid of pixels.
--
-- A canvas holds its pixels as a 3 x n matrix, a column a pixel, row by row from the top, which
-- read as one column is the layout of an image everywhere in dnn. A shape is a 1 x n row: how far
-- each pixel lies from its edge, negative inside. Union is dnn.minimum, intersection dnn.maximum,
-- and painting blends by how much of the pixel is covered, so edges come out smooth.
local dnn = require "dnn"

local Canvas = {}
Canvas.__index = Canvas

-- A black canvas of size x size pixels in coordinates -1 .. 1, y pointing down.
local function new(size)
  local line = (dnn.arange(1, size) * 2 - (size + 1)) / size
  local ones = dnn.ones(1, size)
  local x = line * ones
  return setmetatable({
    size = size,
    pixels = dnn.zeros(3, size * size),
    X = x:reshape(1, size * size),
    Y = x:t():reshape(1, size * size),
    pixel = 2 / size,
  }, Canvas)
end

-- The same pixels in coordinates of their own: the point (x, y) becomes the origin, `scale` the
-- unit, and the axes are turned by `angle` (radians, clockwise).
function Canvas:placed(x, y, scale, angle)
  local X, Y = (self.X - x) / scale, (self.Y - y) / scale
  local c, s = math.cos(angle), math.sin(angle)
  return setmetatable({
    size = self.size,
    pixels = self.pixels,
    X = c * X + s * Y,
    Y = c * Y - s * X,
    pixel = self.pixel / scale,
  }, Canvas)
end

-- A second layer with the same coordinates, filled with one colour.
function Canvas:layer(colour)
  local n = self.size * self.size
  return setmetatable({
    size = self.size, pixels = colour * dnn.ones(1, n), X = self.X, Y = self.Y, pixel = self.pixel,
  }, Canvas)
end

-- Shapes ------------------------------------------------------------------------------------------

local function length(x, y)
  return dnn.sqrt(x % x + y % y)
end

function Canvas:circle(x, y, radius)
  return length(self.X - x, self.Y - y) - radius
end

-- An ellipse with half axes rx and ry, turned by angle. The distance is the usual first-order
-- estimate k (k - 1) / |grad k|, k being 1 on the edge.
function Canvas:ellipse(x, y, rx, ry, angle)
  local X, Y = self.X - x, self.Y - y
  if angle and angle ~= 0 then
    local c, s = math.cos(angle), math.sin(angle)
    X, Y = c * X + s * Y, c * Y - s * X
  end
  X, Y = X / rx, Y / ry
  local k = length(X, Y)
  local gradient = length(X / rx, Y / ry) + 1e-6
  return k % (k - 1) / gradient
end

-- A line from (x1, y1), where its half width is r1, to (x2, y2), where it is r2 (r1 when left out).
function Canvas:line(x1, y1, x2, y2, r1, r2)
  local X, Y = self.X - x1, self.Y - y1
  local dx, dy = x2 - x1, y2 - y1
  local along = ((X * dx + Y * dy) / (dx * dx + dy * dy)):clamp_(0, 1)
  local distance = length(X - along * dx, Y - along * dy) - r1
  if r2 then distance:sub_(along * (r2 - r1)) end
  return distance
end

-- A convex polygon with rounded corners: points {{x, y}, ...} in clockwise order on the screen.
function Canvas:polygon(points, rounding)
  local distance
  for i, p in ipairs(points) do
    local q = points[i % #points + 1]
    local dx, dy = q[1] - p[1], q[2] - p[2]
    local norm = math.sqrt(dx * dx + dy * dy)
    local edge = (self.X - p[1]) * (dy / norm) - (self.Y - p[2]) * (dx / norm)
    distance = distance and dnn.maximum(distance, edge) or edge
  end
  return distance - (rounding or 0)
end

-- The lower half of a circle's outline, as lips are drawn.
function Canvas:smile(x, y, radius, half_width)
  local ring = dnn.abs(self:circle(x, y, radius)) - half_width
  return dnn.maximum(ring, y - self.Y)
end

-- Everything below the line at height y.
function Canvas:below(y)
  return y - self.Y
end

-- Paint -------------------------------------------------------------------------------------------

-- Blends colour (3 x 1, or 3 x n of another layer) in where distance < 0. The edge is one pixel
-- wide, or `softness` units; opacity is 1 when left out.
function Canvas:paint(distance, colour, opacity, softness)
  local width = math.max(self.pixel, softness or 0)
  local covered = (0.5 - distance / width):clamp_(0, 1)
  if opacity then covered = covered * opacity end
  self:blend(covered, colour)
end

-- pixels + covered (colour - pixels), covered being 1 x n in 0 .. 1.
function Canvas:blend(covered, colour)
  self.pixels:add_((colour - self.pixels):cmul_(covered))
end

-- Smooth noise in -1 .. 1 (1 x n): `cells` x `cells` random numbers between which is interpolated,
-- by one product with the weights of each side.
function Canvas:noise(cells, random)
  local size = self.size
  local place = (dnn.arange(1, size) - 1) * ((cells - 1) / (size - 1)) + 1
  local weights = (1 - dnn.abs(place - dnn.arange(1, cells):t())):clamp_(0, 1)
  local values = dnn.rand(cells, cells, {random = random}) * 2 - 1
  return dnn.mm(weights * values, weights, {tb = true}):reshape(1, size * size)
end

-- The image as one column of bytes.
function Canvas:bytes()
  local pixels = dnn.clamp(self.pixels, 0, 1) * 255
  return pixels:byte():reshape(3 * self.size * self.size, 1)
end

return {new = new}
