-- Everything with a state_dict: what happens when the state is loaded where one option is another. Either it is
-- restored, so that both go on alike, or the state is refused, with a message that names both values, and nothing is
-- changed. A class that is not among the subjects is an error, and so is an option that they do not change.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local subjects = dofile "tests/lua/state_subjects.lua"

-- The options that a constructor knows, from what it says about an unknown one.
local function known_options(subject)
  local _, message = pcall(subject.make, {zzz = 1})
  local names = {}
  for name in assert(tostring(message):match "known: ([%w_, ]+)", message):gmatch "[%w_]+" do
    names[#names + 1] = name
  end
  return names
end

local function with(base, name, value)
  local options = {}
  for key, given in pairs(base) do options[key] = given end
  options[name] = value
  return options
end

-- A copy of a state that later steps do not change.
local function copy(state)
  local copied = {}
  for name, value in pairs(state) do copied[name] = dnn._is_matrix(value) and value:copy() or value end
  return copied
end

local function assert_same(expected, got, what)
  for name, value in pairs(expected) do
    assert.is_true(value == got[name], ("%s: %s is %s, expected %s"):format(what, name, got[name], value))
  end
  for name, value in pairs(got) do
    assert.is_true(expected[name] ~= nil, ("%s: %s is %s, expected nil"):format(what, name, value))
  end
end

local function shown(value)
  if type(value) ~= "table" then return tostring(value) end
  return "{" .. table.concat(value, ", ") .. "}"
end

-- Loads the state of what `from` makes into what `to` makes: true where it was restored, false where it was refused.
local function transfer(subject, what, from, to)
  local source, target = subject.make(from), subject.make(to)
  for _ = 1, 3 do source:advance() end
  target:advance()
  local before = copy(target.object:state_dict())
  local loaded, message = pcall(target.load, target, source)
  if not loaded then
    assert_same(before, target.object:state_dict(), what .. " was refused")
    return false, message
  end
  assert_same(copy(source.object:state_dict()), target.object:state_dict(), what .. " was loaded")
  for step = 1, 4 do
    local expected, got = source:advance(), target:advance()
    assert.same(expected, got, ("%s: step %d differs"):format(what, step))
  end
  assert_same(copy(source.object:state_dict()), target.object:state_dict(), what .. " went on")
  return true
end

describe("a state that is loaded where an option is another", function()
  for _, subject in ipairs(subjects) do
    it("is restored or refused: " .. subject.name, function()
      assert.is_true(transfer(subject, subject.name, subject.base, subject.base))
      for name, value in pairs(subject.others) do
        local changed = with(subject.base, name, value)
        for _, pair in ipairs{{subject.base, changed}, {changed, subject.base}} do
          local from, to = pair[1], pair[2]
          local what = ("%s with %s = %s into %s"):format(subject.name, name, shown(from[name]), shown(to[name]))
          local restored, message = transfer(subject, what, from, to)
          local refusal = subject.refuses and subject.refuses[name]
          assert.equal(not refusal, restored, what .. ": " .. tostring(message))
          for _, word in ipairs(refusal or {}) do
            assert.truthy(message:find(word, 1, true), ("%s: expected %s in %s"):format(what, word, message))
          end
        end
      end
    end)

    it("has all options among those tried: " .. subject.name, function()
      if not subject.plain then
        for _, name in ipairs(known_options(subject)) do
          assert.is_true(subject.others[name] ~= nil or subject.ours and subject.ours[name] ~= nil,
            ("add another %s to %s in tests/lua/state_subjects.lua"):format(name, subject.name))
        end
      end
    end)
  end
end)

-- Has the class of that name in the reference a state? Not layers: theirs is their values alone, as in PyTorch.
local function has_state(classes, name)
  local class = name ~= "dnn.Layer" and classes[name]
  for _, method in ipairs(class and class.methods or {}) do
    if method.key == "state_dict" then return true end
  end
  for _, parent in ipairs(class and class.parents or {}) do
    if has_state(classes, parent) then return true end
  end
  return false
end

it("every constructor of what has a state is among the subjects", function()
  local reference, tried, count = require "dnn.reference"(), {}, 0
  for _, subject in ipairs(subjects) do tried[subject.name] = true end
  for name, page in pairs(reference.by_name) do
    local returned = page.returns and page.returns[1] and page.returns[1].type
    if has_state(reference.classes, returned) and page.kind ~= "method" then
      assert.is_true(tried[name], name .. ": add it to tests/lua/state_subjects.lua")
      count = count + 1
    end
  end
  assert.is_true(count >= 28, tostring(count))
end)
