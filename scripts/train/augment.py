"""What a handheld dermatoscope, another clinic and another camera do to a picture.

All on uint8 RGB with OpenCV; every draw comes from one generator, so a picture's augmentation depends
only on (seed, stage, epoch, position). Geometry is returned so that the readers' cells can follow.
"""

import cv2
import numpy as np

cv2.setNumThreads(1)


def augment(image, width, height, rng, strength=1.0):
    """A picture of any size to uint8 [height, width, 3] and the 2x3 matrix output -> source pixels."""
    out, back = geometry(image, width, height, rng)
    out = colour(out, rng, strength)
    for effect, chance in ((pen, 0.04), (hair, 0.2), (ruler, 0.12), (bubbles, 0.12), (glare, 0.1), (vignette, 0.25)):
        if rng.random() < chance * strength:
            out = effect(out, rng)
    for effect, chance in ((blur, 0.25), (coarse, 0.1), (noise, 0.15), (jpeg, 0.25)):
        if rng.random() < chance * strength:
            out = effect(out, rng)
    return out, back


def geometry(image, width, height, rng):
    h, w = image.shape[:2]
    zoom = np.exp(rng.uniform(np.log(0.6), np.log(1.1)))  # share of the source's width that is seen
    stretch = np.exp(rng.uniform(-0.08, 0.08))
    sx, sy = w / width * zoom * stretch, h / height * zoom / stretch
    angle = rng.uniform(0, 2 * np.pi) if rng.random() < 0.4 else rng.choice((0, np.pi)) + rng.normal(0, 0.15)
    flip = rng.choice((-1, 1))
    slack = max(0.0, 1 - zoom) * 0.5 + 0.04
    cx = w / 2 + rng.uniform(-slack, slack) * w
    cy = h / 2 + rng.uniform(-slack, slack) * h
    c, s = np.cos(angle), np.sin(angle)
    a = np.array([[c * sx * flip, -s * sy], [s * sx * flip, c * sy]])
    t = np.array([cx, cy]) - a @ np.array([(width - 1) / 2, (height - 1) / 2])
    back = np.concatenate([a, t[:, None]], 1)
    scale = (sx + sy) / 2
    if scale > 1.15:  # the device's resize is antialiased, an affine warp is not
        image = cv2.GaussianBlur(image, (0, 0), 0.45 * np.sqrt(scale * scale - 1))
    border = cv2.BORDER_REFLECT_101
    out = cv2.warpAffine(image, back, (width, height), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=border)
    return out, back


def warp_cells(cells, back, source_size, grid_w, grid_h, width, height):
    """Readers' cells [3, 3, k] seen through the augmentation, [grid_h, grid_w, k]; NaN outside the source."""
    w, h = source_size
    u = (np.arange(grid_w) + 0.5) * width / grid_w - 0.5
    v = (np.arange(grid_h) + 0.5) * height / grid_h - 0.5
    x = back[0, 0] * u[None, :] + back[0, 1] * v[:, None] + back[0, 2]
    y = back[1, 0] * u[None, :] + back[1, 1] * v[:, None] + back[1, 2]
    col, row = np.floor(x / w * 3).astype(int), np.floor(y / h * 3).astype(int)
    out = cells[np.clip(row, 0, 2), np.clip(col, 0, 2)].copy()
    out[(col < 0) | (col > 2) | (row < 0) | (row > 2)] = np.nan
    return out


def colour(image, rng, strength):
    """Light colour, saturation, hue, exposure, contrast and gamma."""
    s = strength
    warm, tint = rng.normal(0, 0.09 * s), rng.normal(0, 0.05 * s)
    gain = np.exp(np.array([warm, tint, -warm]) + rng.normal(0, 0.12 * s))
    saturation = np.exp(rng.normal(0, 0.2 * s))
    hue = rng.normal(0, 0.06 * s)
    grey = np.full((3, 3), 1 / 3)
    k = 1 / np.sqrt(3)
    skew = np.array([[0, -k, k], [k, 0, -k], [-k, k, 0]])
    turn = grey + np.cos(hue) * (np.eye(3) - grey) + np.sin(hue) * skew
    matrix = (grey + saturation * (np.eye(3) - grey)) @ turn
    image = cv2.transform(image, matrix.astype(np.float32))
    gamma, contrast = np.exp(rng.normal(0, 0.16 * s)), np.exp(rng.normal(0, 0.14 * s))
    x = np.arange(256) / 255
    table = np.clip((x[:, None] ** gamma * gain - 0.55) * contrast + 0.55 + rng.normal(0, 0.04 * s), 0, 1)
    return cv2.LUT(image, (table * 255 + 0.5).astype(np.uint8)[None])


def curve(rng, width, height, points=24):
    """A bent line through the picture as integer points."""
    start = rng.uniform(-0.1, 1.1, 2) * (width, height)
    direction, bend = rng.uniform(0, 2 * np.pi), rng.normal(0, 1.2)
    length = rng.uniform(0.2, 1.0) * width
    t = np.linspace(0, 1, points)
    step = length / points
    xy = start + np.cumsum(np.stack([np.cos(direction + bend * t), np.sin(direction + bend * t)], 1) * step, 0)
    return xy.round().astype(np.int32)


def hair(image, rng):
    out = image.copy()
    h, w = image.shape[:2]
    light = rng.random() < 0.15
    for _ in range(rng.integers(1, 14)):
        base = rng.uniform(150, 220) if light else rng.uniform(10, 90)
        shade = np.clip(base * np.array([1.0, 0.85, 0.7]), 0, 255)
        thick = int(rng.choice((1, 1, 1, 2)) * max(1, round(w / 256)))
        cv2.polylines(out, [curve(rng, w, h)], False, shade.tolist(), thick, cv2.LINE_AA)
    return mix(out, image, rng.uniform(0.5, 1.0))


def mix(a, b, share):
    return cv2.addWeighted(a, share, b, 1 - share, 0)


def pen(image, rng):
    out = image.copy()
    h, w = image.shape[:2]
    ink = ((70, 40, 150), (40, 50, 120), (30, 30, 40), (60, 110, 70))[rng.integers(4)]
    for _ in range(rng.integers(1, 4)):
        cv2.polylines(out, [curve(rng, w, h)], False, ink, int(rng.integers(4, 12) * w / 256), cv2.LINE_AA)
    return mix(out, image, rng.uniform(0.4, 0.85))


def ruler(image, rng):
    out = image.copy()
    h, w = image.shape[:2]
    step, edge = rng.uniform(7, 24) * w / 256, rng.integers(4)
    shade = [int(rng.uniform(0, 70))] * 3 if rng.random() < 0.8 else [235, 235, 235]
    base = rng.uniform(0, 0.12) * h
    for i, at in enumerate(np.arange(rng.uniform(0, step), w, step)):
        long = (0.07 if i % 5 == 0 else 0.035) * h
        a, b = (at, base), (at, base + long)
        if edge in (1, 3):
            a, b = a[::-1], b[::-1]
        if edge == 2:
            a, b = (a[0], h - a[1]), (b[0], h - b[1])
        if edge == 3:
            a, b = (w - a[0], a[1]), (w - b[0], b[1])
        cv2.line(out, tuple(map(int, a)), tuple(map(int, b)), shade, max(1, w // 256), cv2.LINE_AA)
    return mix(out, image, rng.uniform(0.6, 1.0))


def bubbles(image, rng):
    out = image.copy()
    h, w = image.shape[:2]
    for _ in range(rng.integers(1, 9)):
        centre = (int(rng.uniform(0, w)), int(rng.uniform(0, h)))
        radius = int(rng.uniform(2, 14) * w / 256)
        cv2.circle(out, centre, radius, (60, 50, 50), 1, cv2.LINE_AA)
        cv2.circle(out, centre, max(1, radius - 1), (245, 240, 235), 1, cv2.LINE_AA)
        spot = (centre[0] - radius // 3, centre[1] - radius // 3)
        cv2.circle(out, spot, max(1, radius // 5), (255, 255, 255), -1, cv2.LINE_AA)
    return mix(out, image, rng.uniform(0.4, 0.9))


def glare(image, rng):
    out = image.copy()
    h, w = image.shape[:2]
    for _ in range(rng.integers(1, 5)):
        centre = (int(rng.uniform(0, w)), int(rng.uniform(0, h)))
        axes = (int(rng.uniform(2, 16) * w / 256), int(rng.uniform(2, 10) * w / 256))
        cv2.ellipse(out, centre, axes, rng.uniform(0, 180), 0, 360, (255, 255, 255), -1, cv2.LINE_AA)
    return mix(cv2.GaussianBlur(out, (0, 0), rng.uniform(0.8, 4)), image, rng.uniform(0.3, 0.8))


def vignette(image, rng):
    """A soft fall-off of the light, or the hard black edge of a round contact plate."""
    h, w = image.shape[:2]
    cx, cy = w / 2 + rng.normal(0, 0.05) * w, h / 2 + rng.normal(0, 0.05) * h
    x, y = np.arange(w, dtype=np.float32) - cx, np.arange(h, dtype=np.float32) - cy
    r = np.sqrt(x[None] ** 2 + y[:, None] ** 2) / (np.hypot(w, h) / 2)
    if rng.random() < 0.5:
        shade = 1 - rng.uniform(0.15, 0.7) * r * r
    else:
        edge, soft = rng.uniform(0.68, 1.0), rng.uniform(0.01, 0.08)
        shade = np.clip((edge - r) / soft + 0.5, rng.uniform(0, 0.15), 1)
    return (image * shade[:, :, None]).astype(np.uint8)


def blur(image, rng):
    scale = image.shape[1] / 256
    if rng.random() < 0.7:
        return cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, 1.6) * scale)
    size = int(rng.integers(1, 4) * scale) * 2 + 1
    kernel = np.zeros((size, size), np.float32)
    angle, r = rng.uniform(0, np.pi), size // 2
    d = (int(round(r * np.cos(angle))), int(round(r * np.sin(angle))))
    cv2.line(kernel, (r - d[0], r - d[1]), (r + d[0], r + d[1]), 1.0)
    return cv2.filter2D(image, -1, kernel / kernel.sum())


def coarse(image, rng):
    h, w = image.shape[:2]
    share = rng.uniform(0.4, 0.8)
    small = cv2.resize(image, (int(w * share), int(h * share)), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (w, h), interpolation=cv2.INTER_LINEAR)


def noise(image, rng):
    grain = rng.normal(0, rng.uniform(2, 10), image.shape[:2] + (1,)).astype(np.float32)
    return np.clip(image + grain, 0, 255).astype(np.uint8)


def jpeg(image, rng):
    _, code = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.uniform(25, 90))])
    return cv2.imdecode(code, cv2.IMREAD_COLOR)
