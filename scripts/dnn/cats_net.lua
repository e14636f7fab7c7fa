-- The convolutional network of train_cats.lua, whose first convolutions transfer.lua takes over.
local dnn = require "dnn"

local cats_net = {}

-- A convolution whose output has mean 0 and variance 1, and ReLU.
local function block(from, to, kernel, stride)
  return dnn.Conv2d(from, to, kernel or 3, {padding = (kernel or 3) // 2, stride = stride or 1, bias = false}),
    dnn.BatchNorm2d(to), dnn.ReLU()
end

local function list(...)
  local layers = {}
  for _, part in ipairs{...} do table.move(part, 1, #part, #layers + 1, layers) end
  return layers
end

-- Images of `size` x `size` pixels and 3 colours become how sure the network is of the first class. Layer 1 is the
-- body, all convolutions: it makes 192 numbers of each 16 x 16 pixels. The head looks at their means.
function cats_net.new(size, options)
  local body = dnn.Sequential(list(
    {block(3, 24, 5, 2)},
    {block(24, 48)}, {dnn.MaxPool2d(2)},
    {block(48, 96)}, {dnn.MaxPool2d(2)},
    {dnn.Residual(list({block(96, 96)}, {block(96, 96)}))},
    {block(96, 192)}, {dnn.MaxPool2d(2)},
    {dnn.Residual(list({block(192, 192)}, {block(192, 192)}))}))
  return dnn.Sequential({
    dnn.Input(size, size, 3), body, dnn.GlobalAvgPool(), dnn.Dropout(0.2), dnn.Linear(192, 1), dnn.Sigmoid(),
  }, options)
end

-- The network, deciding by the mean of what it says of an image and of its mirror image.
function cats_net.with_mirror_images(net, size)
  local function mirrored(X)
    local lines = size * X.cols -- of pixels, and each is read from its end
    local pixels = size * dnn.arange(0, lines - 1):reshape(1, lines) + dnn.arange(size, 1, -1):reshape(size, 1)
    return X:reshape(3, #X // 3):gather(pixels:reshape(#pixels, 1)):reshape(X.rows, X.cols)
  end
  local function predict(_, X)
    return (net:predict(X) + net:predict(mirrored(X))) / 2
  end
  return {predict = predict}
end

-- What transfer.lua takes over of the body: its first layers, as far as the first residual block. They see edges, fur
-- and eyes; the later ones know little but cats and dogs.
cats_net.TAKEN = 12

-- Whether a value is one of those layers', by its name in files.
function cats_net.is_taken(name)
  local layer = name:match "^0%.(%d+)%."
  return layer ~= nil and tonumber(layer) < cats_net.TAKEN
end

return cats_net
