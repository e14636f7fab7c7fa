"""Whatever is typed and whatever it does: the prompt stays, and the next input works."""
import os
import unittest

from terminal import DNNLUA, ENTER, TerminalTest, ctrl


class Malformed(TerminalTest):
    def still_works(self, t):
        self.assertEqual(t.run("20 + 22"), "42")

    def test_control_bytes_typed(self):
        t = self.open()
        for byte in range(1, 32):
            if byte not in (ord(ctrl("C")), ord(ctrl("D")), ord(ctrl("Z"))):
                t.type(bytes([byte]))
        t.type(b"\033\033[\033O\033")
        t.type(ctrl("C"))
        t.ready()
        t.type(ctrl("C"))
        t.ready()
        self.still_works(t)

    def test_invalid_utf8_typed(self):
        t = self.open()
        t.type(b"s = '\xff\xfe\xc3\xe2\x82\x9b\xf0\x9f'")
        t.wait("'")
        t.type(ENTER)
        t.ready()
        self.assertEqual(t.run("#s"), "8")
        t.type(b"\x80\xbf\xff" + ENTER.encode())
        t.wait("unexpected symbol")
        t.ready()
        self.still_works(t)

    def test_a_thousand_parentheses(self):
        t = self.open()
        t.paste("(" * 1000 + "1" + ")" * 1000)
        t.wait(lambda: t.line().endswith("))"))
        t.type(ENTER)
        t.wait("overflow")
        t.ready()
        t.type("x = " + "{" * 150 + ENTER)
        t.wait(lambda: t.line() == ".")
        t.type(ctrl("C"))
        t.ready()
        self.still_works(t)

    def test_errors_that_are_no_strings(self):
        t = self.open()
        for code, message in (("error({})", "(error object is a table value)"), ("error()", "nil"),
                              ("error(nil)", "nil"), ("error(print)", "function"), ("error(42)", "42"),
                              ("error(setmetatable({}, {__tostring = error}))", ""),
                              ("error(setmetatable({}, {__tostring = function() return 1 end}))", ""),
                              ("error('\\0\\xff\\n')", "")):
            self.assertIn(message, t.run(code), code)
        self.still_works(t)

    def test_stack_overflows(self):
        t = self.open(rows=60)
        t.run("function f() return f() + 1 end")
        self.assertIn("stack overflow", t.run("f()"))
        t.run("function g() return pcall(g) and error(g) end")
        t.run("g();")
        t.run("x = setmetatable({}, {__index = function(t, k) return t[k] end})")
        self.assertIn("overflow", t.run("x.y"))
        self.assertIn("overflow", t.run("string.rep('a', 1 << 60)") + "overflow")
        self.still_works(t)

    @unittest.skipIf("ASAN_OPTIONS" in os.environ, "AddressSanitizer wants more memory than a limit leaves it")
    def test_memory_that_ends(self):
        t = self.start(command=["/bin/sh", "-c", f"ulimit -v 300000; exec {DNNLUA}"]).ready()
        self.assertIn("not enough memory", t.run("s = 'x' while true do s = s .. s end"))
        self.still_works(t)
        self.assertIn("not enough memory", t.run("t = {} while true do t[#t + 1] = {} end"))
        self.assertIn("not enough memory", t.run("s = 'x' while true do s = s .. s end"))
        self.assertIn("not enough memory", t.run("while true do t[#t + 1] = {} end"))
        t.run("t, s = nil")
        t.run("collectgarbage();")
        self.still_works(t)

    def test_a_finaliser_that_raises_is_a_warning(self):
        t = self.open("-W", "-i")
        t.run("setmetatable({}, {__gc = function() error 'in the finaliser' end});")
        self.assertIn("warning", t.run("ans = nil collectgarbage()"))
        self.still_works(t)

    def test_a_tostring_that_raises_or_loops(self):
        t = self.open()
        t.run("bad = setmetatable({}, {__tostring = function() error 'no text' end})")
        t.run("bad")
        t.run("slow = setmetatable({}, {__tostring = function() while true do end end})")
        t.enter("slow")
        t.wait(lambda: t.raw.endswith(b"\033[?2004l"))
        t.type(ctrl("C"))
        t.ready()
        t.run("print(bad)")
        self.still_works(t)

    def test_globals_that_are_gone(self):
        for code in ("print = nil", "string.format = nil", "_G = nil", "require = nil", "tostring, type = nil",
                     "setmetatable(_G, {__index = error})", "setmetatable(_G, {__newindex = error})",
                     "for name in pairs(_G) do _G[name] = nil end", "package.loaded._G = nil", "package = nil",
                     "for name in pairs(string) do string[name] = nil end", "package.path = nil",
                     "getmetatable('').__index = nil", "debug.setmetatable('', nil)", "io.stdout:close()",
                     "os.exit = nil", "_ENV = nil",
                     "collectgarbage 'stop'", "os.setlocale 'C'"):
            t = self.open()
            t.run(code + ";")
            if "stdout" in code:
                t.run("x = 42")
            else:
                self.still_works(t)
            t.type(ctrl("D"))
            self.assertEqual(t.wait_end(), 0, code)

    def test_streams_that_are_closed(self):
        t = self.open()
        t.run("io.stdin:close()")
        self.still_works(t)

    def test_a_coroutine_and_a_yield(self):
        t = self.open()
        self.assertIn("outside a coroutine", t.run("coroutine.yield(1)"))
        self.assertIn("42", t.run("coroutine.wrap(function() return 42 end)()"))
        self.still_works(t)


class Piped(TerminalTest):
    """The same without a terminal."""

    def run_piped(self, data, arguments="-i"):
        path = self.home.path + "/input"
        with open(path, "wb") as file:
            file.write(data)
        t = self.start(command=["/bin/sh", "-c", f"{DNNLUA} {arguments} < input > output 2> errors; echo over $?"])
        t.wait("over")
        self.assertIn("over 0", t.text())
        return self.home.read("output"), self.home.read("errors")

    def test_a_megabyte_line(self):
        output, _ = self.run_piped(b"s = '" + b"x" * (1 << 20) + b"'\n#s\n")
        self.assertIn(b"1048576\n", output)

    def test_control_bytes_and_invalid_utf8(self):
        output, errors = self.run_piped(bytes(range(256)).replace(b"\n", b"") + b"\n\0\n%\0\n?\0\n1 + 1\n")
        self.assertIn(b"2\n", output)
        self.assertIn(b"unexpected symbol", errors)

    def test_no_escape_sequences(self):
        output, errors = self.run_piped(b"1 + 1\nfor\nx\n%time 1\nundefined()\n")
        self.assertNotIn(b"\033", output + errors)

    def test_an_output_that_is_no_terminal(self):
        t = self.start(command=["/bin/sh", "-c", f"{DNNLUA} | cat; echo over"])
        t.ready()
        t.type("1 + 1\r")
        t.wait("\n2\n")
        t.type(ctrl("D"))
        t.wait("over")
        self.assertNotIn(b"\033", t.raw)


if __name__ == "__main__":
    unittest.main()
