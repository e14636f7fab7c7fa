-- The chart of the benchmark: ./bootstrap bench --chart FILE --from what --json printed.
package.path = "tests/lua/?.lua;" .. package.path
local program = require "program"

local MEASURED <const> = [[{
"machine": {"cpu": "Some CPU", "cpus": 2, "versions": "dnnlua 0.1.0; PyTorch 1.13.1, NumPy 1.24"},
"results": [
  {"case": "batch", "title": "(a) dense", "rows": [
    {"name": "dnnlua float32", "share": 0.755, "ratio": [1, 1, 1]},
    {"name": "PyTorch float32, as packaged", "ratio": [2.5, 2, 3]},
    {"name": "PyTorch float32, same kernels", "ratio": [1.9, 1, 2]},
    {"name": "dnnlua on bfloat16", "ratio": [0.6, 0.5, 1]}]},
  {"case": "cell", "title": "autograd: a cell", "rows": [
    {"name": "dnnlua float32", "share": null, "ratio": [1, 1, 1]},
    {"name": "PyTorch float32, as packaged", "ratio": [19, 18, 20]}]},
  {"case": "start", "title": "start-up", "rows": []}]}]]

local function bench(arguments)
  return program.shell(("/usr/bin/python3 bench/run.py --program %s %s"):format(
    program.quote(program.dnnlua), arguments))
end

describe("the benchmark's chart", function()
  local has_python = os.execute "test -x /usr/bin/python3" == true

  it("shows the ratio to the fastest PyTorch and the share of the peak", function()
    if not has_python then return pending "there is no /usr/bin/python3" end
    local json, chart = os.tmpname(), os.tmpname() .. ".svg"
    program.write_all(json, MEASURED)
    local stdout, stderr, status = bench(("--chart %s --from %s"):format(chart, json))
    assert.same({"", "", 0}, {stdout, stderr, status})
    local svg = program.read_all(chart)
    for _, text in ipairs{"(a) x 1.9", "cell x 19", "(a) 76 %",
      "Some CPU, 2 CPUs; dnnlua 0.1.0; PyTorch 1.13.1, NumPy 1.24"} do
      assert.is_truthy(svg:find(text, 1, true), text)
    end
    assert.is_nil(svg:find("(a) x 0.6", 1, true))
    os.remove(json)
    os.remove(chart)
  end)

  it("says what it cannot draw", function()
    if not has_python then return pending "there is no /usr/bin/python3" end
    local _, stderr, status = bench "--chart a.txt"
    assert.equal(2, status)
    assert.is_truthy(stderr:find("--chart takes a file.svg or a file.png", 1, true))
    _, stderr = bench "--chart a.svg --from /dev/null"
    assert.is_truthy(stderr:find("--from /dev/null: Expecting value", 1, true))
  end)
end)
