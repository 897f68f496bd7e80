"""PyTorch's training step of the network "builtin8", as a yardstick for ours.

Prints one JSON line: milliseconds of a step, of all threads' processor time and
of the peak memory. A step is zero_grad, forward, loss, backward and SGD with
momentum; with --mode masks or kernels, Adam for the choices too.

Three settings are worth comparing with: as it comes; with memory that malloc
keeps (MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=68719476736 in the environment:
otherwise page faults dominate); and with --channels-last beside that, the
strongest. Debian's python3-torch needs libopenblas0-pthread beside it, or its
classifier runs on the slow reference BLAS.

Modes:
  fixed    the network alone
  masks    masks on the expansion and on the output of every block, of
           --mask-options widths each, under weights of a Gumbel softmax
  kernels  a depthwise branch with a batch norm of its own for each of --kernels
           in every block, under weights of a Gumbel softmax
"""
import argparse
import json
import math
import os
import resource
import statistics
import time

INPUT, CLASSES = (3, 32, 32), 10
STEM, HEAD = 16, 640
BLOCKS = [  # expanded channels, output channels, kernel, stride
    (48, 16, 3, 1), (96, 24, 3, 2), (144, 24, 3, 1), (144, 40, 5, 2),
    (240, 40, 5, 1), (240, 64, 3, 2), (384, 64, 3, 1), (384, 112, 5, 1),
]
TEMPERATURE = 5.0


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mode", default="fixed", choices=["fixed", "masks", "kernels"])
    parser.add_argument("--mask-options", type=int, default=5)
    parser.add_argument("--kernels", default="3,5,7", help="sizes, separated by commas")
    parser.add_argument("--act", default="relu", choices=["relu", "hswish"])
    parser.add_argument("--se", type=int, default=0, help="squeeze-excite in every block, of so many times fewer channels")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--steps", type=int, default=15)
    parser.add_argument("--warmup", type=int, default=3, help="steps before those that are timed, at least 1")
    parser.add_argument("--channels-last", action="store_true")
    return parser.parse_args()


# PyTorch reads this when it is loaded.
args = arguments()
os.environ.setdefault("OMP_NUM_THREADS", str(args.threads))

import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch import nn  # noqa: E402


def peak_mb():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class Choice(nn.Module):
    """Weights of a Gumbel softmax; the noise is drawn before each step."""

    def __init__(self, options):
        super().__init__()
        self.logits = nn.Parameter(torch.zeros(options))
        self.draw()

    def draw(self):
        uniform = torch.rand(self.logits.numel()).clamp(1e-6, 1 - 1e-6)
        self.noise = -torch.log(-torch.log(uniform))

    def forward(self):
        return torch.softmax((self.logits + self.noise) / TEMPERATURE, 0)


class Mask(nn.Module):
    """Multiplies channels: option i of n keeps the first i/n of them."""

    def __init__(self, channels, options):
        super().__init__()
        self.choice = Choice(options)
        self.prefixes = torch.zeros(options, channels)
        for i in range(options):
            self.prefixes[i, :max(1, math.floor(channels * (i + 1) / options + 0.5))] = 1

    def forward(self, x):
        return x * (self.choice() @ self.prefixes).view(1, -1, 1, 1)


class ConvBN(nn.Module):
    def __init__(self, cin, cout, kernel=1, stride=1, groups=1):
        super().__init__()
        self.conv = nn.Conv2d(cin, cout, kernel, stride, kernel // 2, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(cout)

    def forward(self, x):
        return self.norm(self.conv(x))


class SqueezeExcite(nn.Module):
    def __init__(self, channels, squeezed):
        super().__init__()
        self.reduce, self.expand = nn.Linear(channels, squeezed), nn.Linear(squeezed, channels)

    def forward(self, x):
        gate = F.hardsigmoid(self.expand(F.relu(self.reduce(x.mean((2, 3))))))
        return x * gate[:, :, None, None]


class Block(nn.Module):
    """An inverted residual. The mask of the expanded channels comes after the
    depthwise activation: one before it would be undone by the batch norm."""

    def __init__(self, cin, mid, cout, kernel, stride, act):
        super().__init__()
        kernels = [int(k) for k in args.kernels.split(",")] if args.mode == "kernels" else [kernel]
        masked = args.mode == "masks"
        self.act, self.residual = act, stride == 1 and cin == cout
        self.expand = ConvBN(cin, mid)
        self.depthwise = nn.ModuleList([ConvBN(mid, mid, k, stride, mid) for k in kernels])
        self.kernel = Choice(len(kernels)) if len(kernels) > 1 else None
        self.mid_mask = Mask(mid, args.mask_options) if masked else nn.Identity()
        self.gate = SqueezeExcite(mid, max(1, mid // args.se)) if args.se else nn.Identity()
        self.project = ConvBN(mid, cout)
        self.out_mask = Mask(cout, args.mask_options) if masked else nn.Identity()

    def forward(self, x):
        h = self.act(self.expand(x))
        branches = [self.mid_mask(self.act(d(h))) for d in self.depthwise]
        if self.kernel is not None:
            weights = self.kernel()
            branches = [sum(weights[i] * b for i, b in enumerate(branches))]
        y = self.out_mask(self.project(self.gate(branches[0])))
        return x + y if self.residual else y


class Net(nn.Module):
    def __init__(self, act):
        super().__init__()
        self.act, self.stem = act, ConvBN(INPUT[0], STEM, 3)
        blocks, cin = [], STEM
        for mid, cout, kernel, stride in BLOCKS:
            blocks.append(Block(cin, mid, cout, kernel, stride, act))
            cin = cout
        self.blocks, self.head = nn.Sequential(*blocks), ConvBN(cin, HEAD)
        self.classifier = nn.Linear(HEAD, CLASSES)

    def forward(self, x):
        x = self.blocks(self.act(self.stem(x)))
        return self.classifier(self.act(self.head(x)).mean((2, 3)))


def optimisers(weights, logits):
    """SGD with decay on weights of convolutions and of linear layers alone, and
    Adam for the choices where there are any."""
    found = [torch.optim.SGD([
        {"params": [p for p in weights if p.dim() > 1], "weight_decay": 1e-4},
        {"params": [p for p in weights if p.dim() == 1]}], lr=0.001, momentum=0.9)]
    if logits:
        found.append(torch.optim.Adam(logits, lr=0.01, betas=(0.5, 0.999), eps=1e-8, weight_decay=1e-3))
    return found


def main():
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    load = peak_mb()
    layout = torch.channels_last if args.channels_last else torch.contiguous_format
    net = Net({"relu": F.relu, "hswish": F.hardswish}[args.act]).train().to(memory_format=layout)
    choices = [m for m in net.modules() if isinstance(m, Choice)]
    logits = [c.logits for c in choices]
    weights = [p for name, p in net.named_parameters() if not name.endswith("logits")]
    steps = optimisers(weights, logits)
    images = torch.randn(args.batch, *INPUT).to(memory_format=layout)
    labels = torch.randint(0, CLASSES, (args.batch,))

    times, cpu = [], 0.0
    for i in range(args.warmup + args.steps):
        if i == args.warmup:
            cpu = time.process_time()
        for c in choices:
            c.draw()
        start = time.perf_counter()
        for s in steps:
            s.zero_grad(set_to_none=True)
        loss = F.cross_entropy(net(images), labels, label_smoothing=0.1)
        loss.backward()
        for s in steps:
            s.step()
        loss.item()
        times.append(1e3 * (time.perf_counter() - start))
    cpu = 1e3 * (time.process_time() - cpu) / args.steps
    times = times[args.warmup:]
    print(json.dumps({
        "median_ms": statistics.median(times), "min_ms": min(times), "cpu_ms": cpu,
        "peak_rss_mb": peak_mb(), "import_rss_mb": load,
        "params": sum(p.numel() for p in weights), "choices": sum(p.numel() for p in logits),
    }))


main()
