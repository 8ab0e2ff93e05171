"""How much slower is a file for all sizes than a file for one, at that size?

usage: dynamic.py ONNX2C [CFLAGS]        needs numpy and onnx (build/venv has them)

Both are linked into one program, which calls them in turns, pinned to one processor, and takes the quickest call of
each. Prints milliseconds and their quotient: 1.00 is no cost at all.
"""

import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import onnx
from onnx import helper, numpy_helper

PROGRAM = """
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "general.h"
#include "exact.h"

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec * 1e-6;
}

int main(void)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    sched_setaffinity(0, sizeof one, &one);
    double best[2] = {1e9, 1e9}, end = now() + 4000;
    int32_t dims[8][8];
    void *io[8];
%(buffers)s
    for (int i = 0; now() < end; i++) {
        double start = now();
        int code = i %% 2 ? exact_run(%(exact)s) : general_run(%(general)s);
        double took = now() - start;
        if (code) return 1;
        if (took < best[i %% 2]) best[i %% 2] = took;
    }
    printf("%%.4f %%.4f\\n", best[0], best[1]);
    return 0;
}
"""


def convnet():
    """Blocks of two 3x3 convolutions with a shortcut, as in a ResNet."""
    rng = np.random.default_rng(0)
    nodes, weights, at, channels = [], [], "image", 3

    def conv(source, result, inputs, outputs, stride=1, relu=True):
        w = (rng.standard_normal((outputs, inputs, 3, 3)) / np.sqrt(9 * inputs)).astype(np.float32)
        weights.extend(
            [
                numpy_helper.from_array(w, result + "_w"),
                numpy_helper.from_array(np.full(outputs, 0.1, np.float32), result + "_b"),
            ]
        )
        made = result + "_conv" if relu else result
        nodes.append(
            helper.make_node("Conv", [source, result + "_w", result + "_b"], [made], pads=[1] * 4, strides=[stride] * 2)
        )
        if relu:
            nodes.append(helper.make_node("Relu", [made], [result]))

    for stage, width in enumerate((32, 64, 128)):
        conv(at, f"s{stage}", channels, width, stride=2 if stage else 1)
        conv(f"s{stage}", f"a{stage}", width, width)
        conv(f"a{stage}", f"b{stage}", width, width, relu=False)
        nodes.append(helper.make_node("Add", [f"s{stage}", f"b{stage}"], [f"sum{stage}"]))
        nodes.append(helper.make_node("Relu", [f"sum{stage}"], [f"r{stage}"]))
        at, channels = f"r{stage}", width
    nodes.append(helper.make_node("GlobalAveragePool", [at], ["features"]))
    image = helper.make_tensor_value_info("image", 1, ["batch", 3, "height", "width"])
    graph = helper.make_graph(nodes, "g", [image], [helper.make_tensor_value_info("features", 1, None)], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def measure(onnx2c, flags, folder, name, model, dims):
    """dims: NAME -> (low, high, the size to measure at)."""
    for build, options in ("general", {n: f"{a}..{b}" for n, (a, b, _) in dims.items()}), (
        "exact",
        {n: s for n, (_, _, s) in dims.items()},
    ):
        words = [w for n, v in options.items() for w in ("--dim", f"{n}={v}")]
        base = os.path.join(folder, build)
        outputs = ["--name", build, "-o", base + ".c", "--header", base + ".h", "--report", base + ".json"]
        subprocess.run([onnx2c, model, *outputs, *words], check=True)
        subprocess.run(["cc", "-std=c99", *flags, "-c", base + ".c", "-o", base + ".o"], check=True)
    with open(os.path.join(folder, "general.json")) as f:
        report = json.load(f)
    tensors = [(t, "input") for t in report["inputs"]] + [(t, "output") for t in report["outputs"]]
    buffers, general = "", [str(dims[d["name"]][2]) for d in report["dims"]]
    exact = []
    for i, (t, kind) in enumerate(tensors):
        dtype = np.dtype(t["type"])
        buffers += f"    io[{i}] = calloc({t['max_elements']}, {dtype.itemsize});\n"
        if kind == "input" and dtype.kind == "f":
            buffers += f"    for (int i = 0; i < {t['max_elements']}; i++) "
            buffers += f"((float *)io[{i}])[i] = (float)(i % 101) / 50 - 1;\n"
        exact.append(f"io[{i}]")
        general.append(f"io[{i}]")
        if t.get("dims_argument"):
            general.append(f"dims[{i}]")
    source = os.path.join(folder, "main.c")
    with open(source, "w") as f:
        f.write(PROGRAM % {"buffers": buffers, "general": ", ".join(general), "exact": ", ".join(exact)})
    program = os.path.join(folder, "bench")
    objects = [os.path.join(folder, o) for o in ("general.o", "exact.o")]
    subprocess.run(["cc", "-O2", "-I", folder, source, *objects, "-o", program, "-lm"], check=True)
    times = [float(x) for x in subprocess.run([program], check=True, stdout=subprocess.PIPE, text=True).stdout.split()]
    sizes = ", ".join(f"{n} {s} of {a}..{b}" for n, (a, b, s) in dims.items())
    print(
        f"{name:12} {times[0]:9.3f} ms for all, {times[1]:9.3f} ms for one: {times[0] / times[1]:.3f}   ({sizes})",
        flush=True,
    )


def main():
    onnx2c, flags = sys.argv[1], sys.argv[2].split() if len(sys.argv) > 2 else ["-O3", "-march=native"]
    models = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "models")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "convnet.onnx")
        onnx.save(convnet(), path)
        for size in (64, 56):
            dims = {"batch": (1, 4, 1), "height": (32, 128, size), "width": (32, 128, size)}
            measure(onnx2c, flags, folder, "convnet", path, dims)
        bert = os.path.join(models, "bert_tiny", "model.onnx")
        measure(onnx2c, flags, folder, "bert_tiny", bert, {"batch": (1, 4, 1), "seq": (1, 64, 64)})
        measure(onnx2c, flags, folder, "bert_tiny", bert, {"batch": (1, 4, 4), "seq": (1, 64, 32)})
        unet = os.path.join(models, "small_unet", "model.onnx")
        measure(
            onnx2c,
            flags,
            folder,
            "small_unet",
            unet,
            {"batch": (1, 2, 1), "height": (16, 128, 64), "width": (16, 128, 64)},
        )
        mobile = os.path.join(models, "small_mobile", "model.onnx")
        for size in (224, 128):
            measure(
                onnx2c,
                flags,
                folder,
                "small_mobile",
                mobile,
                {"batch": (1, 2, 1), "height": (32, 224, size), "width": (32, 224, size)},
            )
        rnn = os.path.join(models, "rnn_any_length_op17", "model.onnx")
        measure(onnx2c, flags, folder, "rnn", rnn, {"length": (1, 128, 100), "batch": (1, 4, 1)})
        lm = os.path.join(models, "small_lm", "model.onnx")
        measure(onnx2c, flags, folder, "small_lm", lm, {"batch": (1, 4, 1), "length": (1, 64, 64)})


main()
