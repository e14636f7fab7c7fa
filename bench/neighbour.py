"""Programs that spin beside a measurement, each on a CPU of its own, and what a step takes beside them."""
import os
import signal
import statistics
import subprocess
import sys

SPIN = "import os, sys\nos.sched_setaffinity(0, {int(sys.argv[1])})\nprint(flush=True)\nwhile True: pass"


class Neighbours:
    """One on each CPU of this process, all stopped at first."""

    def __init__(self):
        self.processes = [subprocess.Popen([sys.executable, "-c", SPIN, str(cpu)], stdout=subprocess.PIPE)
                          for cpu in sorted(os.sched_getaffinity(0))]
        for process in self.processes:
            process.stdout.readline()
            process.send_signal(signal.SIGSTOP)

    def spin(self, count):
        for i, process in enumerate(self.processes):
            process.send_signal(signal.SIGCONT if i < count else signal.SIGSTOP)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.kill()
            process.wait()
            process.stdout.close()


def measure(workers, rounds):
    """A row for each number of neighbours (none, one, one on every CPU) and each worker, in turn."""
    times = {}
    with Neighbours() as neighbours:
        counts = sorted({0, 1, len(neighbours.processes)})
        for _ in range(rounds):
            for count in counts:
                neighbours.spin(count)
                for worker in workers:
                    worker.take_turn()
                    times.setdefault((count, worker), []).append(worker.times[-1])
                neighbours.spin(0)
    return [{"spinning": count, "name": worker.label, "threads": worker.threads,
             "seconds": statistics.median(seconds), "rounds": seconds}
            for (count, worker), seconds in times.items()]
