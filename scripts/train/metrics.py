"""The few figures that training itself needs; the full evaluation is `bccscope study evaluate`."""

import numpy as np
from scipy.stats import rankdata


def auroc(y, z):
    y = np.asarray(y) > 0.5
    p, n = int(y.sum()), int((~y).sum())
    if p == 0 or n == 0:
        return float("nan")
    return float((rankdata(z)[y].sum() - p * (p + 1) / 2) / (p * n))


def best_accuracy(y, z):
    """The best share right that any threshold gives."""
    right = (np.asarray(y) > 0.5)[np.argsort(z)]
    below = np.concatenate([[0], np.cumsum(~right)])
    above = right.sum() - np.concatenate([[0], np.cumsum(right)])
    return float((below + above).max() / len(right))


def bootstrap(fn, y, z, seed=0, rounds=1000, centred=False):
    """95% interval over pictures (one picture a lesion), within the classes.

    `centred` is for a calibration error: every draw adds chance to it, so that the draws lie above it on the
    whole; they are moved by the difference of their mean from it, not below 0. As `bccscope study` does.
    """
    rng = np.random.default_rng(seed)
    pos, neg = np.flatnonzero(y > 0.5), np.flatnonzero(y <= 0.5)
    if len(pos) == 0 or len(neg) == 0:
        return float("nan"), float("nan")
    values = []
    for _ in range(rounds):
        i = np.concatenate([rng.choice(pos, len(pos)), rng.choice(neg, len(neg))])
        values.append(fn(y[i], z[i]))
    if centred:
        values = np.maximum(np.array(values) - np.mean(values) + fn(y, z), 0)
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def wilson(k, n, z=1.96):
    if n == 0:
        return float("nan"), float("nan")
    p, d = k / n, 1 + z * z / n
    mid, half = p + z * z / (2 * n), z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return (mid - half) / d, (mid + half) / d


def ece(y, p, bins=10):
    """Expected calibration error over bins of equal width."""
    which = np.minimum((p * bins).astype(int), bins - 1)
    return float(sum(abs(y[which == b].mean() - p[which == b].mean()) * (which == b).mean() for b in range(bins) if (which == b).any()))


def known(y, z):
    keep = np.isfinite(y)
    return (y[keep] > 0.5).astype(float), z[keep]


def inside_outside(maps, cells, y):
    """Mean of the rectified, max-normalised map inside and outside the marked cells."""
    inside, outside = [], []
    for m, c, t in zip(maps, cells, y):
        if not (t > 0.5) or not np.isfinite(c).all() or not (c > 0.5).any() or (c > 0.5).all():
            continue
        h, w = m.shape
        mask = (c > 0.5)[np.minimum((np.arange(h) + 0.5) * 3 // h, 2).astype(int)][:, np.minimum((np.arange(w) + 0.5) * 3 // w, 2).astype(int)]
        r = np.maximum(m, 0)
        r = r / r.max() if r.max() > 0 else r
        inside.append(r[mask].mean())
        outside.append(r[~mask].mean())
    if not inside:
        return float("nan"), float("nan"), 0
    return float(np.mean(inside)), float(np.mean(outside)), len(inside)
