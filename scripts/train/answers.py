"""The float network's answers on val, line by line as `bccscope analyze --json` writes them.

For `bccscope study evaluate --compare`: what int8 costs. The device refuses a float model by design, so the
answers come from here. The scores are those of the device (mean of the maps) with the temperature, bias and
thresholds of the int8 file's manifest.
"""

import argparse
import hashlib
import json
import tomllib
from pathlib import Path

import torch

import data
import snapshot
from calibrate import probabilities
from evaluate import score_float
from network import student


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--data", required=True)
    p.add_argument("--weights", required=True)
    p.add_argument("--work", required=True)
    p.add_argument("--model", required=True, type=Path, help="the int8 model's folder")
    p.add_argument("--snapshot", nargs="+", required=True, help="what the int8 file was made from")
    p.add_argument("--out", required=True, type=Path)
    a = p.parse_args()
    manifest = tomllib.loads((a.model / "manifest.toml").read_text())
    if manifest["outputs"]["score"] != "mean-of-maps":
        raise SystemExit(f"{a.model}: the score is {manifest['outputs']['score']}, this file knows mean-of-maps only")
    d = data.load(a.data, a.work)
    val = d.where("val")
    net = student(a.weights, 0)
    snapshot.load(net, a.snapshot)
    z = score_float(net, d, val, manifest["input"]["width"], manifest["input"]["height"], manifest.get("views", [{}]))
    tasks = manifest["tasks"]
    sha256 = hashlib.sha256(b"".join(v.numpy().tobytes() for v in net.state_dict().values())).hexdigest()
    said = {
        "engine": "CPU float",
        "engine_runtime": f"PyTorch {torch.__version__}",
        "model": {"name": f"{manifest['name']} float", "version": manifest["version"], "sha256": sha256},
    }
    part = a.out.with_suffix(".part")
    with open(part, "w") as f:
        for i, row in zip(val, probabilities(z, tasks)):
            answers = [{"code": t["code"], "probability": float(q), "low": t["low"], "high": t["high"]} for t, q in zip(tasks, row)]
            f.write(json.dumps({"path": d.files[i], "bcc": answers[0], "patterns": answers[1:], **said}) + "\n")
    part.rename(a.out)


if __name__ == "__main__":
    main()
