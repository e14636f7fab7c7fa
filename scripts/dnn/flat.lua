-- Tables within a flat one, as states have them: what `weight` is in the table `best` is "best.weight".
local flat = {}

-- Puts a table's entries into `into`; nil has none.
function flat.put(into, prefix, entries)
  for name, value in pairs(entries or {}) do into[prefix .. "." .. name] = value end
end

-- The entries whose names begin with PREFIX and a point, by what follows.
function flat.take(from, prefix)
  local found, start = {}, prefix .. "."
  for name, value in pairs(from) do
    if type(name) == "string" and name:sub(1, #start) == start then found[name:sub(#start + 1)] = value end
  end
  return found
end

return flat
