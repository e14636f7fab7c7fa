"""Pasted text: one input, whatever is in it."""
import unittest

from terminal import ENTER, UP, TerminalTest, ctrl


class Paste(TerminalTest):
    def test_many_lines_are_one_input_and_run_with_enter(self):
        t = self.open()
        t.paste("print 'one'\r\nprint 'two'\r\n\r\nprint 'three'\r\n")
        t.wait(". print 'three'")
        self.assertNotIn("\none", t.text())
        t.type(ENTER)
        t.ready()
        self.assertIn("\none\ntwo\nthree\n>", t.text())
        t.type(ctrl("L") + UP)
        t.wait("> print 'one'\n. print 'two'\n.\n. print 'three'")

    def test_tabs_stay_tabs(self):
        t = self.open()
        t.paste("s = '\t|'\n\tt = 1")
        t.wait("t = 1")
        t.type(ENTER)
        t.ready()
        self.assertEqual(t.run("s:byte(), t"), "9       1")

    def test_control_bytes_do_no_harm(self):
        t = self.open()
        t.paste(b"s = '" + bytes(range(1, 32)).replace(b"\n", b"").replace(b"\r", b"") + b"\x7f\x9b\xc2\x9b\0'")
        t.wait("'")
        t.type(ENTER)
        t.ready()
        self.assertEqual(t.run("#s"), "4", "a tab, a stray byte and a control character of Unicode")

    def test_invalid_utf8_comes_through_as_it_is(self):
        t = self.open()
        t.paste(b"s = '\xff\xc3(\xf0\x9f\x98 \xed\xa0\x80'")
        t.wait("'")
        t.type(ENTER)
        t.ready()
        self.assertEqual(t.run("print((s:gsub('.', function(c) return ('%02x'):format(c:byte()) end)))"),
                         "ffc328f09f9820eda080")

    def test_an_escape_sequence_that_looks_like_the_end_is_text(self):
        t = self.open()
        t.paste(b"s = '\033[20\033\033[201x'")
        t.wait("x'")
        t.type(ENTER)
        t.ready()
        self.assertEqual(t.run("print(s)"), "[20[201x")

    def test_a_megabyte_is_taken(self):
        t = self.open()
        t.paste("s = '" + "x" * (1 << 20) + "'")
        t.wait(lambda: t.line().endswith("x'") and t.look(0))
        t.type(ENTER)
        t.ready()
        self.assertEqual(t.run("#s"), str(1 << 20))

    def test_a_megabyte_of_lines_is_taken(self):
        t = self.open()
        t.paste("\n".join(["t = {"] + ["  1," for _ in range(200000)] + ["}"]))
        t.wait(lambda: t.line() == ". }")
        t.type(ENTER)
        t.ready()
        self.assertEqual(t.run("#t"), "200000")

    def test_a_megabyte_typed_is_taken(self):
        t = self.open()
        t.type("s = '" + "x" * (1 << 18) + "'")
        t.wait(lambda: t.line().endswith("x'"))
        t.type(ENTER)
        t.ready()
        self.assertEqual(t.run("#s"), str(1 << 18))


if __name__ == "__main__":
    unittest.main()
