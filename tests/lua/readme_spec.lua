-- README's first page runs as it stands: on a few of the real photos, in a folder of its own and without a display.
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
