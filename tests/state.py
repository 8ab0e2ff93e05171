"""Models whose outputs are inputs of the next call, with --state and without.

usage: state.py ONNX2C [--only GLOB] [--jobs N]

Each model of state_models.py is compiled twice. A program with sanitizers, every array in a block of exactly the size
promised, makes the same calls of both, where it carries the state of the one without --state itself: all outputs must
be the same bytes, and what ONNX Runtime computes. Then the state is reset, and the first call made again; and by the
run function that has a state of its own. A call that the model forbids leaves the state as it was.
The last line counts: "N passed, N failed".
"""

import argparse
import concurrent.futures
import fnmatch
import json
import os
import re
import subprocess
import sys
import tempfile

import numpy as np
import onnxruntime

from state_models import models

FLAGS = (
    "-std=c99 -D_POSIX_C_SOURCE=200112L -g -O0 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wmissing-prototypes "
    "-Werror -fsanitize=address,undefined -fno-sanitize-recover=all"
).split()
TYPES = {"float32": "float", "float64": "double", "bool": "bool", "float16": "uint16_t"}

PROGRAM = """
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plain.h"
#include "kept.h"

enum { DIMS = %(dims)d, INPUTS = %(inputs)d, OUTPUTS = %(outputs)d, STATES = %(states)d, HELD = %(held)d };

struct call {
    int32_t dims[DIMS + 1];
    const void *in[INPUTS + 1];
    size_t bytes[INPUTS + 1];
    int expected;
};
struct results { unsigned char *out[OUTPUTS + 1]; int32_t *dims[OUTPUTS + 1]; };

static const size_t out_bytes[] = {%(out_bytes)s}, out_rank[] = {%(out_rank)s}, out_width[] = {%(out_width)s},
                    state_bytes[] = {%(state_bytes)s}, state_rank[] = {%(state_rank)s};

%(data)s
static const struct call calls[] = {
%(calls)s};

/* What the program carries for the file without --state: arrays and sizes. */
static unsigned char *state[STATES + 1], *next[STATES + 1];
static int32_t held[HELD + 1], *next_dims[STATES + 1];

static void *block(size_t bytes, int fill)
{
    void *p = NULL;
    if (posix_memalign(&p, 64, bytes)) abort();
    if (bytes) memset(p, fill, bytes);
    return p;
}

static struct results results(void)
{
    struct results r = {{NULL}, {NULL}};
    for (int o = 0; o < OUTPUTS; o++) {
        r.out[o] = block(out_bytes[o], 0xA5);
        r.dims[o] = block(out_rank[o] * sizeof(int32_t), 0);
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
        if (memcmp(a.out[o], b.out[o], out_bytes[o]) || memcmp(a.dims[o], b.dims[o], out_rank[o] * sizeof(int32_t)))
            return 0;
    return 1;
}

typedef int function(const struct call *c, void *arena, void *const *in, struct results r, kept_state *s);

static int plain(const struct call *c, void *arena, void *const *in, struct results r, kept_state *s)
{
    (void)c, (void)in, (void)r, (void)s;
    int code = plain_run_in(%(plain_arguments)s);
    if (code) return code;
    for (int i = 0; i < STATES; i++) memcpy(state[i], next[i], state_bytes[i]);
%(sizes)s    return 0;
}

static int kept(const struct call *c, void *arena, void *const *in, struct results r, kept_state *s)
{
    (void)c, (void)in, (void)r;
    return kept_run_in(%(kept_arguments)s);
}

static int kept_own(const struct call *c, void *arena, void *const *in, struct results r, kept_state *s)
{
    (void)c, (void)in, (void)r, (void)arena, (void)s;
    return kept_run(%(own_arguments)s);
}

static int call(function *f, const struct call *c, size_t arena_bytes, struct results r, kept_state *s)
{
    void *in[INPUTS + 1], *arena = block(arena_bytes, 0x5A);
    for (int i = 0; i < INPUTS; i++) {
        in[i] = block(c->bytes[i], 0);
        if (c->bytes[i]) memcpy(in[i], c->in[i], c->bytes[i]);
    }
    int code = f(c, arena, in, r, s);
    for (int i = 0; i < INPUTS; i++) free(in[i]);
    free(arena);
    return code;
}

static void write(struct results r)
{
    for (int o = 0; o < OUTPUTS; o++) {
        size_t bytes = out_bytes[o];
        if (out_rank[o]) bytes = out_width[o];
        for (size_t d = 0; d < out_rank[o]; d++) bytes *= (size_t)r.dims[o][d];
        fwrite(r.out[o], 1, bytes, stdout);
    }
}

static void failed(const char *what, size_t number)
{
    fprintf(stderr, "call %%d: %%s\\n", (int)number, what);
    _Exit(1); /* with everything in memory as it is */
}

int main(void)
{
    kept_state *s = block(sizeof *s, 0xA5), *before = block(sizeof *s, 0);
    struct results first = results();
    for (int i = 0; i < STATES; i++) {
        state[i] = block(state_bytes[i], 0);
        next[i] = block(state_bytes[i], 0);
        next_dims[i] = block(state_rank[i] * sizeof(int32_t), 0);
    }
    held[HELD] = 0;
%(least)s    if (sizeof *s != KEPT_STATE_BYTES) failed("the struct has another size than the header says", 0);
    kept_reset(s);
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        struct results a = results(), b = results(), c = results();
        *before = *s;
        if (!calls[i].expected && call(plain, &calls[i], PLAIN_ARENA_BYTES, a, NULL))
            failed("without --state: not the code expected", i);
        if (call(kept, &calls[i], KEPT_ARENA_BYTES, b, s) != calls[i].expected ||
            call(kept_own, &calls[i], 0, c, NULL) != calls[i].expected)
            failed("with --state: not the code expected", i);
        if (calls[i].expected) {
            if (memcmp(before, s, sizeof *s)) failed("the state has changed", i);
        } else if (!same(a, b) || !same(a, c)) {
            failed("other outputs than without --state", i);
        } else {
            write(b);
        }
        if (i == 0) call(kept, &calls[0], KEPT_ARENA_BYTES, first, memset(before, 0, sizeof *before));
        drop(a), drop(b), drop(c);
    }
    struct results again = results(), own = results();
    kept_reset(s);
    kept_reset(NULL);
    if (call(kept, &calls[0], KEPT_ARENA_BYTES, again, s) || !same(first, again)) failed("after reset", 0);
    if (call(kept_own, &calls[0], 0, own, NULL) || !same(first, own)) failed("after reset of its own", 0);
    drop(first), drop(again), drop(own);
    for (int i = 0; i < STATES; i++) free(state[i]), free(next[i]), free(next_dims[i]);
    free(s), free(before);
    return 0;
}
"""


def width(description):
    """Bytes of an element."""
    return np.dtype(description["type"]).itemsize


def c_type(description):
    return TYPES.get(description["type"], description["type"] + "_t")


def arguments(report, sizes, arrays, room, first):
    """Of the run function: what `sizes`, `arrays` and `room` have for the names of the report."""
    words = [*first, *(sizes[d["name"]] for d in report["dims"])]
    words += [f"({'const ' + c_type(d)} *){arrays[d['name']]}" for d in report["inputs"]]
    for o in report["outputs"]:
        data, dims = room[o["name"]]
        words += [f"({c_type(o)} *){data}"] + [dims] * o["dims_argument"]
    return ", ".join(words)


def data_of(model, report):
    """The arrays of all calls, and the calls."""
    data, calls = "", ""
    for number, c in enumerate(model.calls):
        inputs = [c.inputs[d["name"]] for d in report["inputs"]]
        for i, x in enumerate(inputs):
            text = ",".join(map(str, np.ascontiguousarray(x).tobytes() or b"?"))
            data += f"static const unsigned char in{number}_{i}[] = {{{text}}};\n"
        names = ", ".join([f"in{number}_{i}" for i in range(len(inputs))] + ["NULL"])
        lengths = ", ".join([str(x.nbytes) for x in inputs] + ["0"])
        sizes = ", ".join([str(c.sizes[d["name"]]) for d in report["dims"]] + ["0"])
        calls += f"    {{{{{sizes}}}, {{{names}}}, {{{lengths}}}, {c.expected}}},\n"
    return data, calls


def axis_of(shapes, name):
    """The first state with a dimension of this name, and where."""
    return next((i, s.index(name)) for i, s in enumerate(shapes) if name in s)


def program(model, plain, kept):
    states, held = kept["states"], kept["state_dims"]
    outputs, described = kept["outputs"], {o["name"]: o for o in plain["outputs"] + plain["inputs"]}
    sizes = {d["name"]: f"c->dims[{i}]" for i, d in enumerate(kept["dims"])}
    arrays = {d["name"]: f"in[{i}]" for i, d in enumerate(kept["inputs"])}
    room = {o["name"]: (f"r.out[{i}]", f"r.dims[{i}]") for i, o in enumerate(outputs)}
    all_sizes = sizes | {d["name"]: f"held[{i}]" for i, d in enumerate(held)}
    all_arrays = arrays | {s["input"]: f"state[{i}]" for i, s in enumerate(states)}
    all_room = room | {s["output"]: (f"next[{i}]", f"next_dims[{i}]") for i, s in enumerate(states)}
    next_sizes = ""
    for i, d in enumerate(held):
        state, axis = axis_of([described[s["input"]]["shape"] for s in states], d["name"])
        given = described[states[state]["output"]]
        size = f"next_dims[{state}][{axis}]" if given["dims_argument"] else given["shape"][axis]
        next_sizes += f"    held[{i}] = {size};\n"
    most = [max(described[s[k]]["max_elements"] for k in ("input", "output")) * width(s) for s in states]
    data, calls = data_of(model, kept)
    return PROGRAM % {
        "dims": len(kept["dims"]),
        "inputs": len(kept["inputs"]),
        "outputs": len(outputs),
        "states": len(states),
        "held": len(held),
        "out_bytes": ", ".join([str(o["max_elements"] * width(o)) for o in outputs] + ["0"]),
        "out_width": ", ".join([str(width(o)) for o in outputs] + ["0"]),
        "out_rank": ", ".join([str(len(o["shape"]) if o["dims_argument"] else 0) for o in outputs] + ["0"]),
        "state_bytes": ", ".join(map(str, most)),
        "state_rank": ", ".join(str(len(s["shape"])) for s in states),
        "data": data,
        "calls": calls,
        "plain_arguments": arguments(plain, all_sizes, all_arrays, all_room, ["arena"]),
        "kept_arguments": arguments(kept, sizes, arrays, room, ["arena", "s"]),
        "own_arguments": arguments(kept, sizes, arrays, room, []),
        "sizes": next_sizes,
        "least": "".join(f"    held[{i}] = {d['min']};\n" for i, d in enumerate(held)),
    }


def compiled(onnx2c, path, folder, name, options):
    base = os.path.join(folder, name)
    command = [onnx2c, path, "-o", base + ".c", "--header", base + ".h", "--report", base + ".json", *options]
    subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    with open(base + ".json") as f:
        return json.load(f)


def in_place(session, names, inputs, states):
    """What a run gives whose states' inputs and outputs are the same memory."""
    binding = session.io_binding()
    given = {name: onnxruntime.OrtValue.ortvalue_from_numpy(x) for name, x in inputs.items()}
    same = {s["output"]: given[s["input"]] for s in states}
    for name, value in given.items():
        binding.bind_ortvalue_input(name, value)
    for name in names:
        if name in same:
            binding.bind_ortvalue_output(name, same[name])
        else:
            binding.bind_output(name)
    session.run_with_iobinding(binding)
    return [value.numpy().copy() for value in binding.get_outputs()]


def expected(model, path, plain, states, held):
    """What ONNX Runtime gives for each call that is not forbidden."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [o.name for o in session.get_outputs()]
    least = {d["name"]: d["min"] for d in held} | model.sizes
    shapes = {d["name"]: [n if isinstance(n, int) else least.get(n, 0) for n in d["shape"]] for d in plain["inputs"]}
    fed = {s["input"]: np.zeros(shapes[s["input"]], s["type"]) for s in states}
    for c in model.calls:
        if c.expected:
            continue
        inputs = {**c.inputs, **fed}
        results = in_place(session, names, inputs, states) if model.shared else session.run(names, inputs)
        given = dict(zip(names, results))
        fed = {s["input"]: given.pop(s["output"]) for s in states}
        yield from given.values()


def compare(wanted, raw):
    at = 0
    for i, y in enumerate(wanted):
        found = np.frombuffer(raw, y.dtype, y.size, at).reshape(y.shape)
        at += y.nbytes
        if y.dtype.kind == "f":
            scale = np.abs(y, dtype=np.float64).max(initial=0)
            np.testing.assert_allclose(found, y, rtol=1e-3, atol=max(1e-7, 1e-5 * scale), err_msg=f"output {i}")
        else:
            np.testing.assert_array_equal(found, y, err_msg=f"output {i}")
    assert at == len(raw), f"{len(raw)} bytes of outputs, expected {at}"


def moved(body, grown):
    """Copies of so many elements as the state has grown to."""
    names = "|".join(re.escape(d["c_name"]) for d in grown) or "(?!)"
    copies = re.findall(r"memcpy\([^;]*\(size_t\)([^;]*)\);|_extent\w*\[\] = \{([^;]*)\};", body)
    return [size for copy in copies for size in copy if re.search(rf"\b(?:{names})\b", size)]


def run(onnx2c, model, folder):
    path = model.write(folder)
    plain = compiled(onnx2c, path, folder, "plain", model.options)
    kept = compiled(onnx2c, path, folder, "kept", [*model.options, *model.states])
    main = os.path.join(folder, "main")
    with open(main + ".c", "w") as f:
        f.write(program(model, plain, kept))
    files = [main + ".c", os.path.join(folder, "plain.c"), os.path.join(folder, "kept.c")]
    subprocess.run(
        ["cc", *FLAGS, "-I", folder, *files, "-o", main, "-lm"],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    subprocess.run(
        "g++ -x c++ -std=c++17 -Wall -Wextra -Werror -fsyntax-only".split() + files[1:],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    done = subprocess.run([main], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stderr.decode()
    compare(list(expected(model, path, plain, kept["states"], kept["state_dims"])), done.stdout)
    with open(os.path.join(folder, "kept.c")) as f:
        body = f.read().split("/* The model ---")[1]
    copies = len(re.findall(r"\b(?:memcpy|copy_strided_\w+)\(", body))
    assert copies == model.copies, f"{copies} copies, expected {model.copies}"
    moves = moved(body, kept["state_dims"])
    assert model.moves or not moves, f"what the state has is moved: {moves}"


def tried(onnx2c, model):
    """What is wrong, or nothing."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            run(onnx2c, model, folder)
        except subprocess.CalledProcessError as error:
            return error.stdout[:3000]
        except AssertionError as error:
            return str(error)[:3000] or "an assertion"
    return ""


def main():
    parser = argparse.ArgumentParser(description="Models whose outputs are inputs of the next call.")
    parser.add_argument("onnx2c", type=os.path.abspath)
    parser.add_argument("--only", metavar="GLOB", default="*", help="the models whose name it matches")
    parser.add_argument("--jobs", type=int, default=2, help="models at the same time (default: 2)")
    args = parser.parse_args()
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    wanted = [model for model in models() if fnmatch.fnmatchcase(model.name, args.only)]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        for model, wrong in zip(wanted, pool.map(lambda m: tried(args.onnx2c, m), wanted)):
            failed += bool(wrong)
            if wrong:
                print(f"FAILED {model.name}: {wrong}", flush=True)
    print(f"{len(wanted) - failed} passed, {failed} failed")
    return failed > 0 or not wanted


if __name__ == "__main__":
    sys.exit(main())
