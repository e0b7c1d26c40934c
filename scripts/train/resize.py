"""Copies of pictures as the training wants them: turned as viewers show them, the largest centred part of 4:3 (as the
device crops), 400x300, and nothing else of the file (no EXIF). Names and folders stay.

`python resize.py FROM TO`. What readers read must be these: their cells are a grid over the whole picture.
"""

import argparse
import shutil
from pathlib import Path

from PIL import Image, ImageOps

from data import HEIGHT, WIDTH
from prepare import centre_box

KINDS = {".jpg": {"quality": 95, "subsampling": 0}, ".jpeg": {"quality": 95, "subsampling": 0}, ".png": {}}


def resized(path):
    with Image.open(path) as image:
        turned = ImageOps.exif_transpose(image).convert("RGB")
    return turned.resize((WIDTH, HEIGHT), Image.BILINEAR, box=centre_box(*turned.size, WIDTH, HEIGHT))


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("source", metavar="FROM", type=Path, help="a folder of pictures; labels.csv in it is copied along")
    p.add_argument("to", metavar="TO", type=Path, help="a new folder")
    a = p.parse_args()
    if not a.source.is_dir():
        raise SystemExit(f"{a.source}: there is no such folder")
    if a.to.exists():
        raise SystemExit(f"{a.to}: is there already; name a new folder")
    pictures = sorted(f for f in a.source.rglob("*") if f.suffix.lower() in KINDS)
    if not pictures:
        raise SystemExit(f"{a.source}: holds no picture ({', '.join(KINDS)})")
    for path in pictures:
        out = a.to / path.relative_to(a.source)
        out.parent.mkdir(parents=True, exist_ok=True)
        try:
            resized(path).save(out, **KINDS[path.suffix.lower()])
        except OSError as error:
            raise SystemExit(f"{path}: cannot be read: {error}") from None
    if (a.source / "labels.csv").is_file():
        shutil.copyfile(a.source / "labels.csv", a.to / "labels.csv")
    print(f"{len(pictures)} pictures in {a.to}")


if __name__ == "__main__":
    main()
