"""The device's way from a decoded picture to the network's input, byte for byte the same rule.

Largest centred rectangle of the input's aspect ratio, Pillow's antialiased bilinear resize over that
box, RGB. The int8 input is the byte minus 128; the float network sees byte / 127.5 - 1.
"""

import numpy as np
from PIL import Image


def centre_box(width, height, to_width, to_height):
    """The crop as (left, top, right, bottom); coordinates may be fractions of a pixel."""
    if width * to_height > height * to_width:
        crop_w, crop_h = height * to_width / to_height, float(height)
    else:
        crop_w, crop_h = float(width), width * to_height / to_width
    left, top = (width - crop_w) / 2, (height - crop_h) / 2
    return left, top, left + crop_w, top + crop_h


def prepare(rgb, width, height):
    """uint8 RGB of any size to uint8 [height, width, 3]."""
    image = Image.fromarray(rgb)
    box = centre_box(image.width, image.height, width, height)
    return np.asarray(image.resize((width, height), Image.BILINEAR, box=box))


def to_float(batch):
    return batch.astype(np.float32) / 127.5 - 1.0


def to_int8(batch):
    return (batch.astype(np.int16) - 128).astype(np.int8)
