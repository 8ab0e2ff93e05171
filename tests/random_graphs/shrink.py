"""A failing graph made small: outputs, nodes, data sets and sizes are taken away while it fails in the same way."""

import copy

import numpy as np

from graph import Graph, Value, names_read


def rebuilt(graph, nodes=None, outputs=None, inputs=None, consts=None, sets=None):
    """The graph with some of it replaced, and computed anew; None if that is not valid."""
    sets = sets if sets is not None else list(range(graph.sets))
    made = Graph(graph.opset, len(sets))
    made.dims, made.planted = dict(graph.dims), graph.planted
    for name, v in (inputs or graph.inputs).items():
        made.inputs[name] = made.values[name] = Value(name, [v.arrays[i] for i in sets])
    for name, v in (consts or graph.consts).items():
        made.const(name, v.arrays[0])
    try:
        for node in nodes if nodes is not None else graph.nodes:
            if made.add(node) is None:
                return None
    except KeyError:  # something that it reads is gone
        return None
    made.outputs = outputs or [o for o in graph.outputs if o in made.values]
    produced = {o for n in made.nodes for o in n.output}
    return made if made.outputs and all(o in produced for o in made.outputs) else None


def needed(graph, outputs):
    """Only the nodes that these outputs come from."""
    wanted, nodes = set(outputs), []
    for node in graph.nodes[::-1]:
        if wanted & set(node.output):
            wanted |= set(names_read(node))
            nodes.append(node)
    return nodes[::-1]


def without_node(graph, node):
    """Its outputs become inputs that hold what it computed."""
    inputs = dict(graph.inputs)
    for o in node.output:
        if o:
            inputs[o] = graph.values[o]
    nodes = [n for n in graph.nodes if n is not node]
    outputs = [o for o in graph.outputs if o not in node.output]
    return rebuilt(graph, nodes, outputs, inputs) if outputs else None


def smaller(graph):
    """Candidates, the largest steps first."""
    for o in graph.outputs if len(graph.outputs) > 1 else []:
        yield lambda o=o: rebuilt(graph, needed(graph, [o]), [o])
    yield lambda: rebuilt(graph, needed(graph, graph.outputs))
    for node in graph.nodes[::-1]:
        for o in [o for o in node.output if o and [o] != graph.outputs]:
            yield lambda o=o: rebuilt(graph, needed(graph, [o]), [o])
    for node in graph.nodes:
        yield lambda node=node: without_node(graph, node)
    for i in range(graph.sets if graph.sets > 1 else 0):
        yield lambda i=i: rebuilt(graph, sets=[k for k in range(graph.sets) if k != i])
    yield from smaller_arrays(graph)


def smaller_arrays(graph):
    """Sizes of inputs and of constants; all that have a size have another, since products want the same of both."""
    read = {n for node in graph.nodes for n in names_read(node)}
    held = {n: v for n, v in {**graph.inputs, **graph.consts}.items() if n in read}
    sizes = sorted({s for v in held.values() for s in v.shape if s > 1}, reverse=True)
    for size in sizes:
        for to in dict.fromkeys([1, 2, size // 2, size - 1]):
            if not 0 < to < size:
                continue
            for which in [list(held)] + [[n] for n in held if size in held[n].shape]:
                yield lambda size=size, to=to, which=which: resized(graph, which, size, to)


def resized(graph, which, size, to):
    def cut(values):
        return {n: Value(n, [cut_array(a, size, to) for a in v.arrays]) if n in which else v for n, v in values.items()}

    return rebuilt(graph, inputs=cut(graph.inputs), consts=cut(graph.consts))


def cut_array(a, size, to):
    return np.asarray(a[tuple(slice(0, to if s == size else s) for s in a.shape)], order="C")


def shrink(graph, fails, tries=400):
    """fails(graph): in the same way? The smallest that was found."""
    found = copy.copy(graph)
    again = True
    while again and tries > 0:
        again = False
        for make in smaller(found):
            candidate = make()
            if candidate is None or weight(candidate) >= weight(found):
                continue
            tries -= 1
            if fails(candidate):
                found, again = candidate, True
                break
            if tries <= 0:
                break
    return found


def weight(graph):
    elements = sum(a.size for v in [*graph.inputs.values(), *graph.consts.values()] for a in v.arrays)
    return len(graph.nodes), len(graph.outputs), graph.sets, elements
