"""Fits the quality gate's thresholds (gate.toml) on what the device itself measures.

Dermoscopic training pictures against close-ups, plus blurred, dark, bright and glare copies,
each written to a temporary folder and measured by `bccscope model gate-features`. Copies are
rescaled at random first, so that neither set is told by its pixel size or JPEG history.
"""

import argparse
import csv
import io
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

FEATURES = 20


def variants(path, rng, size):
    """The picture at a camera-like size, and its four faults."""
    im = Image.open(path).convert("RGB")
    w, h = im.size
    crop = rng.uniform(0.75, 1.0)
    cw, ch = w * crop, min(h, w * 0.75) * crop
    x, y = rng.uniform(0, w - cw), rng.uniform(0, h - ch)
    plain = im.resize(size, Image.BICUBIC, box=(x, y, x + cw, y + ch))
    a = np.asarray(plain, np.float32)
    yy, xx = np.mgrid[0 : size[1], 0 : size[0]]
    spot = np.hypot(xx - size[0] * rng.uniform(0.3, 0.7), yy - size[1] * rng.uniform(0.3, 0.7)) / (0.22 * size[1])
    glare = a + 400 * np.clip(1.5 - spot, 0, 1)[..., None]
    image = lambda v: Image.fromarray(np.clip(v, 0, 255).astype(np.uint8))
    return {
        "plain": plain,
        "blur": plain.filter(ImageFilter.GaussianBlur(0.014 * size[0])),
        "dark": image(a * 0.22),
        "bright": image(255 - (255 - a) * 0.18),
        "glare": image(glare),
    }


def measure(program, files, rng):
    """Kind -> array (picture, 4 named + FEATURES)."""
    found = {}
    with tempfile.TemporaryDirectory() as tmp:
        for i, f in enumerate(files):
            size = [(256, 192), (320, 240), (400, 300), (640, 480)][rng.integers(4)]
            for kind, im in variants(f, rng, size).items():
                folder = Path(tmp) / kind
                folder.mkdir(exist_ok=True)
                im.save(folder / f"{i:05}.jpg", quality=int(rng.integers(80, 96)))
        for kind in ("plain", "blur", "dark", "bright", "glare"):
            out = subprocess.run([program, "model", "gate-features", f"{tmp}/{kind}"], check=True, capture_output=True, text=True).stdout
            found[kind] = np.array([[float(v) for v in row[1:]] for row in csv.reader(io.StringIO(out))])
    return found


def logistic(x, y, weight, rounds=400, ridge=1e-2):
    """Ridge logistic regression by Newton's method."""
    x = np.c_[x, np.ones(len(x))]
    w = np.zeros(x.shape[1])
    for _ in range(rounds):
        p = 1 / (1 + np.exp(-np.clip(x @ w, -30, 30)))
        r = weight * p * (1 - p) + 1e-9
        step = np.linalg.solve((x * r[:, None]).T @ x + ridge * len(x) / 100 * np.eye(len(w)), x.T @ (weight * (y - p)) - ridge * len(x) / 100 * w)
        w += step
        if np.abs(step).max() < 1e-8:
            break
    return w


def table(root, name, split, limit, rng):
    rows = list(csv.DictReader(open(Path(root) / name / "labels.csv")))
    files = [Path(root) / name / r["file"] for r in rows if r["split"] == split]
    return [files[i] for i in rng.permutation(len(files))[:limit]]


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--data", required=True)
    p.add_argument("--program", default="target/release/bccscope")
    p.add_argument("--out", required=True)
    p.add_argument("--seed", type=int, default=7)
    p.add_argument("--limit", type=int, default=1200)
    a = p.parse_args()
    rng = np.random.default_rng(a.seed)
    derm = measure(a.program, table(a.data, "milk10k", "train", a.limit, rng), rng)
    close = measure(a.program, table(a.data, "clinical_closeups", "train", a.limit, rng), rng)
    good, bad = derm["plain"], close["plain"]
    x = np.r_[good, bad][:, 4:]
    y = np.r_[np.ones(len(good)), np.zeros(len(bad))]
    mean, spread = x.mean(0), x.std(0) + 1e-6
    clip = lambda v: np.clip((v - mean) / spread, -4, 4)
    balance = np.where(y == 1, 0.5 / len(good), 0.5 / len(bad)) * len(y)
    w = logistic(clip(x), y, balance)
    score = lambda rows: clip(rows[:, 4:]) @ w[:-1] + w[-1]
    t = {
        "short_side": 180.0,
        "sharpness": np.quantile(good[:, 3], 0.004),
        "dark": np.quantile(good[:, 0], 0.002),
        "bright": min(np.quantile(good[:, 0], 0.998), 235.0),
        "glare": np.quantile(good[:, 1], 0.997),
        "skin": max(np.quantile(good[:, 2], 0.002), 0.02),
        "dermoscopic": np.quantile(score(good), 0.012),
    }

    def refused(rows):
        checks = {
            "sharpness": rows[:, 3] < t["sharpness"],
            "dark": rows[:, 0] < t["dark"],
            "bright": rows[:, 0] > t["bright"],
            "glare": rows[:, 1] > t["glare"],
            "skin": rows[:, 2] < t["skin"],
            "dermoscopic": score(rows) < t["dermoscopic"],
        }
        return checks, np.any(list(checks.values()), 0)

    derm_val = measure(a.program, table(a.data, "milk10k", "val", 10**6, rng), rng)
    close_val = measure(a.program, table(a.data, "clinical_closeups", "val", 10**6, rng), rng)
    notes = []
    for name, rows in [("dermoscopic val", derm_val["plain"]), ("close-ups val", close_val["plain"])] + [(f"{k} copies of val", derm_val[k]) for k in ("blur", "dark", "bright", "glare")]:
        checks, any_of = refused(rows)
        notes.append(f"{name}: {any_of.mean():.3f} of {len(rows)} refused (" + ", ".join(f"{k} {v.mean():.3f}" for k, v in checks.items()) + ")")
    number = lambda v: f"{float(v):.6g}" if float(v) != int(float(v)) else f"{float(v):.1f}"
    listed = lambda v: "[" + ", ".join(number(e) for e in v) + "]"
    text = "# Written by scripts/train/gate.py: fitted on MILK10k train, measured on val.\n" + "".join(f"# {n}\n" for n in notes)
    text += "".join(f"{k} = {number(v)}\n" for k, v in t.items())
    text += f"weights = {listed(w[:-1])}\nmeans = {listed(mean)}\nspreads = {listed(spread)}\nconstant = {number(w[-1])}\n"
    out = Path(a.out)
    out.with_suffix(".new").write_text(text)
    out.with_suffix(".new").rename(out)
    print("\n".join(notes))


if __name__ == "__main__":
    main()
