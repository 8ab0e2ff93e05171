"""The official cases whose stored results are random numbers: what must be true of any.

usage: random_numbers.py ONNX2C --conformance FOLDER

differs.txt names them. Each is compiled as it is, and once more for a thousand times the elements. Types and sizes of
the results are the stored ones; a draw of Bernoulli is 1 as often as its probabilities say, otherwise 0 (the function
that ONNX has for it compares the other way round); what Dropout leaves is its input over the part of it that is kept,
the rest is 0, and the mask tells which. The last line counts: "N passed, N failed".
"""

import argparse
import ctypes
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import onnx
from onnx import numpy_helper

HERE = os.path.dirname(os.path.abspath(__file__))
DIFFERS = os.path.join(HERE, "conformance", "differs.txt")
TIMES = 1000


def random_cases():
    with open(DIFFERS) as f:
        rows = [line.split(": ", 1) for line in f]
    return [case for case, reason in rows if reason.startswith("random numbers")]


def tensor(path):
    t = onnx.TensorProto()
    with open(path, "rb") as f:
        t.ParseFromString(f.read())
    return numpy_helper.to_array(t)


def stored(folder, kind):
    names = [n for n in os.listdir(folder) if n.startswith(kind)]
    return [tensor(os.path.join(folder, f"{kind}_{i}.pb")) for i in range(len(names))]


def enlarge(model, inputs):
    """The first axis of the first input and of all results is TIMES as long; what is between is inferred anew."""
    del model.graph.value_info[:]
    for value in [model.graph.input[0], *model.graph.output]:
        dims = value.type.tensor_type.shape.dim
        dims[0].dim_value *= TIMES
    x = inputs[0]
    return [np.tile(x, (TIMES,) + (1,) * (x.ndim - 1)), *inputs[1:]]


def run(onnx2c, model, inputs, folder):
    """What the compiled model makes of the inputs, in the types and sizes that its report says."""
    paths = [os.path.join(folder, name) for name in ("m.onnx", "m.c", "m.json", "m.so")]
    onnx.save(model, paths[0])
    subprocess.run([onnx2c, paths[0], "--name", "m", "-o", paths[1], "--report", paths[2]], check=True)
    subprocess.run(["cc", "-std=c99", "-O1", "-shared", "-fPIC", "-o", paths[3], paths[1], "-lm"], check=True)
    with open(paths[2]) as f:
        report = json.load(f)
    results = [np.full(o["shape"], 7).astype(o["type"]) for o in report["outputs"]]
    arguments = [np.ascontiguousarray(a) for a in inputs] + results
    status = ctypes.CDLL(paths[3]).m_run(*[a.ctypes.data_as(ctypes.c_void_p) for a in arguments])
    assert status == 0, f"the call says {status}"
    return results


def expect_rate(what, happened, chances):
    """As often as the chances say, but for five standard deviations."""
    deviation = np.sqrt((chances * (1 - chances)).sum())
    assert abs(happened.sum() - chances.sum()) <= 5 * deviation + 1e-6, f"{what}: {happened.mean()} of them"


def expect_bernoulli(model, inputs, results, many):
    x, y = inputs[0].astype(np.float64), results[0]
    if any(n.op_type == "Greater" and n.input[1] == model.graph.input[0].name for n in model.graph.node):
        x = 1 - x
    assert np.isin(y, [0, 1]).all(), "a draw is neither 0 nor 1"
    if many:
        expect_rate("ones", y.astype(bool), x)
        order = np.argsort(x, axis=None)[: x.size // 2]
        expect_rate("ones among the less probable half", y.ravel()[order].astype(bool), x.ravel()[order])


def expect_dropout(_model, inputs, results, many):
    x, y = inputs[0], results[0]
    ratio = float(inputs[1]) if len(inputs) > 1 else 0.5
    kept = y != 0
    expected = np.where(kept, x / np.float32(1 - ratio), 0)
    assert np.allclose(y, expected, rtol=1e-6), "what is kept isn't the input by the rate"
    if len(results) > 1:
        assert (results[1] == kept).all(), "the mask and what is kept are not the same"
    if many:
        expect_rate("kept", kept, np.full(x.shape, 1 - ratio))


def check(onnx2c, folder, many):
    model = onnx.load(os.path.join(folder, "model.onnx"))
    inputs, expected = [stored(os.path.join(folder, "test_data_set_0"), kind) for kind in ("input", "output")]
    if many:
        inputs = enlarge(model, inputs)
    with tempfile.TemporaryDirectory() as place:
        results = run(onnx2c, model, inputs, place)
    assert [r.dtype for r in results] == [e.dtype for e in expected], "types are not the stored ones"
    if not many:
        assert [r.shape for r in results] == [e.shape for e in expected], "sizes are not the stored ones"
    expect = expect_dropout if "dropout" in folder else expect_bernoulli
    expect(model, inputs, results, many)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("onnx2c")
    parser.add_argument("--conformance", required=True)
    arguments = parser.parse_args()
    passed = failed = 0
    for case in random_cases():
        for many in (False, True):
            try:
                check(arguments.onnx2c, os.path.join(arguments.conformance, case), many)
                passed += 1
            except (AssertionError, subprocess.CalledProcessError) as e:
                print(f"FAILED {case}{', enlarged' if many else ''}: {e}")
                failed += 1
    print(f"{passed} passed, {failed} failed")
    return failed > 0 or passed == 0


if __name__ == "__main__":
    sys.exit(main())
