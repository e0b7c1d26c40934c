"""The model card, from the model's own manifest.toml and gate.toml.

`python3 scripts/train/card.py models/<name>` writes models/<name>/MODEL_CARD.md again from the
folder's files: those two, what publish.py knew of the training and its data (training.json), and what the device
measured (evaluation.csv, explain.json), each where it is there. Those come into the folder by
`--measured` alone, which takes nothing that another model's weights gave. No package needed.
"""

import argparse
import json
import math
import tomllib
from pathlib import Path

from facts import of_lesions
from measured import EVALUATION, against_a_reader, answers, explained, goals, lay_beside, measured

HEADER = "| task | metric | value | 95% interval | n |\n|---|---|---|---|---|"
TRAINING = "training.json"


def row(f):
    low, high = f.get("low", math.nan), f.get("high", math.nan)
    interval = "" if math.isnan(low) or math.isnan(high) else f"{low:.3f} to {high:.3f}"
    return f"| {f['task']} | {f['metric']} | {f['value']:.3f} | {interval} | {f['n']} |"


def table(figures):
    return "\n".join([HEADER, *map(row, figures)])


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


def learned(recipe):
    """Who the learners are, and what one learns from another."""
    named = {"student": "the device's network, MobileNet-V2", "mnv2": "MobileNet-V2", "lite1": "EfficientNet-Lite1", "lite2": "EfficientNet-Lite2"}
    learners = dict.fromkeys(name for s in recipe["stage"] for name in s["learners"])
    text = f"Learners: {'; '.join(f'`{name}`, {named.get(name, name)}' for name in learners)}.\n"
    if any("taught_by" in s for s in recipe["stage"]):
        text += """What teachers say of a view of a picture, or of a blend of two, is learned beside the labels, also where nobody read the
picture.
"""
    return text


def made_elsewhere(training):
    """For snapshots that publish.py could not tell to be of these data and this recipe."""
    if "elsewhere" not in training:
        return ""
    return f"""**The weights were made elsewhere:** {'; '.join(training['elsewhere'])}. That they are of the data and the stages on this page is
the word of whoever published them.

"""


def stages(recipe):
    lines = ["| stage | who learns | from | input | epochs | opened from block | rate | tasks |", "|---|---|---|---|---|---|---|---|"]
    for s in recipe["stage"]:
        whom = f"{' + '.join(s['taught_by'])}, labels at {s.get('labels', 1.0):g}" if "taught_by" in s else "labels"
        lines.append(f"| {s['name']} | {', '.join(s['learners'])} | {whom} | {s['size'][0]}x{s['size'][1]} | {s['epochs']} | {s['open_from']} of 19 | {s['rate']:g} | {s['tasks']} |")
    return "\n".join(lines)


def views(all_views):
    """The views of a picture in words."""
    if len(all_views) < 2:
        return "one look at the picture"
    def words(v):
        part = "all of it" if v["part"] == 1 else f"its middle ({v['part']:g} of width and height)"
        return part + (", mirrored" if v["mirrored"] else "")

    return f"{len(all_views)} looks at the picture: {'; '.join(map(words, all_views))}"


def training_data(data, training):
    """What data.toml says of the data and what was counted in them, `data`; of a version that kept neither, nothing."""
    if not data:
        return "Not described in `training.json`; what the manifest says of them stands under Figures and Licences." + facts_of(training)
    n = data["counted"]
    apart = ", split by lesion" if n["lesions"] else ""
    text = f"""{data['name']} ({data['source']}): {n['pictures']} {data['pictures']}, {of_lesions(n['pictures'], n['lesions'])}{apart}.
{share(n['bcc'], n['pictures'])} are BCC.{facts_of(training)}
Confirmed by: {confirmed(n)}.
"""
    if n["test"]:
        text += f"Kept for a test, seen by no step of the training: {n['test']} more.\n"
    if own := data.get("diagnoses"):
        text += f"The data's own diagnoses are learned as others: {', '.join(f'{code} as {to}' for code, to in own.items())}.\n"
    return text + f"\n**Pattern readings by {data['readers']}.**\n{data.get('readings', '')}".rstrip()


def facts_of(training):
    return f" {training['facts']}" if "facts" in training else ""


def share(part, of):
    return f"{100 * part / of:.0f}%"


def confirmed(counted):
    """As labels.csv says it of each picture."""
    by = counted["confirmed_by"]
    if set(by) == {""}:
        return "not stated"
    return ", ".join(f"{how or 'not stated'} {share(k, counted['pictures'])}" for how, k in by.items())


def prevalence(data, int8):
    """What the figures at `high` come to where few lesions are BCC."""
    found = {f["metric"]: f["value"] for f in int8 if f["task"] == "BCC"}
    right, wrong = 0.02 * found.get("recall at high", math.nan), 0.98 * (1 - found.get("specificity at high", math.nan))
    here = f" instead of {share(data['counted']['bcc'], data['counted']['pictures'])}" if data else ""
    if not right + wrong > 0:
        return f"Prevalence: with 2% BCC{here}, more positives are false than here."
    return f"Prevalence: with 2% BCC{here}, {share(wrong, right + wrong)} of the positives at `high` are false; negatives say little more than before."


def of_pictures(data):
    """What intervals over pictures leave out, where there may be several of a lesion."""
    if not data or data["counted"]["lesions"] == data["counted"]["pictures"]:
        return ""
    known = "" if data["counted"]["lesions"] else "Lesions were not told apart. "
    return f"\n{known}Where several pictures are of one lesion they count as independent there, and these intervals are too narrow."


def gate_notes(gate):
    """What gate.py measured, which it keeps in the file's opening comment; first of what data."""
    whose, *notes = [line.removeprefix("#").strip() for line in gate.splitlines() if line.startswith("#")] or [""]
    return whose.removeprefix("Written by scripts/train/gate.py: "), "\n".join(f"- {n}" for n in notes) or "Not measured."


def unsure(figures, at_most=25):
    """Tasks whose sensitivity rests on few positives."""
    few = {f["task"]: f["n"] for f in figures if f["metric"] == "sensitivity at high" and f["n"] <= at_most}
    return ", ".join(f"{task} ({n})" for task, n in few.items())


def card(manifest, gate, training=None, folder="."):
    """`folder`: the model's, for what the device measured. `training`: dict of `facts` (one paragraph), `recipe`, `positives` (a table)
    and `data` (of facts.py's `described`)."""
    m, i, o = manifest, manifest["input"], manifest["outputs"]
    figures = m["evidence"]["figures"]
    int8 = [f for f in figures if f["int8"]]
    missing = [t["code"] for t in m["tasks"] if not any(f["task"] == t["code"] and f["metric"] == "AUROC" for f in int8)]
    training = training or {}
    data = training.get("data")
    gate_of, gate_found = gate_notes(gate)
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
Maps are shown to a power ({', '.join(f"{t['code']} {t.get('map_exponent', 1):g}" for t in m['tasks'])}), so that their line at half
encloses what readers marked (fitted on train pictures). A map's cell covers {i['width'] // o['maps'][2]}x{i['height'] // o['maps'][1]} pixels of the input: small globules are not resolved.
The score of a task is `{o['score']}`, the mean over {views(m.get('views', []))}; p = sigmoid(score / temperature + bias).
`bccscope model info` lists the operators.

## Training data
{training_data(data, training)}

{part('Readings', training.get('positives'))}## Training
{made_elsewhere(training)}{stages(training['recipe']) if 'recipe' in training else 'The stages of this version were not kept; `scripts/train/recipe.toml` holds those of the next.'}

{learned(training['recipe']) if 'recipe' in training else ''}All weights begin as ImageNet's (Apache-2.0), batch norm folded in MobileNet-V2; AdamW, exponential average of
the weights; a loss only where a label exists; rare patterns weighted and seen more often; a weak loss that asks the map
to be high in the cells readers marked; the eleven diagnoses as an auxiliary head, dropped at the end. The weights are
rounded to int8 so that each convolution's outputs move least on train pictures.
Augmentation: crop, zoom, rotation, flips, light colour, saturation, exposure, contrast, gamma, blur, coarse
resolution, noise, JPEG, vignette, hair, ruler, pen, gel bubbles, glare.

## Figures
On {m['evidence']['data']}.
**Read with care:** {m['evidence'].get('note', '')}: figures at thresholds and calibration errors are optimistic.
No external cohort was used.

### Against the goals
By the device's own pipeline from the int8 file: `bccscope study evaluate` on val, patterns against the readers' EM
consensus (`bccscope study consensus`), pictures scored whatever the gate says; `{EVALUATION}` beside this card holds all
its figures. Intervals: Wilson for shares, bootstrap over lesions for the others. Int8 against float: the float network's
answers come from `scripts/train/answers.py`.

{goals(measured(folder))}

{part('What the device answers, gate and rule included', answers(measured(folder)))}{part('What one reader reaches', against_a_reader(measured(folder)))}{part('Heat maps against the cells that the readers marked', explained(folder, m['files']['cpu']['sha256']))}### By the training's own check
From the same scores, those of `bccscope analyze --no-gate`, which temperature and thresholds were fitted on;
`scripts/train/evaluate.py`. Intervals: Wilson for shares, stratified bootstrap over pictures for AUROC and ECE.{of_pictures(data)}

{table(int8)}

### int8 against float
{float_against_int8(figures)}

### Calibration and thresholds
{thresholds(m['tasks'])}

From `high` on a task is answered "yes", below `low` "no", between them "possible". `high` of BCC: the middle
of the thresholds with precision >= 0.88, recall >= 0.89 and an accuracy within half a point of the best (or the best
balance of precision and recall where both cannot be reached); `low`: highest threshold with sensitivity >= 0.955. Patterns: `high` by F1, then all six positive ones lowered
by one step in logits until 95% of BCC with a pattern by consensus show one (PN: by agreement in non-BCC, and at most 3%
of BCC above it), `low` by sensitivity 0.9 and never above `high`.

### Quality gate
Which pictures the gate turns away, by `scripts/train/gate.py` (pictures cropped and rescaled at random; faults drawn);
{gate_of}
{gate_found}

## Limits
{f'- No figure can be given for {", ".join(missing)}: too few positives in val; its thresholds are a guess.' if missing else '- Every task has figures.'}
{f'- Few positives in val, wide intervals: {few}.' if few else ''}
{chr(10).join(f'- {limit}' for limit in data['limits']) if data else '- What limits the data is not kept of this version.'}
- {prevalence(data, int8)}
- Pictures that are not dermoscopic, out of focus or without a lesion get scores too: the device's quality gate comes
  first, and lets some through (see above).
- On drawn phantoms the scores mean nothing clinically; they only show that the device works as tested.
- A heat map shows what the network used, not where a tumour ends.

## Licences
Model: {m['licence']['model']}.
{chr(10).join(f'- {d}' for d in m['licence']['training_data'])}

{f"{data['licence']['use']}{chr(10)}" if data else ''}The program's own code has another licence (MIT or Apache-2.0).

## Retraining by a clinic
Deliver pictures, `labels.csv`, `readings.csv` (any number of readers, with gaps) and `data.toml` in the form that
`scripts/train/README.md` gives under "With your own data", and run `scripts/train/train.sh DATA WEIGHTS` with a recipe
of the model's own name: minutes on a GPU, or hours on a CPU. It ends with the model's folder, verified and measured. Judge
the result on lesions that no step has seen.
"""


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("model", help="the model's folder", type=Path)
    p.add_argument("--measured", nargs=2, type=Path, metavar=("EVALUATION", "MAPS"), help="what `study evaluate` and `study explain` wrote, to lay beside the model")
    a = p.parse_args()
    folder = a.model
    manifest = tomllib.loads((folder / "manifest.toml").read_text())
    if a.measured:
        lay_beside(folder, manifest["files"]["cpu"]["sha256"], *a.measured)
    training = folder / TRAINING
    training = json.loads(training.read_text()) if training.exists() else None
    text = card(manifest, (folder / "gate.toml").read_text(), training, folder)
    (folder / "MODEL_CARD.md").write_text(text)


if __name__ == "__main__":
    main()
