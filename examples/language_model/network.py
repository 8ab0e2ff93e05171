"""A small decoder, forward and backward, in numpy.

Each part returns its result and a function that takes the gradient of the result, adds to those of the weights, and
returns that of the part's input. Rows are tokens: x[batch * length, width].
"""

import numpy as np

LAYERS, WIDTH, HEADS, KV_HEADS, HIDDEN, VOCABULARY = 4, 128, 4, 2, 384, 512
SIZE = WIDTH // HEADS  # of a head
EPSILON = 1e-5


def new_weights(rng):
    shapes = {"embedding": (VOCABULARY, WIDTH), "norm": (WIDTH,)}
    for i in range(LAYERS):
        shapes |= {
            f"{i}.attention_norm": (WIDTH,),
            f"{i}.qkv": (WIDTH, WIDTH + 2 * KV_HEADS * SIZE),
            f"{i}.output": (WIDTH, WIDTH),
            f"{i}.mlp_norm": (WIDTH,),
            f"{i}.gate": (WIDTH, HIDDEN),
            f"{i}.up": (WIDTH, HIDDEN),
            f"{i}.down": (HIDDEN, WIDTH),
        }
    weights = {}
    for name, shape in shapes.items():
        if len(shape) == 1:
            weights[name] = np.ones(shape, np.float32)
        else:
            deviation = 0.02 if name == "embedding" else shape[0] ** -0.5
            if name.endswith((".output", ".down")):
                deviation /= (2 * LAYERS) ** 0.5
            weights[name] = (deviation * rng.standard_normal(shape)).astype(np.float32)
    return weights


def turns(length):
    """Cosines and sines of rotary positions [length, SIZE / 2]: Su et al., "RoFormer", 2021."""
    angles = np.arange(length)[:, None] * 10000.0 ** (-np.arange(SIZE // 2) * 2 / SIZE)
    return np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)


def rotated(x, cosines, sines):
    """x[heads, length, SIZE], its halves as coordinates of points that turn."""
    a, b = x[..., : SIZE // 2], x[..., SIZE // 2 :]
    return np.concatenate([a * cosines - b * sines, b * cosines + a * sines], axis=-1)


def linear(w, g, name, x):
    def back(d):
        g[name] += x.T @ d
        return d @ w[name].T

    return x @ w[name], back


def rms_norm(w, g, name, x):
    scale = 1 / np.sqrt(np.mean(x * x, axis=-1, keepdims=True) + EPSILON)
    y = x * scale

    def back(d):
        g[name] += (d * y).sum(axis=0)
        d = d * w[name]
        return scale * (d - y * np.mean(d * y, axis=-1, keepdims=True))

    return y * w[name], back


def heads_of(x):
    return x.reshape(len(x), -1, SIZE).swapaxes(0, 1)


def rows_of(x):
    return x.swapaxes(0, 1).reshape(x.shape[1], -1)


def attention(qkv, positions, mask):
    """Causal, of one text, with several heads of the queries for one of keys and values."""
    groups, kv = HEADS // KV_HEADS, KV_HEADS * SIZE
    q = rotated(heads_of(qkv[:, :WIDTH]), *positions)
    k = rotated(heads_of(qkv[:, WIDTH : WIDTH + kv]), *positions).repeat(groups, axis=0)
    v = heads_of(qkv[:, WIDTH + kv :]).repeat(groups, axis=0)
    p = q @ k.swapaxes(1, 2) * np.float32(SIZE**-0.5) + mask
    np.exp(p - p.max(axis=-1, keepdims=True), out=p)
    p /= p.sum(axis=-1, keepdims=True)

    def summed(d):  # over the queries' heads that share one
        return d.reshape(KV_HEADS, groups, -1, SIZE).sum(axis=1)

    def back(d):
        d = heads_of(d)
        dp = d @ v.swapaxes(1, 2)
        dp = p * (dp - (dp * p).sum(axis=-1, keepdims=True)) * np.float32(SIZE**-0.5)
        there = (positions[0], -positions[1])  # the way back is the other way round
        dq, dk = rotated(dp @ k, *there), rotated(summed(dp.swapaxes(1, 2) @ q), *there)
        return np.concatenate([rows_of(dq), rows_of(dk), rows_of(summed(p.swapaxes(1, 2) @ d))], axis=1)

    return rows_of(p @ v), back


def attention_block(w, g, i, x, batch, positions, mask):
    h, back_norm = rms_norm(w, g, f"{i}.attention_norm", x)
    qkv, back_qkv = linear(w, g, f"{i}.qkv", h)
    texts = [attention(rows, positions, mask) for rows in np.split(qkv, batch)]
    y, back_output = linear(w, g, f"{i}.output", np.concatenate([y for y, _ in texts]))

    def back(d):
        parts = np.split(back_output(d), batch)
        return np.concatenate([back_text(part) for (_, back_text), part in zip(texts, parts)])

    return x + y, lambda d: d + back_norm(back_qkv(back(d)))


def mlp_block(w, g, i, x):
    """SwiGLU: Shazeer, "GLU Variants Improve Transformer", 2020."""
    h, back_norm = rms_norm(w, g, f"{i}.mlp_norm", x)
    gate, back_gate = linear(w, g, f"{i}.gate", h)
    up, back_up = linear(w, g, f"{i}.up", h)
    open_ = 1 / (1 + np.exp(-gate))
    y, back_down = linear(w, g, f"{i}.down", gate * open_ * up)

    def back(d):
        d = back_down(d)
        dh = back_gate(d * up * open_ * (1 + gate * (1 - open_))) + back_up(d * gate * open_)
        return dh

    return x + y, lambda d: d + back_norm(back(d))


def loss_and_gradients(w, tokens):
    """The mean cross entropy of the next tokens, for tokens[batch, length + 1], and its gradients."""
    batch, length = tokens.shape[0], tokens.shape[1] - 1
    ids, targets = tokens[:, :-1].ravel(), tokens[:, 1:].ravel()
    mask = np.triu(np.full((length, length), -np.inf, np.float32), 1)
    g = {name: np.zeros_like(x) for name, x in w.items()}
    x, backs = w["embedding"][ids], []
    for i in range(LAYERS):
        x, back = attention_block(w, g, i, x, batch, turns(length), mask)
        x, back_mlp = mlp_block(w, g, i, x)
        backs += [back, back_mlp]
    x, back = rms_norm(w, g, "norm", x)
    logits = x @ w["embedding"].T
    logits -= logits.max(axis=1, keepdims=True)
    logs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    rows = np.arange(len(targets))
    d = np.exp(logs)
    d[rows, targets] -= 1
    d /= len(targets)
    g["embedding"] += d.T @ x
    d = d @ w["embedding"]
    for back in [back] + backs[::-1]:
        d = back(d)
    np.add.at(g["embedding"], ids, d)
    return -logs[rows, targets].mean(), g


class Adam:
    """Kingma, Ba, "Adam: A Method for Stochastic Optimization", 2015."""

    def __init__(self, weights):
        self.first = {name: np.zeros_like(w) for name, w in weights.items()}
        self.second = {name: np.zeros_like(w) for name, w in weights.items()}
        self.steps = 0

    def step(self, weights, gradients, rate):
        self.steps += 1
        norm = np.sqrt(sum((g.astype(np.float64) ** 2).sum() for g in gradients.values()))
        clip = np.float32(min(1, 1 / (norm + 1e-6)))
        for name, g in gradients.items():
            g = g * clip
            self.first[name] += np.float32(0.1) * (g - self.first[name])
            self.second[name] += np.float32(0.02) * (g * g - self.second[name])
            m = self.first[name] / np.float32(1 - 0.9**self.steps)
            v = self.second[name] / np.float32(1 - 0.98**self.steps)
            weights[name] -= np.float32(rate) * m / (np.sqrt(v) + np.float32(1e-8))
