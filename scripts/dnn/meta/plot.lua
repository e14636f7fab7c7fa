---@meta _

-- # Plots
--
-- Curves, histograms, matrices and images, in the terminal (in colour where it has any; NO_COLOR, CLICOLOR_FORCE and
-- TERM=dumb are respected), in a file with `{png = "a.png"}` or `{svg = "a.svg"}`, or with `{window = true}` in a
-- window that has dnnview's controls: zoom, axes, crosshair. `dnn.subplots` puts several into a grid. All are drawn by
-- the program dnnview, which is looked for in DNNVIEW, beside the module, and in PATH.
--
-- Values that are not finite are gaps, and the plot says how many there are. Where points are denser than the
-- plot, each of its columns shows all values under it: a million points are drawn at once, and no spike is lost.

---@class dnn
local dnn = {}

---@alias dnn.Numbers dnn.Matrix|number[]

---Where plots are drawn: in the terminal unless a file or a window is asked for.
---@class dnn.Subplots.show.Options
---@field png? string file to write, instead of drawing in the terminal
---@field svg? string file to write as a drawing, instead of the terminal
---@field window? boolean whether a window is opened, which the program does not wait for
---width and height: in characters in the terminal, by default as many as suit it; elsewhere in points, 720 x 480
---and half as much again for each further column and row of a grid
---@field size? integer[]
---@field scale? number pixels per point of a PNG, 1 by default; 2 for print
---@field theme? "light"|"dark" colours; by default dark in the terminal and light in files

-- ## Curves

---One of several series: `{y, name = "test"}` or `{x, y, name = "test"}`.
---@class dnn.plot.Series
---@field [1] dnn.Numbers y; or x, when there is a second one
---@field [2]? dnn.Numbers y
---@field name? string what the legend calls it
---@field style? "lines"|"points" whether points are joined
---@field band? dnn.Numbers a pale band that reaches this far above and below each point, such as a standard deviation
---@field error? dnn.Numbers the same as error bars
---@field color? dnn.Numbers of points: a number each, shown as its colour, with a scale beside the plot

---@class dnn.Subplots.plot.Options
---@field x? dnn.Numbers the x of all series that have none of their own; 1, 2, ... by default
---@field names? string[] what the legend calls the series, or the columns of y
---@field style? "lines"|"points" whether points are joined; lines by default
---@field notes? {[1]: number, [2]: number, [3]: string}[] texts at places of the plot: x, y, text
---@field x_scale? "linear"|"log"|"symlog" linear by default; symlog is logarithmic on both sides of 0
---@field y_scale? "linear"|"log"|"symlog" linear by default
---@field title? string text above the plot
---@field x_label? string what the x axis shows
---@field y_label? string what the y axis shows

---@class dnn.plot.Options: dnn.Subplots.plot.Options, dnn.Subplots.show.Options

---Plots numbers as curves.
---
---`dnn.plot(y)` numbers the points from 1; `dnn.plot(x, y)` takes x in any order; `dnn.plot{y, {x, y, name = "test"},
---title = "Cost"}` plots several series, with the options in the same table.
---
---Shapes: y with several columns is a series for each; a row is one series. x has as many values as y has rows.
---
---Errors: nothing to draw, different numbers of values and unknown options raise. Nil and a message if dnnview cannot
---be run or a file cannot be written. Returns nothing after drawing in the terminal, true after a file or a window.
---
---```lua
---local x = dnn.linspace(0, 10, 200)
---dnn.plot(x, dnn.tanh(x - 5), {title = "tanh", size = {60, 14}})
---local tanh, sigmoid = {x, dnn.tanh(x), name = "tanh"}, {x, dnn.sigmoid(x)}
---dnn.plot{tanh, sigmoid, size = {60, 14}}
---local noisy = {x, dnn.tanh(x), band = x / 20}
---dnn.plot{noisy, notes = {{5, 1, "flat"}}, size = {60, 14}}
---```
---@param x dnn.Numbers|dnn.plot.Series[] where each point stands; y, or several series, when no numbers follow
---@param y? dnn.Numbers one or several series, a column each
---@param options? dnn.plot.Options
---@return boolean|nil done true after a file or a window, nothing after drawing in the terminal
---@return string|nil message why nothing was drawn
function dnn.plot(x, y, options) end

-- ## Histograms

---@class dnn.Subplots.hist.Options
---@field bins? integer how many; by default as many as suit the values, and whole numbers a bin each
---@field x_scale? "linear"|"log"|"symlog" linear by default
---@field y_scale? "linear"|"log"|"symlog" linear by default
---@field title? string text above the plot
---@field x_label? string what the x axis shows
---@field y_label? string what the y axis shows, count by default

---@class dnn.hist.Options: dnn.Subplots.hist.Options, dnn.Subplots.show.Options

---Plots how often values occur.
---
---`dnn.hist{a, {b, name = "after"}, bins = 40}` overlays several histograms with common bins.
---
---Shapes: any; all elements of a matrix are counted together.
---
---Errors: as for `dnn.plot`.
---
---```lua
---dnn.hist(dnn.randn(100, 100), {title = "normal", size = {60, 14}})
---local before, after = dnn.randn(1, 500), dnn.randn(1, 500) + 2
---dnn.hist{{before, name = "before"}, {after, name = "after"}, bins = 20}
---```
---@param values dnn.Numbers|dnn.plot.Series[] what is counted, or several of it
---@param options? dnn.hist.Options
---@return boolean|nil done true after a file or a window, nothing after drawing in the terminal
---@return string|nil message why nothing was drawn
function dnn.hist(values, options) end

-- ## Matrices and images

---@class dnn.Subplots.imshow.Options
---@field width? integer of an image in pixels; images are square by default
---@field height? integer of an image in pixels
---@field channels? 1|3 bytes of a pixel; by default, what makes the image square
---@field count? integer how many columns are shown at most, 16 by default
---@field labels? any[]|dnn.Matrix text below each image; the labels of a set by default
---@field map? "heat"|"grey" colours of a matrix: those of dnnview's heat map, which colour-blind people can read, or grey
---@field low? number value of the first colour, the smallest of the matrix by default
---@field high? number value of the last colour, the largest of the matrix by default
---@field title? string text above the plot
---@field x_label? string what the x axis shows
---@field y_label? string what the y axis shows

---@class dnn.imshow.Options: dnn.Subplots.imshow.Options, dnn.Subplots.show.Options

---Shows a matrix as colours, or its columns as images.
---
---A matrix of bytes, a set of `dnn.data`, the next batch of a `dnn.data.Loader` and anything with width, height,
---channels or labels are images, a column each, as `dnn.data.read_image` returns them; floats are in 0..1, or in the
---range that they have beyond it. Any other matrix is shown element by element, row 1 at the top; where there are more
---elements than pixels, a pixel shows the one that is farthest from the mean.
---
---Shapes: images: (height * width * channels) x m.
---
---Errors: columns that are not such images raise. Otherwise as for `dnn.plot`.
---
---```lua
---dnn.imshow(dnn.eye(8), {title = "identity"})
---local images = dnn.rand(12 * 12 * 3, 2) -- RGB, one image per column
---dnn.imshow(images, {width = 12, height = 12, labels = {"a", "b"}})
---```
---@param value dnn.Matrix|number[][]|table a matrix, a table of rows, a set, or a `dnn.data.Loader`: its next batch
---@param options? dnn.imshow.Options
---@return boolean|nil done true after a file or a window, nothing after drawing in the terminal
---@return string|nil message why nothing was drawn
function dnn.imshow(value, options) end

-- ## Grids of plots

---@class dnn.subplots.Options
---@field title? string text above the grid

---Makes an empty grid for plots, to be filled row by row.
---
---`plot`, `hist` and `imshow` of the grid each take the next place, with the arguments and options of `dnn.plot`,
---`dnn.hist` and `dnn.imshow`; `show` draws all. Places may stay empty. In a terminal too narrow for the columns there
---are fewer of them.
---
---Errors: sides that are not whole numbers from 1 to 20, and unknown options.
---
---```lua
---local x = dnn.linspace(0, 5, 50)
---local grid = dnn.subplots(1, 2, {title = "Seed 7"})
---grid:plot(x, dnn.exp(-x), {title = "cost", y_scale = "log"})
---grid:hist(dnn.randn(1, 500), {title = "weights"})
---grid:show{size = {80, 16}}
---```
---@param rows integer 1 to 20
---@param columns integer 1 to 20
---@param options? dnn.subplots.Options
---@return dnn.Subplots grid
function dnn.subplots(rows, columns, options) end

---A grid of plots.
---@class dnn.Subplots
local subplots = {}

---Plots curves in the next place of the grid, as `dnn.plot` does.
---
---The numbers are copied: what is changed afterwards does not change the plot.
---
---Errors: as for `dnn.plot`; a full grid; options about the whole grid, which `show` takes.
---
---```lua
---local grid = dnn.subplots(1, 2)
---grid:plot({1, 4, 9}, {title = "squares"}):plot{{1, 8, 27}, title = "cubes"}
---grid:show{size = {60, 12}}
---```
---@param x dnn.Numbers|dnn.plot.Series[] where each point stands; y, or several series, when no numbers follow
---@param y? dnn.Numbers one or several series, a column each
---@param options? dnn.Subplots.plot.Options
---@return dnn.Subplots grid the same
function subplots:plot(x, y, options) end

---Plots a histogram in the next place of the grid, as `dnn.hist` does.
---
---Errors: as for `dnn.hist`; a full grid; options about the whole grid, which `show` takes.
---
---```lua
---local grid = dnn.subplots(2, 1)
---grid:hist(dnn.randn(1, 500)):hist(dnn.rand(1, 500), {bins = 10})
---grid:show{size = {60, 24}}
---```
---@param values dnn.Numbers|dnn.plot.Series[] what is counted, or several of it
---@param options? dnn.Subplots.hist.Options
---@return dnn.Subplots grid the same
function subplots:hist(values, options) end

---Shows a matrix or images in the next place of the grid, as `dnn.imshow` does.
---
---Errors: as for `dnn.imshow`; a full grid; options about the whole grid, which `show` takes.
---
---```lua
---local grid = dnn.subplots(1, 2)
---grid:imshow(dnn.eye(8), {title = "identity"})
---grid:imshow(dnn.rand(12 * 12 * 3, 2), {width = 12, height = 12})
---grid:show{size = {70, 14}}
---```
---@param value dnn.Matrix|number[][]|table a matrix, a table of rows, a set, or a `dnn.data.Loader`: its next batch
---@param options? dnn.Subplots.imshow.Options
---@return dnn.Subplots grid the same
function subplots:imshow(value, options) end

---Draws the grid in the terminal, in a file or in a window. It may be drawn several times.
---
---Errors: a grid without plots and unknown options raise. Nil and a message if dnnview cannot be run or a file cannot
---be written.
---
---```lua
---local grid = dnn.subplots(1, 1)
---grid:plot{1, 4, 9}
---assert(grid:show{svg = "grid.svg", size = {400, 300}})
---```
---@param options? dnn.Subplots.show.Options
---@return boolean|nil done true after a file or a window, nothing after drawing in the terminal
---@return string|nil message why nothing was drawn
function subplots:show(options) end
