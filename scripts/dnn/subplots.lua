-- dnn.subplots: several plots in a grid.
local arguments = require "dnn.arguments"
local figure = require "dnn.figure"
local options_of = require "dnn.options"
local strict = require "dnn.strict"
require "dnn.plot"
require "dnn.hist"
require "dnn.imshow"

local Subplots = strict.make("the grid of plots", {})
Subplots.__index = Subplots
Subplots.__name = "dnn.Subplots"

function Subplots:__tostring()
  return ("dnn.subplots: %d x %d, %d plotted"):format(self.rows, self.columns, #self.figures)
end

-- One more figure, in the next place.
local function add(self, kind, ...)
  if #self.figures == self.rows * self.columns then
    arguments.fail("%s: all places of the grid of %d x %d are taken", kind, self.rows, self.columns)
  end
  self.figures[#self.figures + 1] = figure.makers[kind](kind, true, ...):keep()
end

function Subplots:plot(first, second, third)
  add(self, "plot", first, second, third)
  return self
end

function Subplots:hist(values, options)
  add(self, "hist", values, options)
  return self
end

function Subplots:imshow(value, options)
  add(self, "imshow", value, options)
  return self
end

function Subplots:show(options)
  local opts = options_of.read("show", options, figure.OUTPUT)
  if #self.figures == 0 then
    arguments.fail("show: there is nothing to draw: plot, hist or imshow come before")
  end
  return figure.grid("subplots:show", self.rows, self.columns, self.title, self.figures):show(opts)
end

arguments.guard("dnn.Subplots", Subplots, ":")

local SUBPLOTS <const> = {title = figure.TEXT}
local is_side <const> = options_of.whole(1, 20)

local function subplots(rows, columns, options)
  if not is_side(rows) then arguments.wrong(1, "a whole number from 1 to 20", rows) end
  if not is_side(columns) then arguments.wrong(2, "a whole number from 1 to 20", columns) end
  local opts = options_of.read("dnn.subplots", options, SUBPLOTS)
  return setmetatable({rows = rows, columns = columns, title = opts.title or false, figures = {}}, Subplots)
end

return arguments.guarded("dnn.subplots", subplots)
