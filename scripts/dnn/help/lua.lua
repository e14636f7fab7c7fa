-- Lua's own functions in a line each: signature, what it does, and the section of the Lua 5.4 Reference Manual that
-- tells the rest.
local summaries = [==[
6.1
assert(v [, message]) -> v, ...|Returns its arguments; raises message where v is false or nil
collectgarbage([option [, arg ...]])|Runs or tunes the collector: "collect", "count", "step", "stop", "restart", "incremental", "generational"
dofile([filename])|Runs a file of Lua and returns what it returns
error(message [, level])|Raises an error; level 1 (when not given) adds the place of the caller, 2 that of its caller, 0 none
getmetatable(object) -> table|The metatable, or what its field __metatable says
ipairs(t) -> iterator|For loops over t[1], t[2], ... up to the first nil
load(chunk [, chunkname [, mode [, env]]]) -> function|Compiles a text, or the pieces that a function returns; nil and a message where it is no Lua
loadfile([filename [, mode [, env]]]) -> function|Compiles a file; nil and a message where it is no Lua
next(table [, index]) -> key, value|The pair behind a key, the first for nil; nil behind the last
pairs(t) -> iterator|For loops over all keys and values, in no particular order; asks the metamethod __pairs
pcall(f [, arg ...]) -> true, ...|Calls f and catches errors: true and its results, or false and the error
print(...)|Writes its arguments by tostring, with tabs between, and a newline
rawequal(v1, v2) -> boolean|Equality without metamethods
rawget(table, index) -> value|t[index] without metamethods
rawlen(v) -> integer|The length of a table or string without metamethods
rawset(table, index, value) -> table|t[index] = value without metamethods
require(modname) -> value, where|Loads a module once, by package.searchers, and returns its value
select(n, ...) -> ...|The arguments from the n-th on, from the end where n is negative; select("#", ...) counts them
setmetatable(table, metatable) -> table|Sets a table's metatable; nil takes it away
tonumber(e [, base]) -> number|A number from a text, in base 2 to 36; nil where it is none
tostring(v) -> string|Text of any value; asks the metamethods __tostring and __name
type(v) -> string|"nil", "number", "string", "boolean", "table", "function", "thread" or "userdata"
warn(msg1, ...)|Writes a warning; warn "@on" and warn "@off" switch them
xpcall(f, msgh [, arg ...]) -> true, ...|Like pcall, but msgh gets the error first, where it happened, and its result is returned
6.2
coroutine.close(co) -> true|Closes a suspended coroutine and its variables that are to be closed
coroutine.create(f) -> thread|A new coroutine that will run f
coroutine.isyieldable([co]) -> boolean|Whether the coroutine may yield
coroutine.resume(co [, val ...]) -> true, ...|Starts or goes on with a coroutine: true and what it yields or returns, or false and the error
coroutine.running() -> thread, boolean|The running coroutine, and whether it is the main one
coroutine.status(co) -> string|"running", "suspended", "normal" or "dead"
coroutine.wrap(f) -> function|A function that resumes a new coroutine at every call
coroutine.yield(...) -> ...|Suspends the coroutine; the arguments are what resume returns
6.3
package.config|Five lines: the signs that paths are written with
package.cpath|Where require looks for libraries in C
package.loaded|The modules that were loaded, by name
package.loadlib(libname, funcname) -> function|A function of a C library
package.path|Where require looks for files of Lua
package.preload|Functions that load modules, by name
package.searchers|The functions by which require finds modules, in order
package.searchpath(name, path [, sep [, rep]]) -> filename|The first file that a path gives for a name; nil and a message where there is none
6.4
string.byte(s [, i [, j]]) -> integer, ...|The bytes of s from i to j, as numbers
string.char(...) -> string|A string of bytes that are given as numbers
string.dump(function [, strip]) -> string|A function as a binary chunk
string.find(s, pattern [, init [, plain]]) -> first, last, ...|Where a pattern matches first, and its captures; plain: no pattern but a text
string.format(formatstring, ...) -> string|Values in a text, by %d, %g, %5.2f, %s, %q and others, as C's printf
string.gmatch(s, pattern [, init]) -> iterator|For loops over all matches of a pattern, or over its captures
string.gsub(s, pattern, repl [, n]) -> string, integer|Matches replaced by a text (%1 is a capture), a table's value or a function's result; and how many
string.len(s) -> integer|The length in bytes
string.lower(s) -> string|In small letters
string.match(s, pattern [, init]) -> ...|The captures of the first match of a pattern, or the whole match; nil where there is none
string.pack(fmt, v1, ...) -> string|Values as the bytes that a format describes
string.packsize(fmt) -> integer|The bytes that string.pack would give
string.rep(s, n [, sep]) -> string|n copies of s, with sep between
string.reverse(s) -> string|The bytes from last to first
string.sub(s, i [, j]) -> string|The part from i to j, from the end where negative
string.unpack(fmt, s [, pos]) -> ...|The values in a string that string.pack made
string.upper(s) -> string|In capitals
6.5
utf8.char(...) -> string|The characters of these code points
utf8.charpattern|The pattern that matches one character
utf8.codepoint(s [, i [, j [, lax]]]) -> integer, ...|The code points of the characters from byte i to byte j
utf8.codes(s [, lax]) -> iterator|For loops over the characters: byte and code point
utf8.len(s [, i [, j [, lax]]]) -> integer|The number of characters; nil and the place of a byte that is not UTF-8
utf8.offset(s, n [, i]) -> integer|The byte at which the n-th character begins
6.6
table.concat(list [, sep [, i [, j]]]) -> string|The elements from i to j as one text, with sep between
table.insert(list, [pos,] value)|Inserts a value at pos, or at the end
table.move(a1, f, e, t [, a2]) -> table|a2[t], ... = a1[f], ..., a1[e]
table.pack(...) -> table|The arguments as a table, their number in its field n
table.remove(list [, pos]) -> value|Takes out the element at pos, or the last
table.sort(list [, comp])|Sorts in place, by < or by comp(a, b), which says whether a comes first
table.unpack(list [, i [, j]]) -> ...|The elements from i to j
6.7
math.abs(x) -> number|The absolute value
math.acos(x) -> number|The arc cosine in radians
math.asin(x) -> number|The arc sine in radians
math.atan(y [, x]) -> number|The arc tangent of y / x in radians, in the right quadrant; x is 1 when not given
math.ceil(x) -> integer|The smallest whole number >= x
math.cos(x) -> number|The cosine of radians
math.deg(x) -> number|Radians in degrees
math.exp(x) -> number|e to the power of x
math.floor(x) -> integer|The largest whole number <= x
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
math.random([m [, n]]) -> number|In [0, 1), or a whole number from 1 to m, or from m to n; dnn.Random gives the same numbers everywhere
math.randomseed([x [, y]])|Starts math.random anew; without arguments at random
math.sin(x) -> number|The sine of radians
math.sqrt(x) -> number|The square root
math.tan(x) -> number|The tangent of radians
math.tointeger(x) -> integer|x as an integer, nil where it is none
math.type(x) -> string|"integer", "float", or nil where x is no number
math.ult(m, n) -> boolean|m < n, both without sign
6.8
io.close([file])|Closes a file, or the default output
io.input([file]) -> file|The default input, after setting it when a file or name is given
io.lines([filename, ...]) -> iterator|For loops over the lines of a file, or over what the formats say
io.open(filename [, mode]) -> file|Opens a file, "r" when no mode is given, "w", "a", "r+", "w+", "a+", with "b"; nil and a message where that fails
io.output([file]) -> file|The default output, after setting it when a file or name is given
io.popen(prog [, mode]) -> file|Runs a program and reads what it writes, or with "w" writes what it reads
io.read(...) -> ...|Reads from the default input: "l" a line, "L" with its end, "n" a number, "a" all, or a number of bytes
io.stderr|The standard error stream
io.stdin|The standard input
io.stdout|The standard output
io.tmpfile() -> file|A file that is removed when the program ends
io.type(obj) -> string|"file", "closed file", or nil where it is none
io.write(...) -> file|Writes texts and numbers to the default output
file:close()|Closes the file
file:flush()|Writes what is buffered
file:lines(...) -> iterator|For loops over the lines, or over what the formats say
file:read(...) -> ...|Reads: "l" a line, "L" with its end, "n" a number, "a" all, or a number of bytes; nil at the end
file:seek([whence [, offset]]) -> integer|Moves to offset from "set" (the start), "cur" or "end", and returns the place
file:setvbuf(mode [, size])|How writing is buffered: "no", "full" or "line"
file:write(...) -> file|Writes texts and numbers
6.9
os.clock() -> number|Seconds of processor time that the program has used; dnn.time() is the time that passes
os.date([format [, time]]) -> string or table|A moment in words, as C's strftime; "*t" as a table, "!" first for UTC
os.difftime(t2, t1) -> number|Seconds from t1 to t2
os.execute([command]) -> boolean, string, integer|Runs a shell command: whether it went well, "exit" or "signal", and the number
os.exit([code [, close]])|Ends the program; close: closes the Lua state before
os.getenv(varname) -> string|A variable of the environment, nil where there is none
os.remove(filename) -> true|Removes a file; nil and a message where that fails
os.rename(oldname, newname) -> true|Renames a file; nil and a message where that fails
os.setlocale(locale [, category]) -> string|Sets the locale of the program
os.time([table]) -> integer|Now, or the moment that a table names, in seconds since 1970
os.tmpname() -> string|A name for a temporary file
6.10
debug.debug()|A prompt for statements until the line "cont"
debug.gethook([thread]) -> function, string, integer|The hook, its mask and count
debug.getinfo([thread,] f [, what]) -> table|What is known of a function, or of a level of the stack
debug.getlocal([thread,] f, local) -> name, value|A local variable of a level, or an argument's name of a function
debug.getmetatable(value) -> table|The metatable of any value
debug.getregistry() -> table|The registry of the C API
debug.getupvalue(f, up) -> name, value|An upvalue of a function
debug.getuservalue(u [, n]) -> value, boolean|A user value of a userdata
debug.sethook([thread,] hook, mask [, count])|Calls a function at calls "c", returns "r", lines "l", or every count instructions
debug.setlocal([thread,] level, local, value) -> name|Sets a local variable
debug.setmetatable(value, table) -> value|Sets the metatable of any value
debug.setupvalue(f, up, value) -> name|Sets an upvalue
debug.setuservalue(udata, value [, n]) -> udata|Sets a user value
debug.traceback([thread,] [message [, level]]) -> string|The stack as text
debug.upvalueid(f, n) -> userdata|What tells one upvalue from others
debug.upvaluejoin(f1, n1, f2, n2)|Makes an upvalue of f1 that of f2
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
