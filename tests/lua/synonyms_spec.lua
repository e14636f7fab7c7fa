-- Other libraries' names: what the advice names exists, and what it is given for does not.
local dnn = require "dnn"

describe("the table of other libraries' names", function()
  local net = dnn.Sequential{dnn.Linear(3, 2), dnn.Sigmoid()}
  local known = {
    dnn = dnn,
    A = dnn.ones(3, 2),
    net = net,
    opt = dnn.optim.SGD(net:parameters(), {lr = 0.1}),
    p = net:parameters(),
    loss = dnn.BCELoss(),
    run = dnn.Run(nil),
    set = {X = true, Y = true, raw = true, files = true},
    io = io,
  }
  known.data = {train = known.set, test = known.set}
  net:forward(known.A)
  -- What the names of a group are looked up in.
  local groups = {
    Matrix = known.A, Sequential = net, layer = net[1], loss = known.loss, optimiser = known.opt, Parameters = known.p,
    Run = known.run, dnn = dnn, ["dnn.linalg"] = dnn.linalg, ["dnn.data"] = dnn.data, ["dnn.optim"] = dnn.optim,
  }

  -- Rows {group, name, advice}.
  local rows = {}
  for group, names in pairs(require "dnn.advice.names") do
    for name, advice in pairs(names) do rows[#rows + 1] = {group, name, advice} end
  end

  local function value_of(owner, path)
    local value = owner
    for name in path:gmatch "[%a_][%w_]*" do value = value[name] end
    return value
  end

  it("names things that there are, and at least one in each row", function()
    for _, row in ipairs(rows) do
      local group, name, advice = table.unpack(row)
      local count = 0
      for layer_field in advice:gmatch "net%[1%]%.([%w_]+)" do
        count = count + 1
        assert.is_truthy(net[1][layer_field], name)
      end
      for object, path in advice:gmatch "%f[%w](%l+)[.:]([%a_][%w_.]*)" do
        count = count + 1
        assert.is_truthy(known[object], advice)
        assert.is_true(object == "run" and pcall(value_of, known.run, path) or value_of(known[object], path) ~= nil,
          advice)
      end
      for path in advice:gmatch "%f[%w]A[.:]([%a_][%w_]*)" do
        count = count + 1
        assert.is_truthy(known.A[path], advice)
      end
      for _ in advice:gmatch "A%(%d" do count = count + 1 end
      for _ in advice:gmatch "[#(]%l+" do count = count + 1 end
      for _ in advice:gmatch "#A" do count = count + 1 end
      if group == "dtype" then
        assert.equal(advice, dnn.zeros(1, 1, {dtype = advice}).dtype)
      elseif group ~= "option" and group ~= "dnn.data.batches" then
        assert.is_true(count > 0, advice)
      end
    end
  end)

  it("has no name that there is", function()
    for _, row in ipairs(rows) do
      local owner = groups[row[1]]
      if owner then
        assert.is_false(pcall(function() assert(owner[row[2]] ~= nil) end), row[1] .. " has " .. row[2])
      end
    end
  end)

  it("never suggests what would close an object", function()
    for _, object in ipairs{net, known.run, known.A, known.opt, known.p, known.loss} do
      for _, name in ipairs{"clone", "close_", "closed_", "clsoe", "cloes", "lose"} do
        local ok, text = pcall(function() return object[name] end)
        assert.is_false(ok)
        assert.is_nil(text:find "'close'", text)
      end
    end
  end)

  it("is loaded by the first error that needs it, and is not missed where it cannot be", function()
    local script = [[
      local dnn = require "dnn"
      assert(package.loaded["dnn.advice.names"] == nil)
      if arg then package.preload["dnn.advice.names"] = arg end
      local _, text = pcall(function() return dnn.ones(1, 1).shape end)
      print(text)]]
    local program = dofile "tests/lua/program.lua"
    local function message(before)
      return (program.run_statement("arg = " .. before .. " " .. script))
    end
    assert.matches("Matrix has no field 'shape'; it is A:size() here", message "nil", 1, true)
    assert.matches("has no field 'shape'; did you mean 'reshape'%?\n$", message "function() error 'no' end")
    assert.matches("has no field 'shape'; did you mean 'reshape'%?\n$", message "function() return 1 end")
  end)

  it("has other names for options that there are", function()
    local p = net:parameters()
    local owners = {
      function(opts) dnn.optim.Adam(p, opts) end, function(opts) dnn.mm(known.A, known.A, opts) end,
      function(opts) dnn.data.images("photos", opts) end, function(opts) dnn.Run(nil, opts) end,
      function(opts) dnn.rand(1, 1, opts) end,
      function(opts) dnn.data.batches({X = known.A, Y = dnn.ones(1, 2)}, opts) end,
    }
    for _, row in ipairs(rows) do
      if row[1] == "option" or row[1] == "dnn.data.batches" then
        local meant = false
        for _, owner in ipairs(owners) do
          local _, text = pcall(owner, {[row[2]] = 1})
          meant = meant or tostring(text):find(("(did you mean '%s'?)"):format(row[3]), 1, true) ~= nil
        end
        assert.is_true(meant, row[2])
      end
    end
  end)
end)
