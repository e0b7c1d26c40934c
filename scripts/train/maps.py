"""How the device shows its heat maps: an exponent, fitted on train pictures to what the readers marked, on the maps
that `bccscope analyze --heatmaps` writes.

The line at half shall enclose the marked cells (IoU), and the map stand out there (mean inside less mean outside). IoU
is flat about its best, the contrast is not: of the exponents near the best IoU, the one of the greatest contrast.
"""

import json
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from tasks import CODES

PATTERNS = ("UL", "AT")  # the two with enough marked pictures
PICTURES = 300
EXPONENTS = np.arange(1.0, 0.19, -0.05)
NEAR = 0.02  # of IoU


def fit_exponent(program, model, root, data, seed):
    """`model`'s manifest has no exponent yet, so its maps are shown as they are."""
    chosen = marked(data, seed)
    shown = heatmaps(program, model, root, [data.files[i] for i, _ in chosen], [code for _, code in chosen])
    overlap, contrast = np.zeros(len(EXPONENTS)), np.zeros(len(EXPONENTS))
    for (i, code), m in zip(chosen, shown):
        inside = enlarged(data.cells[i, ..., CODES.index(code) - 1] > 0.5, m.shape)
        m = m / max(m.max(), 1e-6)
        for k, exponent in enumerate(EXPONENTS):
            lifted = m**exponent
            hot = lifted >= 0.5
            overlap[k] += (hot & inside).sum() / max(1, (hot | inside).sum()) / len(chosen)
            contrast[k] += (lifted[inside].mean() - lifted[~inside].mean()) / len(chosen)
    best = int(np.where(overlap >= overlap.max() - NEAR, contrast, -1).argmax())
    print(
        f"maps: exponent {EXPONENTS[best]:.2f}, IoU at half {overlap[best]:.3f} (best {overlap.max():.3f}, as they are {overlap[0]:.3f}), "
        f"inside less outside {contrast[best]:.3f}, {len(chosen)} train pictures"
    )
    return float(EXPONENTS[best])


def marked(data, seed):
    """Train pictures with a pattern whose cells were marked, not all of them: (index, code)."""
    pairs = []
    for code in PATTERNS:
        k = CODES.index(code)
        for i in data.where("train"):
            cells = data.cells[i, ..., k - 1] > 0.5
            if data.y[i, k] > 0.5 and 0 < cells.sum() < cells.size:
                pairs.append((i, code))
    order = np.random.default_rng(seed).permutation(len(pairs))
    return [pairs[k] for k in order[:PICTURES]]


def heatmaps(program, model, root, files, codes):
    with tempfile.TemporaryDirectory() as folder:
        command = [program, "analyze", "--json", "--no-gate", "--model", model, "--heatmaps", folder, *(root / f for f in files)]
        lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
        paths = [json.loads(line)["heatmaps"][code] for line, code in zip(lines, codes, strict=True)]
        return [np.asarray(Image.open(Path(p))).astype(np.float32) / 255 for p in paths]


def enlarged(cells, shape):
    rows = np.arange(shape[0]) * cells.shape[0] // shape[0]
    columns = np.arange(shape[1]) * cells.shape[1] // shape[1]
    return cells[rows[:, None], columns[None, :]]
