"""Float weights to a full-integer TFLite file, and a check that it is what the device expects."""

import numpy as np
import tensorflow as tf

from augment import augment
from graph import Graph
from labels import LEAST_TRAIN
from prepare import prepare, to_float
from tasks import N

REPRESENTATIVE = LEAST_TRAIN
ALLOWED = {"QUANTIZE": 1, "CONV_2D": 3, "DEPTHWISE_CONV_2D": 3, "ADD": 2, "MEAN": 2, "RESHAPE": 1}
STRIDE = 32
HARDLY = 0.01  # of a step: float arithmetic
MOST = 2**30  # of a bias: where it would be more, the converter takes larger steps for the channel's weights (kMaxBias)
DROWNED = 1e-4  # of such a bias: what its channel's weights may then have lost


def representative(data, width, height, seed):
    """Train pictures, plain and augmented, and the two ends of the byte range."""
    rng = np.random.default_rng(seed)
    yield [to_float(np.stack([np.linspace(0, 255, width).astype(np.uint8)[:, None].repeat(3, 1)] * height)[None])]
    for i in rng.choice(data.where("train"), REPRESENTATIVE, replace=False):
        image = data.images[i]
        x = prepare(image, width, height) if rng.random() < 0.7 else augment(image, width, height, rng, 0.6)[0]
        yield [to_float(x[None])]


def convert(learner, data, width, height, seed):
    graph = Graph(learner)
    function = graph.__call__.get_concrete_function(tf.TensorSpec([1, height, width, 3], tf.float32))
    # Without the graph as a second argument: it would add a signature, which the device does not read.
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function])
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: representative(data, width, height, seed)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.int8
    converter.inference_output_type = tf.int8
    return converter.convert()


def check(path, learner):
    """Refuses a file with other operators, versions, types, shapes or weights than `learner`, on its grid, and the
    contract have; returns its facts."""
    from tensorflow.lite.python import schema_py_generated as schema

    model = schema.ModelT.InitFromPackedBuf(bytearray(path.read_bytes()), 0)
    names = {v: k for k, v in vars(schema.BuiltinOperator).items() if not k.startswith("_")}
    found = {names[max(c.builtinCode, c.deprecatedBuiltinCode)]: c.version for c in model.operatorCodes}
    for name, version in found.items():
        if version > ALLOWED.get(name, 0):
            raise SystemExit(f"{path}: operator {name} version {version} is not among {ALLOWED}")
    graph = model.subgraphs[0]
    for t in graph.tensors:
        if t.shapeSignature is not None and -1 in list(t.shapeSignature):
            raise SystemExit(f"{path}: tensor {t.name} has a dynamic shape")
        if t.type not in (schema.TensorType.INT8, schema.TensorType.INT32):
            raise SystemExit(f"{path}: tensor {t.name} is neither int8 nor int32")
    filters = [[graph.tensors[i] for i in o.inputs[1:3]] for o in graph.operators if names[model.operatorCodes[o.opcodeIndex].builtinCode].endswith("CONV_2D")]
    wanted = convolutions(learner)
    if len(filters) != len(wanted):
        raise SystemExit(f"{path}: {len(filters)} convolutions; the network has {len(wanted)}")
    for (stored, bias), weights in zip(filters, wanted):
        steps, addend = (np.asarray(model.buffers[t.buffer].data, np.uint8) for t in (stored, bias))
        same_weights(path, stored, steps.view(np.int8), addend.view(np.int32), weights)
    source = graph.tensors[graph.inputs[0]]
    scale, zero = source.quantization.scale[0], source.quantization.zeroPoint[0]
    if abs(scale * 127.5 - 1) > 0.01 or zero not in (-1, 0):
        raise SystemExit(f"{path}: the input's scale {scale} and zero point {zero} are not byte - 128")
    height, width = int(source.shape[1]), int(source.shape[2])
    shapes = sorted([list(map(int, graph.tensors[o].shape)) for o in graph.outputs], key=len)
    if shapes != [[1, N], [1, height // STRIDE, width // STRIDE, N]]:
        raise SystemExit(f"{path}: outputs have the shapes {shapes}")
    return {"operators": found, "width": width, "height": height, "convolutions": len(filters), "bytes": path.stat().st_size}


def convolutions(learner):
    """The weights in the order they are used, each (out, height, width, in): a depthwise filter has one input."""
    convs = [c for block in learner.backbone.blocks for c in block.convs]
    return [c.weight.detach().numpy().transpose(0, 2, 3, 1) for c in (*convs, learner.head)]


def same_weights(path, stored, steps, bias, weights):
    """The converter must find nothing left to round, but in a channel that is nothing but its bias."""
    name = stored.name.decode()
    scale = np.asarray(stored.quantization.scale, np.float32)
    if len(scale) != len(weights):
        raise SystemExit(f"{path}: weights of {name} are not quantised per channel")
    steps = steps.reshape(stored.shape)
    if stored.quantization.quantizedDimension == 3:  # depthwise: (1, height, width, out)
        steps = steps.transpose(3, 1, 2, 0)
    if steps.shape != weights.shape:
        raise SystemExit(f"{path}: {name} is {steps.shape}, the network's {weights.shape}")
    off = np.abs(steps - weights / scale[:, None, None, None])
    # An input has at most 255 steps, and the bias is counted in steps of input times weight.
    drowned = (np.abs(bias) >= MOST) & (255 * off.sum((1, 2, 3)) <= DROWNED * np.abs(bias.astype(np.int64)))
    moved = off[~drowned].max(initial=0.0)
    if moved > HARDLY:
        raise SystemExit(f"{path}: the converter has moved a weight of {name} by {moved:.3f} of a step")
