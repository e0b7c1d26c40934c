"""Figures of the averaged float weights on val while training goes on: a compass, not a result."""

import csv
import time

import numpy as np
import torch

from data import DIAGNOSES
from metrics import auroc, inside_outside, known
from network import as_input
from prepare import prepare
from tasks import CODES


class Watch:
    def __init__(self, data, run, device):
        self.data, self.run, self.device = data, run, device
        self.val = data.where("val")
        self.pictures = {}

    def prepared(self, size):
        size = tuple(size)
        if size not in self.pictures:
            self.pictures[size] = torch.from_numpy(np.stack([prepare(self.data.images[i], *size) for i in self.val]))
        return self.pictures[size]

    @torch.no_grad()
    def maps(self, learner, size):
        """[n, h, w, 8] of the val pictures, one look each."""
        parts = [learner(as_input(x.to(self.device))).maps for x in self.prepared(size).split(64)]
        return torch.cat(parts).permute(0, 2, 3, 1).cpu().numpy()

    def figures(self, maps):
        z, y = maps.mean((1, 2)), self.data.y[self.val]
        out = {c: auroc(*known(y[:, k], z[:, k])) for k, c in enumerate(CODES)}
        nv = np.isin(self.data.diagnosis[self.val], (DIAGNOSES.index("BCC"), DIAGNOSES.index("NV")))
        out["BCC-NV"] = auroc(y[nv, 0], z[nv, 0])
        for c in ("UL", "AT"):
            k = CODES.index(c)
            out[f"{c}-in"], out[f"{c}-out"], _ = inside_outside(maps[..., k], self.data.cells[self.val][..., k - 1], y[:, k])
        return out

    def log(self, stage, done, loss, size, learners):
        """`learners` by name; where there are several, their mean too: what the student will learn from."""
        maps = {name: self.maps(learner, size) for name, learner in learners.items()}
        if len(maps) > 1:
            maps["together"] = np.mean(list(maps.values()), 0)
        for name, some in maps.items():
            figures = self.figures(some)
            line = " ".join(f"{k} {v:.3f}" for k, v in figures.items())
            print(f"{time.strftime('%H:%M:%S')} {stage} {name} {done['seconds']:.0f} s  loss {loss:.3f}  {line}", flush=True)
            self.write([stage, name, done["step"], round(done["seconds"], 1), round(loss, 4)], figures)

    def write(self, row, figures):
        path = self.run / "log.csv"
        new = not path.exists()
        with open(path, "a", newline="") as f:
            w = csv.writer(f)
            if new:
                w.writerow(["stage", "network", "step", "seconds", "loss", *figures])
            w.writerow([*row, *(round(v, 4) for v in figures.values())])
