-- dnn.graph as a drawing.
local dnn = require "dnn"

local function drawing(A)
  local path = os.tmpname()
  assert.is_true(dnn.graph(A, {svg = path}))
  local file = assert(io.open(path))
  local text = file:read "a"
  file:close()
  os.remove(path)
  return text
end

-- The boxes of a drawing: left, top, width and height.
local function boxes_of(text)
  local boxes = {}
  for x, y, w, h in text:gmatch '<rect class="%w+" x="([%d.]+)" y="([%d.]+)" width="([%d.]+)" height="([%d.]+)"' do
    boxes[#boxes + 1] = {x = tonumber(x), y = tonumber(y), w = tonumber(w), h = tonumber(h)}
  end
  return boxes
end

describe("a graph as SVG", function()
  before_each(function() dnn.manual_seed(1) end)

  it("has a box for each matrix with its shape and the norm of its gradient, which stay as they were", function()
    local W, X = dnn.full(2, 3, 1):requires_grad_(), dnn.ones(3, 4)
    local cost = ((W * X) ^ 2):sum()
    local text = drawing(cost)
    for _, words in ipairs{">mm<", ">pow<", ">sum<", ">leaf<", ">constant<", ">2 x 3<", ">1 x 1<"} do
      assert.matches(words, text, 1, true)
    end
    local norm = (6 * dnn.ones(2, 4)):norm()
    assert.matches(("|grad| %.4g"):format(norm), text, 1, true)
    assert.matches(("|grad| %.4g"):format((24 * dnn.ones(2, 3)):norm()), text, 1, true)
    assert.equal(0, (W.grad or dnn.zeros(2, 3)):norm())
    cost:backward()
    assert.equal(24, W.grad(1, 1))
    assert.equal(5, #boxes_of(text))
  end)

  it("names parameters and layers, and what is not finite stands out", function()
    local m = dnn.Module("M", {
      init = function(self) self.Wq, self.out = dnn.ones(2, 2):requires_grad_(), dnn.Linear(2, 1) end,
      forward = function(self, X) return self.out(self.Wq * X):log() end,
    })()
    m.out.weight:fill_(0)
    local text = drawing(m(dnn.ones(2, 3)):sum())
    assert.matches(">Wq<", text, 1, true)
    assert.matches(">Linear%(2 %-&gt; 1%)<", text)
    assert.matches('class="bad"', text, 1, true)
  end)

  it("has no boxes that overlap, nor any outside of it", function()
    local leaves = {}
    for i = 1, 6 do leaves[i] = dnn.randn(3, 3):requires_grad_() end
    local A = leaves[1]
    for i = 1, 30 do A = (A * leaves[i % 6 + 1] + leaves[(i * 5) % 6 + 1] % A):tanh() end
    local text = drawing(A:sum())
    local width, height = text:match 'width="(%d+)" height="(%d+)"'
    local boxes = boxes_of(text)
    assert.equal(30 * 4 + 1 + 6, #boxes)
    for i, a in ipairs(boxes) do
      assert.is_true(a.x >= 0 and a.y >= 0 and a.x + a.w <= tonumber(width) and a.y + a.h <= tonumber(height))
      for j = i + 1, #boxes do
        local b = boxes[j]
        local apart = a.x + a.w <= b.x or b.x + b.w <= a.x or a.y + a.h <= b.y or b.y + b.h <= a.y
        assert.is_true(apart, ("%d and %d"):format(i, j))
      end
    end
  end)

  it("shows a matrix by itself, and one whose graph is gone", function()
    assert.equal(1, #boxes_of(drawing(dnn.ones(2, 2))))
    local x = dnn.ones(2, 2):requires_grad_()
    local cost = (x * 2):sum()
    cost:backward()
    assert.matches(">sum<", drawing(cost), 1, true)
  end)

  it("is nil and a message where the file cannot be written", function()
    local done, message = dnn.graph(dnn.ones(1, 1), {svg = "/nowhere/graph.svg"})
    assert.is_nil(done)
    assert.matches("/nowhere/graph.svg: cannot be written: No such file", message, 1, true)
    assert.has_error(function() dnn.graph(dnn.ones(1, 1), {png = "x"}) end)
  end)

  it("replaces the file whole: not one that is protected, nor what a link points to", function()
    local path, target = os.tmpname(), os.tmpname()
    assert(os.execute(("rm %s && ln -s %s %s"):format(path, target, path)))
    local done, message = dnn.graph(dnn.ones(1, 1), {svg = path})
    assert.is_nil(done)
    assert.matches("symbolic link", message, 1, true)
    assert(os.execute(("rm %s && chmod 444 %s"):format(path, target)))
    assert.is_nil((dnn.graph(dnn.ones(1, 1), {svg = target})))
    os.remove(target)
  end)
end)
