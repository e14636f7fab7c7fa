"""Batches of augmented photos from a folder, the program's Loader beside Pillow with PyTorch's DataLoader:

    python3 bench/images.py --program build/bin/dnnlua PHOTOS

The folder holds files named like cat.1.jpg. Both decode every photo again in each epoch, shrink it to 64 x 64, mirror
half of them, shift by up to 4 pixels, change brightness, contrast and saturation by up to a fifth, normalise, and give
batches of 32 as float32. Each runs in a long-lived process that goes through an epoch when it is asked to; they are
asked in turn. Of the numbers of threads (the program's) and of worker processes (DataLoader's) the fastest goes on.

Printed: images per second, the median of the rounds, and the program's rate divided by the peer's, round against the
same round: median, smallest and largest."""
import argparse
import os
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
CPUS = len(os.sched_getaffinity(0))


class Worker:
    """A process that goes through an epoch on request."""

    def __init__(self, name, command):
        self.name = name
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.answer()
        self.rates = []
        self.take_turn()
        self.rates.clear()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"bench: {self.name} ended without an answer")
        return line

    def take_turn(self):
        start = time.perf_counter()
        print("epoch", file=self.process.stdin, flush=True)
        count = int(self.answer())
        self.rates.append(count / (time.perf_counter() - start))

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def fastest(candidates):
    best = None
    for name, command in candidates:
        worker = Worker(name, command)
        for _ in range(2):
            worker.take_turn()
        if best is None or statistics.median(worker.rates) > statistics.median(best.rates):
            best, worker = worker, best
        if worker is not None:
            worker.close()
    best.rates.clear()
    return best


def main():
    parser = argparse.ArgumentParser(description="Measures dnn.data.Loader beside Pillow and DataLoader.")
    parser.add_argument("--program", required=True, help="path of dnnlua")
    parser.add_argument("--rounds", type=int, default=5, help="epochs of each (default 5)")
    parser.add_argument("--count", type=int, default=2000, help="photos of an epoch (default 2000)")
    parser.add_argument("photos", help="folder of photos named like cat.1.jpg")
    options = parser.parse_args()
    photos, count = os.path.abspath(options.photos), str(options.count)
    program, script = os.path.abspath(options.program), os.path.join(HERE, "images.lua")
    peer = os.path.join(HERE, "images_torch.py")

    print(f"{CPUS} CPUs; batches of 32 from {count} photos, decoded again in each epoch")
    if os.getloadavg()[0] > 0.5:
        print(f"Others are using this machine (load {os.getloadavg()[0]:.1f}): the times mean little.")
    ours = fastest((f"dnn.data.Loader, {n} threads", [program, script, photos, count, str(n)])
                   for n in range(1, CPUS + 1))
    theirs = fastest((f"Pillow and DataLoader, {n} workers", [sys.executable, peer, photos, count, str(n)])
                     for n in range(0, CPUS + 1))
    for _ in range(options.rounds):
        ours.take_turn()
        theirs.take_turn()
    ratios = [a / b for a, b in zip(ours.rates, theirs.rates)]
    for worker in (ours, theirs):
        print(f"  {worker.name:<40} {statistics.median(worker.rates):8.0f} images/s")
    print(f"  x {statistics.median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f})")
    ours.close()
    theirs.close()


main()
