"""Weights on the int8 grid, rounded so that each convolution's outputs move least on train pictures.

The converter rounds each weight to the nearest step of its channel; the first inverted residual alone moved BCC's score
by half a logit that way. Here the error of a weight is made good by those not yet rounded, as far as their inputs go
together (GPTQ, Frantar et al. 2023, arXiv 2210.17323), and what is left of it in the mean by the bias. What the converter
gets lies on its grid already: it has nothing left to round.
"""

import copy

import numpy as np
import torch

from network import as_input
from prepare import prepare

STEPS = 127  # to either side
PICTURES = 48
DAMPED = 0.01  # of the inputs' mean variance: what is trusted of how they go together


@torch.no_grad()
def rounded(learner, data, width, height, seed):
    """A copy of `learner` whose weights are steps of their channel's largest."""
    learner = copy.deepcopy(learner)
    some = np.random.default_rng(seed).choice(data.where("train"), PICTURES, replace=False)
    x = as_input(torch.from_numpy(np.stack([prepare(data.images[i], width, height) for i in some])))
    for block in learner.backbone.blocks:
        y = x
        for conv in block.convs:
            to_grid(conv, map(conv.taps, y.split(1)))
            y = torch.cat([conv(part) for part in y.split(4)])
        x = x + y if block.shortcut else y
    to_grid(learner.head, (places.flatten(2) for places in x.split(1)))  # 1x1: a place is all it meets
    return learner


def to_grid(conv, taps):
    rows = conv.weight.flatten(1)
    mean, together = moments(taps)
    on_grid = grid(rows, together)
    lost = rows - on_grid
    conv.bias += (lost * mean).sum(1)
    conv.weight.copy_(on_grid.view_as(conv.weight))


def moments(taps):
    """Of what the weights meet, a picture at a time: means [channels or 1, weights] and covariances [.., weights, weights]."""
    total, products, n = 0.0, 0.0, 0
    for met in taps:
        met = met.double()
        total = total + met.sum(2)
        products = products + met @ met.transpose(1, 2)
        n += met.shape[2]
    mean = total / n
    return mean.float(), products / n - mean[:, :, None] * mean[:, None, :]


def grid(rows, together):
    """`rows` [channels, taps], each on the steps of its largest tap."""
    left = rows.double().clone()
    top = left.abs().argmax(1)
    step = left.abs().amax(1).clamp_min(1e-12) / STEPS
    # The largest stays what it is, or the converter would take other steps.
    ends = torch.zeros_like(left).scatter_(1, top[:, None], left.gather(1, top[:, None]).sign() * STEPS)
    spread = together.diagonal(dim1=1, dim2=2).mean(1).clamp_min(1e-12)
    damped = together + DAMPED * spread[:, None, None] * torch.eye(left.shape[1], dtype=torch.double)
    after = torch.linalg.cholesky(torch.linalg.inv(damped), upper=True).expand(len(left), -1, -1)
    out = torch.zeros_like(left)
    for k in range(left.shape[1]):
        steps = (left[:, k] / step).round().clamp(-STEPS, STEPS)
        steps = torch.where(ends[:, k] != 0, ends[:, k], steps)
        out[:, k] = steps * step
        off = (left[:, k] - out[:, k]) / after[:, k, k]
        left[:, k:] -= off[:, None] * after[:, k, k:]
    return out.float()
