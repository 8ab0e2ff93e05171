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

/* Is it new? */
static bool note_assumption(Graph *g, Dim a, Dim b)
{
    if (a == b || assumption_known(g, a, b)) return false;
    assumption_add(g, a, b);
    return true;
}

void graph_assume_equal(Graph *g, Dim a, Dim b)
{
    note_assumption(g, a, b);
}

void assume_equal(Node *n, Dim a, Dim b)
{
    graph_assume_equal(n->graph, a, b);
}

/* -- broadcasting ------------------------------------------------------------------------------ */

static bool can_be_one(Dim d)
{
    return dim_low(d) <= 1 && dim_high(d) >= 1;
}

/* Sizes whose bounds leave it open whether they are equal are taken to be, which is checked at run time. A 1 that would
 * be repeated is refused there: what names its dimensions has other sizes in mind, and is compiled for them. */
static Dim agree(Node *n, Dim a, Dim b)
{
    if (dims_differ(a, b)) return NULL;
    if (note_assumption(n->graph, a, b) && (can_be_one(a) || can_be_one(b)))
        node_warning(n, "%s and %s are taken to be equal; a size of 1 beside another one is refused at run time",
                     shown(dim_text(a)), shown(dim_text(b)));
    return a;
}

/* The common dimension, or NULL; a constant rather than a symbol. */
static Dim broadcast_dim(Node *n, Dim a, Dim b)
{
    if (a == b || dim_is(b, 1)) return a;
    if (dim_is(a, 1)) return b;
    if (dim_is_const(b)) return agree(n, b, a);
    return agree(n, a, b);
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
