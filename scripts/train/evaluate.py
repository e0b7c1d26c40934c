"""Val figures of an exported file, from the device's own scores: what goes into the manifest's evidence and the model card."""

from dataclasses import dataclass

import numpy as np
import torch

from data import DIAGNOSES
from metrics import auroc, bootstrap, ece, known, wilson
from network import as_input
from prepare import prepare
from tasks import CODES

POSITIVE = [CODES.index(c) for c in CODES if c not in ("BCC", "PN")]


@dataclass
class Figure:
    task: str
    metric: str
    value: float
    low: float
    high: float
    n: int
    int8: bool = True


@torch.no_grad()
def score_float(learner, data, ids, width, height, views):
    """The float network's scores: mean of the maps, mean over the views."""
    learner = learner.eval().to(memory_format=torch.channels_last)

    def view(v):
        parts = []
        for s in range(0, len(ids), 16):
            x = np.stack([prepare(data.images[i], width, height, **v) for i in ids[s : s + 16]])
            parts.append(learner(as_input(torch.from_numpy(x))).maps.mean((2, 3)).numpy())
        return np.concatenate(parts)

    return np.mean([view(v) for v in views], 0)


def ranking(z, y, diagnosis, int8):
    """AUROC a task, and of BCC against nevi."""
    out = []
    for k, code in enumerate(CODES):
        t, s = known(y[:, k], z[:, k])
        if t.sum() >= 2:
            out.append(Figure(code, "AUROC", auroc(t, s), *bootstrap(auroc, t, s), len(t), int8))
    nv = np.isin(diagnosis, (DIAGNOSES.index("BCC"), DIAGNOSES.index("NV")))
    t, s = y[nv, 0], z[nv, 0]
    out.append(Figure("BCC", "AUROC, BCC against NV", auroc(t, s), *bootstrap(auroc, t, s), len(t), int8))
    return out


def share(task, metric, right):
    right = np.asarray(right)
    k, n = int(right.sum()), len(right)
    return Figure(task, metric, k / max(1, n), *wilson(k, n), n)


def operating(p, y, diagnosis, calibration):
    """What happens at the thresholds: BCC at `high` and `low`, the patterns at `high`, the rule."""
    t = y[:, 0] > 0.5
    hit = p[:, 0] >= calibration[0]["high"]
    out = [
        share("BCC", "accuracy at high", hit == t),
        share("BCC", "precision at high", t[hit]),
        share("BCC", "recall at high", hit[t]),
        share("BCC", "specificity at high", ~hit[~t]),
    ]
    low = p[:, 0] >= calibration[0]["low"]
    out += [share("BCC", "sensitivity at low", low[t]), share("BCC", "specificity at low", ~low[~t])]
    between = low & ~hit
    out += [share("BCC", "share between low and high", between)]
    nv = np.isin(diagnosis, (DIAGNOSES.index("BCC"), DIAGNOSES.index("NV")))
    out += [share("BCC", "accuracy at high, BCC against NV", (hit == t)[nv])]
    out += [Figure("BCC", "ECE, ten bins", ece(y[:, 0], p[:, 0]), *bootstrap(ece, y[:, 0], p[:, 0], centred=True), len(y))]
    high = np.array([c["high"] for c in calibration])
    lows = np.array([c["low"] for c in calibration])
    for k, code in enumerate(CODES[1:], 1):
        keep = np.isfinite(y[:, k])
        truth, said = y[keep, k] > 0.5, p[keep, k] >= high[k]
        if truth.sum() >= 2:
            out += [share(code, "sensitivity at high", said[truth]), share(code, "specificity at high", ~said[~truth])]
            out += [Figure(code, "ECE, ten bins", ece(truth.astype(float), p[keep, k]), *bootstrap(ece, truth.astype(float), p[keep, k], centred=True), int(keep.sum()))]
    read = np.isfinite(y[:, POSITIVE]).all(1)
    some = read & t & (np.nan_to_num(y[:, POSITIVE]).max(1) > 0.5)
    any_high, any_low = (p[:, POSITIVE] >= high[POSITIVE]).any(1), (p[:, POSITIVE] >= lows[POSITIVE]).any(1)
    out += [
        share("BCC", "any positive criterion at high, in BCC with one by consensus", any_high[some]),
        share("BCC", "any positive criterion at low, in BCC with one by consensus", any_low[some]),
    ]
    pn, non = p[:, 1] >= high[1], np.isfinite(y[:, 1]) & ~t
    out += [
        share("PN", "criterion at high agrees with the consensus, in non-BCC", (pn == (y[:, 1] > 0.5))[non]),
        share("PN", "criterion at high absent, in BCC", ~pn[t]),
    ]
    return out
