"""Every string field of a model, found by its descriptors, and which have to change together to keep the model valid.

A group is what has one text: all places where a value is named, or one doc_string. Its key says of which kind it is:

    value, dim, param   a value, a dimension, a function's attribute: wherever in the model it is named
    op, domain          a function and a domain of the model's own; those of ONNX have a meaning
    label               an element of a string tensor, or of an attribute that is a list of labels
    free                read by people alone: doc_string, producer, names of nodes; those not set are set, too
    meaning             decides what the model computes (auto_pad, op_type): another text is another model, or none
"""

import re

from google.protobuf.descriptor import FieldDescriptor

from hostile.payloads import INVALID

ONNX_DOMAINS = {"", "ai.onnx", "ai.onnx.ml", "ai.onnx.training", "ai.onnx.preview.training", "com.microsoft"}
LABELS = {
    "keys_strings",
    "values_strings",
    "default_string",
    "cats_strings",
    "classlabels_strings",
    "classlabels_string",
    "string_vocabulary",
    "pool_strings",
}
LABELS |= {"value_string", "value_strings", "stopwords"}
VALUES = {
    "NodeProto.input",
    "NodeProto.output",
    "ValueInfoProto.name",
    "TensorProto.name",
    "FunctionProto.input",
    "FunctionProto.output",
}
VALUES |= {"TensorAnnotation.tensor_name", "ShardingSpecProto.tensor_name"}
DIMS = {"Dimension.dim_param", "SimpleShardedDimProto.dim_param"}
DATA = {"TensorProto.raw_data"}  # numbers, not text
HARMLESS = ("value", "dim", "param", "op", "domain", "label", "free")


class Place:
    """One string: a field of a message, or an element of one."""

    def __init__(self, route, field, index):
        self.owner, self.route, self.field, self.index = route[-1], route, field, index
        self.kind = f"{field.containing_type.name}.{field.name}"
        self.text = getattr(self.owner, field.name) if index is None else getattr(self.owner, field.name)[index]

    def put(self, text):
        if self.field.type == FieldDescriptor.TYPE_STRING:
            for invalid, stand_in in INVALID.items():
                text = text.replace(invalid, stand_in)
            text = text.decode()
        if self.index is None:
            setattr(self.owner, self.field.name, text)
        else:
            getattr(self.owner, self.field.name)[self.index] = text

    def within(self, name):
        """The nearest message of this type around it, or None."""
        return next((m for m in reversed(self.route) if m.DESCRIPTOR.name == name), None)


def places(message, route=()):
    route = (*route, message)
    for field in message.DESCRIPTOR.fields:
        repeated = field.is_repeated
        if field.type in (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES):
            for index in range(len(getattr(message, field.name))) if repeated else [None]:
                yield Place(route, field, index)
        elif field.type == FieldDescriptor.TYPE_MESSAGE:
            inner = (
                getattr(message, field.name)
                if repeated
                else [getattr(message, field.name)] * message.HasField(field.name)
            )
            for m in inner:
                yield from places(m, route)


def called(model, node, customs):
    """The function of the model that a node calls; True for an operator of --custom; or None."""
    for f in model.functions:
        if (f.domain or "", f.name, f.overload) == (node.domain or "", node.op_type, node.overload):
            return f
    return True if (node.domain, node.op_type) in customs else None


def key_of(place, number, model, customs):
    """The group of a place; None: left alone."""
    kind, text = place.kind, place.text
    if kind in DATA:
        return None
    if kind in VALUES:
        return ("value", text) if text else None
    if kind in DIMS:
        return ("dim", text) if text else None
    if kind in ("NodeProto.domain", "FunctionProto.domain", "OperatorSetIdProto.domain"):
        return ("domain", text) if text not in ONNX_DOMAINS else ("meaning", number)
    if kind in ("NodeProto.op_type", "NodeProto.overload"):
        own = called(model, place.owner, customs)
        return ("op", place.field.name, text) if own and text else ("meaning", number) if text else None
    if kind in ("FunctionProto.name", "FunctionProto.overload"):
        return ("op", "op_type" if place.field.name == "name" else "overload", text) if text else None
    if kind == "FunctionProto.attribute":
        return ("param", text)
    return key_of_attribute(place, number, model, customs)


def key_of_attribute(place, number, model, customs):
    kind, text = place.kind, place.text
    node, function = place.within("NodeProto"), place.within("FunctionProto")
    if kind == "AttributeProto.ref_attr_name":
        return ("param", text) if text else None
    if kind == "AttributeProto.name":
        f = called(model, node, customs) if node else function
        params = [*f.attribute, *(a.name for a in f.attribute_proto)] if f and f is not True else []
        return ("param", text) if text in params else ("meaning", number)
    if kind in ("AttributeProto.s", "AttributeProto.strings"):
        if place.field.name == "s" and not place.owner.HasField("s"):
            return None
        return ("label" if place.owner.name in LABELS else "meaning", number)
    if kind == "TensorProto.string_data":
        return ("label", number)
    if kind == "StringStringEntryProto.key" or kind == "StringStringEntryProto.value":
        around = place.route[-2]
        return ("free" if place.owner in getattr(around, "metadata_props", ()) else "meaning", number)
    return ("free", number)


def groups(model, customs=()):
    """{key: [places]}, in the model's order."""
    found = {}
    for number, place in enumerate(places(model)):
        key = key_of(place, number, model, customs)
        if key:
            found.setdefault(key, []).append(place)
    return found


def write(model, texts, customs, path):
    """The model with the groups of `texts` renamed, {key: bytes}; the model itself stays as it is."""
    copy = type(model)()
    copy.CopyFrom(model)
    for key, members in groups(copy, customs).items():
        for place in members if key in texts else ():
            place.put(texts[key])
    data = copy.SerializeToString(deterministic=True)
    for invalid, stand_in in INVALID.items():
        data = data.replace(stand_in, invalid)
    with open(path, "wb") as f:
        f.write(data)


def options_of(text, keys):
    """Words of a command line, each a list of str and of keys to be renamed: what --dim says."""
    words = []
    for word in text.split():
        name, _, bounds = word.partition("=")
        part = re.fullmatch(r"(.*)(:\d+|\[\d+\])", name)
        if ("dim", name) in keys:
            words.append([("dim", name), "=" + bounds])
        elif part and ("value", part[1]) in keys:
            words.append([("value", part[1]), part[2] + "=" + bounds])
        else:
            words.append([word])
    return words


def render(words, texts):
    return [b"".join(texts[p] if isinstance(p, tuple) else p.encode() for p in word) for word in words]
