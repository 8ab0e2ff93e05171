"""One file for all sizes against a file for each: the outputs must be the same bits.

usage: same_bits.py ONNX2C MODEL --dim NAME=LO..HI...

Compiles MODEL once with run-time dimensions and once for each of several sizes: every combination of the bounds, and
some between them. Runs both on the same random inputs and compares bytes. Then calls the first with each dimension out
of its bounds, which must be refused and leave the outputs alone, and again with the sizes it should be right with.
The last line counts: "N passed, N failed".
"""

import ctypes
import itertools
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

CC = os.environ.get("CC", "cc")
CFLAGS = os.environ.get("CFLAGS", "-O0").split()  # built most quickly: the C is the same at any optimisation
BETWEEN = 4  # sizes that are drawn, beside the bounds


class Compiled:
    def __init__(self, onnx2c, model, dims, folder, name):
        base = os.path.join(folder, name)
        options = [word for d in dims for word in ("--dim", d)]
        subprocess.run(
            [onnx2c, model, "-o", base + ".c", "--name", "model", "--report", base + ".json", *options], check=True
        )
        subprocess.run(
            [CC, "-std=c99", *CFLAGS, "-w", "-shared", "-fPIC", base + ".c", "-o", base + ".so", "-lm"], check=True
        )
        with open(base + ".json") as f:
            self.report = json.load(f)
        self.run = ctypes.CDLL(base + ".so").model_run

    def __call__(self, sizes, inputs):
        """(status, outputs): each output cut to its dims, or whole after a refused call. Bytes that
        nobody wrote are 0xA5."""
        arguments = [ctypes.c_int32(sizes[d["name"]]) for d in self.report["dims"]]
        arguments += [x.ctypes.data_as(ctypes.c_void_p) for x in inputs]
        outputs = []
        for o in self.report["outputs"]:
            y = np.full(o["max_elements"] * np.dtype(o["type"]).itemsize, 0xA5, np.uint8).view(o["type"])
            shape = (ctypes.c_int32 * max(1, len(o["shape"])))(*[d if isinstance(d, int) else -1 for d in o["shape"]])
            outputs.append((y, shape, len(o["shape"])))
            arguments.append(y.ctypes.data_as(ctypes.c_void_p))
            if o["dims_argument"]:
                arguments.append(shape)
        status = self.run(*arguments)
        if status:
            return status, [y for y, _, _ in outputs]
        return status, [y[: int(np.prod(list(s)[:rank]))].reshape(list(s)[:rank]) for y, s, rank in outputs]


def random_input(rng, description, sizes, values):
    """Small numbers; `values` bounds those that decide sizes, by NAME[i]."""
    shape = [d if isinstance(d, int) else sizes[d] for d in description["shape"]]
    dtype = np.dtype(description["type"])
    if dtype.kind == "f":
        return rng.standard_normal(shape).astype(dtype)
    x = rng.integers(0, 2, shape).astype(dtype)
    for i in range(x.size):
        low, high = values.get(f"{description['name']}[{i}]", (None, None))
        if low is not None:
            x.reshape(-1)[i] = rng.integers(low, high + 1)
    return x


def grid(rng, dims):
    """Sizes by the names of the dimensions."""
    sizes = list(itertools.product(*[sorted({d["min"], d["max"]}) for d in dims]))
    sizes += [tuple(int(rng.integers(d["min"], d["max"] + 1)) for d in dims) for _ in range(BETWEEN)]
    return [dict(zip([d["name"] for d in dims], s)) for s in sizes]


def same(status, expected, again, found):
    """Both refuse the values with the same code, or compute the same bits."""
    if status or again:
        return status == again
    return len(expected) == len(found) and all(
        x.shape == y.shape and x.tobytes() == y.tobytes() for x, y in zip(expected, found)
    )


def untouched(outputs):
    return all((y.view(np.uint8) == 0xA5).all() for y in outputs)


def main():
    onnx2c, model = sys.argv[1:3]
    bounds = [word for word in sys.argv[3:] if word != "--dim"]
    values = {n: [int(v) for v in b.split("..")] for n, b in (word.split("=") for word in bounds) if n.endswith("]")}
    rng = np.random.default_rng(0)
    passed = failed = 0

    def check(good, what):
        nonlocal passed, failed
        passed, failed = passed + bool(good), failed + (not good)
        if not good:
            print("FAILED", os.path.basename(os.path.dirname(model)), what)

    with tempfile.TemporaryDirectory() as folder:
        general = Compiled(onnx2c, model, bounds, folder, "general")
        dims = general.report["dims"]
        names = [d["name"] for d in dims]
        others = [
            b for b in bounds if b.split("=")[0] not in names
        ]  # sizes that data decide: the same bounds everywhere
        for i, sizes in enumerate(grid(rng, dims)):
            inputs = [random_input(rng, d, sizes, values) for d in general.report["inputs"]]
            exact = Compiled(onnx2c, model, [f"{n}={v}" for n, v in sizes.items()] + others, folder, f"exact{i}")
            status, expected = exact({}, inputs)
            check(status == 0 or others, f"{sizes}: the exact file returns {status}")
            again, found = general(sizes, inputs)
            check(same(status, expected, again, found), f"{sizes}: outputs differ")
            for d in dims:
                for wrong in (d["min"] - 1, d["max"] + 1, 0, -1, -(2**31), 2**31 - 1):
                    if not d["min"] <= wrong <= d["max"]:
                        code, left = general({**sizes, d["name"]: wrong}, inputs)
                        check(code < 0 and untouched(left), f"{d['name']}={wrong} is not refused at once")
            again, found = general(sizes, inputs)
            check(same(status, expected, again, found), f"{sizes}: wrong after refused calls")
    print(f"{passed} passed, {failed} failed")
    return failed > 0


sys.exit(main())
