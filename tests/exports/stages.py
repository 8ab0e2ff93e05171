#!/usr/bin/env python3
"""Writes tests/models/every_stage, a small network in which every stage of the compiler changes something, for the
golden texts of what stages print. Data as onnx's reference computes them.

usage: stages.py [OUT]          (default: tests/models; needs what tests/conformance/requirements.txt names)
"""

import os
import sys

import numpy as np
from onnx import TensorProto as T
from onnx import helper

from sizes import ROOT, build, constants, node, save, value


def numbers(rng, *shape):
    return (rng.standard_normal(shape) / np.sqrt(np.prod(shape[1:]))).astype(np.float32)


def image(rng):
    """Normalised weights (rewrite), a chain of convolutions over an image of half a megabyte (layout, tile), parts of
    channels joined and split (alias)."""
    nodes = [
        node("Conv", "image w0", "a0", pads=[1, 1, 1, 1]),
        node("BatchNormalization", "a0 scale shift mean variance", "a1"),
        node("Relu", "a1", "a"),
        node("Conv", "a w1", "b0", group=32, pads=[1, 1, 1, 1], strides=[2, 2]),
        node("Relu", "b0", "b"),
        node("Conv", "b w2", "c"),
        node("Conv", "c w3", "left"),
        node("Conv", "c w4", "right", pads=[1, 1, 1, 1]),
        node("Concat", "left right", "both", axis=1),
        node("Conv", "both w5", "mixed"),
        node("Split", "mixed", "first second", axis=1, num_outputs=2),
        node("Conv", "first w6", "d0"),
        node("Conv", "second w6", "d1"),
        node("Add", "d0 d1", "d"),
        node("GlobalAveragePool", "d", "pooled"),
        node("Flatten", "pooled", "features"),
    ]
    weights = constants(
        w0=numbers(rng, 32, 3, 3, 3),
        scale=1 + 0.1 * numbers(rng, 32),
        shift=0.1 * numbers(rng, 32),
        mean=0.1 * numbers(rng, 32),
        variance=np.abs(1 + 0.1 * numbers(rng, 32)),
        w1=numbers(rng, 32, 1, 3, 3),
        w2=numbers(rng, 8, 32, 1, 1),
        w3=numbers(rng, 8, 8, 1, 1),
        w4=numbers(rng, 8, 8, 3, 3),
        w5=numbers(rng, 16, 16, 1, 1),
        w6=numbers(rng, 8, 8, 1, 1),
    )
    return nodes, weights


def integers(rng):
    """A product of bytes between QuantizeLinear and DequantizeLinear (rewrite). Scales are powers of two, so that the
    product is exact in either way of computing it."""
    nodes = [
        node("QuantizeLinear", "features small zero", "fq"),
        node("DequantizeLinear", "fq small zero", "fd"),
        node("DequantizeLinear", "weights small zero", "wd"),
        node("Gemm", "fd wd", "product"),
        node("QuantizeLinear", "product large zero", "pq"),
        node("DequantizeLinear", "pq large zero", "scores"),
    ]
    weights = constants(
        small=np.float32(2**-6),
        large=np.float32(2**-5),
        zero=np.int8(0),
        weights=rng.integers(-99, 99, (8, 4)).astype(np.int8),
    )
    return nodes, weights


def graph(name, nodes, inputs, outputs):
    return helper.make_graph(nodes, name, inputs, outputs)


def control_flow():
    """A chain of elementwise operators (fuse), a branch, and a loop that carries a state (plan)."""
    then = graph("then", [node("Mul", "chain two", "twice")], [], [value("twice", T.FLOAT, 1, 4)])
    other = graph("other", [node("Neg", "chain", "negative")], [], [value("negative", T.FLOAT, 1, 4)])
    body = graph(
        "body",
        [
            node("Identity", "go", "on"),
            node("Softmax", "state", "share"),
            node("Add", "share chosen", "sum"),
            node("Mul", "sum half", "next"),
        ],
        [value("round", T.INT64), value("go", T.BOOL), value("state", T.FLOAT, 1, 4)],
        [value("on", T.BOOL), value("next", T.FLOAT, 1, 4)],
    )
    nodes = [
        node("Tanh", "scores", "t"),
        node("Sub", "t offset", "u"),
        node("Mul", "u scores", "chain"),
        node("If", "flag", "chosen", then_branch=then, else_branch=other),
        node("Loop", "rounds yes chain", "last", body=body),
    ]
    weights = constants(
        two=np.float32(2),
        half=np.float32(0.5),
        offset=np.array([[0.5, -0.25, 0.125, 1]], np.float32),
        rounds=np.int64(9),
        yes=np.bool_(True),
    )
    return nodes, weights


def every_stage():
    rng = np.random.default_rng(9)
    nodes, weights = [], []
    for part in (image(rng), integers(rng), control_flow()):
        nodes += part[0]
        weights += part[1]
    inputs = [value("image", T.FLOAT, 1, 3, 64, 64), value("flag", T.BOOL)]
    outputs = [value("chosen", T.FLOAT, 1, 4), value("last", T.FLOAT, 1, 4)]
    feeds = [
        {"image": rng.standard_normal((1, 3, 64, 64)).astype(np.float32), "flag": np.array(flag)}
        for flag in (True, False)
    ]
    return build("every_stage", nodes, inputs, outputs, weights, opset=19), feeds


def main():
    save(sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "tests", "models"), *every_stage())


if __name__ == "__main__":
    main()
