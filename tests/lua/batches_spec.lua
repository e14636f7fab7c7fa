-- dnn.data.split and dnn.data.batches on sets of numbered examples.
local dnn = require "dnn"
local data = dnn.data

-- The call raises this text with the line of this file before it.
local function raises(text, f)
  local ok, message = pcall(function() f() end)
  assert.is_false(ok)
  local said = message:gsub("^.-batches_spec%.lua:%d+: ", "")
  assert.equal(text, text:find("; usage: ", 1, true) and said or (said:gsub("; usage: .*", "")))
  assert.not_equal(text, message)
end

-- Column j is (j, 10 j), its label j.
local function numbered(m)
  local j = dnn.arange(1, m):t()
  return {X = dnn.cat({j, j * 10}, 1), Y = j}
end

describe("dnn.data.split", function()
  it("parts the examples, labels beside them, by its seed", function()
    local set = numbered(10)
    set.files = {}
    for j = 1, 10 do set.files[j] = "file " .. j end
    local train, test = data.split(set, {test = 0.3, seed = 4})
    assert.equal(7, train.X.cols)
    assert.equal(3, test.X.cols)
    local seen = {}
    for _, part in ipairs {train, test} do
      for j = 1, part.X.cols do
        local label = part.Y(1, j)
        assert.equal(label, part.X(1, j))
        assert.equal(("file %d"):format(label // 1), part.files[j])
        seen[label] = (seen[label] or 0) + 1
      end
    end
    for j = 1, 10 do assert.equal(1, seen[j]) end
    local again = data.split(set, {test = 0.3, seed = 4})
    assert.is_true(again.X == train.X)
    local other = data.split(set, {test = 0.3, seed = 5})
    assert.is_false(other.X == train.X)
  end)

  it("keeps bytes as bytes", function()
    local train = data.split {raw = dnn.arange(1, 10):byte():reshape(1, 10), Y = dnn.zeros(1, 10)}
    assert.equal("uint8", train.raw.dtype)
    assert.equal(8, train.raw.cols)
  end)

  it("says what is wrong", function()
    raises("dnn.data.split: test = 10 leaves none of 10 examples to train on",
      function() data.split(numbered(10), {test = 10}) end)
    raises("dnn.data.split: X is 2 x 3 but Y is 1 x 4; expected as many columns, one per example",
      function() data.split {X = dnn.zeros(2, 3), Y = dnn.zeros(1, 4)} end)
    raises("dnn.data.split: the set has no Y; expected {X = , Y = } or {raw = , Y = }",
      function() data.split {X = dnn.zeros(2, 3)} end)
    raises("dnn.data.split: expected a set {X = , Y = } or {raw = , Y = }, got nil; check the name, or "
      .. "whether a load failed: it returns nil and a message",
      function() data.split() end)
  end)
end)

describe("dnn.data.batches", function()
  local function epoch(batches)
    local order = {}
    for X, Y in batches do
      for j = 1, X.cols do
        assert.equal(Y(1, j), X(1, j))
        assert.equal(10 * Y(1, j), X(2, j))
        order[#order + 1] = Y(1, j)
      end
    end
    return order
  end

  local function sorted(list)
    local copy = table.move(list, 1, #list, 1, {})
    table.sort(copy)
    return copy
  end

  it("show every example once in an epoch, in a new order each time", function()
    local batches = data.batches(numbered(10), {size = 4, random = dnn.Random(1)})
    assert.equal(3, #batches)
    local first, second = epoch(batches), epoch(batches)
    local all = {1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0}
    assert.same(all, sorted(first))
    assert.same(all, sorted(second))
    assert.not_same(first, second)
    assert.same(first, epoch(data.batches(numbered(10), {size = 4, random = dnn.Random(1)})))
  end)

  it("keep the order when asked, and start again after a break", function()
    local batches = data.batches(numbered(5), {size = 2, shuffle = false})
    assert.equal(1, (batches())(1, 1)) -- as a loop that breaks at once
    assert.same({1.0, 2.0, 3.0, 4.0, 5.0}, epoch(batches))
  end)

  it("leave out a smaller last batch when asked", function()
    local batches = data.batches(numbered(10), {size = 4, drop_last = true})
    assert.equal(2, #batches)
    assert.equal(8, #epoch(batches))
  end)

  it("are the whole set when it is smaller than a batch", function()
    local batches = data.batches(numbered(3), {size = 100, shuffle = false})
    assert.same({1.0, 2.0, 3.0}, epoch(batches))
    assert.equal(1, #batches)
  end)

  it("convert, scale and shift bytes on the way", function()
    local set = {raw = dnn.Matrix({{0, 51, 255}}):byte(), Y = dnn.Matrix {{1, 2, 3}}}
    local opts = {size = 3, shuffle = false, dtype = "float64", scale = 2 / 255, shift = -1}
    for X, Y in data.batches(set, opts) do
      assert.equal("float64", X.dtype)
      assert.equal("float64", Y.dtype)
      assert.is_true(dnn.abs(X - dnn.Matrix({{-1, -0.6, 1}}, {dtype = "float64"})):max() < 1e-15)
    end
  end)

  it("go on where state_dict was taken, in the same order, with their own stream too", function()
    local function batches(seed)
      return data.batches(numbered(10), {size = 4, random = dnn.Random(seed)})
    end
    local first = batches(1)
    local seen, state = {}, nil
    for _, Y in first do
      seen[#seen + 1] = Y:sum()
      if #seen == 1 then state = first:state_dict() end
    end
    local second = batches(2)
    second:load_state_dict(state)
    local again = {seen[1]}
    for _, Y in second do again[#again + 1] = Y:sum() end
    assert.same(seen, again)
    assert.same(epoch(first), epoch(second)) -- the next epoch as well
    local ordered = data.batches(numbered(5), {size = 2, shuffle = false})
    ordered() -- as a loop that breaks at once
    state = ordered:state_dict()
    ordered:load_state_dict(state)
    assert.same({3.0, 4.0, 5.0}, epoch(ordered))
    assert.same({1.0, 2.0, 3.0, 4.0, 5.0}, epoch(ordered))
  end)

  it("refuse the state of others, and stay as they are", function()
    local batches = data.batches(numbered(10), {size = 4, random = dnn.Random(1)})
    local function refused(message, changes)
      local state = batches:state_dict()
      for name, value in pairs(changes) do state[name] = value end
      raises("batches: load_state_dict: " .. message, function() batches:load_state_dict(state) end)
      assert.equal(0, batches:state_dict().place)
    end
    refused("examples is 10 here and 9 in the state; they must be of the same set and options", {examples = 9})
    refused("size is 4 here and 5 in the state; they must be of the same set and options", {size = 5})
    refused("shuffle is true here and false in the state; they must be of the same set and options",
      {shuffle = false})
    refused("drop_last is false here and true in the state; they must be of the same set and options",
      {drop_last = true})
    local damaged = "the state is damaged"
    refused(damaged, {place = 15})
    refused(damaged, {place = 1.5})
    refused(damaged, {place = 1, key = 1})
    refused(damaged, {place = "1"})
    refused("random is a dnn.Random here and the global stream in the state; they must be of the same set and options",
      {random_key = false})
    local state = batches:state_dict()
    state.drop_last = nil -- as before it was kept
    batches:load_state_dict(state)
    raises("batches: load_state_dict: expected a table as from state_dict, got 3",
      function() batches:load_state_dict(3) end)
  end)

  -- Three batches of 2 by both, the last of 1 or 2: after `outer` of a loop over them runs what is inside.
  local function nested(outer, body)
    local both = {X = dnn.ones(2, 4 + outer % 2 + 1), Y = dnn.ones(1, 4 + outer % 2 + 1)}
    for _, batches in ipairs{dnn.data.batches(both, {size = 2}), dnn.data.Loader(both, {batch_size = 2})} do
      local rounds = 0
      local ok, message = pcall(function()
        for _ in batches do
          rounds = rounds + 1
          assert(rounds <= outer, "the outer loop went on")
          if rounds == outer then body(batches) end
        end
      end)
      assert.is_false(ok)
      assert.matches("^tests/lua/batches_spec.lua:%d+: a loop inside this one has gone through the same batches, which "
        .. "have one position; make others", message)
      rounds = 0
      for _ in batches do rounds = rounds + 1 end
      assert.equal(3, rounds)
    end
  end

  -- Goes through some batches and leaves the loop by `break`.
  local function leave(batches, count)
    for _ in batches do
      count = count - 1
      if count == 0 then break end
    end
  end

  it("refuse to go on when a loop inside the loop has ended, rather than run forever", function()
    for outer = 1, 3 do
      nested(outer, function(batches) leave(batches, 9) end)
    end
  end)

  it("refuse to go on when a loop inside the loop was left by break", function()
    for outer = 1, 3 do
      for inner = 1, 3 do
        nested(outer, function(batches) leave(batches, inner) end)
        nested(outer, function(batches)
          for _ = 1, 4 do leave(batches, inner) end
        end)
        nested(outer, function(batches)
          leave(batches, inner)
          leave(batches, 9)
          leave(batches, inner)
        end)
      end
    end
  end)

  it("make no garbage", function()
    local batches = data.batches(numbered(1000), {size = 16})
    local function run()
      for _ in batches do end -- luacheck: ignore 542
    end
    run()
    collectgarbage()
    collectgarbage "stop"
    local before = collectgarbage "count"
    run()
    local after = collectgarbage "count"
    collectgarbage "restart"
    assert.equal(before, after)
  end)

  it("say what is wrong", function()
    raises("dnn.data.batches: size must be a whole number of examples, 1 or more, got 0",
      function() data.batches(numbered(3), {size = 0}) end)
    raises("dnn.data.batches: random must be a dnn.Random, got 7",
      function() data.batches(numbered(3), {random = 7}) end)
  end)
end)
