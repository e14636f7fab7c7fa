-- For the specs of dnn.prompt.complete: what it offers for an input.
local assert = require "luassert"
local complete = require "dnn.prompt.complete"

local completion = {}

-- The text with each candidate in place of the word; a | marks the cursor, which is else at the end.
function completion.completed(text)
  local cursor = (text:find("|", 1, true) or #text + 1) - 1
  text = text:gsub("|", "", 1)
  local first, candidates = complete(text, cursor)
  local whole = {}
  for i, candidate in ipairs(candidates) do whole[i] = text:sub(1, first - 1) .. candidate end
  return whole, candidates
end

function completion.offers(text, ...)
  assert.same({...}, (completion.completed(text)))
end

function completion.offered(text, name)
  local _, candidates = completion.completed(text)
  for _, candidate in ipairs(candidates) do
    if candidate == name then return true end
  end
  return false
end

-- Runs f with globals that are taken away afterwards.
function completion.with(globals, f)
  for name, value in pairs(globals) do rawset(_G, name, value) end
  local results = table.pack(pcall(f))
  for name in pairs(globals) do rawset(_G, name, nil) end
  if not results[1] then error(results[2], 0) end
end

return completion
