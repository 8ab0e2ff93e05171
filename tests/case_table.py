"""Prints docs/cases.md: of every operator, the cases that prove it, by its versions and by types of elements.

usage: case_table.py ROOT > docs/cases.md     ROOT: the folder of ONNX's own cases (build/conformance)
       case_table.py ROOT --check             is docs/cases.md that, and are the totals in README.md?

A case is one of ONNX's own that passes (tests/conformance/passing.txt), a model of tests/cases or tests/models: all are
run by tests/check.sh. It counts once for each operator that it has a node of, at the version that its opset means, and
once for each type of that node's inputs and outputs. What tests/opsets.py adds, official cases that it moves to other
opsets and the lines of opsets.txt, it has counted in opsets_passing.txt. Takes two seconds, without the compiler.
"""

import collections
import difflib
import glob
import os
import re
import sys

import onnx
from opsets import pairs_of_schemas

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
MOVED = os.path.join(HERE, "opsets_passing.txt")
LARGE = 1 << 20  # bytes of a model whose types between nodes are not asked for
HEAD = """# Cases of each operator

Written by `make docs`; a test keeps it true.

*Versions*: those of ONNX's schemas, and the number of cases that are models of an opset which means this one: ONNX's
own that pass, and models of `tests/cases` and `tests/models`. After a +, those that `tests/opsets.py` adds: official
cases moved to that opset, where they are valid models, too, and its own. *Types*: in how many of the first the operator
has inputs or outputs of them, as far as the models say. Results are compared in all, but of random numbers. Not
counted: unit tests, random graphs, tests of single features, and ONNX Runtime's own cases, which are all there is where
a count is 0.

{totals}.
"""


def operators():
    """(domain, operator) of docs/operators.md, but for those that are refused, in its order"""
    domain, found = None, []
    with open(os.path.join(ROOT, "docs", "operators.md"), encoding="utf-8") as f:
        for line in f:
            if line.startswith("## "):
                domain = line[3:].strip()
            row = re.match(r"\| (\w+) \| \d[\d, ]* \|", line)
            if row:
                found.append(("" if domain == "ai.onnx" else domain, row[1]))
    return found


def case_models(root):
    with open(os.path.join(HERE, "conformance", "passing.txt"), encoding="utf-8") as f:
        official = [os.path.join(root, line.strip(), "model.onnx") for line in f if line.strip()]
    own = glob.glob(os.path.join(HERE, "cases", "*", "*", "model.onnx"))
    return official, sorted(own + glob.glob(os.path.join(HERE, "models", "*", "model.onnx")))


def type_name(elem_type):
    return onnx.TensorProto.DataType.Name(elem_type).lower()


def element_types(value_type):
    """Of a tensor, or of what a sequence or an optional has; none of maps, and of what isn't known."""
    kind = value_type.WhichOneof("value")
    if kind in ("tensor_type", "sparse_tensor_type"):
        elem = getattr(value_type, kind).elem_type
        return {type_name(elem)} if elem else set()
    if kind in ("sequence_type", "optional_type"):
        return element_types(getattr(value_type, kind).elem_type)
    return set()


def note_graph(graph, outer, note):
    known = dict(outer)
    for value in [*graph.input, *graph.output, *graph.value_info]:
        known[value.name] = element_types(value.type)
    for tensor in graph.initializer:
        known[tensor.name] = {type_name(tensor.data_type)}
    for node in graph.node:
        names = [*node.input, *node.output]
        note(node, set().union(*(known.get(name, set()) for name in names)))
        for attribute in node.attribute:
            for body in [attribute.g, *attribute.graphs]:
                note_graph(body, known, note)


def nodes_of(path, is_official):
    """{(domain, operator, opset): types of elements} of a model. Those between nodes are inferred where the onnx
    package can be trusted with the model: it doesn't survive all of ours."""
    model = onnx.load(path, load_external_data=False)
    if is_official and len(model.graph.node) > 1 and os.path.getsize(path) < LARGE:
        model = onnx.shape_inference.infer_shapes(model)
    found = collections.defaultdict(set)
    short = lambda domain: "" if domain == "ai.onnx" else domain
    for imports, graph, nodes in [(model.opset_import, model.graph, None),
                                  *((f.opset_import, None, f.node) for f in model.functions)]:
        opsets = {short(o.domain): o.version for o in imports}

        def note(node, types):
            domain = short(node.domain)
            found[domain, node.op_type, opsets.get(domain, 1)] |= types

        if graph:
            note_graph(graph, {}, note)
        for node in nodes or []:
            note(node, set())
    return found


def moved_counts():
    """{(domain, operator, version): cases} of tests/opsets.py"""
    with open(MOVED, encoding="utf-8") as f:
        rows = [line.split() for line in f if not line.startswith("#")]
    return {("" if domain == "ai.onnx" else domain, name, int(version)): int(count)
            for domain, name, version, count in rows}


def version_of(versions, opset):
    return max((v for v in versions if v <= opset), default=versions[0])


class Table:
    def __init__(self, root):
        self.order, self.schemas, self.moved = operators(), pairs_of_schemas(), moved_counts()
        self.versions, self.types = collections.Counter(), collections.Counter()
        official, own = case_models(root)
        self.official, self.own = len(official), len(own)
        official = set(official)
        for path in sorted(official) + own:
            for (domain, name, opset), types in nodes_of(path, path in official).items():
                version = version_of(self.schemas.get((domain, name), [1]), opset)
                self.versions[domain, name, version] += 1
                for t in types:
                    self.types[domain, name, t] += 1

    def versions_text(self, domain, name):
        texts = []
        for version in self.schemas.get((domain, name), [1]):
            moved = self.moved.get((domain, name, version), 0)
            texts.append(f"{version}: {self.versions[domain, name, version]}" + (f" + {moved}" if moved else ""))
        return ", ".join(texts)

    def types_text(self, domain, name):
        counts = [(-n, t) for (d, o, t), n in self.types.items() if (d, o) == (domain, name)]
        return ", ".join(f"{t} {-n}" for n, t in sorted(counts))

    def totals(self):
        pairs = [(d, n, v) for d, n in self.order for v in self.schemas.get((d, n), [1])]
        proved = sum(self.versions[p] > 0 or self.moved.get(p, 0) > 0 for p in pairs)
        return (f"{len(self.order)} operators in {len(pairs)} versions, {proved} of them with cases: "
                f"{self.official} of ONNX's own, {self.own} of ours, and {sum(self.moved.values())} of other opsets")

    def text(self):
        lines, last = [HEAD.format(totals=self.totals())], None
        for domain, name in self.order:
            if domain != last:
                title = domain or "ai.onnx"
                lines.append(f"\n## {title}\n\n| operator | versions: cases | types: cases |\n|---|---|---|\n")
                last = domain
            lines.append(f"| {name} | {self.versions_text(domain, name)} | {self.types_text(domain, name)} |\n")
        return "".join(lines)


def main():
    table = Table(sys.argv[1])
    text = table.text()
    if "--check" not in sys.argv:
        sys.stdout.write(text)
        return 0
    with open(os.path.join(ROOT, "docs", "cases.md"), encoding="utf-8") as f:
        found = f.read()
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as f:
        in_readme = table.totals() in " ".join(f.read().split())
    sys.stdout.writelines(difflib.unified_diff(found.splitlines(True), text.splitlines(True), "docs/cases.md", "cases"))
    if found != text:
        print("run make docs")
    if not in_readme:
        print(f"README.md should say: {table.totals()}")
    return found != text or not in_readme


if __name__ == "__main__":
    sys.exit(main())
