"""What the compiler notes for itself is never read from a model, whatever a model calls its things.

usage: facts.py ONNX2C [--only GLOB] [--jobs N]

Models that use names which the compiler has a meaning for: attributes that an operator doesn't have, domains, values
and dimensions called like those that are made of others, operators of other domains that are called like ONNX's. Each
must compute what the specification says, or be refused; and an option that a message advises must be taken as it
stands there. --only those whose names match.
The last line counts: "N passed, N failed".
"""

import argparse
import collections
import concurrent.futures
import fnmatch
import glob
import os
import re
import subprocess
import sys
import tempfile

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from facts_models import (
    BOOL,
    FLOAT,
    FLOAT16,
    INT64,
    INT8,
    advised_by,
    advises,
    computes,
    info,
    model,
    node,
    numbers,
    refused,
    run,
    same_code,
    save,
)


# ---- attributes -----------------------------------------------------------------------------------------------------


def attributes_read():
    """Names of attributes that the compiler reads or sets, with a value for each."""
    values = {"int": 1, "ints": [1, 0], "axis": 1, "float": 0.5, "floats": [0.5, 2.0], "string": "?", "word": "?"}
    call = re.compile(r'\b(?:attr|own)_(?:set_)?(%s)\(\w+, "(\w+)"' % "|".join(values))
    found = {}
    for path in sorted(glob.glob("compiler/**/*.c", recursive=True)):
        with open(path) as f:
            found |= {name: values[kind] for kind, name in call.findall(f.read())}
    return found


def attributes_had():
    """By operator: the attributes it has had at any version."""
    had = collections.defaultdict(set)
    for schema in onnx.defs.get_all_schemas_with_history():
        had[schema.domain, schema.name] |= set(schema.attributes)
    return had


def decorate(graph, read, had):
    """Gives every node of ONNX's the attributes that it doesn't have. Returns how many."""
    count = 0
    for n in graph.node:
        for a in n.attribute:
            for inner in [a.g] * a.HasField("g") + list(a.graphs):
                count += decorate(inner, read, had)
        key = ("" if n.domain == "ai.onnx" else n.domain, n.op_type)
        if key not in had or n.op_type == "Constant":  # which holds its one attribute, whatever that is called
            continue
        for name in sorted(set(read) - had[key]):
            n.attribute.append(helper.make_attribute(name, read[name]))
            count += 1
    return count


def dims_of(name):
    words = subprocess.run(["bash", "-c", f". tests/lib.sh; dims_of {name}"], stdout=subprocess.PIPE, text=True)
    return words.stdout.strip()


def foreign_attributes(name):
    def check(onnx2c, folder):
        m = onnx.load(f"tests/models/{name}/model.onnx")
        other = onnx.ModelProto()
        other.CopyFrom(m)
        if not decorate(other.graph, attributes_read(), attributes_had()):
            return "there is nothing to add"
        return same_code(onnx2c, folder, m, other, dims_of(name))

    return check


def loop(rounds, body_domain="", **attributes):
    """x + rounds, one in each round, as long as `body_domain`'s Identity says so."""
    body = helper.make_graph(
        [node("Identity", ["c"], ["c2"], domain=body_domain), node("Add", ["s", "one"], ["s2"])],
        "body",
        [info("i", [], INT64), info("c", [], BOOL), info("s", [2])],
        [info("c2", [], BOOL), info("s2", [2])],
    )
    return model(
        [node("Loop", ["n", "", "x"], ["y"], body=body, **attributes)],
        [info("x", [2])],
        [info("y", [2])],
        {"n": np.int64(rounds), "one": np.float32(1)},
        domains=[body_domain] if body_domain else [],
    )


def convolutions(**attributes):
    return model(
        [
            node("Conv", ["x", "w"], ["t"], pads=[1] * 4),
            node("Relu", ["t"], ["u"]),
            node("Conv", ["u", "v"], ["y"], pads=[1] * 4, **attributes),
        ],
        [info("x", [1, 3, 8, 8])],
        [info("y", [1, 8, 8, 8])],
        {"w": numbers(8, 3, 3, 3), "v": numbers(8, 8, 3, 3)},
    )


def upsampled(**attributes):
    return model(
        [node("Upsample", ["x", "s"], ["y"], mode="nearest", **attributes)],
        [info("x", [1, 1, 2, 4])],
        [info("y", None)],
        {"s": np.float32([1, 1, 2, 2])},
        opset=9,
    )


def by_reference(m, *inputs):
    return ReferenceEvaluator(m).run(None, {i.name: x for i, x in zip(m.graph.input, inputs)})


def attribute_cases():
    x, image, small = numbers(2), numbers(1, 3, 8, 8), numbers(1, 1, 2, 4)
    yield "unroll of a Loop", computes, loop(100, unroll=2), [x], [x + 100]
    yield "channels_first of a Conv", computes, convolutions(channels_first=1), [image], by_reference(
        convolutions(), image
    )
    yield "axes of an Upsample", computes, upsampled(axes=[2, 3]), [small], [small.repeat(2, 2).repeat(2, 3)]
    for path in sorted(glob.glob("tests/models/*/model.onnx")):
        name = path.split("/")[-2]
        yield f"attributes that no operator has in {name}", foreign_attributes(name)


# ---- domains --------------------------------------------------------------------------------------------------------

NEGATED = """#include <stdbool.h>
#include <stdint.h>
int mine_Identity(const bool *in0, const int32_t *in0_dims, bool *out0, const int32_t *out0_dims)
{
    (void)in0_dims, (void)out0_dims;
    out0[0] = !in0[0];
    return 0;
}
"""

PLUS_PLACE = """#include <stdint.h>
int mine_QLinearGlobalAveragePool(const float *in0, const int32_t *in0_dims, float *out0, const int32_t *out0_dims)
{
    (void)out0_dims;
    for (int32_t i = 0; i < in0_dims[0] * in0_dims[1] * in0_dims[2] * in0_dims[3]; i++) out0[i] = in0[i] + (float)i;
    return 0;
}
"""

TENS_AND_ONES = """#include <stdint.h>
int mine_Sum(const float *in0, const int32_t *in0_dims, float *out0, const int32_t *out0_dims, int64_t attr_a_b,
             int64_t attr_a_b_1)
{
    (void)in0_dims, (void)out0_dims;
    out0[0] = in0[0] + (float)(10 * attr_a_b + attr_a_b_1);
    return 0;
}
"""


def with_c(text, operator):
    """computes, with the operator as this C has it."""

    def check(onnx2c, folder, m, inputs, outputs):
        with open(f"{folder}/own.c", "w") as f:
            f.write(text)
        return computes(onnx2c, folder, m, inputs, outputs, f"--custom '{operator}=x -> x' --with {folder}/own.c")

    return check


def two_of_a_function():
    return model(
        [node("b_T", ["x"], ["t"], name="first", domain="a"), node("T", ["t"], ["y"], name="second", domain="a.b")],
        [info("x", [2])],
        [info("y", [2])],
        domains=["a", "a.b"],
    )


def own_operator(op_type, inputs, outputs, within=None):
    """A node of the compiler's own domain; in a subgraph or a function, if so asked."""
    own = node(op_type, inputs, outputs, name="own", domain="onnx2c")
    x = [info(name, [1, 2, 2]) for name in dict.fromkeys(inputs)]
    if within == "function":
        imports = [helper.make_opsetid("onnx2c", 1)]
        f = helper.make_function("my", "F", inputs, outputs, [own], imports)
        return model([node("F", inputs, outputs, domain="my")], x, [info("y", None)], domains=["my"], functions=[f])
    if within == "branch":
        branch = helper.make_graph([own], "b", [], [info(outputs[0], None)])
        choice = node("If", ["c"], ["z"], then_branch=branch, else_branch=branch)
        return model([choice], x + [info("c", [], BOOL)], [info("z", None)], domains=["onnx2c"])
    return model([own], x, [info("y", None)], domains=["onnx2c"])


def function_names():
    """Two functions whose domain, name and overload read the same in one line."""
    imports = [helper.make_opsetid("", 18)]
    add = helper.make_function("a\nb", "c", ["p"], ["q"], [node("Add", ["p", "p"], ["q"])], imports)
    mul = helper.make_function("a", "b\nc", ["p"], ["q"], [node("Mul", ["p", "p"], ["q"])], imports)
    return model(
        [node("c", ["x"], ["t"], domain="a\nb"), node("b\nc", ["t"], ["y"], domain="a")],
        [info("x", [3])],
        [info("y", [3])],
        domains=["a", "a\nb"],
        functions=[add, mul],
    )


def domain_cases():
    x, image = numbers(2), numbers(1, 3, 8, 8)
    own = 'operators of domain "onnx2c" are the compiler\'s own'
    yield "own operator", refused, own_operator("LSTM", ["x", "w", "r"], ["y"]), own
    yield "own list operator", refused, own_operator("ListMake", ["x", "w", "r"], ["y"]), own
    yield "own operator in a branch", refused, own_operator("ListAt", ["x"], ["y"], "branch"), own
    yield "own operator in a function", refused, own_operator("GRU", ["x", "w", "r"], ["y"], "function"), own
    described = "--custom 'onnx2c::ListAt=x -> x'"
    yield "own operator with --custom", refused, own_operator("ListAt", ["x"], ["y"]), own, described
    yield "another domain's Identity", with_c(NEGATED, "mine::Identity"), loop(100, "mine"), [x], [x + 1]
    beside = convolutions()
    beside.graph.node[1].CopyFrom(node("QLinearGlobalAveragePool", ["t"], ["u"], domain="mine"))
    beside.opset_import.append(helper.make_opsetid("mine", 1))
    plain = convolutions()
    plain.graph.node[1].CopyFrom(node("Add", ["t", "places"], ["u"]))
    ramp = np.arange(8 * 8 * 8, dtype=np.float32).reshape(1, 8, 8, 8)
    plain.graph.initializer.append(numpy_helper.from_array(ramp, "places"))
    own_pool = with_c(PLUS_PLACE, "mine::QLinearGlobalAveragePool")
    yield "another domain's QLinearGlobalAveragePool", own_pool, beside, [image], by_reference(plain, image)
    sums = model([node("Sum", ["x"], ["y"], domain="mine", **{"a.b": 3, "a_b": 4})], [info("x", [1])], [info("y", [1])])
    sums.opset_import.append(helper.make_opsetid("mine", 1))
    yield "attributes of the same letters", with_c(TENS_AND_ONES, "mine::Sum"), sums, [x[:1]], [x[:1] + 34]
    both = "--custom 'a::b_T=x -> x' --custom 'a.b::T=x -> x'"
    yield "two operators of one function", refused, two_of_a_function(), '"second".*a_b_T would be.*a::b_T', both
    taken = model([node("f32", ["x"], ["y"], domain="add")], [info("x", [1])], [info("y", [1])], domains=["add"])
    yield "operator called like a kernel", refused, taken, "function add_f32 would", "--custom 'add::f32=x -> x'"
    old = model([node("Gelu", ["x"], ["y"])], [info("x", [1])], [info("y", [1])], opset=17)
    yield "operator of ONNX's with --custom", refused, old, "supported, but not at opset 17", "--custom '::Gelu=x -> x'"
    yield "functions whose names run together", computes, function_names(), [numbers(3)], [4 * numbers(3) ** 2]


# ---- names of values ------------------------------------------------------------------------------------------------


def products():
    """Two products with one weight, beside weights called like what is packed of it."""
    a = numbers(16, 24)
    constants = {"w": a, "w/16x24": a + 1, "w/packed": a + 2, "w/transposed_24x16": a + 3, "w/row": numbers(24)}
    nodes = [node("MatMul", ["x", name], [f"p{i}"]) for i, name in enumerate(list(constants)[:4])]
    nodes += [
        node("MatMul", ["x", "w"], ["again"]),
        node("Gemm", ["z", "w"], ["q"], transB=1),
        node("Sum", ["p0", "p1", "p2", "p3", "again", "w/row"], ["y"]),
    ]
    return model(nodes, [info("x", [8, 16]), info("z", [8, 24])], [info("y", None), info("q", None)], constants)


def scanned(size):
    body = helper.make_graph(
        [node("Add", ["s", "r"], ["s2"]), node("Identity", ["s2"], ["o"])],
        "body",
        [info("s", [2]), info("r", [2])],
        [info("s2", [2]), info("o", [2])],
    )
    return model(
        [node("Scan", ["x", "t"], ["last", "y"], body=body, num_scan_inputs=1)],
        [info("x", [2]), info("t", [size, 2])],
        [info("last", [2]), info("y", [None, 2])],
    )


def expanded(size):
    """An input n whose elements decide sizes, and a dimension of x that is called like one of them."""
    return model(
        [node("Expand", ["x", "n"], ["y"])],
        [info("x", [size, 1, 1]), info("n", [3], INT64)],
        [info("y", [None, None, None])],
    )


def places(name):
    """The places of what isn't 0: how many, only the data tell."""
    return model(
        [node("NonZero", [name], ["k"]), node("Cast", ["k"], ["y"], to=FLOAT), node("Neg", ["y"], ["Y_dims"])],
        [info(name, ["k.count"])],
        [info("y", [1, None]), info("Y_dims", [1, None])],
    )


def difference(a, b):
    return model(
        [node("Sub", [a, b], ["s"]), node("Softmax", ["s"], ["t"]), node("Softmax", ["t"], ["y"])],
        [info(a, [3, 16]), info(b, [3, 16])],
        [info("y", [3, 16])],
    )


def name_cases():
    x, t, z = numbers(2), numbers(5, 2), numbers(8, 24)
    yield "weights called like packed ones", computes, products(), [numbers(8, 16), z], by_reference(
        products(), numbers(8, 16), z
    )
    for name in ("scan.round", "s.next", "start", "rc"):
        yield f"dimension {name}", computes, scanned(name), [x, t], by_reference(scanned(name), x, t), (
            f"--dim {name}=1..8"
        )
    two = model([node("MatMul", ["x", "z"], ["y"])], [info("x", [None, 3]), info("z", [3, "x:0"])], [info("y", None)])
    data = [numbers(2, 3), numbers(3, 4)]
    yield "dimension x:0 beside axis 0 of x", computes, two, data, by_reference(two, *data), "--dim x:0=1..8"
    m, data = expanded("n[0]"), [numbers(2, 1, 1), np.int64([1, 3, 2])]
    bounds = "--dim 'n[0]=1..8' --dim 'n[1]=1..8' --dim 'n[2]=1..8'"
    yield "dimension n[0] beside element 0 of n", computes, m, data, by_reference(m, *data), bounds
    yield "negative dimension n[0]", refused, m, "n\\[0\\]: the bounds start at -3", bounds.replace("=1", "=-3", 1)
    yield "element of a value that isn't there", refused, m, "m\\[0\\]: there is no such", bounds + " --dim 'm[0]=1..2'"
    flags = np.float32([0, 1, 1, 0, 1])
    found = np.float32([[1, 2, 4]])
    for name in ("x", "y_dims", "k.count", "count"):
        yield f"value {name} beside a count", computes, places(name), [flags], [found, -found], "--dim k.count=1..8"
    for pair in (
        "a A",
        "AT_s AT_t",
        "FLT_MAX INT32_MAX",
        "M_PI DBL_X",
        "MODEL_EDIM MODEL_ARENA_BYTES",
        "model_run model_run_in",
        "int32_t size_t",
        "memory strides",
        "t0 i",
    ):
        m, data = difference(*pair.split()), [numbers(3, 16), numbers(3, 16) ** 2]
        yield f"values {pair}", computes, m, data, by_reference(m, *data)


# ---- options that messages advise -----------------------------------------------------------------------------------


def ranged(name, dtype):
    inputs = [info(i, [], dtype) for i in "abc"]
    return model([node("Range", list("abc"), [name]), node("Neg", [name], ["z"])], inputs, [info("z", [None], dtype)])


def resized(name, dtype):
    return model(
        [node("Resize", ["x", "", "s"], [name], mode="linear"), node("Identity", [name], ["z"])],
        [info("x", [1, 4], dtype), info("s", [2])],
        [info("z", [None, None], dtype)],
    )


def one_hot(name):
    return model(
        [node("OneHot", ["i", "d", "v"], [name]), node("Neg", [name], ["z"])],
        [info("i", [3], INT64), info("d", [])],
        [info("z", [3, None])],
        {"v": np.float32([0, 1])},
    )


def rows(name, result):
    """A row for each round until the sum is large."""
    body = helper.make_graph(
        [
            node("Add", ["s", "x"], ["s2"]),
            node("Less", ["s2", "end"], ["c2"]),
            node("Identity", ["s2"], ["row"]),
        ],
        "body",
        [info("i", [], INT64), info("c", [], BOOL), info("s", [])],
        [info("c2", [], BOOL), info("s2", []), info("row", [])],
    )
    return model(
        [node("Loop", ["", "", "x"], ["last", name], body=body), node("Neg", [name], [result])],
        [info("x", [])],
        [info(result, [None])],
        {"end": np.float32(3.5)},
    )


def in_function(name):
    """The Range of a function, whose names get a prefix."""
    f = helper.make_function(
        "my", "F", list("abc"), ["q"], [node("Range", list("abc"), [name]), node("Neg", [name], ["q"])],
        [helper.make_opsetid("", 18)],
    )  # fmt: skip
    call = node("F", list("abc"), ["z"], name="call", domain="my")
    return model([call], [info(i, []) for i in "abc"], [info("z", [None])], domains=["my"], functions=[f])


def in_branches(name):
    """The same name in both branches."""
    result = info("q", [None])
    branches = [
        helper.make_graph([node("Range", list(order), [name]), node("Neg", [name], ["q"])], "b", [], [result])
        for order in ("abc", "acb")
    ]
    choice = node("If", ["k"], ["z"], then_branch=branches[0], else_branch=branches[1])
    return model([choice], [info("k", [], BOOL)] + [info(i, []) for i in "abc"], [info("z", [None])])


NAMES = ("y", "y/float32", "y/float32/float32", "y:0", "y[0]", "y 0", "y_1", "q.part", "it's")


def option_cases():
    ends = [0, 5, 1]
    for name in NAMES:
        for dtype, kind in ((FLOAT, np.float32), (FLOAT16, np.float16)):
            data, result = [kind(e) for e in ends], -np.arange(5).astype(kind)
            yield f"advice for Range {name!r} {kind.__name__}", advises, ranged(name, dtype), data, [result]
        data = [np.int64([0, 2, 1]), np.float32(4)]
        yield f"advice for OneHot {name!r}", advises, one_hot(name), data, [-np.eye(4, dtype=np.float32)[data[0]]]
        yield f"advice for Loop {name!r}", advises, rows(name, "z"), [np.float32(1)], [-np.float32([2, 3, 4])]
        data = [np.float32(e) for e in ends]
        yield f"advice in a function for {name!r}", advises, in_function(name), data, [-np.float32(range(5))]
        yield f"advice in branches for {name!r}", advises, in_branches(name), [np.bool_(True)] + data, [
            -np.float32(range(5))
        ], 2
        m = expanded(1)
        m.graph.node[0].input[1] = m.graph.input[1].name = name
        m.graph.node[0].output[0] = m.graph.output[0].name = "result"
        data = [numbers(1, 1, 1), np.int64([2, 3, 1])]
        yield f"advice for elements of {name!r}", elements_advised, m, data, by_reference(m, *data)
    for name in ("y", "y/float32"):
        for dtype, kind in ((FLOAT, np.float32), (FLOAT16, np.float16), (INT8, np.int8)):
            data = [np.array([[0, 1, 2, 3]], kind), np.float32([2, 1])]
            yield f"advice for Resize {name!r} {kind.__name__}", advises, resized(name, dtype), data, [
                data[0].repeat(2, 0)
            ], 2
    for name in ("n", "x:0", "a b", "n[0]"):
        m = model([node("Neg", ["x"], ["y"])], [info("x", [name, 2])], [info("y", None)])
        yield f"advice for dimension {name!r}", advises, m, [numbers(3, 2)], [-numbers(3, 2)]


def elements_advised(onnx2c, folder, m, inputs, outputs):
    """The message names the first element of three; the others go by it."""
    status, said = run(onnx2c, f"{save(folder, m)} -o {folder}/m.c")
    advised = advised_by(said)
    if status != 1 or len(advised) != 1 or "[0]=" not in advised[0]:
        return f"status {status}, expected 1 and one option:\n{said}"
    options = " ".join(f"--dim {advised[0].replace('[0]=', f'[{i}]=')}" for i in range(3))
    return computes(onnx2c, folder, m, inputs, outputs, options)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("onnx2c", type=os.path.abspath)
    parser.add_argument("--only", default="*")
    parser.add_argument("--jobs", type=int, default=1)
    args = parser.parse_args()

    def wrong_with(case):
        _, check, *arguments = case
        with tempfile.TemporaryDirectory() as folder:
            return check(args.onnx2c, folder, *arguments)

    kinds = (attribute_cases, domain_cases, name_cases, option_cases)
    cases = [case for kind in kinds for case in kind() if fnmatch.fnmatch(case[0], args.only)]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:  # the work is done by other processes
        for case, wrong in zip(cases, pool.map(wrong_with, cases)):
            failed += wrong is not None
            if wrong is not None:
                print(f"FAILED {case[0]}: {wrong}")
    print(f"{len(cases) - failed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
