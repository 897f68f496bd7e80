"""PyTorch's training step of a network that is given as fbnas's blocks.

torch_step.py knows one block; this reads the JSON form of
models.Block (docs/background/networks.md, "Blocks"), so that any built-in
architecture has a peer. Arguments and the line it prints are torch_step.py's as far as bench
uses them; the step is fbnas's: cross-entropy smoothed by 0.1, SGD with Nesterov
momentum, decay on convolution weights.
"""
import argparse
import json
import resource
import statistics
import time

import torch
import torch.nn.functional as F
from torch import nn

ACTIVATIONS = {
    "none": lambda x: x,
    "relu": F.relu,
    "hswish": F.hardswish,
    "hsigmoid": F.hardsigmoid,
    "sigmoid": torch.sigmoid,
}


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class ConvBN(nn.Module):
    def __init__(self, b, cin, cout, kernel=1, stride=1, pad=0, groups=1, act="none"):
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, kernel, stride, pad, groups=groups, bias=b["bias"])
        self.norm = nn.BatchNorm2d(cout)
        self.act = ACTIVATIONS[act]

    def forward(self, x):
        return self.act(self.norm(self.conv(x)))


class SqueezeExcite(nn.Module):
    def __init__(self, b):
        super().__init__()
        self.reduce, self.expand = nn.Linear(b["mid"], b["sq"]), nn.Linear(b["sq"], b["mid"])
        self.act, self.gate = ACTIVATIONS[b["se_act"]], ACTIVATIONS[b["se"]]

    def forward(self, x):
        return x * self.gate(self.expand(self.act(self.reduce(x.mean((2, 3))))))[:, :, None, None]


class Pool(nn.Module):
    def forward(self, x):
        return x.mean((2, 3), keepdim=True)


class Project(nn.Module):
    """The end of an ir_pool: a 1x1 convolution without batch norm."""

    def __init__(self, b):
        super().__init__()
        self.conv, self.act = nn.Conv2d(b["mid"], b["cout"], 1, bias=False), ACTIVATIONS[b["act"]]

    def forward(self, x):
        return self.act(self.conv(x))


class Residual(nn.Module):
    def __init__(self, body):
        super().__init__()
        self.body = body

    def forward(self, x):
        return x + self.body(x)


def inverted_residual(b):
    layers = []
    if b["expand_conv"]:
        layers.append(ConvBN(b, b["cin"], b["mid"], act=b["act"]))
    layers.append(ConvBN(b, b["mid"], b["mid"], b["kernel"], b["stride"], b["pad"], b["mid"], b["act"]))
    if b["sq"]:
        layers.append(SqueezeExcite(b))
    layers.append(ConvBN(b, b["mid"], b["cout"]))
    body = nn.Sequential(*layers)
    return Residual(body) if b["residual"] else body


def convolution(b):
    if b["kind"] == "skip" and b["residual"]:
        return nn.Identity()
    return ConvBN(b, b["cin"], b["cout"], b["kernel"], b["stride"], b["pad"], act=b["act"])


KINDS = {
    "conv": convolution,
    "skip": convolution,
    "ir": inverted_residual,
    "ir_pool": lambda b: nn.Sequential(ConvBN(b, b["cin"], b["mid"], act=b["act"]), Pool(), Project(b)),
    "head": lambda b: nn.Sequential(Pool(), nn.Flatten(), nn.Linear(b["cin"], b["cout"], bias=b["bias"])),
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--blocks", type=json.loads, required=True, help="a JSON list of blocks")
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--warmup", type=int, required=True)
    parser.add_argument("--channels-last", action="store_true")
    return parser.parse_args()


def main():
    args = arguments()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    load = peak_mb()
    layout = torch.channels_last if args.channels_last else torch.contiguous_format
    net = nn.Sequential(*[KINDS[b["kind"]](b) for b in args.blocks]).train().to(memory_format=layout)
    decayed = [p for p in net.parameters() if p.dim() > 1]
    others = [p for p in net.parameters() if p.dim() == 1]
    optimiser = torch.optim.SGD(
        [{"params": decayed, "weight_decay": 1e-4}, {"params": others}], lr=0.001, momentum=0.9, nesterov=True)
    first = args.blocks[0]
    images = torch.randn(args.batch, first["cin"], first["h"], first["w"]).to(memory_format=layout)
    labels = torch.randint(0, args.blocks[-1]["cout"], (args.batch,))

    times, cpu = [], 0.0
    for i in range(args.warmup + args.steps):
        if i == args.warmup:
            cpu = time.process_time()
        start = time.perf_counter()
        optimiser.zero_grad(set_to_none=True)
        loss = F.cross_entropy(net(images), labels, label_smoothing=0.1)
        loss.backward()
        optimiser.step()
        loss.item()
        times.append(1e3 * (time.perf_counter() - start))
    cpu = 1e3 * (time.process_time() - cpu) / args.steps
    times = times[args.warmup:]
    print(json.dumps({
        "median_ms": statistics.median(times), "min_ms": min(times), "cpu_ms": cpu,
        "peak_rss_mb": peak_mb(), "import_rss_mb": load,
        "params": sum(p.numel() for p in net.parameters()),
    }))


main()
