---@meta _
---@class dnn
local dnn = {}

---@class dnn.data
dnn.data = {}

-- ## Batches prepared while the network trains

---Random changes to images that keep what they show, different in each epoch. Each has a strength s; they are applied
---in this order: the movements together, the colours together, noise, the normalisation by channel, cutout, mixup.
---@class dnn.data.Loader.Augment
---@field horizontal_flip? number mirrored, left to right, with probability s
---@field vertical_flip? number mirrored, top to bottom, with probability s
---@field crop? integer|integer[] a window of this many pixels, or {height, width}, at a random place replaces the image
---@field center_crop? integer|integer[] the same from the middle, for images to test with
---@field shift? number moved by up to s of each side (s below 1), or by s pixels, either way; edges are repeated
---@field scale? number enlarged by a factor of 1 - s to 1 + s, up to 0.9
---@field rotation? number turned by up to s degrees either way
---@field brightness? number multiplied by a factor of 1 - s to 1 + s
---@field contrast? number the distance to the image's mean grey times a factor of 1 - s to 1 + s
---@field saturation? number each pixel's distance to its grey times a factor of 1 - s to 1 + s
---@field hue? number hues turned by up to s of the circle either way, up to 0.5 (W3C's hueRotate)
---@field noise? number normal numbers of deviation s added to each value, where white is 1
---@field cutout? number a square with sides of s of the smaller side (s below 1), or of s pixels, becomes 0 (DeVries and Taylor, 2017)
---@field mixup? number mixed with another example of its batch, labels too, by a share of the beta distribution (s, s), the larger one its own (Zhang et al., 2018)

---@class dnn.data.Loader.Options
---@field batch_size? integer examples in a batch, 32 by default
---@field shuffle? boolean whether every epoch has a new order, true by default
---@field drop_last? boolean whether a smaller last batch is left out, false by default
---@field workers? integer threads that prepare batches, up to 64; 1 by default; 0: batches are made on demand, on all threads of the program
---@field prefetch? integer batches prepared in advance, up to 64; 2 by default
---@field cache? integer bytes of decoded images that are kept, 256000000 by default
---@field augment? dnn.data.Loader.Augment changes of the images, none by default
---@field normalise? boolean|table true: each channel's mean and deviation are measured and become 0 and 1; a table {mean = , deviation = }, or another loader: by its numbers; false by default
---@field weights? number[]|dnn.Matrix how often each example is drawn, with repetition, instead of once in an epoch
---@field balanced? boolean whether every class is drawn equally often, with repetition; false by default
---@field one_hot? boolean|integer whether labels 1..C become columns of 0 and 1, or C itself; true for mixup of more than two classes, else false by default
---@field shape? integer[] {height, width, channels} of a column of X; the set's by default
---@field seed? integer of orders and augmentations; drawn from the global stream by default
---@field scale? number what values are multiplied by first; for bytes what their set says, or 1 / 255; else 1
---@field dtype? "float32"|"float64" type of X and Y; the set's by default
---@field max_failures? number share of images that may be unreadable, 0.05 by default
---@field warn? fun(message: string) called with why an image could not be read; writes to stderr by default

---Minibatches of a set, prepared by threads in C while the network trains: `for X, Y in loader do` goes once through
---the set, and may be repeated.
---
---The set is in memory, or lazy (`dnn.data.images` with lazy = true, or `{files = , Y = , shape = }`): then files are
---decoded when they are needed, and as many as fit are kept. X and Y are the same two matrices in every round, and
---views of them for a smaller batch. The same seed gives the same batches on any number of threads. An image that
---cannot be read is left out of its batch, reported once, and kept in `failures`.
---
---Errors: a set or options that do not fit; in the loop, more unreadable images than max_failures allows.
---
---```lua
---local X, Y = dnn.rand(8 * 8 * 3, 50), dnn.zeros(1, 50)
---local set = {X = X, Y = Y, shape = {8, 8, 3}}
---local augment = {horizontal_flip = 0.5, shift = 1}
---local loader = dnn.data.Loader(set, {batch_size = 25, augment = augment})
---for X, Y in loader do local rows, columns = X:size() end
---print(loader.X:size())   --> 192	25
---```
---@param set dnn.data.set
---@param options? dnn.data.Loader.Options
---@return dnn.data.Loader
function dnn.data.Loader(set, options) end

---Batches that threads prepare, for a `for` loop; `#loader` is their number in an epoch.
---@class dnn.data.Loader
---@operator len: integer
---@overload fun(state: any, last: dnn.Matrix|nil): dnn.Matrix|nil, dnn.Matrix|nil
---@field X dnn.Matrix what the loop gets as X
---@field Y dnn.Matrix what the loop gets as Y
---@field shape integer[]|false {height, width, channels} of a column of X
---@field classes string[]|false names of the labels
---@field mean number[]|false of each channel, where it normalises
---@field deviation number[]|false of each channel, where it normalises
---@field seed integer of orders and augmentations
---@field epoch integer the current or last epoch, counted from 1
---@field failures string[] why images could not be read
local loader = {}

---The next batch, as the loop will get it, in matrices of its own; `dnn.imshow(loader)` shows it.
---
---```lua
---local set = {X = dnn.ones(2, 3), Y = dnn.zeros(1, 3)}
---local loader = dnn.data.Loader(set, {batch_size = 2})
---print(loader:preview():size())   --> 2	2
---```
---@return dnn.Matrix X
---@return dnn.Matrix Y
function loader:preview() end

---X of a batch before the normalisation by channel, as images are shown.
---
---```lua
---local set = {X = dnn.rand(4, 9), Y = dnn.zeros(1, 9), shape = {2, 2, 1}}
---local loader = dnn.data.Loader(set, {normalise = true})
---for X in loader do print(loader:denormalise(X):min() >= 0) end   --> true
---```
---@param X dnn.Matrix
---@return dnn.Matrix X a copy, or X itself where there is no normalisation
function loader:denormalise(X) end

---What the loader has done so far: `waited`, the seconds that the loop waited for batches; `decoded`, the number of
---image files; `cached`, the bytes of images that it keeps.
---
---```lua
---local loader = dnn.data.Loader{X = dnn.ones(2, 3), Y = dnn.zeros(1, 3)}
---print(loader:statistics().decoded)   --> 0
---```
---@return {waited: number, decoded: integer, cached: integer}
function loader:statistics() end

---Its position, for a checkpoint, even in the middle of an epoch.
---
---```lua
---local set = {X = dnn.ones(2, 3), Y = dnn.zeros(1, 3)}
---print(dnn.data.Loader(set, {seed = 7}):state_dict().seed)   --> 7
---```
---@return table state
function loader:state_dict() end

---Restores what `state_dict` returned: the next batch is the one that would have come then. It works in the middle of a
---loop, too.
---
---Errors: a state with another number of examples, batch size, or choice of shuffle, drop_last and balanced. What is
---done to the images (augment, scale) is the script's.
---
---```lua
---local loader = dnn.data.Loader{X = dnn.ones(2, 3), Y = dnn.zeros(1, 3)}
---loader:load_state_dict(loader:state_dict())
---```
---@param state table
---@return nil
function loader:load_state_dict(state) end

---Ends its threads, as the end of a `local loader <close>` and the collector do. It may be called twice.
---
---```lua
---local loader = dnn.data.Loader{X = dnn.ones(2, 3), Y = dnn.zeros(1, 3)}
---loader:close()
---```
---@return nil
function loader:close() end
