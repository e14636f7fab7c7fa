-- dnn.prompt.files: completes names of files and of modules.
local getenv = os.getenv
local find, gmatch, gsub, match, sub = string.find, string.gmatch, string.gsub, string.match, string.sub
local next, pcall, rawget, require, type = next, pcall, rawget, require, type
local loaded, preload = package.loaded, package.preload

local files = {}

local function entries(folder, prefix)
  local ok, core = pcall(require, "dnn.core")
  local list
  if ok then ok, list = pcall(rawget(core, "_entries"), folder, prefix) end
  return ok and list or {}
end

-- Calls add(name) for what a path may go on with after its last slash. Since nothing in Lua knows what ~
-- is, such a path is offered as a whole, with the home folder in its place: the result is then true.
function files.each(path, add)
  local home = find(path, "^~/") and getenv "HOME" or nil
  local real = home and home .. sub(path, 2) or path
  local folder, prefix = match(real, "^(.*/)([^/]*)$")
  if not folder then folder, prefix = "", real end
  local list = entries(folder == "" and "." or folder, prefix)
  for i = 1, #list do add(home and folder .. list[i] or list[i]) end
  return home ~= nil
end

-- Adds the modules that a search path finds and that begin with `folder`, dots for slashes.
local function search(templates, folder, prefix, add)
  for template in gmatch(templates, "[^;]+") do
    local before, after = match(template, "^([^?]*)%?([^?]*)$")
    if before then
      local inner = match(after, "^/(.*)$") -- as in ?/init.lua: any folder may be one
      local list = entries((before == "" and "./" or before) .. gsub(folder, "%.", "/"), prefix)
      for i = 1, #list do
        local entry = list[i]
        local name = match(entry, "^(.*)/$")
        if name and not inner and not find(name, ".", 1, true) then
          add(folder .. name .. ".", true)
        elseif not inner and #entry > #after and sub(entry, -#after) == after then
          add(folder .. sub(entry, 1, -#after - 1))
        end
      end
    end
  end
end

-- What the module and the prompt are made of inside: nobody asks for it by name.
local function is_inner(name)
  return find(name, "^dnn%.[%w_]+%.") or name == "dnn.lexer" or name == "dnn.globals"
end

-- Calls add(name) for the modules that `require` could be asked for and that begin with `text`.
function files.each_module(text, each)
  local function add(name)
    if not is_inner(name) then each(name) end
  end
  for _, known in next, {loaded, preload} do
    for name in next, known do
      if type(name) == "string" then add(name) end
    end
  end
  local folder, prefix = match(text, "^(.*%.)([^.]*)$")
  if not folder then folder, prefix = "", text end
  for _, key in next, {"path", "cpath"} do
    local templates = rawget(rawget(loaded, "package"), key)
    if type(templates) == "string" then search(templates, folder, prefix, add) end
  end
end

return files
