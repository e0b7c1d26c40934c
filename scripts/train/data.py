"""Labels, readings and pictures as arrays.

A label that nobody gave is NaN: the loss leaves it out. Pictures are decoded once into a memory-mapped
array in the work folder.
"""

import hashlib
import json
import sys
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from facts import described, facts, folder, one_a_lesion, readings
from labels import DIAGNOSES, known_pictures, labels, of
from table import table
from tasks import N, PATTERNS

WIDTH, HEIGHT = 400, 300
CELLS = tuple(f"{code}_cells" for code in PATTERNS)
TURNED = 0x0112  # the EXIF entry by which viewers turn a picture, and the device does not


@dataclass
class Data:
    facts: dict          # data.toml
    described: dict      # what the card says of the data
    folder: Path         # of labels.csv and the pictures
    files: list          # relative to that folder
    images: np.ndarray   # uint8 [n, 300, 400, 3]
    pictures: str        # digest of what is in the files
    split: np.ndarray    # "train", "val" or "test"
    diagnosis: np.ndarray  # index into DIAGNOSES
    y: np.ndarray        # float [n, 8]: bcc, then the patterns' posteriors; NaN where nobody read
    cells: np.ndarray    # float [n, 3, 3, 7]: share of the grid's cells marked; NaN where nobody read, or placed what is there
    consensus: str       # where y[:, 1:] came from
    val_lesions: str     # of how many lesions the pictures of val are

    def where(self, split):
        return np.flatnonzero(self.split == split)


def load(data_dir, work_dir, consensus=None):
    if consensus is not None and not Path(consensus).is_file():
        raise SystemExit(f"{consensus}: there is no such file; give the consensus.csv that `bccscope study consensus` writes, or none")
    told, root = facts(data_dir), folder(data_dir)
    own_codes = told.get("diagnoses", {})
    rows = labels(root / "labels.csv", own_codes)
    files = [r["file"] for r in rows]
    index = known_pictures(rows)
    y = np.full((len(rows), N), np.nan, np.float32)
    y[:, 0] = [float(r["bcc"]) for r in rows]
    cells = np.full((len(rows), 3, 3, len(PATTERNS)), np.nan, np.float32)
    place = lambda row: of(row, index, root / "labels.csv")
    if consensus is not None:
        source = "EM consensus of the readers (bccscope study consensus)"
        read_consensus(consensus, place, y, cells)
    else:
        source = "weighted mean of the readers' votes"
        read_votes(readings(data_dir), place, told.get("reader_weights", {}), y, cells)
    # There, and nobody said where: that is not "nowhere".
    unplaced = (y[:, 1:] > 0.5) & (cells.sum((1, 2)) == 0)
    cells.transpose(0, 3, 1, 2)[unplaced] = np.nan
    check_pictures(root, rows)
    pictures = contents(root, files)
    return Data(
        facts=told,
        described=described(told, rows),
        folder=root,
        files=files,
        images=decoded(root, files, Path(work_dir), pictures),
        pictures=pictures,
        split=np.array([r["split"] for r in rows]),
        diagnosis=np.array([DIAGNOSES.index(own_codes.get(r["diagnosis"], r["diagnosis"])) for r in rows]),
        y=y,
        cells=cells,
        consensus=source,
        val_lesions=one_a_lesion([r for r in rows if r["split"] == "val"]),
    )


def mark(cells, digits, weight=1.0):
    for d in digits:
        cells[(int(d) - 1) // 3, (int(d) - 1) % 3] += weight


def read_consensus(path, place, y, cells):
    for row in table(path, ("file", *PATTERNS), CELLS):
        i = place(row)
        for p, code in enumerate(PATTERNS):
            if row[code] == "":
                continue
            y[i, 1 + p] = row.share(code)
            cells[i, :, :, p] = 0.0
            mark(cells[i, :, :, p], row.get(f"{code}_cells", ""))


def read_votes(path, place, weight_of, y, cells):
    votes = defaultdict(list)
    for row in table(path, ("file", "reader", *PATTERNS), CELLS):
        for code in PATTERNS:
            row.one_of(code, ("0", "1", ""))
            if set(row.get(f"{code}_cells", "")) - set("123456789"):
                row.refuse(f"{code}_cells is {row[f'{code}_cells']!r}; digits from 1 to 9, or empty, are needed")
        row.filled("reader")
        votes[place(row)].append(row)
    for i, rows in votes.items():
        for p, code in enumerate(PATTERNS):
            read = [(int(r[code]), weight_of.get(r["reader"], 1.0), r.get(f"{code}_cells", "")) for r in rows if r[code] != ""]
            if not read:
                continue
            said, weights, _ = zip(*read)
            y[i, 1 + p] = np.average(said, weights=weights)
            cells[i, :, :, p] = 0.0
            placed = [(where, w) for s, w, where in read if s and where]
            total = sum(w for _, w in placed)
            for where, w in placed:
                mark(cells[i, :, :, p], where, w / total)


def check_pictures(root, rows):
    """By their first bytes: each is there, of the size that all of them have, and not to be turned."""
    resize = f"make copies that are as needed, and let readers see these: {sys.executable} {Path(__file__).parent / 'resize.py'} {root} NEW_FOLDER"
    wrong = []
    for row in rows:
        path = root / row["file"]
        try:
            with Image.open(path) as image:
                if image.size != (WIDTH, HEIGHT):
                    wrong.append(f"{path}: {image.size[0]}x{image.size[1]}, needed is {WIDTH}x{HEIGHT}")
                elif image.getexif().get(TURNED, 1) != 1:
                    wrong.append(f"{path}: is stored turned (EXIF), which viewers see to and the device does not")
        except FileNotFoundError:
            row.refuse(f"{path} is not there; file is the picture's path within {root}")
        except OSError as error:
            row.refuse(f"{path} cannot be read: {error}")
    if wrong:
        more = f" (so {len(wrong)} of {len(rows)} pictures)" if len(wrong) > 1 else ""
        raise SystemExit(f"{wrong[0]}{more}; {resize}")


def picture(path):
    try:
        return np.asarray(Image.open(path).convert("RGB"))
    except OSError as error:
        raise SystemExit(f"{path}: cannot be read to its end: {error}") from None


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
