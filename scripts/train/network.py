"""MobileNet-V2 1.0 without batch norm (folded), 1x1 convolution to class maps, global average.

Plain TensorFlow: a list of variables and a function, so that one definition serves training, float
evaluation and the converter.
"""

import numpy as np
import tensorflow as tf

from tasks import N

# expansion, channels, repeats, stride
INVERTED_RESIDUALS = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
FEATURES = 1280
BLOCKS = 19  # stem, 17 inverted residuals, last convolution


class Conv:
    def __init__(self, name, weight, bias, block, stride=1, depthwise=False, relu=True):
        self.block, self.stride, self.depthwise, self.relu = block, stride, depthwise, relu
        self.weight = tf.Variable(weight, name=f"{name}/weight")
        self.bias = tf.Variable(bias, name=f"{name}/bias")

    def __call__(self, x):
        s = self.stride
        if self.depthwise:
            x = tf.nn.depthwise_conv2d(x, self.weight, [1, s, s, 1], "SAME")
        else:
            x = tf.nn.conv2d(x, self.weight, s, "SAME")
        x = tf.nn.bias_add(x, self.bias)
        return tf.nn.relu6(x) if self.relu else x


class Network:
    """`blocks` is a list of (convolutions, has a shortcut); `head` makes the maps."""

    def __init__(self, weights, seed):
        stored = np.load(weights)
        names = iter([k[: -len(".weight")] for k in stored.files if k.startswith("features.") and k.endswith(".weight")])
        rng = np.random.default_rng(seed)

        def conv(block, **kw):
            name = next(names)
            axes = (2, 3, 0, 1) if kw.get("depthwise") else (2, 3, 1, 0)
            return Conv(name, stored[f"{name}.weight"].transpose(axes), stored[f"{name}.bias"], block, **kw)

        self.blocks = [([conv(0, stride=2)], False)]
        channels = 32
        for expansion, out, repeats, first_stride in INVERTED_RESIDUALS:
            for r in range(repeats):
                b, stride = len(self.blocks), first_stride if r == 0 else 1
                convs = [conv(b)] if expansion != 1 else []
                convs += [conv(b, stride=stride, depthwise=True), conv(b, relu=False)]
                self.blocks.append((convs, stride == 1 and channels == out))
                channels = out
        self.blocks.append(([conv(BLOCKS - 1)], False))
        head = rng.normal(0, 0.01, (1, 1, FEATURES, N)).astype(np.float32)
        self.head = Conv("head", head, np.zeros(N, np.float32), BLOCKS, relu=False)

    def convs(self):
        return [c for convs, _ in self.blocks for c in convs] + [self.head]

    def variables(self, open_from=0):
        return [v for c in self.convs() if c.block >= open_from for v in (c.weight, c.bias)]

    def features(self, x):
        for convs, shortcut in self.blocks:
            y = x
            for c in convs:
                y = c(y)
            x = x + y if shortcut else y
        return x

    def __call__(self, x):
        """Maps and logits of float pictures in [-1, 1]; this is what is exported."""
        maps = self.head(self.features(x))
        return maps, tf.reduce_mean(maps, [1, 2])

    def get(self):
        return [v.numpy() for v in self.variables()]

    def set(self, values):
        for v, a in zip(self.variables(), values, strict=True):
            v.assign(a)
