"""MobileNet-V2 1.0 without batch norm (folded), and what hangs on a backbone's features while it learns.

Plain convolutions in a list: one definition serves training, the float network's answers and the export, which builds
the same graph for the converter from `MobileNet.blocks` (graph.py).
"""

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from data import DIAGNOSES
from depthwise import depthwise, same
from tasks import N

# expansion, channels, repeats, stride
INVERTED_RESIDUALS = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
FEATURES = 1280
BLOCKS = 19  # stem, 17 inverted residuals, last convolution


class Conv(nn.Module):
    """A convolution with TensorFlow's "SAME" padding (more on the right and below), which the shipped file has."""

    def __init__(self, weight, bias, stride=1, depthwise=False, relu=True):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(weight))  # (out, in a group, height, width)
        self.bias = nn.Parameter(torch.tensor(bias))
        self.stride, self.depthwise, self.relu = stride, depthwise, relu

    def forward(self, x):
        k, s = self.weight.shape[-1], self.stride
        if self.depthwise:
            x = depthwise(x, self.weight, s)
            x = x + self.bias.to(x.dtype)[:, None, None]
        elif s == 1:
            x = F.conv2d(x, self.weight, self.bias, padding=k // 2)
        else:
            x = F.conv2d(self.padded(x), self.weight, self.bias, s)
        return F.relu6(x, inplace=True) if self.relu else x

    def padded(self, x):
        (top, bottom), (left, right) = (same(n, self.weight.shape[-1], self.stride) for n in x.shape[-2:])
        return F.pad(x, (left, right, top, bottom))

    def taps(self, x):
        """What each of a filter's weights meets in one picture, [1, c, h, w] to [filters of own inputs, weights, places]."""
        met = F.unfold(self.padded(x), self.weight.shape[-1], stride=self.stride)
        return met.view(x.shape[1] if self.depthwise else 1, -1, met.shape[-1])


class Block(nn.Module):
    def __init__(self, convs, shortcut):
        super().__init__()
        self.convs, self.shortcut = nn.ModuleList(convs), shortcut

    def forward(self, x):
        y = x
        for conv in self.convs:
            y = conv(y)
        return x + y if self.shortcut else y


class MobileNet(nn.Module):
    """Features of pictures in [-1, 1], [n, 3, h, w] to [n, 1280, h / 32, w / 32]. `weights`: ImageNet's, a file."""

    def __init__(self, weights):
        super().__init__()
        stored = np.load(weights)
        names = iter([k[: -len(".weight")] for k in stored.files if k.startswith("features.") and k.endswith(".weight")])

        def conv(**how):
            name = next(names)
            return Conv(stored[f"{name}.weight"].astype(np.float32), stored[f"{name}.bias"].astype(np.float32), **how)

        blocks, channels = [Block([conv(stride=2)], False)], 32
        for expansion, out, repeats, first_stride in INVERTED_RESIDUALS:
            for r in range(repeats):
                stride = first_stride if r == 0 else 1
                convs = [conv()] if expansion != 1 else []
                convs += [conv(stride=stride, depthwise=True), conv(relu=False)]
                blocks.append(Block(convs, stride == 1 and channels == out))
                channels = out
        blocks.append(Block([conv()], False))
        self.blocks = nn.Sequential(*blocks)

    def forward(self, x):
        return self.blocks(x)

    def opened(self, block):
        """The parameters from this block on."""
        return list(self.blocks[block:].parameters())


class Said(NamedTuple):
    maps: torch.Tensor  # [n, 8, h / 32, w / 32]
    logits: torch.Tensor  # [n, 8]: slope * mean of the map + offset, so that a map may stay a map of places
    diagnosis: torch.Tensor  # [n, 11]


class Learner(nn.Module):
    """A backbone with the eight class maps, and a second opinion on the diagnosis that only training uses."""

    def __init__(self, backbone, seed):
        super().__init__()
        self.backbone = backbone
        chance = torch.Generator().manual_seed(seed)
        self.head = nn.Conv2d(FEATURES, N, 1)
        self.diagnosis = nn.Linear(FEATURES, len(DIAGNOSES))
        for layer in (self.head, self.diagnosis):
            nn.init.normal_(layer.weight, 0, 0.01, generator=chance)
            nn.init.zeros_(layer.bias)
        self.slope, self.offset = nn.Parameter(torch.zeros(N)), nn.Parameter(torch.zeros(N))

    def forward(self, x, drop=0.0):
        features = F.dropout2d(self.backbone(x), drop, self.training)
        with torch.autocast(x.device.type, enabled=False):  # eight numbers a place: nothing to gain, digits to lose
            features = features.float()
            maps = self.head(features)
            logits = maps.mean((2, 3)) * self.slope.exp() + self.offset
            return Said(maps, logits, self.diagnosis(features.mean((2, 3))))

    def opened(self, block):
        return [*self.backbone.opened(block), *self.head.parameters(), *self.diagnosis.parameters(), self.slope, self.offset]


def student(imagenet, seed):
    """The network that the device runs."""
    return Learner(MobileNet(imagenet), seed)


def as_input(pictures):
    """uint8 [n, h, w, 3] to float [n, 3, h, w] in [-1, 1]."""
    return pictures.permute(0, 3, 1, 2).float() / 127.5 - 1.0
