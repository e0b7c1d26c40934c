"""The model card, from the same figures as the manifest."""

import math

import numpy as np

from tasks import CODES, TASKS

HEADER = "| task | metric | value | 95% interval | n |\n|---|---|---|---|---|"
GOALS = {
    ("BCC", "AUROC"): 0.95,
    ("BCC", "AUROC, BCC against NV"): 0.975,
    ("BCC", "accuracy at high"): 0.89,
    ("BCC", "precision at high"): 0.88,
    ("BCC", "recall at high"): 0.89,
    ("BCC", "sensitivity at low"): 0.95,
    ("BCC", "accuracy at high, BCC against NV"): 0.93,
    ("PN", "AUROC"): 0.92,
    ("UL", "AUROC"): 0.92,
    ("AT", "AUROC"): 0.92,
    ("ON", "AUROC"): 0.88,
    ("MG", "AUROC"): 0.88,
    ("ML", "AUROC"): 0.88,
    ("BCC", "any positive criterion at high, in BCC with one by consensus"): 0.95,
    ("PN", "criterion at high agrees with the consensus, in non-BCC"): 0.95,
}


def row(f):
    interval = "" if math.isnan(f.low) else f"{f.low:.3f} to {f.high:.3f}"
    return f"| {f.task} | {f.metric} | {f.value:.3f} | {interval} | {f.n} |"


def table(figures):
    return "\n".join([HEADER, *map(row, figures)])


def goals(figures):
    found = {(f.task, f.metric): f.value for f in figures}
    lines = ["| goal | wanted | measured | |", "|---|---|---|---|"]
    for (task, metric), wanted in GOALS.items():
        if (task, metric) in found:
            value = found[task, metric]
            lines.append(f"| {task} {metric} | {wanted} | {value:.3f} | {'reached' if value >= wanted else 'not reached'} |")
    return "\n".join(lines)


def float_against_int8(figures, floats):
    int8 = {(f.task, f.metric): f.value for f in figures}
    lines = ["| task | metric | float | int8 | loss, points |", "|---|---|---|---|---|"]
    for f in floats:
        q = int8[f.task, f.metric]
        lines.append(f"| {f.task} | {f.metric} | {f.value:.4f} | {q:.4f} | {100 * (f.value - q):+.2f} |")
    return "\n".join(lines)


def positives(data):
    lines = ["| pattern | train, read | train, present | val, read | val, present |", "|---|---|---|---|---|"]
    for k, code in enumerate(CODES[1:], 1):
        cells = []
        for split in ("train", "val"):
            y = data.y[data.where(split), k]
            cells += [int(np.isfinite(y).sum()), int((np.nan_to_num(y) > 0.5).sum())]
        lines.append(f"| {TASKS[k].name} ({code}) | {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def thresholds(calibration):
    lines = ["| task | temperature | bias | low | high |", "|---|---|---|---|---|"]
    for t, c in zip(TASKS, calibration):
        lines.append(f"| {t.code} | {c['temperature']:.3f} | {c['bias']:.3f} | {c['low']:.4f} | {c['high']:.4f} |")
    return "\n".join(lines)


def stages(recipe):
    lines = ["| stage | input | epochs | opened from block | rate | tasks |", "|---|---|---|---|---|---|"]
    for s in recipe["stage"]:
        lines.append(f"| {s['name']} | {s['size'][0]}x{s['size'][1]} | {s['epochs']} | {s['open_from']} of 19 | {s['rate']:g} | {s['tasks']} |")
    return "\n".join(lines)


def card(*, name, version, created, sha256, facts, score, calibration, figures, floats, places, val, data, recipe):
    train = data.where("train")
    bcc = int((data.y[train, 0] > 0.5).sum())
    sw = int((np.nan_to_num(data.y[data.where("val"), CODES.index("SW")]) > 0.5).sum())
    operators = ", ".join(f"{k} v{v}" for k, v in sorted(facts["operators"].items()))
    rows, columns = facts["height"] // 32, facts["width"] // 32
    return f"""# {name} {version}

Made {created} by `scripts/train`; this page is written by it from measured figures. `model.tflite` has the SHA-256
`{sha256}`.

## Intended use
Decision support for trained health workers who look at a skin lesion through a dermatoscope: whether there are signs
of basal cell carcinoma (BCC), which of seven dermoscopic patterns, and where. **It is not a diagnosis**, not a
screening test, not the only ground for a decision, and not for other skin cancers: a melanoma or a squamous cell
carcinoma counts as "not BCC" here. It is for research and evaluation; it has no regulatory clearance.

## The network
MobileNet-V2 1.0, 1x1 convolution to eight class maps, global average. Input {facts['width']}x{facts['height']} RGB, int8
(byte minus 128); outputs the maps [1, {rows}, {columns}, 8] and the logits [1, 8]. {facts['bytes']:,} bytes, weights per
channel; operators {operators}. A map's cell covers 32x32 pixels of the input: small globules are not resolved.
The score of a task is `{score}` (mean AUROC over the tasks with ten or more positives: mean of maps
{facts['mean_of_maps']:.4f}, int8 logits {facts['logits']:.4f}); p = sigmoid(score / temperature + bias).

## Training data
MILK10k (MILK study team, ISIC Archive), dermoscopic pictures, one a lesion, 95% with histopathology; split by lesion:
{len(train)} pictures to train on ({bcc} BCC), {len(data.files) - len(train)} to validate. Prevalence of BCC is about half,
far above that of a practice.

**The patterns were read by four blinded runs of an automated vision-language reader, not by dermatologists** (R4 was
asked to be inclusive). Against dermatologists on 132 other pictures: pigment network sensitivity .69, specificity .92;
arborizing vessels .29 and 1.00. A positive is trustworthy, a negative less. Labels used: {data.consensus}.

{positives(data)}

## Training
{stages(recipe)}

ImageNet weights (TF-slim, Apache-2.0), batch norm folded; AdamW, half a cosine a stage, exponential average of the
weights; a loss only where a label exists; rare patterns weighted and seen twice an epoch; a weak loss that asks the
map to be high in the cells readers marked; the eleven diagnoses as an auxiliary head, dropped at the end.
Augmentation: crop, zoom, rotation, flips, light colour, saturation, exposure, contrast, gamma, blur, coarse
resolution, noise, JPEG, vignette, hair, ruler, pen, gel bubbles, glare.

## Figures
On {val}.
All from the int8 file through the TFLite interpreter, pictures prepared by the device's rule in Python.
**Read with care:** weights, calibration and thresholds were chosen on these same pictures, so figures at thresholds
and calibration errors are optimistic. Intervals: Wilson for shares, 1,000 bootstrap rounds over pictures (stratified)
for AUROC and ECE; maps: mean of the rectified, max-normalised map. No external cohort was used.

### Against the goals
{goals(figures)}

### All
{table(figures)}

### Maps, in pictures with the pattern by consensus
{table(places)}

### int8 against float
{float_against_int8(figures, floats)}

### Calibration and thresholds
{thresholds(calibration)}

`high` of BCC: best accuracy with precision >= 0.88 and recall >= 0.89 where both can be reached, otherwise the best
balance of the two; `low`: highest threshold with sensitivity >= 0.955. Patterns: `high` by F1 (PN also at most 3% of
BCC above it), `low` by sensitivity 0.9.

## Limits
- Spoke-wheel areas: {sw} picture(s) in val have them by consensus. No figure can be given; its threshold is a guess.
- Maple leaf-like areas, ovoid nests and globules rest on 10 to 20 positives in val: wide intervals.
- One archive: other cameras, lights, populations and clinics may differ much. Darker skin is rare in the data.
- Prevalence: with 2% BCC instead of half, most positives are false; negatives say little more than before.
- Pictures that are not dermoscopic, out of focus or without a lesion get scores too: the device's quality gate comes
  first.
- A heat map shows what the network used, not where a tumour ends.

## Licences
Model: CC BY-NC 4.0, for research and evaluation only, because MILK10k is CC BY-NC 4.0 (MILK study team). Initial
weights: Apache-2.0. No picture of the training data is part of this repository.

## Retraining by a clinic
Deliver `labels.csv` and `readings.csv` as `scripts/train/README.md` describes (any number of readers, with gaps), run
`bccscope study consensus`, then `scripts/train/train.sh`. Judge the result on lesions that no step has seen.
"""
