"""What independent implementations say: fixtures for tests/study_oracles.rs.

    python3 -m venv /tmp/oracles && /tmp/oracles/bin/pip install -r scripts/oracles/requirements.txt
    /tmp/oracles/bin/python scripts/oracles/study.py [--readings /work/shared/data/patterns/readings.csv]

Writes tests/fixtures/study/: readings.csv and scores.csv (generated here, seeded, no patient's data) and
oracle.json. With --readings also oracle_real.json: aggregate numbers of the real readings, nothing of an image.
"""

import argparse
import csv
import json
import logging
from itertools import combinations
from pathlib import Path

import krippendorff
import numpy as np
import pandas as pd
from crowdkit.aggregation import DawidSkene
from scipy.special import logit
from scipy.stats import binomtest
from sklearn.calibration import calibration_curve
from sklearn.metrics import average_precision_score, brier_score_loss, cohen_kappa_score, roc_auc_score
import statsmodels.api as sm
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.inter_rater import fleiss_kappa
from statsmodels.stats.proportion import proportion_confint

OUT = Path(__file__).resolve().parents[2] / "tests" / "fixtures" / "study"
CODES = ["bcc", "PN", "UL", "ON", "MG", "ML", "SW", "AT"]
PATTERNS = CODES[1:]


def generate_readings(rng, images=240, readers=5):
    """Five readers of known skill; each image is read by two to five of them."""
    prevalence = dict(zip(CODES, (0.5, 0.3, 0.35, 0.2, 0.25, 0.15, 0.1, 0.4)))
    sensitivity = rng.uniform(0.6, 0.95, (readers, len(CODES)))
    specificity = rng.uniform(0.8, 0.99, (readers, len(CODES)))
    rows = []
    for i in range(images):
        truth = {c: rng.random() < prevalence[c] for c in CODES}
        centre = {c: int(rng.integers(1, 10)) for c in PATTERNS}
        present = np.sort(rng.permutation(readers)[: rng.integers(2, readers + 1)])
        for r in present:
            row = {"file": f"generated/{i:04}.png", "reader": f"G{r + 1}", "quality": "ok"}
            for k, c in enumerate(CODES):
                said = rng.random() < (sensitivity[r, k] if truth[c] else 1 - specificity[r, k])
                row[c] = "" if rng.random() < 0.03 else str(int(said))
                if c in PATTERNS:
                    cells = {centre[c]} | {int(d) for d in rng.integers(1, 10, rng.integers(0, 3))}
                    row[f"{c}_cells"] = "".join(map(str, sorted(cells))) if row[c] == "1" else ""
            rows.append(row)
    return rows


def matrix(rows, code):
    files = list(dict.fromkeys(r["file"] for r in rows))
    readers = sorted({r["reader"] for r in rows})
    x = np.full((len(files), len(readers)), np.nan)
    at = {f: i for i, f in enumerate(files)}
    for r in rows:
        if r[code] != "":
            x[at[r["file"]], readers.index(r["reader"])] = int(r[code])
    return files, readers, x


def question(rows, code, posteriors):
    files, readers, x = matrix(rows, code)
    long = [(f, readers[j], int(x[i, j])) for i, f in enumerate(files) for j in range(len(readers)) if np.isfinite(x[i, j])]
    # crowd-kit's bound counts a task's prior once a worker, so with gaps it can fall while the likelihood
    # rises; with its own tolerance it stops early. A tolerance below any change runs all iterations.
    ds = DawidSkene(n_iter=800, tol=-1e9)
    ds.fit(pd.DataFrame(long, columns=["task", "worker", "label"]))
    p = ds.probas_.reindex(files)[1] if 1 in ds.probas_ else ds.probas_.reindex(files)[0] * 0
    errors = ds.errors_
    whole = x[np.isfinite(x).all(1)].astype(int)
    counts = np.stack([(whole == 0).sum(1), (whole == 1).sum(1)], 1)
    out = {
        "positive": int((p >= 0.5).sum()),
        "prevalence": float(ds.priors_[1]),
        # errors_ is indexed (worker, observed label), a column a true label.
        "sensitivity": [float(errors.loc[(r, 1), 1]) for r in readers],
        "specificity": [float(errors.loc[(r, 0), 0]) for r in readers],
        "fleiss": float(fleiss_kappa(counts)) if len(counts) else None,
        "alpha": float(krippendorff.alpha(reliability_data=x.T, level_of_measurement="nominal")),
        "cohen": {},
    }
    for a, b in combinations(range(len(readers)), 2):
        both = np.isfinite(x[:, a]) & np.isfinite(x[:, b])
        out["cohen"][f"{readers[a]}-{readers[b]}"] = float(cohen_kappa_score(x[both, a], x[both, b]))
    if posteriors:
        out["posterior"] = [None if np.isnan(v) else round(float(v), 7) for v in p]
    return out


def ece(p, y, which):
    return float(sum(abs(p[w].mean() - y[w].mean()) * len(w) for w in which if len(w)) / len(p))


def metrics(rows):
    p = np.array([float(r["p"]) for r in rows])
    y = np.array([int(r["y"]) for r in rows])
    said = p >= 0.4
    tp, fp = int((said & (y == 1)).sum()), int((said & (y == 0)).sum())
    fn, tn = int((~said & (y == 1)).sum()), int((~said & (y == 0)).sum())
    wilson = proportion_confint(tp, tp + fn, method="wilson")
    x = logit(p)
    fit = sm.Logit(y, sm.add_constant(x)).fit(disp=0, tol=1e-12)
    large = sm.GLM(y, np.ones((len(y), 1)), family=sm.families.Binomial(), offset=x).fit(tol=1e-12)
    order = np.argsort(p, kind="stable")
    fixed = [np.flatnonzero(np.minimum((p * 10).astype(int), 9) == b) for b in range(10)]
    right_a, right_b = said == (y == 1), (p >= 0.6) == (y == 1)
    table = [[int((right_a & right_b).sum()), int((right_a & ~right_b).sum())],
             [int((~right_a & right_b).sum()), int((~right_a & ~right_b).sum())]]
    # A probability on an edge: scikit-learn puts it into the bin below, we into the one above.
    is_, says = calibration_curve(y, p + 1e-9, n_bins=10)
    return {
        "auroc": float(roc_auc_score(y, p)),
        "average_precision": float(average_precision_score(y, p)),
        "brier": float(brier_score_loss(y, p)),
        "ece_fixed": ece(p, y, fixed),
        "ece_adaptive": ece(p, y, np.array_split(order, 10)),
        "slope": float(fit.params[1]),
        "intercept": float(fit.params[0]),
        "in_the_large": float(large.params[0]),
        "confusion_at_0.4": [tp, fp, fn, tn],
        "wilson_sensitivity": [float(v) for v in wilson],
        "mcnemar_p": float(mcnemar(table, exact=True).pvalue),
        "binomial_3_of_17": float(binomtest(3, 17).pvalue),
        "reliability": [[float(a), float(b)] for a, b in zip(says, is_)],
    }


def write_csv(path, rows):
    with open(path, "w", newline="") as f:
        out = csv.DictWriter(f, list(rows[0]), lineterminator="\n")
        out.writeheader()
        out.writerows(rows)


def write_json(path, value):
    path.write_text(json.dumps(value, indent=1) + "\n")


def main():
    logging.disable(logging.WARNING)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readings")
    args = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(2024)
    rows = generate_readings(rng)
    columns = ["file", "reader", "bcc", "quality", *PATTERNS, *(f"{c}_cells" for c in PATTERNS)]
    rows = [{c: r[c] for c in columns} for r in rows]
    write_csv(OUT / "readings.csv", rows)

    y = rng.random(400) < 0.4
    # Rounded, so that there are ties; not calibrated, so that slope and intercept differ from 1 and 0.
    p = np.clip(1 / (1 + np.exp(-(np.where(y, 1.0, -1.2) + rng.normal(0, 1.4, 400)))), 0.01, 0.99).round(2)
    scores = [{"p": f"{a:.2f}", "y": int(b), "lesion": f"L{i // 2}"} for i, (a, b) in enumerate(zip(p, y))]
    write_csv(OUT / "scores.csv", scores)
    write_json(OUT / "oracle.json", {"questions": {c: question(rows, c, True) for c in CODES}, "metrics": metrics(scores)})
    if args.readings:
        real = list(csv.DictReader(open(args.readings, newline="")))
        write_json(OUT / "oracle_real.json", {c: question(real, c, False) for c in CODES})


if __name__ == "__main__":
    main()
