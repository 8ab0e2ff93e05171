"""Models for verbs.py."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def hostile_model():
    """Three operators there aren't, each after the other and after an open dimension; names that would break out."""
    odd = 'a"\n\\\u202e\x1b[31m*/'
    nodes = [
        helper.make_node("Abs", ["x"], [odd]),
        helper.make_node("NoSuchThing", [odd], ["b"], name=odd),
        helper.make_node("Relu", ["b"], ["c"]),
        helper.make_node("NorThat", ["c"], ["d"]),
        helper.make_node("Softmax", ["d"], ["e"], axis=7),
        helper.make_node("Third", ["e"], ["y"], domain="elsewhere"),
    ]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", None])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", None])
    known = [helper.make_tensor_value_info("d", TensorProto.FLOAT, [2, 3])]
    graph = helper.make_graph(nodes, odd, [x], [y], value_info=known)
    imports = [helper.make_opsetid("", 17), helper.make_opsetid("elsewhere", 1)]
    model = helper.make_model(graph, opset_imports=imports, producer_name=odd)
    model.metadata_props.add(key=odd, value=odd)
    return model


def two_inputs(folder):
    nodes = [helper.make_node("Add", ["a", "b"], ["s"], name="sum"), helper.make_node("Neg", ["s"], ["y"])]
    values = {n: helper.make_tensor_value_info(n, TensorProto.FLOAT, [2]) for n in "aby"}
    graph = helper.make_graph(nodes, "g", [values["a"], values["b"]], [values["y"]])
    path = f"{folder}/two.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10), path)
    return path


def external_model(folder, count):
    weights = [numpy_helper.from_array(np.full((40, 40), i, np.float32), f"w{i}") for i in range(count)]
    nodes = [helper.make_node("MatMul", [f"v{i}", f"w{i}"], [f"v{i + 1}"]) for i in range(count)]
    x = helper.make_tensor_value_info("v0", TensorProto.FLOAT, [3, 40])
    y = helper.make_tensor_value_info(f"v{count}", TensorProto.FLOAT, [3, 40])
    graph = helper.make_graph(nodes, "g", [x], [y], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    path = f"{folder}/m.onnx"
    onnx.save(model, path, save_as_external_data=True, location="m.bin", size_threshold=0)
    return path


def biased_models():
    """(what, a model that adds a constant to what a node makes, its inputs)"""
    rng = np.random.default_rng(3)
    kinds = ("Conv", (1, 2, 5, 5), (3, 2, 1, 1), (3, 1, 1), (1, 3, 5, 5)), ("MatMul", (4, 2), (2, 3), (3,), (4, 3))
    for op, shape, w_shape, c_shape, y_shape in kinds:
        weights = {"w": rng.random(w_shape, np.float32), "c": rng.random(c_shape, np.float32)}
        for terms in (("v", "c"), ("c", "v")):
            nodes = [helper.make_node(op, ["x", "w"], ["v"]), helper.make_node("Add", terms, ["y"])]
            x, y = (helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in (("x", shape), ("y", y_shape)))
            graph = helper.make_graph(nodes, "g", [x], [y], [numpy_helper.from_array(w, n) for n, w in weights.items()])
            model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
            yield f"{op} {terms}", model, {"x": rng.random(shape, np.float32)}


def models_of_no_ops():
    """(what, a model that has such a node between two others, its inputs)"""
    inputs = {"shape": np.array([2, 3]), "none": np.array([], np.int64), "ones": np.array([1, 1])}
    inputs["zero"] = np.float32(0)
    nodes = {
        "Cast": ({"to": TensorProto.FLOAT}, "v"),
        "Expand": ({}, "v", "shape"),
        "Flatten": ({}, "v"),
        "Reshape": ({}, "v", "shape"),
        "Squeeze": ({}, "v", "none"),
        "Tile": ({}, "v", "ones"),
        "Unsqueeze": ({}, "v", "none"),
        "Concat": ({"axis": 0}, "v"),
        "Max": ({}, "v"),
        "Mean": ({}, "v"),
        "Min": ({}, "v"),
        "Sum": ({}, "v"),
        "Add": ({}, "zero", "v"),
        "Sub": ({}, "v", "zero"),
    }
    x, y = (helper.make_tensor_value_info(n, TensorProto.FLOAT, [2, 3]) for n in "xy")
    for op, (attributes, *names) in nodes.items():
        between = helper.make_node(op, names, ["same"], **attributes)
        around = helper.make_node("Neg", ["x"], ["v"]), between, helper.make_node("Exp", ["same"], ["y"])
        weights = [numpy_helper.from_array(inputs[n], n) for n in names if n in inputs]
        graph = helper.make_graph(around, "g", [x], [y], weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        yield op, model, {"x": np.arange(6, dtype=np.float32).reshape(2, 3)}
