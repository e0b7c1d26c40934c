"""Fits the quality gate (gate.toml) on what the device itself measures.

Dermoscopic training pictures against close-ups, in copies (copies.py) that are written to a temporary folder
and measured by `bccscope model gate-features`. The discriminant is a small network on these features; its
threshold is set on scores of folds it was not fitted on.
"""

import argparse
import csv
import io
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from copies import FAULTS, OF_CLOSE_UPS, OF_DERMOSCOPIC, copy
from facts import facts, folder
from table import table

NAMED = 4  # luma, glare, skin, sharpness come before the discriminant's features
HIDDEN, DECAY, NETWORKS, FOLDS = 8, 2e-3, 3, 5
CLOSE_UP_COPIES = 4
BRIGHTEST, MOST_GLARE = 227.0, 0.03  # median luma, share burnt out: no more, whatever the fitted pictures have
REFUSED = 0.026  # share of dermoscopic training pictures that the discriminant may refuse


def measure(program, files, rng, kind=None):
    """What the program measures of a copy of each file: [files, NAMED + features]."""
    with tempfile.TemporaryDirectory() as folder:
        for i, f in enumerate(files):
            copy(f, rng, kind).save(Path(folder) / f"{i:05}.jpg", quality=int(rng.integers(80, 96)))
        out = subprocess.run([program, "model", "gate-features", folder], check=True, capture_output=True, text=True).stdout
    return np.array([[float(v) for v in row[1:]] for row in csv.reader(io.StringIO(out))])


def pictures(folder, split, rng, limit=10**6):
    rows = table(folder / "labels.csv", ("file", "split"))
    files = [folder / r["file"] for r in rows if r["split"] == split]
    return [files[i] for i in rng.permutation(len(files))[:limit]]


def close_ups(data_dir):
    """Where the pictures are that are not dermoscopic."""
    return Path(data_dir) / "clinical_closeups"


class Discriminant:
    """The mean of a few networks with one hidden layer of tanh, written as one such network."""

    def __init__(self, x, y, seed):
        self.mean, self.spread = x.mean(0), x.std(0) + 1e-6
        x = self.scaled(x)
        weight = np.where(y == 1, 0.5 / (y == 1).sum(), 0.5 / (y == 0).sum())
        parts = [self.fit(x, y, weight, np.random.default_rng((seed, k))) for k in range(NETWORKS)]
        self.hidden = np.concatenate([p[0] for p in parts], 1)
        self.hidden_constants = np.concatenate([p[1] for p in parts])
        self.weights = np.concatenate([p[2] for p in parts]) / NETWORKS
        self.constant = float(np.mean([p[3] for p in parts]))

    @staticmethod
    def fit(x, y, weight, rng):
        n = x.shape[1]

        def parts(p):
            return p[: n * HIDDEN].reshape(n, HIDDEN), p[n * HIDDEN : -HIDDEN - 1], p[-HIDDEN - 1 : -1], p[-1]

        def cost(p):
            a, b, c, d = parts(p)
            h = np.tanh(x @ a + b)
            z = h @ c + d
            loss = (weight * (np.logaddexp(0, z) - y * z)).sum() + DECAY * ((a**2).sum() + (c**2).sum())
            dz = weight * (1 / (1 + np.exp(-z)) - y)
            dh = np.outer(dz, c) * (1 - h * h)
            return loss, np.concatenate([(x.T @ dh + 2 * DECAY * a).ravel(), dh.sum(0), h.T @ dz + 2 * DECAY * c, [dz.sum()]])

        first = np.concatenate([rng.normal(0, 0.9 / np.sqrt(n), n * HIDDEN), np.zeros(HIDDEN), rng.normal(0, 0.3, HIDDEN), [0.0]])
        best = minimize(cost, first, jac=True, method="L-BFGS-B", options={"maxiter": 300})
        return parts(best.x)

    def scaled(self, x):
        return np.clip((x - self.mean) / self.spread, -4, 4)

    def __call__(self, rows):
        return np.tanh(self.scaled(rows[:, NAMED:]) @ self.hidden + self.hidden_constants) @ self.weights + self.constant


def learn(good, bad, seed):
    """The discriminant, its threshold, and the share of close-ups refused in folds not fitted on."""
    rows = np.concatenate([good, bad])
    y = np.r_[np.ones(len(good)), np.zeros(len(bad))]
    picture = np.r_[np.arange(len(good)), np.repeat(np.arange(len(bad) // CLOSE_UP_COPIES), CLOSE_UP_COPIES)]
    fold = np.random.default_rng(seed).permutation(len(rows))[picture] % FOLDS
    score = np.empty(len(rows))
    for k in range(FOLDS):
        score[fold == k] = Discriminant(rows[fold != k, NAMED:], y[fold != k], seed)(rows[fold == k])
    threshold = np.quantile(score[y == 1], REFUSED)
    return Discriminant(rows[:, NAMED:], y, seed), threshold, (score[y == 0] < threshold).mean()


def checks(t, score, rows):
    return {
        "sharpness": rows[:, 3] < t["sharpness"],
        "dark": rows[:, 0] < t["dark"],
        "bright": rows[:, 0] > t["bright"],
        "glare": rows[:, 1] > t["glare"],
        "skin": rows[:, 2] < t["skin"],
        "dermoscopic": score(rows) < t["dermoscopic"],
    }


def note(name, t, score, rows):
    found = checks(t, score, rows)
    share = np.any(list(found.values()), 0).mean()
    return f"{name}: {share:.3f} of {len(rows)} refused (" + ", ".join(f"{k} {v.mean():.3f}" for k, v in found.items()) + ")"


def number(v):
    return f"{float(v):.6g}" if float(v) != int(float(v)) else f"{float(v):.1f}"


def numbers(v):
    return "[" + ", ".join(number(e) for e in v) + "]"


def render(notes, t, d, data):
    lines = [f"# Written by scripts/train/gate.py: fitted on {data} train, measured on val.", *(f"# {n}" for n in notes)]
    lines += [f"{k} = {number(v)}" for k, v in t.items()]
    lines += [f"means = {numbers(d.mean)}", f"spreads = {numbers(d.spread)}"]
    lines += ["hidden = [", *(f"  {numbers(row)}," for row in d.hidden.T), "]"]
    lines += [f"hidden_constants = {numbers(d.hidden_constants)}", f"weights = {numbers(d.weights)}", f"constant = {number(d.constant)}"]
    return "\n".join(lines) + "\n"


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--data", required=True)
    p.add_argument("--program", default="target/release/bccscope")
    p.add_argument("--out")
    p.add_argument("--list", metavar="SPLIT", help="only print the close-ups of a split, one path a line")
    p.add_argument("--seed", type=int, default=7)
    p.add_argument("--limit", type=int, default=2400, help="dermoscopic training pictures at most")
    a = p.parse_args()
    if a.list:
        print("\n".join(str(f.resolve()) for f in pictures(close_ups(a.data), a.list, np.random.default_rng(0))))
        return
    if not a.out:
        p.error("--out is needed")
    data, dermoscopic = facts(a.data)["name"], folder(a.data)
    rng = np.random.default_rng(a.seed)
    good = measure(a.program, pictures(dermoscopic, "train", rng, a.limit), rng, "varied")
    others = lambda split: [f for f in pictures(close_ups(a.data), split, rng) for _ in range(CLOSE_UP_COPIES)]
    discriminant, threshold, in_folds = learn(good, measure(a.program, others("train"), rng, "varied, in the air"), a.seed)
    t = {
        "short_side": 180.0,
        "sharpness": np.quantile(good[:, 3], 0.002),
        "dark": np.quantile(good[:, 0], 0.003),
        "bright": min(np.quantile(good[:, 0], 0.999), BRIGHTEST),
        "glare": min(np.quantile(good[:, 1], 0.998), MOST_GLARE),
        "skin": max(np.quantile(good[:, 2], 0.001), 0.02),
        "dermoscopic": threshold,
    }
    val = pictures(dermoscopic, "val", rng)
    notes = [
        note("dermoscopic val", t, discriminant, measure(a.program, val, rng)),
        note(f"close-ups val, {CLOSE_UP_COPIES} copies each", t, discriminant, measure(a.program, others("val"), rng)),
        *(note(f"{kind} copies of val", t, discriminant, measure(a.program, val, rng, kind)) for kind in FAULTS),
        *(note(f"dermoscopic val, {kind}", t, discriminant, measure(a.program, val, rng, kind)) for kind in OF_DERMOSCOPIC),
        *(note(f"close-ups val, {kind}", t, discriminant, measure(a.program, others("val"), rng, kind)) for kind in OF_CLOSE_UPS),
        f"close-ups train: {in_folds:.3f} refused by the discriminant in folds it was not fitted on",
    ]
    out = Path(a.out)
    out.with_suffix(".new").write_text(render(notes, t, discriminant, data))
    out.with_suffix(".new").rename(out)
    print("\n".join(notes))


if __name__ == "__main__":
    main()
