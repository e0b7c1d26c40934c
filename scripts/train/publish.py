"""A trained network to models/<name>/: int8 file, check, calibration, manifest, model card."""

import argparse
import atexit
import csv
import datetime
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import tomllib
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np

import data
import snapshot
from calibrate import calibrate, probabilities
from card import TRAINING, card
from evaluate import operating, ranking, score_float
from export import check, convert
from facts import own_name
from manifest import render
from maps import fit_exponents
from measured import EVALUATION, EXPLAIN
from network import student
from origin import origin, unlike
from rounding import rounded
from tasks import CODES, TASKS


SUMMARY = "Signs of basal cell carcinoma and seven dermoscopic patterns in one dermoscopic picture; MobileNet-V2, int8"
UNFITTED = {"temperature": 1.0, "bias": 0.0, "low": 0.25, "high": 0.5}


def device_scores(program, model, root, files):
    """The eight scores of each picture, past the gate, from the device's own pipeline."""
    subprocess.run([program, "model", "record-answers", "--model", model], check=True)
    command = [program, "analyze", "--json", "--no-gate", "--model", model, *(root / f for f in files)]
    lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    if len(lines) != len(files):
        raise SystemExit(f"{program} analyze gave {len(lines)} lines for {len(files)} pictures")
    answers = [json.loads(line) for line in lines]
    return np.array([[a["bcc"]["score"], *(p["score"] for p in a["patterns"])] for a in answers])


def build(args):
    recipe = tomllib.loads(Path(args.recipe).read_text())
    d = data.load(args.data, args.work, args.consensus)
    own_name(recipe, args.recipe, d.facts, args.models)
    elsewhere = made_elsewhere(args, origin(d, recipe, args.weights))
    val = d.where("val")
    y, diagnosis = d.y[val], d.diagnosis[val]
    net = student(args.weights, recipe["seed"])
    snapshot.load(net, args.snapshot)
    width, height = args.size or recipe["stage"][-1]["size"]

    target = Path(args.models) / recipe["name"]
    target.parent.mkdir(parents=True, exist_ok=True)
    temp = Path(tempfile.mkdtemp(prefix=".new-", dir=target.parent))
    atexit.register(shutil.rmtree, temp, ignore_errors=True)  # also where it is refused half-way
    model = temp / "model.tflite"
    on_grid = rounded(net, d, width, height, recipe["seed"])
    model.write_bytes(convert(on_grid, d, width, height, recipe["seed"]))
    facts = check(model, on_grid)
    print(json.dumps(facts))
    views = recipe.get("views", [{}])
    common = dict(
        name=recipe["name"],
        version=recipe["version"],
        created=datetime.datetime.now(datetime.UTC).date().isoformat(),
        summary=SUMMARY,
        sha256=hashlib.sha256(model.read_bytes()).hexdigest(),
        facts=facts,
        views=views,
        exponents=[1.0] * len(CODES),
        data=d.facts,
        fitted=(f"{d.facts['name']} val", len(val), int((y[:, 0] > 0.5).sum())),
        val=f"{d.facts['name']} val ({len(val)} images, {d.val_lesions}, {int((y[:, 0] > 0.5).sum())} BCC, {int(np.isfinite(y[:, 1]).sum())} with pattern readings); patterns against: {d.consensus}",
    )
    gate = Path(args.gate or target / "gate.toml")
    shutil.copy(gate, temp / "gate.toml")
    # Thresholds that mean nothing, so that the device can score: what they are fitted on is its own answers.
    (temp / "manifest.toml").write_text(render(calibration=[UNFITTED] * len(CODES), figures=[], **common))
    z = device_scores(args.program, temp, d.folder, [d.files[i] for i in val])
    common["exponents"] = fit_exponents(args.program, temp, d.folder, d, recipe["seed"])
    z_float = score_float(net, d, val, width, height, views)
    calibration = calibrate(z, y)
    p = probabilities(z, calibration)
    figures = ranking(z, y, diagnosis, True) + operating(p, y, diagnosis, calibration)
    floats = ranking(z_float, y, diagnosis, False)
    for f in figures + floats:
        print(f"{f.task:4} {f.metric:62} {f.value:.4f}  {f.low:.4f} to {f.high:.4f}  n {f.n}{'' if f.int8 else '  float'}")
    manifest = render(calibration=calibration, figures=figures + floats, **common)
    (temp / "manifest.toml").write_text(manifest)
    train = d.where("train")
    training = {
        "facts": f"{len(train)} pictures to train on ({int((d.y[train, 0] > 0.5).sum())} BCC), {len(val)} to validate. "
        f"Thresholds fitted on the device's own answers, {len(views)} view{'s' * (len(views) > 1)} of each picture.",
        "recipe": recipe,
        "data": d.described,
        "positives": positives(d),
        **({"elsewhere": elsewhere} if elsewhere else {}),
    }
    (temp / TRAINING).write_text(json.dumps(training, indent=1) + "\n")
    (temp / "MODEL_CARD.md").write_text(card(tomllib.loads(manifest), gate.read_text(), training, temp))
    target.mkdir(exist_ok=True)
    # What was measured there is another model's from here on.
    for name in (EVALUATION, EXPLAIN):
        (target / name).unlink(missing_ok=True)
    for name in ("gate.toml", "known_answers.toml", "model.tflite", "manifest.toml", TRAINING, "MODEL_CARD.md"):
        (temp / name).chmod(0o644)
        (temp / name).rename(target / name)
    scores(Path(args.work) / "val_scores.csv", [d.files[i] for i in val], z)


def made_elsewhere(args, here):
    """What tells the snapshots from what a training with these arguments leaves; refused unless that is asked for."""
    found = [(path, why) for path in args.snapshot if (why := unlike(here, snapshot.origin(path)))]
    if found and not args.elsewhere:
        path, why = found[0]
        raise SystemExit(f"{path}: it {why}; train with this recipe and these data, or publish it with --elsewhere: the card will say so")
    return [f"`{Path(path).name}` {why}" for path, why in found]


def positives(d):
    """How many pictures were read for each pattern, and how many have it."""
    lines = ["| pattern | train, read | train, present | val, read | val, present |", "|---|---|---|---|---|"]
    for k, code in enumerate(CODES[1:], 1):
        cells = []
        for split in ("train", "val"):
            y = d.y[d.where(split), k]
            cells += [int(np.isfinite(y).sum()), int((np.nan_to_num(y) > 0.5).sum())]
        lines.append(f"| {TASKS[k].name} ({code}) | {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def scores(path, files, z):
    with open(path, "w", newline="") as f:
        w = csv.writer(f)
        w.writerow(["file", *CODES])
        for name, row in zip(files, z):
            w.writerow([name, *(f"{v:.6f}" for v in row)])


def main():
    here = Path(__file__).parent
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--data", required=True)
    p.add_argument("--weights", required=True)
    p.add_argument("--work", required=True)
    p.add_argument("--recipe", default=here / "recipe.toml")
    p.add_argument("--consensus")
    p.add_argument("--models", default=here.parent.parent / "models")
    p.add_argument("--program", required=True, help="bccscope, whose answers the thresholds are fitted on")
    p.add_argument("--gate", help="the quality gate's file; without it the one in the model's folder stays")
    p.add_argument("--snapshot", nargs="+", required=True, help="student.npz of a run, or several to average")
    p.add_argument("--elsewhere", action="store_true", help="also snapshots of other data or another recipe, or that do not say of which")
    p.add_argument("--size", nargs=2, type=int, metavar=("WIDTH", "HEIGHT"))
    build(p.parse_args())


if __name__ == "__main__":
    main()
