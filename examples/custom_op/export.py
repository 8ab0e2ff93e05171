"""Exports a model with an operator of its own, and writes down what PyTorch computes with it.

usage: export.py FOLDER        needs torch and onnx
"""
import math
import os
import sys

import onnx
import torch
from onnx import numpy_helper
from torch import nn

RATE = 8000  # samples per second
LOW, HIGH = [697, 770, 852, 941], [1209, 1336, 1477, 1633]  # Hz; a key sounds as one of each
KEYS = "123A456B789C*0#D"
CASES = [("5", 400), ("0", 400), ("#", 250), ("A", 160)]


class Biquads(torch.autograd.Function):
    """A bank of recursive filters of second order, side by side: taps are b0 b1 b2 a1 a2. ONNX
    has no operator for it."""

    @staticmethod
    def forward(ctx, sound, taps, gain):
        b0, b1, b2, a1, a2 = taps.unbind(1)
        x1 = x2 = y1 = y2 = torch.zeros(len(taps))
        filtered = []
        for x in gain * sound:
            y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
            x1, x2, y1, y2 = x, x1, y, y1
            filtered.append(y)
        return torch.stack(filtered, 1)

    @staticmethod
    def symbolic(g, sound, taps, gain):
        return g.op("sound::Biquads", sound, taps, gain_f=gain)


class Telephone(nn.Module):
    """Which key of a telephone was pressed: the low and the high frequency that pass most."""

    def __init__(self, sharpness=20.0):
        super().__init__()
        w = 2 * math.pi * torch.tensor(LOW + HIGH, dtype=torch.float64) / RATE
        alpha = torch.sin(w) / (2 * sharpness)
        taps = torch.stack([alpha, 0 * w, -alpha, -2 * torch.cos(w), 1 - alpha], 1) / (1 + alpha[:, None])
        self.register_buffer("taps", taps.to(torch.float32))

    def forward(self, sound):
        levels = Biquads.apply(sound, self.taps, 2.0).square().mean(1)
        return 10 * torch.log10(levels + 1e-6), 4 * levels[:4].argmax() + levels[4:].argmax()


def sound_of(key, samples):
    k = KEYS.index(key)
    t = torch.arange(samples) / RATE
    return 0.5 * torch.sin(2 * math.pi * LOW[k // 4] * t) + 0.5 * torch.sin(2 * math.pi * HIGH[k % 4] * t)


def write_data(folder, tensors):
    os.makedirs(folder, exist_ok=True)
    for name, t in tensors.items():
        with open(f"{folder}/{name}.pb", "wb") as f:
            f.write(numpy_helper.from_array(t.numpy(), name).SerializeToString())


def main():
    folder = sys.argv[1]
    model, path = Telephone().eval(), f"{folder}/model.onnx"
    names = {"input_names": ["sound"], "output_names": ["levels", "key"], "dynamic_axes": {"sound": {0: "samples"}}}
    torch.onnx.export(
        model, sound_of("1", 200), path, opset_version=13, dynamo=False, custom_opsets={"sound": 1}, **names
    )
    onnx.checker.check_model(path)
    with open(f"{folder}/pytorch.h", "w") as f:
        f.write("/* Written by export.py: what PyTorch computes. */\n")
        f.write("static const struct { char pressed; int samples; float levels[8]; int key; } pytorch[] = {\n")
        for key, samples in CASES:
            levels, found = model(sound_of(key, samples))
            f.write(f"    {{'{key}', {samples}, {{{', '.join(f'{v:.6f}f' for v in levels.tolist())}}}, {found}}},\n")
        f.write("};\n")
    sound = sound_of("7", 200)
    levels, found = model(sound)
    write_data(f"{folder}/test_data_set_0", {"input_0": sound, "output_0": levels, "output_1": found})


main()
