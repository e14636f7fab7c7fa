#!/usr/bin/env python3
"""How long Ctrl-C at the prompt of dnnlua takes to give the prompt back.

    python3 bench/interrupt.py [--dnnlua build/bin/dnnlua] [--times 20] [--only WORD]

Each kind of work is begun at the prompt of one process, interrupted after a while that is different
each time, and the milliseconds from the signal to the next statement's output are printed: median
and worst. All objects stay in use from one time to the next.
"""
import argparse
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time

# name, statements that prepare, the statement that is interrupted (forever, or much longer than the wait)
KINDS = [
    ("a loop", "", "while true do end"),
    ("calls", "", "local function f(n) if n == 0 then return 0 end return 1 + f(n - 1) end while true do f(50) end"),
    ("a coroutine", "", "coroutine.wrap(function() while true do end end)()"),
    ("coroutines in turn", "",
     "local co = coroutine.wrap(function() while true do coroutine.yield(1) end end) while true do co() end"),
    ("float32 product", "A = dnn.rand(9000, 9000) C = dnn.zeros(9000, 9000)",
     "while true do dnn.mm(A, A, {out = C}) end"),
    ("float64 product", "A = dnn.rand(7000, 7000, {dtype = 'float64'}) C = A * 0.5",
     "while true do dnn.mm(A, A, {out = C}) end"),
    ("small products", "A = dnn.rand(100, 100)", "while true do local B = A * A end"),
    ("elementwise", "A = dnn.rand(10000, 10000) C = A:copy()", "while true do dnn.add(A, 1, C) end"),
    ("in place", "A = dnn.rand(10000, 10000)", "while true do A:add_(1) end"),
    ("random numbers", "", "while true do local A = dnn.randn(10000, 10000) end"),
    ("reduction", "A = dnn.rand(10000, 10000)", "while true do local s = A:std() end"),
    ("training", "net = dnn.Sequential{dnn.Linear(2000, 2000), dnn.ReLU(), dnn.Linear(2000, 2000), dnn.ReLU(), "
     "dnn.Linear(2000, 10)} X = dnn.randn(2000, 2000) Y = dnn.zeros(10, 2000) loss = dnn.MSELoss() "
     "opt = dnn.optim.Adam(net:parameters(), {lr = 1e-4})",
     "while true do loss:forward(net:forward(X), Y) net:backward(loss:backward()) opt:step() end"),
    ("decoding photos",
     "photo = dnn.rand(1024 * 768 * 3, 1) for i = 1, 400 do "
     "dnn.data.write_png(('%s/%s.%d.png'):format(folder, i % 2 == 0 and 'cat' or 'dog', i), photo, 1024, 768) end",
     "while true do dnn.data.images(folder, {progress = false}) end"),
    ("solve 1000", "A = dnn.rand(1000, 1000) b = dnn.rand(1000, 1)", "while true do dnn.linalg.solve(A, b) end"),
    ("svd 300", "A = dnn.rand(300, 300)", "while true do dnn.linalg.svd(A) end"),
]


class Prompt:
    def __init__(self, dnnlua, folder):
        self.messages = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen([dnnlua, "-i"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=self.messages, text=True, bufsize=1)
        self.say(f"folder = {folder!r}")

    def say(self, statement):
        self.process.stdin.write(statement + "\n")
        self.process.stdin.flush()

    def mark(self, word):
        self.say(f"io.write('{word}', '\\n') io.flush()")

    def await_word(self, word):
        while True:
            line = self.process.stdout.readline()
            if line == "":
                self.messages.seek(0)
                sys.exit("dnnlua has ended: " + self.messages.read())
            if word in line and "write" not in line:
                return

    def interrupt(self, statement, longest):
        self.say(f"io.write('begun\\n') io.flush() {statement}")
        self.mark("back")
        self.await_word("begun")
        time.sleep(random.uniform(longest / 6, longest))
        sent = time.monotonic()
        os.kill(self.process.pid, signal.SIGINT)
        self.await_word("back")
        return 1000 * (time.monotonic() - sent)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dnnlua", default="build/bin/dnnlua")
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--wait", type=float, default=0.6, help="seconds, at most, before an interruption")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    print(f"{'milliseconds':<22}{'median':>10}{'worst':>10}")
    for name, prepare, work in KINDS:
        if options.only not in name:
            continue
        with tempfile.TemporaryDirectory() as folder:
            prompt = Prompt(options.dnnlua, folder)
            prompt.say(prepare)
            prompt.mark("prepared")
            prompt.await_word("prepared")
            took = [prompt.interrupt(work, options.wait) for _ in range(options.times)]
            prompt.process.stdin.close()
            prompt.process.wait()
        print(f"{name:<22}{statistics.median(took):>10.1f}{max(took):>10.1f}", flush=True)


main()
