-- dnn.metrics against published values, and against their definitions written out over single examples.
local dnn = require "dnn"
local metrics = dnn.metrics

local function close(expected, got, tolerance)
  assert.is_true(math.abs(expected - got) <= (tolerance or 1e-6), ("expected %.9g, got %.9g"):format(expected, got))
end

-- Whole numbers 1..C, many of a kind more often than others.
local function random_labels(m, classes, random)
  return dnn.Matrix({dnn.rand(1, m, {random = random}):table()[1]}):cmul_(classes - 0.001):add_(0.5):int():float()
    :clamp(1, classes)
end

-- The definitions, an example at a time ------------------------------------------------------------------

local function predicted_class(A, j)
  if A.rows == 1 then return A(1, j) > 0.5 and 1 or 2 end
  local best = 1
  for c = 2, A.rows do
    if A(c, j) > A(best, j) then best = c end
  end
  return best
end

local function true_class(A, Y, j)
  if A.rows == 1 then return Y(1, j) > 0.5 and 1 or 2 end
  return Y(1, j)
end

-- For each class: how often it was right, predicted, there.
local function counted(A, Y)
  local classes = math.max(A.rows, 2)
  local found, predicted, there = {}, {}, {}
  for c = 1, classes do found[c], predicted[c], there[c] = 0, 0, 0 end
  for j = 1, A.cols do
    local p, t = predicted_class(A, j), true_class(A, Y, j)
    predicted[p], there[t] = predicted[p] + 1, there[t] + 1
    if p == t then found[p] = found[p] + 1 end
  end
  return found, predicted, there
end

local function ratio(a, b) return b > 0 and a / b or 0 end

local function by_class(A, Y, measure)
  local found, predicted, there = counted(A, Y)
  local values = {}
  for c = 1, #found do
    local p, r = ratio(found[c], predicted[c]), ratio(found[c], there[c])
    values[c] = measure == "precision" and p or measure == "recall" and r or ratio(2 * p * r, p + r)
  end
  return values, predicted, there
end

local function averaged(A, Y, measure, average)
  local values, predicted, there = by_class(A, Y, measure)
  if average == "binary" then return values[1] end
  local sum, weight = 0, 0
  for c, value in ipairs(values) do
    local w = average == "weighted" and there[c] or predicted[c] + there[c] > 0 and 1 or 0
    sum, weight = sum + w * value, weight + w
  end
  return sum / weight
end

describe("the metrics of classification", function()
  local random
  before_each(function() random = dnn.Random(11) end)

  it("are those of their definitions, averaged each way", function()
    for _, shape in ipairs{{1, 25}, {2, 20}, {5, 30}, {9, 12}} do -- of 9 classes some never occur in 12
      local classes, m = shape[1], shape[2]
      local A = dnn.rand(classes, m, {random = random})
      local Y = classes == 1 and dnn.rand(1, m, {random = random}):gt(0.6) or random_labels(m, classes, random)
      local right = 0
      for j = 1, m do right = right + (predicted_class(A, j) == true_class(A, Y, j) and 1 or 0) end
      close(right / m, metrics.accuracy(A, Y))
      for _, measure in ipairs{"precision", "recall", "f1"} do
        for _, average in ipairs{"macro", "weighted", classes <= 2 and "binary" or nil} do
          close(averaged(A, Y, measure, average), metrics[measure](A, Y, {average = average}))
        end
        close(right / m, metrics[measure](A, Y, {average = "micro"}))
        close(averaged(A, Y, measure, classes == 1 and "binary" or "macro"), metrics[measure](A, Y))
      end
    end
  end)

  it("count a class among the k best, equal scores in the order of their classes", function()
    local A = dnn.Matrix{{1, 0, 2, 5}, {1, 3, 2, 4}, {0, 2, 2, 3}, {1, 1, 2, 2}}
    local Y = dnn.Matrix{{4, 1, 3, 4}} -- places 3, 4, 3, 4
    for k, share in ipairs{0, 0, 0.5, 1} do assert.equal(share, metrics.top_k(A, Y, {k = k})) end
    local scores, labels = dnn.randn(7, 50, {random = random}), random_labels(50, 7, random)
    assert.equal(metrics.accuracy(scores, labels), metrics.top_k(scores, labels, {k = 1}))
    assert.equal(1, metrics.top_k(scores, labels, {k = 7}))
    assert.equal(1, metrics.top_k(dnn.Matrix{{1 / 0, 2}, {-1 / 0, 3}}, dnn.Matrix{{1, 2}}, {k = 1}))
  end)

  it("take one-hot targets, logits, thresholds, stored types and sequences", function()
    local A, Y = dnn.Matrix{{0.2, 0.9}, {0.7, 0.1}, {0.1, 0}}, dnn.Matrix{{2, 3}}
    assert.equal(0.5, metrics.accuracy(A, Y:int()))
    assert.equal(0.5, metrics.accuracy(A, Y:byte()))
    assert.equal(0.5, metrics.accuracy(A:double(), Y))
    assert.equal(0.5, metrics.accuracy(A, dnn.Matrix{{0, 0}, {1, 0}, {0, 1}}))
    local one, truth = dnn.Matrix{{0.3, -0.2, 0.6}}, dnn.Matrix{{1, 0, 1}}
    close(2 / 3, metrics.accuracy(one, truth))
    assert.equal(1, metrics.accuracy(one, truth, {logits = true}))
    assert.equal(1, metrics.accuracy(one, truth, {threshold = 0.1}))
    -- two positions of three classes each, two examples
    local steps = dnn.Matrix{{1, 0}, {0, 1}, {0, 0}, {0, 0}, {0, 1}, {1, 0}}
    assert.equal(0.75, metrics.accuracy(steps, dnn.Matrix{{1, 2}, {3, 1}}))
  end)

  it("make a table of counts, with names", function()
    local confusion = metrics.confusion(dnn.Matrix{{3, 0, 1, 0}, {0, 2, 2, 0}, {0, 0, 0, 1}}, dnn.Matrix{{1, 2, 1, 3}},
      {classes = {"ant", "bee", "\u{e9}l\u{e9}phant"}})
    assert.same({{1, 1, 0}, {0, 1, 0}, {0, 0, 1}}, confusion.counts:table())
    assert.equal([[
a row for each true class, a column for each prediction
    true  ant  bee  éléphant    found
     ant    1    1         0   50.0 %
     bee    0    1         0  100.0 %
éléphant    0    0         1  100.0 %]], tostring(confusion))
    assert.matches("^a row.-true  1  0    found\n   1  1  0  100.0 %%\n   0  0  1  100.0 %%$",
      tostring(metrics.confusion(dnn.Matrix{{0.9, 0.1}}, dnn.Matrix{{1, 0}})))
    assert.matches("30 classes", tostring(metrics.confusion(dnn.rand(30, 4), dnn.ones(1, 4))))
  end)

  it("rank as scikit-learn's documentation has it, equal scores counting a half", function()
    local A, Y = dnn.Matrix{{0.1, 0.4, 0.35, 0.8}}, dnn.Matrix{{0, 0, 1, 1}}
    close(0.75, metrics.auc(A, Y))
    close(0.8333333, metrics.average_precision(A, Y))
    assert.equal(0.5, metrics.auc(dnn.ones(1, 6), dnn.Matrix{{0, 1, 0, 1, 1, 1}}))
    close(4 / 6, metrics.average_precision(dnn.ones(1, 6), dnn.Matrix{{0, 1, 0, 1, 1, 1}}))
    local alone = metrics.auc(A, dnn.zeros(1, 4))
    assert.is_true(alone ~= alone)
  end)

  it("rank several classes each against the others, logits as probabilities", function()
    local A, Y = dnn.randn(3, 60, {random = random}), random_labels(60, 3, random)
    local P = A:exp() / A:exp():sum(1)
    local sum = 0
    for c = 1, 3 do sum = sum + metrics.auc(P:row(c):copy(), Y:eq(c)) end
    close(sum / 3, metrics.auc(P, Y))
    close(sum / 3, metrics.auc(A, Y, {logits = true}))
  end)

  it("leave out a label that is to be ignored", function()
    local A, Y = dnn.rand(4, 24, {random = random}), random_labels(24, 4, random)
    for _, ignored in ipairs{2, 0, -100} do
      local kept, labels = {}, Y:copy()
      for j = 1, 24 do
        if j % 3 == 0 then labels:set(1, j, ignored) end
        if labels(1, j) ~= ignored then kept[#kept + 1] = j end
      end
      local rest, rest_labels = A:gather(kept), Y:gather(kept)
      for _, name in ipairs{"accuracy", "top_k", "precision", "recall", "f1", "auc", "average_precision"} do
        local options = name == "top_k" and {k = 2} or {}
        local expected = metrics[name](rest, rest_labels, options)
        options.ignore_index = ignored
        close(expected, metrics[name](A, labels, options))
      end
    end
    local net, loss = dnn.Sequential{dnn.Linear(2, 3)}, dnn.CrossEntropyLoss{ignore_index = 0}
    local set = {X = dnn.randn(2, 4), Y = dnn.Matrix{{0, 1, 2, 3}}}
    close(metrics.accuracy(net:predict(set.X):cols_range(2, 4), dnn.Matrix{{1, 2, 3}}),
      dnn.evaluate(net, set, {loss = loss, metrics = {"accuracy"}}).accuracy)
  end)

  it("refuse what does not fit", function()
    local A = dnn.rand(3, 4)
    assert.has_error(function() metrics.accuracy(A, dnn.Matrix{{0, 1, 2, 1}}) end,
      "metrics: labels must be from 1 to 3, the rows of A; got 0; labels run from 1: add 1?")
    assert.has_error(function() metrics.accuracy(A, dnn.ones(1, 5)) end,
      "metrics: A is 3 x 4 and Y is 1 x 5: they need as many columns")
    assert.has_error(function() metrics.accuracy(A, dnn.ones(2, 4)) end,
      "metrics: A has 3 rows and Y has 2; expected labels in one row, or a row of Y for each row of A")
    assert.has_error(function() metrics.f1(A, dnn.ones(1, 4), {average = "binary"}) end,
      "metrics: average = 'binary' is for two classes, and there are 3; use 'macro', 'micro' or 'weighted'")
    assert.has_error(function() metrics.r2(A, dnn.ones(1, 4)) end,
      "metrics: A is 3 x 4 and Y is 1 x 4: they need the same shape")
    assert.has_error(function() metrics.auc(dnn.full(1, 2, 0 / 0), dnn.Matrix{{0, 1}}) end, "ranking: score 1 is nan")
    assert.has_error(function() metrics.accuracy(dnn.empty(3, 0), dnn.empty(1, 0)) end,
      "metrics: there are no examples")
  end)
end)

describe("the metrics of regression", function()
  it("are the published values, and means over several outputs", function()
    local A, Y = dnn.Matrix{{2.5, 0, 2, 8}}, dnn.Matrix{{3, -0.5, 2, 7}}
    close(0.948608, metrics.r2(A, Y))
    close(0.5, metrics.mae(A, Y))
    close(0.375, metrics.mse(A, Y))
    local several, targets = dnn.Matrix{{0, -1, 8}, {2, 2, -5}}, dnn.Matrix{{0.5, -1, 7}, {1, 1, -6}}
    close(0.9368005, metrics.r2(several, targets))
    close(0.75, metrics.mae(several, targets))
  end)

  it("say of targets that do not vary whether they are met", function()
    assert.equal(1, metrics.r2(dnn.full(1, 3, 2), dnn.full(1, 3, 2)))
    assert.equal(0, metrics.r2(dnn.Matrix{{2, 2, 3}}, dnn.full(1, 3, 2)))
  end)

  it("keep their digits far from 0", function()
    local A, Y = dnn.Matrix{{1e6 + 1, 1e6 + 2, 1e6 + 4}}, dnn.Matrix{{1e6, 1e6 + 2, 1e6 + 4}}
    close(1 - 1 / 8, metrics.r2(A, Y), 1e-9)
  end)
end)

describe("metrics added up over batches", function()
  it("are those of all examples, however they are cut", function()
    local random = dnn.Random(4)
    local net = dnn.Sequential{dnn.Linear(4, 3)}
    local set = {X = dnn.randn(4, 53, {random = random}), Y = random_labels(53, 3, random)}
    local names = {"accuracy", "top_k", "precision", "recall", "f1", "auc", "average_precision"}
    local A = net:predict(set.X)
    for _, size in ipairs{7, 53, 256} do
      local results = dnn.evaluate(net, set, {metrics = names, batch_size = size})
      for _, name in ipairs(names) do close(metrics[name](A, set.Y), results[name]) end
    end
    local targets = {X = set.X, Y = dnn.randn(3, 53, {random = random}) + 5}
    for _, size in ipairs{7, 53} do
      local results = dnn.evaluate(net, targets, {metrics = {"r2", "mae", "mse"}, batch_size = size})
      for _, name in ipairs{"r2", "mae", "mse"} do close(metrics[name](A, targets.Y), results[name], 1e-5) end
    end
  end)
end)

describe("dnn.evaluate", function()
  local net, set
  before_each(function()
    net = dnn.Sequential{dnn.Linear(4, 3), dnn.Dropout(0.5)}
    set = {X = dnn.randn(4, 53), Y = dnn.full(1, 53, 2), classes = {"a", "b", "c"}}
  end)

  it("gives the loss's mean over the examples, in evaluation and without leaving the mode", function()
    local loss = dnn.CrossEntropyLoss()
    local cost = loss:forward(net:predict(set.X), set.Y)
    close(cost, dnn.evaluate(net, set, {loss = loss, batch_size = 8}).cost)
    local sum, none = dnn.CrossEntropyLoss{reduction = "sum"}, dnn.CrossEntropyLoss{reduction = "none"}
    close(cost * 53, dnn.evaluate(net, set, {loss = sum, batch_size = 8}).cost, 1e-3)
    close(cost, dnn.evaluate(net, set, {loss = none, batch_size = 8}).cost)
    assert.is_true(net.training)
    for _, data in ipairs{dnn.data.batches(set, {size = 9}), dnn.data.Loader(set, {batch_size = 9})} do
      close(cost, dnn.evaluate(net, data, {loss = loss}).cost)
    end
  end)

  it("names classes after the set, takes options and functions, and prints", function()
    local results = dnn.evaluate(net, set, {loss = dnn.CrossEntropyLoss(), metrics = {"accuracy", "confusion",
      micro = {"f1", average = "micro"}, rows = function(A, Y) return A.rows + Y.rows end}})
    close(results.accuracy, results.micro)
    assert.equal(4, results.rows)
    assert.same(set.classes, results.confusion.names)
    assert.matches("^accuracy [%d.]+, cost [%d.]+, micro [%d.]+, rows 4\nconfusion: a row", tostring(results))
  end)

  it("knows from the loss that outputs are logits", function()
    local one = dnn.Sequential{dnn.Linear(1, 1)}
    one[1].weight:fill_(1)
    one[1].bias:fill_(0)
    local data = {X = dnn.Matrix{{0.2, -0.2}}, Y = dnn.Matrix{{1, 0}}}
    assert.equal(1, dnn.evaluate(one, data, {loss = dnn.BCEWithLogitsLoss(), metrics = {"accuracy"}}).accuracy)
    assert.equal(0.5, dnn.evaluate(one, data, {metrics = {"accuracy"}}).accuracy)
    assert.equal(1, dnn.evaluate(one, data, {loss = dnn.MultiLabelSoftMarginLoss(), metrics = {"accuracy"}}).accuracy)
    data.Y = dnn.Matrix{{1, -1}}
    for _, name in ipairs{"SoftMarginLoss", "HingeLoss"} do
      assert.equal(1, dnn.evaluate(one, data, {loss = dnn[name](), metrics = {"accuracy"}}).accuracy)
    end
  end)

  it("measures nothing where there are no examples", function()
    local none = {X = dnn.zeros(2, 0), Y = dnn.zeros(1, 0)}
    assert.has_error(function() dnn.evaluate(net, none, {metrics = {"accuracy"}}) end,
      "dnn.evaluate: the data have no examples")
  end)

  it("refuses unknown metrics, names that come twice, and asking for nothing", function()
    local function fails(message, metrics_given)
      assert.has_error(function() dnn.evaluate(net, set, {metrics = metrics_given}) end, message)
    end
    fails("dnn.evaluate: metrics: there is no 'acuracy'; did you mean 'accuracy'?", {"acuracy"})
    fails("dnn.evaluate: metrics: 'f1' comes twice; give one of them a name, as in {mine = {\"f1\"}}", {"f1", "f1"})
    fails("dnn.evaluate: f1: unknown option 'averag'; known: average, ignore_index, logits, threshold "
      .. "(did you mean 'average'?)",
      {{"f1", averag = "macro"}})
    fails("dnn.evaluate: metrics: a function needs a name, as in {mine = function(A, Y) ... end}", {function() end})
    fails("dnn.evaluate: metrics: 'cost' is not a name for one more metric; it takes letters, digits and _, once, and "
      .. "is not cost", {cost = {"f1"}})
    assert.has_error(function() dnn.evaluate(net, set, {}) end,
      "dnn.evaluate: nothing to measure; give loss = or metrics = {\"accuracy\"}")
  end)
end)

describe("dnn.predict", function()
  it("gives the outputs of all examples in their order, whatever holds them", function()
    local net = dnn.Sequential{dnn.Linear(4, 3), dnn.Dropout(0.5)}
    local set = {X = dnn.randn(4, 53), Y = dnn.rand(1, 53)}
    local expected = net:predict(set.X)
    assert.is_true((dnn.predict(net, set.X, {batch_size = 7}) - expected):abs():max() < 1e-5)
    for _, data in ipairs{set, dnn.data.batches(set, {size = 9, shuffle = false}),
                          dnn.data.Loader(set, {batch_size = 9, shuffle = false})} do
      local A, Y = dnn.predict(net, data)
      assert.is_true((A - expected):abs():max() < 1e-5)
      assert.is_true(Y == set.Y)
    end
    assert.is_true(net.training)
  end)

  it("refuses batches that shuffle, and options of theirs", function()
    local net, set = dnn.Sequential{dnn.Linear(4, 3)}, {X = dnn.randn(4, 5), Y = dnn.rand(1, 5)}
    assert.has_error(function() dnn.predict(net, dnn.data.batches(set)) end, "dnn.predict: these batches shuffle, so "
      .. "it is unknown which output belongs to which example; make them with shuffle = false")
    assert.has_error(function() dnn.predict(net, dnn.data.batches(set, {shuffle = false}), {batch_size = 3}) end,
      "dnn.predict: batch_size is an option of the batches that were given as data; leave it out here")
    assert.has_error(function() dnn.predict(net, 5) end,
      "dnn.predict: data must be a set {X = , Y = }, a dnn.data.Loader or dnn.data.batches, got 5; usage: "
        .. "dnn.predict(net, data [, options])")
  end)
end)
