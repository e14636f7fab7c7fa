"""What the peers' programs share: the kernels that OpenBLAS has taken, and the answering of requests."""
import ctypes
import sys


def blas_core():
    """The name of the kernels in use, of the OpenBLAS that this process has loaded."""
    library = ctypes.CDLL("libopenblas.so.0")
    library.openblas_get_corename.restype = ctypes.c_char_p
    return library.openblas_get_corename().decode()


def serve(step, threads):
    """Reads numbers of steps from standard input, a line each, takes them, answers with the cost."""
    print("ready", blas_core(), threads, sep="\t", flush=True)
    for line in sys.stdin:
        for _ in range(int(line)):
            cost = step()
        print(float(cost), flush=True)
