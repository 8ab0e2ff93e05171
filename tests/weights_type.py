"""--weights-type: models whose large weights are stored narrower compute what the same models do whose weights were
rounded beforehand, here, by numpy; and their files are as much smaller as they should be.

usage: weights_type.py ONNX2C [--only GLOB]

What ONNX Runtime makes of the rounded model is the data set that `onnx2c verify --weights-type` of the model itself is
held against. The last line counts: "N passed, N failed".
"""

import argparse
import fnmatch
import glob
import json
import os
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper, parser

LEAST_WEIGHTS = 1024
TOLERANCE = ["--rtol", "1e-5", "--atol", "1e-6"]
WAYS = {"portable": [], "ram": ["--optimize", "ram"], "c99": ["--target", "c99"]}
MODELS = ["digits", "resnet8", "bert_tiny"]

# Products of every kind: rows and images that are many, one row, a batch of matrices, groups, planes; tables.
MADE = """<ir_version: 8, opset_import: ["": 18]>
g (float[2,3,20,20] image, float[1,70] row, float[3,5,40] batch, int64[2,4] at) =>
    (float[2,32,9,9] y0, float[1,33] y1, float[3,5,24] y2, float[2,4,40] y3, float[50,2,4,2] y4, float[2,4,40] y5)
<float[48,3,5,5] planes, float[32,24,3,3] grouped, float[32,32,1,1] points, float[70,33] by_row,
 float[3,40,24] by_batch, float[60,40] table, float[50,40,2] deep, float[40,40] square>
{
    c0 = Conv<pads = [2,2,2,2]>(image, planes)
    c1 = Relu(c0)
    c2 = Conv<group = 2, strides = [2,2]>(c1, grouped)
    y0 = Conv(c2, points)
    y1 = MatMul(row, by_row)
    y2 = MatMul(batch, by_batch)
    g0 = Gather(table, at)
    y3 = MatMul(g0, square)
    y4 = Gather<axis = 1>(deep, at)
    y5 = Gather(table, at)
}"""


def rounded_to_scale(a, channels):
    """Multiples of a scale of each channel, of which its largest magnitude is 127."""
    rows = a.reshape(channels, -1)
    scale = (np.abs(rows).max(axis=1) / np.float32(127)).astype(np.float32)[:, None]
    return (np.clip(np.rint(rows / scale), -127, 127).astype(np.float32) * scale).reshape(a.shape)


def rounded(a, kind, axis):
    if kind == "float16":
        return a.astype(np.float16).astype(np.float32)
    if kind == "bfloat16":
        bits = a.view(np.uint32)
        return ((bits + 0x7FFF + ((bits >> 16) & 1)) & np.uint32(0xFFFF0000)).view(np.float32)
    if axis is None:  # a scale for each of the columns of each matrix
        return np.stack([rounded(np.ascontiguousarray(m), kind, 1) for m in a])
    first = np.ascontiguousarray(np.moveaxis(a, axis, 0))
    return np.ascontiguousarray(np.moveaxis(rounded_to_scale(first, first.shape[0]), 0, axis))


def output_axis(node, index, a, kind):
    """The axis of output channels of a weight, "all" if the type has no scales; None: it stays."""
    attribute = {x.name: x.i for x in node.attribute if x.type == onnx.AttributeProto.INT}
    if node.op_type == "Conv" and index == 1 and a.shape[0] // attribute.get("group", 1) >= 8:
        return 0
    if node.op_type == "Gemm" and index == 1:
        return 0 if attribute.get("transB") else 1
    if node.op_type == "MatMul" and index == 1:
        return 1 if a.ndim == 2 else "batch"
    if node.op_type == "Gather" and index == 0 and (kind != "int8" or not attribute.get("axis")):
        return 0
    return None


def round_weights(model, kind):
    """Rounds those that are to be stored narrower; how many those are."""
    weights = {w.name: w for w in model.graph.initializer}
    done = {}
    for node in model.graph.node:
        for index, name in enumerate(node.input):
            if name not in weights or name in done:
                continue
            a = numpy_helper.to_array(weights[name])
            axis = output_axis(node, index, a, kind) if a.dtype == np.float32 and a.size >= LEAST_WEIGHTS else None
            if axis is None:
                continue
            narrow = rounded(a, kind, None if axis == "batch" else axis)
            weights[name].CopyFrom(numpy_helper.from_array(narrow, name))
            done[name] = a.size
    return done


def made_model(folder):
    model = parser.parse_model(MADE)
    rng = np.random.default_rng(3)
    for w in model.graph.value_info:
        shape = [d.dim_value for d in w.type.tensor_type.shape.dim]
        values = rng.standard_normal(shape).astype(np.float32) / np.float32(np.sqrt(np.prod(shape[1:])))
        model.graph.initializer.append(numpy_helper.from_array(values, w.name))
    del model.graph.value_info[:]
    path = os.path.join(folder, "made.onnx")
    onnx.save(model, path)
    os.makedirs(os.path.join(folder, "test_data_set_0"))
    for i, x in enumerate(model.graph.input):
        shape = [d.dim_value for d in x.type.tensor_type.shape.dim]
        integers = x.type.tensor_type.elem_type == onnx.TensorProto.INT64
        data = rng.integers(-40, 40, shape) if integers else rng.standard_normal(shape).astype(np.float32)
        with open(os.path.join(folder, "test_data_set_0", "input_%d.pb" % i), "wb") as f:
            f.write(numpy_helper.from_array(data).SerializeToString())
    return path


def expect(model, data, folder):
    """The data sets beside a model, with what ONNX Runtime makes of another."""
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    for source in glob.glob(os.path.join(data, "test_data_set_*")):
        target = os.path.join(folder, os.path.basename(source))
        os.makedirs(target)
        feeds = {}
        for i, x in enumerate(session.get_inputs()):
            name = "input_%d.pb" % i
            shutil.copy(os.path.join(source, name), target)
            feeds[x.name] = numpy_helper.to_array(onnx.load_tensor(os.path.join(source, name)))
        for i, y in enumerate(session.run(None, feeds)):
            with open(os.path.join(target, "output_%d.pb" % i), "wb") as f:
                f.write(numpy_helper.from_array(np.asarray(y)).SerializeToString())


class Tests:
    def __init__(self, onnx2c, only, folder):
        self.onnx2c, self.only, self.folder = os.path.abspath(onnx2c), only, folder
        self.passed = self.failed = 0

    def check(self, name, good, what=""):
        self.passed += bool(good)
        self.failed += not good
        if not good:
            print("FAIL: %s: %s" % (name, what))

    def run(self, *arguments):
        return subprocess.run([self.onnx2c, *arguments], capture_output=True, text=True, timeout=300)

    def report(self, path, *options):
        target = os.path.join(self.folder, "model.c")
        # sizes that are open are of no interest here
        dims = [w for d in ("batch", "seq") for w in ("--dim", d + "=1..8")] if "bert" in path else []
        r = self.run(path, "-o", target, "--report", target + ".json", *dims, *options)
        if r.returncode:
            return None, r.stderr
        with open(target + ".json") as f:
            return json.load(f), r.stderr

    def same_as_rounded(self, name, path, kind):
        model = onnx.load(path)
        narrowed = round_weights(model, kind)
        folder = os.path.join(self.folder, "%s-%s" % (name, kind))
        expect(model, os.path.dirname(path), folder)
        for way, options in WAYS.items():
            r = self.run("verify", path, folder, "--weights-type", kind, *TOLERANCE, *options)
            self.check("%s %s %s" % (name, kind, way), r.returncode == 0, r.stdout[-600:] + r.stderr[-600:])
        self.smaller("%s %s" % (name, kind), path, kind, narrowed)

    def smaller(self, name, path, kind, narrowed):
        before, _ = self.report(path, "--optimize", "ram")
        after, told = self.report(path, "--optimize", "ram", "--weights-type", kind, "--verbose")
        fact = after["narrow_weights"]
        least = sum(narrowed.values()) * (3 if kind == "int8" else 2) * 9 // 10  # scales are few
        saved = before["weights_bytes"] - after["weights_bytes"]
        self.check(name + " size", saved == fact["bytes_saved"] and saved >= least and fact["type"] == kind,
                   "%d bytes saved, expected %d; %s" % (saved, least, fact))
        bound = {"float16": 2**-11, "bfloat16": 2**-8, "int8": 0.5 / 127}[kind] * 1.005  # it has 3 digits
        self.check(name + " error", 0 < fact["largest_error"] <= bound, fact)
        self.check(name + " told", "%d arrays of weights are %s" % (fact["arrays"], kind) in told, told)
        with open(os.path.join(self.folder, "model.c")) as f:
            title = f.read(2000)
        self.check(name + " title", "--weights-type " + kind in title and "arrays of weights" in title, title)

    def stays(self, name, values, kind, nodes="y = MatMul(x, w)", arrays=0):
        model = parser.parse_model('<ir_version: 8, opset_import: ["": 18]> g (float[4,%d] x) => (float[4,%d] y) { %s }'
                                   % (*values.shape, nodes))
        model.graph.initializer.append(numpy_helper.from_array(values, "w"))
        path = os.path.join(self.folder, "stays.onnx")
        onnx.save(model, path)
        made, told = self.report(path, "--weights-type", kind)
        self.check(name, made and made["narrow_weights"]["arrays"] == arrays, made and made["narrow_weights"] or told)

    def all_of(self):
        made = made_model(self.folder)
        for kind in ("float16", "bfloat16", "int8"):
            for name in MODELS + ["made"]:
                path = made if name == "made" else os.path.join("tests/models", name, "model.onnx")
                if fnmatch.fnmatch(name + " " + kind, self.only):
                    self.same_as_rounded(name, path, kind)
        if not fnmatch.fnmatch("stays", self.only):
            return
        large = np.full((64, 32), 70000, np.float32)
        self.stays("beyond float16", large, "float16")
        self.stays("within bfloat16", large, "bfloat16", arrays=1)
        self.stays("not a number", np.where(np.eye(64, 32), np.float32("nan"), large), "int8")
        self.stays("few", np.ones((31, 33), np.float32), "float16")
        self.stays("enough", np.ones((32, 32), np.float32), "float16", arrays=1)


def main(kind):
    """Runs those of a class that is made of the compiler, a glob and a folder, and has all_of()."""
    args = argparse.ArgumentParser()
    args.add_argument("onnx2c")
    args.add_argument("--only", default="*")
    args = args.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        tests = kind(args.onnx2c, args.only, folder)
        tests.all_of()
    print("%d passed, %d failed" % (tests.passed, tests.failed))
    return tests.failed > 0


if __name__ == "__main__":
    sys.exit(main(Tests))
