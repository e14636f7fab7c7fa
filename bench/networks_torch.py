"""The networks of networks.lua in PyTorch: networks_torch.py CASE THREADS [foreach] [channels_last] [fused]."""
import sys

import torch
from torch import nn
from torch.nn import functional

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


def images(_):
    sides = [3, 16, 32, 64, 128]
    layers = [layer for a, b in zip(sides, sides[1:])
              for layer in (nn.Conv2d(a, b, 3, padding=1), nn.ReLU(inplace=True), nn.MaxPool2d(2))]
    net = nn.Sequential(*layers, nn.Flatten(), nn.Linear(4 * 4 * 128, 10))
    optimiser = torch.optim.SGD(net.parameters(), lr=1e-5)
    data = [(torch.rand(32, 3, 64, 64), labels(10)(32)) for _ in range(5)]
    return net, nn.CrossEntropyLoss(), optimiser, data


def lenet(_):
    net = nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(inplace=True), nn.MaxPool2d(2),
                        nn.Conv2d(6, 16, 5), nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Flatten(),
                        nn.Linear(400, 120), nn.ReLU(inplace=True),
                        nn.Linear(120, 84), nn.ReLU(inplace=True), nn.Linear(84, 10))
    optimiser = torch.optim.SGD(net.parameters(), lr=1e-5)
    data = [(torch.rand(64, 1, 28, 28), labels(10)(64)) for _ in range(20)]
    return net, nn.CrossEntropyLoss(), optimiser, data


class Block(nn.Module):
    """Causal self-attention and two Linears, as nanoGPT has them."""

    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(128), nn.LayerNorm(128)
        self.project, self.out = nn.Linear(128, 384, bias=False), nn.Linear(128, 128, bias=False)
        self.linear1, self.linear2 = nn.Linear(128, 512, bias=False), nn.Linear(512, 128, bias=False)
        self.register_buffer("hidden", torch.ones(64, 64, dtype=torch.bool).triu(1))

    def forward(self, x):
        m = x.shape[0]
        q, k, v = (z.view(m, 64, 4, 32).transpose(1, 2) for z in self.project(self.norm1(x)).split(128, 2))
        weights = (q @ k.transpose(-2, -1) / 32 ** 0.5).masked_fill(self.hidden, float("-inf")).softmax(-1)
        x = x + self.out((weights @ v).transpose(1, 2).reshape(m, 64, 128))
        return x + self.linear2(functional.gelu(self.linear1(self.norm2(x))))


class GPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens, self.places = nn.Embedding(65, 128), nn.Embedding(64, 128)
        self.blocks = nn.Sequential(*[Block() for _ in range(4)])
        self.norm = nn.LayerNorm(128)

    def forward(self, ids):
        x = self.norm(self.blocks(self.tokens(ids) + self.places.weight))
        return (x @ self.tokens.weight.t()).transpose(1, 2)


def gpt(foreach):
    net = GPT()
    optimiser = torch.optim.AdamW(net.parameters(), lr=1e-5, foreach=foreach)
    data = [(torch.randint(65, (8, 64)), torch.randint(65, (8, 64))) for _ in range(5)]
    return net, nn.CrossEntropyLoss(), optimiser, data


class Characters(nn.Module):
    """Scores of each step's next character."""

    def __init__(self):
        super().__init__()
        self.embedding, self.lstm, self.linear = nn.Embedding(65, 64), nn.LSTM(64, 128), nn.Linear(128, 65)

    def forward(self, ids):
        return self.linear(self.lstm(self.embedding(ids))[0]).reshape(-1, 65)


def lstm(foreach):
    net = Characters()
    optimiser = torch.optim.Adam(net.parameters(), lr=1e-5, foreach=foreach)
    ids = [torch.randint(65, (65, 32)) for _ in range(10)]
    return net, nn.CrossEntropyLoss(), optimiser, [(x[:64], x[1:].reshape(-1)) for x in ids]


def one(_):
    """One example at a time through the network of `batch`, traced and optimised for inference."""
    net = batch(False)[0].eval()
    data = [torch.rand(1, 784) for _ in range(50)]
    return torch.jit.optimize_for_inference(torch.jit.trace(net, data[0])), data


def normed(forms):
    """Batch norm between convolution and ReLU; "fused": folded into the convolution before."""
    sides, layers = [3, 16, 32, 64, 128], []
    for a, b in zip(sides, sides[1:]):
        pair = [nn.Conv2d(a, b, 3, padding=1, bias=False).eval(), nn.BatchNorm2d(b).eval()]
        layers += [nn.utils.fusion.fuse_conv_bn_eval(*pair)] if "fused" in forms else pair
        layers += [nn.ReLU(), nn.MaxPool2d(2)]
    net = nn.Sequential(*layers, nn.Flatten(), nn.Linear(4 * 4 * 128, 10)).eval()
    data = [torch.rand(16, 3, 64, 64) for _ in range(5)]
    if "channels_last" in forms:
        net = net.to(memory_format=torch.channels_last)
        data = [X.to(memory_format=torch.channels_last) for X in data]
    return net, data


def serve_evaluation(case, forms):
    with torch.inference_mode():
        net, data = case(forms)
        count = 0

        def step():
            nonlocal count
            count += 1
            return net(data[count % len(data)])[0, 0]

        serve(step, torch.get_num_threads())


def main():
    torch.manual_seed(1)
    torch.set_num_threads(int(sys.argv[2]))
    evaluated = {"one": one, "normed": normed}.get(sys.argv[1])
    if evaluated:
        serve_evaluation(evaluated, sys.argv[3:])
        return
    case = {"cats": cats, "batch": batch, "tiny": tiny, "images": images, "lenet": lenet, "gpt": gpt,
            "lstm": lstm}[sys.argv[1]]
    net, loss, optimiser, data = case("foreach" in sys.argv[3:])
    if "channels_last" in sys.argv[3:]:
        net = net.to(memory_format=torch.channels_last)
        data = [(X.to(memory_format=torch.channels_last), Y) for X, Y in data]
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
