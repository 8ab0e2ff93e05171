"""What recipes are written with: names, numbers, and the choice of operands."""

import random

import numpy as np
from onnx import helper

from graph import Graph

# What is taken in C, C++, libm, the generated file or the compiler; what is no identifier; what differs from another
# one only in what is no identifier.
HURTFUL = (
    "str memory strided_slice:0 INT_MAX NAN M_PI model_run model_run_in model_arena MODEL_ERANK MODEL_EDIM int class "
    "new template error arena i n x0 t w_a v_1 main exp expf float32 x/float32 x.1 x_1 x:1 x-1 X é ∑ %s %d%n \\ \" ' "
    "*/ /* // ??/ a*b a=b a[0] 0 1e5 -1 _ __ . / restrict inline bool true NULL size_t errno stdin assert signal abs "
    "y y_1 y_2 cast_f32 relu_f32 input output in out dims w weights constant static volatile"
).split() + ["a b", "a\nb", "\t", "a" * 300, "\u202e", "#if 0"]


class Builder:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.numpy = np.random.default_rng(seed)
        self.sets = self.rng.choice([1, 1, 3])
        self.graph = Graph(self.rng.choice([13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]), self.sets)
        self.hurts = self.rng.random() < 0.4
        self.taken = set()
        self.count = 0
        self.depth = 0

    # -- names and numbers

    def name(self, stem="v"):
        self.count += 1
        name = self.rng.choice(HURTFUL) if self.hurts and self.rng.random() < 0.6 else f"{stem}{self.count}"
        name = f"{name}{self.count}" if name in self.taken else name
        self.taken.add(name)
        return name

    def maybe(self, chance):
        return self.rng.random() < chance

    def numbers(self, shape, dtype=np.float32, exact=None):
        """Small ones; often of few bits (exact), as discontinuous operators need them."""
        dtype = np.dtype(dtype)
        if dtype == np.bool_:
            return self.numpy.integers(0, 2, shape).astype(np.bool_)
        if dtype.kind in "iu":
            return self.numpy.integers(0 if dtype.kind == "u" else -7, 8, shape).astype(dtype)
        if exact if exact is not None else self.maybe(0.6):
            return (self.numpy.integers(-16, 17, shape) / 8).astype(dtype)
        return self.numpy.uniform(-2, 2, shape).astype(dtype)

    def ints(self, values, dtype=np.int64):
        return self.graph.const(self.name("k"), np.asarray(values, dtype))

    def const(self, shape, dtype=np.float32, exact=None):
        return self.graph.const(self.name("w"), self.numbers(shape, dtype, exact))

    def scalar(self, value, dtype=np.float32):
        return self.graph.const(self.name("s"), np.asarray(value, dtype))

    # -- operands

    def pick(self, wanted=lambda v: True):
        """A value that is `wanted`: the youngest are likelier, so that chains grow. None if there is none."""
        found = [v for v in self.graph.values.values() if not v.is_const and wanted(v)]
        if not found:
            return None
        return found[-1 - int(len(found) * self.rng.random() ** 2)]

    def floats(self, least=0, most=6, wanted=lambda v: True):
        return self.pick(lambda v: v.is_float and least <= v.rank <= most and wanted(v))

    def partner(self, v, wanted=lambda v: True):
        """Something of v's type that broadcasts with it: another value, or a constant."""
        if self.maybe(0.5):
            other = self.pick(lambda o: o.dtype == v.dtype and o.name != v.name and broadcast(v, o) and wanted(o))
            if other:
                return other
        shape = [size if v.is_fixed(i) and self.maybe(0.7) else 1 for i, size in enumerate(v.shape)]
        return self.const(shape[self.rng.randint(0, v.rank) if self.maybe(0.4) else 0 :], v.dtype)

    # -- nodes

    def node(self, op, inputs, n_out=1, **attributes):
        names = [v.name if v else "" for v in inputs]
        outputs = [self.name() for _ in range(n_out)]
        attributes = {k: v for k, v in attributes.items() if v is not None}
        return helper.make_node(op, names, outputs, self.name("node") if self.maybe(0.8) else "", **attributes)

    def add(self, op, *inputs, n_out=1, **attributes):
        """The first output, or None."""
        made = self.graph.add(self.node(op, inputs, n_out, **attributes))
        return made[0] if made else None

    def chain(self, v, *steps):
        """steps: (op, *more inputs). v through all of them; None if one fails."""
        for op, *more in steps:
            if v is None:
                return None
            v = self.add(op, v, *more)
        return v

    def axes(self, op, v, axes, since=13, **attributes):
        """An operator whose axes are an attribute before opset `since`, then an input."""
        if self.graph.opset >= since:
            return self.add(op, v, *([self.ints(axes)] if axes is not None else []), **attributes)
        return self.add(op, v, axes=axes, **attributes)


def broadcast(a, b):
    """Do they, in every data set in the same way?"""
    for i in range(1, min(a.rank, b.rank) + 1):
        pairs = {(x.shape[-i], y.shape[-i]) for x, y in zip(a.arrays, b.arrays)}
        same = all(x == y for x, y in pairs)
        ones = all(x == 1 for x, _ in pairs) or all(y == 1 for _, y in pairs)
        if not same and not ones:
            return False
    return True
