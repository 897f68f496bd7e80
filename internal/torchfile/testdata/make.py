#!/usr/bin/python3
"""Writes the files of this folder with PyTorch (Debian's python3-torch 1.13)."""
from collections import OrderedDict

import torch

weights = OrderedDict([
    ("conv.weight", torch.arange(12.0).reshape(2, 3, 2, 1)),
    ("conv.bias", torch.tensor([-1.5, 2.5], dtype=torch.float64)),
    ("bn.num_batches_tracked", torch.tensor(7)),
    ("half", torch.tensor([0.5, -2.0, 65504.0]).half()),
    ("brain", torch.tensor([1.0, -3.0]).bfloat16()),
    ("transposed", torch.arange(6.0).reshape(2, 3).t()),
    ("tail", torch.arange(6.0)[4:]),
    ("mask", torch.tensor([True, False])),
    ("bytes", torch.tensor([200, 1], dtype=torch.uint8)),
    ("shorts", torch.tensor([-200, 1], dtype=torch.int16)),
])
weights["tied"] = weights["conv.weight"]
torch.save(weights, "zip.pth")
torch.save(weights, "legacy.pth", _use_new_zipfile_serialization=False)

layer = torch.nn.Linear(2, 1)
with torch.no_grad():
    layer.weight.copy_(torch.tensor([[1.0, 2.0]]))
    layer.bias.fill_(3.0)
optimizer = torch.optim.SGD(layer.parameters(), lr=0.1, momentum=0.9)
layer(torch.ones(1, 2)).sum().backward()
optimizer.step()
torch.save({"epoch": 3, "best": 0.75, "arch": "linear", "ema": None, "state_dict": layer.state_dict(),
            "parameter": layer.weight, "optimizer": optimizer.state_dict()}, "checkpoint.pth")
# A whole module names its class: unpickling would have to run it.
torch.save(layer, "module.pth")
