"""A graph that grows node by node: each node is computed by ONNX Runtime as it is added, so that types and shapes are
known without a formula for any of them, and what ONNX Runtime refuses is never part of a graph."""

import os

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

onnxruntime.set_default_logger_severity(4)

MOST_ELEMENTS = 3000
LARGEST = 1e4  # of a number: beyond, errors of rounding are all that one sees


class Value:
    """A name, and what it holds in each of the data sets."""

    def __init__(self, name, arrays, is_const=False):
        self.name, self.arrays, self.is_const = name, arrays, is_const

    @property
    def dtype(self):
        return self.arrays[0].dtype

    @property
    def rank(self):
        return self.arrays[0].ndim

    @property
    def shape(self):
        """In the first data set."""
        return self.arrays[0].shape

    def is_fixed(self, axis):
        return len({a.shape[axis] for a in self.arrays}) == 1

    @property
    def is_static(self):
        return all(self.is_fixed(i) for i in range(self.rank))

    @property
    def is_float(self):
        return self.dtype.kind == "f"

    @property
    def is_exact(self):
        """Few bits: what discontinuous operators make of it is no matter of rounding."""
        if not self.is_float:
            return True
        return all(np.array_equal(a * 256, np.rint(a * 256)) and np.all(np.abs(a) < 1024) for a in self.arrays)

    @property
    def most(self):
        return max([float(np.max(np.abs(a.astype(np.float64)))) for a in self.arrays if a.size], default=0.0)


def tensor_type(array):
    return helper.np_dtype_to_tensor_dtype(array.dtype)


def session_of(model):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def names_read(node):
    """What a node reads, by its subgraphs, too, unless they make it."""
    names = [n for n in node.input if n]
    for a in node.attribute:
        if a.HasField("g"):
            made = {i.name for i in a.g.input} | {i.name for i in a.g.initializer}
            for inner in a.g.node:
                names += [n for n in names_read(inner) if n not in made]
                made |= set(inner.output)
            names += [o.name for o in a.g.output if o.name not in made]
    return list(dict.fromkeys(names))


class Graph:
    """inputs, consts: Values by name; dims: {(input, axis): name} of the open dimensions; sets: how many data sets."""

    def __init__(self, opset, sets):
        self.opset, self.sets = opset, sets
        self.inputs, self.consts, self.values = {}, {}, {}
        self.dims, self.nodes, self.outputs = {}, [], []
        self.planted = {}  # {operator: the one that stands in its place in the file}: a fault for the tests to find

    def input(self, name, arrays, dims=None):
        self.inputs[name] = self.values[name] = Value(name, arrays)
        for axis, dim in (dims or {}).items():
            self.dims[name, axis] = dim
        return self.values[name]

    def const(self, name, array):
        array = np.asarray(array)
        self.consts[name] = self.values[name] = Value(name, [array] * self.sets, True)
        return self.values[name]

    def model(self, inputs, nodes, outputs):
        """inputs: their value_infos; outputs: names, or value_infos."""
        read = {n for node in nodes for n in names_read(node)} | {o for o in outputs if isinstance(o, str)}
        consts = [numpy_helper.from_array(v.arrays[0], n) for n, v in self.consts.items() if n in read]
        outputs = [helper.make_empty_tensor_value_info(o) if isinstance(o, str) else o for o in outputs]
        graph = helper.make_graph(nodes, "g", inputs, outputs, consts)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], ir_version=8)

    def compute(self, node):
        """The results of one node in each data set: a list of arrays per output. Raises what ONNX Runtime raises."""
        read = [self.values.get(n) or self.consts[n] for n in names_read(node)]
        infos = [
            helper.make_tensor_value_info(v.name, tensor_type(v.arrays[0]), [None] * v.rank)
            for v in read
            if not v.is_const
        ]
        session = session_of(self.model(infos, [node], [o for o in node.output if o]))
        results = [
            session.run(None, {v.name: v.arrays[i] for v in read if not v.is_const}) for i in range(self.sets)
        ]
        return [list(column) for column in zip(*results)]

    def add(self, node):
        """Its outputs; None, and no node, if it isn't valid or its numbers are of no use."""
        try:
            results = self.compute(node)
        except Exception:  # ONNX Runtime has a class of its own for each kind
            return None
        for arrays in results:
            for a in arrays:
                if not isinstance(a, np.ndarray) or a.size > MOST_ELEMENTS or a.ndim > 6:
                    return None
                if a.dtype.kind == "f" and not (np.all(np.isfinite(a)) and np.all(np.abs(a) < LARGEST)):
                    return None
            if len({a.ndim for a in arrays}) > 1:
                return None
        self.nodes.append(node)
        made = [Value(n, arrays) for n, arrays in zip([o for o in node.output if o], results)]
        self.values.update({v.name: v for v in made})
        return made

    def info(self, v, is_input):
        shape = [v.shape[i] if v.is_fixed(i) else None for i in range(v.rank)]
        if is_input:
            shape = [self.dims.get((v.name, i), size) for i, size in enumerate(shape)]
        return helper.make_tensor_value_info(v.name, tensor_type(v.arrays[0]), shape)

    def names_read(self):
        return {n for node in self.nodes for n in names_read(node)} | set(self.outputs)

    def whole(self):
        """The model with those inputs and constants that its nodes read."""
        inputs = [self.info(v, True) for n, v in self.inputs.items() if n in self.names_read()]
        return self.model(inputs, self.nodes, [self.info(self.values[o], False) for o in self.outputs])

    def save(self, folder):
        """As a folder with data sets beside the model, a fault that was planted included."""
        os.makedirs(folder, exist_ok=True)
        model = self.whole()
        for node in model.graph.node:
            node.op_type = self.planted.get(node.op_type, node.op_type)
        onnx.save(model, os.path.join(folder, "model.onnx"))
        for i in range(self.sets):
            data = os.path.join(folder, f"test_data_set_{i}")
            os.makedirs(data, exist_ok=True)
            for kind, names in (("input", [x.name for x in model.graph.input]), ("output", self.outputs)):
                for k, name in enumerate(names):
                    tensor = numpy_helper.from_array(np.asarray(self.values[name].arrays[i], order="C"), name)
                    with open(os.path.join(data, f"{kind}_{k}.pb"), "wb") as f:
                        f.write(tensor.SerializeToString())

    def bounds(self):
        """{dimension: (least, most)} over the data sets."""
        sizes, read = {}, self.names_read()
        for (name, axis), dim in self.dims.items():
            if name in read and not self.inputs[name].is_fixed(axis):
                sizes.setdefault(dim, set()).update(a.shape[axis] for a in self.inputs[name].arrays)
        return {dim: (min(s), max(s)) for dim, s in sizes.items()}
