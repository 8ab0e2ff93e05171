#!/usr/bin/env python3
"""What ONNX's operators take, as the table that `onnx2c check` holds nodes against.

usage: schemas.py >compiler/models/schemas.def

Facts about every version of every operator that the onnx package knows, a line each: how many inputs and outputs, which
of them may be omitted, and the attributes. `make schemas` writes it; it only changes with the package.
"""

import onnx.defs

TYPES = {
    "FLOAT": "f",
    "INT": "i",
    "STRING": "s",
    "TENSOR": "t",
    "GRAPH": "g",
    "FLOATS": "F",
    "INTS": "I",
    "STRINGS": "S",
    "TENSORS": "T",
    "GRAPHS": "G",
    "SPARSE_TENSOR": "p",
    "SPARSE_TENSORS": "P",
    "TYPE_PROTO": "y",
    "TYPE_PROTOS": "Y",
}
OPTIONS = {"Single": "1", "Optional": "?"}


def parameters(formal, least):
    """A character each: 1, `?` for one that may be omitted, `*` or `+` for any number, `+` being at least one."""
    text = "".join(OPTIONS.get(p.option.name, "") for p in formal)
    if formal and formal[-1].option.name == "Variadic":
        assert least in (len(formal) - 1, len(formal)), formal
        text += "*" if least < len(formal) else "+"
    return text


def row(schema):
    named = sorted(schema.attributes.items())
    words = [f"{name}:{TYPES[a.type.name]}{'!' if a.required else ''}" for name, a in named]
    head = f'SCHEMA("{schema.domain}", "{schema.name}", {schema.since_version}, {int(schema.deprecated)}, '
    head += f'"{parameters(schema.inputs, schema.min_input)}", "{parameters(schema.outputs, schema.min_output)}",'
    lines, line = [head], ""
    for word in words:
        if len(line) + len(word) > 105:
            lines.append(f'       "{line} "')
            line = ""
        line += (" " if line else "") + word
    lines.append(f'       "{line}")')
    return "\n".join(lines)


def main():
    schemas = onnx.defs.get_all_schemas_with_history()
    print("/* Written by tools/schemas.py: domain, name, opset, deprecated?, inputs, outputs, attributes. */")
    for schema in sorted(schemas, key=lambda s: (s.domain, s.name, s.since_version)):
        print(row(schema))


main()
