"""Makes model.onnx: which of three sounds was just heard, frame by frame.

usage: make_model.py        needs numpy and onnx

A frame is 10 ms at 16 kHz. The network turns it into the energies of 8 bands, puts these after those of the 15 frames
before, and asks a small perceptron, whose answers are smoothed over time. The 15 frames and the smoothed answers are
inputs that come back as outputs: the state. The sounds are made here: a tone that rises, one that falls, two tones at
once, between noise. The perceptron is trained on such sounds, with random pitch, loudness and noise, always the same
ones; it knows nothing of speech.
"""

import os

import numpy as np
import onnx
import onnx.parser
from onnx import numpy_helper

RATE, FRAME, BANDS, FRAMES, LENGTH = 16000, 160, 8, 16, 14
WORDS = ["nothing", "rising", "falling", "bell"]


def tones(word, rng):
    """The frequencies of a word at each of its samples, as rows."""
    t, pitch = np.linspace(0, 1, LENGTH * FRAME), rng.uniform(0.92, 1.08)
    rows = {1: [400 + 1600 * t], 2: [2000 - 1600 * t], 3: [600 + 0 * t, 1500 + 0 * t]}[word]
    return [pitch * row for row in rows]


def sound(words, rng):
    """Noise with these words in it; where each begins, in frames."""
    frames = 40 * len(words) + 40
    x = rng.uniform(0.002, 0.05) * rng.standard_normal(frames * FRAME)
    starts = []
    for i, word in enumerate(words):
        start = 40 * i + int(rng.integers(16, 26))
        starts.append(start)
        loud = rng.uniform(0.15, 0.6)
        for f in tones(word, rng):
            x[start * FRAME :][: LENGTH * FRAME] += loud * np.sin(2 * np.pi * np.cumsum(f) / RATE)
    return x.reshape(frames, FRAME).astype(np.float32), starts


def bands():
    """The waves that a frame is compared with: cosines, then sines."""
    t, f = np.arange(FRAME)[:, None] / RATE, np.linspace(350, 2100, BANDS)[None]
    window = np.hanning(FRAME)[:, None]
    return np.hstack([window * np.cos(2 * np.pi * f * t), window * np.sin(2 * np.pi * f * t)]).astype(np.float32)


def energies(x, waves):
    y = (x @ waves) ** 2
    return np.log(y[:, :BANDS] + y[:, BANDS:] + 1e-2)


def examples(rng, waves):
    rows, labels = [], []
    for _ in range(60):
        words = rng.integers(1, len(WORDS), 4)
        x, starts = sound(words, rng)
        e = energies(x, waves)
        for end in range(FRAMES, len(e)):
            label = sum(int(w) for w, s in zip(words, starts) if 0 <= end - (s + LENGTH) <= 2)
            near = any(-4 <= end - (s + LENGTH) <= 5 for s in starts)
            if label or not near:  # what is half a word is left open
                rows.append(e[end - FRAMES : end].ravel())
                labels.append(label)
    return np.array(rows, np.float64), np.array(labels)


def trained(rng, waves):
    x, labels = examples(rng, waves)
    mean, scale = x.mean(), x.std()
    x = (x - mean) / scale
    sizes = [BANDS * FRAMES, 16, len(WORDS)]
    p = [rng.standard_normal((a, b)) / np.sqrt(a) for a, b in zip(sizes, sizes[1:])] + [np.zeros(s) for s in sizes[1:]]
    moments = [[np.zeros_like(w), np.zeros_like(w)] for w in p]
    weight = np.where(labels > 0, 4.0, 1.0)[:, None] / len(labels)
    for step in range(1, 301):
        h = np.maximum(x @ p[0] + p[2], 0)
        z = h @ p[1] + p[3]
        y = np.exp(z - z.max(axis=1, keepdims=True))
        y /= y.sum(axis=1, keepdims=True)
        d = (y - np.eye(len(WORDS))[labels]) * weight
        dh = (d @ p[1].T) * (h > 0)
        for w, g, m in zip(p, [x.T @ dh, h.T @ d, dh.sum(axis=0), d.sum(axis=0)], moments):
            m[0] = 0.9 * m[0] + 0.1 * g
            m[1] = 0.999 * m[1] + 0.001 * g * g
            w -= 0.01 * (m[0] / (1 - 0.9**step)) / (np.sqrt(m[1] / (1 - 0.999**step)) + 1e-8)
    print(f"{np.mean(y.argmax(axis=1) == labels):.4f} of {len(labels)} training windows are right")
    return [p[0] / scale, p[1], p[2] - (mean / scale) * p[0].sum(axis=0), p[3]]


TEXT = f"""<ir_version: 8, opset_import: ["": 17]>
spotter (float[1,{FRAME}] sound, float[{FRAMES - 1},{BANDS}] frames, float[1,{len(WORDS)}] before)
    => (float[1,{len(WORDS)}] scores, float[{FRAMES - 1},{BANDS}] frames_next, float[1,{len(WORDS)}] after) {{
    waves = MatMul(sound, bank)
    squares = Mul(waves, waves)
    even, odd = Split<axis = 1>(squares)
    energy = Add(even, odd)
    audible = Add(energy, floor)
    band = Log(audible)
    all = Concat<axis = 0>(frames, band)
    frames_next = Slice(all, one, end)
    flat = Reshape(all, row)
    hidden = Gemm(flat, w1, b1)
    active = Relu(hidden)
    answer = Gemm(active, w2, b2)
    now = Softmax(answer)
    kept = Mul(before, keep)
    new = Mul(now, take)
    after = Add(kept, new)
    scores = Identity(after)
}}"""


def main():
    rng, waves = np.random.default_rng(1), bands()
    w1, w2, b1, b2 = [w.astype(np.float32) for w in trained(rng, waves)]
    model = onnx.parser.parse_model(TEXT)
    constants = {
        "bank": waves,
        "floor": np.float32(1e-2),
        "one": np.array([1]),
        "end": np.array([FRAMES]),
        "row": np.array([1, FRAMES * BANDS]),
        "w1": w1,
        "b1": b1,
        "w2": w2,
        "b2": b2,
        "keep": np.float32(0.5),
        "take": np.float32(0.5),
    }
    for name, value in constants.items():
        model.graph.initializer.append(numpy_helper.from_array(np.asarray(value), name))
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, os.path.join(os.path.dirname(os.path.abspath(__file__)), "model.onnx"))


if __name__ == "__main__":
    main()
