-- How a reader in Lua reports a file that it cannot use: nil and a message, in which of the file's own names and texts
-- only what is printable is left.
local dnn = require "dnn"

return function(format, ...) return nil, dnn._printable(format:format(...)) end
