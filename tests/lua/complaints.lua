-- complaints(f): what f writes to stderr through io.stderr; an error in f is raised again.
return function(f)
  local usual, out = io.stderr, io.tmpfile()
  rawset(io, "stderr", out)
  local ended, message = pcall(f)
  rawset(io, "stderr", usual)
  assert(ended, message)
  out:seek "set"
  return out:read "a"
end
