#!/usr/bin/env python3
"""Names in the generated C come from what they name: another name in the model changes the lines that have it, and a
layer more leaves the names of the others alone.

    stable_names.py ONNX2C
"""
import copy
import difflib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import onnx

MOBILE = ['--dim', 'batch=1', '--dim', 'height=32', '--dim', 'width=32']
AFTER = '/blocks/blocks.2/MaxPool_output_0'
LOOPS = ['--dim', 'rows:0=0..8', '--dim', 'counts:0=0..8']
MODELS = Path(__file__).parent / 'models'


def rename(graph, old, new):
    """Returns how often it stood there."""
    count = 0
    for v in (*graph.input, *graph.output, *graph.initializer, *graph.value_info):
        if v.name == old:
            v.name, count = new, count + 1
    for n in graph.node:
        for names in (n.input, n.output):
            for i, name in enumerate(names):
                if name == old:
                    names[i], count = new, count + 1
        for a in n.attribute:
            if a.type == onnx.AttributeProto.GRAPH:
                count += rename(a.g, old, new)
    return count


def generate(onnx2c, model, options):
    text = subprocess.run([onnx2c, model, '--name', 'm', *options], check=True, capture_output=True, text=True).stdout
    return [line for line in text.split('\n') if not line.startswith(('"', ' *   model'))]


def check_renamed(onnx2c, folder, name, options, old, new, in_c):
    source, renamed = MODELS / name / 'model.onnx', Path(folder) / 'model.onnx'
    model = onnx.load(source)
    assert rename(model.graph, old, new), f'{name} has no {old}'
    onnx.save(model, renamed)
    lines = [generate(onnx2c, m, options) for m in (source, renamed)]
    changed = [line[2:] for line in difflib.ndiff(*lines) if line.startswith('+ ')]
    assert changed, f'{name}: {old} is nowhere in the C'
    for line in changed:
        has = re.search(r'(?<![A-Za-z0-9])%s(?![A-Za-z0-9])' % in_c, line, re.I)
        assert has, f'{name}: {old} became {new}, and this changed: {line}'


def twin_of(node):
    """The same node with other names, its body's, too, for what it makes."""
    twin = copy.deepcopy(node)
    bodies = [a.g for a in twin.attribute if a.type == onnx.AttributeProto.GRAPH]
    for body in bodies:
        for name in {*(v.name for v in body.input), *(x for n in body.node for x in n.output)}:
            rename(body, name, 'twin_' + name)
    twin.output[:] = ['twin_' + name for name in twin.output]
    return twin


def names_in(lines):
    code = re.sub(r'/\*.*?\*/', ' ', '\n'.join(lines), flags=re.S)
    return set(re.findall(r'\bconst (\w+) =|\bint32_t (\w+) = 0;', code))


def check_twin(onnx2c, folder, name, options, made):
    """With a twin of the node that makes `made` as the first node."""
    source, longer = MODELS / name / 'model.onnx', Path(folder) / 'model.onnx'
    model = onnx.load(source)
    node = next(n for n in model.graph.node if made in n.output)
    model.graph.node.insert(0, twin_of(node))
    output = copy.deepcopy(next(v for v in model.graph.output if v.name == made))
    output.name = 'twin_' + made
    model.graph.output.append(output)
    onnx.save(model, longer)
    before, after = (names_in(generate(onnx2c, m, options)) for m in (source, longer))
    assert len(after) > len(before), f'{name}: a twin of what makes {made} is nowhere in the C'
    assert before <= after, f'{name}: with a twin of what makes {made}, these names are gone: {before - after}'


def changed_lines(onnx2c, before, after, options):
    """How many differ but for those of weights."""
    texts = [subprocess.run([onnx2c, m, '--name', 'm', *options], check=True, capture_output=True, text=True).stdout
             for m in (before, after)]
    lines = [[line for line in text.split('\n') if not re.match(r' *("|[-+.0-9]|0x)', line)] for text in texts]
    return sum(line[:1] in '+-' for line in difflib.unified_diff(*lines, n=0, lineterm='')) - 2


def check_retrained(onnx2c, folder, name, options, weight, most):
    """The title tells that it is another model; beside the array nothing changes."""
    source, other = MODELS / name / 'model.onnx', Path(folder) / 'model.onnx'
    model = onnx.load(source)
    tensor = next(i for i in model.graph.initializer if i.name == weight)
    tensor.CopyFrom(onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(tensor) * 0.875, weight))
    onnx.save(model, other)
    count = changed_lines(onnx2c, source, other, options)
    assert 0 < count <= most, f'{name}: {weight} retrained changes {count} lines beside its array, expected {most}'


def recounted(graph, by):
    """As exported anew after a node more: counters of the exporter that go on with larger numbers."""
    for v in (*graph.initializer, *graph.value_info):
        v.name = re.sub(r'^(onnx::\w+?_)(\d+)', lambda m: f'{m[1]}{int(m[2]) + by}', v.name)
    for n in graph.node:
        for names in (n.input, n.output):
            for i, x in enumerate(names):
                names[i] = re.sub(r'^(onnx::\w+?_)(\d+)', lambda m: f'{m[1]}{int(m[2]) + by}', x)


def check_inserted(onnx2c, folder, name, options, after, by, most):
    """An operator that the model has already, after the one that makes `after`."""
    source, other = MODELS / name / 'model.onnx', Path(folder) / 'model.onnx'
    model = onnx.load(source)
    nodes, more = list(model.graph.node), '/more/Sigmoid_output_0'
    at = next(i for i, n in enumerate(nodes) if after in n.output)
    for n in nodes[at + 1:]:
        n.input[:] = [more if x == after else x for x in n.input]
    nodes.insert(at + 1, onnx.helper.make_node('Sigmoid', [after], [more], '/more/Sigmoid'))
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    recounted(model.graph, by)
    onnx.save(model, other)
    count = changed_lines(onnx2c, source, other, options)
    assert 0 < count <= most, f'{name}: an operator after {after} changes {count} lines, expected {most}'


CHECKS = [
    (check_renamed, 'resnet8', [], '/Relu_1_output_0', '/Relu_X_output_0', 'Relu_X'),
    (check_renamed, 'small_image', [], '/stem/stem.3/Mul_output_0', '/stem/stem.X/Mul_output_0', 'stem_X'),
    (check_renamed, 'nested_loops', LOOPS, 'y', 'Y', 'Y'),
    (check_renamed, 'nested_loops', LOOPS, 'z', 'Z', 'Z'),
    (check_twin, 'nested_loops', LOOPS, 'z'),
    (check_retrained, 'resnet8', [], 'onnx::Conv_86', 4),
    (check_inserted, 'small_mobile', MOBILE, AFTER, 0, 40),
    (check_inserted, 'small_mobile', MOBILE, AFTER, 3, 120),
]


def main():
    failed = 0
    for check, *case in CHECKS:
        try:
            with tempfile.TemporaryDirectory() as folder:
                check(sys.argv[1], folder, *case)
        except AssertionError as error:
            print('FAILED', error)
            failed += 1
    print(f'{len(CHECKS) - failed} passed, {failed} failed')
    sys.exit(failed > 0)


main()
