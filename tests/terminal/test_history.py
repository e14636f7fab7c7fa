"""What was typed before: the file of the history, two prompts at once, Ctrl-R."""
import os
import stat
import unittest

from terminal import BACKSPACE, ENTER, LEFT, UP, TerminalTest, ctrl

FILE = ".local/state/dnnlua/history"


class History(TerminalTest):
    def test_inputs_are_kept_one_a_line_in_a_file_of_the_user_s_own(self):
        t = self.open()
        t.run("x = 'a\\\\b'")
        t.run("for i = 1, 2 do\nprint(i)\nend")
        t.run(" secret = 1")
        self.assertEqual(self.home.read(FILE), b"x = 'a\\\\\\\\b'\nfor i = 1, 2 do\\nprint(i)\\nend\n")
        path = os.path.join(self.home.path, FILE)
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode), 0o700)

    def test_the_next_prompt_has_them(self):
        t = self.open()
        t.run("for i = 1, 2 do\nprint(i)\nend")
        t.type(ctrl("D"))
        t.wait_end()
        t = self.open()
        t.type(UP)
        t.wait("> for i = 1, 2 do\n. print(i)\n. end")

    def test_xdg_state_home_says_where(self):
        t = self.open(XDG_STATE_HOME=self.home.path + "/state")
        t.run("x = 1")
        self.assertEqual(self.home.read("state/dnnlua/history"), b"x = 1\n")

    def test_two_prompts_lose_nothing(self):
        one, two = self.open(), self.open()
        for i in range(3):
            one.run(f"a = {i}")
            two.run(f"b = {i}")
        self.assertEqual(self.home.read(FILE), b"a = 0\nb = 0\na = 1\nb = 1\na = 2\nb = 2\n")

    def test_a_repeated_input_is_kept_once(self):
        t = self.open()
        for _ in range(3):
            t.run("x = 1")
        self.assertEqual(self.home.read(FILE), b"x = 1\n")

    def test_a_long_file_is_cut_to_its_newer_half(self):
        self.home.write(FILE, "".join(f"x = {i:0100}\n" for i in range(20000)))
        two = self.open()
        one = self.open()
        kept = self.home.read(FILE)
        self.assertLess(len(kept), 1 << 20)
        self.assertTrue(kept.endswith(f"x = {19999:0100}\n".encode()))
        self.assertEqual(len(kept) % 105, 0, "whole lines")
        one.run("y = 1")
        two.run("z = 1")
        self.assertTrue(self.home.read(FILE).endswith(b"\ny = 1\nz = 1\n"))

    def test_a_folder_that_cannot_be_written_is_told_once(self):
        self.home.write(".local/state", "a file")
        t = self.open()
        t.run("x = 1")
        t.run("y = 2")
        t.type(UP)
        t.wait(lambda: t.line() == "> y = 2")
        message = f"the history is not saved: {self.home.path}/{FILE}: Not a directory"
        self.assertEqual(t.raw.count(message.encode()), 1)

    def test_a_file_of_nonsense_is_no_harm(self):
        path = self.home.write(FILE, "")
        with open(path, "wb") as file:
            file.write(b"\xff\xfe\x1b[2J\0\nx = 1\\\n\\\n" + b"z" * 5000 + b"\nno end")
        t = self.open()
        for _ in range(4):
            t.type(UP)
        t.wait("^[[2J")
        t.type(ctrl("C"))
        t.ready()
        self.assertEqual(t.run("1 + 1"), "2")

    def test_ctrl_r_searches_backwards(self):
        t = self.open()
        for text in ("net = 'first'", "other = 1", "net2 = 'second'", "last = 1"):
            t.run(text)
        t.type(ctrl("R"))
        t.wait("(search: )")
        t.type("net")
        t.wait("(search: net) net2 = 'second'")
        t.type(ctrl("R"))
        t.wait("(search: net) net = 'first'")
        t.type(ctrl("R"))
        t.wait("(no match: net) net = 'first'")
        t.type(LEFT + BACKSPACE)
        t.wait(lambda: t.line().startswith("> ") and "net" in t.line())
        t.type(ctrl("C"))
        t.ready()
        t.type(ctrl("R") + "sec")
        t.wait("(search: sec) net2")
        t.type(ENTER)
        t.ready()
        self.assertEqual(t.run("print(net2)"), "second")

    def test_ctrl_r_is_given_up_with_ctrl_g(self):
        t = self.open()
        t.run("net = 1")
        t.type("typed" + ctrl("R") + "net")
        t.wait("(search: net) net = 1")
        t.type(ctrl("G"))
        t.wait(lambda: t.line() == "> typed")


if __name__ == "__main__":
    unittest.main()
