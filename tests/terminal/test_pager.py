"""Long help goes to the user's pager, where there is a terminal and one is wanted."""
import shutil
import unittest

from terminal import DNNLUA, ENTER, TerminalTest, ctrl

# Says how it was called and what it was given, and waits for Enter as a pager waits for keys.
PAGER = """trap 'echo interrupted' INT
echo "paged $(wc -l) lines, LESS=$LESS, arguments $*"
while ! read line < /dev/tty; do :; done
"""
LONG = "?dnn.Conv2d"


class Pager(TerminalTest):
    def pager(self, *arguments):
        return " ".join(["sh", self.home.write("pager.sh", PAGER), *arguments])

    def test_help_that_is_longer_than_the_screen_is_paged(self):
        t = self.open(PAGER=self.pager("-x", "'a b'"))
        t.enter(LONG)
        t.wait("paged")
        self.assertRegex(t.text(), r"paged \d\d+ lines, LESS=FRX, arguments -x a b")
        self.assertNotIn("channels", t.text())
        t.type(ENTER)
        t.ready()
        self.assertEqual(t.run("1 + 1"), "2")

    def test_so_is_what_a_script_asks_for(self):
        t = self.start("-e", "dnn.help 'dnn.Conv2d' print 'after'", PAGER=self.pager(), LESS="R")
        t.wait("paged")
        self.assertIn("LESS=R,", t.text())
        t.type(ENTER)
        t.wait("after")
        self.assertEqual(t.wait_end(), 0)

    def test_help_that_fits_is_printed(self):
        t = self.open(rows=200, PAGER=self.pager())
        self.assertIn("channels", t.run(LONG))
        t = self.open(PAGER=self.pager())
        self.assertIn("dnn.time() -> ", t.run("?dnn.time"))
        self.assertNotIn(b"paged", t.raw)

    def test_ctrl_c_is_the_pager_s(self):
        t = self.open(PAGER=self.pager())
        t.enter(LONG)
        t.wait("paged")
        t.type(ctrl("C"))
        t.wait("interrupted")
        t.type(ENTER)
        t.ready()
        self.assertEqual(t.run("2 + 2"), "4")
        t.enter("print('go' .. 'ing') while true do end")
        t.wait("going")
        t.type(ctrl("C"))
        t.ready()

    @unittest.skipUnless(shutil.which("less"), "less is not installed")
    def test_without_a_choice_it_is_less(self):
        t = self.open(PAGER=None)
        t.enter(LONG)
        t.wait(lambda: t.line() == ":")
        self.assertIn("dnn.Conv2d(", t.text())
        t.type("q")
        t.ready()
        self.assertIn("dnn.Conv2d(", t.text())  # it stays on the screen
        self.assertEqual(t.run("1 + 1"), "2")

    def test_without_a_pager_it_is_printed(self):
        for pager in ("", "cat", "/nowhere/pager -R", "none-such"):
            t = self.open(PAGER=pager)
            t.enter(LONG)
            t.ready()
            self.assertIn("dnn.Conv2d(", t.all_text())
            self.assertNotIn("not found", t.all_text())

    def test_into_a_pipe_it_is_printed(self):
        t = self.start(command=["/bin/sh", "-c", "\"$0\" -e \"dnn.help 'dnn.Conv2d'\" | grep -c . ; echo over", DNNLUA],
                       PAGER=self.pager())
        t.wait("over")
        self.assertNotIn("paged", t.text())
        self.assertRegex(t.text(), r"^\d\d")


if __name__ == "__main__":
    unittest.main()
