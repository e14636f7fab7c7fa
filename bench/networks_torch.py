"""The networks of networks.lua in PyTorch: networks_torch.py cats|batch|tiny THREADS [foreach]."""
import sys

import torch
from torch import nn

from serve import serve


def batches(count, m, features, targets):
    return [(torch.rand(m, features), targets(m)) for _ in range(count)]


def labels(classes):
    return lambda m: torch.arange(m) * 7919 % classes


def cat_or_not(m):
    return (torch.arange(m) % 3 == 0).float().reshape(m, 1)


def cats(_):
    net = nn.Sequential(nn.Linear(12288, 20), nn.ReLU(), nn.Linear(20, 7), nn.ReLU(),
                        nn.Linear(7, 5), nn.ReLU(), nn.Linear(5, 1), nn.Sigmoid())
    optimiser = torch.optim.SGD(net.parameters(), lr=0.0075)
    return net, nn.BCELoss(), optimiser, batches(1, 209, 12288, cat_or_not)


def batch(foreach):
    net = nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 256), nn.ReLU(),
                        nn.Linear(256, 10))
    optimiser = torch.optim.Adam(net.parameters(), lr=1e-5, foreach=foreach)
    return net, nn.CrossEntropyLoss(), optimiser, batches(50, 128, 784, labels(10))


def tiny(foreach):
    net = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 16), nn.ReLU(),
                        nn.Linear(16, 3))
    optimiser = torch.optim.Adam(net.parameters(), lr=1e-5, foreach=foreach)
    return net, nn.CrossEntropyLoss(), optimiser, batches(5, 32, 4, labels(3))


def main():
    torch.manual_seed(1)
    torch.set_num_threads(int(sys.argv[2]))
    case = {"cats": cats, "batch": batch, "tiny": tiny}[sys.argv[1]]
    net, loss, optimiser, data = case("foreach" in sys.argv[3:])
    count = 0

    def step():
        nonlocal count
        count += 1
        X, Y = data[count % len(data)]
        optimiser.zero_grad(set_to_none=True)
        cost = loss(net(X), Y)
        cost.backward()
        optimiser.step()
        return cost

    serve(step, torch.get_num_threads())


main()
