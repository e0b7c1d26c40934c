"""The device's network as TensorFlow's graph, for the converter alone: the same convolutions, the same padding."""

import tensorflow as tf


class Graph(tf.Module):
    """Of a learner: float pictures [n, h, w, 3] in [-1, 1] to the maps [n, h / 32, w / 32, 8] and their mean."""

    def __init__(self, learner):
        super().__init__()
        self.blocks = [([Conv(c) for c in b.convs], b.shortcut) for b in learner.backbone.blocks]
        self.head = variable(learner.head.weight, (2, 3, 1, 0)), variable(learner.head.bias)

    @tf.function
    def __call__(self, x):
        for convs, shortcut in self.blocks:
            y = x
            for conv in convs:
                y = conv(y)
            x = x + y if shortcut else y
        maps = tf.nn.bias_add(tf.nn.conv2d(x, self.head[0], 1, "SAME"), self.head[1])
        return {"maps": maps, "logits": tf.reduce_mean(maps, [1, 2])}


class Conv(tf.Module):
    def __init__(self, conv):
        super().__init__()
        self.weight = variable(conv.weight, (2, 3, 0, 1) if conv.depthwise else (2, 3, 1, 0))
        self.bias = variable(conv.bias)
        self.stride, self.depthwise, self.relu = conv.stride, conv.depthwise, conv.relu

    def __call__(self, x):
        s = self.stride
        if self.depthwise:
            x = tf.nn.depthwise_conv2d(x, self.weight, [1, s, s, 1], "SAME")
        else:
            x = tf.nn.conv2d(x, self.weight, s, "SAME")
        x = tf.nn.bias_add(x, self.bias)
        return tf.nn.relu6(x) if self.relu else x


def variable(parameter, axes=(0,)):
    return tf.Variable(parameter.detach().numpy().transpose(axes))
