"""verify's own reference: the graph as it stands in the file, in double; and ties, where results differ.

usage: verify_reference.py ONNX2C [--only GLOB]

The last line counts: "N passed, N failed".
"""

import os
import subprocess
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from parts import main, must, of_each
from verify import HERE, files, floats, save, tensors, verify, without_data

# What can be evaluated since loops are, and choices, and lists at the interface.
EVALUATED = ["every_stage", "greedy", "growing", "if_in_for_op16", "lists", "loop_in_loop", "loopscript",
             "nested_loops", "scripted_cell", "sizes_chosen", "small_detector", "while_loop"]


def number(name, value, dtype=np.float32):
    return numpy_helper.from_array(np.array(value, dtype), name)


def recorded(onnx2c, folder, path, status=0):
    """The first made input, and the results of the reference for it."""
    record = os.path.join(folder, "record")
    out, _ = verify(onnx2c, path, "--record", record, "--runs", "1", status=status)
    data = os.path.join(record, "test_data_set_0")
    return out, tensors(data, "input")[0], tensors(data, "output")


def sums_have_the_digits_of_double(onnx2c, folder):
    """(x + 1e8) - 1e8 is x, but for floats, of which there is one in eight numbers there: the code is wrong."""
    nodes = [helper.make_node("Add", ["x", "big"], ["a"]), helper.make_node("Transpose", ["a"], ["b"]),
             helper.make_node("Sub", ["b", "big"], ["y"])]
    path = save(folder, [floats("x", 64)], [floats("y", 64)], nodes, [number("big", 1e8)])
    out, x, (y,) = recorded(onnx2c, folder, path, status=1)
    must(np.allclose(y, x, rtol=1e-6, atol=1e-7), x, y)
    must("0, expected " in out and "no near tie before it explains that" in out, out)


def what_overflows_is_infinite(onnx2c, folder):
    """log(1 + exp(1000 x)) is 1000 x, but for floats, where exp has no more room: so it is here, and 1 / inf is 0."""
    nodes = [helper.make_node("Mul", ["x", "thousand"], ["a"]), helper.make_node("Exp", ["a"], ["b"]),
             helper.make_node("Add", ["b", "one"], ["c"]), helper.make_node("Log", ["c"], ["y"]),
             helper.make_node("Reciprocal", ["b"], ["z"])]
    path = save(folder, [floats("x", 64)], [floats("y", 64), floats("z", 64)], nodes,
                [number("thousand", 1000), number("one", 1)])
    _, x, (y, z) = recorded(onnx2c, folder, path)
    must(np.any(x > 0.1) and np.all(np.isinf(y[x > 0.1])) and np.all(z[x > 0.1] == 0), x, y, z)
    must(np.all(np.isinf(z[x < -0.2])) and np.all(y[x < -0.2] == 0), x, y, z)


def choices_look_at_floats(onnx2c, folder):
    """x + 1e8 is no other float than 1e8: equal, and the first is the largest."""
    nodes = [helper.make_node("Add", ["x", "big"], ["a"]), helper.make_node("Equal", ["a", "big"], ["y"]),
             helper.make_node("ArgMax", ["a"], ["z"], keepdims=0), helper.make_node("Floor", ["a"], ["f"])]
    path = save(folder, [floats("x", 64)],
                [helper.make_tensor_value_info("y", TensorProto.BOOL, [64]),
                 helper.make_tensor_value_info("z", TensorProto.INT64, []), floats("f", 64)],
                nodes, [number("big", 1e8)])
    _, _, (y, z, f) = recorded(onnx2c, folder, path)
    must(np.all(y) and z == 0 and np.all(f == 1e8), y, z, f)


def every_kind_of_graph_is_evaluated(onnx2c, folder, model):
    words = ["--dim", "list:0=0..6"] if model == "lists" else []
    record = os.path.join(folder, "r")
    out, _ = verify(onnx2c, without_data(folder, model), "--atol", "1e-4", "--record", record, *words)
    must("3 of 3 data sets ok" in out, out)
    made = [name for name in files(record) if "output" in name]
    must(made and "no data to compare" not in out, made, out)


def loop(folder, condition, rounds=300):
    """Adds x to itself, round by round, while `condition` says so of the sum; the rows are the sums."""
    carried = [helper.make_tensor_value_info("go", TensorProto.BOOL, []), floats("s", 2)]
    body = helper.make_graph(
        [helper.make_node("Add", ["s", "x"], ["t"]), *condition, helper.make_node("Identity", ["t"], ["row"])], "body",
        [helper.make_tensor_value_info("i", TensorProto.INT64, []), *carried],
        [helper.make_tensor_value_info("on", TensorProto.BOOL, []), floats("t", 2), floats("row", 2)])
    node = helper.make_node("Loop", ["count", "", "x"], ["y", "rows"], body=body, name="sums")
    init = [numpy_helper.from_array(np.array(rounds, np.int64), "count")]
    return save(folder, [floats("x", 2)], [floats("y", 2), floats("rows", "n", 2)], [node], init)


def loops_of_many_rounds_are_evaluated(onnx2c, folder):
    always = [helper.make_node("Constant", [], ["on"], value=number("", True, bool))]
    _, x, (y, rows) = recorded(onnx2c, folder, loop(folder, always))
    must(rows.shape == (300, 2) and np.allclose(rows[9], 11 * x) and np.allclose(y, 301 * x, rtol=1e-6), x, y, rows)


def loops_without_an_end_are_refused(onnx2c, folder):
    """It is evaluated some ten thousand rounds, and then it is said."""
    nodes = [helper.make_node("Abs", ["t"], ["a"]), helper.make_node("ReduceMax", ["a"], ["m"], keepdims=0),
             helper.make_node("GreaterOrEqual", ["m", "none"], ["on"])]
    path = loop(folder, nodes, 10**9)
    model = onnx.load(path)
    model.graph.initializer.append(number("none", 0))
    onnx.save(model, path)
    _, err = verify(onnx2c, path, "--dim", "rows:0=0..9", status=1)
    must("more than the 16384 that are evaluated" in err and "--reference ort" in err, err)


def loops_that_are_too_long_can_be_profiled(onnx2c, folder):
    always = [helper.make_node("Constant", [], ["on"], value=number("", True, bool))]
    path = loop(folder, always, 20000)
    _, err = verify(onnx2c, path, status=1)
    must("more than the 16384 that are evaluated" in err, err)
    done = subprocess.run([onnx2c, "profile", path], capture_output=True, text=True, timeout=300)
    must(done.returncode == 0 and "Add" in done.stdout, done.stdout, done.stderr)
    out, _ = verify(onnx2c, path, "--reference", "ort", "--python", sys.executable, "--runs", "1")
    must("1 of 1 data sets ok" in out, out)


def planted(onnx2c, folder, nodes, outputs, init, x, wrong):
    """What verify says where the data have these results for x, which the code doesn't."""
    path = save(folder, [floats("x", *x.shape)], outputs, nodes, init)
    data = os.path.join(folder, "test_data_set_0")
    os.mkdir(data)
    for name, value in (("input_0", x), *((f"output_{i}", w) for i, w in enumerate(wrong))):
        with open(os.path.join(data, name + ".pb"), "wb") as f:
            f.write(numpy_helper.from_array(value).SerializeToString())
    out, _ = verify(onnx2c, path, status=1)
    return [line for line in out.splitlines() if "near tie" in line]


def places(name, *shape):
    return helper.make_tensor_value_info(name, TensorProto.INT64, list(shape))


def ties_explain_what_depends_on_them(onnx2c, folder):
    """Two sums that are equal but for rounding; which of them is the largest says nothing of the sum of all."""
    nodes = [helper.make_node("Mul", ["x", "third"], ["a"]), helper.make_node("ArgMax", ["a"], ["y"], name="best"),
             helper.make_node("Gather", ["table", "y"], ["z"]), helper.make_node("ReduceSum", ["a"], ["s"])]
    outputs = [places("y", 1), floats("z", 1), floats("s", 1)]
    init = [number("third", 1 / 3), number("table", [5, 7, 9, 11])]
    x = np.array([3, 6, 6.000001, 1], np.float32)
    one = lambda value, dtype=np.float32: np.array([value], dtype)
    said = planted(onnx2c, folder, nodes, outputs, init, x, [one(1, np.int64), one(7), one(7)])
    must(len(said) == 3, said)
    for line, name in zip(said, "yz"):
        must(f'"{name}" depends on a near tie, which explains it: node "best" (ArgMax' in line, line)
        must("2.00000048 at [2] and 2 at [1] are 4.8e-07 apart" in line, line)
    must('"s": no near tie before it explains that' in said[2], said[2])


def what_no_choice_gives_is_not_explained(onnx2c, folder):
    """The tie is between the second and the third; the data have the first."""
    nodes = [helper.make_node("Mul", ["x", "third"], ["a"]), helper.make_node("ArgMax", ["a"], ["y"])]
    x = np.array([3, 6, 6.000001, 1], np.float32)
    said = planted(onnx2c, folder, nodes, [places("y", 1)], [number("third", 1 / 3)], x, [np.array([0], np.int64)])
    must(len(said) == 1 and "may explain it" in said[0], said)


def numbers_far_apart_are_no_tie(onnx2c, folder):
    nodes = [helper.make_node("Mul", ["x", "third"], ["a"]), helper.make_node("ArgMax", ["a"], ["y"])]
    x = np.array([3, 6, 6.01, 1], np.float32)
    said = planted(onnx2c, folder, nodes, [places("y", 1)], [number("third", 1 / 3)], x, [np.array([1], np.int64)])
    must(len(said) == 1 and "no near tie" in said[0], said)


def given_numbers_are_no_tie(onnx2c, folder):
    """They are what they are, and so is what is chosen among them."""
    x = np.array([3, 6, 6.000001, 1], np.float32)
    said = planted(onnx2c, folder, [helper.make_node("ArgMax", ["x"], ["y"])], [places("y", 1)], [], x,
                   [np.array([1], np.int64)])
    must(len(said) == 1 and "no near tie" in said[0], said)


def choice(onnx2c, folder, op):
    """Every operator that decides is known to: the text of the tie."""
    third = number("third", 1 / 3)
    x = np.array([4.5, 4.5 + 9e-7], np.float32)
    whole = np.array([3, 3 - 9e-7, 9, 15], np.float32)
    a = helper.make_node("Mul", ["x", "third"], ["a"])
    cases = {
        "TopK": (x, ["a", "k"], [np.array([1.5, 1.5], np.float32), np.array([0, 1])], {}, "1.50000036 at [1]"),
        "ArgMin": (x, ["a"], [np.array([1])], {}, "1.5 at [0]"),
        "Hardmax": (x, ["a"], [np.array([1, 0], np.float32)], {}, "1.50000036 at [1]"),
        "Greater": (x, ["a", "half3"], [np.array([True, True])], {}, "1.5 at [0] and 1.5 at []"),
        "Equal": (x, ["a", "half3"], [np.array([False, False])], {}, "1.5 at [0] and 1.5 at []"),
        "Round": (x, ["a"], [np.array([1, 1], np.float32)], {}, "is 0 from 1.5, where the result changes"),
        "Floor": (whole, ["a"], [np.array([0, 0, 3, 5], np.float32)], {}, "is 0 from 1, where"),
        "Cast": (whole, ["a"], [np.array([0, 0, 3, 5])], {"to": TensorProto.INT64}, "is 0 from 1, where"),
    }
    x, inputs, wrong, attributes, text = cases[op]
    outputs = [helper.make_tensor_value_info(f"y{i}", helper.np_dtype_to_tensor_dtype(w.dtype), w.shape)
               for i, w in enumerate(wrong)]
    node = helper.make_node(op, inputs, [o.name for o in outputs], **attributes)
    init = [third] + [number("half3", 1.5)] * ("half3" in inputs) + [number("k", [2], np.int64)] * ("k" in inputs)
    said = planted(onnx2c, folder, [a, node], outputs, init, x, wrong)
    must(said and "explain" in said[0] and f"({op}, opset 17)" in said[0] and text in said[0], op, said)


def boxes_that_nearly_overlap_too_much_are_a_tie(onnx2c, folder):
    """Half of one lies in the other: a third of both together, which is the threshold."""
    boxes = number("unit", [[[0, 0, 1, 1], [0, 0.5, 1, 1.5], [5, 5, 6, 6]]])
    init = [boxes, number("scores", [[[0.9, 0.8, 0.7]]]), number("most", 3, np.int64), number("limit", 1 / 3)]
    nodes = [helper.make_node("Mul", ["unit", "x"], ["boxes"]),
             helper.make_node("NonMaxSuppression", ["boxes", "scores", "most", "limit"], ["y"], name="nms")]
    wrong = np.array([[0, 0, 0]], np.int64)
    said = planted(onnx2c, folder, nodes, [places("y", "n", 3)], init, np.array([3], np.float32), [wrong])
    must(said and 'node "nms" (NonMaxSuppression' in said[0] and "boxes 0 and 1 overlap by 0.333333" in said[0], said)


CHOICES = ["TopK", "ArgMin", "Hardmax", "Greater", "Equal", "Round", "Floor", "Cast"]

if __name__ == "__main__":
    sys.exit(main(
        sums_have_the_digits_of_double,
        what_overflows_is_infinite,
        choices_look_at_floats,
        loops_of_many_rounds_are_evaluated,
        loops_without_an_end_are_refused,
        loops_that_are_too_long_can_be_profiled,
        ties_explain_what_depends_on_them,
        what_no_choice_gives_is_not_explained,
        numbers_far_apart_are_no_tie,
        given_numbers_are_no_tie,
        boxes_that_nearly_overlap_too_much_are_a_tie,
        of_each(choice, *CHOICES),
        of_each(every_kind_of_graph_is_evaluated, *EVALUATED),
    ))
