"""Random numbers: where their seed comes from, and that they are those of the generator that README.md speaks of.

usage: seeds.py ONNX2C [--only GLOB]

The last line counts: "N passed, N failed".
"""

import ctypes
import json
import os
import sys

import elsewhere
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from parts import main, must, run

STRICT = ["-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Wmissing-prototypes", "-Werror"]
N = 500
OUTPUTS = {"uniform": "FLOAT", "normal": "DOUBLE", "like": "FLOAT16", "drawn": "INT64", "kept": "FLOAT",
           "picked": "INT32", "seeded": "FLOAT"}
THREADS = """
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include "m.h"
static _Alignas(64) unsigned char arenas[2][M_ARENA_BYTES + 1];
static float x[M_X_COUNT], kept[2][M_KEPT_COUNT];
static pthread_barrier_t both;
static int call(int i)
{
    static _Thread_local float uniform[500], seeded[500];
    static _Thread_local double normal[500];
    static _Thread_local uint16_t like[500];
    static _Thread_local int64_t drawn[500];
    static _Thread_local int32_t picked[500];
    return m_run_in(arenas[i], x, uniform, normal, like, drawn, kept[i], picked, seeded);
}
static void *thread(void *number)
{
    const int i = *(int *)number;
    m_seed(5 + (uint64_t)i);
    pthread_barrier_wait(&both);
    return call(i) ? number : NULL;
}
int main(void)
{
    int numbers[] = {0, 1};
    pthread_t threads[2];
    static float alone[2][M_KEPT_COUNT];
    for (int i = 0; i < M_X_COUNT; i++) x[i] = 1;
    for (int i = 0; i < 2; i++) {
        m_seed(5 + (uint64_t)i);
        if (call(i)) return 1;
    }
    memcpy(alone, kept, sizeof kept);
    memset(kept, 0, sizeof kept);
    pthread_barrier_init(&both, NULL, 2);
    for (int i = 0; i < 2; i++) pthread_create(&threads[i], NULL, thread, &numbers[i]);
    for (int i = 0; i < 2; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        if (failed) return 2;
    }
    return memcmp(alone, kept, sizeof kept) == 0 && memcmp(kept[0], kept[1], sizeof kept[0]) != 0 ? 0 : 3;
}
"""


def save(folder, nodes, inputs, outputs, initializers=()):
    value = lambda name, t, shape: helper.make_tensor_value_info(name, getattr(TensorProto, t), shape)
    graph = helper.make_graph(nodes, "g", [value(*i) for i in inputs], [value(*o) for o in outputs],
                              [numpy_helper.from_array(np.array(v), name) for name, v in initializers])
    path = os.path.join(folder, "model.onnx")
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10), path)
    return path


def every_kind(folder):
    """A model in which every operator draws without a seed of its own, and one with it. x is what chances are of."""
    nodes = [
        helper.make_node("RandomUniform", [], ["uniform"], shape=[N]),
        helper.make_node("RandomNormal", [], ["normal"], shape=[N], dtype=TensorProto.DOUBLE),
        helper.make_node("RandomNormalLike", ["x"], ["like"], dtype=TensorProto.FLOAT16),
        helper.make_node("Mul", ["x", "half"], ["chances"]),
        helper.make_node("Bernoulli", ["chances"], ["drawn"], dtype=TensorProto.INT64),
        helper.make_node("Dropout", ["x", "half", "training"], ["kept"]),
        helper.make_node("Reshape", ["x", "row"], ["classes"]),
        helper.make_node("Multinomial", ["classes"], ["picks"], sample_size=N),
        helper.make_node("Reshape", ["picks", "flat"], ["picked"]),
        helper.make_node("RandomUniform", [], ["seeded"], shape=[N], seed=1.5),
    ]
    constants = [("half", np.float32(0.5)), ("training", True), ("row", np.int64([1, N])), ("flat", np.int64([N]))]
    return save(folder, nodes, [("x", "FLOAT", [N])], [(o, t, [N]) for o, t in OUTPUTS.items()], constants)


class Built:
    def __init__(self, onnx2c, folder, path, *options):
        self.c, report, library = [os.path.join(folder, name) for name in ("m.c", "m.json", "m.so")]
        run(folder, onnx2c, path, "--name", "m", "-o", self.c, "--report", report, "--header",
            os.path.join(folder, "m.h"), *options)
        run(folder, "cc", *STRICT, "-O1", "-shared", "-fPIC", "-o", library, self.c, "-lm")
        with open(report) as f:
            self.report = json.load(f)
        self.library = ctypes.CDLL(library)
        if "seed" in self.report:
            self.library.m_seed.argtypes = [ctypes.c_uint64]

    def numbers(self, *inputs, seed=None):
        if seed is not None:
            self.library.m_seed(seed)
        results = {o["name"]: np.zeros(o["shape"], o["type"]) for o in self.report["outputs"]}
        pointers = [a.ctypes.data_as(ctypes.c_void_p) for a in [*inputs, *results.values()]]
        must(self.library.m_run(*pointers) == 0)
        return results


def equal(a, b):
    return [name for name in a if a[name].tobytes() == b[name].tobytes()]


def the_seed_is_the_callers(onnx2c, folder):
    x = np.ones(N, np.float32)
    built = Built(onnx2c, folder, every_kind(folder))
    must(built.report["seed"] == "m_seed", built.report.get("seed"))
    first, again, other = built.numbers(x), built.numbers(x), built.numbers(x, seed=7)
    everything = list(OUTPUTS)
    must(equal(first, again) == everything, "another call draws others")
    must(equal(first, other) == ["seeded"], "of another seed, these are the same:", equal(first, other))
    must(equal(other, built.numbers(x, seed=7)) == everything, "the same seed draws others")
    must(equal(first, built.numbers(x, seed=7 << 32)) == ["seeded"], "its upper half counts for nothing")
    must(equal(first, built.numbers(x, seed=0)) == everything, "0 is not what there is without it")


def targets_draw_the_same(onnx2c, folder):
    x = np.ones(N, np.float32)
    first = Built(onnx2c, folder, every_kind(folder)).numbers(x, seed=11)
    outputs = {name: (t, [N]) for name, t in OUTPUTS.items()}
    for target in elsewhere.TARGETS:
        found = elsewhere.results(onnx2c, folder, every_kind(folder), target, {"x": x}, outputs, "m_seed(11);")
        must(equal(first, found) == list(OUTPUTS), *target[1], "has other", set(OUTPUTS) - set(equal(first, found)))


def philox(key, counter):
    """Philox4x32-10, as Salmon et al. describe it: four words for a key of 64 bits and a counter of 128."""
    words, keys = list(counter), [key & 0xFFFFFFFF, key >> 32]
    for _ in range(10):
        left, right = 0xD2511F53 * words[0], 0xCD9E8D57 * words[2]
        words = [right >> 32 ^ words[1] ^ keys[0], right & 0xFFFFFFFF, left >> 32 ^ words[3] ^ keys[1],
                 left & 0xFFFFFFFF]
        keys = [(keys[0] + 0x9E3779B9) & 0xFFFFFFFF, (keys[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return words


def fnv(text):
    """FNV-1a, 32 bits."""
    hashed = 2166136261
    for byte in text.encode():
        hashed = (hashed ^ byte) * 16777619 & 0xFFFFFFFF
    return hashed


def numbers_are_the_documented_ones(onnx2c, folder):
    """As README.md describes the generator, so that another program draws the same."""
    built = Built(onnx2c, folder, every_kind(folder))
    found = built.numbers(np.ones(N, np.float32), seed=0x123456789)
    bits = int(np.float32(1.5).view(np.uint32))
    for name, key in (("seeded", bits), ("uniform", 0x123456789 ^ fnv("uniform") << 32)):
        expected = [(philox(key, (i, 0, 0, 0))[0] >> 8) / 2**24 for i in range(N)]
        must(found[name].tolist() == expected, name, "begins with", found[name][:3], "expected", expected[:3])


def without_such_nodes_there_is_none(onnx2c, folder):
    node = helper.make_node("RandomUniform", [], ["y"], shape=[3], seed=2.0)
    built = Built(onnx2c, folder, save(folder, [node], [], [("y", "FLOAT", [3])]))
    with open(built.c) as f:
        must("seed_of_run" not in f.read() and "seed" not in built.report, "it asks for a seed that nothing reads")


def names_keep_away(onnx2c, folder):
    """Values named as what the seed is made of."""
    nodes = [helper.make_node("RandomUniform", [], ["a"], shape=[3]),
             helper.make_node("Add", ["seed_of_run", "a"], ["m_seed"]), helper.make_node("Exp", ["m_seed"], ["seed"])]
    path = save(folder, nodes, [("seed_of_run", "FLOAT", [3])],
                [("m_seed", "FLOAT", [3]), ("seed", "FLOAT", [3])])
    x = np.zeros(3, np.float32)
    built = Built(onnx2c, folder, path)
    must(not equal(built.numbers(x), built.numbers(x, seed=1)))


def each_thread_may_have_its_own(onnx2c, folder):
    run(folder, onnx2c, every_kind(folder), "--name", "m", "-o", "m.c", "--header", "m.h")
    with open(os.path.join(folder, "main.c"), "w") as f:
        f.write(THREADS)
    run(folder, "cc", "-std=c11", "-D_POSIX_C_SOURCE=200112L", "-O1", "-DM_SEED_ATTR=_Thread_local", "-o", "main",
        "main.c", "m.c", "-lm", "-lpthread")
    run(folder, os.path.join(folder, "main"))


def cpp_takes_it(onnx2c, folder):
    run(folder, onnx2c, every_kind(folder), "--name", "m", "-o", "m.c", "--header", "m.h", "--state", "x=kept")
    run(folder, "c++", "-std=c++17", "-Wall", "-Wextra", "-Werror", "-DM_SEED_ATTR=thread_local", "-x", "c++", "-c",
        "m.c")


if __name__ == "__main__":
    sys.exit(main(
        the_seed_is_the_callers,
        targets_draw_the_same,
        numbers_are_the_documented_ones,
        without_such_nodes_there_is_none,
        names_keep_away,
        each_thread_may_have_its_own,
        cpp_takes_it,
    ))
