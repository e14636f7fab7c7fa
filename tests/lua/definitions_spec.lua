-- dnn.help.read: what it takes from definition files of every form that LuaLS allows here.
package.path = "tests/lua/?.lua;" .. package.path
local read = require "dnn.help.read"
local words = require "dnn.help.words"
local program = require "program"

local folder

setup(function()
  folder = program.folder()
end)

teardown(function() program.remove(folder) end)

-- The reference of these texts, {name = text}; what is in all of them is in front.
local function reference_of(texts)
  os.execute(("find %s -mindepth 1 -delete"):format(folder))
  local names = {}
  for name, text in pairs(texts) do
    names[#names + 1] = name .. ".lua"
    local file <close> = assert(io.open(("%s/%s.lua"):format(folder, name), "w"))
    file:write("---@meta _\n\n---@class dnn\nlocal dnn = {}\n\n", text)
  end
  return read(folder, function(of) return of == folder and names or nil end)
end

local function entry_of(text)
  return reference_of{x = text}.by_name["dnn.f"]
end

describe("a definition file", function()
  it("describes a function, and takes the example out of its text", function()
    local f = entry_of [[
---Does something. And more.
---
---Shapes: none.
---
---```lua
---if true then
---  dnn.f(1)
---end
---```
---@param a number what it is
---@param b? string
---@return number c the result
---@return nil
function dnn.f(a, b) end
]]
    assert.equal("Does something.", f.summary)
    assert.equal("Does something. And more.\n\nShapes: none.", f.text)
    assert.equal("if true then\n  dnn.f(1)\nend", f.example)
    assert.equal("dnn.f(a [, b])", words.signature(f))
    assert.same({"number", "what it is", false}, {f.params[1].type, f.params[1].text, f.params[1].optional})
    assert.same({"number", "c", "the result"}, {f.returns[1].type, f.returns[1].name, f.returns[1].text})
    assert.equal("number", words.returned(f))
  end)

  it("may have a blank after every ---", function()
    local f = entry_of("--- Does it, e.g. so.\n--- ```lua\n--- do\n---   dnn.f()\n--- end\n--- ```\n"
      .. "function dnn.f() end\n")
    assert.equal("Does it, e.g. so.", f.summary)
    assert.equal("do\n  dnn.f()\nend", f.example)
  end)

  it("may have blanks in its types", function()
    local f = entry_of [[
---@param a number | string what
---@param b fun(x: number, y: string): boolean, number how
---@param c "a b"|'c' which
---@param d table<string, {x: number}>[] those
---@param e (number|string)[] these
---@return fun(): string?, number # each
function dnn.f(a, b, c, d, e) end
]]
    local seen = {}
    for i, param in ipairs(f.params) do seen[i] = {param.type, param.text} end
    assert.same({
      {"number | string", "what"}, {"fun(x: number, y: string): boolean, number", "how"}, {"\"a b\"|'c'", "which"},
      {"table<string, {x: number}>[]", "those"}, {"(number|string)[]", "these"},
    }, seen)
    assert.same({"fun(): string?, number", "each"}, {f.returns[1].type, f.returns[1].text})
  end)

  it("replaces aliases by what they stand for, in one line or in several", function()
    local f = entry_of [[
---@alias dnn.One number|string

---What there is.
---@alias dnn.Two
---| "a" # the first
---| "b"

---@param a dnn.One
---@param b dnn.Two|nil
function dnn.f(a, b) end
]]
    assert.equal("number|string", f.params[1].type)
    assert.equal('"a" or "b" or nil', words.type(f.params[2].type))
  end)

  it("describes classes: fields with their text beside or above, parents, methods by a variable", function()
    local reference = reference_of{x = [[
---A thing.
---@class dnn.Thing
---@field a number beside
---above
---in two lines
---@field b? string
---@field [integer] string
---@operator len: integer
local thing = {}

---Goes.
function thing:go() end

---@class dnn.More: dnn.Thing
---@field c boolean
local more = {}
]]}
    local class = reference.classes["dnn.More"]
    local fields = words.members(reference, class, "fields")
    assert.same({"c", "a", "b", "[integer]"}, {fields[1].key, fields[2].key, fields[3].key, fields[4].key})
    assert.equal("above\nin two lines", fields[3].text)
    assert.is_true(fields[3].optional)
    assert.equal("thing:go()", words.signature(words.member(reference, class, "go")))
    assert.equal("mine:go()", words.signature(words.member(reference, class, "go"), "mine"))
    assert.same({"len: integer"}, reference.classes["dnn.Thing"].operators)
  end)

  it("gives a function further names", function()
    local reference = reference_of{x = [[
---@class dnn.Thing
local thing = {}

---Does.
---@param a number
---@param b number
function dnn.f(a, b) end
thing.f = dnn.f
]]}
    local method = reference.by_name["dnn.Thing:f"]
    assert.equal(reference.by_name["dnn.f"], method.alias_of)
    assert.equal("thing:f(b)", words.signature(method))
  end)

  it("finds the options of a function, those of their parents too", function()
    local reference = reference_of{x = [[
---@class dnn.all.Options
---@field a number

---@class dnn.f.Options: dnn.all.Options
---@field b number
---@field [1] number

---@param x number|dnn.f.Options
---@param options? dnn.f.Options
function dnn.f(x, options) end
]]}
    local options, taken_by = words.options(reference, reference.by_name["dnn.f"])
    assert.same({"b", "a"}, {options[1].key, options[2].key})
    assert.equal("options", taken_by.name)
  end)

  it("is a chapter with an introduction and groups, in the order of the manual", function()
    local reference = reference_of{
      zebra = "-- # Zebras\n--\n-- They are\n-- striped.\n\n-- ## Stripes\n--\n-- Many.\n\n"
        .. "---Draws.\nfunction dnn.f() end\n",
      ape = "", matrix = "",
    }
    local keys = {}
    for i, section in ipairs(reference.sections) do keys[i] = section.key end
    assert.same({"matrix", "ape", "zebra"}, keys)
    local zebra = reference.sections.zebra
    assert.same({"Zebras", "They are\nstriped."}, {zebra.title, zebra.text})
    assert.same({"Stripes", "Many.", 1}, {zebra.groups[2].title, zebra.groups[2].text, #zebra.groups[2].items})
  end)

  it("says in which line it cannot be read", function()
    local function message(text) return select(2, pcall(reference_of, {x = text})) end
    assert.equal("x.lua:6: ---@param is to have a name and a type", message "---@param a\nfunction dnn.f(a) end\n")
    assert.matches("^x%.lua:6: %-%-%-@field is to stand below", message "---@field a number\n")
    assert.equal("x.lua:6: dnn.b is not documented above", message "dnn.a = dnn.b\n")
  end)
end)
