"""Models with something changed: bytes, or what the bytes say."""

import struct

from google.protobuf.message import DecodeError
from onnx import AttributeProto, GraphProto, ModelProto, NodeProto, StringStringEntryProto, TensorProto, ValueInfoProto

INTEGERS = [0, 1, -1, 2, 3, 7, 16, 127, 255, 256, 65536, 2**31 - 1, 2**31, -(2**31), 2**32, 2**40, 2**62, 2**63 - 1]
INTEGERS += [-(2**63), -2, -3, 5, 10, 100, 1000]
FLOATS = [0.0, 1.0, -1.0, 0.5, 1e-30, 1e30, 3e38, float("inf"), -float("inf"), float("nan"), 2147483648.0]
TEXTS = ["", "x", "y", "memory", "strided", "INT_MAX", "a\nb", "*/", "??/", "n-1", "n+1", "é", "\u202e", "a" * 5000]
TEXTS += ["NOTSET", "SAME_UPPER", "linear", "cubic", "nearest", "reflect", "wrap", "forward", "bidirectional", "sum"]
PATHS = ["", ".", "..", "/dev/zero", "/etc/passwd", "m.onnx", "../m.onnx", "no/such", "a\n", "//"]


def all_graphs(graph):
    yield graph
    for n in graph.node:
        for a in n.attribute:
            for g in [a.g] * a.HasField("g") + list(a.graphs):
                yield from all_graphs(g)


class Mutator:
    """rng decides everything; donors: models to take nodes from."""

    def __init__(self, rng, donors):
        self.rng, self.donors = rng, donors

    def mutate(self, data):
        """The bytes of a model, changed once to four times."""
        if self.rng.random() < 0.1:
            return self.change_bytes(data)
        model = ModelProto.FromString(data)
        for _ in range(self.rng.choice([1, 1, 2, 4])):
            graphs = list(all_graphs(model.graph))
            graph = self.rng.choice(graphs)
            self.rng.choice(CHANGES)(self, model, graph)
        data = model.SerializeToString()
        return self.change_bytes(data) if self.rng.random() < 0.05 else data

    # -- bytes

    def change_bytes(self, data):
        data = bytearray(data)
        for _ in range(self.rng.choice([1, 1, 2, 8])):
            at, length = self.rng.randrange(len(data) + 1), self.rng.choice([1, 1, 2, 4, 16, 100])
            kind = self.rng.choice(["set", "set", "flip", "cut", "insert", "end", "copy"])
            if kind == "set":
                data[at : at + 1] = bytes([self.rng.choice([0, 1, 0x7F, 0x80, 0xFF, self.rng.randrange(256)])])
            elif kind == "flip" and at < len(data):
                data[at] ^= 1 << self.rng.randrange(8)
            elif kind == "cut":
                del data[at : at + length]
            elif kind == "insert":
                data[at:at] = self.rng.randbytes(length)
            elif kind == "copy":
                data[at:at] = data[at : at + length]
            elif kind == "end" and self.rng.random() < 0.2:
                del data[at:]
        return bytes(data)

    # -- parts of a model

    def pick(self, items):
        return self.rng.choice(list(items)) if len(items) else None

    def names(self, graph):
        names = [v.name for v in [*graph.input, *graph.output, *graph.initializer, *graph.value_info]]
        names += [name for n in graph.node for name in [*n.input, *n.output]]
        return names + [self.rng.choice(TEXTS)]

    def attribute(self, model, graph):
        node = self.pick(graph.node)
        a = node and self.pick(node.attribute)
        if not a:
            return
        kind = self.rng.choice(["value", "value", "value", "value", "type", "name", "remove", "twice", "fields"])
        if kind == "value":
            self.attribute_value(a)
        elif kind == "type":
            a.type = self.rng.randrange(15)
        elif kind == "name":
            others = [b.name for donor in self.donors for n in donor.graph.node for b in n.attribute]
            a.name = self.rng.choice(others + TEXTS)
        elif kind == "remove":
            node.attribute.remove(a)
        elif kind == "twice":
            node.attribute.add().CopyFrom(a)
        else:
            a.i, a.f, a.s = self.rng.choice(INTEGERS), self.rng.choice(FLOATS), b"both"

    def attribute_value(self, a):
        if a.type == AttributeProto.INT:
            a.i = self.rng.choice(INTEGERS)
        elif a.type == AttributeProto.FLOAT:
            a.f = self.rng.choice(FLOATS)
        elif a.type == AttributeProto.STRING:
            a.s = self.rng.choice(TEXTS).encode()
        elif a.type == AttributeProto.INTS:
            self.change_list(a.ints, INTEGERS)
        elif a.type == AttributeProto.FLOATS:
            self.change_list(a.floats, FLOATS)
        elif a.type == AttributeProto.STRINGS:
            self.change_list(a.strings, [t.encode() for t in TEXTS])
        elif a.type == AttributeProto.TENSOR:
            self.change_tensor(a.t)

    def change_list(self, items, values):
        kind = self.rng.choice(["set", "set", "more", "fewer", "empty"])
        if kind == "more" or not items:
            items.append(self.rng.choice(values))
        elif kind == "set":
            items[self.rng.randrange(len(items))] = self.rng.choice(values)
        elif kind == "fewer":
            items.pop()
        else:
            del items[:]

    def tensor(self, model, graph):
        t = self.pick(graph.initializer)
        if t:
            self.change_tensor(t)

    def change_tensor(self, t):
        kind = self.rng.choice(["type", "dims", "dims", "values", "values", "bytes", "external", "field"])
        if kind == "type":
            t.data_type = self.rng.randrange(27)
        elif kind == "dims":
            self.change_list(t.dims, INTEGERS)
        elif kind == "values":
            self.change_values(t)
        elif kind == "bytes":
            kept = self.rng.randrange(len(t.raw_data) + 1)
            t.raw_data = t.raw_data[:kept] + self.rng.randbytes(self.rng.choice([0, 1, 8]))
        elif kind == "external":
            self.external(t)
        else:
            self.change_list(self.rng.choice([t.int32_data, t.int64_data]), [0, 1, -1, 1000])

    def change_values(self, t):
        """Numbers at the edges of what the type holds."""
        form = {TensorProto.FLOAT: "<f", TensorProto.INT64: "<q", TensorProto.INT32: "<i", TensorProto.DOUBLE: "<d"}
        form = form.get(t.data_type)
        if not form or not t.raw_data:
            return
        values = FLOATS if form in ("<f", "<d") else [v for v in INTEGERS if form == "<q" or abs(v) < 2**31]
        size, raw = struct.calcsize(form), bytearray(t.raw_data)
        at = self.rng.randrange(max(1, len(raw) // size)) * size
        raw[at : at + size] = struct.pack(form, self.rng.choice(values))
        t.raw_data = bytes(raw)

    def external(self, t):
        t.ClearField("raw_data")
        t.data_location = TensorProto.EXTERNAL
        for key, values in (("location", PATHS), ("offset", INTEGERS), ("length", INTEGERS), ("checksum", TEXTS)):
            if self.rng.random() < 0.7:
                t.external_data.append(StringStringEntryProto(key=key, value=str(self.rng.choice(values))))

    def declared(self, model, graph):
        v = self.pick([*graph.input, *graph.output, *graph.value_info])
        if not v:
            return
        kind = self.rng.choice(["type", "type", "dim", "dim", "dim", "rank", "shape", "kind", "none"])
        tensor = v.type.tensor_type
        if kind == "type":
            tensor.elem_type = self.rng.randrange(27)
        elif kind == "dim" and tensor.shape.dim:
            d = self.rng.choice(tensor.shape.dim)
            if self.rng.random() < 0.5:
                d.dim_value = self.rng.choice(INTEGERS)
            else:
                d.dim_param = self.rng.choice(["n", "n", "m", "batch", *TEXTS])
        elif kind == "rank":
            tensor.shape.dim.add().dim_value = self.rng.choice([0, 1, 2])
        elif kind == "shape":
            tensor.ClearField("shape")
        elif kind == "kind":
            self.change_kind(v)
        elif kind == "none":
            v.ClearField("type")

    def change_kind(self, v):
        inner = ValueInfoProto()
        inner.CopyFrom(v)
        v.ClearField("type")
        kind = self.rng.choice(["sequence_type", "optional_type", "map_type", "sparse_tensor_type"])
        if kind == "map_type":
            v.type.map_type.key_type = self.rng.randrange(16)
            v.type.map_type.value_type.CopyFrom(inner.type)
        elif kind == "sparse_tensor_type":
            v.type.sparse_tensor_type.elem_type = 1
        else:
            getattr(v.type, kind).elem_type.CopyFrom(inner.type)

    def name(self, model, graph):
        """Something is called otherwise at one place, or at all."""
        names = self.names(graph)
        old, new = self.rng.choice(names), self.rng.choice(names if self.rng.random() < 0.6 else TEXTS)
        places = [(v, "name") for v in [*graph.input, *graph.output, *graph.initializer] if v.name == old]
        places += [(x, i) for n in graph.node for x in (n.input, n.output) for i, name in enumerate(x) if name == old]
        for holder, key in places if self.rng.random() < 0.5 else places[:1]:
            if key == "name":
                holder.name = new
            else:
                holder[key] = new

    def node(self, model, graph):
        n = self.pick(graph.node)
        if not n:
            return
        kinds = ["delete", "twice", "op", "op", "domain", "fewer", "more", "swap", "outputs", "overload"]
        kind = self.rng.choice(kinds)
        if kind == "delete":
            graph.node.remove(n)
        elif kind == "twice":
            graph.node.insert(self.rng.randrange(len(graph.node) + 1), n)
            self.change_list(n.output, TEXTS)
        elif kind == "op":
            n.op_type = self.donated_node().op_type
        elif kind == "domain":
            n.domain = self.rng.choice(["ai.onnx", "ai.onnx.ml", "com.microsoft", "onnx2c", *TEXTS])
        elif kind == "fewer" and n.input:
            n.input.pop()
        elif kind == "more":
            n.input.append(self.rng.choice(self.names(graph)))
        elif kind == "swap" and n.input:
            n.input[self.rng.randrange(len(n.input))] = self.rng.choice(self.names(graph))
        elif kind == "outputs":
            self.change_list(n.output, TEXTS)
        elif kind == "overload":
            n.overload = self.rng.choice(TEXTS)

    def donated_node(self):
        return self.pick([n for n in self.rng.choice(self.donors).graph.node]) or NodeProto(op_type="Relu")

    def splice(self, model, graph):
        """A node of another model reads what this one has."""
        n = NodeProto()
        n.CopyFrom(self.donated_node())
        names = self.names(graph)
        for i in range(len(n.input)):
            n.input[i] = self.rng.choice(names)
        for i in range(len(n.output)):
            n.output[i] += "_spliced"
        graph.node.insert(self.rng.randrange(len(graph.node) + 1), n)
        if n.output and self.rng.random() < 0.7:
            graph.output.add().name = n.output[0]

    def subgraph(self, model, graph):
        bodies = [a for n in graph.node for a in n.attribute if a.HasField("g")]
        a = self.pick(bodies)
        if not a:
            n = self.pick(graph.node)
            if n and self.rng.random() < 0.3:
                inner = GraphProto()
                inner.CopyFrom(model.graph)
                n.attribute.add(name="body", type=AttributeProto.GRAPH).g.CopyFrom(inner)
            return
        kind = self.rng.choice(["inputs", "outputs", "other", "empty", "itself"])
        if kind in ("inputs", "outputs"):
            infos = a.g.input if kind == "inputs" else a.g.output
            if infos and self.rng.random() < 0.5:
                infos.pop()
            else:
                infos.add().CopyFrom(self.pick([*graph.input, *graph.output]) or ValueInfoProto(name="z"))
        elif kind == "other":
            a.g.CopyFrom(self.rng.choice(bodies).g)
        elif kind == "empty":
            del a.g.node[:]
        else:
            inner = GraphProto()
            inner.CopyFrom(graph)
            a.g.CopyFrom(inner)

    def interface(self, model, graph):
        infos = self.rng.choice([graph.input, graph.output])
        kind = self.rng.choice(["fewer", "more", "twice"])
        if kind == "fewer" and infos:
            infos.pop(self.rng.randrange(len(infos)))
        elif kind == "more":
            infos.add().name = self.rng.choice(self.names(graph))
        elif infos:
            infos.add().CopyFrom(self.rng.choice(infos))

    def imports(self, model, graph):
        kind = self.rng.choice(["version", "version", "domain", "none", "ir"])
        if kind == "version" and model.opset_import:
            self.rng.choice(model.opset_import).version = self.rng.choice([*range(1, 27), *INTEGERS])
        elif kind == "domain":
            model.opset_import.add(domain=self.rng.choice(["ai.onnx.ml", "", "x"]), version=self.rng.choice([1, 3, 5]))
        elif kind == "none" and self.rng.random() < 0.3:
            del model.opset_import[:]
        else:
            model.ir_version = self.rng.choice(INTEGERS)


CHANGES = [Mutator.attribute] * 5 + [Mutator.tensor] * 3 + [Mutator.declared] * 3 + [Mutator.name] * 2
CHANGES += [Mutator.node] * 5 + [Mutator.splice] * 2 + [Mutator.subgraph] * 2 + [Mutator.interface, Mutator.imports]


def open_sizes(data):
    """Options that bound what a model's inputs leave open, so that it isn't refused for that alone."""
    try:
        model = ModelProto.FromString(data)
    except DecodeError:
        return []
    consts = {t.name for t in model.graph.initializer}
    names = []
    for v in model.graph.input:
        for axis, d in enumerate(v.type.tensor_type.shape.dim):
            if v.name not in consts and not d.HasField("dim_value"):
                names.append(d.dim_param or f"{v.name}:{axis}")
    return [word for name in dict.fromkeys(names) for word in ("--dim", f"{name}=1..4")]
