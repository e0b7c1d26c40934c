"""A stage's batches by their number: what is in one depends on nothing but (seed, stage, number).

So any number of processes may make them ahead, and a training that was stopped goes on with the very next.
"""

from functools import lru_cache

import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, Subset

from augment import augment, warp_cells
from tasks import PATTERNS

STRIDE = 32
RARE = [1 + PATTERNS.index(c) for c in ("ON", "MG", "ML", "SW")]


class Batches(Dataset):
    def __init__(self, data, stage, number, seed, batch):
        self.data, self.key, self.batch = data, (seed, number), batch
        self.size, self.strength = stage["size"], stage.get("strength", 1.0)
        # Every training picture once, those with a rare pattern once more.
        train = data.where("train")
        has = np.nan_to_num(data.y[train][:, RARE]).max(1) > 0.5
        self.pool = np.concatenate([train, train[has]])
        self.an_epoch = len(self.pool) // batch
        self.total = round(stage["epochs"] * self.an_epoch)
        self.order = lru_cache(2)(lambda epoch: np.random.default_rng((*self.key, epoch)).permutation(self.pool))

    def __len__(self):
        return self.total

    def __getitem__(self, k):
        """Pictures uint8 [n, h, w, 3], labels [n, 8], cells [n, 7, h / 32, w / 32], diagnoses [n]."""
        epoch, at = divmod(k, self.an_epoch)
        some = self.order(epoch)[at * self.batch : (at + 1) * self.batch]
        width, height = self.size
        x = np.empty((self.batch, height, width, 3), np.uint8)
        cells = np.empty((self.batch, height // STRIDE, width // STRIDE, len(PATTERNS)), np.float32)
        for j, i in enumerate(some):
            rng = np.random.default_rng((*self.key, epoch, at * self.batch + j))
            image = self.data.images[i]
            x[j], back = augment(image, width, height, rng, self.strength)
            source = (image.shape[1], image.shape[0])
            cells[j] = warp_cells(self.data.cells[i], back, source, width // STRIDE, height // STRIDE, width, height)
        arrays = x, self.data.y[some], cells.transpose(0, 3, 1, 2).copy(), self.data.diagnosis[some]
        return tuple(map(torch.from_numpy, arrays))


def loader(batches, start, workers, pin):
    rest = Subset(batches, range(start, len(batches)))
    ahead = {"prefetch_factor": 4} if workers else {}
    # A generator of its own: what it draws for its processes would move dropout's draws on.
    return DataLoader(rest, batch_size=None, num_workers=workers, pin_memory=pin, generator=torch.Generator(), **ahead)
