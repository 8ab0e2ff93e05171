"""The compiler onnx2c, and what it compiles as functions on numpy arrays.

    import onnx2c
    classify = onnx2c.compile("digits.onnx")
    probabilities = classify(image)

`compile` runs the compiler and the machine's C compiler and loads what comes out. `python -m onnx2c` is the compiler's
command line.
"""

import ctypes
import json
import os
import subprocess
import tempfile
import threading

import numpy as np

__all__ = ["CompileError", "Model", "compile", "program"]

# Types that numpy has no other name for stand as their bits.
_BITS = {"bfloat16": np.uint16, "bool": np.bool_}
_PACKED = {"int4": 4, "uint4": 4, "float4e2m1": 4, "int2": 2, "uint2": 2}  # their arrays are bytes, in one dimension
_ERRORS = {-1: "a dimension is out of its bounds, or doesn't fit another",
           -2: "an input has a value that the model forbids"}


class CompileError(Exception):
    """The model can't be compiled, or its C not built: with what was said."""


def program():
    """The path of the compiler."""
    return os.path.join(os.path.dirname(os.path.abspath(__file__)), "bin", "onnx2c")


def _dtype(name):
    if name == "string":
        return np.dtype(object)
    if name in _BITS:
        return np.dtype(_BITS[name])
    try:
        return np.dtype(name)
    except TypeError:
        return np.dtype(np.uint8)  # of fewer bits, or 8: as the generated C has them


def _run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    if done.returncode:
        raise CompileError(done.stdout.strip())


def _dim(name, size):
    return f"{name}={size[0]}..{size[1]}" if isinstance(size, tuple) else f"{name}={size}"


class Model:
    """A compiled model: call it with arrays in the order of `inputs`, or by their names.

    The result is an array, or a tuple of them in the order of `outputs` where there are several. `sizes` are needed
    for those dimensions left to run time that no input has for itself.
    """

    def __init__(self, library, report):
        self.report = report
        self.inputs = [i["name"] for i in report["inputs"]]
        self.outputs = [o["name"] for o in report["outputs"]]
        self._library = library  # stays loaded as long as the model is there
        self._function = getattr(library, report["run"])
        self._function.restype = ctypes.c_int
        self._lock = threading.Lock()  # the function has one arena

    def __call__(self, *arrays, sizes=None, **named):
        arrays = self._ordered(arrays, named)
        sizes = {**self._sizes_of(arrays), **(sizes or {})}
        arguments, keep, results = [], [], []
        for d in self.report["dims"]:
            if d["name"] not in sizes:
                raise ValueError(f"no input tells the size of {d['name']}: sizes={{'{d['name']}': ...}}")
            arguments.append(ctypes.c_int32(sizes[d["name"]]))
        for array, i in zip(arrays, self.report["inputs"]):
            arguments.append(_pointer(array, i, keep))
        for o in self.report["outputs"]:
            results.append(_Result(o, arguments))
        with self._lock:
            status = self._function(*arguments)
            if status:
                raise ValueError(f"{self.report['run']}: {_ERRORS.get(status, f'error {status}')}")
            found = tuple(r.array() for r in results)
        return found[0] if len(found) == 1 else found

    def reset(self):
        """Forgets what calls left for later ones: of a model with --state."""
        with self._lock:
            getattr(self._library, self.report["reset"])(None)

    def seed(self, number):
        """The seed of random numbers from now on, where the model has none of its own; 0 until it is set."""
        with self._lock:
            getattr(self._library, self.report["seed"])(ctypes.c_uint64(number))

    def _ordered(self, arrays, named):
        order = self.inputs[len(arrays):]
        if len(arrays) > len(self.inputs) or set(order) != set(named):
            raise TypeError(f"expected the inputs {', '.join(self.inputs)}")
        every = [*arrays, *(named[name] for name in order)]
        return [_as_declared(a, i) for a, i in zip(every, self.report["inputs"])]

    def _sizes_of(self, arrays):
        """Of the dimensions that stand for themselves in the shape of an input."""
        sizes, names = {}, {d["name"] for d in self.report["dims"]}
        for array, i in zip(arrays, self.report["inputs"]):
            for size, declared in zip(array.shape, i["shape"] if i["type"] not in _PACKED else []):
                if declared in names and sizes.setdefault(declared, size) != size:
                    raise ValueError(f"input {i['name']}: {declared} is {size} here and {sizes[declared]} elsewhere")
                if isinstance(declared, int) and size != declared:
                    raise ValueError(f"input {i['name']} has shape {list(array.shape)}, expected {i['shape']}")
        return sizes


def _as_declared(array, declared):
    array = np.asarray(array)
    dtype = _dtype(declared["type"])
    if array.dtype.name == declared["type"] and array.dtype != dtype:
        array = array.view(dtype)  # a type that another package gave to numpy
    if dtype != object and not np.can_cast(array.dtype, dtype, "same_kind"):
        raise TypeError(f"input {declared['name']} has type {array.dtype}, expected {declared['type']}")
    if array.ndim != len(declared["shape"]) and declared["type"] not in _PACKED:
        raise ValueError(f"input {declared['name']} has shape {list(array.shape)}, expected {declared['shape']}")
    return np.ascontiguousarray(array, dtype).reshape(array.shape)


def _pointer(array, declared, keep):
    if declared["type"] == "string":
        texts = [t if isinstance(t, bytes) else str(t).encode() for t in array.ravel()]
        array = (ctypes.c_char_p * max(1, len(texts)))(*texts)
        keep.append(array)
        return array
    keep.append(array)
    return ctypes.c_void_p(array.ctypes.data)


class _Result:
    """Room for an output, with its arguments."""

    def __init__(self, declared, arguments):
        self.declared = declared
        count, self.dims = max(1, declared["max_elements"]), None
        if declared["type"] == "string":
            self.room = (ctypes.c_char_p * count)()
            arguments.append(self.room)
        else:
            self.room = np.zeros(count, _dtype(declared["type"]))
            arguments.append(ctypes.c_void_p(self.room.ctypes.data))
        if declared["dims_argument"]:
            self.dims = (ctypes.c_int32 * max(1, len(declared["shape"])))()
            arguments.append(self.dims)

    def array(self):
        shape = list(self.dims)[: len(self.declared["shape"])] if self.dims is not None else self.declared["shape"]
        count = int(np.prod(shape, dtype=np.int64))
        if self.declared["type"] == "string":
            texts = [(t or b"").decode(errors="replace") for t in self.room[:count]]
            return np.array(texts, object).reshape(shape)
        if self.declared["type"] in _PACKED:
            return self.room[: (count * _PACKED[self.declared["type"]] + 7) // 8]
        return self.room[:count].reshape(shape)


def compile(path, dims=None, options=(), cc="cc", cflags=("-O2",)):
    """Compiles the model at `path`.

    dims: {name: size, (least, most) or an expression of others}, as --dim takes them; options: more of the compiler's;
    cc, cflags: the C compiler.
    """
    with tempfile.TemporaryDirectory(prefix="onnx2c-") as folder:
        c, report, library = (os.path.join(folder, name) for name in ("model.c", "model.json", "model.so"))
        command = [program(), os.fspath(path), "-o", c, "--report", report]
        for name, size in (dims or {}).items():
            command += ["--dim", _dim(name, size)]
        _run([*command, *options])
        _run([cc, "-std=c99", *cflags, "-fPIC", "-shared", "-I", folder, "-o", library, c, "-lm"])
        with open(report) as f:
            return Model(ctypes.CDLL(library), json.load(f))
