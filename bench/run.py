"""The program beside its peers, in one run: ./bootstrap bench.

Every network runs in long-lived processes, the program's and each peer's, that take a number of steps when
asked. They are asked in turn, round after round, and stopped (SIGSTOP) while it is another's turn, so that
no idle thread of one is measured with the other. A peer first runs with every sensible number of threads,
and the fastest goes on. Where the program has switched OpenBLAS to other kernels than the library takes by
itself, the peers are measured with both: as packaged, and with the program's.

Printed: the median time of a step over the rounds, the share that it is of what the machine can do at most
(bench/limits.c), and the peer's time divided by the program's, round against the same round: median,
smallest and largest. Where others use the machine meanwhile, the processor time of a step is printed too.
KANN, which Debian does not have, is quoted. `--json` prints all of it as JSON instead; `--chart FILE` draws it, and
`--from FILE` takes what --json printed once, in place of measuring."""
import argparse
import itertools
import json
import os
import platform
import statistics
import subprocess
import sys
import time
import typing

import neighbour
from worker import CPUS, clean_environment, fastest, take_turns, thread_counts, Worker

HERE = os.path.dirname(os.path.abspath(__file__))
PYTHON = sys.executable

EXPRESSIONS = {"expression", "cell", "written"}
FAR = 150e-9  # seconds for a cache line's way between CPUs that share no cache; 50e-9 between those that do
BUSY = 0.1  # CPUs of others from which on times are doubtful


def torch_candidates(case, kernels, _):
    """PyTorch has threads of its own and OpenBLAS's; Adam has two implementations, convolutions two layouts."""
    script = os.path.join(HERE, "expressions_torch.py" if case in EXPRESSIONS else "networks_torch.py")
    forms = {"batch": [[], ["foreach"]], "tiny": [[], ["foreach"]], "written": [[], ["foreach"]],
             "images": [[], ["channels_last"]], "lenet": [[], ["channels_last"]],
             "normed": [[], ["fused"], ["fused", "channels_last"]]}.get(case, [[]])
    pairs = sorted({pair for n in thread_counts() for pair in [(n, n), (1, n), (n, 1)]})
    for (own, blas), form in itertools.product(pairs, forms):
        label = " ".join([f"{own}+{blas} threads", *form])
        yield label, [PYTHON, script, case, str(own), *form], {
            "OPENBLAS_NUM_THREADS": str(blas), **kernels}


def numpy_candidates(_, kernels, __):
    script = os.path.join(HERE, "cats_numpy.py")
    for n in thread_counts():
        yield f"{n} threads", [PYTHON, script], {"OPENBLAS_NUM_THREADS": str(n), **kernels}


def sequential_candidates(_, kernels, program):
    """The network of `written` as a Sequential, which has the program's own kernels."""
    if not kernels:
        yield "its own threads", [program, os.path.join(HERE, "networks.lua"), "batch"], {}


def bfloat16_candidates(_, kernels, program):
    """The same network with dnn.set_matmul_precision "medium", where this CPU multiplies bfloat16."""
    with open("/proc/cpuinfo", encoding="utf-8") as cpuinfo:
        if not kernels and "avx512_bf16" in cpuinfo.read():
            yield "its own threads", [program, os.path.join(HERE, "networks.lua"), "batch", "medium"], {}


class Network(typing.NamedTuple):
    """A row of the comparison, and what a step of it does: `amount` flops, or bytes that it reads."""
    title: str
    peers: list
    bound: str = None
    amount: float = 0


def flops(examples, first, *others):
    """Of a training step, from the multiplications of an example in each layer; the first has no dX."""
    return 2 * examples * (2 * first + 3 * sum(others))


TORCH, NUMPY = ("PyTorch float32", torch_candidates), ("NumPy float64", numpy_candidates)
GPT_BLOCK = 12 * 128 * 128 + 64 * 128  # products with weights, and attention to half of 64 tokens on average
NETWORKS = {
    "batch": Network("(a) [784, 512, 256, 10], batches of 128, Adam, cross entropy",
                     [TORCH, ("dnnlua on bfloat16", bfloat16_candidates)],
                     "flops", flops(128, 784 * 512, 512 * 256, 256 * 10)),
    "tiny": Network("(b) [4, 16, 16, 3], batches of 32, Adam, cross entropy", [TORCH],
                    "flops", flops(32, 4 * 16, 16 * 16, 16 * 3)),
    "cats": Network("(c) [12288, 20, 7, 5, 1], 209 examples at once, SGD, binary cross entropy", [TORCH, NUMPY],
                    "flops", flops(209, 12288 * 20, 20 * 7, 7 * 5, 5)),
    "images": Network("(d) convolutions 3-16-32-64-128 on 64 x 64 images, batches of 32, SGD, cross entropy",
                      [TORCH], "flops", flops(32, 64**2 * 27 * 16, 32**2 * 144 * 32, 16**2 * 288 * 64,
                                              8**2 * 576 * 128, 2048 * 10)),
    "lenet": Network("(e) LeNet on 28 x 28 images, batches of 64, SGD, cross entropy", [TORCH],
                     "flops", flops(64, 28**2 * 25 * 6, 100 * 150 * 16, 400 * 120, 120 * 84, 84 * 10)),
    "lstm": Network("(f) LSTM of 128 units on 64 steps of 32 texts, Adam, cross entropy", [TORCH],
                    "flops", flops(32 * 64, 0, 128 * 512, 128 * 65) + flops(65, 0, 64 * 512)),  # each character once
    "one": Network("(g) one example through the network of (a), in evaluation", [TORCH],
                   "cache", 4 * (784 * 512 + 512 * 256 + 256 * 10)),
    "gpt": Network("(h) a GPT of 4 layers, 4 heads, 128 channels, 8 times 64 characters, AdamW", [TORCH],
                   "flops", flops(8 * 64, 0, 4 * GPT_BLOCK, 128 * 65)),
    "normed": Network("(i) the convolutions of (d), each with batch norm, 16 images in evaluation", [TORCH],
                      "flops", 2 * 16 * (64**2 * 27 * 16 + 32**2 * 144 * 32 + 16**2 * 288 * 64 + 8**2 * 576 * 128)),
    "expression": Network("autograd: 20 operations on 4 x 4 matrices and their gradients", [TORCH]),
    "cell": Network("autograd: an RNN cell of 16 units, 20 steps, batches of 8, SGD", [TORCH]),
    "written": Network("autograd: [784, 512, 256, 10] as expressions, batches of 128, Adam",
                       [TORCH, ("dnnlua Sequential", sequential_candidates)]),
}
KANN = {"batch": 2.42, "tiny": 0.0042, "cats": 2.23, "images": 84, "lenet": 6.4, "lstm": 12.2, "one": 0.027}  # ms


def milliseconds(seconds):
    return f"{seconds * 1e3:.4g} ms"


def share_of(network, worker, limits):
    """(text, number): the part that a step is of what the machine can do at most, on as many threads."""
    most = limits.get(worker.threads)
    if most is None or network.bound is None:
        return "", None
    share = network.amount / most[network.bound] / statistics.median(worker.times)
    return f"{100 * share:.0f} % of {network.bound}", share


def print_row(row, reference, busy):
    line = f"  {row['name']:<64} {milliseconds(row['seconds']):>10}"
    if busy:
        line += f" ({milliseconds(row['processor_seconds'])} of processors)"
    if row is not reference:
        line += "   x {:.1f} ({:.1f} to {:.1f})".format(*row["ratio"])
    elif row["share"]:
        line += f"   {row['share_text']}"
    print(line, flush=True)


def row_of(name, worker, ours, network, limits):
    ratios = [theirs / own for theirs, own in zip(worker.times, ours.times)]
    text, share = share_of(network, worker, limits)
    return {"name": name, "threads": worker.threads, "kernels": worker.core,
            "seconds": statistics.median(worker.times), "rounds": worker.times,
            "processor_seconds": statistics.median(worker.processor),
            "ratio": [statistics.median(ratios), min(ratios), max(ratios)],
            "share": share, "share_text": text}


def start_workers(case, network, program):
    """[(name, worker)]: the program and, of each peer, the fastest form with each choice of kernels."""
    script = "expressions.lua" if case in EXPRESSIONS else "networks.lua"
    ours = Worker("dnnlua", [program, os.path.join(HERE, script), case])
    workers = [(f"dnnlua float32 ({ours.core}, {ours.threads} threads)", ours)]
    for name, candidates in network.peers:
        packaged = fastest(candidates(case, {}, program))
        if packaged is None:
            continue
        workers.append((f"{name}, as packaged ({packaged.core}, {packaged.label})", packaged))
        if packaged.core != ours.core:
            same = fastest(candidates(case, {"OPENBLAS_CORETYPE": ours.core}, program))
            workers.append((f"{name}, same kernels ({same.core}, {same.label})", same))
    return workers


def compare(case, network, options, limits):
    """One network, printed; what was measured."""
    if not options.json:
        print(f"\n{network.title}", flush=True)
    workers = start_workers(case, network, options.program)
    others = take_turns([worker for _, worker in workers], options.rounds)
    ours = workers[0][1]
    rows = [row_of(name, worker, ours, network, limits) for name, worker in workers]
    busy = others > BUSY
    for row in rows if not options.json else []:
        print_row(row, rows[0], busy)
    if case in KANN and not options.json:
        print(f"  KANN with OpenBLAS, quoted from two Zen 4 cores{'':<17} {KANN[case]:>7.4g} ms")
    if busy and not options.json:
        print(f"  others took {others:.1f} of {CPUS} CPUs meanwhile: go by processor time", flush=True)
    for _, worker in workers:
        worker.close()
    return {"case": case, "title": network.title, "cpus_taken_by_others": others, "rows": rows,
            "kann_quoted_seconds": KANN[case] / 1e3 if case in KANN else None}


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


def start_up(options):
    """Wall time from start to end; memory of the same command followed by a wait for input."""
    program = options.program
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
    for _ in range(options.rounds):
        for name, command, _ in commands:
            times[name].append(wall_time(command))
    rows = [{"name": name, "seconds": statistics.median(times[name]), "rounds": times[name],
             "peak_megabytes": peak_memory(waiting)} for name, _, waiting in commands]
    if not options.json:
        print("\nstart-up", flush=True)
        for row in rows:
            print(f"  {row['name']:<64} {milliseconds(row['seconds']):>10}   "
                  f"{row['peak_megabytes']:6.1f} MB at its peak", flush=True)
    return {"case": "start", "title": "start-up", "rows": rows}


def beside_neighbours(options):
    """Row (a) on one thread and on all, while other programs spin on none, one and all of the CPUs."""
    command = [options.program, os.path.join(HERE, "networks.lua"), "batch"]
    workers = [Worker(f"{n} thread{'s' if n > 1 else ''}", command, DNN_NUM_THREADS=str(n))
               for n in sorted({1, CPUS})]
    rows = neighbour.measure(workers, options.rounds)
    for worker in workers:
        worker.close()
    if not options.json:
        print("\n(a) beside programs that spin", flush=True)
        for row in rows:
            name = f"dnnlua, {row['name']}, {row['spinning']} of {CPUS} CPUs with a neighbour"
            print(f"  {name:<64} {milliseconds(row['seconds']):>10}", flush=True)
    return {"case": "neighbour", "title": "(a) beside programs that spin", "rows": rows}


OTHERS = {"start": start_up, "neighbour": beside_neighbours}


def cpu_name():
    with open("/proc/cpuinfo", encoding="utf-8") as cpuinfo:
        names = [line.split(":", 1)[1].strip() for line in cpuinfo if line.startswith("model name")]
    return names[0] if names else platform.machine()


def versions(program):
    ask = "import torch, numpy; print('PyTorch', torch.__version__ + ', NumPy', numpy.__version__)"
    ours = subprocess.run([program, "--version"], check=True, capture_output=True, text=True)
    peers = subprocess.run([PYTHON, "-c", ask], check=True, capture_output=True, text=True)
    return f"{ours.stdout.strip()}; {peers.stdout.strip()}, Python {platform.python_version()}"


def machine_limits(program):
    """{threads: {"flops": a second, "cache": bytes a second, "memory": bytes a second, "handover": seconds}}."""
    tool = os.path.join(os.path.dirname(os.path.dirname(program)), "bench", "bench_limits")
    limits = {}
    for threads in thread_counts() if os.path.exists(tool) else []:
        words = subprocess.run([tool, str(threads)], check=True, capture_output=True, text=True).stdout.split()
        limits[str(threads)] = {words[i]: float(words[i + 1]) for i in range(0, len(words), 2)}
    return limits


def print_head(machine, limits, options):
    print(f"{machine['cpu']}, {CPUS} CPUs, {platform.system()} {platform.release()}")
    print(machine["versions"])
    for threads, most in limits.items():
        print(f"On {threads} thread{'s' if threads != '1' else ''}: {most['flops'] / 1e9:.0f} GFLOP/s of fused "
              f"multiply-adds, {most['cache'] / 1e9:.0f} GB/s from the caches, {most['memory'] / 1e9:.0f} from memory")
        if most.get("handover", 0) > FAR:
            print(f"A cache line goes from one CPU to another and back in {most['handover'] * 1e9:.0f} ns: they share no"
                  " cache now, which makes two threads slower.")
    if not limits:
        print("Without build/bench/bench_limits (cmake --build build --target bench_limits) no shares are printed.")
    if machine["load"] > 0.5:
        print(f"Others are using this machine (load {machine['load']:.1f}): the times mean little.")
    print(f"Time of a step: median of {options.rounds} rounds, taken in turn; share of what the machine can do at most."
          "\n'x': the peer's time over dnnlua's, median (smallest to largest). In brackets: OpenBLAS's kernels;"
          "\nthreads of the peer's own + OpenBLAS's, the fastest found.", flush=True)


def chart_row(result):
    """Of one network: its letter or name, the share of its bound in per cent, and the ratio of the fastest PyTorch."""
    letter = result["title"][:3] if result["title"].startswith("(") else result["case"]
    share = result["rows"][0]["share"]
    ratios = [row["ratio"][0] for row in result["rows"] if row["name"].startswith("PyTorch")]
    return f"{letter}\t{100 * share if share else '-'}\t{min(ratios, default='-')}"


def draw_chart(measured, options):
    rows = [chart_row(result) for result in measured["results"] if result["case"] in NETWORKS]
    machine = measured["machine"]
    title = f"{machine['cpu']}, {machine['cpus']} CPUs; {machine['versions']}"
    subprocess.run([options.program, os.path.join(HERE, "chart.lua"), options.chart, title], check=True, text=True,
                   input="\n".join(rows), env=clean_environment())


def main():
    parser = argparse.ArgumentParser(description="Measures dnnlua beside NumPy and PyTorch.")
    parser.add_argument("--program", required=True, type=os.path.abspath, help="path of dnnlua")
    parser.add_argument("--rounds", type=int, default=9, help="turns of each (default 9)")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of tables")
    parser.add_argument("--chart", metavar="FILE", help="draw the rows into FILE.svg or FILE.png, too")
    parser.add_argument("--from", metavar="FILE", dest="earlier",
                        help="draw what --json printed into FILE, instead of measuring")
    parser.add_argument("cases", nargs="*", help=f"{', '.join([*NETWORKS, *OTHERS])} (default: all)")
    options = parser.parse_args()
    cases = options.cases or [*NETWORKS, *OTHERS]
    for case in cases:
        if case not in OTHERS and case not in NETWORKS:
            parser.error(f"unknown case '{case}'; there are {', '.join([*NETWORKS, *OTHERS])}")
    if options.chart and not options.chart.endswith((".svg", ".png")):
        parser.error("--chart takes a file.svg or a file.png")
    if options.earlier:
        if not options.chart or options.cases or options.json:
            parser.error("--from goes with --chart alone")
        try:
            with open(options.earlier, encoding="utf-8") as earlier:
                measured = json.load(earlier)
        except (OSError, ValueError) as reason:
            parser.error(f"--from {options.earlier}: {reason}")
        draw_chart(measured, options)
        return
    load, limits = os.getloadavg()[0], machine_limits(options.program)
    machine = {"cpu": cpu_name(), "cpus": CPUS, "versions": versions(options.program), "load": load,
               "limits": limits}
    if not options.json:
        print_head(machine, limits, options)
    results = [OTHERS[case](options) if case in OTHERS else compare(case, NETWORKS[case], options, limits)
               for case in cases]
    measured = {"machine": machine, "results": results}
    if options.json:
        json.dump(measured, sys.stdout, indent=1)
        print()
    if options.chart:
        draw_chart(measured, options)


main()
