"""Models of many weights: where they go, what the compiler takes for them, and what it says meanwhile.

usage: large.py ONNX2C [--only GLOB]

The last line counts: "N passed, N failed".
"""

import os
import pty
import re
import subprocess
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from parts import main, must, of_each


def floats(name, *shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape))


class Maker:
    """A model that grows node by node; weights are random, so that none is another's twin."""

    def __init__(self):
        self.nodes, self.weights, self.rng = [], [], np.random.default_rng(0)

    def weight(self, *shape):
        data = self.rng.random(shape, np.float32)
        self.weights.append(numpy_helper.from_array(data, f"w{len(self.weights)}"))
        return self.weights[-1].name

    def node(self, op, *inputs, **attributes):
        self.nodes.append(helper.make_node(op, inputs, [f"v{len(self.nodes)}"], **attributes))
        return self.nodes[-1].output[0]

    def save(self, folder, inputs, outputs):
        graph = helper.make_graph(self.nodes, "g", inputs, outputs, self.weights)
        path = os.path.join(folder, "model.onnx")
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
        return path


def transformer(folder):
    """85 MB: twelve layers of attention and a network of two layers after each."""
    m, d, x = Maker(), 384, "x"
    for _ in range(12):
        q, k, v = (m.node("Add", m.node("MatMul", x, m.weight(d, d)), m.weight(d)) for _ in range(3))
        p = m.node("Softmax", m.node("MatMul", q, m.node("Transpose", k, perm=[0, 2, 1])), axis=-1)
        y = m.node("Add", x, m.node("MatMul", m.node("MatMul", p, v), m.weight(d, d)))
        up = m.node("Relu", m.node("MatMul", y, m.weight(d, 4 * d)))
        x = m.node("Add", y, m.node("MatMul", up, m.weight(4 * d, d)))
    return m.save(folder, [floats("x", 1, 16, d)], [floats(x, 1, 16, d)])


def alexnet(folder):
    """244 MB, 151 of them in one layer."""
    m, x, channels = Maker(), "x", 3
    for filters, size, stride, pad, pooled in (
        (64, 11, 4, 2, 1), (192, 5, 1, 2, 1), (384, 3, 1, 1, 0), (256, 3, 1, 1, 0), (256, 3, 1, 1, 1)
    ):  # fmt: skip
        w = m.weight(filters, channels, size, size)
        x = m.node("Relu", m.node("Conv", x, w, m.weight(filters), strides=[stride] * 2, pads=[pad] * 4))
        x = m.node("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2]) if pooled else x
        channels = filters
    x = m.node("Flatten", x)
    for inputs, outputs in ((9216, 4096), (4096, 4096), (4096, 1000)):
        x = m.node("Gemm", x, m.weight(outputs, inputs), m.weight(outputs), transB=1)
        x = m.node("Relu", x) if outputs == 4096 else x
    return m.save(folder, [floats("x", 1, 3, 224, 224)], [floats(x, 1, 1000)])


def one_product(folder):
    """85 MB in one weight, whose rows are dense."""
    m = Maker()
    return m.save(folder, [floats("x", 1, 4608)], [floats(m.node("MatMul", "x", m.weight(4608, 4608)), 1, 4608)])


def one_layer(folder):
    """The same of columns that are dense."""
    m = Maker()
    y = m.node("Gemm", "x", m.weight(4608, 4608), m.weight(4608), transB=1)
    return m.save(folder, [floats("x", 1, 4608)], [floats(y, 1, 4608)])


# A process begins with the memory of the one that it is made from: this one is small.
RUN = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)
print(1024 * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(done.returncode)
"""


def compiled(onnx2c, path, *words):
    """(what it says, the most memory it had)."""
    done = subprocess.run([sys.executable, "-c", RUN, onnx2c, path, *words], capture_output=True, text=True)
    must(done.returncode == 0, done.stderr)
    return done.stderr, int(done.stdout)


def memory_stays_near_the_weights(onnx2c, folder, make):
    path, c = make(folder), os.path.join(folder, "out.c")
    said, memory = compiled(onnx2c, path, "-o", c, "-v")
    weights = os.path.getsize(os.path.join(folder, "out.weights"))
    print(f"{make.__name__}: {memory / 1e6:.0f} MB for {weights / 1e6:.0f} MB of weights")
    must(weights > 80e6 and memory <= 1.3 * weights, f"{memory / 1e6:.1f} MB for {weights / 1e6:.1f} MB of weights")
    notes = [line for line in said.splitlines() if not re.fullmatch(r"onnx2c: \w+ +\d+\.\d{3} s", line)]
    must(len(notes) == 2 and notes[0].startswith(f"onnx2c: note: {path}: its ") and "out.weights" in notes[0], said)
    must("--optimize has it by default" in notes[1], said)
    timed = re.findall(r"^onnx2c: (\w+) +\d", said, re.M)
    must(timed[0] == "load" and timed[-3:] == ["emit", "weights", "write"], timed)
    must("--weights incbin" in open(c).read(2000) and os.path.getsize(c) < 1e6, os.path.getsize(c))
    subprocess.run(["cc", "-std=c99", "-O0", "-c", "out.c", "-I.", "-o", "out.o"], cwd=folder, check=True)
    must(os.path.getsize(os.path.join(folder, "out.o")) > weights, "the object has no weights")


def counted(folder, elements):
    m = Maker()
    return m.save(folder, [floats("x", elements)], [floats(m.node("Mul", "x", m.weight(elements)), elements)])


def few_stand_in_the_c(onnx2c, folder):
    path, c = counted(folder, 12_000_000), os.path.join(folder, "out.c")
    said, _ = compiled(onnx2c, path, "-o", c)
    must(said == "" and os.path.getsize(c) > 48e6 and not os.path.exists(os.path.join(folder, "out.weights")), said)


def where_there_is_no_place(onnx2c, folder):
    """Nothing is written that was not asked for, and no output over another."""
    path, c, weights = counted(folder, 13_000_000), os.path.join(folder, "out.c"), os.path.join(folder, "out.weights")
    for words in (["-o", c, "--target", "wasm"], ["-o", c, "--header", weights], ["-o", c, "--weights", "numbers"]):
        said, _ = compiled(onnx2c, path, *words)
        must(said == "" and os.path.getsize(c) > 52e6, words, said)
    must(os.path.getsize(weights) < 1e6, "the header is gone")
    os.remove(weights)
    done = subprocess.run([onnx2c, path], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    must(done.returncode == 0 and done.stderr == b"" and os.listdir(folder).count("model.weights") == 0, done.stderr)


def waiting_is_told_on_terminals(onnx2c, folder):
    """What is being done, once that takes a second, and nothing of it remains."""
    path = counted(folder, 12_000_000)
    ours, theirs = pty.openpty()
    words = [onnx2c, path, "-o", os.path.join(folder, "out.c"), "--weights", "numbers"]
    child = subprocess.Popen(words, stderr=theirs)
    os.close(theirs)
    said = b""
    try:
        while part := os.read(ours, 4096):
            said += part
    except OSError:  # the other end is closed
        pass
    must(child.wait() == 0 and re.search(rb"\r\x1b\[Konnx2c: emit \.\.\. \d+ s", said), said)
    must(said.endswith(b"\r\x1b[K") and b"\n" not in said, said)
    quiet, _ = compiled(onnx2c, path, "-o", os.path.join(folder, "out.c"), "--weights", "numbers")
    must(quiet == "", quiet)


if __name__ == "__main__":
    sys.exit(main(
        of_each(memory_stays_near_the_weights, transformer, alexnet, one_product, one_layer),
        few_stand_in_the_c,
        where_there_is_no_place,
        waiting_is_told_on_terminals,
    ))
