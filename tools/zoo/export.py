"""PyTorch's export of a network that is given as fbnas's blocks.

Standard input has the JSON form of models.Block, a list; the network is written
as people write it (docs/background/networks.md, "Blocks"): convolutions, BatchNorm2d,
native Hardswish and Hardsigmoid modules, squeeze-excite of 1x1 convolutions.
Its weights are those of fbnas's file, in which batch norms are folded: each
BatchNorm2d here has the deviation 1 and the folded bias, and torch.onnx.export
folds it again. So both files compute the same.
"""
import json
import sys

import onnx
import torch
from onnx import numpy_helper
from torch import nn

ACTIVATIONS = {
    "none": nn.Identity,
    "relu": nn.ReLU,
    "hswish": nn.Hardswish,
    "hsigmoid": nn.Hardsigmoid,
    "sigmoid": nn.Sigmoid,
}


class Weights:
    """The initializers of fbnas's file, by the names that models.Params gives."""

    def __init__(self, path):
        self.tensors = {
            t.name: torch.from_numpy(numpy_helper.to_array(t).copy()) for t in onnx.load(path).graph.initializer
        }

    def conv(self, name, *shape, norm=True, bias=False, act="none", **options):
        """The layers of one convolution of a block."""
        conv = nn.Conv2d(*shape, bias=bias, **options)
        layers, weight = [conv], self.tensors[name + ".weight"]
        shift = self.tensors.get(name + ".bias")
        conv.weight.data = weight
        if norm:
            bn = nn.BatchNorm2d(shape[1])
            bn.running_var.fill_(1 - bn.eps)
            bn.bias.data = shift
            layers.append(bn)
            if bias:
                conv.bias.data.zero_()
        elif bias:
            conv.bias.data = shift
        if act != "none":
            layers.append(ACTIVATIONS[act]())
        return nn.Sequential(*layers)


class SqueezeExcite(nn.Module):
    def __init__(self, weights, name, b):
        super().__init__()
        self.gate = nn.Sequential(
            nn.AdaptiveAvgPool2d(1),
            weights.conv(name + ".se.reduce", b["mid"], b["sq"], 1, norm=False, bias=True, act=b["se_act"]),
            weights.conv(name + ".se.expand", b["sq"], b["mid"], 1, norm=False, bias=True, act=b["se"]),
        )

    def forward(self, x):
        return x * self.gate(x)


class Shuffle(nn.Module):
    def __init__(self, groups):
        super().__init__()
        self.groups = groups

    def forward(self, x):
        n, c, h, w = x.shape
        return x.view(n, self.groups, c // self.groups, h, w).transpose(1, 2).reshape(n, c, h, w)


class Residual(nn.Module):
    def __init__(self, body):
        super().__init__()
        self.body = body

    def forward(self, x):
        return x + self.body(x)


def expand(weights, name, b):
    if not b["expand_conv"]:
        return []
    return [weights.conv(name + ".expand", b["cin"], b["mid"], 1, groups=b["groups"], bias=b["bias"], act=b["act"])]


def inverted_residual(weights, name, b):
    layers = expand(weights, name, b)
    if b["shuffle"]:
        layers.append(Shuffle(b["groups"]))
    layers.append(weights.conv(name + ".depthwise", b["mid"], b["mid"], b["kernel"], stride=b["stride"],
                               padding=b["pad"], groups=b["mid"], bias=b["bias"], act=b["act"]))
    if b["sq"]:
        layers.append(SqueezeExcite(weights, name, b))
    layers.append(weights.conv(name + ".project", b["mid"], b["cout"], 1, groups=b["out_groups"], bias=b["bias"]))
    body = nn.Sequential(*layers)
    return Residual(body) if b["residual"] else body


def convolution(weights, name, b):
    if b["kind"] == "skip" and b["residual"]:
        return nn.Identity()
    return weights.conv(name + ".conv", b["cin"], b["cout"], b["kernel"], stride=b["stride"], padding=b["pad"],
                        groups=b["groups"], bias=b["bias"], act=b["act"])


def pool(weights, name, b):
    return nn.Sequential(*expand(weights, name, b), nn.AdaptiveAvgPool2d(1),
                         weights.conv(name + ".project", b["mid"], b["cout"], 1, norm=False, act=b["act"]))


def head(weights, name, b):
    return nn.Sequential(nn.AdaptiveAvgPool2d(1),
                         weights.conv(name + ".classifier", b["cin"], b["cout"], 1, norm=False, bias=b["bias"]),
                         nn.Flatten())


KINDS = {"conv": convolution, "skip": convolution, "ir": inverted_residual, "ir_pool": pool, "head": head}


def main():
    ours, out, opset = sys.argv[1], sys.argv[2], int(sys.argv[3])
    blocks, weights = json.load(sys.stdin), Weights(ours)
    net = nn.Sequential(*[
        KINDS[b["kind"]](weights, "head" if b["kind"] == "head" else f"blocks.{i:02}", b) for i, b in enumerate(blocks)
    ]).eval()
    first = blocks[0]
    torch.onnx.export(net, torch.zeros(1, first["cin"], first["h"], first["w"]), out, opset_version=opset,
                      input_names=["input"], output_names=["logits"])
    nodes = onnx.load(out).graph.node
    print(json.dumps({"nodes": len(nodes), "torch": torch.__version__}))


main()
