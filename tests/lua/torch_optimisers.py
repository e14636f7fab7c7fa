"""Computes what tests/lua/torch_optimisers_spec.lua asks for with PyTorch: the parameters after each step.

usage: torch_optimisers.py CASES.json IN.safetensors OUT.safetensors

A case is {"optimiser": a Python expression of `groups`, or "lbfgs": one of `parameters`, "steps": their number}. IN
holds X and Y, a column an example,
and the first values "0.weight", "0.bias", "2.weight", "2.bias" of the network; results are "CASE.STEP.NAME"."""
import json
import sys

import torch
from torch import nn

from torch_layers import read, write


class Lion(torch.optim.Optimizer):
    """Algorithm 2 of Chen et al. 2023, which PyTorch does not have."""

    def __init__(self, groups, lr=1e-4, betas=(0.9, 0.99), weight_decay=0.0):
        super().__init__(groups, dict(lr=lr, betas=betas, weight_decay=weight_decay))

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for p in group["params"]:
                m = self.state[p].setdefault("m", torch.zeros_like(p))
                c = m * group["betas"][0] + p.grad * (1 - group["betas"][0])
                p.sub_(group["lr"] * (c.sign() + group["weight_decay"] * p))
                m.copy_(m * group["betas"][1] + p.grad * (1 - group["betas"][1]))


def run(i, case, tensors, results):
    net = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 2)).double()
    net.load_state_dict({k: v.reshape(net.state_dict()[k].shape) for k, v in tensors.items() if k not in "XY"})
    X, Y = tensors["X"].t(), tensors["Y"].t()

    def closure():
        opt.zero_grad()
        cost = nn.MSELoss()(net(X), Y)
        cost.backward()
        return cost

    if "lbfgs" in case:
        opt = eval(case["lbfgs"], dict(globals(), parameters=net.parameters()))
    else:
        groups = [{"params": net[0].parameters()}, {"params": net[2].parameters(), "lr": case["own"]}]
        opt = eval(case["optimiser"], dict(globals(), groups=groups))
    for step in range(case["steps"]):
        if "lbfgs" in case:
            opt.step(closure)
        else:
            closure()
            opt.step()
        for name, value in net.state_dict().items():
            results["%d.%d.%s" % (i, step, name)] = value.reshape(value.shape[0], -1).clone()


def main():
    cases = json.load(open(sys.argv[1]))
    tensors, results = read(sys.argv[2]), {}
    torch.set_num_threads(1)
    for i, case in enumerate(cases):
        run(i, case, tensors, results)
    write(sys.argv[3], results)


if __name__ == "__main__":
    main()
