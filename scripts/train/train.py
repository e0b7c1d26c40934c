"""Data to a trained network: runs the recipe's stages (see README.md)."""

import argparse
import os
import tomllib
from pathlib import Path

import data
from facts import own_name
from stages import Trainer


def main():
    here = Path(__file__).parent
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--data", required=True, help="folder with dermoscopy/ (or milk10k/), patterns/ and data.toml")
    p.add_argument("--weights", required=True, help="ImageNet weights, tfslim .npz")
    p.add_argument("--work", required=True, help="folder for decoded pictures, checkpoints and logs")
    p.add_argument("--recipe", default=here / "recipe.toml")
    p.add_argument("--consensus", help="CSV of `bccscope study consensus`; without it, the mean of the votes")
    p.add_argument("--workers", type=int, default=max(1, (os.cpu_count() or 1) - 2), help="processes that augment; 0: none")
    a = p.parse_args()
    recipe = tomllib.loads(Path(a.recipe).read_text())
    d = data.load(a.data, a.work, a.consensus)
    own_name(recipe, a.recipe, d.facts)
    print(f"{len(d.where('train'))} train, {len(d.where('val'))} val; patterns: {d.consensus}", flush=True)
    Trainer(d, recipe, a.weights, Path(a.work) / Path(a.recipe).stem, a.workers).fit()


if __name__ == "__main__":
    main()
