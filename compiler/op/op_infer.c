/* Setting the types and shapes of outputs. */
#include "op/op.h"

#include <string.h>

/* What may be less than nothing, going by its bounds, is refused at run time if it is. */
static void assume_sizes(Node *n, const Shape *s)
{
    for (int d = 0; d < s->rank; d++)
        if (dim_low(s->dim[d]) < 0) assume_equal(n, dim_max(s->dim[d], dim_const(0)), s->dim[d]);
}

void set_out(Node *n, int i, DType dtype, const Shape *shape)
{
    Value *v = output_of(n, i);
    if (!v) return;
    v->type = (Type){.kind = KIND_TENSOR, .dtype = dtype, .shape = *shape};
    assume_sizes(n, shape);
}

void set_out_like(Node *n, int i, const Value *v)
{
    Value *y = output_of(n, i);
    if (y) y->type = v->type;
}

/* -- equality of dimensions -------------------------------------------------------------------- */

bool dims_differ(Dim a, Dim b)
{
    Dim difference = dim_sub(a, b);
    return dim_low(difference) > 0 || dim_high(difference) < 0;
}

void assume_equal(Node *n, Dim a, Dim b)
{
    Model *m = n->graph->model;
    if (a == b) return;
    for (int i = 0; i < m->n_assumptions; i++) {
        const DimPair *p = &m->assumptions[i];
        bool same = (p->a == a && p->b == b) || (p->a == b && p->b == a);
        if (same && graph_is_within(n->graph, p->graph)) return;
    }
    mem_grow(&m->assumptions, &m->cap_assumptions, m->n_assumptions + 1, sizeof *m->assumptions);
    m->assumptions[m->n_assumptions++] = (DimPair){a, b, n->graph};
}

/* -- broadcasting ------------------------------------------------------------------------------ */

/* A constant beside a symbol: nobody gives a dimension a name that is always 1, so the symbol is the constant. */
static Dim agree(Node *n, Dim a, Dim b)
{
    if (dims_differ(a, b)) return NULL;
    assume_equal(n, a, b);
    return a;
}

/* Does data decide the size? Then only the data tell whether it equals another. */
typedef struct {
    const Model *m;
    bool found;
} LocalSearch;

static void note_local(Foreign symbol, void *context)
{
    LocalSearch *l = context;
    l->found = l->found || local_find(l->m, symbol);
}

static bool is_from_data(const Node *n, Dim d)
{
    LocalSearch l = {n->graph->model, false};
    dim_symbols(d, note_local, &l);
    return l.found;
}

/* Does an assumption say that both are the same, once rearranged? Sizes of images that can't be negative:
 * max(0, h - 2) and h - 2. */
static bool is_assumed(const Node *n, Dim a, Dim b)
{
    const Model *m = n->graph->model;
    for (int i = 0; i < m->n_assumptions; i++) {
        const DimPair *p = &m->assumptions[i];
        bool equal = dim_sub(a, b) == dim_sub(p->a, p->b) || dim_sub(a, b) == dim_sub(p->b, p->a);
        if (equal && graph_is_within(n->graph, p->graph)) return true;
    }
    return false;
}

/* The common dimension, or NULL. Of sizes from data none is taken for a 1 that repeats. */
static Dim broadcast_dim(Node *n, Dim a, Dim b)
{
    if (a == b || dim_is(b, 1)) return a;
    if (dim_is(a, 1)) return b;
    if (dim_is_const(a) && !dim_is_const(b)) return agree(n, a, b);
    if (dim_is_const(b) && !dim_is_const(a)) return agree(n, b, a);
    if (is_assumed(n, a, b)) return a;
    return is_from_data(n, a) || is_from_data(n, b) ? agree(n, a, b) : NULL;
}

static void broadcast_error(Node *n, const Shape *a, const Shape *b, Dim x, Dim y)
{
    const char *said = mem_printf("shapes %s and %s don't broadcast: %s and %s, expected equal dimensions or 1",
                                  shown(shape_text(a)), shown(shape_text(b)), shown(dim_text(x)), shown(dim_text(y)));
    if (dim_is_const(x) && dim_is_const(y)) node_invalid(n, "%s", said);
    else node_error(n, "%s; fix the dimensions with --dim NAME=N, or give equal ones the same name in the model", said);
}

bool broadcast_shapes(Node *n, const Shape *a, const Shape *b, Shape *result)
{
    Shape s = {.rank = a->rank > b->rank ? a->rank : b->rank};
    for (int i = 1; i <= s.rank; i++) { /* from the last dimension on */
        Dim x = i <= a->rank ? a->dim[a->rank - i] : dim_const(1),
            y = i <= b->rank ? b->dim[b->rank - i] : dim_const(1);
        Dim d = broadcast_dim(n, x, y);
        if (!d) {
            broadcast_error(n, a, b, x, y);
            return false;
        }
        s.dim[s.rank - i] = d;
    }
    *result = s;
    return true;
}

bool broadcast_inputs(Node *n, int first, int count, Shape *result)
{
    *result = shape_scalar();
    for (int i = first; i < first + count; i++) {
        const Value *v = input_of(n, i);
        if (v && !broadcast_shapes(n, result, &v->type.shape, result)) return false;
    }
    return true;
}
