std = "lua54"
max_line_length = 120
exclude_files = {"build*"}
-- One-letter capitals are the field's: A, W, X, Y.
files["tests/lua/*_spec.lua"] = {std = "lua54+busted"}
-- Definitions are never run: their functions have arguments and no bodies.
files["scripts/dnn/meta"] = {ignore = {"211", "212", "241", "43", "631"}}
-- A line for each function.
files["scripts/dnn/help/lua.lua"] = {ignore = {"631"}}
-- `dnnlua --safe` takes the debug library away: bindings/inspect.c has what the module needs of it.
files["scripts/dnn"] = {not_globals = {"debug"}}
files["scripts/dnn/prompt"] = {read_globals = {"debug"}}
