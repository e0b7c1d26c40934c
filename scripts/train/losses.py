"""What a network is asked for. A loss only where a label exists (NaN elsewhere)."""

import torch
import torch.nn.functional as F

ce = F.binary_cross_entropy_with_logits


def known_or_zero(y):
    known = torch.isfinite(y)
    return torch.where(known, y, 0.0), known.float()


def image_loss(logits, y, positive_weight, task_weight, smoothing):
    """Binary cross-entropy a task; positives of rare patterns weigh more."""
    y, known = known_or_zero(y)
    weight = (1 + (positive_weight - 1) * y) * known
    y = y * (1 - smoothing) + smoothing / 2
    each = ce(logits, y, reduction="none") * weight
    return ((each.sum(0) / weight.sum(0).clamp(min=4.0)) * task_weight).sum()


def place_loss(maps, cells, y):
    """Where readers marked the pattern the map shall be high, elsewhere low.

    Inside and outside weigh the same in a picture that has the pattern; a picture without it asks for
    low values everywhere, with a small weight. `maps` [n, 8, h, w], `cells` [n, 7, h, w].
    """
    y, read = known_or_zero(y[:, 1:])
    cells, seen = known_or_zero(cells)
    seen = seen * read[:, :, None, None]
    known = seen.amax((2, 3))  # not where a pattern is there that nobody placed
    target = cells * (y > 0.5).float()[:, :, None, None]
    each = ce(maps[:, 1:], target, reduction="none")

    def mean(weight):
        return (each * weight).sum((2, 3)) / weight.sum((2, 3)).clamp(min=1.0)

    present = (target.amax((2, 3)) > 0).float()
    with_pattern = present * (mean(target * seen) + mean((1 - target) * seen))
    without = (1 - present) * mean(seen)
    n = present.sum(0).clamp(min=1.0)
    absent = ((1 - present) * known).sum(0).clamp(min=1.0)
    return ((with_pattern * known).sum(0) / n + 0.5 * (without * known).sum(0) / absent).mean()


def diagnosis_loss(logits, diagnosis, weight):
    return (F.cross_entropy(logits, diagnosis, reduction="none") * weight[diagnosis]).mean()


def taught_loss(said, taught, task_weight):
    """What the teachers say of the same view of the picture: scores, diagnosis and the places of the patterns."""
    scores = (ce(said.logits, taught.logits, reduction="none").mean(0) * task_weight).sum()
    diagnosis = F.cross_entropy(said.diagnosis, taught.diagnosis)
    return scores + 0.3 * diagnosis + ce(said.maps[:, 1:], taught.maps[:, 1:])
