"""Models that are wrong in one way each.

usage: bad_models.py FOLDER                    writes FOLDER/NAME.onnx; per model
                                               prints NAME<tab>PATTERN[;PATTERN...]<tab>OPTIONS
       bad_models.py --mutations MODEL FOLDER  writes copies of MODEL with a few bytes changed, from a fixed seed
"""
import math
import os
import random
import sys

from onnx import ModelProto, StringStringEntryProto, TensorProto, helper

FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64


def info(name, shape, dtype=FLOAT):
    return helper.make_tensor_value_info(name, dtype, shape)


def model(nodes, inputs=None, outputs=None, initializers=(), opset=17, domains=()):
    inputs, outputs = inputs or [info("x", [1, 3, 8, 8])], outputs or [info("y", None)]
    graph = helper.make_graph(nodes, "g", inputs, outputs, list(initializers))
    opsets = [helper.make_opsetid("", opset)] + [helper.make_opsetid(d, 1) for d in domains]
    return helper.make_model(graph, opset_imports=opsets)


def external(location, **entries):
    t = TensorProto(name="w", data_type=FLOAT, dims=[4], data_location=TensorProto.EXTERNAL)
    for key, value in {"location": location, **entries}.items():
        t.external_data.append(StringStringEntryProto(key=key, value=str(value)))
    return model([helper.make_node("Add", ["x", "w"], ["y"])], inputs=[info("x", [4])], initializers=[t])


def tensor(name, dtype, dims, raw):
    return TensorProto(name=name, data_type=dtype, dims=dims, raw_data=raw)


def add(w):
    return model([helper.make_node("Add", ["x", "w"], ["y"], name="adder")], inputs=[info("x", [4])], initializers=[w])


def conv(shape, **attributes):
    node = helper.make_node("Conv", ["x", "w"], ["y"], name="conv1", **attributes)
    return model([node], initializers=[tensor("w", FLOAT, shape, b"\0" * 4 * math.prod(shape))])


def cases(folder):
    node = helper.make_node
    yield "unknown_operator", '"frob" (Frobnicate, opset 17): this operator is not supported', model(
        [node("Frobnicate", ["x"], ["y"], name="frob")])
    yield "unknown_domain", "my.domain::Thing.*--custom 'my.domain::Thing=", model(
        [node("Thing", ["x"], ["y"], name="thing", domain="my.domain")], domains=["my.domain"])
    body = helper.make_graph([node("Add", ["s", "z"], ["t"])], "body", [info(n, [2]) for n in "srz"], [info("t", [2])])
    scan = node("Scan", ["", "x", "x", "x"], ["y"], name="rounds", body=body, num_scan_inputs=1)
    yield "fewer_outputs_than_states", "3 inputs after sequence_lens, 1 of them scanned.* 3 inputs and 1 outputs", (
        model([scan], [info("x", [1, 2])], opset=8))
    yield "custom_names_an_input_left_out", "names input 1, which the node leaves out", model(
        [node("T", ["x", "", "x"], ["y"], domain="my")], [info("x", [2])], [info("y", [2])],
        domains=["my"]), "--custom my::T=a[n],b[n],c[n]->a"
    yield "custom_names_too_many", "names 2 or more inputs, the node has 1", model(
        [node("T", ["x"], ["y"], domain="my")], [info("x", [2])], [info("y", [2])],
        domains=["my"]), "--custom my::T=a[n],b[n]->a"
    yield "aten", "org.pytorch.aten::foo.*--custom 'org.pytorch.aten::foo=", model(
        [node("ATen", ["x"], ["y"], domain="org.pytorch.aten", operator="foo")], [info("x", [2])],
        [info("y", [2])], domains=["org.pytorch.aten"])
    yield "custom_twice", 'node "b" (my::T, .*my_T(const float \\*in0.*expected the same types and attributes', model(
        [node("T", ["x"], ["t"], name="a", domain="my", k=1), node("T", ["t"], ["y"], name="b", domain="my")],
        domains=["my"]), "--custom my::T=x->x"
    yield "two_unknown_operators", 'Frob1.*not supported;Frob2.*not supported', model(
        [node("Frob1", ["x"], ["t"], name="a"), node("Frob2", ["x"], ["y"], name="b")],
        outputs=[info("t", None), info("y", None)])
    yield "cycle", 'form a cycle: "n1", "n2"', model(
        [node("Add", ["x", "b"], ["a"], name="n1"), node("Add", ["x", "a"], ["b"], name="n2"),
         node("Relu", ["b"], ["y"])])
    yield "defined_twice", 'node "n2".*"y" is defined twice', model(
        [node("Relu", ["x"], ["y"], name="n1"), node("Abs", ["x"], ["y"], name="n2")])
    yield "input_undefined", 'node "n1".*"nowhere" is not defined', model(
        [node("Add", ["x", "nowhere"], ["y"], name="n1")])
    yield "output_undefined", 'output 0 "nothing".*is not defined', model(
        [node("Relu", ["x"], ["t"])], outputs=[info("nothing", None)])
    yield "symbolic_dimension", 'axis 0: dimension "batch".*--dim batch=1.*--dim batch=1..8', model(
        [node("Relu", ["x"], ["y"])], inputs=[info("x", ["batch", 3])])
    yield "unnamed_dimension", 'axis 0.*--dim x:0=1', model([node("Relu", ["x"], ["y"])], inputs=[info("x", [None, 3])])
    yield "no_shape", 'input "x" has no shape', model([node("Relu", ["x"], ["y"])], inputs=[info("x", None)])
    yield "negative_dimension", 'axis 0 has the size -3, expected 0 to', model(
        [node("Relu", ["x"], ["y"])], inputs=[info("x", [-3, 3])])
    yield "absurd_dimension", 'axis 0 has the size 4611686018427387904;axis 1', model(
        [node("Relu", ["x"], ["y"])], inputs=[info("x", [1 << 62, 1 << 62])])
    yield "absurd_result", 'node "e" (Expand.*2 GB', model(
        [node("Expand", ["x", "s"], ["y"], name="e")], inputs=[info("x", [1])],
        initializers=[tensor("s", INT64, [2], (1 << 40).to_bytes(8, "little") * 2)])
    yield "absurd_initializer", 'initializer "w".*larger than 2 GB', add(tensor("w", FLOAT, [1 << 40, 1 << 40], b""))
    yield "short_initializer", 'initializer "w".* 12 bytes.* 16', add(tensor("w", FLOAT, [4], b"\0" * 12))
    yield "long_initializer", 'initializer "w".* 20 bytes.* 16', add(tensor("w", FLOAT, [4], b"\0" * 20))
    yield "initializer_of_unknown_type", 'initializer "w".*data type 99', add(tensor("w", 99, [4], b"\0" * 16))
    yield "types_differ", 'node "adder".*"w" is int64, expected float32', add(tensor("w", INT64, [4], b"\0" * 32))
    yield "shapes_differ", 'node "adder".*\\[4\\] and \\[3\\] don\'t broadcast', add(
        tensor("w", FLOAT, [3], b"\0" * 12))
    yield "conv_rank", 'node "conv1".*rank 2.*expected rank 4', conv([4, 3])
    yield "conv_channels", 'node "conv1".*3 and 5', conv([4, 5, 1, 1])
    yield "conv_strides", 'node "conv1".*strides\\[0\\] is 0', conv([4, 3, 1, 1], strides=[0, 0])
    yield "conv_kernel_too_large", 'node "conv1".* 9 pixels.* 8 along', conv([1, 3, 9, 9])
    yield "padding_with_no_number", 'node "pad" (Pad.*"x" is string, expected a number', model(
        [node("Pad", ["x"], ["y"], name="pad", pads=[0, 1], value=1.0)], opset=10,
        inputs=[info("x", [2], TensorProto.STRING)], outputs=[info("y", None, TensorProto.STRING)])
    yield "axis_out_of_range", 'axis is 9, expected -4 to 3', model([node("Softmax", ["x"], ["y"], name="s", axis=9)])
    yield "attribute_type", '"axis" is a string, expected an int', model(
        [node("Softmax", ["x"], ["y"], name="s", axis="one")])
    yield "missing_input", 'node "n".* 1 input, expected 2', model([node("Add", ["x"], ["y"], name="n")])
    body = helper.make_graph([node("Add", ["a", "b"], ["c"])], "body", [info("a", [2]), info("b", [2])],
                             [info("c", [2])])
    yield "list_omitted", 'node "map" (SequenceMap.*input 1 is omitted', model(
        [node("SequenceConstruct", ["x"], ["s"]), node("SequenceMap", ["s", ""], ["t"], name="map", body=body),
         node("ConcatFromSequence", ["t"], ["y"], axis=0)], inputs=[info("x", [2])])
    yield "reshape_impossible", 'node "r" (Reshape.*192.*7', model(
        [node("Reshape", ["x", "s"], ["y"], name="r")],
        initializers=[tensor("s", INT64, [1], (7).to_bytes(8, "little"))])
    yield "gather_out_of_range", 'node "gat" (Gather.*index 5 is outside of an axis of 2', model(
        [node("Gather", ["c", "i"], ["t"], name="gat"), node("Add", ["x", "t"], ["y"])],
        initializers=[tensor("c", FLOAT, [2], b"\0" * 8), tensor("i", INT64, [1], (5).to_bytes(8, "little"))])
    yield "external_missing", '"no_such_file.bin": No such file', external("no_such_file.bin")
    yield "external_parent", 'outside.bin" lies outside the model\'s folder', external("../outside.bin")
    yield "external_absolute", '"/etc/passwd" lies outside the model\'s folder', external("/etc/passwd")
    yield "external_link", '"link.bin" lies outside the model\'s folder', external("link.bin")
    yield "external_too_short", '"short.bin" has 16 bytes.* 8..24', external("short.bin", offset=8, length=16)
    yield "external_negative_offset", '"short.bin" at offset "-8"', external("short.bin", offset=-8, length=16)
    two = model([node("Add", ["x", "z"], ["y"])], inputs=[info("x", ["n", 3]), info("z", ["m", 3])])
    wrong = helper.make_graph([node("MatMul", ["x", "x"], ["b"])], "wrong", [], [info("b", None)])
    branches = [node("If", ["c"], ["y"], then_branch=wrong, else_branch=wrong)]
    inputs = [info("c", [], TensorProto.BOOL), info("x", [2, 3])]
    yield "no_branch_possible", "(If.*a branch can't be computed: .*(MatMul", model(branches, inputs=inputs)
    yield "dim_tied_to_nothing", "--dim m=q: there is no dimension named \"q\"", two, "--dim n=1..4 --dim m=q"
    yield "dim_tied_to_itself", "--dim n=m: is tied to itself", two, "--dim n=m --dim m=n"
    yield "dim_tie_unfinished", "--dim m=n+: expected a name at the end", two, "--dim n=1..4 --dim m=n+"
    yield "dim_tie_goes_on", "--dim m=n;n: expected an operator before `;n`", two, "--dim n=1..4 --dim m=n;n"
    yield "dims_that_never_fit", "n and m, expected equal dimensions or 1", two, "--dim n=2..4 --dim m=5..6"
    yield "wrong_dim_option", '--dim no_such_dim', model([node("Relu", ["x"], ["y"])]), "--dim no_such_dim=3"
    yield "no_operator", 'has no operator', model([node("", ["x"], ["y"])])
    yield "functions_too_deep", "functions call each other 48 deep", nested_functions(60, 1)
    yield "functions_too_many", "more than 1000000 nodes", nested_functions(8, 10)
    yield "garbage", "garbage.onnx: not an ONNX model", random.Random(3).randbytes(4096)
    open(os.path.join(folder, "..", "outside.bin"), "wb").write(b"\0" * 16)
    open(os.path.join(folder, "short.bin"), "wb").write(b"\0" * 16)
    os.symlink("../outside.bin", os.path.join(folder, "link.bin"))


def nested_functions(deep, often):
    """A function calls another, so often, and so on: often ** deep nodes."""
    m = model([helper.make_node("f0", ["x"], ["y"], domain="my")], domains=["my"])
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("my", 1)]
    for i in range(deep):
        inner = [helper.make_node(f"f{i + 1}", ["a"], [f"b{k}"], domain="my") for k in range(often)]
        last = [helper.make_node("Relu", ["a"], ["b0"])]
        m.functions.append(
            helper.make_function("my", f"f{i}", ["a"], ["b0"], inner if i + 1 < deep else last, opset_imports=opsets)
        )
    return m


def mutations(path, folder):
    rng = random.Random(7)
    data = open(path, "rb").read()
    os.makedirs(folder, exist_ok=True)
    for i in range(150):
        mutant = bytearray(data)
        for _ in range(rng.choice([1, 1, 2, 8])):
            # The first and last kilobytes hold the graph; weights lie between.
            at = rng.choice([rng.randrange(2000), len(data) - 1 - rng.randrange(3000), rng.randrange(len(data))])
            mutant[at] = rng.randrange(256)
        open(os.path.join(folder, f"{i:03}.onnx"), "wb").write(mutant)


def main():
    if sys.argv[1] == "--mutations":
        return mutations(sys.argv[2], sys.argv[3])
    folder = sys.argv[1]
    os.makedirs(folder)
    for name, pattern, m, *options in cases(folder):
        written = m.SerializeToString() if isinstance(m, ModelProto) else m
        open(os.path.join(folder, name + ".onnx"), "wb").write(written)
        print(name, pattern, " ".join(options), sep="\t")


main()
