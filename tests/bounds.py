"""Calls with sizes and values that a model forbids.

usage: bounds.py ONNX2C [--only GLOB] [--jobs N]

Each model is called through run_in from a program with sanitizers, every array and the arena in a block of exactly
the size promised: once as it should be; then, for each forbidden size or value, once wrongly, which must return the
code the header names, and once as it should be again, with the same result as at first. Of a call refused for its
sizes, outputs are left alone.
The last line counts: "N passed, N failed".
"""

import argparse
import concurrent.futures
import fnmatch
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
import onnx

from bounds_models import models

FLAGS = (
    "-std=c99 -D_POSIX_C_SOURCE=200112L -g -O0 -Wall -Wextra -Werror "
    "-fsanitize=address,undefined -fno-sanitize-recover=all"
).split()

PROGRAM = """
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "m.h"

enum { DIMS = %(dims)d, INPUTS = %(inputs)d, OUTPUTS = %(outputs)d };

struct call {
    const char *what;
    int32_t dims[DIMS + 1];
    const void *in[INPUTS + 1];
    size_t bytes[INPUTS + 1];
    int expected;
};
struct results { unsigned char *out[OUTPUTS + 1]; int32_t *dims[OUTPUTS + 1]; };

static const size_t out_bytes[] = {%(out_bytes)s}, out_rank[] = {%(out_rank)s};

%(data)s
static const struct call calls[] = {
%(calls)s};

static void *block(size_t bytes)
{
    void *p = NULL;
    if (posix_memalign(&p, 64, bytes)) abort();
    if (bytes) memset(p, 0xA5, bytes);
    return p;
}

static struct results results(void)
{
    struct results r = {{NULL}, {NULL}};
    for (int o = 0; o < OUTPUTS; o++) {
        r.out[o] = block(out_bytes[o]);
        r.dims[o] = block(out_rank[o] * sizeof(int32_t));
    }
    return r;
}

static void drop(struct results r)
{
    for (int o = 0; o < OUTPUTS; o++) free(r.out[o]), free(r.dims[o]);
}

static int same(struct results a, struct results b)
{
    for (int o = 0; o < OUTPUTS; o++)
        if (memcmp(a.out[o], b.out[o], out_bytes[o]) ||
            memcmp(a.dims[o], b.dims[o], out_rank[o] * sizeof(int32_t)))
            return 0;
    return 1;
}

static int call(const struct call *c, struct results r)
{
    void *in[INPUTS + 1], *arena = block(M_ARENA_BYTES);
    for (int i = 0; i < INPUTS; i++) {
        in[i] = block(c->bytes[i]);
        if (c->bytes[i]) memcpy(in[i], c->in[i], c->bytes[i]);
    }
    int code = m_run_in(%(arguments)s);
    for (int i = 0; i < INPUTS; i++) free(in[i]);
    free(arena);
    return code;
}

int main(void)
{
    int passed = 0, failed = 0;
    struct results good = results(), untouched = results();
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        struct results r = i ? results() : good, again = results();
        int code = call(&calls[i], r), fine = code == calls[i].expected;
        if (!fine) printf("%%s: returned %%d, expected %%d\\n", calls[i].what, code, calls[i].expected);
        if (code == M_EDIM && !same(r, untouched)) fine = 0, printf("%%s: wrote into outputs\\n", calls[i].what);
        if (call(&calls[0], again) || !same(again, good))
            fine = 0, printf("%%s: the next call is wrong\\n", calls[i].what);
        fine ? passed++ : failed++;
        if (i) drop(r);
        drop(again);
    }
    drop(good);
    drop(untouched);
    printf("%%d %%d\\n", passed, failed);
    return failed > 0;
}
"""


def size_of(expression, sizes):
    """Of a name, or of what the report writes of several: 2*n + 1, floor(n/2), max(n, 2)."""
    if expression in sizes:
        return sizes[expression]
    return eval(expression.replace("floor(", "int(").replace("/", "//"), {"int": int, "max": max, "min": min}, sizes)


def tensor(description, sizes, values, rng):
    given = values.get(description["c_name"])
    dtype = np.dtype(description["type"])
    if given is not None:
        return np.asarray(given, dtype)
    shape = [d if isinstance(d, int) else size_of(d, sizes) for d in description["shape"]]
    return rng.standard_normal(shape).astype(dtype) if dtype.kind == "f" else np.ones(shape, dtype)


def program(model, report):
    names = [d["name"] for d in report["dims"]]
    rng = np.random.default_rng(0)
    good = [tensor(d, dict(zip(names, model.sizes)), model.values, rng) for d in report["inputs"]]
    data, calls = "", ""
    for number, (what, sizes, values, expected) in enumerate(model.calls):
        inputs = [tensor(d, {}, values, rng) if d["c_name"] in values else g for d, g in zip(report["inputs"], good)]
        for i, x in enumerate(inputs):
            data += f"static const unsigned char in{number}_{i}[] = {{{','.join(map(str, x.tobytes() or b'?'))}}};\n"
        arrays = ", ".join([f"in{number}_{i}" for i in range(len(inputs))] + ["NULL"])
        lengths = ", ".join([str(x.nbytes) for x in inputs] + ["0"])
        numbers = ", ".join([f"(int32_t){s}LL" for s in sizes] + ["0"])
        quoted = json.dumps(what)
        calls += f"    {{{quoted}, {{{numbers}}}, {{{arrays}}}, {{{lengths}}}, {expected}}},\n"
    outputs = report["outputs"]
    arguments = ["arena", *(f"c->dims[{i}]" for i in range(len(names))), *(f"in[{i}]" for i in range(len(good)))]
    for i, o in enumerate(outputs):
        arguments += [f"(void *)r.out[{i}]"] + [f"r.dims[{i}]"] * o["dims_argument"]
    return PROGRAM % {
        "dims": len(names),
        "inputs": len(good),
        "outputs": len(outputs),
        "out_bytes": ", ".join(str(o["max_elements"] * np.dtype(o["type"]).itemsize) for o in outputs),
        "out_rank": ", ".join(str(len(o["shape"]) if o["dims_argument"] else 0) for o in outputs),
        "data": data,
        "calls": calls,
        "arguments": ", ".join(arguments),
    }


def kept(name):
    """The file and the options of a model of tests/models."""
    text = subprocess.run(
        ["bash", "-c", f". tests/lib.sh; dims_of {name}"], stdout=subprocess.PIPE, text=True, check=True
    ).stdout
    return f"tests/models/{name}/model.onnx", text


def written(model, folder):
    path = os.path.join(folder, "m.onnx")
    head = f'<ir_version: 9, opset_import: ["": {model.opset}, "ai.onnx.ml": 3]>'
    proto = onnx.parser.parse_model(f"{head} g {model.graph}")
    for value in proto.graph.input:
        for d in value.type.tensor_type.shape.dim:
            if d.dim_param in model.names:
                d.dim_param = model.names[d.dim_param]
    onnx.save(proto, path)
    return path, model.options


def run(onnx2c, model, folder):
    """(passed, failed, what was said of these), or an exception with what a tool said."""
    path, options = written(model, folder) if model.graph else kept(model.name)
    base = os.path.join(folder, "m")
    said = {"check": True, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    subprocess.run(
        [onnx2c, path, "-o", base + ".c", "--header", base + ".h", "--report", base + ".json", *options.split()], **said
    )
    with open(base + ".json") as f:
        report = json.load(f)
    with open(base + "_main.c", "w") as f:
        f.write(program(model, report))
    subprocess.run(["cc", *FLAGS, "-I", folder, base + "_main.c", base + ".c", "-o", base, "-lm"], **said)
    done = subprocess.run([base], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    lines = done.stdout.splitlines()
    counts = lines.pop().split() if lines else []
    if len(counts) != 2:
        raise subprocess.CalledProcessError(done.returncode, base, done.stdout)
    return int(counts[0]), int(counts[1]), lines


def tried(onnx2c, model):
    """(passed, failed, what was said of these)"""
    with tempfile.TemporaryDirectory() as folder:
        try:
            return run(onnx2c, model, folder)
        except subprocess.CalledProcessError as error:
            return 0, 1, [error.stdout[:2000]]


def main():
    parser = argparse.ArgumentParser(description="Calls with sizes and values that a model forbids.")
    parser.add_argument("onnx2c", type=os.path.abspath)
    parser.add_argument("--only", metavar="GLOB", default="*", help="the models whose name it matches")
    parser.add_argument("--jobs", type=int, default=2, help="models at the same time (default: 2)")
    args = parser.parse_args()
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    wanted = [model for model in models() if fnmatch.fnmatchcase(model.name, args.only)]
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for model, (good, bad, lines) in zip(wanted, pool.map(lambda m: tried(args.onnx2c, m), wanted)):
            passed, failed = passed + good, failed + bad
            for line in lines:
                print(f"FAILED {model.name}: {line}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return failed > 0 or not passed


sys.exit(main())
