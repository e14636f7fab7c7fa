"""Values, ans, and the commands of the prompt."""
import unittest

from terminal import DNNLUA, ENTER, TAB, TerminalTest, ctrl

SHOW = """return function(value) return "shown: " .. tostring(value) end"""
HELP = """return {topic = function(text, env, options)
  if text == "nothing" then return nil, "no such topic: nothing" end
  return "help on " .. text .. ", " .. tostring(env.x) .. ", " .. options.width
end}"""
COMPLETE = """
return function(text, cursor)
  local first, word = text:sub(1, cursor):match "()([%w_.]*)$"
  local names = {"alpha", "alphabet", "beta", "söt", "sött"}
  for i = 1, 500 do names[#names + 1] = ("many%03d"):format(i) end
  local found = {}
  for _, name in ipairs(names) do
    if name:sub(1, #word) == word then found[#found + 1] = name end
  end
  if text:sub(1, 1) == '"' then return 2, {"file_of_" .. text:sub(2, cursor)} end
  return first, found
end"""


class Values(TerminalTest):
    def test_an_expression_is_shown_and_a_semicolon_keeps_quiet(self):
        t = self.open()
        self.assertEqual(t.run("1 + 1"), "2")
        self.assertEqual(t.run("=1 + 1"), "2")
        self.assertEqual(t.run("1 + 1;"), "")
        self.assertEqual(t.run("x = 3"), "")
        self.assertEqual(t.run("return x, 4"), "3       4")
        self.assertEqual(t.run("nil"), "nil")

    def test_ans_is_the_first_of_the_last_values(self):
        t = self.open()
        t.run("6 * 7, 1")
        self.assertEqual(t.run("ans"), "42")
        t.run("ans + 1;")
        t.run("x = 5")
        self.assertEqual(t.run("ans"), "43")

    def test_values_are_shown_by_the_module_for_that(self):
        self.home.write("lua/dnn/prompt/show.lua", SHOW)
        t = self.open(LUA_PATH=self.home.path + "/lua/?.lua;;")
        self.assertEqual(t.run("1, 2"), "shown: 1        shown: 2")
        t.run("print = nil")
        self.assertEqual(t.run("1"), "shown: 1")

    def test_values_of_several_lines_stand_below_each_other(self):
        self.home.write("lua/dnn/prompt/show.lua", "return tostring")
        t = self.open(LUA_PATH=self.home.path + "/lua/?.lua;;")
        self.assertEqual(t.run("'a\\nb', 'c'"), "a\nb\nc")

    def test_a_piped_prompt_knows_the_commands_too(self):
        t = self.start(command=["/bin/sh", "-c", "printf 'x = 1\\n%%who\\n$ echo a\\n2;\\nans\\n' | "
                                "\"$0\" -i 2>&1; echo over", DNNLUA])
        t.wait("over")
        self.assertIn("> > x  number, 1\n> a\n> > 2\n>", t.text())
        self.assertNotIn(b"\033", t.raw)


class Commands(TerminalTest):
    def test_time_tells_the_time_and_shows_the_value(self):
        t = self.open()
        self.assertRegex(t.run("%time 6 * 7"), r"^[\d.]+ [µm]?s\n42$")
        self.assertRegex(t.run("%time for i = 1, 10 do end"), r"^[\d.]+ [µm]?s$")
        self.assertRegex(t.run("%time ('x'):rep(1e6):len()"), r"^[\d.]+ [µm]?s, [\d.]+ [KM]B more Lua memory\n")
        self.assertRegex(t.run("%time for i = 1, 3 do\nprint(i)\nend"), r"^1\n2\n3\n[\d.]+ [µm]?s$")
        self.assertIn("unexpected symbol", t.run("%time = 1"))
        self.assertIn("%time needs an expression", t.run("%time"))

    def test_who_lists_the_user_s_globals_only(self):
        t = self.open()
        self.assertEqual(t.run("%who"), "you have no globals")
        t.run("X, name, f = dnn.zeros(3, 4), 'abc', function() end")
        t.run("net = dnn.Linear(3, 2)")
        self.assertEqual(t.run("%who"), "X     Matrix, 3 x 4, float32\nf     function\nname  string, 3 bytes\n"
                                        "net   Linear(3 -> 2)")

    def test_who_calls_nothing_of_the_user_s(self):
        t = self.open()
        t.run("m = {__index = error, __len = error, __tostring = error, __name = 'Mine'}")
        t.run("x, m = setmetatable({1}, m), nil")
        t.run("setmetatable(_G, {__index = error, __pairs = error})")
        self.assertEqual(t.run("%who"), "x  Mine, 1 field")

    def test_reset_takes_the_user_s_globals_away_and_brings_the_libraries_back(self):
        t = self.open()
        t.run("x, y, print, string.rep = 1, 2, nil, nil")
        self.assertEqual(t.run("%reset"), "removed 2 globals")
        self.assertEqual(t.run("print(x, y, type(print), ('a'):rep(2))"), "nil     nil     function        aa")
        self.assertEqual(t.run("dnn.zeros(1, 1)(1, 1)"), "0.0")

    def test_load_runs_a_file_with_the_prompt_s_globals(self):
        self.home.write("a file.lua", "#!/usr/bin/env dnnlua\nloaded = (loaded or 0) + 1\nreturn 99")
        t = self.open()
        t.run("loaded = 1")
        self.assertEqual(t.run("%load a file.lua"), "99")
        self.assertEqual(t.run("loaded"), "2")
        self.assertIn("cannot open none.lua", t.run("%load none.lua"))
        self.assertIn("%load needs a file", t.run("%load"))

    def test_edit_runs_what_was_saved(self):
        editor = self.home.write("editor.sh", "echo \"$1\" >> edited; echo 'edits = (edits or 0) + 1' > \"$1\"\n")
        t = self.open(EDITOR="sh " + editor)
        t.run("%edit mine.lua")
        self.assertEqual(t.run("edits"), "1")
        t.run("%edit")
        self.assertEqual(t.run("edits"), "2")
        self.assertTrue(self.home.read("edited").startswith(b"mine.lua\n/"))
        t = self.open(EDITOR="true")
        self.assertEqual(t.run("%edit"), "nothing was saved, so nothing is run")
        t = self.open(VISUAL="false")
        self.assertIn("the editor 'false' failed; set $VISUAL or $EDITOR to use another", t.run("%edit mine.lua"))

    def test_history_lists_the_last_inputs(self):
        t = self.open()
        for i in range(4):
            t.run(f"x = {i}")
        self.assertEqual(t.run("%history 3"), "x = 2\nx = 3\n%history 3")
        self.assertIn("takes a number of inputs", t.run("%history all"))

    def test_help_lists_the_commands(self):
        t = self.open()
        listed = t.run("%help")
        for name in ("%time", "%who", "%load", "%edit", "%reset", "%history", "%help", "?name", "$ command"):
            self.assertIn(name, listed)
        self.assertEqual(t.run("%"), listed)

    def test_an_unknown_command_names_the_nearest(self):
        t = self.open()
        self.assertEqual(t.run("%tiem 1"), "no command %tiem; did you mean %time?")
        self.assertEqual(t.run("%h"), "no command %h; did you mean %help?")
        self.assertEqual(t.run("%xyzzy"), "no command %xyzzy; %help lists them")

    def test_a_dollar_runs_a_command_of_the_shell(self):
        t = self.open()
        self.assertEqual(t.run("$ echo one; exit 3"), "one\nstatus 3")
        self.assertEqual(t.run("$echo two"), "two")
        self.assertEqual(t.run("$ kill -9 $$"), "ended by signal 9")

    def test_a_question_asks_the_help(self):
        self.home.write("lua/dnn/help.lua", HELP)
        t = self.open(LUA_PATH=self.home.path + "/lua/?.lua;;")
        t.run("x = 7")
        self.assertEqual(t.run("?dnn.Linear"), "help on dnn.Linear, 7, 80")
        self.assertEqual(t.run("net:forward?"), "help on net:forward, 7, 80")
        self.assertEqual(t.run('? "learning rate"'), 'help on "learning rate", 7, 80')
        self.assertEqual(t.run('"learning rate"?'), 'help on "learning rate", 7, 80')
        self.assertEqual(t.run("?"), "help on , 7, 80")
        self.assertEqual(t.run("?nothing"), "no such topic: nothing")

    def test_the_commands_outlive_overwritten_libraries(self):
        t = self.open()
        t.run("string.format, string.match, table.concat, print, pairs, type = nil")
        t.run("setmetatable(_G, {__index = error})")
        self.assertIn("%time", t.run("%help"))
        self.assertEqual(t.run("1"), "1")
        self.assertEqual(t.run("$ echo still"), "still")


class Completion(TerminalTest):
    def setUp(self):
        super().setUp()
        self.home.write("lua/dnn/prompt/complete.lua", COMPLETE)
        self.path = {"LUA_PATH": self.home.path + "/lua/?.lua;;"}

    def test_the_only_candidate_is_inserted(self):
        t = self.open(**self.path)
        t.type("x = be" + TAB + " + 1")
        t.wait(lambda: t.line() == "> x = beta + 1")

    def test_the_common_beginning_is_inserted_and_a_second_tab_lists(self):
        t = self.open(**self.path)
        t.type("(al)" + "\033[D" + TAB)
        t.wait(lambda: t.line() == "> (alpha)")
        t.type(TAB)
        t.wait("\nalpha     alphabet\n> (alpha)")
        self.assertEqual(t.cursor()[1], 8)
        t.type("b" + TAB)
        t.wait(lambda: t.line() == "> (alphabet)")

    def test_letters_of_several_bytes_are_completed_whole(self):
        t = self.open(**self.path)
        t.type("s" + TAB)
        t.wait(lambda: t.line() == "> söt")
        t.type("t" + TAB + "!")
        t.wait(lambda: t.line() == "> sött!")

    def test_hundreds_of_candidates_are_elided(self):
        t = self.open(**self.path)
        t.type("many" + TAB + TAB)
        t.wait("... and 340 more\n> many")
        self.assertTrue("many001  many021" in t.all_text(), t.text())

    def test_tab_indents_at_the_start_of_a_line(self):
        t = self.open(**self.path)
        t.type("do" + ENTER + TAB + "x = 1")
        t.wait(".   x = 1")

    def test_commands_and_the_files_behind_them_are_completed(self):
        t = self.open(**self.path)
        t.type("%he" + TAB)
        t.wait(lambda: t.line() == "> %help")
        t.type(ctrl("C"))
        t.ready()
        t.type("%load ab" + TAB)
        t.wait(lambda: t.line() == "> %load file_of_ab")
        t.type(ctrl("C"))
        t.ready()
        t.type("$ ls ab" + TAB)
        t.wait(lambda: t.line() == "> $ ls file_of_ab")

    def test_an_error_of_the_completion_is_no_harm(self):
        self.home.write("lua/dnn/prompt/complete.lua", "return function() error 'broken' end")
        t = self.open(**self.path)
        t.type("al" + TAB + TAB + "x")
        t.wait(lambda: t.line() == "> alx")


if __name__ == "__main__":
    unittest.main()
