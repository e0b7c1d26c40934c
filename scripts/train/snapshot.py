"""A learner's weights in a file: what training leaves behind and the export starts from."""

import json
import os
from pathlib import Path

import numpy as np
import torch

ORIGIN = "origin"  # beside the weights: what they were made from (origin.py)


def write(path, learner, origin):
    path = Path(path)
    part = path.with_suffix(".part.npz")
    weights = {k: v.detach().cpu().numpy() for k, v in learner.state_dict().items()}
    np.savez(part, **weights, **{ORIGIN: np.array(json.dumps(origin))})
    os.replace(part, path)


def origin(path):
    """What the file says it was made from; None where it does not."""
    with np.load(path) as stored:
        return json.loads(str(stored[ORIGIN])) if ORIGIN in stored.files else None


def load(learner, paths):
    """Into `learner`, the mean of the files' weights."""
    stored = [np.load(p) for p in paths]
    state = learner.state_dict()
    for path, s in zip(paths, stored):
        held = set(s.files) - {ORIGIN}
        if held != set(state):
            raise SystemExit(f"{path}: it does not hold this network's weights ({len(held)} arrays, {len(state)} expected)")
    mean = {k: np.mean([s[k].astype(np.float32) for s in stored], 0) for k in state}
    learner.load_state_dict({k: torch.from_numpy(np.asarray(v)).to(state[k].dtype) for k, v in mean.items()})
