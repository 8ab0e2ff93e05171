"""Every message that the compiler has is printed of some model that is wrong, or some command line.

usage: messages.py ONNX2C PYTHON

The messages are the formats of the calls in compiler/ that report one. They are looked for in what the compiler says
of the models of bad_models.py and of messages.txt and of the commands of messages_commands.txt. A format that nobody
prints fails, and so does a model or command of which nothing is said, and one of NETS that is printed.
The last line counts: "N passed, N failed".
"""

import argparse
import concurrent.futures
import glob
import os
import re
import subprocess
import sys
import tempfile

import check_models
import numpy as np
from onnx import MapProto, SequenceProto, TensorProto, numpy_helper, parser

HERE = os.path.dirname(os.path.abspath(__file__))

# Function: which argument is the format.
REPORTERS = {"usage_error": 0}
REPORTERS |= dict.fromkeys(["node_error", "node_invalid", "model_error", "model_warning", "model_note"], 1)
# Formats that no model is known to reach, and why they stay: what they say is better than going on.
NETS = {
    'output \\"%s\\" is a map, or a sequence whose length is known only at run time; '
    "expected tensors at the interface of the model": "operators give every list its length, and every map its keys",
    'nothing tells the type of its output %d \\"%s\\"': "every operator gives its outputs types",
    'input %d \\"%s\\" has no known %s; declare its type and shape in the model': "likewise",
    'nothing is known of the length of the list \\"%s\\"': "operators on lists ask for it before they become this one",
}
LITERAL = re.compile(r'"((?:\\.|[^"\\])*)"')
CONVERSION = re.compile(r"%(?:%|[-0-9.*]*(?:ll|z|t)?[a-zA-Z])")


def arguments_of(text, at):
    """The arguments of the call whose parenthesis opens at `at`, as text."""
    depth, start, found = 0, at + 1, []
    i = at
    while True:
        if text[i] == '"':
            i = LITERAL.match(text, i).end()
            continue
        if text[i] == "'":
            i = text.index("'", i + 2 if text[i + 1] == "\\" else i + 1) + 1
            continue
        depth += {"(": 1, ")": -1}.get(text[i], 0)
        if depth == 0 or depth == 1 and text[i] == ",":
            found.append(text[start:i].strip())
            start = i + 1
        if depth == 0:
            return found
        i += 1


def formats():
    """{(place, format): pattern of what it prints}"""
    found = {}
    call = re.compile(r"\b(%s)\(" % "|".join(REPORTERS))
    for path in sorted(glob.glob("compiler/**/*.c", recursive=True)):
        with open(path) as f:
            text = f.read()
        for m in call.finditer(text):
            arguments = arguments_of(text, m.end() - 1)
            if re.match(r"(const char|Model|Node) ?\*", arguments[0]):
                continue  # the function itself
            argument = arguments[REPORTERS[m[1]]]
            place = f"{path}:{text.count(chr(10), 0, m.start()) + 1}"
            for branch in re.split(r"\s\?\s|\s:\s", argument) if " ? " in argument else [argument]:
                literals = LITERAL.findall(branch)
                if literals:
                    found[place, "".join(literals)] = pattern_of("".join(literals))
                elif branch is argument:
                    found[place, argument] = None
    return found


def pattern_of(text):
    text = text.encode().decode("unicode_escape")
    words, end = "", 0
    for m in CONVERSION.finditer(text):
        words += re.escape(text[end : m.start()]) + ("%" if m[0] == "%%" else "-?[0-9]+" if m[0][-1] in "du" else ".*")
        end = m.end()
    return re.compile(words + re.escape(text[end:]))


def said_of(command, folder, variables):
    """What the compiler says, without "onnx2c: error: "; nothing if it breaks down."""
    environment = {**os.environ, **variables}
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, env=environment)
    if done.returncode not in (0, 1, 2):
        return []
    lines = done.stderr.decode(errors="replace").splitlines()
    # what --verbose tells of times has no kind of message
    return [line.split(": ", 2)[2] for line in lines if line.startswith("onnx2c: ") and line.count(": ") > 1]


def bad_models(python, folder):
    """(name, file, options) of bad_models.py"""
    listed = subprocess.run([python, "tests/bad_models.py", folder], stdout=subprocess.PIPE, text=True, check=True)
    for line in listed.stdout.splitlines():
        name, _, options = line.split("\t")
        yield name, os.path.join(folder, name + ".onnx"), options.split()


def written_models(folder):
    """(name, file, options) of messages.txt"""
    with open(os.path.join(HERE, "messages.txt")) as f:
        lines = [line.rstrip("\n") for line in f]
    for number, line in enumerate(lines, 1):
        if not line or line.startswith("#"):
            continue
        head, text = line.split(" | ", 1)
        opset, *options = head.split()
        preview = '"ai.onnx.preview" : 1, "ai.onnx.preview.training" : 1'
        opsets = f'["" : {opset}, "ai.onnx.ml" : 3, "com.microsoft" : 1, "my" : 1, {preview}]'
        imports = "" if text.startswith("<") else f"<ir_version: 10, opset_import: {opsets}> g "
        path = os.path.join(folder, f"line{number}.onnx")
        try:
            model = parser.parse_model(imports + text)
        except parser.ParseError as e:
            sys.exit(f"messages.txt:{number}: {e}")
        with open(path, "wb") as f:
            f.write(model.SerializeToString())
        yield f"messages.txt:{number}", path, options


def model_with_data(folder, text, **messages):
    """m/model.onnx and its data: messages by the names of their files."""
    messages["model"] = parser.parse_model(f'<ir_version: 10, opset_import: ["" : 22, "ai.onnx.ml" : 3]> g {text}')
    os.mkdir(folder)
    for name, message in messages.items():
        with open(os.path.join(folder, name + (".onnx" if name == "model" else ".pb")), "wb") as f:
            f.write(message.SerializeToString())


def models_with_data(folder):
    """Those whose data hold other lists and maps than they make."""
    x = numpy_helper.from_array(np.zeros(2, np.float32))
    row = numpy_helper.from_array(np.zeros((1, 2), np.float32))
    y = SequenceProto(elem_type=SequenceProto.TENSOR, tensor_values=[x])
    text = "(float[2] x) => (seq(float[2]) y) { y = SequenceConstruct(x, x) }"
    model_with_data(os.path.join(folder, "list"), text, input_0=x, output_0=y)
    values = SequenceProto(elem_type=SequenceProto.TENSOR, tensor_values=[x, x])
    other = MapProto(key_type=TensorProto.INT64, keys=[7, 8], values=values)
    y = SequenceProto(elem_type=SequenceProto.MAP, map_values=[other])
    node = "{ y = ai.onnx.ml.ZipMap<classlabels_int64s = [1, 2]>(x) }"
    text = f"(float[1,2] x) => (seq(map(int64, float)) y) {node}"
    model_with_data(os.path.join(folder, "map"), text, input_0=row, output_0=y)
    y = SequenceProto(elem_type=SequenceProto.MAP, map_values=[other, other])
    text = f"(float[2] x) => (seq(map(int64, float)) y) {node}"
    model_with_data(os.path.join(folder, "maps"), text, input_0=x, output_0=y)
    node = "{ y = ai.onnx.ml.DictVectorizer<int64_vocabulary = [7, 8]>(x) }"
    model_with_data(os.path.join(folder, "pairs"), f"(map(int64, float) x) => (float[1,2] y) {node}", input_0=other)


def models_without_data(folder):
    """Those whose inputs can't be made, or that can't be evaluated."""
    vectorizer = "ai.onnx.ml.DictVectorizer<int64_vocabulary = [1, 2]>(x)"
    text = f"(map(int64, float) x) => (float[1,2] y) {{ y = {vectorizer} }}"
    model_with_data(os.path.join(folder, "dictionary"), text)
    model_with_data(os.path.join(folder, "dice"), "(float[2] x) => (float[2] y) { y = RandomNormalLike(x) }")
    body = "{ t = Add(s, x) a = Abs(t) m = ReduceMax<keepdims = 0>(a) d = GreaterOrEqual(m, none) }"
    loop = f"Loop<body = b (int64 i, bool c, float[2] s) => (bool d, float[2] t) {body}>(\"\", \"\", x)"
    text = f"(float[2] x) => (float[2] y) {{ none = Constant<value_float = 0.0>() y = {loop} }}"
    model_with_data(os.path.join(folder, "endless"), text)


def large_model(path):
    text = "(float[13000000] x) => (float[13000000] y) { y = Mul(x, w) }"
    model = parser.parse_model(f'<ir_version: 10, opset_import: ["" : 22]> g {text}')
    model.graph.initializer.append(numpy_helper.from_array(np.zeros(13_000_000, np.float32), "w"))
    with open(path, "wb") as f:
        f.write(model.SerializeToString())


def invalid_models(onnx2c, folder):
    """(name, command, its folder, variables), of those that `check` is about"""
    for name, model, _ in check_models.all_models():
        path = os.path.join(folder, f"check_{name}.onnx")
        with open(path, "wb") as f:
            f.write(model.SerializeToString())
        yield f"check_models.py: {name}", [onnx2c, "check", path], folder, {}


def command_lines(onnx2c, folder):
    """(name, command, its folder, variables)"""
    variables = {"onnx2c": onnx2c, "examples": os.path.join(HERE, "..", "examples")}
    models_with_data(folder)
    models_without_data(folder)
    large_model(os.path.join(folder, "large.onnx"))
    with open(os.path.join(HERE, "messages_commands.txt")) as f:
        for number, line in enumerate(f, 1):
            if line.strip() and not line.startswith("#"):
                own = os.path.join(folder, f"command{number}")
                os.mkdir(own)
                os.symlink(os.path.join(HERE, "models", "digits"), os.path.join(own, "m"))
                yield f"messages_commands.txt:{number}", ["bash", "-c", line], own, variables


def main():
    arguments = argparse.ArgumentParser(description="Looks for messages that nothing prints.")
    arguments.add_argument("onnx2c")
    arguments.add_argument("python")
    args = arguments.parse_args()
    onnx2c = os.path.abspath(args.onnx2c)
    with tempfile.TemporaryDirectory() as folder:
        models = [*bad_models(args.python, os.path.join(folder, "bad")), *written_models(folder)]
        commands = [(name, [onnx2c, path, "-o", f"{path}.c", *options], HERE, {}) for name, path, options in models]
        commands += [*command_lines(onnx2c, folder), *invalid_models(onnx2c, folder)]
        with concurrent.futures.ThreadPoolExecutor() as pool:
            said = list(pool.map(lambda c: (c[0], said_of(*c[1:])), commands))
    silent = [name for name, lines in said if not lines]
    for name in silent:
        print(f"FAILED {name}: nothing is said of it, or the compiler breaks down")
    wanted = formats()
    missed = [k for k, pattern in wanted.items() if not any(pattern.search(t) for _, lines in said for t in lines)]
    nets = [k for k in missed if k[1] in NETS]
    missed = [k for k in missed if k not in nets]
    missed += [("tests/messages.py", text) for text in NETS if text not in [t for _, t in nets]]
    for place, text in missed:
        print(f"FAILED {place}: nothing here makes the compiler say, or NETS is wrong about: {text}")
    failed = len(missed) + len(silent)
    print(f"{len(wanted) - len(nets) + len(said) - failed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
