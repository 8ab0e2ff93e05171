"""Official cases in which something is wrong: what the compiler says of them.

usage: broken.py ONNX2C --root CASES [--only GLOB] [--jobs N] [--update]

Each case of conformance/quick.txt, each of cases/ that is a single node, and one of each operator that neither has is
changed in one way after the other: an input too few or too many, of another type, of another shape; an attribute of
another value. Of each, golden/broken.txt has the first error, or that it compiles; --update writes it, for changes that
are meant to show. The last line counts: "N passed, N failed".
"""

import argparse
import concurrent.futures
import fnmatch
import glob
import os
import subprocess
import sys
import tempfile

import onnx
from onnx import AttributeProto, TensorProto

HERE = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.path.join(HERE, "golden", "broken.txt")


def other_type(tensor):
    tensor.elem_type = TensorProto.INT64 if tensor.elem_type == TensorProto.FLOAT else TensorProto.FLOAT


def one_axis_less(tensor):
    del tensor.shape.dim[-1]


def one_axis_more(tensor):
    tensor.shape.dim.add().dim_value = 2


def longer(tensor):
    tensor.shape.dim[-1].dim_value += 1


def change_attribute(attribute):
    if attribute.type == AttributeProto.INT:
        attribute.i = -77
    elif attribute.type == AttributeProto.INTS:
        attribute.ints.append(-1)
    elif attribute.type == AttributeProto.STRING:
        attribute.s = b"nonsense"
    else:
        attribute.type = AttributeProto.STRING


def broken(model):
    """(what is wrong, the model), one thing at a time."""

    def copy():
        m = onnx.ModelProto()
        m.CopyFrom(model)
        return m

    for i, node in enumerate(model.graph.node[:2]):
        m = copy()
        m.graph.node[i].input.append(next(iter(node.input), ""))
        yield f"{node.op_type} has an input more", m
        if node.input:
            m = copy()
            del m.graph.node[i].input[-1]
            yield f"{node.op_type} has an input less", m
        for k, attribute in enumerate(node.attribute[:4]):
            m = copy()
            change_attribute(m.graph.node[i].attribute[k])
            yield f"{node.op_type} has another {attribute.name}", m
    for i, value in enumerate(model.graph.input[:6]):
        if value.type.HasField("tensor_type"):
            has_axes = len(value.type.tensor_type.shape.dim) > 0
            for change in [other_type, one_axis_more] + [one_axis_less, longer] * has_axes:
                m = copy()
                change(m.graph.input[i].type.tensor_type)
                yield f"input {i}: {change.__name__.replace('_', ' ')}", m


def said(onnx2c, model):
    """What is wrong by the first error; "compiles" if there is none."""
    with tempfile.NamedTemporaryFile(suffix=".onnx") as f:
        f.write(model.SerializeToString())
        f.flush()
        maps = [i.name for i in model.graph.input if i.type.HasField("map_type")]
        command = [onnx2c, f.name, "-o", os.devnull, *(w for name in maps for w in ("--dim", f"{name}:0=0..4"))]
        done = subprocess.run(command, stderr=subprocess.PIPE, text=True, timeout=60)
        errors = [line for line in done.stderr.splitlines() if line.startswith("onnx2c: error: ")]
        if done.returncode == 0 and not errors:
            return "compiles"
        if done.returncode != 1 or not errors:
            return f"exit status {done.returncode}: {done.stderr[:500]}"
        return errors[0].removeprefix("onnx2c: error: ").removeprefix(f"{f.name}: ").split("; ")[0]


def single_nodes(root, pattern):
    """{the case's folder: its node's operator}"""
    found = {}
    for path in sorted(glob.glob(f"{pattern}/model.onnx", root_dir=root)):
        nodes = onnx.load(os.path.join(root, path), load_external_data=False).graph.node
        if len(nodes) == 1:
            found[os.path.dirname(path)] = nodes[0].domain, nodes[0].op_type
    return found


def all_cases(root):
    quick = read_lines(os.path.join(HERE, "conformance", "quick.txt"))
    own, official = single_nodes(HERE, "cases/*/*"), single_nodes(root, "node/*")
    have = {*own.values(), *(official[c] for c in quick if c in official)}
    for case, operator in official.items():
        if operator not in have:
            have.add(operator)
            yield case
    yield from (*quick, *own)


def tried(onnx2c, root, case):
    model = onnx.load(os.path.join(HERE if case.startswith("cases/") else root, case, "model.onnx"))
    return [f"{case}: {what}: {said(onnx2c, m)}" for what, m in broken(model)]


def read_lines(path):
    with open(path) as f:
        return [line.rstrip("\n") for line in f if not line.startswith("#")]


def main():
    parser = argparse.ArgumentParser(description="What the compiler says of cases in which something is wrong.")
    parser.add_argument("onnx2c")
    parser.add_argument("--root", required=True, help="where the cases are, as KIND/NAME")
    parser.add_argument("--only", metavar="GLOB", default="*", help="the cases whose name it matches")
    parser.add_argument("--jobs", type=int, default=2, help="cases at the same time (default: 2)")
    parser.add_argument("--update", action="store_true", help="make the golden text what is said now")
    args = parser.parse_args()
    cases = [c for c in all_cases(args.root) if fnmatch.fnmatchcase(c, args.only)]
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        lines = sum(pool.map(lambda case: tried(args.onnx2c, args.root, case), sorted(cases)), [])
    if args.update:
        with open(GOLDEN, "w") as f:
            f.writelines(line + "\n" for line in lines)
    golden = [line for line in read_lines(GOLDEN) if line.split(": ")[0] in cases]
    failed = sorted(set(lines) ^ set(golden))
    for line in failed[:20]:
        print("FAILED", "now: " if line in set(lines) else "before: ", line)
    print(f"{len(set(lines) & set(golden))} passed, {len(failed)} failed")
    return bool(failed) or not lines


sys.exit(main())
