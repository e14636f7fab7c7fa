-- For specs that run the program dnnlua, or the stock lua5.4, as a user's shell does, or make files. DNN_BUILD names
-- the build folder.
local same = require "luassert".same

local program = {}

program.dnnlua = (os.getenv "DNN_BUILD" or "build") .. "/bin/dnnlua"
program.lua = "lua5.4"
program.has_lua = os.execute("command -v lua5.4 >/dev/null 2>&1") == true

-- Debian's python3 with PyTorch, which takes a while to say.
function program.has_torch()
  return os.execute "/usr/bin/python3 -c 'import torch' 2>/dev/null" == true
end

function program.quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

function program.read_all(path)
  local file <close> = assert(io.open(path, "rb"))
  return file:read("a")
end

function program.write_all(path, text)
  local file <close> = assert(io.open(path, "wb"))
  file:write(text)
end

local quote, read_all, write_all = program.quote, program.read_all, program.write_all

-- Runs a shell command with the environment that Lua looks at taken away; returns stdout, stderr and the status.
function program.shell(command, input)
  local out, err, stdin = os.tmpname(), os.tmpname(), os.tmpname()
  write_all(stdin, input or "")
  local _, _, status = os.execute(("{ unset LUA_PATH LUA_CPATH LUA_INIT LUA_PATH_5_4 LUA_CPATH_5_4 LUA_INIT_5_4\n%s\n"
    .. "} <%s >%s 2>%s"):format(command, stdin, out, err))
  local stdout, stderr = read_all(out), read_all(err)
  os.remove(out)
  os.remove(err)
  os.remove(stdin)
  return stdout, stderr, status
end

-- The program with arguments as a shell would read them; `environment` is "NAME=value ..." for env.
function program.run(arguments, input, environment)
  return program.shell(("env %s %s %s"):format(environment or "", quote(program.dnnlua), arguments), input)
end

function program.run_statement(statement)
  return program.run("-e " .. quote(statement))
end

-- Both programs with the same arguments: what each wrote to stdout, and the status of each.
function program.both(arguments, input, environment)
  local out, _, status = program.run(arguments, input, environment)
  local lua_out, _, lua_status =
    program.shell(("env %s %s %s"):format(environment or "", program.lua, arguments), input)
  return {out, status}, {lua_out, lua_status}
end

-- Whether lua5.4 is there and loads the module: one with a sanitizer in it would have to have that preloaded.
program.lua_loads_module = program.has_lua and not (os.getenv "ASAN_OPTIONS" or os.getenv "TSAN_OPTIONS")

-- A function that holds that lua5.4, where there is one, writes the same and ends with the same status; else the
-- test is `pending`, which is the spec's own.
function program.as_lua(pending)
  return function(arguments, input, environment)
    if not program.has_lua then return pending "no lua5.4 to compare with" end
    local ours, luas = program.both(arguments, input, environment)
    same(luas, ours)
  end
end

-- A path where nothing is.
function program.path()
  local path = os.tmpname()
  os.remove(path)
  return path
end

-- A fresh folder, and a function that writes a file in it and returns its path.
function program.folder()
  local folder = program.path()
  assert(os.execute("mkdir " .. quote(folder)))
  return folder, function(name, text)
    local path = folder .. "/" .. name
    write_all(path, text)
    return path
  end
end

-- Whatever is at the path.
function program.remove(path)
  os.execute("rm -rf " .. quote(path))
end

return program
