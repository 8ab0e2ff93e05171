"""A random graph from a seed."""

from builder import Builder
from graph import names_read
from recipes import ELEMENTWISE, PRODUCTS, REDUCTIONS
from recipes_blocks import BLOCKS
from recipes_moves import MOVES, QUANTISED, SHAPES

SIMPLE = ELEMENTWISE + REDUCTIONS + PRODUCTS + MOVES + SHAPES
# What stands in a body: of bodies, too, though seldom.
INNER = SIMPLE * 4 + [lambda b, r=recipe: r(b, ELEMENTWISE) for recipe in BLOCKS]
OUTER = [lambda b, r=recipe: r(b, INNER) for recipe in BLOCKS]

THEMES = [
    (SIMPLE, SIMPLE, OUTER, QUANTISED),
    (ELEMENTWISE, MOVES),
    (PRODUCTS, ELEMENTWISE, REDUCTIONS),
    (SHAPES, MOVES, ELEMENTWISE),
    (QUANTISED, QUANTISED, MOVES, PRODUCTS),
    (OUTER, SIMPLE),
]


def inputs(b):
    """One to three, of any rank, most of float32; where there are several data sets, some of their sizes are open."""
    open_dims = [b.name("dim") for _ in range(b.rng.randint(1, 2))] if b.sets > 1 else []
    sizes = {d: b.rng.sample(range(1, 8), b.sets) for d in open_dims}
    for k in range(b.rng.choice([1, 2, 2, 3])):
        rank = b.rng.choice([1, 2, 2, 3, 3, 4, 4, 4, 5] if k == 0 else [0, 1, 2, 3, 4])
        shape, dims = [b.rng.choice([1, 2, 3, 4, 5, 6, 8]) for _ in range(rank)], {}
        for axis in range(rank):
            if open_dims and (k == 0 and axis == 0 or b.maybe(0.25)):
                dims[axis] = b.rng.choice(open_dims)
        dtype = b.rng.choice(["f4"] * 12 + ["f8"] + ["f2", "i8", "i4", "u1", "?"] * (k > 0))
        exact = b.maybe(0.6)
        arrays = [
            b.numbers([sizes[dims[a]][i] if a in dims else s for a, s in enumerate(shape)], dtype, exact)
            for i in range(b.sets)
        ]
        b.graph.input(b.name("x"), arrays, dims)


def choose_outputs(b):
    """What nothing reads, the youngest first; and now and then something that is read, too."""
    read = {n for node in b.graph.nodes for n in names_read(node)}
    made = [o for node in b.graph.nodes for o in node.output if o]
    leaves = [o for o in made if o not in read][::-1][: b.rng.randint(1, 4)]
    between = [o for o in made if o in read]
    b.graph.outputs = leaves + ([b.rng.choice(between)] if between and b.maybe(0.2) else [])


def generate(seed):
    """A Graph with data; every seed has one."""
    b = Builder(seed)
    inputs(b)
    theme = b.rng.choice(THEMES)
    wanted = b.rng.choice([3, 6, 10, 16])
    while len(b.graph.nodes) < wanted:
        b.rng.choice(b.rng.choice(theme if b.maybe(0.9) else THEMES[0]))(b)
    choose_outputs(b)
    return b.graph
