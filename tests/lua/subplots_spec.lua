-- dnn.subplots: plots side by side, in the terminal and in files.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local drawing = require "drawing"
local program = require "program"

local drawn, lines_of, raises, holds, size_of_png =
  drawing.drawn, drawing.lines_of, drawing.raises, drawing.holds, drawing.size_of_png

describe("dnn.subplots", function()
  it("draws plots of all kinds side by side, row by row, below a title", function()
    local grid = dnn.subplots(2, 2, {title = "Seed 7"})
    assert.equal("dnn.subplots: 2 x 2, 0 plotted", tostring(grid))
    assert.equal(grid, grid:plot({1, 10, 100}, {title = "cost", y_scale = "log"}))
    grid:hist({1, 2, 2}, {title = "weights"}):imshow(dnn.eye(3), {title = "W"})
    local text, done = drawn(grid.show, grid, {size = {90, 32}})
    assert.is_nil(done)
    local lines = lines_of(text)
    assert.equal(32, #lines)
    assert.matches("^%s+Seed 7$", lines[1])
    assert.matches("^%s+cost%s+weights$", lines[2])
    holds(text, "3 × 3")
    assert.equal("dnn.subplots: 2 x 2, 3 plotted", tostring(grid))
  end)

  it("keeps the numbers that it was given, and is drawn as often as wanted", function()
    local y = dnn.Matrix({1, 2, 3}, {dtype = "float64"})
    local bytes = dnn.zeros(9, 1):byte()
    local grid = dnn.subplots(1, 2):plot(y):imshow(bytes)
    local first = drawn(grid.show, grid, {size = {80, 14}})
    y:fill_(7)
    bytes:fill_(200)
    assert.equal(first, (drawn(grid.show, grid, {size = {80, 14}})))
  end)

  it("has x scales of its own in each plot", function()
    local grid = dnn.subplots(1, 2):plot({1, 10, 1000}, {1, 2, 3}, {x_scale = "log"}):plot({0, 500, 1000}, {1, 2, 3})
    local text = drawn(grid.show, grid, {size = {90, 14}})
    holds(text, "100")
    holds(text, "500")
  end)

  it("is written to a PNG and an SVG that has every word", function()
    local folder = program.folder()
    local grid = dnn.subplots(1, 2, {title = "Both"}):plot({1, 2}, {title = "left"}):plot({1, 2}, {title = "right"})
    assert.is_true((grid:show{svg = folder .. "/a.svg", png = folder .. "/a.png", size = {500, 200}, scale = 2}))
    local width, height = size_of_png(folder .. "/a.png")
    assert.same({1000, 400}, {width, height})
    local svg = program.read_all(folder .. "/a.svg")
    for _, word in ipairs {"Both", "left", "right"} do holds(svg, ">" .. word .. "<") end
    program.remove(folder)
  end)

  it("teaches who uses it wrongly", function()
    raises("subplots: rows must be a whole number from 1 to 20, got 0", dnn.subplots, 0, 1)
    raises("subplots: columns must be a whole number from 1 to 20, got nil", dnn.subplots, 1)
    raises("dnn.subplots: unknown option 'titel'", dnn.subplots, 1, 1, {titel = "a"})
    local grid = dnn.subplots(1, 1)
    raises("show: there is nothing to draw: plot, hist or imshow come before", grid.show, grid)
    raises("plot: png is an option of subplots:show", grid.plot, grid, {1, 2}, {png = "a.png"})
    raises("plot: unknown option 'titel'", grid.plot, grid, {1, 2}, {titel = "a"})
    raises("plot: x has 2 values and y has 3: they must have the same length", grid.plot, grid, {1, 2}, {1, 2, 3})
    raises("hist: the values must be a Matrix or a table of numbers, got nil", grid.hist, grid)
    raises("imshow: expected a Matrix, a table of rows or a set, got 3", grid.imshow, grid, 3)
    grid:plot{1, 2}
    raises("hist: all places of the grid of 1 x 1 are taken", grid.hist, grid, {1})
    raises("show: unknown option 'file'", grid.show, grid, {file = "a.png"})
    raises("the grid of plots has no 'scatter'", function() return grid.scatter end)
    local done, message = grid:show{png = "/nowhere/a.png"}
    assert.is_nil(done)
    assert.equal("subplots:show: /nowhere/a.png: cannot be written: No such file or directory", message)
  end)
end)
