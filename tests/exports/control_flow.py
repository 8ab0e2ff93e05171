#!/usr/bin/env python3
"""Writes the models of branches, loops and lists within one another: tests/models/nested_loops, if_keeps_input and
lists, with data as ONNX Runtime computes them (onnx's reference gives rows of scalars another shape).

usage: control_flow.py [OUT]          (default: tests/models)
"""

import json
import os
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper, parser

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# Run-time trip counts, 0 among them; a loop that a condition ends, one that none ever enters, one that ends after a
# round; rows of loops within loops; a branch in a loop; values of outer graphs; values that swap.
NESTED_LOOPS = """
<ir_version: 8, opset_import: ["" : 17]>
nested (int64 n, bool go, float[4] x) => (float[4] y, float[R,4] rows, int64[S] counts, float[4] z, float[4] s) {
   one = Constant <value: tensor = int64 {1}> ()
   ten = Constant <value: tensor = float {10}> ()
   yes = Constant <value: tensor = bool {1}> ()
   y, rows = Loop (n, go, x) <body: graph = outer (int64 i, bool c, float[4] a) => (bool c2, float[4] b, float[4] row) {
      k = Add (i, one)
      inner, steps = Loop (k, yes, a) <body: graph =
            inner (int64 j, bool d, float[4] p) => (bool d2, float[4] q, float step) {
         f = Cast <to: int = 1> (j)
         g = Mul (x, f)
         q = Add (p, g)
         total = ReduceSum <keepdims: int = 0> (q)
         limit = Constant <value: tensor = float {150}> ()
         d2 = Less (total, limit)
         step = Identity (total)
      }>
      m = Size (steps)
      mf = Cast <to: int = 1> (m)
      two = Constant <value: tensor = int64 {2}> ()
      odd = Mod (i, two)
      is_odd = Cast <to: int = 9> (odd)
      b = If (is_odd) <
         then_branch: graph = t () => (float[4] tb) { tb = Neg (inner) },
         else_branch: graph = e () => (float[4] eb) { eb = Add (inner, mf) }>
      row = Mul (b, x)
      sum = ReduceSum <keepdims: int = 0> (b)
      bound = Constant <value: tensor = float {60}> ()
      c2 = Less (sum, bound)
   }>
   counts_last, counts = Loop (n, "", one) <body: graph =
         count (int64 i2, bool c3, int64 v) => (bool c4, int64 w, int64 r) {
      c4 = Identity (c3)
      w = Add (v, v)
      r = Mul (w, i2)
   }>
   z = Loop (n, go, x) <body: graph = once (int64 i3, bool c5, float[4] u) => (bool c6, float[4] u2) {
      never = Constant <value: tensor = bool {0}> ()
      c6 = Identity (never)
      u2 = Mul (u, ten)
   }>
   first, second = Loop (n, "", x, z) <body: graph =
         swap (int64 i4, bool c7, float[4] a1, float[4] a2) => (bool c8, float[4] b1, float[4] b2) {
      c8 = Identity (c7)
      b1 = Identity (a2)
      b2 = Identity (a1)
   }>
   s = Sub (first, second)
}
"""

# A branch that hands on what is still read after it.
IF_KEEPS_INPUT = """
<ir_version: 8, opset_import: ["" : 17]>
branches (bool c, float[4] x) => (float[4] z) {
   axis = Constant <value: tensor = int64 {0}> ()
   x1 = Exp (x)
   x2 = CumSum (x1, axis)
   y = If (c) <
      then_branch: graph = t () => (float[4] a) { a1 = CumSum (x, axis) a = Neg (a1) },
      else_branch: graph = e () => (float[4] b) { b = Identity (x2) }>
   z = Add (x2, y)
}
"""

# A sequence whose length and positions only the data tell, of elements of different sizes;
# optionals that are there or not.
LISTS = """
<ir_version: 8, opset_import: ["" : 17]>
lists (int64 n, int64 at, float[6] x, bool some) =>
      (float[T] joined, float[K] element, int64 count, seq(float[]) mapped, float[M] doubled, bool has, float[6] got,
       int64 branch) {
   one = Constant <value: tensor = int64 {1}> ()
   axes = Constant <value: tensor = int64[1] {0}> ()
   zero = Constant <value: tensor = int64[1] {0}> ()
   empty = SequenceEmpty <dtype: int = 1> ()
   list = Loop (n, "", empty) <body: graph =
         fill (int64 i, bool c, seq(float[]) before) => (bool c2, seq(float[]) after) {
      c2 = Identity (c)
      k = Add (i, one)
      end = Unsqueeze (k, axes)
      part = Slice (x, zero, end)
      mid = Constant <value: tensor = int64 {0}> ()
      after = SequenceInsert (before, part, mid)
   }>
   longer = SequenceInsert (list, x, at)
   joined = ConcatFromSequence <axis: int = 0> (longer)
   element = SequenceAt (longer, at)
   shorter = SequenceErase (longer, at)
   count = SequenceLength (shorter)
   mapped = SequenceMap (longer) <body: graph = body (float[E] e) => (float[E] e2) { e2 = Neg (e) }>
   md = SequenceAt (mapped, at)
   doubled = Add (md, md)
   opt = If (some) <
      then_branch: graph = t () => (optional(float[6]) o1) { o1 = Optional (x) },
      else_branch: graph = e () => (optional(float[6]) o2) { o2 = Optional <type: type_proto = float[6]> () }>
   has = OptionalHasElement (opt)
   got = If (has) <
      then_branch: graph = t2 () => (float[6] g1) { g1 = OptionalGetElement (opt) },
      else_branch: graph = e2 () => (float[6] g2) { g2 = Neg (x) }>
   picked = If (some) <
      then_branch: graph = t3 () => (seq(float[]) s1) { s1 = SequenceConstruct (x, x) },
      else_branch: graph = e3 () => (seq(float[]) s2) { s2 = Identity (longer) }>
   branch = SequenceLength (picked)
}
"""


def write(path, value):
    proto = numpy_helper.from_list(value) if isinstance(value, list) else numpy_helper.from_array(np.asarray(value))
    with open(path, "wb") as f:
        f.write(proto.SerializeToString(deterministic=True))


def save(out, name, text, feeds):
    model = parser.parse_model(text)
    onnx.checker.check_model(model)
    folder = os.path.join(out, name)
    os.makedirs(folder, exist_ok=True)
    onnx.save(model, os.path.join(folder, "model.onnx"))
    with open(os.path.join(folder, "data.json"), "w") as f:
        json.dump({"rtol": 1e-5, "atol": 1e-6}, f)
        f.write("\n")
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    for k, feed in enumerate(feeds):
        data = os.path.join(folder, f"test_data_set_{k}")
        os.makedirs(data, exist_ok=True)
        results = session.run(None, dict(zip([i.name for i in model.graph.input], feed)))
        for stem, values in (("input", feed), ("output", results)):
            for i, v in enumerate(values):
                write(os.path.join(data, f"{stem}_{i}.pb"), v)


def main():
    out = sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "tests", "models")
    yes, no = np.array(True), np.array(False)
    x, z = np.arange(1, 5, dtype=np.float32), np.arange(6, dtype=np.float32)

    def number(n):
        return np.array(n, np.int64)

    save(
        out,
        "nested_loops",
        NESTED_LOOPS,
        [[number(3), yes, x], [number(0), yes, x], [number(4), no, x], [number(7), yes, -x]],
    )
    save(out, "if_keeps_input", IF_KEEPS_INPUT, [[yes, x], [no, x]])
    save(
        out,
        "lists",
        LISTS,
        [[number(3), number(1), z, yes], [number(0), number(0), z + 1, no], [number(5), number(-2), z - 3, no]],
    )


if __name__ == "__main__":
    main()
