"""Ctrl-C while an input runs."""
import unittest

from terminal import TerminalTest, ctrl

NETWORK = """net = dnn.Sequential{dnn.Linear(4, 8), dnn.ReLU(), dnn.Linear(8, 1), dnn.Sigmoid()}
loss, X = dnn.BCELoss(), dnn.randn(4, 32)
Y = dnn.gt(X:sum(1), 0)
opt = dnn.optim.SGD(net:parameters(), {lr = 0.1})
count = 0
function train()
while true do
cost = loss:forward(net:forward(X), Y)
net:backward(loss:backward())
opt:step()
count = count + 1
end
end"""
INTERRUPTS = 1000


class Interrupt(TerminalTest):
    def test_a_loop_is_stopped(self):
        t = self.open()
        for loop in ("while true do end", "repeat until false", "x = 0 while true do x = x + 1 end",
                     "coroutine.wrap(function() while true do end end)()"):
            t.type(ctrl("L"))
            t.wait(lambda: t.text() == ">")
            t.enter(loop)
            t.wait(lambda: t.raw.endswith(b"\033[?2004l"))
            t.type(ctrl("C"))
            t.wait("interrupted!")
            t.ready()
        self.assertEqual(t.run("1 + 1"), "2")

    def test_a_thousand_interrupts_leave_the_training_intact(self):
        t = self.open()
        for line in NETWORK.split("\n"):
            t.type(line + "\r")
        t.ready()
        t.run("before = loss:forward(net:forward(X), Y)")
        for _ in range(INTERRUPTS):
            t.type(ctrl("L"))
            t.wait(lambda: t.text() == ">")
            t.type("train()\r")
            t.wait(lambda: t.raw.endswith(b"\033[?2004l"), "the training")
            t.type(ctrl("C"))
            t.wait("interrupted!")
            t.ready()
        self.assertEqual(t.run("count > 0 and cost < before"), "true")
        self.assertEqual(t.run("net:forward(X).cols, #net"), "32      4")

    def test_a_child_is_interrupted_and_the_prompt_stays(self):
        t = self.open()
        t.enter("$ sleep 1000")
        t.wait(lambda: t.raw.endswith(b"\033[?2004l"))
        t.look(0.2)  # the shell starts; when it has not, the next one tries again
        t.type(ctrl("C"))
        t.wait("ended by signal 2")
        t.ready()
        self.assertEqual(t.run("1 + 1"), "2")

    def test_many_in_a_row_are_no_harm(self):
        t = self.open()
        for _ in range(100):
            t.type(ctrl("C"))
        t.ready()
        self.assertEqual(t.run("1 + 1"), "2")


if __name__ == "__main__":
    unittest.main()
