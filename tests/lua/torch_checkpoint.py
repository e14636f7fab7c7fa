"""The convolutional network of train_cats.lua in PyTorch, for tests/lua/torch_checkpoint_spec.lua.

usage: torch_checkpoint.py make FOLDER SIZE     writes weights, and pictures with the network's outputs
       torch_checkpoint.py read FOLDER SIZE     reads weights from here, and writes its outputs for the pictures"""
import sys

import torch
from torch import nn
from torch_layers import read, write


def network(size):
    layers = []
    for a, b in [(3, 16), (16, 32), (32, 64), (64, 128)]:
        layers += [nn.Conv2d(a, b, 3, padding=1, bias=False), nn.BatchNorm2d(b), nn.ReLU(), nn.MaxPool2d(2)]
    side = size // 16
    return nn.Sequential(*layers, nn.Flatten(), nn.Dropout(0.3), nn.Linear(side * side * 128, 1), nn.Sigmoid())


def main():
    action, folder, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
    torch.manual_seed(3)
    torch.set_num_threads(1)
    net = network(size)
    pictures = torch.rand(5, 3, size, size)
    if action == "make":  # a few passes in training move the running means and variances
        for i in range(5):
            net(torch.randn(8, 3, size, size) * (i + 1))
        write(folder + "/weights", net.state_dict(), "<f4")
        write(folder + "/pictures", {"X": pictures.permute(0, 2, 3, 1).reshape(5, -1).t()})
    else:
        net.load_state_dict(read(folder + "/weights"))
    net.eval()
    with torch.no_grad():
        write(folder + "/outputs", {"A": net(pictures).t()})


main()
