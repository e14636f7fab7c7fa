-- The states of a checkpoint's parts: keys and values come back as they were, in the types that they had; where one
-- does not fit, all parts are as before, and the message names it.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local fails = require "fails"
local program = require "program"

describe("the state of a checkpoint's part", function()
  local folder

  before_each(function() folder = program.folder() end)
  after_each(function() program.remove(folder) end)

  it("is kept of a script's own object by its state_dict and load_state_dict", function()
    local schedule = {rate = 0.5, name = "cosine"}
    function schedule:state_dict() return {rate = self.rate, name = self.name} end
    function schedule:load_state_dict(state) self.rate, self.name = state.rate, state.name end
    local path = folder .. "/own"
    assert(dnn.checkpoint.save(path, {schedule = schedule}))
    schedule.rate, schedule.name = nil, nil
    assert(dnn.checkpoint.load(path, {schedule = schedule}))
    assert.same({0.5, "cosine"}, {schedule.rate, schedule.name})
  end)

  -- An object of a script's: what its state_dict returns, and what its load_state_dict got, or its error.
  local function own_object(state, fail)
    local own = {state = state}
    function own.state_dict(self) return self.state end
    function own.load_state_dict(self, got)
      if fail then error(fail, 0) end
      self.got = got
    end
    return own
  end

  it("has its keys back as they were, arrays as arrays", function()
    local path = folder .. "/own"
    local state = {
      10, "two", dnn.Matrix {{3}}, true, ["1"] = "text", [1.5] = "float", [-7] = "less", [math.mininteger] = "least",
      [1 / 0] = "inf", ["[1]"] = "brackets", ["["] = "open", ['["1"]'] = "quoted", [""] = "empty", ["a.b"] = "dots",
      ["1.5"] = "a text too", ["[nan]"] = "no number", ["\xff\0."] = "bytes", packed = string.pack("<i4d", 7, 0.1),
      latin = "\xe9", surrogate = "\xed\xa0\x80", zero = "\0", hex = 'hex"00"', ['hex"00"'] = "hex",
    }
    local own = own_object(state)
    assert(dnn.checkpoint.save(path, {own = own}))
    assert(dnn.checkpoint.load(path, {own = own}))
    assert.equal(4, #own.got)
    for key, value in pairs(state) do assert.is_true(own.got[key] == value, tostring(key)) end
    for key in pairs(own.got) do assert.is_true(state[key] ~= nil, tostring(key)) end
    local tensors, metadata = dnn.load(path)
    assert.same({{{3}}, "10", '"text"', 'hex"00"', '"hex\"00\""'},
      {tensors["own.[3]"]:table(), metadata["own.[1]"], metadata["own.1"], metadata["own.zero"], metadata["own.hex"]})
  end)

  it("that cannot be kept is named, also where it is to be loaded", function()
    local path = folder .. "/own"
    assert(dnn.checkpoint.save(path, {own = own_object {1}}))
    local function refuses(expected, own)
      fails("checkpoint.save: " .. expected, dnn.checkpoint.save, path, {own = own})
      local got, message = dnn.checkpoint.load(path, {own = own})
      assert.same({nil, path .. ": " .. expected}, {got, message})
    end
    refuses("'own': its state_dict must return a table, which its load_state_dict takes, got nil", own_object())
    refuses("'own': its state_dict must return a table, which its load_state_dict takes, got number", own_object(5))
    refuses("the state of 'own' has the key true; keys must be strings or numbers", own_object {[true] = 1})
    local raises = own_object {}
    function raises.state_dict() error("not ready", 0) end
    refuses("'own': not ready", raises)
    fails("the state of 'own' holds table under '[2]'; it must be a Matrix, a number, a string or a boolean",
      dnn.checkpoint.save, path, {own = own_object {1, {}}})
  end)

  it("is as before where another fails, also in matrices that are its own", function()
    local path = folder .. "/own"
    local function live(fail)
      local own = {m = dnn.ones(1, 2), list = {}}
      function own.state_dict(self) return {self.m, m = self.m} end
      function own.load_state_dict(self, state)
        self.m:copy_(state.m)
        if fail and state.m(1, 1) == 1 then error("no good", 0) end
      end
      return own
    end
    assert(dnn.checkpoint.save(path, {a = live(), b = live(), net = dnn.Linear(2, 1)}))
    local a, b, broken = live(), live(), live(true)
    for _, own in ipairs {a, b, broken} do own.m:fill_(5) end
    for _ = 1, 8 do -- parts are set in any order
      assert.is_nil(dnn.checkpoint.load(path, {a = a, b = b, net = dnn.Linear(3, 1)}))
      local _, message = dnn.checkpoint.load(path, {a = a, b = broken, net = dnn.Linear(2, 1)})
      assert.equal(path .. ": 'b': no good", message)
      for _, own in ipairs {a, b, broken} do assert.same({{5, 5}}, own.m:table()) end
    end
  end)

  it("is not taken in another type than it had", function()
    local path = folder .. "/types"
    local function make(dtype)
      local net = dnn.Sequential({dnn.Linear(2, 1)}, {dtype = dtype})
      local parameters = net:parameters()
      local optimiser = dnn.optim.Adam(parameters, {lr = 0.1})
      net:forward(dnn.ones(2, 3, {dtype = dtype}))
      net:backward(dnn.ones(1, 3, {dtype = dtype}))
      optimiser:step()
      return {net = net, optimiser = optimiser}
    end
    for _, row in ipairs {{"float64", "float32"}, {"float32", "float64"}} do
      assert(dnn.checkpoint.save(path, make(row[1])))
      local there = make(row[2])
      local before, steps = there.net:parameters().values:copy(), there.optimiser.steps
      for part, name in pairs {net = "0%.[a-z]*", optimiser = "state%.[12]"} do
        local objects = {net = false, optimiser = false}
        objects[part] = there[part]
        local got, message = dnn.checkpoint.load(path, objects)
        assert.is_nil(got)
        assert.truthy(message:find(("types: '%s': %s is %s in the checkpoint and %s here, and a training continues in "
          .. "the type that it had; give it dtype = \"%s\" (net:load converts, and takes the weights alone)"):format(
          part, name, row[1], row[2], row[1]):gsub("[()]", "%%%0")), message)
        assert.is_true(there.net:parameters().values == before)
        assert.equal(steps, there.optimiser.steps)
      end
      assert(there.net:load(path))
      assert(dnn.checkpoint.load(path, make(row[1])))
    end
  end)
end)
