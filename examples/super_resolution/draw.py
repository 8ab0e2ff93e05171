"""Pictures made of gradients, shapes and strokes, with smooth edges: a random one to train on,
and a fixed one to look at.

A shape is a function's zero line: the signed distance of every pixel to its edge, in pixels, negative inside. Half a
pixel to either side of the edge the colours mix.
"""

import numpy as np


class Picture:
    """height x width x 3 numbers from 0 to 1; shapes are given in pixels, x to the right, y down."""

    def __init__(self, height, width):
        self.y, self.x = np.mgrid[0:height, 0:width] + 0.5
        self.pixels = np.ones((height, width, 3))

    def gradient(self, colour, other, direction):
        """From one colour to the other across the picture, along the direction (x, y)."""
        along = self.x * direction[0] + self.y * direction[1]
        share = (along - along.min()) / max(np.ptp(along), 1e-9)
        self.pixels[:] = share[..., None] * other + (1 - share[..., None]) * colour

    def fill(self, distance, colour):
        cover = np.clip(0.5 - distance, 0, 1)[..., None]
        self.pixels = cover * colour + (1 - cover) * self.pixels

    def circle(self, x, y, radius):
        return np.hypot(self.x - x, self.y - y) - radius

    def ring(self, x, y, radius, width):
        return np.abs(self.circle(x, y, radius)) - width / 2

    def convex(self, corners):
        """Corners in clockwise order, as one sees them. Outside a corner the distance comes out a little small."""
        inside = [(q[1] - p[1], p[0] - q[0], p) for p, q in zip(corners, corners[1:] + corners[:1])]
        return np.max(
            [((self.x - p[0]) * nx + (self.y - p[1]) * ny) / np.hypot(nx, ny) for nx, ny, p in inside], axis=0
        )

    def box(self, x, y, width, height, angle=0.0):
        """By its centre."""
        c, s = np.cos(angle), np.sin(angle)
        u, v = (self.x - x) * c + (self.y - y) * s, (self.y - y) * c - (self.x - x) * s
        return np.maximum(np.abs(u) - width / 2, np.abs(v) - height / 2)

    def line(self, points, width):
        """Through all the points, with round ends."""
        return np.min([self.segment(p, q) for p, q in zip(points, points[1:])], axis=0) - width / 2

    def segment(self, p, q):
        dx, dy = q[0] - p[0], q[1] - p[1]
        along = np.clip(((self.x - p[0]) * dx + (self.y - p[1]) * dy) / max(dx * dx + dy * dy, 1e-9), 0, 1)
        return np.hypot(self.x - p[0] - along * dx, self.y - p[1] - along * dy)

    def text(self, letters, x, y, size, width, colour):
        for letter in letters:
            for stroke in STROKES[letter]:
                self.fill(self.line([(x + u * size, y + v * size) for u, v in stroke], width), colour)
            x += size * 0.9


# The strokes of some letters, in a box of 0.6 x 1.
STROKES = {
    "O": [[(0.3 + 0.3 * np.sin(a), 0.5 - 0.5 * np.cos(a)) for a in np.linspace(0, 2 * np.pi, 17)]],
    "N": [[(0, 1), (0, 0), (0.6, 1), (0.6, 0)]],
    "X": [[(0, 0), (0.6, 1)], [(0.6, 0), (0, 1)]],
    "C": [[(0.3 + 0.3 * np.sin(a), 0.5 - 0.5 * np.cos(a)) for a in np.linspace(2.4, 7.0, 13)]],
    "T": [[(0, 0), (0.6, 0)], [(0.3, 0), (0.3, 1)]],
    "E": [[(0.6, 0), (0, 0), (0, 1), (0.6, 1)], [(0, 0.5), (0.5, 0.5)]],
    "S": [
        [
            (0.6, 0.12),
            (0.4, 0),
            (0.12, 0.03),
            (0, 0.25),
            (0.12, 0.45),
            (0.48, 0.55),
            (0.6, 0.75),
            (0.48, 0.97),
            (0.2, 1),
            (0, 0.88),
        ]
    ],
    "2": [[(0, 0.2), (0.15, 0.03), (0.4, 0), (0.58, 0.2), (0.5, 0.45), (0, 1), (0.6, 1)]],
    "4": [[(0.45, 1), (0.45, 0), (0, 0.7), (0.6, 0.7)]],
}


def random_shape(rng, picture, size):
    x, y = rng.uniform(0, size, 2)
    width = rng.choice([1, 1.5, 2, 3, 5])
    kind = rng.integers(5)
    if kind == 0:
        return picture.circle(x, y, rng.uniform(2, size / 3))
    if kind == 1:
        return picture.ring(x, y, rng.uniform(4, size / 3), width)
    if kind == 2:
        return picture.box(x, y, *rng.uniform(3, size / 2, 2), angle=rng.choice([0, rng.uniform(0, np.pi)]))
    if kind == 3:
        angles = rng.uniform(0, 2 * np.pi) + np.array([0, 2, 4]) + rng.uniform(-0.7, 0.7, 3)
        return picture.convex([(x + np.cos(a) * size / 4, y + np.sin(a) * size / 4) for a in angles])
    return picture.line([tuple(p) for p in rng.uniform(0, size, (rng.integers(2, 5), 2))], width)


def random_picture(rng, size):
    picture = Picture(size, size)
    picture.gradient(rng.uniform(0, 1, 3), rng.uniform(0, 1, 3), rng.normal(size=2))
    for _ in range(rng.integers(4, 14)):
        if rng.random() < 0.3:
            letters = rng.choice(list(STROKES), rng.integers(2, 6))
            height = rng.uniform(6, 30)
            picture.text(
                letters,
                *rng.uniform(-5, size * 0.8, 2),
                height,
                max(1, height * rng.uniform(0.06, 0.2)),
                rng.uniform(0, 1, 3),
            )
        else:
            picture.fill(random_shape(rng, picture, size), rng.uniform(0, 1, 3))
    return picture.pixels


def landscape():
    """192 x 192: a house by the mountains."""
    p = Picture(192, 192)
    p.gradient(np.array([0.30, 0.55, 0.90]), np.array([0.95, 0.85, 0.70]), (0.15, 1))
    p.fill(p.circle(150, 40, 17), (1.0, 0.93, 0.55))
    for angle in np.arange(0, 2 * np.pi, np.pi / 8):
        c, s = np.cos(angle), np.sin(angle)
        p.fill(p.line([(150 + 22 * c, 40 + 22 * s), (150 + 30 * c, 40 + 30 * s)], 2), (1.0, 0.93, 0.55))
    p.fill(p.convex([(60, 48), (150, 150), (-30, 150)]), (0.45, 0.47, 0.58))
    p.fill(p.convex([(60, 48), (78, 68), (66, 64), (60, 72), (52, 62), (45, 65)]), (0.97, 0.97, 1.0))
    p.fill(p.convex([(132, 82), (205, 150), (80, 150)]), (0.36, 0.40, 0.50))
    p.fill(p.circle(96, 430, 300), (0.35, 0.60, 0.30))
    p.fill(p.box(66, 136, 62, 40), (0.85, 0.75, 0.62))
    for y in range(120, 156, 6):
        p.fill(p.line([(36, y), (96, y)], 1), (0.70, 0.58, 0.46))
    p.fill(p.convex([(66, 88), (108, 118), (24, 118)]), (0.65, 0.22, 0.18))
    for x in (48, 82):
        p.fill(p.box(x, 134, 15, 15), (0.98, 0.98, 0.95))
        p.fill(p.box(x, 134, 12, 12), (0.25, 0.38, 0.55))
        p.fill(p.line([(x, 128), (x, 140)], 1.5), (0.98, 0.98, 0.95))
        p.fill(p.line([(x - 6, 134), (x + 6, 134)], 1.5), (0.98, 0.98, 0.95))
    p.fill(p.box(65, 144, 11, 24), (0.40, 0.24, 0.15))
    p.fill(p.circle(68.5, 145, 1), (0.95, 0.85, 0.30))
    p.fill(p.ring(66, 107, 5, 2), (0.98, 0.98, 0.95))
    p.fill(p.box(150, 140, 6, 34), (0.38, 0.26, 0.17))
    for x, y, r in ((150, 108, 15), (139, 119, 11), (162, 118, 12)):
        p.fill(p.circle(x, y, r), (0.20, 0.45, 0.22))
    for x in range(108, 192, 9):
        p.fill(p.line([(x, 152), (x, 166)], 2.5), (0.93, 0.91, 0.86))
    for y in (155, 161):
        p.fill(p.line([(104, y), (192, y)], 1.5), (0.93, 0.91, 0.86))
    p.text("ONNX2C", 12, 12, 15, 2, np.array([0.10, 0.12, 0.25]))
    p.text("SCENE", 12, 172, 12, 1.6, np.array([0.98, 0.98, 0.90]))
    return p.pixels
