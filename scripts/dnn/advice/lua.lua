-- What was likely meant by those who write Lua like another language. Loaded by the program when an error is about
-- such a thing (bindings/program/advice.c): it holds data alone, so that nothing a script has done to the globals
-- matters.
return {
  -- What is a global elsewhere.
  globals = {
    len = "the length of x is #x",
    range = "a loop is for i = 1, n do ... end",
    None = "in Lua it is nil",
    null = "in Lua it is nil",
    True = "in Lua it is true",
    False = "in Lua it is false",
    str = "in Lua it is tostring(x)",
    float = "in Lua it is tonumber(x)",
    int = "in Lua it is math.tointeger(x)",
    unpack = "in Lua 5.4 it is table.unpack",
    help = "it is dnn.help(name), and at the prompt ?name",
    exit = "it is os.exit()",
    quit = "it is os.exit()",
    torch = "it is dnn here",
    dnn = "a script begins with: local dnn = require \"dnn\"",
    nn = "layers and losses are in dnn itself: dnn.Linear",
    np = "it is dnn here: dnn.zeros, dnn.mean, ...",
    numpy = "it is dnn here: dnn.zeros, dnn.mean, ...",
    optim = "it is dnn.optim",
  },

  -- What is an operator or a statement elsewhere: {how Lua's message ends, what is in the line, the advice}.
  syntax = {
    {"near '!'", "!=", "not equal is ~= in Lua"},
    {"near '!'", "!", "Lua writes not x"},
    {"near '&'", "&&", "Lua writes x and y"},
    {"near '|'", "||", "Lua writes x or y"},
    {"near '*'", "**", "a power is x ^ 2 in Lua"},
    {"near '+'", "++", "Lua writes x = x + 1"},
    {"near '+'", "+=", "Lua writes x = x + 1"},
    {"near '-'", "-=", "Lua writes x = x - 1"},
    {"near '*'", "*=", "Lua writes x = x * 2"},
    {"near '/'", "/=", "Lua writes x = x / 2"},
    {"near '@'", "@", "the matrix product is A * B, the elementwise one A % B"},
    {"syntax error", "import ", "Lua loads a module by local m = require \"m\"; dnn is loaded already"},
    {"syntax error", "def ", "Lua writes function f(x) ... end"},
  },

  -- What a number is elsewhere: a cost is a graph's end in PyTorch, and a number here.
  numbers = {
    backward = "the cost is a number here: net:backward(loss:backward()), or forward X:requires_grad_() for a graph",
    item = "it is a number already: leave out .item()",
    detach = "it is a number already: leave out .detach()",
    cpu = "it is a number already: leave out .cpu()",
    numpy = "it is a number already: leave out .numpy()",
    float = "it is a number already: leave out :float()",
  },
}
