#!/usr/bin/env python3
"""run.py COUNTED: the compiler's work and memory grow as n log n with the model.

COUNTED is the compiler, built so that it says how many basic blocks ran (count.c). Each kind of model is compiled at
some size and at twice that size, which may take 2.3 times as much of both: 2 for the size and a little for the
logarithm. Twice the work of a loop within a loop would be 4 times."""
import os
import subprocess
import sys
import tempfile

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save

FLOAT, BOOL, INT64 = TensorProto.FLOAT, TensorProto.BOOL, TensorProto.INT64
SIZE, MOST = 4000, 2.3
node = helper.make_node


def value(name, shape=(1, 8), dtype=FLOAT):
    return helper.make_tensor_value_info(name, dtype, list(shape))


def model(nodes, inputs, outputs, initializers=()):
    graph = helper.make_graph(nodes, 'g', inputs, outputs, list(initializers))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid('', 17)])


def chain(count, *links, shape=(1, 8), weights=lambda i: ()):
    """links: functions of the value so far and a number, to the node that makes the next one."""
    nodes, initializers, last = [], [], 'x'
    for i in range(count // len(links)):
        initializers += weights(i)
        start = last
        for k, link in enumerate(links):
            nodes.append(link(last, start, f'v{i}_{k}', i))
            last = f'v{i}_{k}'
    return model(nodes, [value('x', shape)], [value(last, shape)], initializers)


def residual(count):
    return chain(count, lambda v, s, y, i: node('Relu', [v], [y]), lambda v, s, y, i: node('Add', [s, v], [y]))


def mixed(count):
    return chain(count, lambda v, s, y, i: node('MatMul', [v, f'w{i}'], [y]),
                 lambda v, s, y, i: node('Softmax', [v], [y]),
                 lambda v, s, y, i: node('Transpose', [v], [y], perm=[1, 0]),
                 lambda v, s, y, i: node('Transpose', [v], [y], perm=[1, 0]),
                 weights=lambda i: [numpy_helper.from_array(np.full((8, 8), i, np.float32), f'w{i}')])


def weight(i):
    """Numbers that are as long in decimal whatever i is: what it takes to print them is no part of how work grows."""
    return np.random.default_rng(i).random((8, 8, 1, 1), np.float32)


def convolutions(count):
    return chain(count, lambda v, s, y, i: node('Conv', [v, f'w{i}'], [y]),
                 lambda v, s, y, i: node('Relu', [v], [y]),
                 lambda v, s, y, i: node('Add', [s, v], [y]), shape=(1, 8, 4, 4),
                 weights=lambda i: [numpy_helper.from_array(weight(i), f'w{i}')])


def constants(count):
    return chain(count, lambda v, s, y, i: node('Mul', [v, f'w{i}'], [y]), lambda v, s, y, i: node('Softmax', [v], [y]),
                 weights=lambda i: [numpy_helper.from_array(np.float32(i), f'w{i}')])


def identities(count):
    return chain(count, lambda v, s, y, i: node('Identity', ['x'], [y]), lambda v, s, y, i: node('Add', [s, v], [y]))


def splits(count):
    nodes, last = [], 'x'
    for i in range(count // 3):
        nodes += [node('Split', [last], [f'p{i}', f'q{i}'], axis=1), node('Softmax', [f'p{i}'], [f'r{i}']),
                  node('Concat', [f'q{i}', f'r{i}'], [f'c{i}'], axis=1)]
        last = f'c{i}'
    return model(nodes, [value('x', (2, 8))], [value(last, (2, 8))])


def outputs(count):
    nodes = [node('Relu', ['x'], [f'y{i}']) for i in range(count)]
    return model(nodes, [value('x')], [value(f'y{i}') for i in range(count)])


def branches(count):
    """A tree of If with so many leaves."""
    number = 0

    def tree(leaves):
        nonlocal number
        number += 1
        name = f'v{number}'
        if leaves == 1:
            return helper.make_graph([node('Sigmoid', ['x'], [name])], 'b', [], [value(name)])
        halves = {'then_branch': tree(leaves // 2), 'else_branch': tree(leaves // 2)}
        return helper.make_graph([node('If', ['c'], [name], **halves)], 'b', [], [value(name)])

    whole = tree(1 << (count // 4).bit_length())
    return model(list(whole.node), [value('x'), value('c', (), BOOL)], list(whole.output))


def body(count):
    """A Loop with so many nodes in its body."""
    inner = chain(count, lambda v, s, y, i: node('Relu', [v], [y]), lambda v, s, y, i: node('Softmax', [v], [y])).graph
    graph = helper.make_graph(list(inner.node) + [node('Identity', ['before'], ['after'])], 'b',
                              [value('round', (), INT64), value('before', (), BOOL), value('x')],
                              [value('after', (), BOOL), inner.output[0]])
    return model([node('Loop', ['rounds', '', 'start'], ['y'], body=graph)],
                 [value('rounds', (), INT64), value('start')], [value('y')])


def selections(count):
    """Sizes that only the data tell, each of which must be equal to the one before."""
    nodes, last = [], 'x'
    for i in range(count // 4):
        nodes += [node('Mul', ['x', 'x'], [f'a{i}']), node('NonZero', [f'a{i}'], [f'n{i}']),
                  node('Cast', [f'n{i}'], [f'f{i}'], to=FLOAT)]
        last, before = f'f{i}', last
        if i: nodes.append(node('Add', [before, last], [f's{i}']))
    return model(nodes, [value('x')], [value(f's{i}', (2, f'd{i}')) for i in range(1, count // 4)])


def additions(count):
    """One node with so many inputs."""
    names = [f'v{i}' for i in range(count)]
    return model([node('Relu', ['x'], [name]) for name in names] + [node('Sum', names, ['y'])], [value('x')],
                 [value('y')])


def quantised(count):
    """Nodes that only move elements, between the integers at either end."""
    inner = chain(count, lambda v, s, y, i: node('Transpose', [v], [y], perm=[1, 0]),
                  lambda v, s, y, i: node('Reshape', [v, 'shape'], [y])).graph
    last = inner.output[0].name
    nodes = list(inner.node) + [node('QuantizeLinear', [last, 'scale', 'zero'], ['q']),
                                node('DequantizeLinear', ['q', 'scale', 'zero'], ['y'])]
    weights = {'shape': np.array([1, 8]), 'scale': np.float32(0.1), 'zero': np.int8(3)}
    return model(nodes, [value('x')], [value('y')], [numpy_helper.from_array(np.asarray(w), name)
                                                     for name, w in weights.items()])


def alive(count):
    """Buffers that all live at once."""
    names = [f'v{i}' for i in range(count)]
    return model([node('Softmax', ['x'], [name]) for name in names] + [node('Sum', names, ['y'])], [value('x')],
                 [value('y')])


# Up to 8,192 buffers, each is placed by looking at all others: a bounded cost (plan/arena.c). What grows is seen above.
LARGER = {convolutions: 4, additions: 4, alive: 4}
KINDS = [residual, mixed, convolutions, constants, identities, splits, outputs, branches, body, selections, additions,
         quantised, alive]
OPTIONS = {quantised: ['--io', 'quantized'], alive: ['--region', 'near=100000', '--region', 'far=1000000']}


def measure(compiler, made, folder, options=()):
    """Basic blocks and peak bytes of one compilation."""
    path = os.path.join(folder, 'model.onnx')
    save(made, path)
    child = subprocess.run([compiler, path, '-o', os.path.join(folder, 'model.c'), *options], capture_output=True,
                           text=True, check=True)
    words = child.stderr.split()
    return int(words[words.index('blocks') + 1]), int(words[words.index('VmHWM:') + 1]) * 1024


def main():
    compiler, failed = os.path.abspath(sys.argv[1]), 0
    with tempfile.TemporaryDirectory() as folder:
        empty = measure(compiler, residual(2), folder)
        for kind in KINDS:
            once, twice = (measure(compiler, kind(n * LARGER.get(kind, 1)), folder, OPTIONS.get(kind, ()))
                           for n in (SIZE, 2 * SIZE))
            for what, a, b, least in zip(('work', 'memory'), once, twice, empty):
                growth = (b - least) / (a - least)
                failed += growth > MOST
                print(f'{"ok" if growth <= MOST else "FAILED"} {kind.__name__}: {what} {a} to {b}, {growth:.2f} times')
    print(f'{2 * len(KINDS) - failed} passed, {failed} failed')
    sys.exit(failed > 0)


if __name__ == '__main__':
    main()
