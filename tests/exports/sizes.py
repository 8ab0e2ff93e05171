#!/usr/bin/env python3
"""Writes the models whose sizes come from data: tests/models/sizes_*, with data as onnx's reference computes them.

usage: sizes.py [OUT]          (default: tests/models; needs what tests/conformance/requirements.txt names)
"""

import json
import os
import sys

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def node(op, inputs, outputs, **attributes):
    return helper.make_node(op, inputs.split(), outputs.split(), **attributes)


def value(name, element, *dims):
    return helper.make_tensor_value_info(name, element, dims)


def constants(**arrays):
    return [numpy_helper.from_array(np.asarray(a), name) for name, a in arrays.items()]


def build(name, nodes, inputs, outputs, initializers, opset=18):
    graph = helper.make_graph(nodes, name, inputs, outputs, initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)
    onnx.checker.check_model(model, full_check=True)
    return model


def save(out, model, feeds):
    folder = os.path.join(out, model.graph.name)
    os.makedirs(folder, exist_ok=True)
    onnx.save(model, os.path.join(folder, "model.onnx"))
    with open(os.path.join(folder, "data.json"), "w") as f:
        json.dump({"rtol": 1e-5, "atol": 1e-6}, f)
        f.write("\n")
    for k, feed in enumerate(feeds):
        data = os.path.join(folder, f"test_data_set_{k}")
        os.makedirs(data, exist_ok=True)
        results = ReferenceEvaluator(model).run(None, feed)
        for stem, values in (("input", feed.values()), ("output", results)):
            for i, v in enumerate(values):
                with open(os.path.join(data, f"{stem}_{i}.pb"), "wb") as f:
                    f.write(numpy_helper.from_array(np.asarray(v)).SerializeToString(deterministic=True))


def chosen():
    """Counts that kernels find out, and what is computed from them; a slice, and a number of largest
    elements, that inputs decide."""
    nodes = [
        node("NonZero", "x", "places"),
        node("Shape", "places", "places_shape"),
        node("Gather", "places_shape one", "count"),
        node("Range", "zero count one", "numbers"),
        node("Cast", "numbers", "weights", to=T.FLOAT),
        node("Transpose", "places", "rows", perm=[1, 0]),
        node("GatherND", "x rows", "values"),
        node("ReduceSum", "values", "total", keepdims=0),
        node("TopK", "values k", "best best_at"),
        node("Mul", "values weights", "weighted"),
        node("ScatterND", "x rows weighted", "scattered"),
        node("Concat", "values weighted", "both", axis=0),
        node("Reshape", "rows any", "flat"),
        node("Reshape", "flat pairs_shape", "pairs"),
        node("Cast", "pairs", "float_pairs", to=T.FLOAT),
        node("Gemm", "float_pairs matrix", "products"),
        node("Softmax", "values", "shares", axis=0),
        node("Greater", "values half", "is_large"),
        node("Compress", "values is_large", "large", axis=0),
        node("Round", "x", "rounded"),
        node("Unique", "rounded", "unique first inverse counts", sorted=1),
        node("Slice", "x starts ends axes steps", "window"),
        node("Relu", "window", "kept"),
    ]
    inputs = [value("x", T.FLOAT, 5, 3), value("k", T.INT64, 1)] + [
        value(n, T.INT64, 2) for n in ("starts", "ends", "axes", "steps")
    ]
    lists = [
        ("best", T.FLOAT),
        ("best_at", T.INT64),
        ("both", T.FLOAT),
        ("shares", T.FLOAT),
        ("large", T.FLOAT),
        ("unique", T.FLOAT),
    ]
    lists += [("first", T.INT64), ("inverse", T.INT64), ("counts", T.INT64)]
    outputs = [
        value("total", T.FLOAT),
        value("count", T.INT64),
        value("scattered", T.FLOAT, 5, 3),
        value("products", T.FLOAT, "found", 3),
    ]
    outputs += [value(n, t, n + "_size") for n, t in lists] + [value("kept", T.FLOAT, "high", "wide")]
    initializers = constants(
        one=np.int64(1), zero=np.int64(0), any=np.int64([-1]), pairs_shape=np.int64([-1, 2]), half=np.float32(0.5),
        matrix=np.arange(6, dtype=np.float32).reshape(2, 3))  # fmt: skip
    feeds = []
    slices = [
        ([0, 1], [5, 3], [0, 1], [1, 1]),
        ([-1, 9], [-9, -9], [1, 0], [-2, -1]),
        ([4, 1], [2, 2], [0, 1], [1, 7]),
        ([1, 0], [2**62, 2**62], [-2, -1], [2, 2]),
    ]
    for k, ((starts, ends, axes, steps), density) in enumerate(zip(slices, (1, 0.5, 0.3, 0.8))):
        random = np.random.default_rng(k)
        x = (random.standard_normal((5, 3)) * (random.random((5, 3)) < density)).astype(np.float32)
        feed = {"x": x, "k": np.int64([(3, 2, 0, 1)[k]])}
        feed.update(starts=np.int64(starts), ends=np.int64(ends), axes=np.int64(axes), steps=np.int64(steps))
        feeds.append(feed)
    return build("sizes_chosen", nodes, inputs, outputs, initializers), feeds


def scaled():
    """Scales, ends of ranges and a shape that are float inputs."""
    nodes = [
        node("Concat", "ones scale", "scales", axis=0),
        node("Resize", "image scales", "enlarged", mode="linear"),
        node("Conv", "enlarged filters", "features", pads=[1, 1, 1, 1]),
        node("Resize", "pixels all_scales", "nearest", mode="nearest"),
        node("Range", "start limit delta", "numbers"),
        node("Cast", "layout", "shape", to=T.INT64),
        node("Reshape", "image shape", "laid_out"),
        node("Transpose", "laid_out", "turned", perm=[1, 0, 2]),
        node("Relu", "turned", "positive"),
        node("ReduceMax", "positive first", "largest", keepdims=0),
    ]
    for n in nodes:
        if n.op_type == "Resize":
            n.input.insert(1, "")  # no roi
    inputs = [
        value("image", T.FLOAT, 1, 2, "height", "width"),
        value("pixels", T.INT8, 1, 2, 3),
        value("scale", T.FLOAT, 2),
    ]
    inputs += [
        value("all_scales", T.FLOAT, 3),
        value("start", T.FLOAT),
        value("limit", T.FLOAT),
        value("delta", T.FLOAT),
    ]
    inputs += [value("layout", T.FLOAT, 3)]
    outputs = [
        value("enlarged", T.FLOAT, 1, 2, "new_height", "new_width"),
        value("features", T.FLOAT, 1, 1, "new_height", "new_width"),
    ]
    outputs += [
        value("nearest", T.INT8, "n0", "n1", "n2"),
        value("numbers", T.FLOAT, "n"),
        value("largest", T.FLOAT, "l0", "l1"),
    ]
    filters = (np.arange(18, dtype=np.float32) - 8).reshape(1, 2, 3, 3) / 16
    initializers = constants(ones=np.ones(2, np.float32), filters=filters, first=np.int64([0]))
    feeds = []
    for k in range(3):
        random = np.random.default_rng(k)
        feed = {
            "image": random.standard_normal((1, 2, (3, 5, 4)[k], (4, 2, 6)[k])).astype(np.float32),
            "pixels": random.integers(-100, 100, (1, 2, 3)).astype(np.int8),
            "scale": np.float32(((2, 2), (1.5, 3), (0.5, 1))[k]),
            "all_scales": np.float32(((1, 1, 2), (2, 1, 1), (1, 0.5, 1.5))[k]),
            "start": np.float32(0.5),
            "limit": np.float32((3, 4.2, -1)[k]),
            "delta": np.float32((1, 0.4, -0.3)[k]),
            "layout": np.float32(((2, 3, 4), (5, -1, 2), (4, 1, -1))[k]),
        }
        feeds.append(feed)
    return build("sizes_scaled", nodes, inputs, outputs, initializers), feeds


def branches():
    """What is assumed of sizes in one branch doesn't hold in the other; a slice in a loop; a list
    that is constant in part."""
    squeeze = helper.make_graph(
        [node("Squeeze", "x first", "single"), node("Neg", "single", "negative"),
         node("Unsqueeze", "negative first", "then_y")],
        "single", [], [value("then_y", T.FLOAT, None)])  # fmt: skip
    double = helper.make_graph(
        [node("Slice", "x start end", "part"), node("Add", "part part", "else_y")],
        "double",
        [],
        [value("else_y", T.FLOAT, None)],
    )
    body = helper.make_graph(
        [
            node("Identity", "go", "still"),
            node("Unsqueeze", "round first", "from"),
            node("Add", "from width", "until"),
            node("Slice", "x from until", "window"),
            node("ReduceSum", "window", "sum", keepdims=0),
            node("Add", "total sum", "new_total"),
        ],
        "body",
        [value("round", T.INT64), value("go", T.BOOL), value("total", T.FLOAT)],
        [value("still", T.BOOL), value("new_total", T.FLOAT)],
    )
    nodes = [
        node("If", "is_single", "y", then_branch=squeeze, else_branch=double),
        node("Relu", "y", "positive"),
        node("Loop", "rounds yes nothing", "windows", body=body),
        node("Shape", "table", "table_shape"),
        node("Split", "table_shape", "rows columns", axis=0, num_outputs=2),
        node("Expand", "half rows", "column"),
        node("Expand", "half columns", "row"),
    ]
    inputs = [
        value("x", T.FLOAT, "n"),
        value("is_single", T.BOOL),
        value("start", T.INT64, 1),
        value("end", T.INT64, 1),
        value("width", T.INT64, 1),
    ]
    inputs += [value("table", T.FLOAT, "rows_", 3)]
    outputs = [
        value("positive", T.FLOAT, "kept"),
        value("windows", T.FLOAT),
        value("column", T.FLOAT, "rows_"),
        value("row", T.FLOAT, 3),
    ]
    initializers = constants(
        first=np.int64([0]), rounds=np.int64(5), yes=np.bool_(True), nothing=np.float32(0), half=np.float32([0.5])
    )
    feeds = []
    for n, single, start, end, width, rows in (
        (3, False, 0, 2, 1, 1),
        (1, True, 0, 1, 0, 4),
        (5, False, -4, -1, 2**40, 2),
        (1, False, 0, 0, -1, 3),
    ):
        x = np.arange(n, dtype=np.float32) - 1
        feed = {
            "x": x,
            "is_single": np.bool_(single),
            "start": np.int64([start]),
            "end": np.int64([end]),
            "width": np.int64([width]),
        }
        feeds.append(feed | {"table": np.zeros((rows, 3), np.float32)})
    return build("sizes_branches", nodes, inputs, outputs, initializers), feeds


def products():
    """Products whose kernels depend on how many rows they are known to have: of many terms, of a transposed
    factor, with an addend."""
    nodes = [
        node("Mul", "x wide", "a"),
        node("Transpose", "wide", "tall", perm=[1, 0]),
        node("Mul", "tall row", "b"),
        node("MatMul", "a b", "many"),
        node("Gemm", "p weights bias", "transposed", transA=1, alpha=0.7),
        node("Transpose", "p", "q", perm=[1, 0]),
        node("Gemm", "q weights many", "added"),
        node("Gemm", "q weights many", "scaled", alpha=0.7),
    ]
    inputs = [
        value("x", T.FLOAT, "m", 1),
        value("wide", T.FLOAT, 1, 1300),
        value("row", T.FLOAT, 1, 9),
        value("p", T.FLOAT, 30, "m"),
    ]
    outputs = [value(name, T.FLOAT, "m", 9) for name in ("many", "transposed", "added", "scaled")]
    rng = np.random.default_rng(0)

    def numbers(*shape):
        return rng.standard_normal(shape).astype(np.float32)

    feeds = [
        {"x": numbers(m, 1), "wide": numbers(1, 1300), "row": numbers(1, 9), "p": numbers(30, m)} for m in (3, 1, 8)
    ]
    return build("sizes_products", nodes, inputs, outputs, constants(weights=numbers(30, 9), bias=numbers(9))), feeds


def main():
    out = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "tests", "models")
    for model, feeds in (chosen(), scaled(), branches(), products()):
        save(out, model, feeds)


if __name__ == "__main__":
    main()
