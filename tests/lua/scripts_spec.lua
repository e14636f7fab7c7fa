-- The scripts that a user starts from: what they print on data that are here, and what they say of bad input.
package.path = "tests/lua/?.lua;" .. package.path
local program = require "program"

describe("regression.lua", function()
  local table_path = (os.getenv "DNN_SHARED" or "../shared") .. "/data/tables/winequality-red.csv"

  it("predicts the wines' quality better than scikit-learn's network did", function()
    if not io.open(table_path) then return pending(table_path .. " is absent") end
    local out, err, status = program.run("scripts/regression.lua " .. program.quote(table_path))
    assert.same({"", 0}, {err, status})
    assert.matches("^1279 rows to learn quality from, 320 held out; 11 columns: fixed acidity, ", out)
    local r2, mae, their_r2, their_mae = out:match("this network +R2 ([%d.]+), mean absolute error ([%d.]+)\n"
      .. "scikit%-learn's MLPRegressor.- +R2 ([%d.]+), mean absolute error ([%d.]+)\n$")
    assert.is_true(tonumber(r2) > tonumber(their_r2), out)
    assert.is_true(tonumber(mae) < tonumber(their_mae) + 0.03, out) -- on other processors it is not quite the same
  end)

  it("takes any table, and names what is wrong with it", function()
    local folder, write = program.folder()
    local lines = {"a,b,kind"}
    for i = 1, 40 do lines[#lines + 1] = ("%d,%d,%s"):format(i, 2 * i, i % 2 == 0 and "even" or "odd") end
    local path = write("table.csv", table.concat(lines, "\n"))
    local out, err, status = program.run(("scripts/regression.lua %s --label b --epochs 2 --hidden 4,3"):format(path))
    assert.same({"", 0}, {err, status})
    assert.matches("\non the rows held out:\nthis network +R2 %-?[%d.]+, mean absolute error [%d.]+\n$", out)
    for arguments, message in pairs{
      [path] = path .. ": column 'kind' holds text; a regression predicts numbers",
      [path .. " --label c"] = path .. ": has no column 'c'; it has: a, b, kind",
      [folder .. "/missing.csv"] = folder .. "/missing.csv: No such file or directory",
    } do
      out, err, status = program.run("scripts/regression.lua " .. arguments)
      assert.same({"", "regression.lua: " .. message .. "\n", 1}, {out, err, status})
    end
    program.remove(folder)
  end)
end)

describe("spiral.lua", function()
  it("learns the spiral, and draws what it has learnt", function()
    local out, err, status = program.run "scripts/spiral.lua --epochs 150"
    assert.same({"", 0}, {err, status})
    assert.matches("^epoch 50: cost [%d.]+, accuracy [%d.]+ %%\n", out)
    assert.matches("\n +decision boundary\na row for each true class", out)
    assert.is_true(tonumber(out:match "\naccuracy on 600 new points: ([%d.]+) %%\n$") > 97, out)
  end)

  it("keeps its images in a run", function()
    local folder = program.folder()
    local _, err, status = program.run("scripts/spiral.lua --epochs 10 --run " .. folder .. "/run")
    assert.same({"", 0}, {err, status})
    local event_file = require "event_file"
    local images = 0
    for _, name in ipairs(require "dnn".system.list(folder .. "/run")) do
      for _, event in ipairs(name:find "tfevents" and event_file.read(folder .. "/run/" .. name) or {}) do
        images = images + (event.tag == "decision boundary" and event.image and 1 or 0)
      end
    end
    program.remove(folder)
    assert.equal(2, images)
  end)
end)
