"""What the prompt says of an input that fails."""
import unittest

from terminal import TerminalTest


class Errors(TerminalTest):
    def test_of_one_line_say_neither_place_nor_traceback(self):
        t = self.open()
        self.assertEqual(t.run("dnn.Liner(3, 2)"), "dnn has no 'Liner'; did you mean 'Linear'?")
        self.assertEqual(t.run("error 'boo'"), "boo")
        self.assertEqual(t.run("x = = 2"), "unexpected symbol near '='")
        self.assertEqual(t.run("coroutine.wrap(error)('boo')"), "boo")

    def test_of_an_expression_are_those_of_the_expression(self):
        t = self.open()
        self.assertEqual(t.run("{1, 2} .. ]"), "unexpected symbol near ']'")

    def test_of_a_string_without_its_end_come_at_once(self):
        t = self.open()
        self.assertEqual(t.run("print('abc"), "unfinished string near <eof>")
        self.assertEqual(t.run("#'abc\\\n'"), "4")
        self.assertEqual(t.run("#'abc\\z \n  '"), "3")
        self.assertEqual(t.run("#[[abc\n]]"), "4")

    def test_of_several_lines_show_the_line(self):
        t = self.open()
        self.assertEqual(t.run("for i = 1, 2 do\nlocal a = ('a'):foo()\nend"),
                         "stdin:2: attempt to call a nil value (method 'foo')\n"
                         "     2 | local a = ('a'):foo()\n"
                         "       |                 ^^^")
        self.assertEqual(t.run("x = {\ny y}").split("\n")[-2:], [
            "stdin:2: '}' expected (to close '{' at line 1) near 'y'", "     2 | y y}"])

    def test_in_a_function_show_the_way_there(self):
        t = self.open()
        t.run("function g(a) return a.b.c end")
        self.assertEqual(t.run("f = function() local c = g{} end"), "")
        self.assertEqual(t.run("local result = f()"),
                         "stdin:1: attempt to index a nil value (field 'b')\nstack traceback:\n"
                         "        stdin:1: in function 'g'\n        stdin:1: in function 'f'\n"
                         "        stdin:1: in main chunk")

    def test_name_a_function_by_its_name_though_it_is_the_last_value_too(self):
        t = self.open()
        t.run("function train() error 'boo' end")
        t.run("train")
        self.assertIn("in function 'train'", t.run("train()"))
        self.assertEqual(t.run("ans == train"), "true")

    def test_are_told_in_full_with_traceback(self):
        t = self.open("--traceback")
        self.assertIn("stdin:1: boo\nstack traceback:\n        [C]: in function 'error'\n"
                      "        stdin:1: in main chunk", t.run("error 'boo'"))

    def test_about_a_global_that_is_nil_tell_what_was_likely_meant(self):
        t = self.open()
        t.run("cost = 1")
        for code, advice in (("pritn(1)", "did you mean 'print'?"), ("csot + 1", "did you mean 'cost'?"),
                             ("len(x)", "the length of x is #x")):
            self.assertEqual(t.run(code).replace("\n", "").split("; ")[1:], [advice], code)
        t.run("local step, rate <const> = 3, 0.5")
        self.assertTrue(t.run("step + 1").replace("\n", "").endswith(
            "(global 'step'); 'step' was local to an earlier input: without 'local' it stays"))

        t.run("local function train() end")
        self.assertIn("'train' was local", t.run("train()"))

    def test_about_what_is_another_language_tell_the_lua_of_it(self):
        t = self.open()
        for code, advice in (("1 != 2", "not equal is ~= in Lua"), ("x += 1", "Lua writes x = x + 1"),
                             ("x ** 2", "a power is x ^ 2 in Lua"), ("a && b", "Lua writes x and y")):
            self.assertEqual(t.run(code).replace("\n", "").split("; ")[1:], [advice], code)


if __name__ == "__main__":
    unittest.main()
