"""Typing at the prompt: lines, arrows, several lines, the window's size."""
import unittest

from terminal import (ALT_ENTER, BACKSPACE, DELETE, DOWN, END, ENTER, HOME, LEFT, PAGE_UP, RIGHT, UP, WORD_LEFT,
                      TerminalTest, ctrl)

LOOP = "for i = 1, 3 do\n  print(i * 10)\nend"


class Editing(TerminalTest):
    def test_a_line_is_edited_with_the_arrows(self):
        t = self.open()
        t.type("prnt(1)" + HOME + RIGHT + RIGHT + "i" + END + BACKSPACE + " + 2)")
        t.wait("> print(1 + 2)")
        t.type(HOME + DELETE + "p" + ENTER)
        t.ready()
        self.assertIn("> print(1 + 2)\n3\n>", t.text())

    def test_the_word_before_the_cursor_goes_with_ctrl_w_and_comes_back_with_ctrl_y(self):
        t = self.open()
        t.type("one two" + ctrl("W"))
        t.wait(lambda: t.line() == "> one")
        t.type(ctrl("Y"))
        t.wait(lambda: t.line() == "> one two")

    def test_alt_and_a_letter_moves_by_words(self):
        t = self.open()
        t.type("one two\033b")
        t.wait(lambda: t.cursor()[1] == 6)
        t.type(WORD_LEFT)
        t.wait(lambda: t.cursor()[1] == 2)

    def test_an_input_goes_on_until_it_is_complete(self):
        t = self.open()
        t.enter(LOOP)
        t.ready()
        self.assertIn("> for i = 1, 3 do\n.   print(i * 10)\n. end\n10\n20\n30\n>", t.text())

    def test_a_broken_off_expression_goes_on_too(self):
        t = self.open()
        self.assertEqual(t.run("#{1,\n2}"), "2")
        self.assertEqual(t.run("1 +\n1"), "2")
        self.assertIn("unexpected symbol near '+'", t.run("+ 1"))

    def test_up_brings_an_input_of_several_lines_back_and_all_of_it_can_be_edited(self):
        t = self.open()
        t.run(LOOP)
        t.type(ctrl("L"))
        t.wait(lambda: t.text() == ">")
        t.type(UP)
        t.wait(lambda: t.text() == "> for i = 1, 3 do\n.   print(i * 10)\n. end")
        self.assertEqual(t.cursor(), (0, 17), "at the end of the first line")
        t.type(BACKSPACE * 4 + "2 do" + DOWN + HOME + RIGHT * 2 + "io.write('x') ")
        t.wait(lambda: t.text() == "> for i = 1, 2 do\n.   io.write('x') print(i * 10)\n. end")
        t.type(ENTER)
        t.ready()
        self.assertIn("x10\nx20\n>", t.text())

    def test_up_and_down_keep_the_column(self):
        t = self.open()
        t.type("t = {\n111111,\n2,\n333333".replace("\n", ENTER))
        t.wait("333333")
        self.assertEqual(t.cursor()[1], 8)
        t.type(UP)
        t.wait(lambda: t.line() == ". 2," and t.cursor()[1] == 4)
        t.type(UP)
        t.wait(lambda: t.line() == ". 111111," and t.cursor()[1] == 4)

    def test_up_again_goes_on_to_older_inputs_and_down_comes_back(self):
        t = self.open()
        t.run("one = 1")
        t.run(LOOP)
        t.type(UP)
        t.wait("end")
        t.type(UP)
        t.wait(lambda: t.line() == "> one = 1")
        t.type(DOWN)
        t.wait("print(i * 10)")
        t.type(PAGE_UP)
        t.wait(lambda: t.line() == "> one = 1" and t.text().endswith("one = 1"))

    def test_up_recalls_inputs_that_begin_with_what_was_typed(self):
        t = self.open()
        for text in ("alpha = 1", "beta = 2", "also = 3"):
            t.run(text)
        t.type("al" + UP)
        t.wait(lambda: t.line() == "> also = 3")
        t.type(UP)
        t.wait(lambda: t.line() == "> alpha = 1")
        t.type(DOWN + DOWN)
        t.wait(lambda: t.line() == "> al")

    def test_alt_enter_makes_a_line_where_enter_would_run(self):
        t = self.open()
        t.type("x = 1" + ALT_ENTER + "y = 2")
        t.wait(". y = 2")
        t.type(ENTER)
        t.ready()
        self.assertEqual(t.run("x + y"), "3")

    def test_ctrl_c_drops_the_input_and_gives_a_fresh_prompt(self):
        t = self.open()
        t.type("x = {" + ENTER + "1,")
        t.wait(". 1,")
        t.type(ctrl("C"))
        t.ready()
        self.assertEqual(t.run("x"), "nil")

    def test_ctrl_d_ends_on_an_empty_input_and_else_deletes(self):
        t = self.open()
        t.type("abc" + HOME + ctrl("D"))
        t.wait(lambda: t.line() == "> bc")
        t.type(ctrl("D") * 2)
        t.ready()
        t.type(ctrl("D"))
        self.assertEqual(t.wait_end(), 0)
        self.assertEqual(t.lines()[t.cursor()[0] - 1], ">")
        self.assertEqual(t.cursor()[1], 0)

    def test_what_is_typed_ahead_is_run_in_turn(self):
        t = self.open()
        t.type("1 + 1" + ENTER + "2 + 2" + ENTER + "7 * 7" + ENTER)
        t.wait("49")
        t.ready()
        self.assertEqual([line for line in t.lines() if line.isdigit()], ["2", "4", "49"])

    def test_letters_of_other_scripts_take_their_width(self):
        t = self.open()
        t.type("s = 'äöü 数学 e\u0301'")
        t.wait("数")
        self.assertEqual(t.cursor()[1], 2 + len("s = 'äöü ") + 4 + len(" e'"))
        t.type(LEFT * 4 + BACKSPACE)
        t.wait(lambda: "学" not in t.text())
        t.type(ENTER)
        t.ready()
        self.assertEqual(t.run("#s"), str(len("äöü 数 e\u0301".encode())))

    def test_a_line_longer_than_the_window_is_broken(self):
        t = self.open(columns=20)
        t.type("x = '" + "a" * 30 + "'")
        t.wait(lambda: t.line() == "a" * 17 + "'" or t.line().endswith("a'"))
        self.assertEqual(t.lines()[t.cursor()[0] - 1], "> x = '" + "a" * 13)
        t.type(HOME + "y")
        t.wait(lambda: "> yx = '" in t.text() and t.cursor()[1] == 3)
        t.type(ENTER)
        t.ready()
        self.assertEqual(t.run("#yx"), "30")

    def test_the_cursor_behind_a_full_row_stands_in_the_next(self):
        t = self.open(columns=20)
        t.type("a" * 18)
        t.wait(lambda: t.cursor()[1] == 0 and "> " + "a" * 18 in t.text())
        t.type("b")
        t.wait(lambda: t.line() == "b")
        t.type(BACKSPACE + BACKSPACE)
        t.wait(lambda: t.line() == "> " + "a" * 17)

    def test_an_input_higher_than_the_window_shows_the_part_around_the_cursor(self):
        t = self.open(rows=8)
        lines = ["t = {"] + [f"  {i}," for i in range(1, 31)]
        t.type("\n".join(lines).replace("\n", ENTER))
        t.wait(lambda: t.line() == ".   30,")
        self.assertEqual(t.lines()[0], ".   23,")
        t.type(UP * 29)
        t.wait(lambda: t.line() == ".   1,")
        self.assertEqual(t.cursor()[0], 0)
        t.type(UP)
        t.wait(lambda: t.line() == "> t = {")
        t.type(DOWN * 30 + END + ENTER + "}" + ENTER)
        t.ready()
        self.assertEqual(t.run("#t"), "30")

    def test_the_input_follows_the_window(self):
        t = self.open(columns=60)
        t.type("x = '" + "a" * 40 + "'")
        t.wait("aaa'")
        t.resize(30, 24)
        t.wait(lambda: t.line().endswith("a'") and t.cursor()[1] == 18)
        t.resize(70, 20)
        t.wait(lambda: t.line() == "> x = '" + "a" * 40 + "'")
        t.type(ENTER)
        t.ready()
        self.assertEqual(t.run("#x"), "40")

    def test_values_follow_the_window(self):
        self.home.write("lua/dnn/prompt/show.lua", "return function(_, options) return options.width .. ' x ' .."
                        " options.height .. (options.colour and ' in colour' or '') end")
        t = self.open(LUA_PATH=self.home.path + "/lua/?.lua;;")
        self.assertEqual(t.run("0"), "80 x 24 in colour")
        t.resize(50, 10)
        self.assertEqual(t.run("0"), "50 x 10 in colour")

    def test_the_prompt_is_on_a_line_of_its_own_after_output_without_an_end(self):
        t = self.open()
        t.enter("io.write 'no end';")
        t.ready()
        self.assertIn("no end\n>", t.text())
        self.assertNotIn("no end\n\n", t.text())

    def test_keys_that_mean_nothing_leave_nothing(self):
        t = self.open()
        t.type("a\033[99~\033[1;9Z\033OPb\033[38;5;1mc")
        t.wait(lambda: t.line() == "> abc")


if __name__ == "__main__":
    unittest.main()
