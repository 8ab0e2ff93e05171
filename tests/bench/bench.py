#!/usr/bin/env python3
"""Speed of the generated code against ONNX Runtime's, measured in turns on one processor.

usage: bench.py [options] MODEL_FOLDER...

A machine's speed drifts within minutes, by more than what is to be measured: so both run in turns in one process,
pinned to one processor, on one thread, and only ratios of neighbouring runs count. Per model one line: medians of the
times, the median ratio, what ours computes per second, that as a share of the processor's multiply-adds, and how far
the results are apart. Further tables: with --threads, both on one thread and on two; with --errors, how far each is
from the same model computed in double precision; with --profile, the time of every step."""

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
    vec a0 = a[0], a1 = a[1], a2 = a[2], a3 = a[3], a4 = a[4], a5 = a[5], a6 = a[6], a7 = a[7];
    vec a8 = a[8], a9 = a[9], a10 = a[10], a11 = a[11];
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
    def __init__(self, path, args, inputs, dims, flags=()):
        os.makedirs(args.build, exist_ok=True)
        self.name = os.path.basename(os.path.dirname(os.path.abspath(path)))
        self.source = os.path.join(args.build, f"{self.name}{''.join(flags)}.c")
        report = self.source[:-2] + ".json"
        run([args.onnx2c, path, "-o", self.source, "--name", "model", "--report", report, *dims])
        with open(report) as f:
            self.report = json.load(f)
        if args.profile:
            instrument(self.source)
        self.library = build_shared(args.cc, args.cflags.split() + list(flags), self.source)
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
        self.session = onnxruntime.InferenceSession(
            os.path.join(folder, "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self.feed = dict(zip([i.name for i in self.session.get_inputs()], inputs))

    def __call__(self):
        self.outputs = self.session.run(None, self.feed)


def seconds(f, at_least, clock):
    """Seconds per call."""
    count, start = 0, clock()
    while True:
        f()
        count += 1
        passed = clock() - start
        if passed >= at_least:
            return passed / count


def in_turns(functions, args, clock=time.thread_time):
    """The times of each in every round. One thread's own clock leaves out what others do on the same processor."""
    for f in functions:
        f()
    return [[seconds(f, args.seconds, clock) for f in functions] for _ in range(args.rounds)]


def ratio_of(times, a, b):
    return statistics.median(round[a] / round[b] for round in times)


def errors(found, exact):
    """The largest and the mean error over all outputs, each relative to the largest magnitude of the output."""
    largest, means = 0.0, []
    for a, b in zip(found, exact):
        b = numpy.asarray(b).astype(numpy.float64).ravel()
        a = numpy.asarray(a).ravel()[: b.size].astype(numpy.float64)
        if b.size == 0:
            continue
        apart = numpy.abs(a - b) / (float(numpy.abs(b).max()) or 1.0)
        largest = max(largest, float(apart.max()))
        means.append(float(apart.mean()))
    return largest, statistics.mean(means) if means else 0.0


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


# -- time per node -----------------------------------------------------------------------------------------------------

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
    """Puts a clock in front of every step of the run function: where its hook stands at its own level, or
    the function ends."""
    with open(source) as f:
        lines = f.read().split("\n")
    start = max(i for i, line in enumerate(lines) if line.startswith("int model_run_in("))  # after the declaration
    end = next(i for i in range(start, len(lines)) if lines[i] == "}")
    steps, result = [], lines[:start]
    for line in lines[start:end]:
        if line.startswith("    STEP("):
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


# -- the same model in double precision --------------------------------------------------------------------------------

FLOAT, DOUBLE = onnx.TensorProto.FLOAT, onnx.TensorProto.DOUBLE


def double_tensor(tensor):
    return (
        numpy_helper.from_array(numpy_helper.to_array(tensor).astype(numpy.float64), tensor.name)
        if tensor.data_type == FLOAT
        else tensor
    )


def in_double(model):
    """All of its numbers as float64, but for scales of Resize, which are float32 by their definition."""
    kept = {name for node in model.graph.node if node.op_type in ("Resize", "Upsample") for name in node.input[1:3]}
    for tensor in model.graph.initializer:
        if tensor.name not in kept:
            tensor.CopyFrom(double_tensor(tensor))
    for node in model.graph.node:
        if node.op_type == "Constant" and node.output[0] in kept:
            continue
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.TENSOR:
                attribute.t.CopyFrom(double_tensor(attribute.t))
            if node.op_type == "Cast" and attribute.name == "to" and attribute.i == FLOAT:
                attribute.i = DOUBLE
    del model.graph.value_info[:]
    for value in [*model.graph.input, *model.graph.output]:
        if value.type.tensor_type.elem_type == FLOAT:
            value.type.tensor_type.elem_type = DOUBLE
    return model


def compute_exactly(folder, args, inputs, dims):
    path = os.path.join(args.build, os.path.basename(os.path.normpath(folder)) + "_double", "model.onnx")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    onnx.save(in_double(onnx.load(os.path.join(folder, "model.onnx"))), path)
    exact = Ours(path, args, [x.astype(numpy.float64) if x.dtype == numpy.float32 else x for x in inputs], dims)
    exact()
    return exact.outputs


# -- the tables --------------------------------------------------------------------------------------------------------

def load(folder):
    inputs = stored(folder, "input")
    path = os.path.join(folder, "model.onnx")
    return path, inputs, fixed_dims(onnx.load(path, load_external_data=False), inputs)


def compare(folder, args, peak):
    path, inputs, dims = load(folder)
    ours, theirs = Ours(path, args, inputs, dims), Theirs(folder, inputs)
    times = in_turns([ours, theirs], args)
    mine, other = (statistics.median(round[i] for round in times) for i in range(2))
    rate = 2e-9 * ours.report["macs"] / mine
    apart, _ = errors(ours.outputs, theirs.outputs)
    ratio = ratio_of(times, 0, 1)
    print(
        f"{ours.name:24} {1e3 * mine:9.3f} {1e3 * other:9.3f} {ratio:7.3f} "
        f"{rate:9.1f} {100 * rate / peak:5.0f}% {apart:9.1e}",
        flush=True,
    )
    if args.profile:
        print_profile(ours)
    return ratio


def speed_table(args):
    os.sched_setaffinity(0, {args.core})
    peak = measured_peak(args)
    print(
        f"{args.cc} {args.cflags}; multiply-add peak {peak:.0f} GFLOP/s; "
        f"ONNX Runtime {onnxruntime.__version__}, one thread"
    )
    print(f"{'':24} {'ours ms':>9} {'ORT ms':>9} {'ratio':>7} {'GFLOP/s':>9} {'peak':>6} {'apart':>9}")
    ratios = [compare(folder, args, peak) for folder in args.folders]
    print(f"geometric mean of the ratios: {math.exp(sum(map(math.log, ratios)) / len(ratios)):.3f}")


def thread_table(args):
    args.seconds = max(args.seconds, 0.3)  # threads that slept take their time to be quick again
    print(f"{'':24} {'ours 1':>9} {'ours 2':>9} {'faster':>7} {'ORT 1':>9} {'ORT 2':>9} {'faster':>7}")
    for folder in args.folders:
        path, inputs, dims = load(folder)
        ours = [Ours(path, args, inputs, dims), Ours(path, args, inputs, dims, ("-fopenmp",))]
        # One after the other: threads that wait for their next call keep a processor from the others.
        text = f"{ours[0].name:24}"
        for pair in (ours, [Theirs(folder, inputs, 1), Theirs(folder, inputs, 2)]):
            times = in_turns(pair, args, time.perf_counter)
            ms = [1e3 * statistics.median(round[i] for round in times) for i in range(2)]
            text += f" {ms[0]:9.3f} {ms[1]:9.3f} {ratio_of(times, 0, 1):7.2f}"
        print(text, flush=True)


def error_table(args):
    print(f"{'largest and mean error':24} {'ours':>9} {'':9} {'ORT':>9} {'':9} {'ratio':>7}")
    for folder in args.folders:
        path, inputs, dims = load(folder)
        ours, theirs, exact = (
            Ours(path, args, inputs, dims),
            Theirs(folder, inputs),
            compute_exactly(folder, args, inputs, dims),
        )
        ours(), theirs()
        mine, other = errors(ours.outputs, exact), errors(theirs.outputs, exact)
        print(
            f"{ours.name:24} {mine[0]:9.1e} {mine[1]:9.1e} {other[0]:9.1e} {other[1]:9.1e} "
            f"{mine[0] / (other[0] or 1e-30):7.2f}",
            flush=True,
        )


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
    parser.add_argument("--threads", action="store_true", help="one and two threads instead")
    parser.add_argument("--errors", action="store_true", help="errors against double precision instead")
    parser.add_argument("folders", nargs="+")
    args = parser.parse_args()
    (thread_table if args.threads else error_table if args.errors else speed_table)(args)


main()
