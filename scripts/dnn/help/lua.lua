-- Lua's own functions in a line each: signature, what it does, and the section of the Lua 5.4 Reference Manual that
-- with the details.
local summaries = [==[
6.1
assert(v [, message]) -> v, ...|Returns its arguments; raises message if v is false or nil
collectgarbage([option [, arg ...]])|Runs or tunes the collector: "collect", "count", "step", "stop", "restart", "incremental", "generational"
dofile([filename])|Runs a Lua file and returns its results
error(message [, level])|Raises an error; level 1 (the default) adds the position of the caller, 2 that of its caller, 0 none
getmetatable(object) -> table|The metatable, or its field __metatable
ipairs(t) -> iterator|For loops over t[1], t[2], ... up to the first nil
load(chunk [, chunkname [, mode [, env]]]) -> function|Compiles a string, or the pieces that a function returns; nil and a message if it is not valid Lua
loadfile([filename [, mode [, env]]]) -> function|Compiles a file; nil and a message if it is not valid Lua
next(table [, index]) -> key, value|The pair after a key, the first for nil; nil after the last
pairs(t) -> iterator|For loops over all keys and values, in no particular order; respects the metamethod __pairs
pcall(f [, arg ...]) -> true, ...|Calls f and catches errors: true and its results, or false and the error
print(...)|Writes its arguments, converted by tostring, separated by tabs, and a newline
rawequal(v1, v2) -> boolean|Equality without metamethods
rawget(table, index) -> value|t[index] without metamethods
rawlen(v) -> integer|The length of a table or string without metamethods
rawset(table, index, value) -> table|t[index] = value without metamethods
require(modname) -> value, where|Loads a module once, using package.searchers, and returns its value
select(n, ...) -> ...|The arguments from the n-th on, counted from the end if n is negative; select("#", ...) counts them
setmetatable(table, metatable) -> table|Sets a table's metatable; nil removes it
tonumber(e [, base]) -> number|Converts a string to a number, in base 2 to 36; nil if it is not one
tostring(v) -> string|Any value as a string; respects the metamethods __tostring and __name
type(v) -> string|"nil", "number", "string", "boolean", "table", "function", "thread" or "userdata"
warn(msg1, ...)|Writes a warning; warn "@on" and warn "@off" switch them
xpcall(f, msgh [, arg ...]) -> true, ...|Like pcall, but calls msgh with the error where it happened and returns its result
6.2
coroutine.close(co) -> true|Closes a suspended coroutine and its pending to-be-closed variables
coroutine.create(f) -> thread|A new coroutine that will run f
coroutine.isyieldable([co]) -> boolean|Whether the coroutine may yield
coroutine.resume(co [, val ...]) -> true, ...|Starts or continues a coroutine: true and what it yields or returns, or false and the error
coroutine.running() -> thread, boolean|The running coroutine, and whether it is the main one
coroutine.status(co) -> string|"running", "suspended", "normal" or "dead"
coroutine.wrap(f) -> function|A function that resumes a new coroutine at every call
coroutine.yield(...) -> ...|Suspends the coroutine; the arguments are what resume returns
6.3
package.config|Five lines: the characters that paths are written with
package.cpath|Where require looks for C libraries
package.loaded|The modules that were loaded, by name
package.loadlib(libname, funcname) -> function|A function of a C library
package.path|Where require looks for Lua files
package.preload|Functions that load modules, by name
package.searchers|The functions by which require finds modules, in order
package.searchpath(name, path [, sep [, rep]]) -> filename|The first file that a path yields for a name; nil and a message if there is none
6.4
string.byte(s [, i [, j]]) -> integer, ...|The bytes of s from i to j, as numbers
string.char(...) -> string|The string of these bytes
string.dump(function [, strip]) -> string|A function as a binary chunk
string.find(s, pattern [, init [, plain]]) -> first, last, ...|The position of the first match of a pattern, and its captures; plain: a plain substring instead of a pattern
string.format(formatstring, ...) -> string|Formats values by %d, %g, %5.2f, %s, %q and others, like C's printf
string.gmatch(s, pattern [, init]) -> iterator|For loops over all matches of a pattern, or over its captures
string.gsub(s, pattern, repl [, n]) -> string, integer|Replaces matches by a string (%1 is a capture), a table's value or a function's result; also returns how many
string.len(s) -> integer|The length in bytes
string.lower(s) -> string|In lower case
string.match(s, pattern [, init]) -> ...|The captures of the first match of a pattern, or the whole match; nil if there is none
string.pack(fmt, v1, ...) -> string|Packs values into bytes as a format describes
string.packsize(fmt) -> integer|The size of what string.pack would return
string.rep(s, n [, sep]) -> string|n copies of s, with sep between
string.reverse(s) -> string|The bytes from last to first
string.sub(s, i [, j]) -> string|The part from i to j, counted from the end if negative
string.unpack(fmt, s [, pos]) -> ...|The values in a string that string.pack made
string.upper(s) -> string|In upper case
6.5
utf8.char(...) -> string|The characters of these code points
utf8.charpattern|The pattern that matches one character
utf8.codepoint(s [, i [, j [, lax]]]) -> integer, ...|The code points of the characters from byte i to byte j
utf8.codes(s [, lax]) -> iterator|For loops over the characters: byte and code point
utf8.len(s [, i [, j [, lax]]]) -> integer|The number of characters; nil and the place of a byte that is not UTF-8
utf8.offset(s, n [, i]) -> integer|The byte at which the n-th character begins
6.6
table.concat(list [, sep [, i [, j]]]) -> string|Joins the elements from i to j, with sep between
table.insert(list, [pos,] value)|Inserts a value at pos, or at the end
table.move(a1, f, e, t [, a2]) -> table|a2[t], ... = a1[f], ..., a1[e]
table.pack(...) -> table|The arguments as a table, with their number in its field n
table.remove(list [, pos]) -> value|Removes and returns the element at pos, or the last
table.sort(list [, comp])|Sorts in place, by < or by comp(a, b), which says whether a comes first
table.unpack(list [, i [, j]]) -> ...|The elements from i to j
6.7
math.abs(x) -> number|The absolute value
math.acos(x) -> number|The arc cosine in radians
math.asin(x) -> number|The arc sine in radians
math.atan(y [, x]) -> number|The arc tangent of y / x in radians, in the right quadrant; x defaults to 1
math.ceil(x) -> integer|The smallest integer >= x
math.cos(x) -> number|The cosine of radians
math.deg(x) -> number|Radians in degrees
math.exp(x) -> number|e to the power of x
math.floor(x) -> integer|The largest integer <= x
math.fmod(x, y) -> number|The remainder of x / y, rounded towards 0
math.huge|Infinity
math.log(x [, base]) -> number|The logarithm, natural when no base is given
math.max(x, ...) -> number|The largest argument
math.maxinteger|The largest integer, 2^63 - 1
math.min(x, ...) -> number|The smallest argument
math.mininteger|The smallest integer, -2^63
math.modf(x) -> number, number|The whole part and the fraction
math.pi|3.14159...
math.rad(x) -> number|Degrees in radians
math.random([m [, n]]) -> number|In [0, 1), or an integer from 1 to m, or from m to n; dnn.Random gives the same numbers everywhere
math.randomseed([x [, y]])|Seeds math.random; without arguments, randomly
math.sin(x) -> number|The sine of radians
math.sqrt(x) -> number|The square root
math.tan(x) -> number|The tangent of radians
math.tointeger(x) -> integer|x as an integer; nil if it has no integer value
math.type(x) -> string|"integer", "float", or nil if x is not a number
math.ult(m, n) -> boolean|m < n, compared as unsigned integers
6.8
io.close([file])|Closes a file, or the default output
io.input([file]) -> file|The default input; sets it if a file or name is given
io.lines([filename, ...]) -> iterator|For loops over the lines of a file, or over what the formats read
io.open(filename [, mode]) -> file|Opens a file, "r" when no mode is given, "w", "a", "r+", "w+", "a+", plus "b"; nil and a message on failure
io.output([file]) -> file|The default output; sets it if a file or name is given
io.popen(prog [, mode]) -> file|Runs a program and reads what it writes, or with "w" writes what it reads
io.read(...) -> ...|Reads from the default input: "l" a line, "L" with its end, "n" a number, "a" all, or a number of bytes
io.stderr|The standard error stream
io.stdin|The standard input
io.stdout|The standard output
io.tmpfile() -> file|A file that is removed when the program ends
io.type(obj) -> string|"file", "closed file", or nil if it is not a file
io.write(...) -> file|Writes strings and numbers to the default output
file:close()|Closes the file
file:flush()|Writes what is buffered
file:lines(...) -> iterator|For loops over the lines, or over what the formats read
file:read(...) -> ...|Reads: "l" a line, "L" with its end, "n" a number, "a" all, or a number of bytes; nil at the end
file:seek([whence [, offset]]) -> integer|Moves to offset from "set" (the start), "cur" or "end", and returns the position
file:setvbuf(mode [, size])|Sets the buffering: "no", "full" or "line"
file:write(...) -> file|Writes strings and numbers
6.9
os.clock() -> number|CPU time used by the program, in seconds; dnn.time() is wall-clock time
os.date([format [, time]]) -> string or table|Formats a time like C's strftime; "*t" as a table, "!" first for UTC
os.difftime(t2, t1) -> number|Seconds from t1 to t2
os.execute([command]) -> boolean, string, integer|Runs a shell command: whether it succeeded, "exit" or "signal", and the number
os.exit([code [, close]])|Ends the program; close: closes the Lua state first
os.getenv(varname) -> string|An environment variable; nil if it is not set
os.remove(filename) -> true|Removes a file; nil and a message on failure
os.rename(oldname, newname) -> true|Renames a file; nil and a message on failure
os.setlocale(locale [, category]) -> string|Sets the locale of the program
os.time([table]) -> integer|The current time, or that of a table, in seconds since 1970
os.tmpname() -> string|A name for a temporary file
6.10
debug.debug()|A prompt for statements until the line "cont"
debug.gethook([thread]) -> function, string, integer|The hook, its mask and count
debug.getinfo([thread,] f [, what]) -> table|Information about a function or a stack level
debug.getlocal([thread,] f, local) -> name, value|A local variable of a stack level, or the name of a function's parameter
debug.getmetatable(value) -> table|The metatable of any value
debug.getregistry() -> table|The registry of the C API
debug.getupvalue(f, up) -> name, value|An upvalue of a function
debug.getuservalue(u [, n]) -> value, boolean|A user value of a userdata
debug.sethook([thread,] hook, mask [, count])|Calls a function at calls "c", returns "r", lines "l", or every count instructions
debug.setlocal([thread,] level, local, value) -> name|Sets a local variable
debug.setmetatable(value, table) -> value|Sets the metatable of any value
debug.setupvalue(f, up, value) -> name|Sets an upvalue
debug.setuservalue(udata, value [, n]) -> udata|Sets a user value
debug.traceback([thread,] [message [, level]]) -> string|The traceback of the stack
debug.upvalueid(f, n) -> userdata|A unique identifier for an upvalue
debug.upvaluejoin(f1, n1, f2, n2)|Makes an upvalue of f1 refer to one of f2
]==]

local functions, section = {}, nil
for line in summaries:gmatch "[^\n]+" do
  local signature, summary = line:match "^(.-)|(.*)$"
  if signature then
    functions[signature:match "^[%w.:]+"] = {signature, summary, section}
  else
    section = line
  end
end

return functions
