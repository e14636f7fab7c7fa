"""The peer of scripts/train_cats.lua --model cnn: a PyTorch network of four 3x3 blocks 16-32-64-128 with batch norm,
pooling and dropout, flips, Adam and a cosine schedule, on the same photos. cats_torch.py PHOTOS [--epochs N]
[--steps N] [--threads N] [--seed N] prints the accuracy on 1000 photos that it has not seen, and the seconds, of the
wall's clock and of processors; with --steps it only times so many, and says what all would take."""
import argparse
import glob
import os
import time

import numpy
import torch
from PIL import Image
from torch import nn

SIZE, BATCH, HELD_OUT = 64, 32, 1000


def read(folder):
    """Images, (count, 3, SIZE, SIZE) in 0..1, and labels, 1 for a cat, in an order drawn at random."""
    paths = sorted(glob.glob(os.path.join(folder, "*.jpg")))
    pixels = numpy.stack([numpy.asarray(Image.open(p).convert("RGB").resize((SIZE, SIZE))) for p in paths])
    labels = torch.tensor([float(os.path.basename(p).startswith("cat")) for p in paths])
    order = torch.randperm(len(paths))
    return torch.from_numpy(pixels).permute(0, 3, 1, 2)[order].float() / 255, labels[order]


def network():
    layers, channels = [], 3
    for width in (16, 32, 64, 128):
        layers += [nn.Conv2d(channels, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU(), nn.MaxPool2d(2)]
        channels = width
    return nn.Sequential(*layers, nn.Flatten(), nn.Dropout(0.5), nn.Linear(128 * (SIZE // 16) ** 2, 1))


def accuracy(net, X, Y):
    net.eval()
    with torch.no_grad():
        right = sum(((net(x)[:, 0] > 0) == (y > 0.5)).sum().item() for x, y in zip(X.split(250), Y.split(250)))
    net.train()
    return 100 * right / len(Y)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos")
    parser.add_argument("--epochs", type=int, default=25)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    X, Y = read(options.photos)
    test_X, test_Y, X, Y = X[:HELD_OUT], Y[:HELD_OUT], X[HELD_OUT:], Y[HELD_OUT:]
    net, loss, steps = network(), nn.BCEWithLogitsLoss(), options.epochs * (len(Y) // BATCH)
    optimiser = torch.optim.Adam(net.parameters(), lr=1e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    started, busy, step = time.perf_counter(), time.process_time(), 0
    for epoch in range(options.epochs):
        for chosen in torch.randperm(len(Y)).split(BATCH)[: len(Y) // BATCH]:
            x = X[chosen]
            flipped = torch.rand(BATCH) < 0.5
            x[flipped] = x[flipped].flip(3)
            optimiser.zero_grad()
            cost = loss(net(x)[:, 0], Y[chosen])
            cost.backward()
            optimiser.step()
            schedule.step()
            step += 1
            if step == options.steps:
                wall, used = time.perf_counter() - started, time.process_time() - busy
                print(f"{step} of {steps} steps: {wall:.1f} s, {used:.1f} s of processors; "
                      f"all would take {wall * steps / step:.0f} s, {used * steps / step:.0f} s of processors")
                return
        print(f"epoch {epoch + 1}: cost {cost.item():.4f}", flush=True)
    wall, used = time.perf_counter() - started, time.process_time() - busy
    print(f"test accuracy: {accuracy(net, test_X, test_Y):.2f} %\nin {wall:.1f} s, {used:.1f} s of processors")


if __name__ == "__main__":
    main()
