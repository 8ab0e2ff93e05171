"""The errors of the elementwise functions, and docs/accuracy.md's table of them.

usage: run.py ONNX2C [--update] [--points N] [--cc CC] [--jobs N]

A model has a node for each function of functions.py, once as a loop over vectors, and once with a Cast after it, which
makes the loop one of scalars. It is compiled for targets that run here, built as users build it, and run over a sweep
of each type (measure.c), against the same functions in many more digits (exact.c). A result of the wrong kind (NaN,
infinite, the other zero) fails, as does an error above the document's figure, and a figure above 4.
The last line counts rows of the table: "N passed, N failed".
"""

import argparse
import collections
import concurrent.futures
import math
import os
import platform
import subprocess
import sys
import tempfile

import onnx
from onnx import TensorProto, helper

from functions import MICROSOFT, functions

HERE = os.path.dirname(os.path.abspath(__file__))
DOCUMENT = os.path.join(HERE, "..", "..", "docs", "accuracy.md")
LIMIT = 4
CHUNK = 4099
Type = collections.namedtuple("Type", "onnx c digits lowest highest")
TYPES = {
    "float": Type(TensorProto.FLOAT, "float", 24, -126, 127),
    "double": Type(TensorProto.DOUBLE, "double", 53, -1022, 1023),
    "float16": Type(TensorProto.FLOAT16, "uint16_t", 11, -14, 15),
    "bfloat16": Type(TensorProto.BFLOAT16, "uint16_t", 8, -126, 127),
}
OWN_TARGET = {"x86_64": "x86-64-v1", "aarch64": "aarch64"}.get(platform.machine())
O2 = ["-O2"]
NATIVE = ["-O2", "-march=native"]
BUILDS = [("portable", O2), ("portable", NATIVE), ("c99", O2), ("c99", NATIVE)]
BUILDS += [(OWN_TARGET, O2)] if OWN_TARGET else []
HALF_BUILDS = BUILDS[:2]


def builds_of(type_name):
    return BUILDS if type_name in ("float", "double") else HALF_BUILDS


def rows_of(type_name):
    return [f for f in functions if type_name in f.types]


def make_model(type_name, path):
    """x and p in; of every function its results, and for float those of a loop of scalars."""
    element = TYPES[type_name].onnx
    nodes, outputs = [], []

    def output(name, of):
        outputs.append(helper.make_tensor_value_info(name, of, [CHUNK]))

    for i, f in enumerate(rows_of(type_name)):
        inputs = ["x", "p"][: f.inputs]
        nodes.append(helper.make_node(f.op, inputs, [f"y{i}"], domain=f.domain, **f.attributes))
        output(f"y{i}", element)
        if type_name == "float":
            nodes.append(helper.make_node(f.op, inputs, [f"t{i}"], domain=f.domain, **f.attributes))
            nodes.append(helper.make_node("Cast", [f"t{i}"], [f"z{i}"], to=TensorProto.DOUBLE))
            output(f"z{i}", TensorProto.DOUBLE)
    inputs = [helper.make_tensor_value_info(name, element, [CHUNK]) for name in "xp"]
    opsets = [helper.make_opsetid("", 24), helper.make_opsetid(MICROSOFT, 1)]
    graph = helper.make_graph(nodes, "functions", inputs, outputs)
    onnx.save(helper.make_model(graph, opset_imports=opsets, ir_version=11), path)


def call_of(build, type_name):
    """Hands the arrays of results to a build's run function."""
    arguments = ["x", "p"]
    for i in range(len(rows_of(type_name))):
        arguments.append(f"y[{i}]")
        if type_name == "float":
            arguments.append(f"z[{i}]")
    return (
        f"static int call_{build}(const element *x, const element *p, element (*y)[CHUNK], double (*z)[CHUNK])\n"
        f"{{\n    (void)z;\n    return m{build}_run({', '.join(arguments)});\n}}\n"
    )


def write_cases(type_name, folder):
    t, rows, count = TYPES[type_name], rows_of(type_name), len(builds_of(type_name))
    lines = [f'#include "m{b}.h"' for b in range(count)]
    lines += [f"typedef {t.c} element;"]
    lines += [f"#define DIGITS {t.digits}"]
    lines += [f"enum {{ LOWEST = {t.lowest}, HIGHEST = {t.highest} }};"]
    lines += [f"enum {{ FUNCTIONS = {len(rows)}, BUILDS = {count}, HAS_LOOPS = {int(type_name == 'float')} }};"]
    lines += [call_of(b, type_name) for b in range(count)]
    lines += ["typedef int Call(const element *, const element *, element (*)[CHUNK], double (*)[CHUNK]);"]
    lines += ["static Call *const builds[] = {" + ", ".join(f"call_{b}" for b in range(count)) + "};"]
    lines += ["static const struct { const char *name; Exact *exact; double attributes[2]; } functions[] = {"]
    for f in rows:
        values = [f"(double){float(v)!r}f" for v in f.attributes.values() if not isinstance(v, str)] or ["0"]
        lines.append(f'    {{"{f.name}", exact_{f.exact}, {{{", ".join(values)}}}}},')
    lines += ["};"]
    with open(os.path.join(folder, "cases.h"), "w") as file:
        file.write("\n".join(lines) + "\n")


def run(*command):
    subprocess.run(command, check=True)


def build_model(onnx2c, cc, folder, build, number):
    target, flags = build
    name = os.path.join(folder, f"m{number}")
    run(onnx2c, os.path.join(folder, "model.onnx"), "-o", name + ".c", "--header", name + ".h", "--target", target)
    run(cc, *flags, "-c", name + ".c", "-o", name + ".o")


def measure(onnx2c, cc, points, folder, type_name):
    """The lines of measure.c for a type."""
    make_model(type_name, os.path.join(folder, "model.onnx"))
    builds = builds_of(type_name)
    for number, build in enumerate(builds):
        build_model(onnx2c, cc, folder, build, number)
    write_cases(type_name, folder)
    wide = ["-DWIDE"] if type_name == "double" else []
    libraries = ["-lquadmath", "-lm"] if wide and platform.machine() == "x86_64" else ["-lm"]
    objects = [os.path.join(folder, f"m{b}.o") for b in range(len(builds))]
    sources = [os.path.join(HERE, "measure.c"), os.path.join(HERE, "exact.c")]
    program = os.path.join(folder, "measure")
    run(cc, "-std=gnu99", "-O2", *wide, "-I" + folder, *sources, *objects, *libraries, "-o", program)
    return subprocess.run([program, str(points)], check=True, capture_output=True, text=True).stdout


# -- the table -----------------------------------------------------------------------------------------------------


def figure(error):
    """Rounded up, so that what is printed holds."""
    return f"{math.ceil(error * 100 - 1e-6) / 100:.2f}"


def rows_of_table(type_name, text):
    """{function: [largest error at -O2, with -march=native, argument, failures]} of what measure.c printed."""
    table = {f.name: [0.0, 0.0, "", []] for f in rows_of(type_name)}
    inputs = {f.name: f.inputs for f in functions}
    for line in text.splitlines():
        name, build, error, x, p, _, _, _, wrong, *at = line.split("\t")
        target, flags = builds_of(type_name)[int(build)]
        entry, column = table[name], int(flags == NATIVE)
        if float(error) > max(entry[:2]):
            entry[2] = x if inputs[name] == 1 else f"{x}, {p}"
        entry[column] = max(entry[column], float(error))
        if wrong != "0":
            entry[3].append(f"{target} {' '.join(flags)}: of {at[0]} (and {at[1]}) it makes {at[2]}")
    return table


def line_of(name, type_name, entry):
    return f"| {name} | {type_name} | {figure(entry[0])} | {figure(entry[1])} | {entry[2] or '-'} |"


def documented():
    """{(function, type): (figure at -O2, with -march=native)} of the document."""
    found = {}
    with open(DOCUMENT) as file:
        for line in file:
            cells = [c.strip() for c in line.strip().strip("|").split("|")]
            if len(cells) == 5 and cells[1] in TYPES:
                found[cells[0], cells[1]] = (float(cells[2]), float(cells[3]))
    return found


def write_document(tables):
    with open(DOCUMENT) as file:
        lines = file.read().split("\n")
    first = next(i for i, line in enumerate(lines) if line.startswith("|---")) + 1
    last = next(i for i in range(first, len(lines) + 1) if i == len(lines) or not lines[i].startswith("|"))
    lines[first:last] = [line_of(f, t, tables[t][f]) for f in sorted({r.name for r in functions}) for t in TYPES]
    with open(DOCUMENT, "w") as file:
        file.write("\n".join(lines))


def complaints(name, type_name, entry, claimed):
    """What is wrong with a function of a type."""
    said = list(entry[3])
    if claimed is None:
        return said + ["docs/accuracy.md has no row for it"]
    for flags, error, figures in ((O2, entry[0], claimed[0]), (NATIVE, entry[1], claimed[1])):
        if error > figures:
            said.append(f"{' '.join(flags)}: {error:.4g} ULP at {entry[2]}, docs/accuracy.md says {figures}")
        if figures > LIMIT:
            said.append(f"docs/accuracy.md admits {figures} ULP; the limit is {LIMIT}")
    return said


def compare(tables):
    """Prints what the document doesn't say, or says wrongly; the number of rows that hold, and of others."""
    claims, passed, failed = documented(), 0, 0
    for type_name, table in tables.items():
        for name, entry in table.items():
            said = complaints(name, type_name, entry, claims.pop((name, type_name), None))
            passed, failed = passed + (not said), failed + bool(said)
            for line in said:
                print(f"FAILED {name} of {type_name}: {line}")
    for name, type_name in claims:
        print(f"FAILED docs/accuracy.md: {name} of {type_name} is not measured")
    return passed, failed + len(claims)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("onnx2c")
    parser.add_argument("--cc", default="cc")
    parser.add_argument("--points", type=int, default=12, help="for each power of two")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--update", action="store_true", help="write docs/accuracy.md's table")
    args = parser.parse_args()

    def table_of(type_name):
        with tempfile.TemporaryDirectory() as folder:
            return rows_of_table(type_name, measure(args.onnx2c, args.cc, args.points, folder, type_name))

    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        tables = dict(zip(TYPES, pool.map(table_of, TYPES)))
    if args.update:
        write_document(tables)
    passed, failed = compare(tables)
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
