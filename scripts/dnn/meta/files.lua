---@meta _

-- # Files of numbers
--
-- Every reader here follows one rule: the first axis counts examples and becomes columns, the others are flattened into
-- rows in the file's order; a vector becomes 1 x n. The shape in the file is returned beside the matrix.
--
-- uint8, float32 and float64 keep their type; float16 becomes float32; booleans and whole numbers of up to 31 bits and
-- a sign become int32, larger ones float64. A whole number that does not fit float64 exactly is an error that names it.
--
-- A faulty file gives nil and a message with the file, the place, and what was expected. For a file of another kind,
-- the message says which. No file can run code: pickles are refused. What a header claims is checked against the file's
-- size before memory is allocated, and compressed files that would unpack to more than 1 GiB and more than 100 times
-- their size, an archive with all its arrays together, are refused unless the option `max_bytes` allows it.

---@class dnn
local dnn = {}

---@class dnn.data
dnn.data = {}

-- ## CSV files

---@class dnn.data.csv.Options
---@field label? string|integer name or number of the column that becomes Y; no Y by default
---@field columns? (string|integer)[] names or numbers of the columns of X, in their order; all others by default
---@field header? boolean whether the first line holds names; by default it does if none of its fields is a number
---@field delimiter? string one character between fields, " " for any blanks; by default detected, among tab ; | , and blanks
---@field decimal? "."|"," the decimal sign; by default detected
---@field missing? number|"mean"|"skip" what replaces a missing value: a number, or the mean of its column; "skip" leaves its line out; by default it is an error
---@field dtype? "float32"|"float64" type of X and Y; that of `dnn.set_default_dtype` by default
---@field max_bytes? integer bytes that a gzipped file may unpack to

---A table from a CSV file; also a set of examples for `dnn.data.split` and `dnn.data.batches`.
---@class dnn.data.csv
---@field X dnn.Matrix a row for each column of the file, a column for each line
---@field Y dnn.Matrix|nil 1 x m, the label: its numbers, or the number 1..C of its class
---@field names string[] names of X's rows
---@field label string|nil name of the label
---@field classes string[]|nil where the label is text, its classes, sorted
---@field categories table<string, string[]>|nil the sorted strings of X's text columns, by name

---Reads a CSV file, plain or gzipped.
---
---Header and delimiter are detected. Fields may be quoted, with only blanks after the quotes, line ends may be of
---any kind, and a byte order mark is skipped. A column holds numbers, or strings where its first value is not a number: a string becomes the number of its
---class, 1..C in the order of their bytes. Numbers are decimal: 0x10 and 1_000 are strings, as in pandas. Empty fields, NA,
---N/A, NaN, null, None and ? count as missing. Of several columns named price the second is named price.1, the third
---price.2, as in pandas; the first is chosen by its number, not as price.
---
---Errors: nil and a message with file, line and column for a column that does not exist or whose name others have too, a
---line with too few or too many fields, text after the quotes of a field, a string where a number is expected, a number that would become infinite, or a
---missing value.
---
---```lua
---local file = assert(io.open("iris.csv", "w"))
---file:write("petal,species\n1.4,setosa\n4.7,versicolor\n"):close()
---local data = assert(dnn.data.csv("iris.csv", {label = "species"}))
---print(data.X:size())                   --> 1	2
---print(data.Y(1, 2), data.classes[2])   --> 2.0	versicolor
---```
---@param path string
---@param options? dnn.data.csv.Options
---@return dnn.data.csv|nil data
---@return string|nil message why not
function dnn.data.csv(path, options) end

---@class dnn.data.write_csv.Options
---@field names? string[] of the rows of X, for the first line; the data's own by default, no first line without any
---@field delimiter? string one character between fields, "," by default

---Writes a matrix, or what `dnn.data.csv` returned, as a CSV file: each column becomes a line.
---
---Numbers read back exactly, except NaN, which counts as missing. Classes are written by name.
---
---Errors: names that are not one per row of X, a Y with another number of columns. Nil and a message where the file
---cannot be written; the old one stays intact.
---
---```lua
---local points = dnn.Matrix{{1, 2}, {0.5, -3}}
---assert(dnn.data.write_csv("points.csv", points, {names = {"x", "y"}}))
---for line in io.lines "points.csv" do print(line) end
-----> x,y
-----> 1,0.5
-----> 2,-3
---```
---@param path string
---@param data dnn.Matrix|dnn.data.csv|dnn.data.set
---@param options? dnn.data.write_csv.Options
---@return true|nil written
---@return string|nil message why not
function dnn.data.write_csv(path, data, options) end

-- ## NumPy's files

---@class dnn.data.npy.Options
---@field max_bytes? integer bytes that a compressed file may unpack to

---Reads a .npy file, as NumPy's `save` writes it: both orders, both byte orders, all numbers and booleans.
---
---Errors: nil and a message, also for objects (which are pickled and could run code), text, complex numbers and
---records.
---
---```lua
---assert(dnn.data.write_npy("a.npy", dnn.Matrix{{1, 2}, {3, 4}, {5, 6}}))
---local A, shape = assert(dnn.data.npy "a.npy")
---print(A(3, 1), table.concat(shape, " x "))   --> 5.0	2 x 3
---```
---@param path string
---@param options? dnn.data.npy.Options
---@return dnn.Matrix|nil matrix
---@return integer[]|string shape in the file, or the message
function dnn.data.npy(path, options) end

---@class dnn.data.npz.Options
---@field names? string[] the arrays to read; all by default
---@field max_bytes? integer bytes that the compressed arrays that are read may unpack to, all together

---Reads a .npz archive, as NumPy's `savez` and `savez_compressed` write it.
---
---An array that a Matrix cannot hold (objects, text) is left out, and using its name is an error that says why.
---
---Errors: nil and a message where the archive is something else or damaged, and where one of `names` cannot be read.
---
---```lua
---local arrays = dnn.data.npz "mnist.npz"
---if arrays then print(arrays.x_train:size()) end
---```
---@param path string
---@param options? dnn.data.npz.Options
---@return table<string, dnn.Matrix>|nil arrays by name
---@return table<string, integer[]>|string shapes in the file by name, or the message
function dnn.data.npz(path, options) end

---@class dnn.data.write_npy.Options
---@field shape? integer[] axes in the file, the first as long as A has columns; {cols, rows} by default, {cols} of a row

---Writes a matrix as a .npy file, whose first axis is the columns; `dnn.data.npy` reads the same matrix back.
---
---Errors: a shape of another number of elements. Nil and a message where the file cannot be written; the old one stays
---intact.
---
---```lua
---local images = dnn.zeros(12, 5, {dtype = "uint8"})
---assert(dnn.data.write_npy("images.npy", images, {shape = {5, 2, 2, 3}}))
---```
---@param path string
---@param A dnn.Matrix
---@param options? dnn.data.write_npy.Options
---@return true|nil written
---@return string|nil message why not
function dnn.data.write_npy(path, A, options) end

-- ## IDX files, MNIST and CIFAR-10

---@class dnn.data.idx.Options
---@field max_bytes? integer bytes that a gzipped file may unpack to

---Reads an IDX file, plain or gzipped, the format of MNIST.
---
---Errors: nil and a message where it is something else, cut short, or longer than its header says.
---
---```lua
---local labels, message = dnn.data.idx "train-labels-idx1-ubyte.gz"
---print(labels, message ~= nil)   --> nil	true
---```
---@param path string
---@param options? dnn.data.idx.Options
---@return dnn.Matrix|nil matrix
---@return integer[]|string shape in the file, or the message
function dnn.data.idx(path, options) end

---@class dnn.data.mnist.Options
---@field normalise? boolean whether X is in 0..1, true by default; false: in 0..255
---@field dtype? "float32"|"float64" type of X and Y; that of `dnn.set_default_dtype` by default

---What `dnn.data.mnist` and `dnn.data.cifar10` return.
---@class dnn.data.mnist
---@field train dnn.data.set raw holds the bytes, Y the labels 1..C
---@field test dnn.data.set
---@field classes string[] names of the classes: for MNIST the digits, so that label 1 is "0"
---@field width integer of the images
---@field height integer of the images
---@field channels 1|3

---Reads MNIST, or a collection in the same form (Fashion-MNIST), from its four files, plain or gzipped, in a folder.
---
---Errors: nil and a message where a file is missing or damaged.
---
---```lua
---local data = dnn.data.mnist "mnist"
---local batches = data and dnn.data.batches(data.train, {size = 64})
---```
---@param folder string
---@param options? dnn.data.mnist.Options
---@return dnn.data.mnist|nil data
---@return string|nil message why not
function dnn.data.mnist(folder, options) end

---@class dnn.data.cifar10.Options
---@field normalise? boolean whether X is in 0..1, true by default; false: in 0..255
---@field dtype? "float32"|"float64" type of X and Y; that of `dnn.set_default_dtype` by default

---Reads CIFAR-10 in its binary version from a folder that holds data_batch_1.bin to data_batch_5.bin and
---test_batch.bin, or has them in its folder cifar-10-batches-bin.
---
---Errors: nil and a message where a file is missing or damaged.
---
---```lua
---local data = dnn.data.cifar10 "cifar"
---if data then print(data.train.raw:size()) end
---```
---@param folder string
---@param options? dnn.data.cifar10.Options
---@return dnn.data.mnist|nil data
---@return string|nil message why not
function dnn.data.cifar10(folder, options) end

-- ## Bytes

---A Matrix from a string of its elements' bytes, column after column, in this machine's byte order.
---
---Errors: a string that is not as long as rows * cols elements.
---
---```lua
---local A = dnn.frombytes(string.pack("<ffff", 1, 2, 3, 4), "float32", 2, 2)
---print(A(1, 2))   --> 3.0
---```
---@param bytes string
---@param dtype dnn.Dtype
---@param rows integer
---@param cols integer
---@return dnn.Matrix
function dnn.frombytes(bytes, dtype, rows, cols) end

---@class dnn.Matrix
local A = {}

---The elements as a string of bytes, column after column, in this machine's byte order.
---
---```lua
---local A = dnn.Matrix({{1, 2}}, {dtype = "uint8"})
---print(#A:tobytes(), A:tobytes() == "\1\2")   --> 2	true
---```
---@return string bytes
function A:tobytes() end
