"""Scores of the int8 file to probabilities and thresholds, on val.

p = sigmoid(z / temperature + bias). A task with few positives keeps a slope near the pooled one: the fit
is Platt's with a prior, so that a dozen pictures cannot bend it.
"""

import numpy as np
from scipy.optimize import minimize

from tasks import CODES, TASKS

LOW_SENSITIVITY = {"diagnosis": 0.955, "negative-criterion": 0.90, "positive-criterion": 0.90}
NEAR_BEST = 0.005  # of accuracy
PN_FALSE_SHARE = 0.03  # of BCC that may show PN above `high`
RULE_SENSITIVITY = 0.95  # share of BCC with a positive pattern by consensus in which the rule must see one


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def fit(z, y, prior_slope=None, strength=4.0):
    """(temperature, bias) by penalised maximum likelihood; y may be soft."""
    centre, spread = z.mean(), z.std() + 1e-6
    u = (z - centre) / spread
    aim = np.log((prior_slope or 1.0) * spread)

    def cost(p):
        s = np.exp(p[0])
        logit = s * u + p[1]
        nll = np.sum(np.logaddexp(0, logit) - y * logit)
        return nll + (strength * (p[0] - aim) ** 2 if prior_slope else 0.01 * p[0] ** 2)

    best = minimize(cost, [aim if prior_slope else 0.0, 0.0], method="Nelder-Mead", options={"maxiter": 4000, "xatol": 1e-6, "fatol": 1e-9})
    slope = np.exp(best.x[0]) / spread
    return 1 / slope, best.x[1] - slope * centre


def candidates(p):
    """Thresholds between neighbouring scores."""
    s = np.unique(p)
    return np.concatenate([[s[0] / 2], (s[1:] + s[:-1]) / 2])


def counts(y, p, t):
    hit = p >= t
    return int((hit & (y > 0.5)).sum()), int((hit & (y <= 0.5)).sum()), int((~hit & (y > 0.5)).sum()), int((~hit & (y <= 0.5)).sum())


def highest_with_sensitivity(y, p, wanted):
    best = 0.0
    for t in candidates(p):
        tp, _, fn, _ = counts(y, p, t)
        if tp / max(1, tp + fn) >= wanted:
            best = max(best, t)
    return float(best)


def diagnosis_high(y, p):
    """The middle of the plateau: halfway between the least and the greatest threshold with recall >= 0.89, precision
    >= 0.88 and an accuracy near the best of these; which of them is the very best is chance. Where none has both: the
    best balance of the two.
    """
    tried = candidates(p)
    tp, fp, fn, tn = np.array([counts(y, p, t) for t in tried]).T
    precision, recall, accuracy = tp / np.maximum(1, tp + fp), tp / np.maximum(1, tp + fn), (tp + tn) / len(y)
    short = np.minimum(0, recall - 0.89) + np.minimum(0, precision - 0.88)
    best = short == short.max()
    plateau = tried[best & (accuracy >= accuracy[best].max() - NEAR_BEST)]
    return float((plateau[0] + plateau[-1]) / 2)


def best_f1(y, p):
    def f1(t):
        tp, fp, fn, _ = counts(y, p, t)
        return 2 * tp / max(1, 2 * tp + fp + fn)

    return float(max(candidates(p), key=f1))


def best_accuracy(y, p):
    return float(max(candidates(p), key=lambda t: ((p >= t) == (y > 0.5)).mean()))


def pattern_high(code, y, p, bcc, p_bcc):
    """Best F1. PN: best agreement outside BCC, where it counts, and rarely in a BCC, which it would hide."""
    if code == "PN":
        return max(best_accuracy(y[~bcc], p[~bcc]), float(np.quantile(p_bcc, 1 - PN_FALSE_SHARE)))
    return best_f1(y, p)


def calibrate(z, y):
    """z, y: [n, 8], y NaN where nobody read. One dict of temperature, bias, low, high a task."""
    out, slopes = [], []
    for k, code in enumerate(CODES):
        keep = np.isfinite(y[:, k])
        target, score = y[keep, k], z[keep, k]
        few = min((target > 0.5).sum(), (target <= 0.5).sum()) < 40
        prior = float(np.median(slopes)) if few and slopes else None
        temperature, bias = fit(score, target, prior)
        if not few:
            slopes.append(1 / temperature)
        p = sigmoid(score / temperature + bias)
        hard = (target > 0.5).astype(float)
        if hard.sum() < 2:  # nothing to choose a threshold by
            low, high = 0.25, 0.5
        elif k == 0:
            low, high = highest_with_sensitivity(hard, p, LOW_SENSITIVITY[TASKS[k].role]), diagnosis_high(hard, p)
        else:
            p_bcc = sigmoid(z[y[:, 0] > 0.5, k] / temperature + bias)
            low, high = highest_with_sensitivity(hard, p, LOW_SENSITIVITY[TASKS[k].role]), pattern_high(code, hard, p, y[keep, 0] > 0.5, p_bcc)
        out.append({"temperature": float(temperature), "bias": float(bias), "low": min(low, high), "high": high})
    return lowered_for_the_rule(out, z, y)


def lowered_for_the_rule(calibration, z, y):
    """`high` of the six positive patterns, all by the same step in logits, until the rule misses few BCC that show one.

    Each pattern's best F1 alone leaves one BCC in ten without any; what the rule then says falsely, the network's own
    answer stands against ("uncertain").
    """
    positive = [k for k, task in enumerate(TASKS) if task.role == "positive-criterion"]
    p = probabilities(z, calibration)[:, positive]
    read = np.isfinite(y[:, positive]).all(1)
    shows = read & (y[:, 0] > 0.5) & (np.nan_to_num(y[:, positive]).max(1) > 0.5)
    high = np.array([calibration[k]["high"] for k in positive])
    logit = np.log(high / (1 - high))
    for step in np.arange(0, 3, 0.05):
        lowered = sigmoid(logit - step)
        if not shows.any() or (p[shows] >= lowered).any(1).mean() >= RULE_SENSITIVITY:
            break
    for k, column, value in zip(positive, p.T, lowered):
        keep = np.isfinite(y[:, k])
        truth = (y[keep, k] > 0.5).astype(float)
        calibration[k] |= {"high": float(value), "low": possible(truth, column[keep], float(value))}
    return calibration


def possible(y, p, high):
    """`low` below a `high`: half of the pictures with the pattern that `high` misses are marked "?"."""
    if y.sum() < 2:  # nothing to choose it by
        return high / 2
    found = (p[y > 0.5] >= high).mean()
    return min(high, highest_with_sensitivity(y, p, max(LOW_SENSITIVITY["positive-criterion"], (1 + found) / 2)))


def probabilities(z, calibration):
    t = np.array([c["temperature"] for c in calibration])
    b = np.array([c["bias"] for c in calibration])
    return sigmoid(z / t + b)


