-- dnn.plot, dnn.hist and dnn.imshow: what they draw in the terminal and in files, and what they say when they
-- cannot.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local drawing = require "drawing"
local program = require "program"

local drawn, lines_of, raises, holds, lacks, size_of_png =
  drawing.drawn, drawing.lines_of, drawing.raises, drawing.holds, drawing.lacks, drawing.size_of_png
local small <const> = {60, 14}

describe("a picture in the terminal", function()
  it("has the size that was asked for, its words, and the extremes at its axes", function()
    local text, result = drawn(dnn.plot, {3, 1, 2, 5, 4}, {
      title = "Five", x_label = "place", y_label = "number", size = {70, 16},
    })
    assert.is_nil(result)
    local lines = lines_of(text)
    assert.equal(16, #lines)
    for _, line in ipairs(lines) do assert.is_true(utf8.len(line) <= 70, line) end
    assert.matches("^%s+Five$", lines[1])
    assert.matches("^%s+number$", lines[2])
    assert.matches("^%s+place$", lines[16])
    assert.matches("5%s*│", text)
    assert.matches("1%s*│", text)
    assert.matches("1%s+2%s+3%s+4%s+5\n", text)
  end)

  it("fits the terminal when no size is given", function()
    local script = 'io.stdout:write("before\\n"); require "dnn".plot{1, 2, 3}; print "after"'
    local out, err = program.run("-e " .. program.quote(script), nil, "COLUMNS=100 LINES=30")
    assert.equal("", err)
    local lines = lines_of(out)
    assert.equal("before", lines[1])
    assert.equal("after", lines[#lines])
    assert.equal(25 + 2, #lines)
    local widest = 0
    for _, line in ipairs(lines) do widest = math.max(widest, utf8.len(line)) end
    assert.is_true(widest > 90 and widest <= 100, widest)
  end)

  it("has no colours where the output is not a terminal, unless CLICOLOR_FORCE is set", function()
    local script = program.quote 'require "dnn".plot({1, 2, 3}, {size = {40, 10}})'
    local plain = program.run("-e " .. script)
    lacks(plain, "\27")
    local forced = program.run("-e " .. script, nil, "CLICOLOR_FORCE=1 COLORTERM=truecolor")
    holds(forced, "\27[38;2;")
    assert.equal(plain, (forced:gsub("\27%[[%d;]*m", "")))
    holds(program.run("-e " .. script, nil, "CLICOLOR_FORCE=1 COLORTERM= TERM=xterm"), "\27[38;5;")
    assert.equal(plain, program.run("-e " .. script, nil, "CLICOLOR_FORCE=1 NO_COLOR=1"))
  end)

  it("looks as README shows it", function()
    local code, picture = program.read_all("README.md"):match "```lua\n(x = dnn%.linspace.-)```\n\n```\n(.-)```"
    assert.equal(picture, (drawn(assert(load(code, "=README.md", "t", {dnn = dnn})))))
  end)

  it("is drawn from stock lua5.4 too", function()
    if not program.lua_loads_module then return end
    local build = os.getenv "DNN_BUILD" or "build"
    local out, err, status = program.shell(("env 'LUA_PATH=%s/share/lua/5.4/?.lua;%s/share/lua/5.4/?/init.lua' "
      .. "'LUA_CPATH=%s/lib/lua/5.4/?.so' lua5.4 -e %s"):format(build, build, build,
      program.quote 'require "dnn".plot({1, 2, 3}, {title = "stock"})'))
    assert.equal("", err)
    assert.equal(0, status)
    holds(out, "stock")
  end)
end)

describe("dnn.plot", function()
  it("takes a table, a vector, a row, or the columns of a matrix", function()
    local values = {1, 4, 9, 16}
    local text = drawn(dnn.plot, values, {size = small})
    assert.equal(text, (drawn(dnn.plot, dnn.Matrix(values), {size = small})))
    assert.equal(text, (drawn(dnn.plot, dnn.Matrix(values):t(), {size = small})))
    assert.equal(text, (drawn(dnn.plot, {1, 2, 3, 4}, values, {size = small})))
    assert.equal(text, (drawn(dnn.plot, {values, size = small})))
    assert.equal(text, (drawn(dnn.plot, {1, 4, 9, 16, size = small})))
    local two = drawn(dnn.plot, dnn.Matrix{{1, 2}, {3, 4}}, {names = {"left", "right"}, size = small})
    holds(two, "left")
    holds(two, "right")
  end)

  it("names its series", function()
    local text = drawn(dnn.plot, {{1, 2, 3}, {{3, 2, 1}, name = "falling"}, size = small})
    holds(text, " 1 ")
    holds(text, "falling")
    holds(drawn(dnn.plot, {{dnn.ones(3, 2), name = "W"}, size = small}), "W 2")
    holds(drawn(dnn.plot, {{1, 2, 3, name = "rising"}, {3, 2}, size = small}), "rising")
    holds(drawn(dnn.hist, {{1, 2, 3, name = "ours"}, {2, 3, name = "theirs"}, size = small}), "theirs")
  end)

  it("shows a single spike among a million points", function()
    local y = dnn.zeros(1000000, 1)
    y:set(543210, 1, 1)
    local text = drawn(dnn.plot, y, {size = {80, 20}})
    local column, height = 0, 0
    for _, line in ipairs(lines_of(text)) do
      local blanks = line:match "│( +)[⠀-⣿]+$"
      if blanks then column, height = #blanks, height + 1 end
    end
    assert.is_true(height >= 17, text) -- from the bottom to the top
    assert.is_true(math.abs(column / 74 - 0.543) < 0.03, column)
  end)

  it("keeps x exact where float32 would not", function()
    local text = drawn(dnn.plot, {1e9 + 1, 1e9 + 2, 1e9 + 3}, {1, 2, 3}, {size = {80, 12}})
    local _, dots = text:gsub("[⠀-⣿]", "")
    assert.is_true(dots > 60, text)
  end)

  it("draws an x that goes back and forth", function()
    local t = dnn.linspace(0, 2 * math.pi, 100)
    local x, y = {}, {}
    for i = 1, 100 do x[i], y[i] = math.cos(t(i, 1)), math.sin(t(i, 1)) end
    local text = drawn(dnn.plot, x, y, {size = {40, 20}})
    local wide = 0
    for _, line in ipairs(lines_of(text)) do
      if line:find "│%s*[⠀-⣿]+%s%s%s%s%s%s+[⠀-⣿]" then wide = wide + 1 end
    end
    assert.is_true(wide > 8, text) -- both sides of a circle
  end)

  it("has logarithmic axes, and says what they leave out", function()
    local text = drawn(dnn.plot, {1e-6, 1e-3, 1, 0, -1}, {y_scale = "log", size = {80, 16}})
    holds(text, "10⁻⁶")
    holds(text, "2 values ≤ 0 not shown")
    holds(drawn(dnn.plot, {1, 10, 1000}, {1, 2, 3}, {x_scale = "log", size = {80, 16}}), "100")
  end)

  it("leaves gaps for values that are not finite, and says so", function()
    local text = drawn(dnn.plot, {1, 2, 0 / 0, 3, 1 / 0, 4}, {size = {70, 14}})
    holds(text, "2 values are not finite")
    local _, marks = text:gsub("▼", "")
    assert.equal(2, marks)
    holds(drawn(dnn.plot, {0 / 0, 0 / 0}, {size = small}), "no finite values")
  end)

  it("draws bands, error bars, colours and notes", function()
    local path = os.tmpname()
    local y = dnn.Matrix{1, 3, 2}
    assert.is_true((dnn.plot({{y, band = {0.1, 0.2, 0.3}, name = "band"}, {y, error = {0.2, 0.2, 0.2}},
      {y, color = {5, 6, 7}}}, {svg = path, notes = {{2, 3, "the best"}}})))
    local svg = program.read_all(path)
    os.remove(path)
    holds(svg, "the best")
    holds(svg, "6.5") -- of the scale of colours
  end)

  it("teaches who uses it wrongly", function()
    raises("dnn.plot: band has 2 values and series 1 has 3: they must have the same length",
      dnn.plot, {{{1, 2, 3}, band = {1, 2}}})
    raises("dnn.plot: a series has a band or error bars, not both",
      dnn.plot, {{{1, 2}, band = {1, 2}, error = {1, 2}}})
    raises("dnn.plot: color is for points, not lines", dnn.plot, {{{1, 2}, color = {1, 2}, style = "lines"}})
    raises("dnn.plot: notes must be a table of at most 100 {x, y, text}", dnn.plot, {1, 2}, {notes = {{1, "a"}}})
    raises("dnn.plot: y must be a Matrix or a table of numbers, got nil", dnn.plot)
    raises("dnn.plot: y must be a Matrix or a table of numbers, got 'a'", dnn.plot, "a")
    raises("dnn.plot: expected series, got an empty table: there is nothing to draw", dnn.plot, {})
    raises("dnn.plot: y is empty (0 x 2): there is nothing to draw", dnn.plot, dnn.zeros(0, 2))
    raises("dnn.plot: y must contain numbers, got 'b' at index 2", dnn.plot, {1, "b"})
    raises("dnn.plot: y must contain numbers alone, got 'name' beside them", dnn.plot, {1, 2}, {1, 2, name = "a"})
    raises("dnn.hist: the values must contain numbers alone, got 'name'", dnn.hist, {1, name = "a"}, {bins = 2})
    raises("dnn.plot: names must be a table of strings, one for each series; got 1 for 2", dnn.plot, dnn.ones(3, 2),
      {names = {"a"}})
    raises("dnn.plot: x has 2 values and y has 3: they must have the same length", dnn.plot, {1, 2}, {1, 2, 3})
    raises("dnn.plot: unknown option 'titel'; known: names, notes, png", dnn.plot, {1, 2}, {titel = "a"})
    raises("dnn.plot: series 2: unknown option 'nam'; known: name, style", dnn.plot, {{1}, {{2}, nam = "b"}})
    raises("dnn.plot: series 1 must be a Matrix, a table of numbers or {x, y, name = }, got an empty table",
      dnn.plot, {{}, {1}})
    raises("y is 3 x 100, and each column is a series: more than 50 cannot be distinguished (y:t() makes",
      dnn.plot, dnn.zeros(3, 100))
    raises("dnn.plot: y_scale must be 'linear', 'log' or 'symlog', got 'cubic'", dnn.plot, {1}, {y_scale = "cubic"})
    raises("dnn.plot: size must be a width and a height, {80, 20}", dnn.plot, {1}, {size = {3, 4}})
  end)
end)

describe("dnn.hist", function()
  it("counts every element once, and gives whole numbers a bin each", function()
    local path = os.tmpname()
    local matrix = dnn.Matrix{{1, 2, 2}, {3, 3, 3}}
    assert.is_true((dnn.hist(matrix, {svg = path})))
    local svg = program.read_all(path)
    os.remove(path)
    holds(svg, "count")
    local text = drawn(dnn.hist, matrix, {size = {60, 16}})
    local _, highest = lines_of(text)[4]:gsub("█", "")
    local _, all = lines_of(text)[14]:gsub("█", "")
    assert.is_true(highest > 10 and highest < 25, text) -- the 3s alone reach the top
    assert.is_true(all > 45, text)                      -- all three bars are on the axis
  end)

  it("lays several over each other, with a legend", function()
    local text = drawn(dnn.hist, {{dnn.Matrix{1, 2, 3}, name = "before"}, {{2, 3, 4}, name = "after"}, size = small})
    holds(text, "before")
    holds(text, "after")
  end)

  it("says how many values are not finite", function()
    holds(drawn(dnn.hist, {1, 2, 0 / 0, 1 / 0}, {size = small}), "2 values are not finite")
  end)

  it("teaches who uses it wrongly", function()
    raises("dnn.hist: the values must be a Matrix or a table of numbers, got nil", dnn.hist)
    raises("dnn.hist: expected numbers, got an empty table: there is nothing to count", dnn.hist, {})
    raises("dnn.hist: bins must be a whole number from 1 to 10000, got 0", dnn.hist, {1, 2}, {bins = 0})
    raises("dnn.hist: unknown option 'style'", dnn.hist, {1, 2}, {style = "points"})
  end)
end)

describe("dnn.imshow", function()
  it("shows a matrix row by row, with its extremes beside the colours", function()
    local text = drawn(dnn.imshow, {{0, 10}, {20, 30}}, {title = "four", size = {60, 14}})
    holds(text, "four")
    holds(text, "2 × 2")
    holds(text, "30")
    local first = lines_of(text)[3]
    assert.is_true(first:find("░", 1, true) < (first:find("▓", 1, true) or math.huge))
    holds(text, "███")
  end)

  it("numbers rows and columns without decimals", function()
    local text = drawn(dnn.imshow, dnn.eye(6), {size = {60, 14}})
    holds(text, "\n  1 ████")
    assert.is_nil(text:find("6.0", 1, true))
  end)

  it("shows a column of bytes as a picture, two pixels a character", function()
    local picture = dnn.Matrix({255, 0, 0, 0, 0, 255, 0, 255, 0, 255, 255, 255}, {dtype = "uint8"})
    local path = os.tmpname()
    assert.is_true((dnn.imshow(picture, {png = path, size = {200, 200}})))
    local width, height = size_of_png(path)
    os.remove(path)
    assert.same({200, 200}, {width, height})
    local text = drawn(dnn.imshow, picture, {size = {40, 8}})
    assert.equal(8, #lines_of(text))
  end)

  it("shows the first columns of a set with their labels", function()
    local set = {raw = dnn.zeros(12, 40):byte(), Y = dnn.arange(1, 40):t()}
    local text = drawn(dnn.imshow, set, {count = 3, size = {70, 12}})
    assert.matches("1 +2 +3", text)
    lacks(text, "4")
  end)

  it("takes floats from 0 to 1, and beyond it by their range", function()
    local grey = {width = 2, height = 1, size = {40, 6}}
    assert.equal(drawn(dnn.imshow, dnn.Matrix{0, 1}, grey), (drawn(dnn.imshow, dnn.Matrix{-5, 5}, grey)))
  end)

  it("teaches who uses it wrongly", function()
    raises("dnn.imshow: expected a Matrix, a table of rows or a set, got 3", dnn.imshow, 3)
    raises("dnn.imshow: low must be below high, got 1 and 0", dnn.imshow, dnn.eye(2), {low = 1, high = 0})
    raises("dnn.imshow: the matrix is empty (0 x 2): there is nothing to draw", dnn.imshow, dnn.zeros(0, 2))
    raises("dnn.imshow: a column of 7 rows is not a square image of 1 or 3 channels; expected width x height",
      dnn.imshow, dnn.zeros(7, 2):byte())
    raises("dnn.imshow: a column of 7 rows is not an image of 3 x 2 pixels", dnn.imshow, dnn.zeros(7, 2),
      {width = 3, height = 2})
    raises("dnn.imshow: Matrix: row 2 has 1 numbers, row 1 has 2", dnn.imshow, {{1, 2}, {3}})
  end)
end)

describe("a picture in a file", function()
  local folder

  before_each(function() folder = program.folder() end)
  after_each(function() program.remove(folder) end)

  it("is a PNG of the size that was asked for, in pixels by `scale`", function()
    local path = folder .. "/a.png"
    local text, done = drawn(dnn.plot, {1, 2, 3}, {png = path, size = {300, 200}, scale = 2})
    assert.equal("", text)
    assert.is_true(done)
    local width, height = size_of_png(path)
    assert.same({600, 400}, {width, height})
  end)

  it("is an SVG that holds the words", function()
    local path = folder .. "/a.svg"
    assert.is_true((dnn.plot({1, 2, 3}, {svg = path, title = "a < b & c", y_label = "cost"})))
    local svg = program.read_all(path)
    assert.matches("^<%?xml", svg)
    holds(svg, "</svg>")
    holds(svg, "a &lt; b &amp; c")
    holds(svg, "cost")
  end)

  it("that cannot be written is nil and a message", function()
    local done, message = dnn.plot({1, 2}, {png = folder .. "/nowhere/a.png"})
    assert.is_nil(done)
    assert.equal(("dnn.plot: %s/nowhere/a.png: cannot be written: No such file or directory"):format(folder), message)
  end)

  it("without dnnview is nil and a message", function()
    local out = program.run("-e " .. program.quote 'print(require "dnn".plot{1, 2})', nil, "DNNVIEW=/nowhere/dnnview")
    assert.equal("nil\tdnn.plot: /nowhere/dnnview cannot be started: No such file or directory\n", out)
  end)

  it("or a window leaves no files", function()
    local script = program.quote 'require "dnn".plot{1, 2}; require "dnn".imshow(require "dnn".eye(3))'
    local _, err = program.run("-e " .. script, nil, "TMPDIR=" .. program.quote(folder))
    assert.equal("", err)
    assert.equal("", (program.shell("ls " .. program.quote(folder))))
  end)
end)

describe("a window", function()
  it("without a display is nil and a message that says what goes", function()
    local out = program.run("-e " .. program.quote 'print(require "dnn".plot({1, 2}, {window = true}))', nil,
      "-u DISPLAY -u WAYLAND_DISPLAY")
    assert.matches("^nil\tdnn.plot: no display for a window", out)
    holds(out, 'with png = "a.png" in a file')
  end)

  it("is dnnview on the same figure, which is not waited for", function()
    local folder, write = program.folder()
    local viewer = write("dnnview", '#!/bin/sh\necho "$@" >"$0.arguments"\ncat >"$0.figure"\nsleep 1\n: >"$0.done"\n')
    assert(os.execute("chmod +x " .. program.quote(viewer)))
    local script = 'local dnn = require "dnn"; print(dnn.plot({1, 2}, {window = true, title = "w"}));'
      .. 'print(io.open(os.getenv "DNNVIEW" .. ".done") == nil)'
    local out, err = program.run("-e " .. program.quote(script), nil, "DISPLAY=:9 DNNVIEW=" .. program.quote(viewer))
    assert.equal("", err)
    assert.equal("true\ntrue\n", out)
    program.shell(("i=0; until [ -e %s.done ] || [ $i = 50 ]; do sleep 0.1; i=$((i+1)); done"):format(viewer))
    assert.equal("--figure -\n", program.read_all(viewer .. ".arguments"))
    local figure = program.read_all(viewer .. ".figure")
    assert.equal("dnnview figure 1\ntitle w\nx_scale linear\ny_scale linear\nlines 2 \n\n"
      .. ("<dddd"):pack(1, 2, 1, 2), figure)
    program.remove(folder)
  end)
end)

describe("dnnview --figure", function()
  local dnnview <const> = program.quote((os.getenv "DNN_BUILD" or "build") .. "/bin/dnnview")

  it("reads a file or standard input", function()
    local folder, write = program.folder()
    local figure = "dnnview figure 1\ntitle Read\nlines 2 a\n\n" .. ("<dddd"):pack(0, 1, 0, 1)
    local path = write("a.figure", figure)
    local of_file = program.shell(dnnview .. " --text --size 40x8 --figure " .. path)
    holds(of_file, "Read")
    assert.equal(of_file, (program.shell(dnnview .. " --text --size 40x8 --figure -", figure)))
    local words = program.shell(dnnview .. " --text --all --size 40x8 --figure -", figure)
    holds(words, (of_file:gsub("\n+$", "")))
    holds(words, "a: 2 points, x from 0 to 1, y from 0 to 1, last 1 at 1")
    program.remove(folder)
  end)

  it("names what is wrong with it", function()
    local function said(arguments, input)
      local _, err, status = program.shell(dnnview .. " --text " .. arguments, input)
      return err, status
    end
    local err, status = said("--figure /nowhere/a.figure")
    assert.equal("dnnview: /nowhere/a.figure: No such file or directory\n", err)
    assert.equal(1, status)
    err, status = said("--figure -", "dnnview figure 1\nlines 5 a\n\n")
    assert.equal("dnnview: the figure at standard input: 'a' is to have 5 numbers, but only 0 bytes are left\n", err)
    assert.equal(1, status)
    err, status = said("--figure - runs/cats")
    holds(err, "dnnview: --figure stands alone: it takes no run, no --follow, --html, --serve and --control")
    assert.equal(2, status)
  end)
end)
