-- README's first page runs as it is: on a few of the real photos, in a folder of its own and without a display;
-- and so does its training in one call, for one epoch.
local program = dofile "tests/lua/program.lua"
local quote, shell = program.quote, program.shell

describe("README's first page", function()
  it("prints its cost and an accuracy, and saves the network", function()
    local photos = (os.getenv "DNN_SHARED" or "../shared") .. "/data/catsdogs"
    local some = shell(("ls -d %s/cat.?.jpg %s/dog.?.jpg 2>/dev/null"):format(quote(photos), quote(photos)))
    if some == "" then return pending(photos .. " is absent") end
    local code = program.read_all "README.md":match "## The first page\n\n```lua\n(.-)```"
    local folder, file = program.folder()
    file("first.lua", code)
    local here = io.popen("pwd"):read()
    local dnnlua = program.dnnlua:find "^/" and program.dnnlua or here .. "/" .. program.dnnlua
    shell(("mkdir %s/photos && cp %s %s/photos"):format(folder, some:gsub("\n", " "), folder))
    local out, err, status = shell(("cd %s && unset DISPLAY WAYLAND_DISPLAY && %s first.lua"):format(folder,
      quote(dnnlua)))
    assert.equal(0, status, err)
    assert.matches("^step 100: cost %d%.%d+\nstep 200: cost %d%.%d+\nstep 300: cost %d%.%d+\n"
      .. "test accuracy: [%d.]+ %%\n$", out)
    assert.is_truthy(io.open(folder .. "/cats.safetensors"))
    program.remove(folder)
  end)
end)

describe("README's training in one call", function()
  it("prints its epochs, draws them, and measures the test images", function()
    local mnist = (os.getenv "DNN_SHARED" or "../shared") .. "/data/mnist"
    local here = io.popen("pwd"):read()
    if not mnist:find "^/" then mnist = here .. "/" .. mnist end
    if not io.open(mnist .. "/train-images-idx3-ubyte.gz") then return pending(mnist .. " is absent") end
    local code = program.read_all "README.md":match "## Training in one call\n.-```lua\n(.-)```"
    local folder, file = program.folder()
    file("fit.lua", code:gsub("epochs = 20", "epochs = 1"))
    local dnnlua = program.dnnlua:find "^/" and program.dnnlua or here .. "/" .. program.dnnlua
    local out, err, status = shell(("cd %s && ln -s %s mnist && %s fit.lua"):format(folder, quote(mnist),
      quote(dnnlua)))
    program.remove(folder)
    assert.same({"", 0}, {err, status})
    assert.matches("^epoch 1/1: cost 0%.%d+, validation 0%.%d+; accuracy 0%.%d+, validation 0.9%d+  %(", out)
    assert.matches("\nepoch  cost/train  cost/validation .-\naccuracy 0.9%d+\nconfusion: a row for each true class",
      out)
  end)
end)
