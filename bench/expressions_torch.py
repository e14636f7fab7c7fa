"""The expressions of expressions.lua in PyTorch: expressions_torch.py expression|cell|written THREADS [foreach]."""
import sys

import torch
from torch.nn import functional

from serve import serve


def expression(_):
    A = torch.randn(4, 4, requires_grad=True)
    B = torch.randn(4, 4, requires_grad=True)

    def step():
        C = A
        for _ in range(5):
            C = torch.tanh(C * B + A) - B
        cost = C.sum()
        A.grad = B.grad = None
        cost.backward()
        return cost

    return step


def cell(_):
    Wx = (torch.randn(8, 16) * 0.2).requires_grad_()
    Wh = (torch.randn(16, 16) * 0.2).requires_grad_()
    b = torch.zeros(16, requires_grad=True)
    optimiser = torch.optim.SGD([Wx, Wh, b], lr=1e-4)
    X = [torch.randn(8, 8) for _ in range(20)]
    Y, start = torch.randn(8, 16), torch.zeros(8, 16)

    def step():
        h = start
        for x in X:
            h = torch.tanh(x @ Wx + h @ Wh + b)
        cost = ((h - Y) ** 2).mean()
        optimiser.zero_grad(set_to_none=True)
        cost.backward()
        optimiser.step()
        return cost

    return step


def written(foreach):
    sizes = [784, 512, 256, 10]
    W = [(torch.randn(m, n) * (2 / m) ** 0.5).requires_grad_() for m, n in zip(sizes, sizes[1:])]
    b = [torch.zeros(n, requires_grad=True) for n in sizes[1:]]
    optimiser = torch.optim.Adam([*W, *b], lr=1e-5, foreach=foreach)
    data = [(torch.rand(128, 784), torch.arange(128) * 7919 % 10) for _ in range(50)]
    count = 0

    def step():
        nonlocal count
        count += 1
        A, Y = data[count % 50]
        A = torch.relu(A @ W[0] + b[0])
        A = torch.relu(A @ W[1] + b[1])
        cost = functional.cross_entropy(A @ W[2] + b[2], Y)
        optimiser.zero_grad(set_to_none=True)
        cost.backward()
        optimiser.step()
        return cost

    return step


def main():
    torch.manual_seed(1)
    torch.set_num_threads(int(sys.argv[2]))
    case = {"expression": expression, "cell": cell, "written": written}[sys.argv[1]]
    serve(case("foreach" in sys.argv[3:]), torch.get_num_threads())


main()
