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


def middle(box, part):
    """The middle of a box, a part of its width and height."""
    left, top, right, bottom = box
    rim_x, rim_y = (right - left) * (1 - part) / 2, (bottom - top) * (1 - part) / 2
    return left + rim_x, top + rim_y, right - rim_x, bottom - rim_y


def prepare(rgb, width, height, part=1.0, mirrored=False):
    """uint8 RGB of any size to uint8 [height, width, 3]; `part` and `mirrored` are a view of the manifest."""
    image = Image.fromarray(rgb)
    box = middle(centre_box(image.width, image.height, width, height), part)
    x = np.asarray(image.resize((width, height), Image.BILINEAR, box=box))
    return x[:, ::-1] if mirrored else x


def to_float(batch):
    return batch.astype(np.float32) / 127.5 - 1.0
