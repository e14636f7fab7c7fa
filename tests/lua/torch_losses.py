"""Computes what tests/lua/torch_losses_spec.lua asks for with PyTorch: reads a file of cases, writes one of results.

usage: torch_losses.py CASES.json IN.safetensors OUT.safetensors

A case is {"cost": a Python expression of the tensors A, B, C, Y, V}. The tensors of case i are "i.A" and so on, a
column an example as here. Results are "i.cost", a number or a row of them, and the gradients "i.dA", "i.dB", "i.dC"."""
import json
import sys
import warnings

import torch
from torch import nn
from torch.nn import functional

from torch_layers import read, write


def rows(x):
    """A row an example."""
    return x.t()


def logits(x, classes):
    """(examples, classes) or, of several positions, (examples, classes, positions)."""
    x = x.t().reshape(x.shape[1], -1, classes)
    return x[:, 0] if x.shape[1] == 1 else x.permute(0, 2, 1)


def labels(y):
    """(examples) or (examples, positions), from 0."""
    y = y.t().long() - 1
    return y[:, 0] if y.shape[1] == 1 else y


def ctc(a, y, classes, input_lengths=None, target_lengths=None, blank=0, reduction="mean", zero_infinity=False):
    """nn.functional.ctc_loss of columns of log-probabilities, any numbers, and of labels from 1. Its gradient is the
    one for the input of the log-softmax before it; taking the logarithms of the sums off, which are 0 where A holds
    log-probabilities, makes it A's own."""
    a = a.t().reshape(a.shape[1], -1, classes).transpose(0, 1)
    m, steps = a.shape[1], a.shape[0]
    inputs = torch.tensor(input_lengths or [steps] * m)
    targets = torch.tensor(target_lengths or [y.shape[0]] * m)
    costs = functional.ctc_loss(a.log_softmax(2), y.t().long() - 1, inputs, targets, blank, "none", zero_infinity)
    sums = a.logsumexp(2) * (torch.arange(steps)[:, None] < inputs)
    costs = costs - sums.sum(0) * (costs != 0)
    if reduction == "mean":
        return (costs / targets.clamp(min=1)).mean()
    return costs if reduction == "none" else costs.sum()


def label_lists(a, y):
    """Columns of labels from 1, ended by 0, as rows of as many as there are classes, from 0, ended by -1."""
    out = torch.full((a.shape[1], a.shape[0]), -1)
    out[:, : y.shape[0]] = y.t().long() - 1
    return out


def by_example(costs):
    """The sum of each example's costs."""
    return costs.reshape(costs.shape[0], -1).sum(1)


def run(case, tensors, i, results):
    prefix = "%d." % i
    given = {k[len(prefix):]: v for k, v in tensors.items() if k.startswith(prefix)}
    given["V"] = given["V"].reshape(-1) if "V" in given else None
    inputs = [name for name in ("A", "B", "C") if name in given]
    for name in inputs:
        given[name].requires_grad_(True)
    names = dict(globals(), **given)
    cost = eval(case["cost"], names)  # an expression of the test's own
    cost.sum().backward()
    results["%d.cost" % i] = cost.reshape(1, -1)
    for name in inputs:
        results["%d.d%s" % (i, name)] = given[name].grad


def main():
    cases = json.load(open(sys.argv[1]))
    tensors, results = read(sys.argv[2]), {}
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    for i, case in enumerate(cases):
        run(case, tensors, i, results)
    write(sys.argv[3], results)


if __name__ == "__main__":
    main()
