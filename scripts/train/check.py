"""Everything that a training needs of its data and its recipe, looked at before the first step: what is wrong is said in
one sentence with file and line, what is there in a few."""

import argparse
import tomllib
from pathlib import Path

import numpy as np
from PIL import Image

import data
from facts import facts, folder, own_name
from gate import FOLDS, close_ups, pictures
from labels import LEAST_TRAIN
from tasks import CODES, TASKS

LEAST_OF_A_KIND = 10  # BCC, and others, in val: below it thresholds are chance


def numbers(d, labels, batch):
    """Refuses fewer pictures than a step can do with; that is far from enough for a model of use (README.md)."""
    train, val = d.where("train"), d.where("val")
    least = max(LEAST_TRAIN, batch)
    if len(train) < least:
        raise SystemExit(f"{labels}: {len(train)} pictures in train; at least {least} are needed")
    for name, ids, least in (("train", train, 1), ("val", val, LEAST_OF_A_KIND)):
        bcc = int((d.y[ids, 0] > 0.5).sum())
        for what, n in (("with bcc 1", bcc), ("with bcc 0", len(ids) - bcc)):
            if n < least:
                raise SystemExit(f"{labels}: {n} pictures {what} in {name}; at least {least} are needed")


def patterns(d, source):
    """Refuses a pattern that nobody read in one of the splits: nothing could be learned of it, or fitted."""
    for k, task in enumerate(TASKS[1:], 1):
        for split in ("train", "val"):
            if not np.isfinite(d.y[d.where(split), k]).any():
                raise SystemExit(f"{source}: no picture of {split} was read for {task.name} ({task.code}); 0 or 1 in the column {task.code} is a reading")
        bcc = d.y[d.where("val"), 0] > 0.5
        if task.role == "negative-criterion" and not np.isfinite(d.y[d.where("val"), k][~bcc]).any():
            raise SystemExit(f"{source}: no picture of val without BCC was read for {task.name} ({task.code}); its threshold is fitted on these")


def not_dermoscopic(data_dir):
    """Refuses data without the close-ups that the quality gate learns from; how many there are of each split."""
    where = close_ups(data_dir)
    if not (where / "labels.csv").is_file():
        raise SystemExit(
            f"{where}/labels.csv: is not there. The quality gate learns from ordinary photographs of skin lesions, taken without the dermatoscope, what is "
            f"not dermoscopic: put some there, with the columns file and split (train, val); or take the shipped model's gate along: "
            f"BCCSCOPE_TRAIN_GATE=models/bcc8-mnv2/gate.toml"
        )
    found = {split: pictures(where, split, np.random.default_rng(0)) for split in ("train", "val")}
    for split, least in (("train", FOLDS), ("val", 1)):
        if len(found[split]) < least:
            raise SystemExit(f"{where}/labels.csv: {len(found[split])} pictures in {split}; at least {least} are needed")
    for path in (*found["train"], *found["val"]):
        try:
            Image.open(path).close()
        except OSError as error:
            raise SystemExit(f"{path}: of {where}/labels.csv, cannot be read: {error.strerror or error}") from None
    return {split: len(files) for split, files in found.items()}


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--data", required=True)
    p.add_argument("--recipe", default=Path(__file__).parent / "recipe.toml")
    p.add_argument("--consensus", help="CSV of `bccscope study consensus`; without it, the readings")
    p.add_argument("--models", help="where the model's folder will be")
    p.add_argument("--work", required=True, help="folder for the decoded pictures")
    p.add_argument("--no-close-ups", action="store_true", help="a gate is taken along, none is fitted")
    a = p.parse_args()
    recipe = tomllib.loads(Path(a.recipe).read_text())
    own_name(recipe, a.recipe, facts(a.data), a.models)
    others = {} if a.no_close_ups else not_dermoscopic(a.data)
    d = data.load(a.data, a.work, a.consensus)
    labels = folder(a.data) / "labels.csv"
    numbers(d, labels, recipe.get("batch", 32))
    patterns(d, a.consensus or data.readings(a.data))
    print(f"{d.facts['name']}, for {recipe['name']} {recipe['version']}")
    for split in ("train", "val", "test"):
        y = d.y[d.where(split)]
        read = ", ".join(f"{code} {int(np.isfinite(y[:, k]).sum())}" for k, code in enumerate(CODES[1:], 1))
        print(f"{split}: {len(y)} pictures, {int((y[:, 0] > 0.5).sum())} BCC; read {read}; {others.get(split, 0)} close-ups")


if __name__ == "__main__":
    main()
