"""What the manual shows of the prompt is what the prompt shows."""
import os
import re
import unittest

from terminal import TerminalTest

README = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "README.md")


class Manual(TerminalTest):
    def test_the_session_in_the_readme_is_true(self):
        with open(README, encoding="utf-8") as file:
            session = re.search(r"```\n\$ build/bin/dnnlua\n.*?\n.*?\n(> .*?)```", file.read(), re.S).group(1)
        t = self.open(columns=100, rows=40)
        for entry in re.split(r"^> ", session, flags=re.M)[1:]:
            typed, shown = entry.split("\n", 1)
            if typed.startswith("?"):  # pages are as wide as the terminal, up to a width that is easy to read
                t.resize(80, 40)
            self.assertEqual(t.run(typed), shown.rstrip("\n"), typed)


if __name__ == "__main__":
    unittest.main()
