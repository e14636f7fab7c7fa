-- A progress bar on stderr with rate, time left and a word of the caller's; nothing where stderr
-- is not a terminal. dnn.progress is one for a loop.
--
--     local bar = require "dnn.bar".new {total = 2500, label = "training", unit = "steps"}
--     for i = 1, 2500 do ... bar:update(i, "cost 0.21") end
--     bar:finish()
local dnn = require "dnn"

local Bar = {}
Bar.__index = Bar

local REDRAW_SECONDS <const> = 0.1
local NARROWEST <const>, WIDEST <const> = 8, 40 -- columns of the bar itself

local function locale_is_utf8()
  local locale = os.getenv "LC_ALL" or os.getenv "LC_CTYPE" or os.getenv "LANG" or ""
  return locale:lower():find "utf%-?8" ~= nil
end

-- opts: total, nil where it is unknown; label; unit = "steps"; and for tests: stream, clock, width
-- (false: no terminal).
local function new(opts)
  local clock = opts.clock or dnn.time
  local utf8_signs = locale_is_utf8()
  local width = opts.width
  if width == nil then width = dnn.system.terminal "stderr" end
  return setmetatable({
    total = opts.total,
    label = opts.label or "",
    unit = opts.unit or "steps",
    stream = opts.stream or io.stderr,
    clock = clock,
    width = width,
    full = utf8_signs and "━" or "#",
    empty = utf8_signs and "╌" or ".",
    started = clock(),
    drawn = -math.huge,
    shown = false,
  }, Bar)
end

local function duration(seconds)
  local s = math.ceil(seconds)
  if s < 3600 then return ("%d:%02d"):format(s // 60, s % 60) end
  return ("%d:%02d:%02d"):format(s // 3600, s // 60 % 60, s % 60)
end

-- "834", "8.3", "0.083": three digits that matter.
local function figure(x)
  return x >= 100 and ("%.0f"):format(x) or ("%.3g"):format(x)
end

-- The line for n of the total after `elapsed` seconds: the bar takes the room that the words leave,
-- and what does not fit into the width is cut.
function Bar:line(n, text, elapsed)
  local total = self.total
  local share = not total and 0 or total > 0 and math.min(n / total, 1) or 1
  local parts = total and {("%3d %%"):format(math.floor(share * 100)), ("%d/%d"):format(n, total)}
    or {("%d %s"):format(n, self.unit)}
  if n > 0 and elapsed > 0 then
    local rate = n / elapsed
    parts[#parts + 1] = ("%s %s/s"):format(figure(rate), self.unit)
    parts[#parts + 1] = total and duration(math.max(total - n, 0) / rate) .. " left" or nil
  end
  parts[#parts + 1] = text
  local words = table.concat(parts, "  ")

  local room = self.width - utf8.len(self.label) - (utf8.len(words) or #words) - 5
  local columns = math.max(NARROWEST, math.min(room, WIDEST))
  local filled = math.floor(share * columns)
  local bar = self.full:rep(filled) .. self.empty:rep(columns - filled)
  local line = self.label .. "  " .. bar .. "  " .. words
  local length = utf8.len(line)
  if length and length >= self.width then
    line = line:sub(1, utf8.offset(line, self.width) - 1)
  end
  return line
end

-- n are done now. Draws at most ten times a second, so that it may be called at every step; text may be a function
-- that gives it.
function Bar:update(n, text)
  if not self.width then return end
  local now = self.clock()
  if now - self.drawn < REDRAW_SECONDS then return end
  self.drawn = now
  self.shown = true
  if type(text) == "function" then text = text() end
  self.stream:write("\r\27[K", self:line(n, text, now - self.started))
  self.stream:flush()
end

-- Takes the bar off the screen.
function Bar:finish()
  if not self.shown then return end
  self.shown = false
  self.stream:write "\r\27[K"
  self.stream:flush()
end

-- Seconds since it was made.
function Bar:elapsed()
  return self.clock() - self.started
end

-- Prints a line on standard output without leaving bits of the bar in it; the next update draws it
-- again.
function Bar:print(line)
  self:finish()
  self.drawn = -math.huge
  print(line)
  io.stdout:flush()
end

return {new = new}
