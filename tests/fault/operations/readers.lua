-- Every reader of data, and what writes it.
local dnn = require "dnn"

local SEEDS <const> = "tests/fuzz/seeds/"

return function(operation, _, path)
  local image = dnn.rand(3 * 8 * 8, 1)
  local function reads(name, read, ...)
    local arguments = table.pack(...)
    operation(name, {run = function() return read(table.unpack(arguments, 1, arguments.n)) end})
  end

  operation("image written", {run = function() return dnn.data.write_png(path "image.png", image, 8, 8) end})
  assert(dnn.data.write_png(path "image.png", image, 8, 8))
  reads("PNG read", dnn.data.read_image, path "image.png")
  for _, row in ipairs{{"JPEG", "jpeg_420"}, {"WebP", "webp_lossy"}, {"GIF", "gif"}, {"BMP", "bmp_8"}} do
    reads(row[1] .. " read", dnn.data.read_image, SEEDS .. "image/" .. row[2])
  end

  for _, class in ipairs{"cat", "dog"} do
    assert(dnn.system.make_folder(path("photos/" .. class)))
    for i = 1, 2 do assert(dnn.data.write_png(path(("photos/%s/%d.png"):format(class, i)), image, 8, 8)) end
  end
  reads("folder of images read", dnn.data.images, path "photos", {size = 8, progress = false})

  local table_of = {X = dnn.randn(3, 20), names = {"a", "b", "c"}}
  operation("CSV written", {run = function() return dnn.data.write_csv(path "written.csv", table_of) end})
  assert(dnn.data.write_csv(path "table.csv", table_of))
  reads("CSV read", dnn.data.csv, path "table.csv")
  local texts <close> = assert(io.open(path "texts.csv", "w"))
  texts:write("name,x,class\nanna,1.5,cat\n\"b, c\",2,dog\n"):flush()
  reads("CSV with texts read", dnn.data.csv, path "texts.csv", {label = "class", columns = {"x"}})
  operation("npy written", {run = function() return dnn.data.write_npy(path "written.npy", dnn.ones(3, 2)) end})
  assert(dnn.data.write_npy(path "array.npy", dnn.ones(3, 2)))
  reads("npy read", dnn.data.npy, path "array.npy")
  reads("npz read", dnn.data.npz, SEEDS .. "npz/deflated")
  reads("IDX read", dnn.data.idx, SEEDS .. "idx/images")
  reads("gzipped IDX read", dnn.data.idx, SEEDS .. "idx/gzipped")
  reads("safetensors of others read", dnn.load, SEEDS .. "safetensors/every_type")

  -- All datasets of a file as text, which must be the same whenever it is read. The library takes EINTR for an error;
  -- its process has no handlers of signals, so there is none. The library sometimes takes a lack of memory for
  -- damage.
  local function read_hdf5(name)
    local file <close>, message = dnn.data.hdf5(SEEDS .. "hdf5/" .. name)
    if message then return nil, message end
    local parts = {}
    for i, dataset in ipairs(file:names()) do
      local value, why = file:read(dataset)
      if why then return nil, why end
      parts[i] = dataset .. " " .. (type(value) == "table" and table.concat(value, ",") or value:sum())
    end
    return table.concat(parts, "\n")
  end
  for _, name in ipairs{"axes", "texts"} do
    local whole = assert(read_hdf5(name))
    operation("HDF5 read: " .. name, {stride = 53, no_signals = true, words = "the HDF5 file is", run = function()
      local got, message = read_hdf5(name)
      assert(got == nil or got == whole, "something else was read")
      return got, message
    end})
  end
end
