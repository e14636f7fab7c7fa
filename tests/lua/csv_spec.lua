-- dnn.data.csv and write_csv, on files made here; numpy_spec.lua compares them with Python.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local files = require "made_files"
local program = require "program"
local data = dnn.data

local put, refuses = files.put, files.refuses

setup(files.open)
teardown(files.close)

describe("dnn.data.csv", function()
  it("finds header, delimiter, decimal sign and line ends by itself", function()
    local tables = {
      "a,b,y\n1,2.5,3\n-4,5e-1,6\n",
      "\xef\xbb\xbfa,b,y\r\n1,2.5,3\r\n-4,.5,+6",
      "a;b;y\n1;2,5;3\n-4;0,5;6\n\n",
      "a\tb\ty\n1\t2.5\t3\n-4\t0.5\t6\n",
      "a|b|y\r1|2.5|3\r-4|0.5|6\r",
      "a b   y\n  1 2.5\t3\n-4 0.50 6  \n",
      '"a","b","y"\n"1","2.5","3"\n"-4", 0.5 ,"6"\n',
      '"a" , "b","y"\t\r\n "1" ,"2.5" ,"3"\r\n-4,"0.5"\t, "6" \r\n',
      '"a"|"b"|"y"\n"1"|"2.5"|"3"\n"-4"|"0.5"|"6"\n',
    }
    for _, text in ipairs(tables) do
      local t = assert(data.csv(put(text), {label = "y"}))
      assert.same({{1, -4}, {2.5, 0.5}}, t.X:table(), text)
      assert.same({{3, 6}}, t.Y:table(), text)
      assert.same({"a", "b"}, t.names, text)
      assert.equal("y", t.label)
      assert.is_nil(t.classes)
    end
  end)

  it("takes files without a header, and of one column", function()
    local t = assert(data.csv(put "1,2\n3,4\n"))
    assert.same({{1, 3}, {2, 4}}, t.X:table())
    assert.same({"column 1", "column 2"}, t.names)
    assert.is_nil(t.Y)
    assert.same({{5, 6, 7}}, assert(data.csv(put "5\n6\n7\n")).X:table())
    assert.same({{2}}, assert(data.csv(put "1\n2\n", {header = true})).X:table())
    assert.same({{1, 2}}, assert(data.csv(put "a\nb\n", {header = false})).X:table())
  end)

  it("makes classes of texts, sorted by their bytes, in the label and in features", function()
    local t = assert(data.csv(put 'sex,age,port\nmale,22,"S, ""x"""\nfemale,38,C\nfemale,26,"two\nlines"\n',
      {label = "port"}))
    assert.same({{2, 1, 1}, {22, 38, 26}}, t.X:table())
    assert.same({sex = {"female", "male"}}, t.categories)
    assert.same({"C", 'S, "x"', "two\nlines"}, t.classes)
    assert.same({{2, 1, 3}}, t.Y:table())
  end)

  it("takes hexadecimal numbers and digits in groups for texts, as pandas does", function()
    local t = assert(data.csv(put "a,b,c\n0x10,1_000,1\n0x0f,2_000,2\n"))
    assert.same({a = {"0x0f", "0x10"}, b = {"1_000", "2_000"}}, t.categories)
    assert.same({{2, 1}, {1, 2}, {1, 2}}, t.X:table())
  end)

  it("takes the columns that are asked for, by name or number, in that order", function()
    local file = put "a,b,c\n1,2,3\n4,5,6\n"
    assert.same({{3, 6}, {1, 4}}, assert(data.csv(file, {columns = {"c", 1}})).X:table())
    local t = assert(data.csv(file, {columns = {"b"}, label = 3, dtype = "float64"}))
    assert.same({{2, 5}}, t.X:table())
    assert.same({{3, 6}}, t.Y:table())
    assert.equal("float64", t.Y.dtype)
    refuses("has no column 'd'; it has: a, b, c", data.csv, file, {label = "d"})
    refuses("has no column 7; it has 3", data.csv, file, {columns = {7}})
    refuses("column '3' is given twice", data.csv, file, {columns = {"c", 3}})
  end)

  it("names columns of one name apart, as pandas does, and asks which of them is meant", function()
    local file = put "a,b,a,a.1,a\n1,x,y,3,4\n5,z,w,7,8\n"
    local t = assert(data.csv(file))
    assert.same({"a", "b", "a.2", "a.1", "a.3"}, t.names)
    assert.same({b = {"x", "z"}, ["a.2"] = {"w", "y"}}, t.categories)
    assert.same({{2, 1}, {3, 7}}, assert(data.csv(file, {columns = {"a.2", "a.1"}})).X:table())
    assert.same({{1, 5}}, assert(data.csv(file, {columns = {"b"}, label = 1})).Y:table())
    for _, options in ipairs{{label = "a"}, {columns = {"b", "a"}}} do
      refuses("columns 1 and 3 are both named 'a'; choose one by its number", data.csv, file, options)
    end
    assert.same({"column 1", "b", "column 1.1"}, assert(data.csv(put ",b,column 1\n1,2,3\n")).names)
  end)

  it("says what is missing, or puts a number, the mean or nothing in its place", function()
    local file = put "a,b\n1,2\nNA,3\n5,\n?,nan\n"
    refuses("line 3, column 1 (a): 'NA' is a missing value; set missing to a number, "
      .. "'mean' or 'skip'",
      data.csv, file)
    assert.same({{1, -1, 5, -1}, {2, 3, -1, -1}}, assert(data.csv(file, {missing = -1})).X:table())
    assert.same({{1, 3, 5, 3}, {2, 3, 2.5, 2.5}}, assert(data.csv(file, {missing = "mean"})).X:table())
    assert.same({{1}, {2}}, assert(data.csv(file, {missing = "skip"})).X:table())
    local x = assert(data.csv(file, {missing = 0 / 0})).X(1, 2)
    assert.is_true(x ~= x)
    refuses("column 2 (b) has no values to take a mean of", data.csv, put "a,b\n1,\n2,NA\n",
      {missing = "mean"})
  end)

  it("names file, line and column of what is wrong", function()
    refuses("line 3 has 2 fields; expected 3 as in the first row (delimiter ','; fields that hold it need quotes)",
      data.csv, put "a,b,c\n1,2,3\n4,5\n")
    refuses("line 2 has 1 field; expected 2 as in the first row (delimiter '\\t'; fields that hold it need quotes)",
      data.csv, put "1\t2\n3\n")
    refuses("line 4, column 2 (b): 'x1' is not a number", data.csv, put 'a,b\n"1\n",2\n2,x1\n')
    refuses("line 2, column 1: '1.2.3' is not a number", data.csv, put "1\n1.2.3\n")
    refuses("line 3, column 1: '-0X1f' is not a decimal number, and hexadecimal ones are not read", data.csv,
      put "1\n2\n-0X1f\n")
    refuses("line 2 opens a quote that is never closed", data.csv, put 'a,b\n"1,2\n3,4\n')
    local after = " has text after its closing quote; expected the delimiter there (a quote in quotes is doubled)"
    for text, place in pairs{
      ['a,b\n"12"34,5\n1,2\n'] = "line 2, column 1 (a): '12'", ['a,b\n1,2\n"1"2"3",5\n'] = "line 3, column 1 (a): '1'",
      ['a,b\n1,2\n3,"4" # junk\n'] = "line 3, column 2 (b): '4'", ['a,"b"c\n1,2\n'] = "line 1, column 2: 'b'",
      ['a,b\nx,2\n"x" y,3\n'] = "line 3, column 1 (a): 'x'", ['a b\n"1"2 3\n'] = "line 2, column 1 (a b): '1'",
      [("a,b\n" .. ("1,2\n"):rep(40)) .. '3,"4"5'] = "line 42, column 2 (b): '4'",
    } do
      refuses(place .. after, data.csv, put(text))
    end
    refuses("line 2, column 2 (b): '2'" .. after, data.csv, put 'a,b\n1,"2"3\n', {columns = {"a"}})
    refuses("has no rows of values after its header", data.csv, put "a,b\n")
    refuses("expected a CSV file, but the file is empty", data.csv, put "")
    refuses("has no rows", data.csv, put "\n \n")
    refuses("line 40, column 1 (a): '1?' is not a number", data.csv, put("a\n" .. ("1\n"):rep(38) .. "1\27\n"))
    refuses("No such file or directory", data.csv, files.folder .. "/none.csv")
    refuses("is a folder; expected a file", data.csv, files.folder)
  end)

  it("reads numbers to the last bit, and infinities", function()
    local numbers = {"0.1", "1e308", "4.9e-324", "123456789012345678901234567890", "0.30000000000000004",
      "9007199254740993", "-1.7976931348623157e308", "1e-400", "2.2250738585072011e-308", "7.", "00012", "1e+5"}
    local t = assert(data.csv(put("n\n" .. table.concat(numbers, "\n") .. "\n"), {dtype = "float64"}))
    for i, text in ipairs(numbers) do assert.equal(tonumber(text) + 0.0, t.X(1, i), text) end
    assert.same({{math.huge, -math.huge}}, assert(data.csv(put "n\ninf\n-Infinity\n")).X:table())
  end)

  it("refuses numbers that would become infinite, by row, column and text", function()
    refuses("line 3, column 2 (b): '-1e400' is too large for a float64", data.csv, put "a,b\n1,2\n3,-1e400\n")
    refuses("line 2, column 1 (a): '1e39' is too large for float32; set dtype to 'float64'", data.csv,
      put 'a,b\n"1e39",2\n', {dtype = "float32"})
    assert.equal(1e39, assert(data.csv(put "a,b\n1e39,2\n", {dtype = "float64"})).X(1, 1))
    assert.equal(3.4028234663852886e38, assert(data.csv(put "a\n3.4028235e38\n", {dtype = "float32"})).X(1, 1))
    refuses("column 1 (a) has no finite mean; set missing to a number or 'skip'", data.csv, put "a,b\ninf,1\n,2\n",
      {missing = "mean"})
  end)

  it("takes a number of any length for a number", function()
    local zeros = ("0"):rep(100000)
    local file = put(("a,b\n1%se-100000,0.%s1e100001\n2,3\n"):format(zeros, zeros))
    local t = assert(data.csv(file, {dtype = "float64"}))
    assert.same({{1, 2}, {1, 3}}, t.X:table())
    assert.is_nil(t.categories)
    local halfway = "1.00000000000000011102230246251565404236316680908203125" -- of 1 and the float64 after it
    local numbers = assert(data.csv(put(("%s%s\n%s%s1\n"):format(halfway, zeros, halfway, zeros)), {dtype = "float64"}))
    assert.same({{1, 1 + 2^-52}}, numbers.X:table())
    refuses(("line 2, column 1 (a): '%s' is too large for a float64"):format(("7"):rep(40)), data.csv,
      put("a,b\n" .. ("7"):rep(1000000) .. ",2\n"))
  end)

  it("reads gzipped files, many lines and long ones", function()
    local lines, sum = {}, 0
    for i = 1, 50000 do lines[i], sum = ("%d,%d"):format(i, 2 * i), sum + 2 * i end
    put("a,b\n" .. table.concat(lines, "\n"))
    assert(os.execute("gzip -kf " .. program.quote(files.path)))
    local t = assert(data.csv(files.path .. ".gz", {label = "b", dtype = "float64"}))
    assert.equal(sum, t.Y:sum())
    assert.equal(50000, t.X.cols)
    local long = {}
    for i = 1, 100000 do long[i] = i % 7 end
    t = assert(data.csv(put((table.concat(long, ",") .. "\n"):rep(3))))
    assert.equal(100000, t.X.rows)
    assert.equal(3, t.X.cols)
  end)

  it("is a set for dnn.data.split and dnn.data.batches, and says what it holds", function()
    local t = assert(data.csv(put "x,y\n1,2\n2,4\n3,6\n4,8\n", {label = "y"}))
    assert.equal("dnn.data.csv: 4 rows of 1 column and the label y: X 1 x 4 float32, Y 1 x 4 float32 (32 bytes)",
      tostring(t))
    local train, test = data.split(t, {test = 1})
    assert.equal(3, train.X.cols)
    assert.equal(2 * test.X(1, 1), test.Y(1, 1))
    for X, Y in data.batches(t, {size = 2}) do assert.equal(2 * X, Y) end
  end)

  it("reads the shared wines", function()
    local shared = (os.getenv "DNN_SHARED" or "../shared") .. "/data/tables/winequality-red.csv"
    local there = io.open(shared)
    if not there then return pending(shared .. " is absent") end
    there:close()
    local wines = assert(data.csv(shared, {label = "quality"}))
    assert.equal(11, wines.X.rows)
    assert.equal(1599, wines.X.cols)
    assert.equal("fixed acidity", wines.names[1])
    assert.same({3, 8}, {wines.Y:min(), wines.Y:max()})
  end)
end)

describe("dnn.data.write_csv", function()
  it("writes what dnn.data.csv reads back, to the bit", function()
    for _, dtype in ipairs {"float32", "float64"} do
      local X = dnn.cat({dnn.randn(3, 200, {dtype = dtype}), dnn.rand(1, 200, {dtype = dtype}) * 1e-30}, 1)
      X:set(1, 1, 1 / 0)
      X:set(2, 1, -0.0)
      X:set(3, 1, 123456789)
      local file = put ""
      assert.is_true(data.write_csv(file, X))
      assert.is_true(assert(data.csv(file, {dtype = dtype})).X == X, dtype)
    end
  end)

  it("writes names, labels and classes, quoted where they need it", function()
    local text = 'sex,"a ""b""",kind\nmale,1.5,"x,y"\nfemale,2,z\n'
    local t = assert(data.csv(put(text), {label = "kind"}))
    assert.is_true(data.write_csv(files.path, t))
    assert.equal(text, program.read_all(files.path))
    assert.is_true(data.write_csv(files.path, dnn.Matrix {{1, 2}, {3, 4}}, {names = {"u", "v"}, delimiter = ";"}))
    assert.equal("u;v\n1;3\n2;4\n", program.read_all(files.path))
  end)

  it("refuses names that are not as many as rows, and a Y of another length", function()
    local X = dnn.ones(2, 3)
    assert.error_matches(function() data.write_csv(files.path, X, {names = {"a"}}) end,
      "there are 1 names for the 2 rows of X", 1, true)
    assert.error_matches(function() data.write_csv(files.path, {X = X, Y = dnn.ones(1, 2)}) end,
      "matrix 2 has 2 columns and the first has 3", 1, true)
    assert.error_matches(function() data.write_csv(files.path, {X = X, Y = dnn.full(1, 3, 2), classes = {"a"}}) end,
      "label 1 is 2, and there are 1 classes", 1, true)
    assert.error_matches(function() data.write_csv(files.path, {X = X, Y = dnn.ones(2, 3), classes = {"a"}}) end,
      "class numbers are 2 x 3; expected 1 row, one for each example", 1, true)
    local written, message = data.write_csv(files.folder .. "/no/such.csv", X)
    assert.is_nil(written)
    assert.is_truthy(message:find("cannot be written", 1, true))
  end)
end)

describe("the reader that dnn.data.csv works with", function()
  it("reads a file once, and gives only the columns that it has read", function()
    local native = require "dnn.core"._data
    local csv = assert(native.csv(put "a,b,c\n1,2,x\n3,4,y\n", nil, nil, nil, nil, nil, 1 << 20))
    assert.equal(2, csv:read {1, 2})
    assert.same({nil, files.path .. ": has been read already"}, {csv:read {3}})
    assert.same({{1, 3}, {2, 4}}, csv:take(1, 2):table())
    for _, range in ipairs {{1, 3}, {2, 2}, {3, 1}, {math.maxinteger, 1}, {0, 1}} do
      assert.is_false(pcall(csv.take, csv, range[1], range[2]))
    end
  end)
end)
