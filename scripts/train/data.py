"""Labels, readings and pictures as arrays.

A label that nobody gave is NaN: the loss leaves it out. Pictures are decoded once into a memory-mapped
array in the work folder.
"""

import hashlib
import json
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from table import table
from tasks import N, PATTERNS

WIDTH, HEIGHT = 400, 300
DIAGNOSES = ("BCC", "NV", "BKL", "SCCKA", "MEL", "AKIEC", "DF", "INF", "VASC", "BEN_OTH", "MAL_OTH")
READER_WEIGHT = {"R4": 0.5}  # R4 was asked to be inclusive; used only where no consensus file is given


@dataclass
class Data:
    files: list          # relative to the milk10k folder
    images: np.ndarray   # uint8 [n, 300, 400, 3]
    pictures: str        # digest of what is in the files
    split: np.ndarray    # "train" or "val"
    diagnosis: np.ndarray  # index into DIAGNOSES
    y: np.ndarray        # float [n, 8]: bcc, then the patterns' posteriors; NaN where nobody read
    cells: np.ndarray    # float [n, 3, 3, 7]: share of the grid's cells marked; NaN where nobody read, or placed what is there
    consensus: str       # where y[:, 1:] came from

    def where(self, split):
        return np.flatnonzero(self.split == split)


def load(data_dir, work_dir, consensus=None):
    if consensus is not None and not Path(consensus).is_file():
        raise SystemExit(f"{consensus}: there is no such file; give the consensus.csv that `bccscope study consensus` writes, or none")
    root = Path(data_dir) / "milk10k"
    rows = table(root / "labels.csv")
    files = [r["file"] for r in rows]
    index = {Path(f).name: i for i, f in enumerate(files)}
    y = np.full((len(rows), N), np.nan, np.float32)
    y[:, 0] = [float(r["bcc"]) for r in rows]
    cells = np.full((len(rows), 3, 3, len(PATTERNS)), np.nan, np.float32)
    if consensus is not None:
        source = "EM consensus of the readers (bccscope study consensus)"
        read_consensus(consensus, index, y, cells)
    else:
        source = "weighted mean of the readers' votes"
        read_votes(Path(data_dir) / "patterns" / "readings.csv", index, y, cells)
    # There, and nobody said where: that is not "nowhere".
    unplaced = (y[:, 1:] > 0.5) & (cells.sum((1, 2)) == 0)
    cells.transpose(0, 3, 1, 2)[unplaced] = np.nan
    pictures = contents(root, files)
    return Data(
        files=files,
        images=decoded(root, files, Path(work_dir), pictures),
        pictures=pictures,
        split=np.array([r["split"] for r in rows]),
        diagnosis=np.array([DIAGNOSES.index(r["diagnosis"]) for r in rows]),
        y=y,
        cells=cells,
        consensus=source,
    )


def mark(cells, digits, weight=1.0):
    for d in digits:
        cells[(int(d) - 1) // 3, (int(d) - 1) % 3] += weight


def read_consensus(path, index, y, cells):
    for row in table(path):
        i = index[Path(row["file"]).name]
        for p, code in enumerate(PATTERNS):
            if row[code] == "":
                continue
            y[i, 1 + p] = float(row[code])
            cells[i, :, :, p] = 0.0
            mark(cells[i, :, :, p], row.get(f"{code}_cells", ""))


def read_votes(path, index, y, cells):
    votes = defaultdict(list)
    for row in table(path):
        votes[index[Path(row["file"]).name]].append(row)
    for i, rows in votes.items():
        for p, code in enumerate(PATTERNS):
            read = [(int(r[code]), READER_WEIGHT.get(r["reader"], 1.0), r.get(f"{code}_cells", "")) for r in rows if r[code] != ""]
            if not read:
                continue
            said, weights, _ = zip(*read)
            y[i, 1 + p] = np.average(said, weights=weights)
            cells[i, :, :, p] = 0.0
            placed = [(where, w) for s, w, where in read if s and where]
            total = sum(w for _, w in placed)
            for where, w in placed:
                mark(cells[i, :, :, p], where, w / total)


def picture(path):
    image = Image.open(path).convert("RGB")
    if image.size != (WIDTH, HEIGHT):
        raise SystemExit(f"{path}: {image.size[0]}x{image.size[1]}, expected {WIDTH}x{HEIGHT}")
    return np.asarray(image)


def contents(root, files):
    """One digest of all files, their names and what is in them."""
    with ThreadPoolExecutor() as pool:
        each = pool.map(lambda f: hashlib.sha256((root / f).read_bytes()).digest(), files)
        return hashlib.sha256(json.dumps(files).encode() + b"".join(each)).hexdigest()


def decoded(root, files, work, pictures):
    """All pictures as one uint8 array, decoded on the first run with these files."""
    work.mkdir(parents=True, exist_ok=True)
    key = pictures[:12]
    path = work / f"decoded-{key}.npy"
    if not path.exists():
        part = path.with_suffix(".part")
        out = np.lib.format.open_memmap(part, "w+", np.uint8, (len(files), HEIGHT, WIDTH, 3))
        with ThreadPoolExecutor() as pool:
            for i, pixels in enumerate(pool.map(lambda f: picture(root / f), files)):
                out[i] = pixels
        out.flush()
        part.rename(path)
    return np.load(path, mmap_mode="r")
