"""Evaluates expressions with PyTorch for autograd_torch_spec.lua.

usage: autograd_torch.py IN.json OUT.json

IN has "leaves", each a list of rows, by name, and "expressions", Python ones of those names; OUT has for each expression
its sum and the gradients of the leaves as lists of rows, or null where it does not depend on one."""
import json
import sys

import torch

torch.set_default_dtype(torch.float64)
given = json.load(open(sys.argv[1]))
results = []
for text in given["expressions"]:
    leaves = {name: torch.tensor(rows, requires_grad=True) for name, rows in given["leaves"].items()}
    value = eval(text, {"torch": torch, **leaves}).sum()
    value.backward()
    results.append({
        "value": value.item(),
        "gradients": {name: leaf.grad.tolist() for name, leaf in leaves.items() if leaf.grad is not None},
    })
json.dump(results, open(sys.argv[2], "w"))
