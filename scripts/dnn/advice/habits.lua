-- Habits from other libraries that the arguments of a call give away, and how the same is written here. An error about
-- arguments loads this file; names that other libraries have for things are elsewhere.
local SCALED <const> = "the scaled sum of Torch7 and PyTorch is A:add_(s * B) here"
local SCALED_NEW <const> = "the scaled sum of Torch7 and PyTorch is A + s * B here, and a result's place {out = C}"
local TWO <const> = "a Matrix has two dimensions; an image or a sequence is one column, one example"
local KEPT <const> = "the axis is always kept: a column stays a column"

-- A function's name, a pattern for the kinds of its arguments ("Matrix number Matrix"), and the advice.
return {
  {"add_", "^Matrix number Matrix", SCALED},
  {"add_", "^Matrix Matrix [tn]", SCALED},
  {"add", "^Matrix number Matrix", SCALED_NEW},
  {"add", "^Matrix Matrix number", SCALED_NEW},
  {"sub_", "^Matrix number Matrix", "a scaled difference is A:sub_(s * B) here"},
  {"sub_", "^Matrix Matrix [tn]", "a scaled difference is A:sub_(s * B) here"},
  {"sub", "^Matrix number Matrix", "a scaled difference is A - s * B here"},
  {"get", "^Matrix nil nil$", "a loop over examples is for j = 1, A.cols do local x = A:col(j) ... end"},
  {"copy", "^Matrix Matrix$", "A:copy_(B) copies B into A"},
  {"t", "^Matrix number", "there are two dimensions, and A:t() exchanges them"},
  {"zeros", "^number number number", TWO}, {"ones", "^number number number", TWO},
  {"empty", "^number number number", TWO}, {"rand", "^number number number", TWO},
  {"randn", "^number number number", TWO}, {"reshape", "^Matrix number number number", TWO},
  {"Matrix", "^number number", "dnn.zeros(rows, cols) makes one by its size"},
  {"full", "^table", "the shape is two numbers: dnn.full(rows, cols, value)"},
  {"gather", "^Matrix number", "it takes column numbers: A:gather{3, 1}"},
  {"sum", "^Matrix number boolean", KEPT}, {"mean", "^Matrix number boolean", KEPT},
  {"max", "^Matrix number boolean", KEPT}, {"min", "^Matrix number boolean", KEPT},
  {"argmax", "^Matrix number boolean", KEPT}, {"argmin", "^Matrix number boolean", KEPT},
  {"std", "^Matrix number boolean", "the divisor is an option: A:std(axis, {unbiased = false})"},
  {"max", "^Matrix Matrix", "the larger of two elements is dnn.maximum(A, B)"},
  {"min", "^Matrix Matrix", "the smaller of two elements is dnn.minimum(A, B)"},
  {"max", "^Matrix number", "axis 1 goes over rows, 2 over columns; with a number it is dnn.maximum(A, number)"},
  {"min", "^Matrix number", "axis 1 goes over rows, 2 over columns; with a number it is dnn.minimum(A, number)"},
  {"svd", "^Matrix boolean", "an option says so: {vectors = false}"},
  {"manual_seed", "^number number", "one whole number seeds all streams"},
  {"initialize_parameters_deep", "^number", "the sizes are in one table, as in {12288, 20, 7, 5, 1}"},
  {"log", "^Run number string", "values come in one table, as in run:log(i, {cost = cost})"},
  {"log", "^Run string number number",
    "the step comes first, and values in one table, as in run:log(i, {cost = cost})"},
  {"step", "^Optimiser function", "compute the cost and its gradients first, then call opt:step()"},
  {"zero_grad", "boolean", "there is nothing to choose: gradients are set to 0"},
  {"backward", "^Loss ", "loss:backward() remembers A and Y of its forward"},
  {"backward", "^%a+ Matrix Matrix", "backward takes the gradient alone; it remembers the input of its forward"},
}
