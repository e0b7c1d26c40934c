"""What a training was made from, as digests that its checkpoint and its snapshots carry: it goes on with nothing else,
and no card speaks of other data than the weights come from."""

import hashlib
import json

NOT_LEARNED = ("name", "version", "views")  # of a recipe: said of the weights, not in them


def origin(data, recipe, weights):
    """By what each digest is of. `weights`: ImageNet's, a file."""
    learned = {key: value for key, value in recipe.items() if key not in NOT_LEARNED}
    with open(weights, "rb") as f:
        begun_with = hashlib.file_digest(f, "sha256").hexdigest()
    return {
        "recipe": digest(text(learned)),
        "ImageNet weights": begun_with,
        "pictures": data.pictures,
        "labels": digest(text(data.files), text(data.split.tolist()), data.diagnosis.tobytes(), data.y[:, 0].tobytes()),
        "readings": digest(data.y[:, 1:].tobytes(), data.cells.tobytes()),
    }


def unlike(here, stored):
    """What tells `stored`, another's origin or None, from `here`, as a sentence's end; empty where nothing does."""
    if stored is None:
        return "does not say what it was made from"
    other = [name for name in here if stored.get(name) != here[name]]
    return f"was not made from the same {' and '.join(other)}" if other else ""


def text(value):
    return json.dumps(value, sort_keys=True).encode()


def digest(*parts):
    return hashlib.sha256(b"".join(hashlib.sha256(p).digest() for p in parts)).hexdigest()
