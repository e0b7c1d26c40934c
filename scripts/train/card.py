"""The model card, from the model's own manifest.toml and gate.toml.

`python3 scripts/train/card.py models/<name>` writes models/<name>/MODEL_CARD.md again from the
two files; publish.py does the same and adds what only the training knows. No package needed.
"""

import argparse
import math
import tomllib
from pathlib import Path

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
    low, high = f.get("low", math.nan), f.get("high", math.nan)
    interval = "" if math.isnan(low) or math.isnan(high) else f"{low:.3f} to {high:.3f}"
    return f"| {f['task']} | {f['metric']} | {f['value']:.3f} | {interval} | {f['n']} |"


def table(figures):
    return "\n".join([HEADER, *map(row, figures)])


def goals(figures):
    found = {(f["task"], f["metric"]): f["value"] for f in figures}
    lines = ["| goal | wanted | measured | |", "|---|---|---|---|"]
    for (task, metric), wanted in GOALS.items():
        if (task, metric) in found:
            value = found[task, metric]
            lines.append(f"| {task} {metric} | {wanted} | {value:.3f} | {'reached' if value >= wanted else '**not reached**'} |")
    return "\n".join(lines)


def float_against_int8(figures):
    int8 = {(f["task"], f["metric"]): f["value"] for f in figures if f["int8"]}
    lines = ["| task | metric | float | int8 | loss, points |", "|---|---|---|---|---|"]
    for f in figures:
        if not f["int8"]:
            q = int8[f["task"], f["metric"]]
            lines.append(f"| {f['task']} | {f['metric']} | {f['value']:.4f} | {q:.4f} | {100 * (f['value'] - q):+.2f} |")
    return "\n".join(lines)


def thresholds(tasks):
    lines = ["| task | | temperature | bias | low | high |", "|---|---|---|---|---|---|"]
    for t in tasks:
        lines.append(f"| {t['code']} | {t['name']} ({t['role']}) | {t['temperature']:.3f} | {t['bias']:.3f} | {t['low']:.4f} | {t['high']:.4f} |")
    return "\n".join(lines)


def begin(recipe):
    """Where the weights came from, where that was not ImageNet."""
    start = recipe.get("start")
    return f"The weights started from an earlier int8 model, dequantised (SHA-256 `{start['sha256']}`).\n\n" if start else ""


def stages(recipe):
    lines = ["| stage | input | epochs | opened from block | rate | tasks |", "|---|---|---|---|---|---|"]
    for s in recipe["stage"]:
        lines.append(f"| {s['name']} | {s['size'][0]}x{s['size'][1]} | {s['epochs']} | {s['open_from']} of 19 | {s['rate']:g} | {s['tasks']} |")
    return "\n".join(lines)


def gate_notes(gate):
    """What gate.py measured, which it keeps in the file's opening comment."""
    notes = [line.removeprefix("#").strip() for line in gate.splitlines() if line.startswith("#")]
    return "\n".join(f"- {n}" for n in notes[1:]) or "Not measured."


def unsure(figures, at_most=25):
    """Tasks whose sensitivity rests on few positives."""
    few = {f["task"]: f["n"] for f in figures if f["metric"] == "sensitivity at high" and f["n"] <= at_most}
    return ", ".join(f"{task} ({n})" for task, n in few.items())


def card(manifest, gate, training=None):
    """`training`: dict of `facts` (one paragraph), `recipe`, `positives` (a table) and `places` (figures of the maps)."""
    m, i, o = manifest, manifest["input"], manifest["outputs"]
    figures = m["evidence"]["figures"]
    int8 = [f for f in figures if f["int8"]]
    missing = [t["code"] for t in m["tasks"] if not any(f["task"] == t["code"] and f["metric"] == "AUROC" for f in int8)]
    training = training or {}
    part = lambda title, text: f"### {title}\n{text}\n\n" if text else ""
    few = unsure(int8)
    return f"""# {m['name']} {m['version']}

Made {m['created']} by `scripts/train`; this page is written by `scripts/train/card.py` from `manifest.toml` and
`gate.toml`, never by hand. `{m['files']['cpu']['path']}` has the SHA-256
`{m['files']['cpu']['sha256']}`.

## Intended use
Decision support for trained health workers who look at a skin lesion through a dermatoscope: whether there are signs
of basal cell carcinoma (BCC), which of seven dermoscopic patterns, and where. **It is not a diagnosis**, not a
screening test, not the only ground for a decision, and not for other skin cancers: a melanoma or a squamous cell
carcinoma counts as "not BCC" here. It is for research and evaluation; it has no regulatory clearance.

## The network
MobileNet-V2 1.0, 1x1 convolution to eight class maps, global average. Input {i['width']}x{i['height']} {i['colour']}, int8
({i['quantise']}), crop {i['crop']}, resize {i['resize']}; outputs the maps {o['maps']} and the logits {o['logits']}.
A map's cell covers {i['width'] // o['maps'][2]}x{i['height'] // o['maps'][1]} pixels of the input: small globules are not resolved.
The score of a task is `{o['score']}`; p = sigmoid(score / temperature + bias). `bccscope model info` lists the operators.

## Training data
MILK10k (MILK study team, ISIC Archive), dermoscopic pictures, one a lesion, 95% with histopathology, split by lesion.
Prevalence of BCC is about half, far above that of a practice.{' ' + training['facts'] if 'facts' in training else ''}

**The patterns were read by four blinded runs of an automated vision-language reader, not by dermatologists** (R4 was
asked to be inclusive). Against dermatologists on 132 other pictures: pigment network sensitivity .69, specificity .92;
arborizing vessels .29 and 1.00. A positive is trustworthy, a negative less.

{part('Readings', training.get('positives'))}## Training
{begin(training['recipe']) + stages(training['recipe']) if 'recipe' in training else 'The stages of this version were not kept; `scripts/train/recipe.toml` holds those of the next.'}

ImageNet weights (TF-slim, Apache-2.0), batch norm folded; AdamW, exponential average of the
weights; a loss only where a label exists; rare patterns weighted and seen more often; a weak loss that asks the map to
be high in the cells readers marked; the eleven diagnoses as an auxiliary head, dropped at the end.
Augmentation: crop, zoom, rotation, flips, light colour, saturation, exposure, contrast, gamma, blur, coarse
resolution, noise, JPEG, vignette, hair, ruler, pen, gel bubbles, glare.

## Figures
On {m['evidence']['data']}.
From the int8 file, with pictures prepared by the device's rule. **Read with care:** {m['evidence'].get('note', '')}:
figures at thresholds and calibration errors are optimistic. Intervals: Wilson for shares, stratified bootstrap over
pictures for AUROC and ECE. No external cohort was used.

### Against the goals
{goals(int8)}

### All
{table(int8)}

{part('Maps, in pictures with the pattern by consensus', table(training['places']) if 'places' in training else '')}### int8 against float
{float_against_int8(figures)}

### Calibration and thresholds
{thresholds(m['tasks'])}

From `high` on a task is answered "yes", below `low` "no", between them "possible". `high` of BCC: best accuracy with
precision >= 0.88 and recall >= 0.89 where both can be reached, otherwise the best balance of the two; `low`: highest
threshold with sensitivity >= 0.955. Patterns: `high` by F1 (PN: by agreement in
non-BCC, and at most 3% of BCC above it), `low` by sensitivity 0.9.

### Quality gate
Which pictures the gate turns away, by `scripts/train/gate.py` (pictures cropped and rescaled at random; faults drawn):
{gate_notes(gate)}

## Limits
{f'- No figure can be given for {", ".join(missing)}: too few positives in val; its thresholds are a guess.' if missing else '- Every task has figures.'}
{f'- Few positives in val, wide intervals: {few}.' if few else ''}
- One archive: other cameras, lights, populations and clinics may differ much. Darker skin is rare in the data.
- Prevalence: with 2% BCC instead of half, most positives are false; negatives say little more than before.
- Pictures that are not dermoscopic, out of focus or without a lesion get scores too: the device's quality gate comes
  first, and lets some through (see above).
- On drawn phantoms the scores mean nothing clinically; they only show that the device works as tested.
- A heat map shows what the network used, not where a tumour ends.

## Licences
Model: {m['licence']['model']}.
{chr(10).join(f'- {d}' for d in m['licence']['training_data'])}

**No commercial use.** No picture of the training data is part of this repository. The program's own code has another
licence (MIT or Apache-2.0).

## Retraining by a clinic
Deliver `labels.csv` and `readings.csv` in the form of the data's own README (any number of readers, with gaps), run
`scripts/train/train.sh DATA WEIGHTS`, then `bccscope model record-answers` and `bccscope model verify`. Judge the
result on lesions that no step has seen.
"""


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("model", help="the model's folder", type=Path)
    folder = p.parse_args().model
    manifest = tomllib.loads((folder / "manifest.toml").read_text())
    recipe = tomllib.loads((Path(__file__).parent / "recipe.toml").read_text())
    same = recipe["version"] == manifest["version"] and recipe["stage"][-1]["size"] == [manifest["input"]["width"], manifest["input"]["height"]]
    text = card(manifest, (folder / "gate.toml").read_text(), {"recipe": recipe} if same else None)
    (folder / "MODEL_CARD.md").write_text(text)


if __name__ == "__main__":
    main()
