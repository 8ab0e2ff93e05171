#!/usr/bin/env python3
"""Instructions of an int8 network on emulated 64-bit Arm processors, at most so many of those of the network of floats.

usage: instructions.py ONNX2C [--only GLOB]

A program runs the network once, and one runs it three times; qemu counts instructions by count.c. Both networks are
compiled for the target, by clang -O3. The last line counts: "N passed, N failed".
"""

import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
from parts import main, must, of_each, run  # they are in the folder above

MODELS = os.path.join(HERE, "../models")
NETWORK, INPUTS, OUTPUTS = "resnet8", 3 * 32 * 32, 10
# target, options of the C compiler, the most
TARGETS = [("aarch64", "-march=armv8-a", 0.8), ("aarch64+dotprod", "-march=armv8.2-a+dotprod", 0.35)]
PROGRAM = """#include "net.h"
static float x[%d], y[%d];
int main(int argc, char **argv)
{
    (void)argv;
    unsigned state = 1;
    for (int i = 0; i < %d; i++) {
        state = state * 1664525 + 1013904223;
        x[i] = (float)(state >> 24) / 255;
    }
    for (int i = 0; i < argc; i++)
        if (net_run(x, y)) return 1;
    return 0;
}
"""


def instructions(onnx2c, folder, network, target, option):
    run(folder, onnx2c, os.path.join(MODELS, network, "model.onnx"), "-o", "net.c", "--header", "net.h", "--name",
        "net", "--target", target)
    with open(os.path.join(folder, "main.c"), "w") as f:
        f.write(PROGRAM % (INPUTS, OUTPUTS, INPUTS))
    run(folder, "clang", "--target=aarch64-linux-gnu", option, "-O3", "-std=c99", "-static", "-o", "program", "main.c",
        "net.c", "-lm")
    said = [run(folder, "qemu-aarch64", "-cpu", "max", "-plugin", "./count.so", "./program", *more)
            for more in ([], ["2", "3"])]
    once, thrice = (int(re.search(r"(\d+) instructions", text).group(1)) for text in said)
    return (thrice - once) / 2


def takes_at_most(onnx2c, folder, target, option, most):
    run(folder, "gcc", "-shared", "-fPIC", "-O2", "-o", "count.so", os.path.join(HERE, "count.c"))
    floats, bytes_ = (instructions(onnx2c, folder, NETWORK + kind, target, option) for kind in ("", "_int8_qdq"))
    must(floats > 1e6, "too few to be true:", floats)
    must(bytes_ <= most * floats, f"{bytes_} of {floats} are {bytes_ / floats:.3f}")


if __name__ == "__main__":
    sys.exit(main(of_each(takes_at_most, *TARGETS)))
