-- What is said of keys beside the elements of a list: such a key is likely an option in the wrong table.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local mistakes = dofile "tests/lua/mistakes.lua"
local program = require "program"

local BESIDE <const> = "a list with the key 'foo' beside its elements"

describe("a key beside the elements of a list:", function()
  local folder = program.path()
  local X, Y = dnn.ones(12, 4), dnn.ones(1, 4)
  local set = {X = X, Y = Y, shape = {2, 2, 3}}
  local net = dnn.Sequential{dnn.Input(2, 2, 3), dnn.Conv2d(3, 2, 1), dnn.Flatten(), dnn.Linear(8, 2)}
  teardown(function() program.remove(folder) end)

  local function load(options)
    dnn.data.Loader(set, options)
  end

  mistakes(it, {
    {"a set's shape", function() dnn.data.Loader({X = X, Y = Y, shape = {2, 2, 3, foo = 1}}) end,
      "dnn.data.Loader: the set's shape must be a list of one to three whole numbers, as in {28, 28, 1}, got "
        .. BESIDE},
    {"a set's classes", function() dnn.data.Loader({X = X, Y = Y, classes = {"a", "b", foo = 1}}) end,
      "dnn.data.Loader: the set's classes must be a list of names, got " .. BESIDE},
    {"a loader's crop", function() dnn.data.Loader(set, {augment = {crop = {1, 1, foo = 1}}}) end,
      "dnn.data.Loader: augment: crop must be a whole number of pixels, or {height, width}, got " .. BESIDE},
    {"a size of a plot", function() dnn.plot({1, 2}, {size = {60, 12, foo = 1}}) end,
      "dnn.plot: size must be a width and a height, {80, 20}: characters in the terminal, points elsewhere, got "
        .. BESIDE},
    {"labels of images", function() dnn.imshow(X, {width = 2, height = 2, labels = {"a", foo = 1}}) end,
      "dnn.imshow: labels must be a table or a row of labels, one for each image, got " .. BESIDE},
    {"sizes of layers", function() dnn.stepwise.initialize_parameters_deep({12, 5, 1, foo = 1}) end,
      "initialize_parameters_deep: layer_dims must be the layers' sizes from the input on, as in {12288, 20, 7, 5, 1}"},
    {"layers whose outputs are logged", function()
      local run <close> = assert(dnn.Run(folder))
      run:feature_maps(1, net, X:col(1), {layers = {net[2], foo = 2}})
    end, "Run: feature_maps: layers must be a list, and has the key 'foo'; options come in a table after it"},
  })

  it("and beside the fields of a normalisation, which may also be another loader", function()
    local ok, message = pcall(load, {normalise = {mean = {1, 1, 1}, deviation = {1, 1, 1}, foo = 1}})
    assert.is_false(ok)
    assert.is_truthy(message:find("dnn.data.Loader: normalise: unknown option 'foo'; known: deviation, mean", 1, true))
    load{normalise = dnn.data.Loader(set, {normalise = true})}
  end)
end)
