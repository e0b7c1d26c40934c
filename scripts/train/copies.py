"""Copies of pictures as other devices, lamps and hands would take them: what the quality gate is fitted and measured on.

Every copy is cropped and rescaled at random first, so that no set is told by its pixel size or JPEG history.
(augment.py does the like for the network, on arrays and with what no gate has to tell.)
"""

import numpy as np
from PIL import Image, ImageFilter

FAULTS = ("blur", "dark", "bright", "glare")
SIZES = [(256, 192), (320, 240), (400, 300), (640, 480)]
LIGHT = 0.1  # spread of the logarithms of gains and gamma
VARIED, ROUND, FADING = 0.6, 0.15, 0.25  # shares of the copies that the gate is fitted on
REACH, AIR = 0.9, 0.35  # least reach of a lamp, in heights of the picture: glass on the skin, and held in the air


def plain(path, rng):
    """The picture cropped at random, at a camera-like size."""
    im = Image.open(path).convert("RGB")
    w, h = im.size
    crop = rng.uniform(0.75, 1.0)
    cw, ch = w * crop, min(h, w * 0.75) * crop
    x, y = rng.uniform(0, w - cw), rng.uniform(0, h - ch)
    return im.resize(SIZES[rng.integers(len(SIZES))], Image.BICUBIC, box=(x, y, x + cw, y + ch))


def other_light(picture, rng):
    """Another white balance, exposure and gamma, as another device has."""
    warm, tint = rng.normal(0, LIGHT), rng.normal(0, LIGHT / 2)
    gain = np.exp(np.array([warm, tint, -warm]) + rng.normal(0, LIGHT))
    a = (np.asarray(picture, np.float32) / 255) ** np.exp(rng.normal(0, LIGHT)) * gain
    return Image.fromarray((np.clip(a, 0, 1) * 255).astype(np.uint8))


def round_field(picture, rng):
    """What a dermatoscope with a round aperture shows: black around the field, with a soft rim."""
    w, h = picture.size
    x, y = w / 2 + rng.normal(0, 0.03) * w, h / 2 + rng.normal(0, 0.03) * h
    yy, xx = np.mgrid[0:h, 0:w]
    rim = (rng.uniform(0.45, 0.62) * h - np.hypot(xx - x, yy - y)) / (rng.uniform(0.002, 0.02) * h)
    a = np.asarray(picture, np.float32) * np.clip(rim + 0.5, 0, 1)[..., None] + rng.uniform(0, 10)
    return Image.fromarray(np.clip(a, 0, 255).astype(np.uint8))


def fading_light(picture, rng, least=REACH):
    """Light that fades from the middle, as a lamp's beside the lens does; the middle is exposed as it was."""
    w, h = picture.size
    x, y = w / 2 + rng.normal(0, 0.06) * w, h / 2 + rng.normal(0, 0.06) * h
    yy, xx = np.mgrid[0:h, 0:w]
    away = np.hypot(xx - x, yy - y) / (rng.uniform(least, 1.6) * h)
    return Image.fromarray((np.asarray(picture, np.float32) * np.exp(-(away**2))[..., None]).astype(np.uint8))


def lamp_in_the_air(picture, rng):
    return fading_light(picture, rng, AIR)


def varied(picture, rng, lamp=fading_light):
    if rng.random() < VARIED:
        picture = other_light(picture, rng)
    if rng.random() < FADING:
        picture = lamp(picture, rng)
    return round_field(picture, rng) if rng.random() < ROUND else picture


CHANGES = {
    "varied": varied,
    "varied, in the air": lambda picture, rng: varied(picture, rng, lamp_in_the_air),
    "other light": other_light,
    "round field": round_field,
    "fading light": fading_light,
    "lamp in the air": lamp_in_the_air,
}
OF_DERMOSCOPIC = ("other light", "round field", "fading light")
OF_CLOSE_UPS = ("other light", "round field", "lamp in the air")


def faulty(picture, kind, rng):
    w, h = picture.size
    if kind == "blur":
        return picture.filter(ImageFilter.GaussianBlur(0.014 * w))
    a = np.asarray(picture, np.float32)
    if kind == "dark":
        a = a * 0.22
    elif kind == "bright":
        a = 255 - (255 - a) * 0.18
    elif kind == "glare":
        yy, xx = np.mgrid[0:h, 0:w]
        spot = np.hypot(xx - w * rng.uniform(0.3, 0.7), yy - h * rng.uniform(0.3, 0.7)) / (0.22 * h)
        a = a + 400 * np.clip(1.5 - spot, 0, 1)[..., None]
    return Image.fromarray(np.clip(a, 0, 255).astype(np.uint8))


def copy(path, rng, kind=None):
    """A copy of one picture: as it is, changed (CHANGES) or spoilt (FAULTS)."""
    picture = plain(path, rng)
    if kind in CHANGES:
        return CHANGES[kind](picture, rng)
    return faulty(picture, kind, rng) if kind else picture
