"""MatMulNBits of accuracy_level 4, which multiplies bytes: near to the truth, the same bits on every processor.

usage: level_4.py ONNX2C [--only GLOB]

The last line counts: "N passed, N failed".
"""

import os
import sys

import elsewhere
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from parts import main, must, of_each, run

# K, N, block_size, rows, zero points, bias, bits: blocks that K fills and doesn't, columns that fill panels, or not.
PRODUCTS = [(64, 40, 32, 1, False, False, 4), (300, 100, 16, 3, True, False, 4), (1000, 70, 128, 9, False, True, 4),
            (512, 64, 64, 17, True, True, 4), (96, 3, 32, 2, True, False, 4), (64, 40, 32, 1, False, False, 8),
            (300, 100, 16, 3, True, False, 8), (1000, 70, 256, 9, True, True, 8), (64, 40, 32, 1, False, False, 2),
            (300, 100, 16, 9, True, True, 2)]


def product(folder, k, n, block, rows, zeros, bias, level=4, bits=4, constant=True):
    rng, blocks = np.random.default_rng(k), -(-k // block)
    bytes_of = lambda *shape: rng.integers(0, 256, shape).astype(np.uint8)
    arrays = {"w": bytes_of(n, blocks, block * bits // 8), "scales": rng.random((n, blocks), np.float32) / 50 + 0.001}
    arrays["zeros"] = bytes_of(n * ((blocks * bits + 7) // 8)) if zeros else None
    arrays["bias"] = rng.normal(size=n).astype(np.float32) if bias else None
    names = [name if arrays.get(name) is not None else "" for name in ("w", "scales", "zeros", "", "bias")]
    node = helper.make_node("MatMulNBits", ["x", *names], ["y"], domain="com.microsoft", K=k, N=n, bits=bits,
                            block_size=block, accuracy_level=level)
    values = [numpy_helper.from_array(a, name) for name, a in arrays.items() if a is not None]
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [rows, k])]
    if not constant:
        inputs.append(helper.make_tensor_value_info("w", TensorProto.UINT8, arrays["w"].shape))
    graph = helper.make_graph([node], "g", inputs, [helper.make_tensor_value_info("y", TensorProto.FLOAT, [rows, n])],
                              values if constant else values[1:])
    path = os.path.join(folder, "model.onnx")
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)]
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=10), path)
    return path


def truth(path, x):
    """By the formula, in float64; and what ONNX Runtime computes."""
    model = onnx.load(path)
    node = model.graph.node[0]
    a = {a.name: a.i for a in node.attribute}
    values = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
    bits = a["bits"]
    parts = lambda packed: np.stack([packed >> s & (1 << bits) - 1 for s in range(0, 8, bits)], -1).reshape(a["N"], -1)
    numbers = lambda packed, count: parts(packed)[:, :count].astype(float)
    blocks = values["scales"].shape[1]
    zeros = numbers(values["zeros"].reshape(a["N"], -1), blocks) if "zeros" in values else 1 << bits - 1
    w = numbers(values["w"].reshape(a["N"], -1), blocks * a["block_size"]).reshape(a["N"], blocks, -1)
    w = (w - np.broadcast_to(zeros, (a["N"], blocks))[..., None]) * values["scales"][..., None].astype(float)
    y = x.astype(float) @ w.reshape(a["N"], -1)[:, : a["K"]].T + values.get("bias", 0)
    return y, onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]


def is_the_same_everywhere(onnx2c, folder, k, n, block, rows, zeros, bias, bits):
    path = product(folder, k, n, block, rows, zeros, bias, bits=bits)
    x = np.random.default_rng(rows).normal(size=(rows, k)).astype(np.float32)
    x[0, :block] = 0
    first = None
    for target in elsewhere.TARGETS + ([([], ["gcc", "-march=native"], [])] if os.uname().machine == "x86_64" else []):
        y = elsewhere.results(onnx2c, folder, path, target, {"x": x}, {"y": ("FLOAT", (rows, n))})["y"]
        first = y if first is None else first
        must(y.tobytes() == first.tobytes(), *target[1], "has other bits than", *elsewhere.TARGETS[0][1])
    expected, of_runtime = truth(path, x)
    off, others = (np.abs(found - expected).max() / np.abs(expected).max() for found in (first, of_runtime))
    must(off < 4e-5, "is off by", off)
    must(off < others / 20 or bits == 2, "is off by", off, "and ONNX Runtime by", others)  # of 2 bits in floats


def what_is_not_finite_stays_so(onnx2c, folder):
    """In its row and its block's columns; other rows are as they were."""
    path = product(folder, 64, 20, 32, 3, True, False)
    x = np.random.default_rng(1).normal(size=(3, 64)).astype(np.float32)
    x[0, 5], x[2, 40] = np.nan, -np.inf
    for target in (elsewhere.TARGETS[0], elsewhere.TARGETS[1], elsewhere.TARGETS[3]):
        y = elsewhere.results(onnx2c, folder, path, target, {"x": x}, {"y": ("FLOAT", (3, 20))})["y"]
        must(np.isnan(y[[0, 2]]).all() and np.isfinite(y[1]).all(), *target[1], y)


def other_products_stay_floats(onnx2c, folder):
    """Of lower levels, of blocks whose sums may be too large, and of weights that are no constants."""
    others = {"level": 1}, {"bits": 8, "block": 512}, {"constant": False}
    for number, further in enumerate(others):
        path = product(folder, 64, 20, **({"block": 32, "rows": 3, "zeros": False, "bias": False} | further))
        run(folder, onnx2c, path, "--name", "m", "-o", f"{number}.c")
        with open(os.path.join(folder, f"{number}.c")) as f:
            must("matmul_nbits_bytes_" not in f.read(), further)


if __name__ == "__main__":
    sys.exit(main(
        of_each(is_the_same_everywhere, *PRODUCTS),
        what_is_not_finite_stays_so,
        other_products_stay_floats,
    ))
