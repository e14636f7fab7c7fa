"""How the prompt begins and ends, what it asks with, and in which colours."""
import os
import signal
import unittest

from terminal import DNNLUA, ENTER, TerminalTest, ctrl

CONFIG = ".config/dnnlua/init.lua"


class Start(TerminalTest):
    def test_the_banner_names_the_version_and_the_ways_out(self):
        t = self.open()
        self.assertRegex(t.lines()[0], r"^dnnlua \d+\.\d+\.\d+, Lua 5\.4")
        self.assertEqual(t.lines()[1], "?name explains, Tab completes, %help lists commands, Ctrl-D ends")

    def test_a_start_up_file_is_run_once(self):
        self.home.write(CONFIG, "count = (count or 0) + 1  _PROMPT = 'mine> '")
        t = self.start().ready("mine> ")
        t.enter("count")
        t.ready("mine> ")
        self.assertIn("\n1\nmine>", t.text())

    def test_xdg_config_home_says_where_the_start_up_file_is(self):
        self.home.write("config/dnnlua/init.lua", "from = 'config'")
        t = self.open(XDG_CONFIG_HOME=self.home.path + "/config")
        self.assertEqual(t.run("print(from)"), "config")

    def test_an_error_in_the_start_up_file_is_reported(self):
        for content, message in (("undefined()", "init.lua:1: attempt to call a nil value"),
                                 ("x = = 1", "init.lua:1: unexpected symbol near '='")):
            self.home.write(CONFIG, content)
            t = self.open()
            self.assertIn(message, t.text())

    def test_the_start_up_file_is_not_run_with_E(self):
        self.home.write(CONFIG, "started = true")
        t = self.open("-E")
        self.assertEqual(t.run("started"), "nil")

    def test_prompts_are_those_of_the_user(self):
        t = self.open()
        t.enter("_PROMPT, _PROMPT2 = 'ask\\x1b[35m?\\x1b[0m ', 'more? '")
        t.ready("ask? ")
        t.type("x = {" + ENTER + "1")
        t.wait("ask? x = {\nmore? 1")
        t.type("}" + ENTER)
        t.ready("ask? ")

    def test_a_prompt_that_raises_is_told_and_another_is_there(self):
        t = self.open()
        t.run("_PROMPT = setmetatable({}, {__tostring = function() error 'no prompt' end})")
        self.assertIn("no prompt", t.text())
        t.enter("_PROMPT = nil")
        t.ready()

    def test_prompt_and_errors_are_coloured(self):
        t = self.open()
        self.assertIn(b"\033[1;36m> ", t.raw)
        y, _ = t.cursor()
        self.assertEqual(t.screen.buffer[y][0].fg, "cyan")
        t.run("function f() error() end f()")
        self.assertEqual([t.screen.buffer[y][0].fg for y in (1, 2, 3)], ["red", "default", "default"])

    def test_no_color_and_a_dumb_terminal_are_obeyed(self):
        t = self.open(NO_COLOR="1")
        t.run("undefined()")
        self.assertNotIn(b";36m", t.raw)
        self.assertNotIn(b";31m", t.raw)
        self.assertNotIn(b"\033[2m", t.raw)
        t = self.start(TERM="dumb").ready()
        t.type("1 + 1" + ENTER)
        t.wait("\n2\n")
        t.ready()
        self.assertNotIn(b"\033", t.raw)
        t.type(ctrl("D"))
        self.assertEqual(t.wait_end(), 0)

    def test_ctrl_c_at_a_dumb_terminal_drops_the_line(self):
        t = self.start(TERM="dumb").ready()
        t.type("1 +")
        t.wait("1 +")
        t.type(ctrl("C"))
        t.ready()
        t.type("2 * 3" + ENTER)
        t.wait("\n6\n")


class End(TerminalTest):
    def test_exit_and_quit_end_it_unless_they_are_globals(self):
        for word in ("exit", "quit()", "exit() "):
            t = self.open()
            t.type(word + ENTER)
            self.assertEqual(t.wait_end(), 0)
        t = self.open()
        t.run("exit = 5")
        self.assertEqual(t.run("exit"), "5")

    def shell(self, command):
        """A shell that shows the terminal's settings before and after a program."""
        t = self.start(command=["/bin/sh", "-c",
                                f"stty -a > before; {command}; echo status $?; stty -a > after; echo over"])
        return t

    def settings_are_back(self, t):
        t.wait("over")
        self.assertEqual(self.home.read("before"), self.home.read("after"))
        self.assertEqual(t.raw.count(b"\033[?2004h"), t.raw.count(b"\033[?2004l"))

    def test_ctrl_d_gives_the_terminal_back(self):
        t = self.shell(DNNLUA).ready()
        t.type(ctrl("D"))
        self.settings_are_back(t)
        self.assertIn("status 0", t.text())

    def test_os_exit_gives_the_terminal_back(self):
        for code in ("os.exit(7)", "os.exit(7, true)"):
            t = self.shell(DNNLUA).ready()
            t.enter(code)
            self.settings_are_back(t)
            self.assertIn("status 7", t.text())

    def test_a_signal_s_end_gives_the_terminal_back(self):
        t = self.shell(f"sh -c 'echo $$ > pid; exec {DNNLUA}'").ready()
        t.type("some text")
        t.wait("some text")
        os.kill(int(self.home.read("pid")), signal.SIGTERM)
        self.settings_are_back(t)
        self.assertIn("status 143", t.text())

    def test_the_terminal_is_the_program_s_while_an_input_runs(self):
        t = self.open()
        t.enter("io.read()")
        t.wait(lambda: t.raw.endswith(b"\033[?2004l"), "the terminal as it was")
        t.type("typed\r")
        t.wait(lambda: t.lines()[4].strip('"') == "typed")
        t.ready()
        t.run("$ stty -echo")
        t.type("1 + 1")
        t.wait("> 1 + 1")

    def test_stopped_by_ctrl_z_it_goes_on_in_the_foreground(self):
        t = self.start(command=["/bin/bash", "--norc", "--noprofile", "-i"], PS1="shell$ ").ready("shell$ ")
        t.type(DNNLUA + ENTER)
        t.ready()
        t.type("x = 1 +")
        t.wait("x = 1 +")
        t.type(ctrl("Z"))
        t.ready("shell$ ")
        t.type("fg" + ENTER)
        t.wait(lambda: t.line() == "> x = 1 +")
        t.type(" 2" + ENTER)
        t.ready()
        self.assertEqual(t.run("x"), "3")

    def test_ctrl_z_does_nothing_where_no_shell_waits(self):
        t = self.open()
        t.type("1 +" + ctrl("Z"))
        t.wait(lambda: t.text().count("> 1 +") == 2 or t.line() == "> 1 +" and t.raw.count(b"2004h") == 2)
        t.type(" 1" + ENTER)
        t.wait("\n2\n")


if __name__ == "__main__":
    unittest.main()
