"""A learner's weights in a file: what training leaves behind and the export starts from."""

import os
from pathlib import Path

import numpy as np
import torch


def write(path, learner):
    path = Path(path)
    part = path.with_suffix(".part.npz")
    np.savez(part, **{k: v.detach().cpu().numpy() for k, v in learner.state_dict().items()})
    os.replace(part, path)


def load(learner, paths):
    """Into `learner`, the mean of the files' weights."""
    stored = [np.load(p) for p in paths]
    state = learner.state_dict()
    for path, s in zip(paths, stored):
        if set(s.files) != set(state):
            raise SystemExit(f"{path}: it does not hold this network's weights ({len(s.files)} arrays, {len(state)} expected)")
    mean = {k: np.mean([s[k].astype(np.float32) for s in stored], 0) for k in state}
    learner.load_state_dict({k: torch.from_numpy(np.asarray(v)).to(state[k].dtype) for k, v in mean.items()})
