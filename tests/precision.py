#!/usr/bin/env python3
"""--precision: what ONNX Runtime computes from factors that are rounded beforehand, weights by numpy and the others by
Casts in front of them; by plain C and by the instructions of x86 and Arm, which must be there where compilers are told
so; and what is said where the option changes nothing."""

import fnmatch
import os
import subprocess
import sys

import onnx
from onnx import helper

import weights_type

KINDS = ("bfloat16", "float16")
# The order of sums is free, and numbers near a half way between two of the type may go either way in the next product.
TOLERANCE = {"bfloat16": ["--rtol", "2e-3", "--atol", "2e-3"], "float16": ["--rtol", "3e-4", "--atol", "3e-4"]}
WAYS = {
    "vectors": ["--cflags", "-O2"],
    "this processor": ["--cflags", "-O2 -march=native"],
    "scalars": ["--cflags", "-O1 -DONNX2C_NO_VECTORS"],
    "ram": ["--optimize", "ram"],
}
INSTRUCTIONS = [
    ("bfloat16", "vdpbf16ps", ["gcc", "-mavx512bf16"]),
    ("bfloat16", "vdpbf16ps", ["clang", "-mavx512bf16"]),
    ("bfloat16", "bfdot", ["clang", "--target=aarch64-linux-gnu", "-march=armv8.2-a+bf16"]),
    ("float16", "fmlal", ["clang", "--target=aarch64-linux-gnu", "-march=armv8.2-a+fp16fml"]),
]
WARNINGS = "-std=c99 -O1 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wmissing-prototypes -Werror".split()
UNCHANGED = [
    ("bfloat16", ["--target", "cortex-m55"], "processors of --target cortex-m55 have no instructions"),
    ("float16", ["--target", "x86-64-v4"], "processors of --target x86-64-v4 have no instructions"),
    ("bfloat16", ["--optimize", "size"], "the code of --optimize size has no vectors"),
    ("bfloat16", ["--weights-type", "int8"], "no product of the model"),
]


def rounds(node, kind):
    """Its packed kernel rounds: pairs of bfloat16 are of neighbours, which planes have not."""
    return node.op_type in ("Conv", "MatMul") and not (kind == "bfloat16" and node.input[0] == "image")


def round_factors(path, kind):
    """The model whose products say what is rounded; how many those are."""
    model = onnx.load(path)
    type_of = onnx.TensorProto.BFLOAT16 if kind == "bfloat16" else onnx.TensorProto.FLOAT16
    weights = {w.name: w for w in model.graph.initializer}
    nodes, count = [], 0
    for node in model.graph.node:
        if rounds(node, kind):
            w, name = weights[node.input[1]], node.input[0]
            array = weights_type.rounded(onnx.numpy_helper.to_array(w), kind, 0)
            w.CopyFrom(onnx.numpy_helper.from_array(array, w.name))
            half, back = "half_%d" % count, "rounded_%d" % count
            nodes.append(helper.make_node("Cast", [name], [half], to=type_of))
            nodes.append(helper.make_node("Cast", [half], [back], to=onnx.TensorProto.FLOAT))
            node.input[0] = back
            count += 1
        nodes.append(node)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return model, count


class Tests(weights_type.Tests):
    def compiled(self, path, kind, *options):
        target = os.path.join(self.folder, "precise.c")
        r = self.run(path, "-o", target, "--precision", kind, *options)
        return target, r

    def same_as_rounded(self, path, kind):
        model, count = round_factors(path, kind)
        folder = os.path.join(self.folder, kind)
        weights_type.expect(model, os.path.dirname(path), folder)
        for way, options in WAYS.items():
            r = self.run("verify", path, folder, "--precision", kind, *TOLERANCE[kind], *options)
            self.check("%s %s" % (kind, way), r.returncode == 0, r.stdout[-900:] + r.stderr[-600:])
        made, told = self.report(path, "--precision", kind)
        self.check(kind + " report", made and made["precision"] == {"type": kind, "products": count},
                   made and made["precision"] or told)
        with open(os.path.join(self.folder, "model.c")) as f:
            title = f.read(2000)
        self.check(kind + " title", "--precision " + kind in title and "%d products of" % count in title, title)

    def instructions(self, path):
        for kind, instruction, compiler in INSTRUCTIONS:
            target, r = self.compiled(path, kind)
            cc = subprocess.run([*compiler, *WARNINGS, "-S", "-o", target + ".s", target], capture_output=True,
                                text=True, timeout=300)
            self.check("%s %s compiles" % (kind, compiler), r.returncode == 0 and cc.returncode == 0,
                       r.stderr + cc.stderr[-600:])
            with open(target + ".s") as f:
                self.check("%s in what %s makes" % (instruction, compiler), instruction in f.read())

    def unchanged(self, path):
        plain, _ = self.compiled(path, "float32")
        with open(plain) as f:
            text = f.read()
        self.run(path, "-o", plain)
        with open(plain) as f:
            self.check("float32 is the default", f.read() == text)
        for kind, options, words in UNCHANGED:
            _, r = self.compiled(path, kind, *options)
            self.check("%s %s" % (kind, options), r.returncode == 0 and "changes nothing: " + words in r.stderr,
                       r.stderr)

    def all_of(self):
        path = weights_type.made_model(self.folder)
        for kind in KINDS:
            if fnmatch.fnmatch(kind, self.only):
                self.same_as_rounded(path, kind)
        if fnmatch.fnmatch("instructions", self.only):
            self.instructions(path)
        if fnmatch.fnmatch("unchanged", self.only):
            self.unchanged(path)


if __name__ == "__main__":
    sys.exit(weights_type.main(Tests))
