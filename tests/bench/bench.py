#!/usr/bin/env python3
"""Speed of the generated code against ONNX Runtime's, measured in turns on one processor.

usage: bench.py [options] MODEL_FOLDER...

A machine's speed drifts within minutes, by more than what is to be measured: so both run in turns in one process, pinned to one
processor, on one thread, and only ratios of neighbouring runs count. Per model one line: medians of the times, the median ratio, what ours
computes per second, that as a share of the processor's multiply-adds, and the errors of both against double precision where a reference is given."""

import argparse
import ctypes
import json
import math
import os
import statistics
import subprocess
import sys
import time

import numpy
import onnx
import onnxruntime
from onnx import numpy_helper

HERE = os.path.dirname(os.path.abspath(__file__))

PEAK = r"""
#include <stddef.h>
#if defined(__AVX512F__)
#define BYTES 64
#elif defined(__AVX__)
#define BYTES 32
#else
#define BYTES 16
#endif
typedef float vec __attribute__((vector_size(BYTES)));
#ifdef __clang__
#pragma STDC FP_CONTRACT ON
#endif
/* Multiply-adds that don't wait for each other, on registers alone; returns their number. */
#if defined(__clang__) && BYTES == 64
__attribute__((min_vector_width(512)))
#endif
double peak(float *sink, long count)
{
    vec a[12], scale = (vec){0} + 0.999f, shift = (vec){0} + 1e-3f;
    for (int i = 0; i < 12; i++) a[i] = (vec){0} + (float)i;
    vec a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3], a4 = a[4], a5 = a[5], a6 = a[6], a7 = a[7], a8 = a[8], a9 = a[9], a10 = a[10], a11 = a[11];
    for (long i = 0; i < count; i++) {
        a0 = a0 * scale + shift; a1 = a1 * scale + shift; a2 = a2 * scale + shift; a3 = a3 * scale + shift;
        a4 = a4 * scale + shift; a5 = a5 * scale + shift; a6 = a6 * scale + shift; a7 = a7 * scale + shift;
        a8 = a8 * scale + shift; a9 = a9 * scale + shift; a10 = a10 * scale + shift; a11 = a11 * scale + shift;
    }
    vec sum = a0 + a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9 + a10 + a11;
    *sink = sum[0];
    return (double)count * 12 * BYTES / 4;
}
"""


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    return done.stderr


def build_shared(cc, flags, source):
    library = source[:-2] + ".so"
    run([cc, *flags, "-shared", "-fPIC", "-o", library, source, "-lm"])
    return ctypes.CDLL(library)


def read_tensor(path):
    with open(path, "rb") as f:
        return numpy_helper.to_array(onnx.TensorProto.FromString(f.read()))


def stored(folder, kind):
    data = os.path.join(folder, "test_data_set_0")
    count = sum(name.startswith(kind) for name in os.listdir(data))
    return [read_tensor(os.path.join(data, f"{kind}_{i}.pb")) for i in range(count)]


def fixed_dims(model, inputs):
    """--dim options that fix every symbolic dimension at the size of the stored inputs."""
    initializers = {i.name for i in model.graph.initializer}
    options = {}
    for value, array in zip([v for v in model.graph.input if v.name not in initializers], inputs):
        for axis, (dim, size) in enumerate(zip(value.type.tensor_type.shape.dim, array.shape)):
            if dim.dim_param:
                options[dim.dim_param] = size
            elif not dim.HasField("dim_value"):
                options[f"{value.name}:{axis}"] = size
    return [word for name, size in options.items() for word in ("--dim", f"{name}={size}")]


class Ours:
    def __init__(self, folder, args, inputs, dims):
        os.makedirs(args.build, exist_ok=True)
        self.name = os.path.basename(os.path.normpath(folder))
        self.source = os.path.join(args.build, f"{self.name}.c")
        report = self.source[:-2] + ".json"
        run([args.onnx2c, os.path.join(folder, "model.onnx"), "-o", self.source, "--name", "model", "--report", report, *dims])
        with open(report) as f:
            self.report = json.load(f)
        if args.profile:
            instrument(self.source)
        self.library = build_shared(args.cc, args.cflags.split(), self.source)
        self.inputs = [numpy.ascontiguousarray(x) for x in inputs]
        self.outputs = [numpy.empty(max(1, o["max_elements"]), numpy.dtype(o["type"])) for o in self.report["outputs"]]
        pointers, self.kept = [], []
        for array in self.inputs:
            pointers.append(array.ctypes.data_as(ctypes.c_void_p))
        for array, about in zip(self.outputs, self.report["outputs"]):
            pointers.append(array.ctypes.data_as(ctypes.c_void_p))
            if about.get("dims_argument"):
                self.kept.append((ctypes.c_int32 * max(1, len(about["shape"])))())
                pointers.append(self.kept[-1])
        self.call, self.arguments = self.library.model_run, pointers

    def __call__(self):
        status = self.call(*self.arguments)
        if status:
            sys.exit(f"{self.name}: run returned {status}")


class Theirs:
    def __init__(self, folder, inputs, threads=1):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(os.path.join(folder, "model.onnx"), options, providers=["CPUExecutionProvider"])
        self.feed = dict(zip([i.name for i in self.session.get_inputs()], inputs))

    def __call__(self):
        self.outputs = self.session.run(None, self.feed)


def seconds(f, at_least):
    """Processor time per call: others on the same processor do not count."""
    count, start = 0, time.thread_time()
    while True:
        f()
        count += 1
        passed = time.thread_time() - start
        if passed >= at_least:
            return passed / count


def in_turns(first, second, rounds, at_least):
    """Medians of both times, and of the ratio of neighbours."""
    first(), second()
    a, b = [], []
    for _ in range(rounds):
        a.append(seconds(first, at_least))
        b.append(seconds(second, at_least))
    return statistics.median(a), statistics.median(b), statistics.median(x / y for x, y in zip(a, b))


def largest_error(ours, theirs):
    """Of all outputs, relative to the largest magnitude of each."""
    worst = 0.0
    for a, b in zip(ours, theirs):
        b = numpy.asarray(b)
        a = a[: b.size].astype(numpy.float64)
        scale = float(numpy.abs(b).max()) if b.size else 0.0
        if b.size:
            worst = max(worst, float(numpy.abs(a - b.astype(numpy.float64).ravel()).max()) / (scale or 1.0))
    return worst


def measured_peak(args):
    source = os.path.join(args.build, "peak.c")
    os.makedirs(args.build, exist_ok=True)
    with open(source, "w") as f:
        f.write(PEAK)
    library = build_shared(args.cc, args.cflags.replace("-std=c99", "-std=gnu11").split(), source)
    library.peak.restype = ctypes.c_double
    sink = ctypes.c_float()
    best = 0.0
    for _ in range(5):
        start = time.perf_counter()
        work = library.peak(ctypes.byref(sink), ctypes.c_long(1000000))
        best = max(best, work / (time.perf_counter() - start))
    return 2e-9 * best


# -- time per node ----------------------------------------------------------------------------------------------------------------

CLOCK = r"""
#include <stdio.h>
#include <time.h>
static double profile_seconds[100000];
static int profile_at = -1;
static double profile_start;
static double profile_now(void)
{
    struct timespec t;
    clock_gettime(1, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}
static void profile_step(int step)
{
    const double now = profile_now();
    if (profile_at >= 0) profile_seconds[profile_at] += now - profile_start;
    profile_at = step;
    profile_start = profile_now();
}
double profile_of(int step);
double profile_of(int step)
{
    return profile_seconds[step];
}
"""


def instrument(source):
    """Puts a clock in front of every step of the run function: where a comment starts at its own level, or the function ends."""
    with open(source) as f:
        lines = f.read().split("\n")
    start = next(i for i, line in enumerate(lines) if line.startswith("int model_run_in(") and not line.endswith(";"))
    end = next(i for i in range(start, len(lines)) if lines[i] == "}")
    steps, result = [], lines[:start]
    for line in lines[start:end]:
        if line.startswith("    /* "):
            result.append(f"    profile_step({len(steps)});")
            steps.append(line.strip())
        if line.startswith("    return 0"):
            result.append("    profile_step(-1);")
        result.append(line)
    with open(source, "w") as f:
        f.write("#define _POSIX_C_SOURCE 200809L\n" + CLOCK + "\n".join(result + lines[end:]))
    with open(source[:-2] + ".steps", "w") as f:
        f.write("\n".join(steps))


def print_profile(ours):
    with open(ours.source[:-2] + ".steps") as f:
        steps = f.read().split("\n")
    ours.library.profile_of.restype = ctypes.c_double
    ours()
    before = [ours.library.profile_of(i) for i in range(len(steps))]
    rounds = 20
    for _ in range(rounds):
        ours()
    times = [(ours.library.profile_of(i) - before[i]) / rounds for i in range(len(steps))]
    total = sum(times)
    for i, step in enumerate(steps):
        print(f"{1e6 * times[i]:10.1f} us {100 * times[i] / total:5.1f}%  {step[:150]}")


# -- the table ----------------------------------------------------------------------------------------------------------------------

def compare(folder, args, peak):
    inputs = stored(folder, "input")
    model = onnx.load(os.path.join(folder, "model.onnx"), load_external_data=False)
    ours = Ours(folder, args, inputs, fixed_dims(model, inputs))
    theirs = Theirs(folder, inputs)
    mine, other, ratio = in_turns(ours, theirs, args.rounds, args.seconds)
    rate = 2e-9 * ours.report["macs"] / mine
    error = largest_error(ours.outputs, theirs.outputs)
    print(f"{ours.name:24} {1e3 * mine:9.3f} {1e3 * other:9.3f} {ratio:7.3f} {rate:9.1f} {100 * rate / peak:5.0f}% {error:9.1e}", flush=True)
    if args.profile:
        print_profile(ours)
    return ratio


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--onnx2c", default="build/onnx2c")
    parser.add_argument("--build", default="build/bench/out")
    parser.add_argument("--cc", default="gcc")
    parser.add_argument("--cflags", default="-std=c99 -O2 -march=native")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--seconds", type=float, default=0.02, help="at least this long per turn")
    parser.add_argument("--core", type=int, default=max(os.sched_getaffinity(0)))
    parser.add_argument("--profile", action="store_true", help="also print the time of every step")
    parser.add_argument("folders", nargs="+")
    args = parser.parse_args()
    os.sched_setaffinity(0, {args.core})
    peak = measured_peak(args)
    print(f"{args.cc} {args.cflags}; multiply-add peak {peak:.0f} GFLOP/s; ONNX Runtime {onnxruntime.__version__}, one thread")
    print(f"{'':24} {'ours ms':>9} {'ORT ms':>9} {'ratio':>7} {'GFLOP/s':>9} {'peak':>6} {'differ':>9}")
    ratios = [compare(folder, args, peak) for folder in args.folders]
    print(f"geometric mean of the ratios: {math.exp(sum(map(math.log, ratios)) / len(ratios)):.3f}")


main()
