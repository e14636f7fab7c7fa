-- The drawn cats and dogs: the canvas beside geometry, and folders that are drawn once.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local canvas = require "dnn.canvas"
local pets = require "dnn.pets"
local pets_folder = require "dnn.pets_folder"
local program = require "program"

local read_all, write_all = program.read_all, program.write_all

describe("the canvas", function()
  local image = canvas.new(50)
  local white = dnn.ones(3, 1)

  -- The distance at the pixel nearest to (x, y), and that pixel's place.
  local function at(distance, x, y)
    local i, j = math.floor((x + 1) * 25), math.floor((y + 1) * 25)
    local k = 1 + i + 50 * j
    return distance(1, k), image.X(1, k), image.Y(1, k)
  end

  it("counts pixels row by row from the top left, in -1 .. 1", function()
    assert.is_near(-0.98, image.X(1, 1), 1e-6)
    assert.is_near(-0.94, image.X(1, 2), 1e-6)
    assert.is_near(-0.98, image.Y(1, 2), 1e-6)
    assert.is_near(-0.94, image.Y(1, 51), 1e-6)
  end)

  it("measures how far a pixel is from a circle and from a line", function()
    local d, x, y = at(image:circle(0.1, 0.2, 0.3), -0.5, 0.7)
    assert.is_near(math.sqrt((x - 0.1) ^ 2 + (y - 0.2) ^ 2) - 0.3, d, 1e-6)
    local _
    d, _, y = at(image:line(-0.5, 0, 0.5, 0, 0.1), 0.2, 0.6)
    assert.is_near(math.abs(y) - 0.1, d, 1e-6)
    d, x, y = at(image:line(-0.5, 0, 0.5, 0, 0.1), 0.8, 0.6)
    assert.is_near(math.sqrt((x - 0.5) ^ 2 + y ^ 2) - 0.1, d, 1e-6)
  end)

  it("takes a polygon's points clockwise on the screen", function()
    local square = image:polygon {{-0.5, -0.5}, {0.5, -0.5}, {0.5, 0.5}, {-0.5, 0.5}}
    local inside, x = at(square, 0.3, 0)
    assert.is_near(x - 0.5, inside, 1e-6)
    local outside, _, y = at(square, 0, -0.8)
    assert.is_near(-y - 0.5, outside, 1e-6)
  end)

  it("covers an ellipse's area with paint", function()
    local paper = canvas.new(100)
    paper:paint(paper:ellipse(0.1, -0.1, 0.6, 0.4, 0.5), white)
    assert.is_near(math.pi * 0.6 * 0.4 / 4, paper.pixels:mean(), 0.002)
  end)

  it("turns and scales what is drawn in other coordinates", function()
    local placed = image:placed(0.2, 0.1, 0.5, math.pi / 2)
    local d, x, y = at(placed:line(0, 0, 1, 0, 0), 0.2, 0.8) -- a line straight down
    assert.is_near(math.sqrt((x - 0.2) ^ 2 + (y - 0.6) ^ 2) / 0.5, d, 1e-5)
  end)

  it("makes noise between its cells' numbers", function()
    local noise = image:noise(3, dnn.Random(7))
    local cells = dnn.rand(3, 3, {random = dnn.Random(7)}) * 2 - 1
    assert.is_near(cells(1, 1), noise(1, 1), 1e-6)
    assert.is_near(cells(3, 3), noise(1, 2500), 1e-6)
    assert.is_true(noise:max() <= cells:max() and noise:min() >= cells:min())
  end)
end)

describe("pets", function()
  it("are columns of bytes, and not empty ones", function()
    local cat = pets.draw("cat", 32, dnn.Random(1))
    assert.are.equal("uint8", cat.dtype)
    assert.are.equal(3 * 32 * 32, cat.rows)
    assert.are.equal(1, cat.cols)
    assert.is_true(cat:float():std() > 10)
  end)

  it("are the same animal for the same random stream, and another for another", function()
    local function dog(seed) return pets.draw("dog", 32, dnn.Random(seed)) end
    assert.are.equal(dog(5), dog(5))
    assert.are_not.equal(dog(5), dog(6))
  end)
end)

describe("a folder of pets", function()
  local folder

  before_each(function()
    folder = program.path()
  end)

  after_each(function()
    program.remove(folder)
  end)

  it("holds cats and dogs in turn, numbered", function()
    local opts = {count = 5, size = 16, seed = 3}
    assert.are.equal(folder .. "/deep/down", pets_folder.draw_folder(folder .. "/deep/down", opts))
    local names = dnn.system.list(folder .. "/deep/down")
    table.sort(names)
    assert.are.same({"cat.0.png", "cat.1.png", "cat.2.png", "dog.0.png", "dog.1.png"}, names)
  end)

  it("gets the missing images again, the same ones, and keeps the others", function()
    local opts = {count = 4, size = 16, seed = 3}
    pets_folder.draw_folder(folder, opts)
    local dog = read_all(folder .. "/dog.1.png")
    os.remove(folder .. "/dog.1.png")
    write_all(folder .. "/cat.0.png", "kept")
    pets_folder.draw_folder(folder, opts)
    assert.are.equal(dog, read_all(folder .. "/dog.1.png"))
    assert.are.equal("kept", read_all(folder .. "/cat.0.png"))
  end)

  it("begins the same way whatever its length", function()
    pets_folder.draw_folder(folder .. "/a", {count = 2, size = 16, seed = 3})
    pets_folder.draw_folder(folder .. "/b", {count = 6, size = 16, seed = 3})
    assert.are.equal(read_all(folder .. "/a/dog.0.png"), read_all(folder .. "/b/dog.0.png"))
  end)

  it("says what is in the way of its folder", function()
    write_all(folder, "a file")
    local made, message = pets_folder.draw_folder(folder .. "/x", {count = 2, size = 16, seed = 1})
    assert.is_nil(made)
    assert.are.equal(("%s/x: cannot be made: %s: Not a directory"):format(folder, folder), message)
  end)
end)
