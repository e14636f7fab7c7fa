"""The program beside its peers, in one run: ./bootstrap bench.

Every network runs in long-lived processes, the program's and each peer's, that take a number of steps when
asked. They are asked in turn, round after round, and stopped (SIGSTOP) while it is another's turn, so that
no idle thread of one is measured with the other. A peer first runs with every sensible number of threads,
and the fastest goes on. Where the program has switched OpenBLAS to other kernels than the library takes by
itself, the peers are measured with both: as packaged, and with the program's.

Printed: the median time of a step over the rounds, and the peer's time divided by the program's, round
against the same round: median, smallest and largest."""
import argparse
import itertools
import math
import os
import platform
import shlex
import signal
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = sys.executable
CPUS = len(os.sched_getaffinity(0))


def clean_environment(**extra):
    """The environment without settings that would favour or hinder somebody, and with `extra`."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(("OPENBLAS_", "OMP_", "GOTO_", "MKL_", "DNN_", "LUA_"))}
    return {**kept, **extra}


class Worker:
    """A process that takes steps on request, stopped in between."""

    def __init__(self, label, command, **environment):
        self.label, self.command, self.environment = label, command, environment
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, env=clean_environment(**environment))
        _, self.core, self.threads = self._answer().split()
        self.times = []
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
        self.times.append(self._run(self.steps))
        self.pause()

    def close(self):
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.close()
        self.process.wait()


def take_turns(workers, rounds):
    for _ in range(rounds):
        for worker in workers:
            worker.take_turn()


def fastest(candidates):
    """Starts each (label, command, environment), lets it take three turns, keeps the fastest."""
    best = None
    for label, command, environment in candidates:
        worker = Worker(label, command, **environment)
        take_turns([worker], 3)
        if best is None or statistics.median(worker.times) < statistics.median(best.times):
            best, worker = worker, best
        if worker is not None:
            worker.close()
    best.times.clear()
    return best


def thread_counts():
    """Those worth trying on this machine."""
    return sorted({n for n in (1, 2, 4, CPUS // 2, CPUS) if 1 <= n <= CPUS})


EXPRESSIONS = {"expression", "cell", "written"}


def torch_candidates(case, kernels):
    """PyTorch has threads of its own and OpenBLAS's; Adam has two implementations."""
    script = os.path.join(HERE, "expressions_torch.py" if case in EXPRESSIONS else "networks_torch.py")
    adam = [[], ["foreach"]] if case in {"batch", "tiny", "written"} else [[]]
    pairs = sorted({pair for n in thread_counts() for pair in [(n, n), (1, n), (n, 1)]})
    for (own, blas), form in itertools.product(pairs, adam):
        label = " ".join([f"{own}+{blas} threads", *form])
        yield label, [PYTHON, script, case, str(own), *form], {
            "OPENBLAS_NUM_THREADS": str(blas), **kernels}


def numpy_candidates(_, kernels):
    script = os.path.join(HERE, "cats_numpy.py")
    for n in thread_counts():
        yield f"{n} threads", [PYTHON, script], {"OPENBLAS_NUM_THREADS": str(n), **kernels}


def sequential_candidates(program):
    """The network of `written` as a Sequential, which has the program's own kernels."""
    def candidates(_, kernels):
        if not kernels:
            yield "its own threads", [program, os.path.join(HERE, "networks.lua"), "batch"], {}
    return candidates


def milliseconds(seconds):
    return f"{seconds * 1e3:.4g} ms"


def print_row(name, worker, reference):
    row = f"  {name:<64} {milliseconds(statistics.median(worker.times)):>10}"
    if worker is not reference:
        ratios = [theirs / ours for theirs, ours in zip(worker.times, reference.times)]
        row += f"   x {statistics.median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f})"
    print(row, flush=True)


def compare(title, case, peers, program, rounds):
    """One network: the program and, of each peer, the fastest form with each choice of kernels."""
    print(f"\n{title}", flush=True)
    script = "expressions.lua" if case in EXPRESSIONS else "networks.lua"
    ours = Worker("dnnlua", [program, os.path.join(HERE, script), case])
    rows = [(f"dnnlua float32 ({ours.core}, {ours.threads} threads)", ours)]
    for name, candidates in peers:
        packaged = fastest(candidates(case, {}))
        rows.append((f"{name}, as packaged ({packaged.core}, {packaged.label})", packaged))
        if packaged.core != ours.core:
            same = fastest(candidates(case, {"OPENBLAS_CORETYPE": ours.core}))
            rows.append((f"{name}, same kernels ({same.core}, {same.label})", same))
    take_turns([worker for _, worker in rows], rounds)
    for name, worker in rows:
        print_row(name, worker, ours)
        worker.close()


def wall_time(command):
    start = time.perf_counter()
    subprocess.run(command, check=True, env=clean_environment(), stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def peak_memory(command):
    """Largest resident set in MB of a command that ends by waiting for the end of its standard input."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               env=clean_environment())
    process.stdout.read(1)
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
    process.communicate()
    return peak / 1024


def start_up(program, rounds):
    """Wall time from start to end; memory of the same command with a wait for input behind it."""
    print("\nstart-up", flush=True)
    lua_wait = "io.write('.') io.flush() io.read()"
    python_wait = "import sys; sys.stdout.write('.'); sys.stdout.flush(); sys.stdin.read()"
    commands = [
        ("dnnlua -e ''", [program, "-e", ""], [program, "-e", lua_wait]),
        ("dnnlua -e 'require \"dnn\"'", [program, "-e", "require 'dnn'"],
         [program, "-e", "require 'dnn' " + lua_wait]),
        ("python3 -c 'import torch'", [PYTHON, "-c", "import torch"],
         [PYTHON, "-c", "import torch; " + python_wait]),
    ]
    times = {name: [] for name, _, _ in commands}
    for _ in range(rounds):
        for name, command, _ in commands:
            times[name].append(wall_time(command))
    for name, _, waiting in commands:
        median = milliseconds(statistics.median(times[name]))
        print(f"  {name:<64} {median:>10}   {peak_memory(waiting):6.1f} MB at its peak", flush=True)


def cpu_name():
    with open("/proc/cpuinfo", encoding="utf-8") as cpuinfo:
        names = [line.split(":", 1)[1].strip() for line in cpuinfo if line.startswith("model name")]
    return names[0] if names else platform.machine()


def versions(program):
    ask = "import torch, numpy; print('PyTorch', torch.__version__ + ', NumPy', numpy.__version__)"
    ours = subprocess.run([program, "--version"], check=True, capture_output=True, text=True)
    peers = subprocess.run([PYTHON, "-c", ask], check=True, capture_output=True, text=True)
    return f"{ours.stdout.strip()}; {peers.stdout.strip()}, Python {platform.python_version()}"


def main():
    parser = argparse.ArgumentParser(description="Measures dnnlua beside NumPy and PyTorch.")
    parser.add_argument("--program", required=True, help="path of dnnlua")
    parser.add_argument("--rounds", type=int, default=9, help="turns of each (default 9)")
    parser.add_argument("cases", nargs="*",
                        help="cats, batch, tiny, gpt, lstm, expression, cell, written, start (default: all)")
    options = parser.parse_args()
    cases = options.cases or ["cats", "batch", "tiny", "gpt", "lstm", "expression", "cell", "written", "start"]
    program = os.path.abspath(options.program)

    print(f"{cpu_name()}, {CPUS} CPUs, {platform.system()} {platform.release()}")
    print(versions(program))
    if os.getloadavg()[0] > 0.5:
        print(f"Others are using this machine (load {os.getloadavg()[0]:.1f}): the times mean little.")
    print(f"Time of a training step: median of {options.rounds} rounds, taken in turn. 'x': the peer's"
          "\ntime over dnnlua's, median (smallest to largest). In brackets: OpenBLAS's kernels; threads"
          "\nof the peer's own + OpenBLAS's, the fastest found.", flush=True)
    torch, numpy = ("PyTorch float32", torch_candidates), ("NumPy float64", numpy_candidates)
    sequential = "dnnlua Sequential", sequential_candidates(program)
    networks = {
        "cats": ("[12288, 20, 7, 5, 1], 209 examples at once, SGD, binary cross entropy", [torch, numpy]),
        "batch": ("[784, 512, 256, 10], batches of 128, Adam, cross entropy", [torch]),
        "lstm": ("LSTM of 128 units on 64 steps of 32 texts, Adam, cross entropy", [torch]),
        "tiny": ("[4, 16, 16, 3], batches of 32, Adam, cross entropy", [torch]),
        "gpt": ("a GPT of 4 layers, 4 heads, 128 channels, 8 times 64 characters, AdamW", [torch]),
        "expression": ("autograd: 20 operations on 4 x 4 matrices and their gradients", [torch]),
        "cell": ("autograd: an RNN cell of 16 units, 20 steps, batches of 8, SGD", [torch]),
        "written": ("autograd: [784, 512, 256, 10] as expressions, batches of 128, Adam", [torch, sequential]),
    }
    for case in cases:
        if case == "start":
            start_up(program, options.rounds)
        elif case in networks:
            title, peers = networks[case]
            compare(title, case, peers, program, options.rounds)
        else:
            parser.error(f"unknown case '{case}'; there are {', '.join(networks)} and start")


main()
