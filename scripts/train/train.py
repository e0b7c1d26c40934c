"""Data to a trained network: runs the recipe's stages (see README.md)."""

import argparse
import os
import tomllib
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import tensorflow as tf

import data
from stages import Trainer


def main():
    here = Path(__file__).parent
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--data", required=True, help="folder with milk10k/ and patterns/")
    p.add_argument("--weights", required=True, help="ImageNet weights, tfslim .npz")
    p.add_argument("--work", required=True, help="folder for decoded pictures, checkpoints and logs")
    p.add_argument("--recipe", default=here / "recipe.toml")
    p.add_argument("--consensus", help="CSV of `bccscope study consensus`; without it, the mean of the votes")
    p.add_argument("--threads", type=int, default=0, help="0: as many as there are cores")
    a = p.parse_args()
    recipe = tomllib.loads(Path(a.recipe).read_text())
    tf.config.threading.set_intra_op_parallelism_threads(a.threads)
    d = data.load(a.data, a.work, a.consensus)
    print(f"{len(d.where('train'))} train, {len(d.where('val'))} val; patterns: {d.consensus}", flush=True)
    if "start" in recipe:
        recipe["start"]["file"] = Path(a.recipe).parent / recipe["start"]["file"]
    Trainer(d, a.weights, Path(a.work) / Path(a.recipe).stem, recipe["seed"], recipe.get("start")).fit(recipe["stage"], recipe.get("batch", 32))


if __name__ == "__main__":
    main()
