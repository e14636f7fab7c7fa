-- dnn.time and dnn.system, beside what the shell says.
package.path = "tests/lua/?.lua;" .. package.path
local dnn = require "dnn"
local program = require "program"

describe("dnn.system", function()
  local folder

  before_each(function()
    folder = program.path()
  end)

  after_each(function()
    program.remove(folder)
  end)

  it("makes a folder with those above it, and is content with one that is there", function()
    local path = folder .. "/a/b//c/"
    assert.is_true(dnn.system.make_folder(path))
    assert.is_true(dnn.system.make_folder(path))
    assert.is_true(os.execute(("test -d '%s/a/b/c'"):format(folder)))
  end)

  it("says which part of a path is in the way", function()
    assert.is_true(os.execute(("echo text >'%s'"):format(folder)))
    local made, message = dnn.system.make_folder(folder .. "/a/b")
    assert.is_nil(made)
    assert.are.equal(("%s/a/b: cannot be made: %s: Not a directory"):format(folder, folder), message)
    made, message = dnn.system.make_folder(folder)
    assert.is_nil(made)
    assert.are.equal(folder .. ": cannot be made: Not a directory", message)
    assert.error_matches(function() dnn.system.make_folder "" end, "an empty path")
  end)

  it("lists what is in a folder, hidden files too", function()
    assert.is_true(os.execute(("mkdir -p '%s/sub' && touch '%s/.hidden' '%s/file'")
      :format(folder, folder, folder)))
    local names = dnn.system.list(folder)
    table.sort(names)
    assert.are.same({".hidden", "file", "sub"}, names)
  end)

  it("says when the folder to list is missing", function()
    local names, message = dnn.system.list(folder)
    assert.is_nil(names)
    assert.are.equal(folder .. ": No such file or directory", message)
  end)

  it("refuses an unknown stream", function()
    assert.error_matches(function() dnn.system.terminal "printer" end,
      "stream must be 'stdin', 'stdout' or 'stderr', got 'printer'")
  end)

  it("has a clock that goes forward with the real one", function()
    local before = dnn.time()
    os.execute "sleep 0.05"
    local passed = dnn.time() - before
    assert.is_true(passed >= 0.05 and passed < 5)
  end)
end)
