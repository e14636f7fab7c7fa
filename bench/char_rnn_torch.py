"""scripts/char_rnn.lua in PyTorch: the same network, data and steps. char_rnn_torch.py TEXT [--cell LSTM|GRU|RNN]
[--epochs N] [--seed N] [--threads N] prints the same lines, so that the two can be held side by side. With --weights
FILE it starts from weights that net:save has written of the same network."""
import argparse
import json
import math
import struct
import time

import torch
from torch import nn

HIDDEN, EMBEDDING, LENGTH, BATCH, LR, CLIP = 128, 64, 64, 32, 0.004, 5


class Net(nn.Module):
    def __init__(self, cell, characters):
        super().__init__()
        self.embedding = nn.Embedding(characters, EMBEDDING)
        self.recurrent = getattr(nn, cell)(EMBEDDING, HIDDEN)
        self.linear = nn.Linear(HIDDEN, characters)

    def forward(self, ids, state):
        outputs, state = self.recurrent(self.embedding(ids), state)
        return self.linear(outputs), state


def detached(state):
    return tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()


def streams(ids):
    """Columns of consecutive ids, and how many steps of LENGTH they have."""
    length = len(ids) // BATCH
    return ids[: length * BATCH].reshape(BATCH, length).t(), (length - 1) // LENGTH


def read(net, loss, ids, steps, after=None):
    """The mean cost of the steps over streams, from a state of 0; `after` is done with each cost."""
    state, costs = None, 0.0
    for k in range(steps):
        X, Y = ids[k * LENGTH:(k + 1) * LENGTH], ids[k * LENGTH + 1:(k + 1) * LENGTH + 1]
        scores, state = net(X, state)
        state = detached(state)
        cost = loss(scores.reshape(-1, scores.shape[-1]), Y.reshape(-1))
        if after is not None:
            after(cost)
        costs += cost.item()
    return costs / steps


def load(net, path):
    """Values of a safetensors file of float32, named after their places: 0.weight, 1.weight_ih_l0, ..."""
    data = open(path, "rb").read()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    names = {"0": "embedding", "1": "recurrent", "2": "linear"}
    state = {}
    for name, tensor in header.items():
        begin, end = (8 + length + offset for offset in tensor["data_offsets"])
        value = torch.frombuffer(bytearray(data[begin:end]), dtype=torch.float32).reshape(tensor["shape"])
        state[names[name[0]] + name[1:]] = value
    net.load_state_dict(state)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("text")
    parser.add_argument("--cell", default="LSTM")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--weights")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    text = open(options.text, "rb").read()
    numbers = {byte: i for i, byte in enumerate(sorted(set(text)))}
    ids = torch.tensor([numbers[byte] for byte in text])
    train, train_steps = streams(ids[: len(ids) * 9 // 10])
    held_out, held_out_steps = streams(ids[len(ids) * 9 // 10:])
    net, loss = Net(options.cell, len(numbers)), nn.CrossEntropyLoss()
    if options.weights:
        load(net, options.weights)
    optimiser = torch.optim.Adam(net.parameters(), lr=LR)

    def learn(cost):
        optimiser.zero_grad(set_to_none=True)
        cost.backward()
        nn.utils.clip_grad_norm_(net.parameters(), CLIP)
        optimiser.step()

    started = time.time()
    for epoch in range(1, options.epochs + 1):
        trained = read(net, loss, train, train_steps, learn)
        with torch.no_grad():
            tested = read(net, loss, held_out, held_out_steps)
        print(f"epoch {epoch:2d}, {time.time() - started:.0f} s: {trained:.4f} nats a character "
              f"({trained / math.log(2):.3f} bits), held out {tested:.4f} ({tested / math.log(2):.3f} bits)", flush=True)


main()
