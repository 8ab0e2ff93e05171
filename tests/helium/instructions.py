#!/usr/bin/env python3
"""Instructions of networks on emulated Arm processors, at most so many of those of another way.

usage: instructions.py ONNX2C [--only GLOB]

A program runs the network once, and one runs it three times; qemu counts instructions by count.c. On 64-bit processors
the int8 network stands beside that of floats, both compiled for the target by clang -O3. On a 32-bit one with NEON,
floats in vectors stand beside single ones, by gcc -O3. The last line counts: "N passed, N failed".
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
# network, inputs, outputs, the most
NEON_32 = [("resnet8", INPUTS, OUTPUTS, 0.65), ("dscnn", 490, 12, 0.5)]
GCC_32 = ["arm-none-eabi-gcc", "--specs=rdimon.specs", "-mfloat-abi=hard", "-O3", "-std=c99"]
# gcc's options for vectors whose additions round once more, and for fused ones
CORES_32 = [["-mcpu=cortex-a9", "-mfpu=neon"], ["-mcpu=cortex-a7", "-mfpu=neon-vfpv4"]]
PROGRAM_32 = """#include "net.h"
#include <stdio.h>
static float x[%d], y[%d];
int main(void)
{
    unsigned state = 1;
    for (int i = 0; i < %d; i++) {
        state = state * 1664525 + 1013904223;
        x[i] = (float)(state >> 24) / 255;
    }
    for (int i = 0; i < RUNS; i++)
        if (net_run(x, y)) return 1;
    for (int i = 0; i < %d; i++) printf("output %%d\\n", (int)(y[i] * 1e6f));
    return 0;
}
"""
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


def on_32_bits(folder, outputs, *options):
    """Instructions of a call, and the millionths that it computes."""
    said = []
    for runs in (1, 3):
        run(folder, *GCC_32, *options, f"-DRUNS={runs}", "-o", "program", "main.c", "net.c", "-lm")
        said.append(run(folder, "qemu-arm", "-cpu", "max", "-plugin", "./count.so", "./program"))
    once, thrice = (int(re.search(r"(\d+) instructions", text).group(1)) for text in said)
    values = [int(n) for n in re.findall(r"output (-?\d+)", said[0])]
    must(len(values) == outputs, "as many outputs as there are:", said[0])
    return (thrice - once) / 2, values


def vectors_pay(onnx2c, folder, network, inputs, outputs, most, core, target):
    run(folder, "gcc", "-shared", "-fPIC", "-O2", "-o", "count.so", os.path.join(HERE, "count.c"))
    run(folder, onnx2c, os.path.join(MODELS, network, "model.onnx"), "-o", "net.c", "--header", "net.h", "--name",
        "net", "--target", target)
    with open(os.path.join(folder, "main.c"), "w") as f:
        f.write(PROGRAM_32 % (inputs, outputs, inputs, outputs))
    vectors, values = on_32_bits(folder, outputs, *core)
    run(folder, onnx2c, os.path.join(MODELS, network, "model.onnx"), "-o", "net.c", "--header", "net.h", "--name",
        "net")
    single, expected = on_32_bits(folder, outputs, *core, "-DONNX2C_NO_VECTORS")
    must(all(abs(a - b) <= 10 for a, b in zip(values, expected)), "other values:", values, expected)
    must(single > 1e6, "too few to be true:", single)
    must(vectors <= most * single, f"{vectors} of {single} are {vectors / single:.3f}")


if __name__ == "__main__":
    sys.exit(main(of_each(takes_at_most, *TARGETS),
                  of_each(vectors_pay, *((*network, core, "armv7-neon") for network in NEON_32 for core in CORES_32),
                          (*NEON_32[1], CORES_32[0], "portable"))))
