"""Computes what tests/lua/torch_schedules_spec.lua asks for with PyTorch: the learning rates that schedules set.

usage: torch_schedules.py CASES.json OUT.safetensors

A case is {"optimiser": a Python expression of the parameters P and Q, "schedule": one of opt, "values": what each step
is given, null for nothing}. Result i is "i", a column for the beginning and one after each step: the rates of the
groups, and the momentum."""
import json
import sys
import warnings

import torch
from torch.optim.lr_scheduler import *  # noqa: names of the cases

from torch_layers import write


def state_of(opt):
    group = opt.param_groups[0]
    momentum = group["betas"][0] if "betas" in group else group.get("momentum", 0)
    return [g["lr"] for g in opt.param_groups] + [momentum]


def run(case):
    P, Q = torch.nn.Parameter(torch.ones(2)), torch.nn.Parameter(torch.ones(3))
    names = dict(globals(), P=P, Q=Q)
    names["opt"] = opt = eval(case["optimiser"], names)
    schedule = eval(case["schedule"], names)
    rows = [state_of(opt)]
    for value in case["values"]:
        opt.step()
        schedule.step() if value is None else schedule.step(value)
        rows.append(state_of(opt))
    return torch.tensor(rows, dtype=torch.float64).t()


def main():
    warnings.simplefilter("ignore")
    cases = json.load(open(sys.argv[1]))
    write(sys.argv[2], {str(i): run(case) for i, case in enumerate(cases)})


if __name__ == "__main__":
    main()
