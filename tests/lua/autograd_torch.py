"""Evaluates expressions with PyTorch for autograd_torch_spec.lua.

usage: autograd_torch.py IN.json OUT.json

IN has "leaves", each a list of rows, by name, and "expressions", Python ones of those names; OUT has for each expression
its sum and the gradients of the leaves as lists of rows, or null where it does not depend on one. With "second" in IN,
the gradients are those of the sum of the squares of its gradients."""
import json
import sys

import torch

torch.set_default_dtype(torch.float64)
given = json.load(open(sys.argv[1]))
results = []
for text in given["expressions"]:
    leaves = {name: torch.tensor(rows, requires_grad=True) for name, rows in given["leaves"].items()}
    value = eval(text, {"torch": torch, **leaves}).sum()
    if given.get("second"):
        first = torch.autograd.grad(value, list(leaves.values()), create_graph=True, allow_unused=True)
        value = sum((slope ** 2).sum() for slope in first if slope is not None)
    if value.requires_grad:
        value.backward()
    results.append({
        "value": value.item(),
        "gradients": {name: leaf.grad.tolist() for name, leaf in leaves.items() if leaf.grad is not None},
    })
json.dump(results, open(sys.argv[2], "w"))
