-- What is said about labels and outputs that do not go together.
local dnn = require "dnn"
local mistakes = dofile "tests/lua/mistakes.lua"

describe("a mistake with a loss:", function()
  local bce, cross, mse = dnn.BCELoss(), dnn.CrossEntropyLoss(), dnn.MSELoss()
  local A, Y = dnn.full(1, 4, 0.5), dnn.Matrix{{1, 0, 0, 1}}
  local scores = dnn.zeros(3, 4)

  mistakes(it, {
    {"labels in a column", function() bce(A, Y:t()) end,
      "BCELoss: A is 1 x 4, Y is 4 x 1; they need the same shape (columns are examples: is Y transposed?)"},
    {"labels of another batch", function() bce(A, dnn.ones(1, 3)) end,
      "BCELoss: A is 1 x 4, Y is 1 x 3; they need the same shape (are both of the same batch?)"},
    {"class numbers for the squared error", function() mse(scores, dnn.ones(1, 4)) end,
      "MSELoss: A is 3 x 4, Y is 1 x 4; they need the same shape (class numbers are for CrossEntropyLoss)"},
    {"labels 1 and 2 for 0 and 1", function() bce(A, dnn.full(1, 4, 2)) end,
      "BCELoss: Y(1, 1) is 2, outside 0..1; targets are 0, 1 or a probability"},
    {"labels -1 and 1 for 0 and 1", function() bce(A, dnn.full(1, 4, -1)) end,
      "BCELoss: Y(1, 1) is -1, outside 0..1; targets are 0, 1 or a probability"},
    {"a network that does not end in a Sigmoid", function() bce(dnn.full(1, 4, 3), Y) end,
      "BCELoss: A(1, 1) is 3, outside 0..1; end the network with a Sigmoid, or use BCEWithLogitsLoss on logits"},
    {"labels from 0", function() cross(scores, dnn.Matrix{{0, 1, 2, 0}}) end,
      "CrossEntropyLoss: label 0 at column 1 is outside 1..3; labels count from 1 in Lua (add 1 to labels that count "
        .. "from "
        .. "0)"},
    {"labels beyond the classes", function() cross(scores, dnn.Matrix{{1, 2, 3, 4}}) end,
      "CrossEntropyLoss: label 4 at column 4 is outside 1..3 (A has a row for each class)"},
    {"labels that are not whole", function() cross(scores, dnn.Matrix{{1, 1.5, 1, 1}}) end,
      "CrossEntropyLoss: label 1.5 at column 2 is not a whole number; labels are the numbers of classes, 1..C"},
    {"class numbers in a column", function() cross(scores, dnn.ones(4, 1)) end,
      "CrossEntropyLoss: A is 3 x 4, so Y must be 1 x 4 labels, or steps x 4 where A is (steps * classes) x 4, not "
        .. "4 x 1 (is Y transposed?)"},
    {"one-hot labels of other numbers", function() cross(scores, dnn.full(3, 4, 2)) end,
      "CrossEntropyLoss: Y(1, 1) is 2, outside 0..1; targets are 0, 1 or a probability"},
    {"weights of another number of classes", function()
      dnn.CrossEntropyLoss{weight = dnn.Matrix{1, 2}}(scores, dnn.ones(1, 4))
    end, "CrossEntropyLoss: weight must hold 3 numbers, one for each class (A is 3 x 4), not 2"},
    {"weights of classes as a table", function() dnn.CrossEntropyLoss{weight = {1, 2, 3}} end,
      "CrossEntropyLoss: weight must be a Matrix, got table; dnn.Matrix{...} makes one of a table"},
    {"nothing but padding", function() dnn.CrossEntropyLoss{ignore_index = 0}(scores, dnn.zeros(1, 4)) end,
      "CrossEntropyLoss: the mean is undefined, as no label counts: each is 0 (ignore_index) or its class has "
        .. "weight 0"},
    {"one output for two classes", function() cross(A, Y) end,
      "CrossEntropyLoss: label 0 at column 2 is outside 1..1; A has one row, a single class: for classes 0 and 1 take "
        .. "BCEWithLogitsLoss"},
    {"another type of numbers", function() bce(A, Y:double()) end,
      "BCELoss: float32 and float64 do not mix; convert one with :float() or :double()"},
    {"a table of labels", function() bce(A, {1, 0, 0, 1}) end,
      "BCELoss: Y must be a Matrix, got table; dnn.Matrix{...} makes one of a table"},
    {"no labels", function() bce:forward(A) end, "BCELoss: Y must be a Matrix, got nothing"},
    {"labels that could not be loaded", function() bce:forward(A, nil) end,
      "BCELoss: Y must be a Matrix, got nil; check the name, or whether a load failed: it "
        .. "returns nil and a message"},
    {"backward before forward", function() dnn.BCELoss():backward() end,
      "BCELoss: backward needs a forward first: loss:forward(A, Y)"},
    {"a dot for a colon", function() bce.forward(A, Y) end,
      "forward: expected a dnn.Loss before the arguments, got dnn.Matrix; methods take a colon, as in "
        .. "loss:forward(...)"},
    {"A and Y where options are expected", function() dnn.BCELoss(A, Y) end,
      "BCELoss: expected at most 1 argument, got 2"},
    {"an option by its value alone", function() dnn.BCELoss "sum" end,
      "BCELoss: expected a table of options, as in {reduction = ...}, got 'sum'"},
    {"a reduction misspelt", function() dnn.MSELoss{reduction = "avg"} end,
      "MSELoss: reduction must be one of mean, sum, none, got 'avg'"},
    {"weights that are not in a table", function() bce(A, Y, Y) end,
      "BCELoss: expected a table of options, as in {weights = ...}, got dnn.Matrix"},
    {"PyTorch's weight", function() bce(A, Y, {weight = Y}) end,
      "BCELoss: unknown option 'weight'; known: weights (did you mean 'weights'?)"},
    {"weights in a column", function() bce(A, Y, {weights = Y:t()}) end,
      "BCELoss: weights must be 1 x 4, one for each example (A is 1 x 4), not 4 x 1 (is it transposed?)"},
    {"a gradient for a cost that is one number", function() mse(A, Y) mse:backward(A) end,
      "MSELoss: backward: expected no arguments (only with reduction = 'none' the gradient of the costs), got "
        .. "dnn.Matrix; loss:backward() remembers A and Y of its forward"},
    {"a gradient of the costs of another batch",
      function() local none = dnn.MSELoss{reduction = "none"} none(A, Y) none:backward(dnn.ones(1, 3)) end,
      "MSELoss: backward: the gradient of the costs must be 1 x 4 of type float32, a number for each example, got 1 x "
        .. "3 of type float32"},
    {"an argument too many", function() bce(A, Y, nil, 1) end,
      "forward: expected at most 3 arguments, got 4"},
    {"a backward after another forward", function()
      local net, X = dnn.Sequential{dnn.Linear(2, 1)}, dnn.ones(2, 4)
      mse(net:forward(X), Y)
      net:forward(X)
      mse:backward()
    end,
      "MSELoss: backward: the network has run forward again since loss:forward(A, Y), so A is overwritten; call "
        .. "loss:forward with the new output, or validate with net:predict(X), which keeps the training pass"},
    {"an option set later", function() bce.reduction = "sum" end,
      "BCELoss: 'reduction' cannot be set; options are given when a loss is made"},
    {"PyTorch's item", function() bce:item() end,
      "BCELoss has no field 'item'; loss:forward(A, Y) returns the number itself"},
    {"PyTorch's item of the cost", function() bce(A, Y):item() end,
      "attempt to index a number value"},
    {"a method misspelt", function() bce:foward(A, Y) end, "BCELoss has no field 'foward'; did you mean 'forward'?"},
    {"a loss by half its name", function() dnn.CrossEntropy() end,
      "dnn has no 'CrossEntropy'; did you mean 'CrossEntropyLoss'?"},
    {"targets 0 and 1 for -1 and 1", function() dnn.HingeLoss()(A, Y) end,
      "HingeLoss: Y(1, 2) is 0; targets are -1 or 1 (2 * Y - 1 makes them of 0 and 1)"},
    {"one of two inputs", function() dnn.CosineEmbeddingLoss()(A, Y) end,
      "CosineEmbeddingLoss: Y must be a Matrix, got nothing"},
    {"inputs of different shapes", function() dnn.TripletMarginLoss()(A, Y, scores) end,
      "TripletMarginLoss: A is 1 x 4, C is 3 x 4; they need the same shape"},
    {"targets where there are none", function() dnn.TripletMarginLoss()(A, A, A, Y) end,
      "TripletMarginLoss: expected a table of options, as in {weights = ...}, got dnn.Matrix"},
    {"signs of another number", function() dnn.CosineEmbeddingLoss()(scores, scores, dnn.ones(4, 1)) end,
      "CosineEmbeddingLoss: A is 3 x 4, so Y must be 1 x 4, not 4 x 1 (is Y transposed?)"},
    {"a power that is not 1 or 2", function() dnn.MultiMarginLoss{p = 3}(scores, dnn.ones(1, 4)) end,
      "MultiMarginLoss: p must be 1 or 2, got 3"},
    {"weights of other rows", function() dnn.BCEWithLogitsLoss{pos_weight = dnn.Matrix{1, 2}}(scores, scores) end,
      "BCEWithLogitsLoss: pos_weight must hold 3 numbers, one for each row (A is 3 x 4), not 2"},
    {"spelling without the number of classes", function() dnn.CTCLoss() end,
      "CTCLoss: classes is missing (classes of a step, the blank included)"},
    {"a blank beyond the classes", function() dnn.CTCLoss{classes = 3, blank = 4}(scores, dnn.ones(1, 4)) end,
      "CTCLoss: blank is one of the classes, 1..3, not 4"},
    {"steps that are not whole", function() dnn.CTCLoss{classes = 2}(scores, dnn.ones(1, 4)) end,
      "CTCLoss: A is 3 x 4; its rows are steps of 2 classes, and 2 does not divide 3"},
    {"spelling in rows", function() dnn.CTCLoss{classes = 3}(scores, dnn.ones(4, 1)) end,
      "CTCLoss: A is 3 x 4, so Y must have 4 columns, the labels of an example in each, not 4 x 1 (is Y "
        .. "transposed?)"},
    {"spelling the blank", function() dnn.CTCLoss{classes = 3}(scores, dnn.ones(1, 4)) end,
      "CTCLoss: label 1 at (1, 1) is the blank, which targets do not hold; blank = says which class it is, and "
        .. "target_lengths where padding begins"},
    {"spelling with padding", function() dnn.CTCLoss{classes = 3}(scores, dnn.zeros(2, 4)) end,
      "CTCLoss: label 0 at (1, 1) is not a whole number 1..3; labels count from 1 in Lua (add 1 to labels that "
        .. "count from 0), and target_lengths says where padding begins"},
    {"spelling beyond the classes", function() dnn.CTCLoss{classes = 3}(scores, dnn.full(1, 4, 4)) end,
      "CTCLoss: label 4 at (1, 1) is not a whole number 1..3"},
    {"targets longer than Y", function()
      dnn.CTCLoss{classes = 3}(scores, dnn.full(1, 4, 2), {target_lengths = dnn.Matrix{{1, 2, 1, 1}}})
    end, "CTCLoss: target_lengths(1, 2) is 2, and must be a whole number from 0 to the rows of Y, 1"},
    {"inputs longer than A", function()
      dnn.CTCLoss{classes = 3}(scores, dnn.full(1, 4, 2), {input_lengths = dnn.Matrix{{1, 1, 1, 2}}})
    end, "CTCLoss: input_lengths(1, 4) is 2, and must be a whole number from 1 to the steps of A, 1"},
    {"lengths in a column", function()
      dnn.CTCLoss{classes = 3}(scores, dnn.full(1, 4, 2), {input_lengths = dnn.ones(4, 1)})
    end, "CTCLoss: input_lengths must be 1 x 4, one for each example, not 4 x 1 (is it transposed?)"},
    {"lengths for another loss", function() mse(A, Y, {input_lengths = Y}) end,
      "MSELoss: unknown option 'input_lengths'; known: weights"},
    {"a negative variance", function() dnn.GaussianNLLLoss()(A, -A, A) end,
      "GaussianNLLLoss: B(1, 1) is -0.5; variances must not be negative (a Softplus makes them positive)"},
    {"a count below 0", function() dnn.PoissonNLLLoss()(A, -A) end,
      "PoissonNLLLoss: Y(1, 1) is -0.5; targets are counts, from 0"},
    {"a label after a 0", function() dnn.MultiLabelMarginLoss()(scores, dnn.Matrix{{1, 0, 0, 2}, {0, 0, 1, 3}}) end,
      "MultiLabelMarginLoss: label 1 at (2, 3) comes after a 0, which ends the labels of an example; they "
        .. "count from 1"},
    {"a label beyond the classes", function() dnn.MultiLabelMarginLoss()(scores, dnn.full(1, 4, 4)) end,
      "MultiLabelMarginLoss: label 4 at column 1 is outside 1..3 (A has a row for each class)"},
    {"lists of labels in rows", function() dnn.MultiLabelMarginLoss()(scores, dnn.ones(4, 2)) end,
      "MultiLabelMarginLoss: A is 3 x 4, so Y must have 4 columns, the labels of an example in each, not 4 x 2 "
        .. "(is Y transposed?)"},
    {"a ranking by 0 and 1", function() dnn.MarginRankingLoss()(A, A, Y) end,
      "MarginRankingLoss: Y(1, 2) is 0; targets are -1 or 1 (2 * Y - 1 makes them of 0 and 1)"},
    {"weights of other classes", function()
      dnn.MultiLabelSoftMarginLoss{weight = dnn.Matrix{1, 2}}(scores, scores)
    end, "MultiLabelSoftMarginLoss: weight must hold 3 numbers, one for each class (A is 3 x 4), not 2"},
    {"a gradient check of several inputs", function()
      local net = dnn.Sequential({dnn.Linear(2, 1)}, {dtype = "float64"})
      dnn.gradcheck(net, dnn.TripletMarginLoss(), dnn.ones(2, 1), dnn.ones(1, 1))
    end, "gradcheck: TripletMarginLoss takes several outputs, and a network has one"},
  })
end)
