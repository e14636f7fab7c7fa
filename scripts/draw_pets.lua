-- Draws heads of cats and dogs as cat.N.png and dog.N.png: images to learn from.
--
--     dnnlua draw_pets.lua                 into the user's cache folder
--     dnnlua draw_pets.lua pets --count 20 --size 256
local args = require "dnn.args"
local pets = require "dnn.pets_folder"

local parser = args.parser("draw_pets.lua",
  "Draws cat and dog faces from a seed, as PNG files. Existing files are kept.")
parser:argument("folder", "folder to draw into (the user's cache folder when left out)"):args "?"
parser:option("--count", "how many images", "600"):convert(args.whole("--count", 2))
parser:option("--size", "width and height in pixels", "64"):convert(args.whole("--size", 16, 4096))
parser:option("--seed", "whom to draw", "1"):convert(args.whole("--seed", 0))
local options = parser:parse()

local folder = args.need(pets.draw_folder(options.folder, options))
print(("%d images in %s"):format(options.count, folder))
