---@meta _

-- # Data
--
-- A set is a table {X = , Y = }: X is features x m, one example per column, and Y has m columns. Images may be kept as
-- bytes instead, {raw = , Y = }, which takes a quarter of the memory.
--
-- An image of width x height pixels is one column: row by row from the top, the channels of a pixel side by side (red,
-- green, blue, or grey alone), which is the order in which the tutorial flattens images.

---@class dnn
local dnn = {}

---Files and folders as matrices, splits and minibatches; loaded when it is first used.
---@class dnn.data
dnn.data = {}

-- ## Folders of images

---@class dnn.data.images.Options
---@field size? integer|integer[] width and height that images are resized to, 1 to 4096, or {height, width}; 64 by default
---@field fit? "stretch"|"crop"|"pad" what to do with other aspect ratios: "stretch" (by default) changes them, "crop" takes the largest part around the middle, "pad" puts all of it on black
---@field channels? 1|3 grey, or red, green and blue; 3 by default
---@field classes? string[] names of the classes in the order of their labels, such as those of another folder; images of other classes are skipped; by default the classes found, sorted
---@field lazy? boolean whether files are only listed, and read when a `dnn.data.Loader` needs them; false by default
---@field test? number share of the images to test with, below 1, or their number; 0.2 by default; a folder with train/ and test/ has its own
---@field seed? integer seed of the shuffle before the split, 1 by default
---@field limit? integer how many images to take at most (of each set of a folder that has two), 2 or more; all by default
---@field normalise? boolean whether X is in 0..1, true by default; false: in 0..255
---@field orientation? boolean whether photos are turned upright as their camera noted (EXIF), true by default
---@field max_pixels? integer pixels that a file may claim, at most 2^28; 2^26 (67 million) by default
---@field max_failures? number share of files that may be unreadable, 0.05 by default
---@field dtype? "float32"|"float64" type of X and Y; that of `dnn.set_default_dtype` by default
---@field progress? boolean|fun(done: integer, total: integer) whether a bar is drawn on stderr (true by default), or a function
---@field warn? fun(message: string) called with what cannot be read and what is skipped; writes to stderr by default

---What `dnn.data.images` returns; `print(data)` shows classes with counts, shape, memory and what was left out.
---@class dnn.data.images
---@field train dnn.data.set
---@field test dnn.data.set|nil nil if there are no images to test with
---@field classes string[] names of the classes, sorted or as they were given
---@field positive string|nil with two classes the first, whose Y is 1; the other's is 0
---@field size integer|integer[] as it was given
---@field shape integer[] {height, width, channels} of a column
---@field channels 1|3
---@field failures string[] why files could not be read
---@field skipped string[] files and folders that were skipped, and why

---A set of examples.
---@class dnn.data.set
---@field X dnn.Matrix floats, features x m; made from raw when first used
---@field Y dnn.Matrix 1 x m: with two classes 1 for the first and 0 for the other, with more the label 1..C
---@field raw? dnn.Matrix the same as bytes, for images
---@field files? string[] paths of the images
---@field shape? integer[] {height, width, channels} of a column, for images
---@field classes? string[] names of the labels
---@field dtype? "float32"|"float64" type of X
---@field scale? number what raw is multiplied by to make X

---The images of a folder (JPEG, PNG, WebP, the first frame of a GIF, BMP) as two sets, shuffled, to train on and to
---test with.
---
---There is one subfolder per class, or files are named by class and number: `cat.1.jpg`, `dog.1.jpg`. A folder with
---train/ and test/ (or val/, valid/), each of them such a folder, has its own two sets. Images are averaged where they
---shrink and interpolated by Catmull and Rom's cubic (Keys, 1981) where they grow. Files that cannot be read are named
---and kept in `failures`; other files, folders inside classes, and folders without classes in `skipped`.
---
---Errors: nil and a message when the folder cannot be read or has fewer than two classes, or when more of the files
---than max_failures are unreadable.
---
---```lua
---for _, name in ipairs{"cat.1", "cat.2", "dog.1", "dog.2"} do
---  dnn.data.write_png(name .. ".png", dnn.rand(3 * 4 * 4, 1), 4, 4)
---end
---local data = dnn.data.images(".", {size = 4, test = 1, progress = false})
---print(data.train.X:size())                           --> 48	3
---print(data.classes[1], data.classes[2])              --> cat	dog
---```
---@param path string
---@param options? dnn.data.images.Options
---@return dnn.data.images|nil data
---@return string|nil message why not
function dnn.data.images(path, options) end

-- ## Single images

---@class dnn.data.read_image.Options
---@field size? integer|integer[] width and height that it is resized to, or {height, width}; its own by default
---@field fit? "stretch"|"crop"|"pad" what to do with other aspect ratios, as for `dnn.data.images`
---@field channels? 1|3 grey, or red, green and blue; 3 by default
---@field orientation? boolean whether it is turned upright as its camera noted (EXIF), true by default
---@field max_pixels? integer pixels that the file may claim, at most 2^28; 2^26 (67 million) by default

---Reads an image (JPEG, PNG, WebP, the first frame of a GIF, BMP) as a column of bytes.
---
---Transparency is put on white; 16 bits are rounded to 8; grey is 0.299 red + 0.587 green + 0.114 blue.
---
---Errors: nil and a message where the file cannot be read, is damaged, or claims too many pixels.
---
---```lua
---dnn.data.write_png("red.png", dnn.Matrix{1, 0, 0}, 1, 1)
---local pixels, width, height = assert(dnn.data.read_image "red.png")
---print(pixels(1, 1), pixels.dtype, width, height)   --> 255.0	uint8	1	1
---```
---@param path string
---@param options? dnn.data.read_image.Options
---@return dnn.Matrix|nil pixels channels * width * height x 1, uint8
---@return integer|string width or the message
---@return integer height
function dnn.data.read_image(path, options) end

---Writes an image as a PNG file.
---
---It is written under another name and then renamed, so a file is complete or absent.
---
---Errors: a number of elements that is not 1 or 3 times width * height. Nil and a message where the file cannot be
---written.
---
---```lua
---local noise = dnn.rand(3 * 16 * 16, 1)
---assert(dnn.data.write_png("noise.png", noise, 16, 16))
---```
---@param path string
---@param image dnn.Matrix bytes, or floats in 0..1
---@param width integer
---@param height integer
---@return true|nil written
---@return string|nil message why not
function dnn.data.write_png(path, image, width, height) end

-- ## HDF5 files

---@class dnn.data.hdf5.Options
---@field external? boolean whether links and datasets that lead to other files are followed, false by default, since a file from elsewhere could otherwise read any file of yours
---@field max_bytes? integer bytes that a dataset may have; by default, what its bytes in the file make plausible

---Opens an HDF5 file (.h5).
---
---A process of its own reads it, since the HDF5 library may crash where a file is damaged or memory is short: that is an
---error here, and the training goes on.
---
---Errors: nil and a message where there is no such file, or it is not HDF5.
---
---```lua
---local file, message = dnn.data.hdf5 "missing.h5"
---print(file, message ~= nil)   --> nil	true
---```
---@param path string
---@param options? dnn.data.hdf5.Options
---@return dnn.data.hdf5|nil file
---@return string|nil message why not
function dnn.data.hdf5(path, options) end

---An open HDF5 file. A dataset is also a field: `file.train_set_x` is `file:read "train_set_x"`.
---@class dnn.data.hdf5
---@field path string the file's path
---@field [string] dnn.Matrix|string[]
local file = {}

---The names of all datasets, sorted; a dataset that links give several names is listed under each.
---
---```lua
---local file <close> = dnn.data.hdf5 "train.h5"
---for _, name in ipairs(file and file:names() or {}) do print(name) end
---```
---@return string[]
function file:names() end

---A dataset of numbers as a matrix, or one of strings as a table of them.
---
---Shapes: the first axis counts examples and becomes columns, the others are flattened into rows in the file's order; a
---vector becomes 1 x n. uint8 and float32 stay; narrower floating point becomes float32, booleans (bits in bytes are some,
---too), other enumerations and whole numbers of up to 31 bits and a sign int32, other numbers float64.
---
---Errors: an unknown name, or a dataset that is neither strings nor numbers that a float64 holds, as extended precision
---is not. Nil and a message where the file is damaged, a filter is not installed (it is named), a whole number does not
---fit a float64 exactly, a boolean is neither 0 nor 1, or the dataset is in another file.
---
---```lua
---local file <close> = dnn.data.hdf5 "train.h5"
---local X = file and file:read "train_set_x"
---```
---@param name string
---@return dnn.Matrix|string[]|nil data
---@return string|nil message why not
function file:read(name) end

---The shape of a dataset in the file and its type as stored.
---
---```lua
---local file <close> = dnn.data.hdf5 "train.h5"
---if file then print(table.concat(file:shape "train_set_x", " x ")) end
---```
---@param name string
---@return integer[] extent
---@return string type such as "uint8"
function file:shape(name) end

---Closes the file, as the end of a `local file <close>` does. It may be called twice.
---
---```lua
---local file = dnn.data.hdf5 "train.h5"
---if file then file:close() end
---```
---@return nil
function file:close() end

-- ## Splits and minibatches

---@class dnn.data.split.Options
---@field test? number share of the examples to test with, below 1, or their number; 0.2 by default
---@field seed? integer seed of the shuffle before the split, 1 by default

---A set's examples, shuffled, as two sets: to train on and to test with.
---
---```lua
---local set = {X = dnn.rand(3, 10), Y = dnn.zeros(1, 10)}
---local train, test = dnn.data.split(set, {test = 0.3})
---print(train.X.cols, test.X.cols)   --> 7	3
---```
---@param set dnn.data.set
---@param options? dnn.data.split.Options
---@return dnn.data.set train
---@return dnn.data.set test
function dnn.data.split(set, options) end

---@class dnn.data.batches.Options
---@field size? integer examples in a batch, 32 by default
---@field shuffle? boolean whether every epoch has a new order, true by default
---@field random? dnn.Random stream to shuffle with; the global one by default
---@field dtype? "float32"|"float64" type of X and Y; the set's by default
---@field scale? number what X is multiplied by, 1 by default; for bytes of images what their set says, 1 / 255
---@field shift? number what is added then, 0 by default
---@field drop_last? boolean whether a smaller last batch is left out, false by default

---Minibatches: `for X, Y in batches do` goes once through the set, and may be repeated.
---
---X and Y are the same two matrices in every round, and views of them for a smaller last batch, so batches make no
---garbage.
---
---A set of sequences may have `lengths`, 1 x m, the number of steps of each example. The loop then has a third value, a
---table {lengths = } for the batch: `for X, Y, beside in batches do local A = net:forward(X, beside) ...`.
---
---Errors: lengths that are not one per example.
---
---```lua
---local set = {X = dnn.rand(3, 10), Y = dnn.zeros(1, 10)}
---local batches = dnn.data.batches(set, {size = 4})
---for X, Y in batches do print(X:size()) end
-----> 3	4
-----> 3	4
-----> 3	2
---```
---@param set dnn.data.set
---@param options? dnn.data.batches.Options
---@return dnn.data.batches
function dnn.data.batches(set, options) end

---Minibatches of a set, for a `for` loop; `#batches` is their number in an epoch.
---@class dnn.data.batches
---@operator len: integer
---@overload fun(state: any, last: dnn.Matrix|nil): dnn.Matrix|nil, dnn.Matrix|nil, table|nil
local batches = {}
