"""The program's convolutions beside PyTorch's, pass by pass, in one run.

    cmake --build build --target bench_convolution
    python3 bench/convolution.py build/bench/bench_convolution [--threads 2] [--rounds 20]

bench_convolution and PyTorch take turns, round after round, so that both meet the same machine. Printed: the
median milliseconds of each, PyTorch's time divided by the program's (median, smallest and largest of the
rounds), and the share of the fused multiply-adds that the cores are measured to do. Winograd's algorithm needs
fewer multiplications than are counted, so a share may pass 100 %. PyTorch runs in the layout that is the
faster one here, channels last or first."""
import argparse
import os
import statistics
import subprocess
import sys
import time

LAYERS = [  # name, height, width, channels, out_channels, kernel, stride, padding, groups, batch
    ("64x64 3->16 3x3", 64, 64, 3, 16, 3, 1, 1, 1, 32),
    ("32x32 16->32 3x3", 32, 32, 16, 32, 3, 1, 1, 1, 32),
    ("16x16 32->64 3x3", 16, 16, 32, 64, 3, 1, 1, 1, 32),
    ("8x8 64->128 3x3", 8, 8, 64, 128, 3, 1, 1, 1, 32),
    ("28x28 1->6 5x5", 28, 28, 1, 6, 5, 1, 2, 1, 64),
    ("14x14 6->16 5x5", 14, 14, 6, 16, 5, 1, 0, 1, 64),
    ("28x28 64->128 1x1", 28, 28, 64, 128, 1, 1, 0, 1, 8),
    ("28x28 64 3x3 depthwise", 28, 28, 64, 64, 3, 1, 1, 64, 8),
    ("28x28 64->128 3x3 / 2", 28, 28, 64, 128, 3, 2, 1, 1, 8),
]
PASSES = ["forward", "input", "weight"]


class Program:
    def __init__(self, command):
        self.process = subprocess.Popen([command, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *words):
        print(*words, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            sys.exit("bench_convolution ended without an answer")
        return float(answer)


def torch_passes(torch, layer, layout):
    """A function per pass."""
    _, height, width, channels, out, kernel, stride, padding, groups, batch = layer
    x = torch.rand(batch, channels, height, width).sub_(0.5).to(memory_format=layout)
    w = torch.rand(out, channels // groups, kernel, kernel).sub_(0.5).to(memory_format=layout)
    bias = torch.rand(out)
    gradient = torch.nn.functional.conv2d(x, w, bias, stride, padding, 1, groups)

    def backward(mask):
        return torch.ops.aten.convolution_backward(gradient, x, w, [out], [stride] * 2, [padding] * 2, [1, 1], False,
                                                   [0, 0], groups, mask)

    return {"forward": lambda: torch.nn.functional.conv2d(x, w, bias, stride, padding, 1, groups),
            "input": lambda: backward([True, False, False]),
            "weight": lambda: backward([False, True, False])}


def timed(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def faster(layouts, name):
    """Of the layouts' functions for a pass, the one that takes less."""
    def best(passes):
        return min(timed(passes[name]) for _ in range(5))
    return min(layouts, key=best)[name]


def flops(layer):
    _, height, width, channels, out, kernel, stride, padding, groups, batch = layer
    pixels = ((height + 2 * padding - kernel) // stride + 1) * ((width + 2 * padding - kernel) // stride + 1)
    return 2 * batch * pixels * out * kernel * kernel * channels // groups


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("program")
    arguments.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    arguments.add_argument("--rounds", type=int, default=20)
    options = arguments.parse_args()
    try:
        import torch
    except ImportError:
        sys.exit("this bench compares with PyTorch, which python3 does not find (Debian: python3-torch)")
    torch.set_num_threads(options.threads)
    program = Program(options.program)
    peak = program.ask("peak", options.threads)
    print(f"{options.threads} thread(s), {options.rounds} rounds, peak {peak:.0f} GFLOP/s, PyTorch {torch.__version__}")
    print(f"{'':24}{'':8}{'dnnlua ms':>10}{'PyTorch ms':>11}   times faster         of the peak")
    total = [0, 0]
    with torch.no_grad():
        for layer in LAYERS:
            layouts = [torch_passes(torch, layer, f) for f in (torch.channels_last, torch.contiguous_format)]
            for name in PASSES:
                function = faster(layouts, name)
                ours, theirs = [], []
                for _ in range(options.rounds):
                    ours.append(program.ask(*layer[1:], name, options.threads))
                    theirs.append(timed(function))
                ratios = [b / a for a, b in zip(ours, theirs)]
                own, other = statistics.median(ours), statistics.median(theirs)
                print(f"{layer[0] if name == 'forward' else '':24}{name:8}{own * 1e3:10.3f}{other * 1e3:11.3f}   "
                      f"{statistics.median(ratios):5.2f} ({min(ratios):.2f} to {max(ratios):.2f})"
                      f"{flops(layer) / own / 1e9 / peak:10.0%}", flush=True)
                if layer in LAYERS[:4] and (layer, name) != (LAYERS[0], "input"):
                    total = [total[0] + own, total[1] + other]
    print(f"{'a step of the first four':32}{total[0] * 1e3:10.3f}{total[1] * 1e3:11.3f}   {total[1] / total[0]:5.2f}")


main()
