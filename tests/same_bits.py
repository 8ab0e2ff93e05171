"""One file for all sizes against a file for each: the outputs must be the same bits.

usage: same_bits.py ONNX2C MODEL NAME=LO..HI... -- SIZES...      SIZES: values of the names, in their order: 1,8,8 2,16,32

Compiles MODEL once with run-time dimensions and once for each of SIZES, runs both on the same random inputs, compares bytes; and calls
the first with each dimension out of its bounds (which must be refused) followed by a valid call (which must be right).
The last line counts: "N passed, N failed".
"""
import ctypes
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

CC = os.environ.get("CC", "cc")
TYPES = {"float32": np.float32, "float64": np.float64, "int64": np.int64, "int32": np.int32, "bool": np.bool_, "uint8": np.uint8, "int8": np.int8}


class Compiled:
    def __init__(self, onnx2c, model, dims, folder, name):
        base = os.path.join(folder, name)
        options = [word for d in dims for word in ("--dim", d)]
        subprocess.run([onnx2c, model, "-o", base + ".c", "--name", "model", "--report", base + ".json", *options], check=True)
        subprocess.run([CC, "-std=c99", "-O1", "-w", "-shared", "-fPIC", base + ".c", "-o", base + ".so", "-lm"], check=True)
        self.report = json.load(open(base + ".json"))
        self.run = ctypes.CDLL(base + ".so").model_run

    def __call__(self, sizes, inputs):
        """(status, outputs): each output cut to its dims."""
        arguments = [ctypes.c_int32(sizes[d["name"]]) for d in self.report["dims"]]
        arguments += [x.ctypes.data_as(ctypes.c_void_p) for x in inputs]
        outputs = []
        for o in self.report["outputs"]:
            y = np.zeros(o["max_elements"], TYPES[o["type"]])
            shape = (ctypes.c_int32 * max(1, len(o["shape"])))(*[d if isinstance(d, int) else -1 for d in o["shape"]])
            outputs.append((y, shape, len(o["shape"])))
            arguments.append(y.ctypes.data_as(ctypes.c_void_p))
            if o["dims_argument"]:
                arguments.append(shape)
        status = self.run(*arguments)
        return status, [y[:int(np.prod(list(s)[:rank]))].reshape(list(s)[:rank]) if status == 0 else None for y, s, rank in outputs]


def random_input(rng, description, sizes):
    shape = [d if isinstance(d, int) else eval(d, {}, dict(sizes)) for d in description["shape"]]
    dtype = TYPES[description["type"]]
    if np.issubdtype(dtype, np.floating):
        return rng.standard_normal(shape).astype(dtype)
    return rng.integers(0, 2, shape).astype(dtype)


def same(a, b):
    return len(a) == len(b) and all(x.shape == y.shape and x.tobytes() == y.tobytes() for x, y in zip(a, b))


def main():
    onnx2c, model = sys.argv[1:3]
    split = sys.argv.index("--")
    bounds = dict(word.split("=") for word in sys.argv[3:split])
    grid = [dict(zip(bounds, map(int, word.split(",")))) for word in sys.argv[split + 1:]]
    rng = np.random.default_rng(0)
    passed = failed = 0

    def check(good, what):
        nonlocal passed, failed
        passed, failed = passed + bool(good), failed + (not good)
        if not good:
            print("FAILED", os.path.basename(os.path.dirname(model)), what)

    with tempfile.TemporaryDirectory() as folder:
        general = Compiled(onnx2c, model, [f"{n}={b}" for n, b in bounds.items()], folder, "general")
        for i, sizes in enumerate(grid):
            inputs = [random_input(rng, d, sizes) for d in general.report["inputs"]]
            exact = Compiled(onnx2c, model, [f"{n}={v}" for n, v in sizes.items()], folder, f"exact{i}")
            status, expected = exact(sizes, inputs)
            check(status == 0, f"{sizes}: the exact file returns {status}")
            status, found = general(sizes, inputs)
            check(status == 0 and same(found, expected), f"{sizes}: outputs differ")
            for name, limits in bounds.items():
                low, high = map(int, limits.split(".."))
                for wrong in (low - 1, high + 1):
                    check(general({**sizes, name: wrong}, inputs)[0] < 0, f"{name}={wrong} is taken")
            status, found = general(sizes, inputs)
            check(status == 0 and same(found, expected), f"{sizes}: wrong after refused calls")
    print(f"{passed} passed, {failed} failed")
    return failed > 0


sys.exit(main())
