"""Models that are invalid, each in one way, with what `onnx2c check` says of it: for verbs.py and messages.py.

usage: check_models.py FOLDER    writes them there, NAME.onnx, and lists them: NAME<tab>MESSAGE
"""

import os
import sys

import onnx
from onnx import AttributeProto, TensorProto, helper


# Of these onnx.checker knows nothing, but they can't be right.
STRICTER = ['output "c" is made by no node', "refers to a function's, and has a value", "but stands in none"]
STRICTER += ["its element type 99 is unknown"]


def value(name, shape=(2,), element=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, element, shape)


def model(nodes=None, more=(), **fields):
    """y = Relu(x), or `nodes`; after them `more`."""
    nodes = nodes if nodes is not None else [helper.make_node("Relu", ["x"], ["y"], name="relu")]
    graph = helper.make_graph([*nodes, *more], "g", [value("x")], [value("y")])
    fields = {"opset_imports": [helper.make_opsetid("", 17)], "ir_version": 10, **fields}
    return helper.make_model(graph, **fields)


def tensor(name="w", dims=(2,), element=TensorProto.FLOAT, **fields):
    return TensorProto(name=name, dims=dims, data_type=element, **fields)


def with_tensor(*tensors):
    m = model()
    m.graph.initializer.extend(tensors)
    return m


def with_sparse(values, indices, dims=(4,)):
    m = model()
    t = m.graph.sparse_initializer.add(dims=dims)
    if values:
        t.values.CopyFrom(values)
    if indices:
        t.indices.CopyFrom(indices)
    return m


def with_attribute(operator="Relu", **fields):
    m = model([helper.make_node(operator, ["x"], ["y"], name="relu")])
    m.graph.node[0].attribute.add(**fields)
    return m


def with_function(node=None, **fields):
    body = [node or helper.make_node("Relu", ["a"], ["b"])]
    imports = [helper.make_opsetid("", 17)]
    f = helper.make_function("own", "f", ["a"], ["b"], body, imports)
    for name, content in fields.items():
        f.ClearField(name)
        if isinstance(content, str):
            setattr(f, name, content)
        else:
            getattr(f, name).extend(content)
    imports.append(helper.make_opsetid("own", 1))
    return model([helper.make_node("f", ["x"], ["y"], domain="own")], functions=[f], opset_imports=imports)


def versions():
    m = model()
    m.ClearField("ir_version")
    yield m, "no IR version, expected 3 to"
    yield model(ir_version=1000), "IR version 1000 is newer than"
    m = model()
    del m.opset_import[:]
    yield m, "imports no opset"
    yield model(ir_version=2), "imports opsets, which models of IR version 2 can't"
    m = model()
    m.metadata_props.add(key="a", value="1")
    m.metadata_props.add(key="a", value="2")
    yield m, 'metadata "a" is given twice'


def names():
    yield model(more=[helper.make_node("Neg", ["x"], ["y"])]), 'output "y" has a name that is taken already'
    m = model()
    m.graph.input.add().type.CopyFrom(m.graph.input[0].type)
    yield m, "input 1 has no name"
    m = model()
    m.graph.input[0].type.tensor_type.ClearField("shape")
    yield m, 'input "x": its type is float32, expected one with elements and a shape'
    yield with_tensor(tensor("", float_data=[1, 2])), "an initializer has no name"
    yield with_tensor(*[tensor(float_data=[1, 2])] * 2), 'initializer "w" is given twice'
    m = with_tensor(tensor(float_data=[1, 2]))
    m.ir_version = 3
    yield m, 'initializer "w" is no input, as it has to be in IR version 3'
    m = model([helper.make_node("Relu", ["z"], ["y"], name="relu")])
    yield m, 'node "relu" (Relu): its input 0 "z" is made by no'
    yield model([helper.make_node("Relu", ["x"], ["z"])]), 'output "y" of graph "g" is made by no node'
    m = model()
    m.graph.ClearField("name")
    yield m, "a graph has no name"


def functions():
    yield with_function(input=["a", "a"]), 'function "f": input "a" is given twice'
    yield with_function(name=""), "a function has no name"
    yield with_function(output=["c"]), 'function "f": output "c" is made by no node'
    node = helper.make_node("Elu", ["a"], ["b"])
    node.attribute.add(name="alpha", type=AttributeProto.FLOAT, ref_attr_name="al", f=1)
    yield with_function(node, attribute=["al"]), "refers to a function's, and has a value"


def attributes():
    yield with_attribute("Elu", name="alpha", type=AttributeProto.FLOAT, ref_attr_name="a"), "but stands in none"
    yield with_attribute("Elu", name="alpha", type=AttributeProto.TENSOR), "has no value, which its type says"
    yield with_attribute("Elu", name="alpha", type=AttributeProto.FLOAT, i=3), "has another value than its type says"
    yield with_attribute(type=AttributeProto.INT, i=1), "an attribute has no name"
    yield with_attribute("Elu", name="alpha", f=1), 'attribute "alpha" has no type'
    m = with_attribute("Elu", name="alpha", type=AttributeProto.INT, i=1)
    yield m, 'attribute "alpha" is of type 2, expected 1'
    yield with_attribute(name="most", type=AttributeProto.INT, i=1), 'attribute "most" is none of this operator\'s'
    m = with_attribute("Elu", name="alpha", type=AttributeProto.FLOAT, f=1)
    m.graph.node[0].attribute.append(m.graph.node[0].attribute[0])
    yield m, 'attribute "alpha" is given twice'
    yield model([helper.make_node("Cast", ["x"], ["y"])]), 'attribute "to" is required'


def operators():
    yield model([helper.make_node("Relu", ["x", "x"], ["y"])]), "2 inputs, expected 1 to 1"
    yield model([helper.make_node("Add", ["", "x"], ["y"])]), "input 0 is omitted, but required"
    yield model([helper.make_node("Own", ["x"], ["y"], domain="a")]), 'no opset of domain "a" is imported'
    yield model([helper.make_node("Own", ["x"], ["y"])]), "ONNX has no such operator at opset 17"
    yield model([helper.make_node("Upsample", ["x", "x"], ["y"])]), "the operator is deprecated since opset 10"
    yield model([helper.make_node("", ["x"], ["y"])]), "has no operator"
    imports = [helper.make_opsetid("", 17), helper.make_opsetid("a", 1)]
    nothing = helper.make_node("Own", [], [], domain="a")
    yield model(more=[nothing], opset_imports=imports), "neither inputs nor outputs"


def tensors():
    external = {"data_location": TensorProto.EXTERNAL}
    yield with_tensor(tensor(float_data=[1, 2], **external)), "it has external data, and data of its own"
    yield with_tensor(tensor(float_data=[1, 2], raw_data=b"12345678")), "its data stand in more than one field"
    yield with_tensor(tensor()), "it has no data, and room for 2 elements"
    yield with_tensor(tensor(element=TensorProto.STRING, raw_data=b"12")), "strings can't be raw data"
    yield with_tensor(tensor(raw_data=b"12")), "2 bytes of raw data, its shape takes 8"
    yield with_tensor(tensor(float_data=[1])), "1 elements of its type, its shape takes 2"
    yield with_tensor(tensor(element=99, raw_data=b"12")), "its element type 99 is unknown"
    yield with_tensor(tensor(dims=[-1], float_data=[1])), "a dimension is negative"
    yield with_tensor(tensor(dims=[2**62, 2**62], float_data=[1])), "its dimensions are too large"
    at = tensor("", dims=[1], element=TensorProto.INT64, int64_data=[1])
    one, row = tensor(dims=[1], float_data=[1]), tensor(dims=[1, 1], float_data=[1])
    yield with_sparse(one, None), "it is sparse without values or indices"
    yield with_sparse(row, at), "its values have rank 2, expected 1"
    yield with_sparse(one, tensor("", dims=[1], float_data=[1])), "its indices are float32, expected int64"
    yield with_sparse(one, at, []), "it is sparse without dimensions"
    yield with_sparse(one, at, [-4]), "dimension 0 is -4, expected more"


def all_models():
    """(name, model, message)"""
    for group in (versions, names, functions, attributes, operators, tensors):
        for number, (m, message) in enumerate(group()):
            yield f"{group.__name__}_{number}", m, message


def main():
    for name, m, message in all_models():
        onnx.save(m, os.path.join(sys.argv[1], f"{name}.onnx"))
        print(f"{name}\t{message}")


if __name__ == "__main__":
    main()
