"""The model's manifest, written from measured figures and never by hand."""

import json
import math

from tasks import TASKS

BEGUN_WITH = "initial weights Apache-2.0 (TF-slim MobileNet-V2)"
NOTE = "pattern readings by {readers}; thresholds, calibration and the choice of the weights were made on the same val images"


def number(x):
    return f"{x:.6f}".rstrip("0") + ("0" if f"{x:.6f}".rstrip("0").endswith(".") else "")


def text(x):
    return json.dumps(x, ensure_ascii=False)


def render(*, name, version, created, summary, sha256, facts, views, exponents, calibration, figures, val, data, fitted):
    """`facts`: the exported file's; `data`: what data.toml says."""
    h, w = facts["height"], facts["width"]
    out = [
        "# Written by scripts/train; every number here is measured or fitted by it.",
        "schema = 2",
        f"name = {text(name)}",
        f"version = {text(version)}",
        f"created = {text(created)}",
        f"summary = {text(summary)}",
        "",
        "[files.cpu]",
        'path = "model.tflite"',
        f"sha256 = {text(sha256)}",
        "",
        "[input]",
        f"width = {w}",
        f"height = {h}",
        'colour = "RGB"',
        'crop = "centre-aspect"',
        'resize = "bilinear-antialias"',
        'quantise = "byte-minus-128"',
        "",
        "[outputs]",
        f"maps = [1, {h // 32}, {w // 32}, {len(TASKS)}]",
        f"logits = [1, {len(TASKS)}]",
        'score = "mean-of-maps"',
    ]
    for v in views:
        out += ["", "[[views]]", f"part = {number(v.get('part', 1.0))}", f"mirrored = {str(v.get('mirrored', False)).lower()}"]
    for task, c, exponent in zip(TASKS, calibration, exponents):
        out += ["", "[[tasks]]", f"id = {text(task.id)}", f"code = {text(task.code)}", f"name = {text(task.name)}", f"role = {text(task.role)}"]
        out += [f"{key} = {number(c[key])}" for key in ("temperature", "bias", "low", "high")]
        out.append(f"map_exponent = {number(exponent)}")
    on, images, bcc = fitted  # the device moves a probability to another prevalence from this one
    out += ["", "[fitted]", f"on = {text(on)}", f"images = {images}", f"bcc = {bcc}", f"prevalence = {number(bcc / images)}"]
    out += ["", "[evidence]", f"data = {text(val)}", f"note = {text(NOTE.format(readers=data['readers']))}"]
    for f in figures:
        if any(map(math.isnan, (f.value, f.low, f.high))):
            continue
        out += ["", "[[evidence.figures]]", f"task = {text(f.task)}", f"metric = {text(f.metric)}"]
        out += [f"{key} = {number(round(getattr(f, key), 4))}" for key in ("value", "low", "high")]
        out += [f"n = {f.n}", f"int8 = {str(f.int8).lower()}"]
    licence = data["licence"]
    model = text(f"{licence['model']}; {BEGUN_WITH}")
    out += ["", "[licence]", f"model = {model}", f"training_data = [{', '.join(map(text, licence['data']))}]", ""]
    return "\n".join(out)
