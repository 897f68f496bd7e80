#!/usr/bin/python3
"""Writes the files of this folder with PyTorch (Debian's python3-torch 1.13).

One small network (the architecture "small" of match_test.go) is built twice,
with its layers named as mobile-vision and as timm name them, and written as state dicts and as ONNX in several forms, together
with what PyTorch computes for one image. The names of torchvision's networks
are listed from its own classes.
"""
import json
import math

import torch
import torch.nn as nn
import torchvision


class HSwishByHand(nn.Module):
    """x * relu6(x + 3) / 6, as code from before nn.Hardswish has it."""

    def forward(self, x):
        return x * nn.functional.relu6(x + 3) / 6


class HSigmoidByHand(nn.Module):
    """relu6(x + 3) * (1 / 6)."""

    def forward(self, x):
        return nn.functional.relu6(x + 3) * (1 / 6)


def shuffle(x, groups):
    b, c, h, w = x.shape
    return x.view(b, groups, c // groups, h, w).transpose(1, 2).contiguous().view(b, c, h, w)


class Net(nn.Module):
    """A chain of steps; named() says under which names the layers stand."""

    def __init__(self, names, swish, sigmoid, bias):
        super().__init__()
        self.swish, self.sigmoid, self.relu = swish, sigmoid, nn.ReLU()
        self.names = names
        n = names
        self.conv(n["stem"], 3, 8, 3, stride=2, bias=bias)
        self.conv(n["1.dw"], 8, 8, 3, groups=8)
        self.conv(n["1.pwl"], 8, 8, 1)
        self.conv(n["2.pw"], 8, 16, 1)
        self.conv(n["2.dw"], 16, 16, 5, stride=2, groups=16)
        self.put(n["2.reduce"], nn.Conv2d(16, 8, 1))
        self.put(n["2.expand"], nn.Conv2d(8, 16, 1))
        self.conv(n["2.pwl"], 16, 16, 1)
        self.conv(n["3.pw"], 16, 32, 1, groups=2, bias=bias)
        self.conv(n["3.dw"], 32, 32, 3, groups=32, bias=bias)
        self.conv(n["3.pwl"], 32, 16, 1, groups=2, bias=bias)
        self.conv(n["4"], 16, 8, 1)
        self.conv(n["5.pw"], 8, 16, 1)
        self.put(n["5.pwl"], nn.Conv2d(16, 8, 1, bias=False))
        self.put(n["head"], nn.Linear(8, 3) if n["linear"] else nn.Conv2d(8, 3, 1))

    def put(self, path, module):
        """Puts a module at a dotted path, with empty modules on the way."""
        at = self
        *folders, last = path.split(".")
        for folder in folders:
            if not hasattr(at, folder):
                at.add_module(folder, nn.Module())
            at = getattr(at, folder)
        at.add_module(last, module)

    def conv(self, names, i, o, k, stride=1, groups=1, bias=False):
        conv, norm = names
        self.put(conv, nn.Conv2d(i, o, k, stride, k // 2, groups=groups, bias=bias))
        self.put(norm, nn.BatchNorm2d(o))

    def at(self, path, x):
        return self.get_submodule(path)(x)

    def norm(self, names, x):
        return self.at(names[1], self.at(names[0], x))

    def forward(self, x):
        n, mean = self.names, nn.functional.adaptive_avg_pool2d
        x = self.swish(self.norm(n["stem"], x))
        x = x + self.norm(n["1.pwl"], self.relu(self.norm(n["1.dw"], x)))
        y = self.swish(self.norm(n["2.dw"], self.swish(self.norm(n["2.pw"], x))))
        g = self.at(n["2.expand"], self.relu(self.at(n["2.reduce"], mean(y, 1))))
        x = self.norm(n["2.pwl"], y * self.sigmoid(g))
        y = shuffle(self.swish(self.norm(n["3.pw"], x)), 2)
        x = self.norm(n["3.pwl"], self.swish(self.norm(n["3.dw"], y))) + x
        x = self.relu(self.norm(n["4"], x))
        x = mean(self.swish(self.norm(n["5.pw"], x)), 1)
        x = self.swish(self.at(n["5.pwl"], x))
        if n["linear"]:
            return self.at(n["head"], torch.flatten(x, 1))
        return self.at(n["head"], x).flatten(1)


def pair(prefix, conv, norm):
    return prefix + conv, prefix + norm


def mobile_vision():
    s = "backbone.stages.xif"
    names = {"stem": pair(s + "0_0.", "conv", "bn"), "4": pair(s + "3_0.conv.", "conv", "bn"), "head": "head.conv", "linear": False,
             "2.reduce": s + "2_0.se.se.0.conv", "2.expand": s + "2_0.se.se.1", "5.pw": pair(s + "10_0.pw.", "conv", "bn"),
             "5.pwl": s + "10_0.pwl.conv"}
    for i, where in {1: "1_0", 2: "2_0", 3: "2_1"}.items():
        for layer in ("pw", "dw", "pwl"):
            names[f"{i}.{layer}"] = pair(f"{s}{where}.{layer}.", "conv", "bn")
    return names


def timm():
    names = {"stem": ("conv_stem", "bn1"), "4": pair("blocks.2.0.", "conv", "bn1"), "head": "classifier", "linear": True,
             "1.dw": pair("blocks.0.0.", "conv_dw", "bn1"), "1.pwl": pair("blocks.0.0.", "conv_pw", "bn2"),
             "2.reduce": "blocks.1.0.se.conv_reduce", "2.expand": "blocks.1.0.se.conv_expand",
             "5.pw": pair("blocks.3.0.", "conv", "bn1"), "5.pwl": "conv_head"}
    for i, where in {2: "blocks.1.0.", 3: "blocks.1.1."}.items():
        for layer, norm in (("pw", "bn1"), ("dw", "bn2"), ("pwl", "bn3")):
            names[f"{i}.{layer}"] = pair(where, "conv_" + layer, norm)
    return names


def fill(net):
    """Numbers near what a trained network has, the same at each run."""
    g = torch.Generator().manual_seed(1)
    for name, t in net.state_dict().items():
        if t.dtype != torch.float32:
            continue
        if name.endswith("running_var") or t.dim() == 1 and name.endswith("weight"):
            t.copy_(torch.rand(t.shape, generator=g) * 0.4 + 0.8)
        elif t.dim() == 1:
            t.copy_(torch.rand(t.shape, generator=g) * 0.2 - 0.1)
        else:
            t.copy_(torch.randn(t.shape, generator=g) * math.sqrt(2 / t[0].numel()))
    return net.eval()


def image():
    i = torch.arange(3 * 16 * 16, dtype=torch.float64)
    return (torch.sin(i * 0.7) + (i % 5) / 4).float().reshape(1, 3, 16, 16)


def onnx(net, name, opset, folded=True, **more):
    mode = torch.onnx.TrainingMode
    torch.onnx.export(net, image(), name, opset_version=opset, input_names=["x"], output_names=["y"],
                      training=mode.EVAL if folded else mode.PRESERVE, do_constant_folding=folded, **more)


with torch.no_grad():
    logits = {}
    net = fill(Net(mobile_vision(), nn.Hardswish(), HSigmoidByHand(), bias=True))
    logits["mobile_vision"] = net(image())[0].tolist()
    state = {"module." + k: v for k, v in net.state_dict().items()}
    torch.save({"epoch": 1, "model_ema": None, "state_dict": state}, "mobile_vision.pth", _use_new_zipfile_serialization=False)
    onnx(net, "folded.onnx", 14)
    onnx(net, "batchnorm.onnx", 13, folded=False)

    net = fill(Net(timm(), HSwishByHand(), nn.Hardsigmoid(), bias=False))
    logits["timm"] = net(image())[0].tolist()
    torch.save(net.state_dict(), "timm.pth")
    onnx(net, "byhand.onnx", 11, dynamic_axes={"x": {0: "N"}, "y": {0: "N"}})
    json.dump(logits, open("logits.json", "w"), indent=1)

for name in ("mobilenet_v2", "mobilenet_v3_large"):
    with open(f"torchvision.{name}.txt", "w") as out:
        for key, value in getattr(torchvision.models, name)().state_dict().items():
            print(key, *value.shape, file=out)
