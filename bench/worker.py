"""Processes that take steps in turn, each stopped while it is another's turn."""
import math
import os
import shlex
import signal
import statistics
import subprocess
import sys
import time

CPUS = len(os.sched_getaffinity(0))


def clean_environment(**extra):
    """The environment without settings that would favour or hinder somebody, and with `extra`."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("OPENBLAS_", "OMP_", "GOTO_", "MKL_", "DNN_", "LUA_"))}
    return {**kept, **extra}


def processor_seconds(pid):
    """What all threads of a process have taken so far."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def busy_seconds():
    """What all processes of the machine have taken so far."""
    with open("/proc/stat", encoding="ascii") as stat:
        user, nice, system = (int(ticks) for ticks in stat.readline().split()[1:4])
    return (user + nice + system) / os.sysconf("SC_CLK_TCK")


class Worker:
    """A process that takes steps on request, stopped in between."""

    def __init__(self, label, command, **environment):
        self.label, self.command, self.environment = label, command, environment
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, env=clean_environment(**environment))
        _, self.core, self.threads = self._answer().split()
        self.times, self.processor = [], []
        self.steps = self._calibrate()

    def _answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"bench: {shlex.join(self.command)} ended without an answer")
        return line

    def _run(self, steps):
        start = time.perf_counter()
        print(steps, file=self.process.stdin, flush=True)
        cost = float(self._answer())
        elapsed = time.perf_counter() - start
        if not math.isfinite(cost):
            sys.exit(f"bench: {self.label}: the cost is {cost}")
        return elapsed / steps

    def _calibrate(self):
        """Warms up and finds how many steps take about 0.3 s; leaves the process stopped."""
        self._run(10)
        steps = max(1, round(0.1 / self._run(10)))
        steps = max(1, round(0.3 / self._run(steps)))
        self.pause()
        return steps

    def pause(self):
        self.process.send_signal(signal.SIGSTOP)

    def take_turn(self):
        self.process.send_signal(signal.SIGCONT)
        before = processor_seconds(self.process.pid)
        self.times.append(self._run(self.steps))
        self.processor.append((processor_seconds(self.process.pid) - before) / self.steps)
        self.pause()

    def close(self):
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.close()
        self.process.wait()


def take_turns(workers, rounds):
    """Returns how many CPUs others took meanwhile."""
    start, before = time.perf_counter(), busy_seconds()
    for _ in range(rounds):
        for worker in workers:
            worker.take_turn()
    own = sum(seconds * worker.steps for worker in workers for seconds in worker.processor[-rounds:])
    return max(0, busy_seconds() - before - own) / (time.perf_counter() - start)


def fastest(candidates):
    """Starts each (label, command, environment), lets it take three turns, keeps the fastest; None of none."""
    best = None
    for label, command, environment in candidates:
        worker = Worker(label, command, **environment)
        take_turns([worker], 3)
        if best is None or statistics.median(worker.times) < statistics.median(best.times):
            best, worker = worker, best
        if worker is not None:
            worker.close()
    if best is not None:
        best.times.clear()
        best.processor.clear()
    return best


def thread_counts():
    """Those worth trying on this machine."""
    return sorted({n for n in (1, 2, 4, CPUS // 2, CPUS) if 1 <= n <= CPUS})
