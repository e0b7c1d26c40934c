"""Fits the quality gate (gate.toml) on what the device itself measures.

Dermoscopic training pictures against close-ups, plus blurred, dark, bright and glare copies of val, each
written to a temporary folder and measured by `bccscope model gate-features`. Copies are cropped and
rescaled at random first, so that neither set is told by its pixel size or JPEG history; what is fitted on
has also been put in another light, sometimes one that fades from the middle, and sometimes behind a round
aperture, since the archive's cameras are not the clinic's. The discriminant is a small network on these features; its threshold is set on scores of
folds it was not fitted on.
"""

import argparse
import csv
import io
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter
from scipy.optimize import minimize

NAMED = 4  # luma, glare, skin, sharpness come before the discriminant's features
FAULTS = ("blur", "dark", "bright", "glare")
SIZES = [(256, 192), (320, 240), (400, 300), (640, 480)]
HIDDEN, DECAY, NETWORKS, FOLDS = 8, 2e-3, 3, 5
CLOSE_UP_COPIES = 4
LIGHT = 0.1  # spread of the logarithms of gains and gamma
VARIED, ROUND, FADING = 0.6, 0.15, 0.25  # shares of the copies that are fitted on
REACH, AIR = 0.9, 0.35  # least reach of a lamp, in heights of the picture: glass on the skin, and held in the air
BRIGHTEST, MOST_GLARE = 227.0, 0.03  # median luma, share burnt out: no more, whatever the fitted pictures have
REFUSED = 0.026  # share of dermoscopic training pictures that the discriminant may refuse


def plain(path, rng):
    """The picture cropped at random, at a camera-like size."""
    im = Image.open(path).convert("RGB")
    w, h = im.size
    crop = rng.uniform(0.75, 1.0)
    cw, ch = w * crop, min(h, w * 0.75) * crop
    x, y = rng.uniform(0, w - cw), rng.uniform(0, h - ch)
    return im.resize(SIZES[rng.integers(len(SIZES))], Image.BICUBIC, box=(x, y, x + cw, y + ch))


def other_light(picture, rng):
    """Another white balance, exposure and gamma, as another device has."""
    warm, tint = rng.normal(0, LIGHT), rng.normal(0, LIGHT / 2)
    gain = np.exp(np.array([warm, tint, -warm]) + rng.normal(0, LIGHT))
    a = (np.asarray(picture, np.float32) / 255) ** np.exp(rng.normal(0, LIGHT)) * gain
    return Image.fromarray((np.clip(a, 0, 1) * 255).astype(np.uint8))


def round_field(picture, rng):
    """What a dermatoscope with a round aperture shows: black around the field, with a soft rim."""
    w, h = picture.size
    x, y = w / 2 + rng.normal(0, 0.03) * w, h / 2 + rng.normal(0, 0.03) * h
    yy, xx = np.mgrid[0:h, 0:w]
    rim = (rng.uniform(0.45, 0.62) * h - np.hypot(xx - x, yy - y)) / (rng.uniform(0.002, 0.02) * h)
    a = np.asarray(picture, np.float32) * np.clip(rim + 0.5, 0, 1)[..., None] + rng.uniform(0, 10)
    return Image.fromarray(np.clip(a, 0, 255).astype(np.uint8))


def fading_light(picture, rng, least=REACH):
    """Light that fades from the middle, as a lamp's beside the lens does; the middle is exposed as it was."""
    w, h = picture.size
    x, y = w / 2 + rng.normal(0, 0.06) * w, h / 2 + rng.normal(0, 0.06) * h
    yy, xx = np.mgrid[0:h, 0:w]
    away = np.hypot(xx - x, yy - y) / (rng.uniform(least, 1.6) * h)
    return Image.fromarray((np.asarray(picture, np.float32) * np.exp(-(away**2))[..., None]).astype(np.uint8))


def lamp_in_the_air(picture, rng):
    return fading_light(picture, rng, AIR)


def varied(picture, rng, lamp=fading_light):
    if rng.random() < VARIED:
        picture = other_light(picture, rng)
    if rng.random() < FADING:
        picture = lamp(picture, rng)
    return round_field(picture, rng) if rng.random() < ROUND else picture


CHANGES = {
    "varied": varied,
    "varied, in the air": lambda picture, rng: varied(picture, rng, lamp_in_the_air),
    "other light": other_light,
    "round field": round_field,
    "fading light": fading_light,
    "lamp in the air": lamp_in_the_air,
}
OF_DERMOSCOPIC = ("other light", "round field", "fading light")
OF_CLOSE_UPS = ("other light", "round field", "lamp in the air")


def faulty(picture, kind, rng):
    w, h = picture.size
    if kind == "blur":
        return picture.filter(ImageFilter.GaussianBlur(0.014 * w))
    a = np.asarray(picture, np.float32)
    if kind == "dark":
        a = a * 0.22
    elif kind == "bright":
        a = 255 - (255 - a) * 0.18
    elif kind == "glare":
        yy, xx = np.mgrid[0:h, 0:w]
        spot = np.hypot(xx - w * rng.uniform(0.3, 0.7), yy - h * rng.uniform(0.3, 0.7)) / (0.22 * h)
        a = a + 400 * np.clip(1.5 - spot, 0, 1)[..., None]
    return Image.fromarray(np.clip(a, 0, 255).astype(np.uint8))


def measure(program, files, rng, kind=None):
    """What the program measures of a copy of each file: [files, NAMED + features]."""
    with tempfile.TemporaryDirectory() as folder:
        for i, f in enumerate(files):
            copy = plain(f, rng)
            if kind in CHANGES:
                copy = CHANGES[kind](copy, rng)
            elif kind:
                copy = faulty(copy, kind, rng)
            copy.save(Path(folder) / f"{i:05}.jpg", quality=int(rng.integers(80, 96)))
        out = subprocess.run([program, "model", "gate-features", folder], check=True, capture_output=True, text=True).stdout
    return np.array([[float(v) for v in row[1:]] for row in csv.reader(io.StringIO(out))])


def table(root, name, split, rng, limit=10**6):
    rows = list(csv.DictReader(open(Path(root) / name / "labels.csv", newline="")))
    files = [Path(root) / name / r["file"] for r in rows if r["split"] == split]
    return [files[i] for i in rng.permutation(len(files))[:limit]]


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


def render(notes, t, d):
    lines = ["# Written by scripts/train/gate.py: fitted on MILK10k train, measured on val.", *(f"# {n}" for n in notes)]
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
        print("\n".join(str(f.resolve()) for f in table(a.data, "clinical_closeups", a.list, np.random.default_rng(0))))
        return
    if not a.out:
        p.error("--out is needed")
    rng = np.random.default_rng(a.seed)
    good = measure(a.program, table(a.data, "milk10k", "train", rng, a.limit), rng, "varied")
    close_ups = lambda split: [f for f in table(a.data, "clinical_closeups", split, rng) for _ in range(CLOSE_UP_COPIES)]
    discriminant, threshold, in_folds = learn(good, measure(a.program, close_ups("train"), rng, "varied, in the air"), a.seed)
    t = {
        "short_side": 180.0,
        "sharpness": np.quantile(good[:, 3], 0.002),
        "dark": np.quantile(good[:, 0], 0.003),
        "bright": min(np.quantile(good[:, 0], 0.999), BRIGHTEST),
        "glare": min(np.quantile(good[:, 1], 0.998), MOST_GLARE),
        "skin": max(np.quantile(good[:, 2], 0.001), 0.02),
        "dermoscopic": threshold,
    }
    val = table(a.data, "milk10k", "val", rng)
    notes = [
        note("dermoscopic val", t, discriminant, measure(a.program, val, rng)),
        note(f"close-ups val, {CLOSE_UP_COPIES} copies each", t, discriminant, measure(a.program, close_ups("val"), rng)),
        *(note(f"{kind} copies of val", t, discriminant, measure(a.program, val, rng, kind)) for kind in FAULTS),
        *(note(f"dermoscopic val, {kind}", t, discriminant, measure(a.program, val, rng, kind)) for kind in OF_DERMOSCOPIC),
        *(note(f"close-ups val, {kind}", t, discriminant, measure(a.program, close_ups("val"), rng, kind)) for kind in OF_CLOSE_UPS),
        f"close-ups train: {in_folds:.3f} refused by the discriminant in folds it was not fitted on",
    ]
    out = Path(a.out)
    out.with_suffix(".new").write_text(render(notes, t, discriminant))
    out.with_suffix(".new").rename(out)
    print("\n".join(notes))


if __name__ == "__main__":
    main()
