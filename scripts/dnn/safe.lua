-- The Lua half of `dnnlua --safe`: takes from the globals what reaches out of Lua, before anything of a script has run.
-- The program runs it with its own prefix as the argument (bindings/program/safe.c, which has the operating system
-- refuse the rest). docs/safe.md says exactly what is kept out.
--
-- No binary chunk is loaded, since Lua does not check them, and no C module but the program's own. The module's Lua
-- half still finds the debug library, in an environment of its own.
local prefix = ...

local debug_functions, real_load, real_loadfile = {}, load, loadfile
local error, format, gsub, match, package, select, setmetatable = error, string.format, string.gsub, string.match,
  package, select, setmetatable
local loadlib, searchpath = package.loadlib, package.searchpath

-- What is not there ------------------------------------------------------------------------------------

local function refuse(name)
  return function() error(name .. " is not available under --safe", 2) end
end

os.execute, io.popen, package.loadlib = refuse "os.execute", refuse "io.popen", refuse "package.loadlib"
for name, f in next, debug do debug_functions[name] = f end
for name in next, debug_functions do
  if name ~= "traceback" then debug[name] = refuse("debug." .. name) end
end

-- Chunks are text --------------------------------------------------------------------------------------

local function check_mode(name, mode)
  if mode ~= nil and mode ~= "t" and mode ~= "bt" then
    error(format("%s: mode must be 't' under --safe: binary chunks are not loaded", name), 3)
  end
end

function load(chunk, name, mode, ...)
  check_mode("load", mode)
  return real_load(chunk, name, "t", ...)
end

function loadfile(path, mode, ...)
  check_mode("loadfile", mode)
  return real_loadfile(path, "t", ...)
end

function dofile(path)
  local chunk, message = real_loadfile(path, "t")
  if not chunk then error(message, 0) end
  return chunk()
end

-- Modules ----------------------------------------------------------------------------------------------

local function load_module(name, path, ...)
  local loader, message = real_loadfile(path, "t", ...)
  if not loader then error(format("error loading module '%s' from file '%s':\n\t%s", name, path, message), 0) end
  return loader, path
end

local environment = setmetatable({debug = debug_functions}, {__index = _G, __newindex = _G})

-- The program's own modules, but those of the prompt.
local function search_own(name)
  if not match(name, "^dnn%f[.\0][%w_.]*$") or match(name, "^dnn%.prompt") then
    return "\n\tnot one of the program's own modules"
  end
  local relative = gsub(name, "%.", "/")
  local library = searchpath(relative, format("%s/lib/lua/5.4/?.so", prefix), "")
  if library then
    local loader, message = loadlib(library, "luaopen_" .. gsub(name, "%.", "_"))
    if not loader then error(format("error loading module '%s':\n\t%s", name, message), 0) end
    return loader, library
  end
  local path = searchpath(relative, format("%s/share/lua/5.4/?.lua;%s/share/lua/5.4/?/init.lua", prefix, prefix), "")
  if not path then return "\n\tno such module of the program's own" end
  return load_module(name, path, environment)
end

local function search_text(name)
  if match(name, "^dnn%f[.\0]") then return "" end
  local path, message = searchpath(name, package.path)
  if not path then return message .. "\n\tC modules are not loaded under --safe" end
  return load_module(name, path)
end

package.cpath = ""
local searchers = package.searchers
searchers[2], searchers[3], searchers[4] = search_own, search_text, nil
assert(select("#", ...) == 1 and #searchers == 3)
