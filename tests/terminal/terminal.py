"""terminal.py: for the tests of the prompt: dnnlua in a pseudo-terminal, with a screen to look at.

Keys are typed as a person's keyboard sends them, and a test waits for what is to be seen; never for a time.
DNN_BUILD names the build folder.
"""
import os
import shutil
import signal
import tempfile
import time
import unittest

import pexpect
import pyte

BUILD = os.environ.get("DNN_BUILD", "build")
DNNLUA = os.path.join(BUILD, "bin", "dnnlua")
DEADLINE = float(os.environ.get("DNN_DEADLINE", 120))  # seconds that a loaded machine may take for anything

UP, DOWN, RIGHT, LEFT = "\033[A", "\033[B", "\033[C", "\033[D"
HOME, END, DELETE, BACKSPACE = "\033[H", "\033[F", "\033[3~", "\177"
PAGE_UP, PAGE_DOWN, WORD_LEFT = "\033[5~", "\033[6~", "\033[1;5D"
ENTER, ALT_ENTER, TAB = "\r", "\033\r", "\t"


def ctrl(letter):
    return chr(ord(letter) - ord("@"))


class Folder:
    """A fresh home: what is kept there lasts from one terminal to the next."""

    def __init__(self):
        self.path = tempfile.mkdtemp()

    def remove(self):
        shutil.rmtree(self.path, ignore_errors=True)

    def write(self, name, content):
        path = os.path.join(self.path, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(content)
        return path

    def read(self, name):
        with open(os.path.join(self.path, name), "rb") as file:
            return file.read()

    def environment(self, **more):
        keep = {name: os.environ[name] for name in ("PATH", "ASAN_OPTIONS") if name in os.environ}
        all_of_it = {**keep, "HOME": self.path, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "PAGER": "cat", **more}
        return {name: value for name, value in all_of_it.items() if value is not None}


class Terminal:
    def __init__(self, home, arguments=(), command=None, columns=80, rows=24, **environment):
        program = command or [DNNLUA, *arguments]
        self.screen = pyte.HistoryScreen(columns, rows, history=10000)
        self.stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self.child = pexpect.spawn(program[0], list(program[1:]), dimensions=(rows, columns), timeout=None,
                                   env=home.environment(**environment), cwd=home.path)
        self.child.delaybeforesend = None

    # What is to be seen.

    def lines(self):
        return [line.rstrip() for line in self.screen.display]

    def text(self):
        return "\n".join(self.lines()).rstrip()

    def cursor(self):
        return self.screen.cursor.y, self.screen.cursor.x

    def line(self):
        """The line that the cursor is in."""
        return self.lines()[self.screen.cursor.y]

    def all_text(self):
        """With what has left the screen at its top."""
        above = ["".join(line[x].data for x in range(self.screen.columns)).rstrip()
                 for line in self.screen.history.top]
        return "\n".join(above + self.lines()).rstrip()

    # Waiting.

    def look(self, seconds=0.05):
        """Takes in what the program has written; False when it has ended."""
        try:
            data = self.child.read_nonblocking(65536, seconds)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.raw += data
        self.stream.feed(data)
        return True

    def wait(self, wanted, what=None):
        """Until a function is true, or a text is on the screen."""
        seen = wanted if callable(wanted) else lambda: wanted in self.text()
        limit = time.monotonic() + DEADLINE
        while not seen():
            if not self.look() and not seen():
                raise AssertionError(f"the program ended before {what or wanted!r} was seen:\n{self.text()}")
            if time.monotonic() > limit:
                raise AssertionError(f"{what or wanted!r} was not seen:\n{self.text()}\n"
                                     f"cursor: {self.cursor()}, {self.raw[-500:]!r}")

    def ready(self, prompt="> "):
        self.wait(lambda: self.line() == prompt.rstrip() and self.cursor()[1] == len(prompt), "a prompt")
        return self

    def wait_end(self):
        """Until the program has ended; its status, or the negative number of its signal."""
        limit = time.monotonic() + DEADLINE
        while self.look():
            if time.monotonic() > limit:
                raise AssertionError(f"the program did not end:\n{self.text()}")
        self.child.wait()
        return self.child.exitstatus if self.child.signalstatus is None else -self.child.signalstatus

    # Keys.

    def type(self, keys):
        data = keys if isinstance(keys, bytes) else keys.encode()
        while data:  # a pseudo-terminal takes some kilobytes at a time
            part, data = data[:1024], data[1024:]
            self.child.send(part)
            self.look(0)

    def enter(self, text):
        """Types an input and Enter."""
        last = text.split("\n")[-1]
        self.type(text.replace("\n", ENTER))
        self.wait(lambda: self.line().endswith(last.rstrip()) and self.line() != ">", f"{last} typed")
        self.type(ENTER)

    def run(self, text):
        """Enters an input on an empty screen; what is below it when the next prompt is there."""
        self.type(ctrl("L"))
        self.wait(lambda: self.cursor() == (0, 2) and self.text() == ">", "an empty screen")
        self.enter(text)
        self.ready()
        first = len(text.split("\n"))
        return "\n".join(self.lines()[first:self.cursor()[0]])

    def paste(self, text):
        data = text if isinstance(text, bytes) else text.encode()
        self.type(b"\033[200~" + data + b"\033[201~")

    def resize(self, columns, rows):
        self.screen.resize(rows, columns)
        self.child.setwinsize(rows, columns)
        self.child.kill(signal.SIGWINCH)

    def close(self):
        self.child.close(force=True)


class TerminalTest(unittest.TestCase):
    """A test with a home of its own; open() gives a terminal that has its first prompt."""

    def setUp(self):
        self.home = Folder()
        self.addCleanup(self.home.remove)

    def open(self, *arguments, **options):
        terminal = Terminal(self.home, arguments, **options)
        self.addCleanup(terminal.close)
        return terminal.ready()

    def start(self, *arguments, **options):
        terminal = Terminal(self.home, arguments, **options)
        self.addCleanup(terminal.close)
        return terminal
