"""What the network is asked for. A loss only where a label exists (NaN elsewhere)."""

import tensorflow as tf



def masked(values, known):
    return tf.reduce_sum(values * known) / tf.maximum(tf.reduce_sum(known), 1.0)


def known_or_zero(y):
    known = tf.cast(tf.math.is_finite(y), tf.float32)
    return tf.where(known > 0, y, tf.zeros_like(y)), known


def image_loss(logits, y, positive_weight, task_weight, smoothing):
    """Binary cross-entropy a task; positives of rare patterns weigh more."""
    y, known = known_or_zero(y)
    weight = (1 + (positive_weight - 1) * y) * known
    y = y * (1 - smoothing) + smoothing / 2
    ce = tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=logits)
    per_task = tf.reduce_sum(ce * weight, 0) / tf.maximum(tf.reduce_sum(weight, 0), 4.0)
    return tf.reduce_sum(per_task * task_weight)


def place_loss(maps, cells, y):
    """Where readers marked the pattern the map shall be high, elsewhere low.

    Inside and outside weigh the same in a picture that has the pattern; a picture without it asks for
    low values everywhere, with a small weight.
    """
    maps = maps[..., 1:]
    y, read = known_or_zero(y[:, 1:])
    cells, seen = known_or_zero(cells)
    seen *= read[:, None, None, :]
    target = cells * tf.cast(y > 0.5, tf.float32)[:, None, None, :]
    ce = tf.nn.sigmoid_cross_entropy_with_logits(labels=target, logits=maps)

    def mean(weight):
        return tf.reduce_sum(ce * weight, [1, 2]) / tf.maximum(tf.reduce_sum(weight, [1, 2]), 1.0)

    present = tf.cast(tf.reduce_max(target, [1, 2]) > 0, tf.float32)
    with_pattern = present * (mean(target * seen) + mean((1 - target) * seen))
    without = (1 - present) * mean(seen)
    n = tf.maximum(tf.reduce_sum(present, 0), 1.0)
    absent = tf.maximum(tf.reduce_sum((1 - present) * read, 0), 1.0)
    return tf.reduce_mean(tf.reduce_sum(with_pattern * read, 0) / n + 0.5 * tf.reduce_sum(without * read, 0) / absent)


def diagnosis_loss(logits, diagnosis, weight):
    ce = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=diagnosis, logits=logits)
    return tf.reduce_mean(ce * tf.gather(weight, diagnosis))
