"""A start from an exported int8 file: its weights and its calibration, dequantised.

For where a run's snapshot is gone, or where only the published model is at hand. The weights lose
what int8 took from them; training goes on from there.
"""

import hashlib
import tomllib
from pathlib import Path

import numpy as np


def tensors(path):
    """Weights and biases of the file's convolutions in the graph's order, as TensorFlow shapes them."""
    from tensorflow.lite.python import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(bytearray(Path(path).read_bytes()), 0)
    graph = model.subgraphs[0]
    names = {v: k for k, v in vars(schema.BuiltinOperator).items() if not k.startswith("_")}

    def real(index, kind):
        t = graph.tensors[index]
        stored = np.asarray(model.buffers[t.buffer].data, np.uint8).view(kind).reshape(t.shape)
        shape = [1] * len(t.shape)
        shape[t.quantization.quantizedDimension] = -1
        return stored.astype(np.float32) * np.asarray(t.quantization.scale, np.float32).reshape(shape)

    out = []
    for op in graph.operators:
        if names[model.operatorCodes[op.opcodeIndex].builtinCode].endswith("CONV_2D"):
            _, weight, bias = op.inputs
            # (out, height, width, in), for depthwise (1, height, width, channels)
            out += [real(weight, np.int8).transpose(1, 2, 3, 0), real(bias, np.int32)]
    return out


def start(net, affine, path, sha256):
    """Sets the network and the maps' slope and offset from models/<name>/ style files."""
    found = hashlib.sha256(Path(path).read_bytes()).hexdigest()
    if found != sha256:
        raise SystemExit(f"{path}: SHA-256 {found}, the recipe asks for {sha256}")
    net.set(tensors(path))
    tasks = tomllib.loads((Path(path).parent / "manifest.toml").read_text())["tasks"]
    affine[0].assign([-np.log(t["temperature"]) for t in tasks])
    affine[1].assign([t["bias"] for t in tasks])
