-- The progress bar, with a clock and a terminal of the test's own.
local new_bar = require "dnn.bar".new

local function recorder()
  local written = {}
  return {
    written = written,
    write = function(_, ...)
      for _, text in ipairs {...} do written[#written + 1] = text end
    end,
    flush = function() end,
  }
end

local function bar_at(width)
  local now = {seconds = 0}
  local stream = recorder()
  local bar = new_bar {
    total = 200, label = "training", unit = "steps", width = width, stream = stream,
    clock = function() return now.seconds end,
  }
  return bar, now, stream
end

describe("a progress bar", function()
  it("shows share, rate, time left and the caller's words", function()
    local bar, now, stream = bar_at(200)
    now.seconds = 10
    bar:update(50, "cost 0.25")
    local line = table.concat(stream.written)
    for _, part in ipairs {"training", " 25 %", "50/200", "5 steps/s", "0:30 left", "cost 0.25"} do
      assert.is_truthy(line:find(part, 1, true), part .. " in " .. line)
    end
  end)

  it("draws at most ten times a second", function()
    local bar, now, stream = bar_at(200)
    bar:update(1)
    local drawn = #stream.written
    now.seconds = 0.09
    bar:update(2)
    assert.are.equal(drawn, #stream.written)
    now.seconds = 0.11
    bar:update(3)
    assert.is_true(#stream.written > drawn)
  end)

  it("never fills a line of the terminal", function()
    local bar, now = bar_at(40)
    now.seconds = 1
    assert.is_true(utf8.len(bar:line(100, ("x"):rep(80), 1)) < 40)
  end)

  it("counts where the total is not known", function()
    local open = new_bar{width = 200, stream = recorder(), clock = function() return 0 end, unit = "lines"}
    local line = open:line(50, "x", 10)
    assert.is_truthy(line:find("50 lines  5 lines/s  x", 1, true), line)
  end)

  it("leaves an empty line when it is finished", function()
    local bar, _, stream = bar_at(80)
    bar:update(1)
    bar:finish()
    assert.are.equal("\r\27[K", stream.written[#stream.written])
  end)

  it("writes nothing where there is no terminal", function()
    local stream = recorder()
    local bar = new_bar {total = 3, stream = stream, width = false}
    bar:update(1)
    bar:finish()
    assert.are.equal(0, #stream.written)
  end)
end)
