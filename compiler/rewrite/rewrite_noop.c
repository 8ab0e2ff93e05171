/* rewrite_noop: nodes whose output is their input. */
#include "rewrite/rewrite.h"

static bool keeps_order(const Node *n)
{
    static const char *const movers[] = {"Identity", "Reshape",  "Squeeze", "Unsqueeze", "Flatten",
                                         "Cast",     "CastLike", "Expand",  "Tile",      "Dropout"};
    for (size_t i = 0; i < sizeof movers / sizeof *movers; i++)
        if (node_is(n, movers[i])) return true;
    return false;
}

static bool permutes_nothing(Node *n)
{
    const int64_t *perm;
    int count = attr_ints(n, "perm", &perm);
    for (int i = 0; i < count; i++)
        if (perm[i] != i) return false;
    return count > 0;
}

static bool pads_nothing(Node *n)
{
    Dim *pads;
    const int64_t *attribute;
    int count = n->n_in > 1 ? known_dims(n->in[1], &pads) : 0;
    for (int i = 0; i < count; i++)
        if (!pads[i] || !dim_is(pads[i], 0)) return false;
    if (count > 0) return true;
    count = attr_ints(n, "pads", &attribute);
    for (int i = 0; i < count; i++)
        if (attribute[i]) return false;
    return count > 0;
}

bool rewrite_no_op(Node *n)
{
    Value *x = input_of(n, 0), *y = output_of(n, 0);
    if (!x || !y || x == y || x->type.kind != KIND_TENSOR || y->type.kind != KIND_TENSOR) return false;
    if (y->is_read) return false; /* x would be read again, into other symbols */
    if (x->type.dtype != y->type.dtype || !shape_equal(&x->type.shape, &y->type.shape)) return false;
    for (int i = 1; i < n->n_out; i++)
        if (n->out[i] && value_use_count(n->out[i])) return false;
    bool nothing = keeps_order(n) || (node_is(n, "Transpose") && permutes_nothing(n)) ||
                   (node_is(n, "Pad") && pads_nothing(n)) || (node_is(n, "Concat") && n->n_in == 1);
    if (!nothing) return false;
    int before = value_use_count(y);
    if (!before) return false;
    value_replace(y, x);
    return value_use_count(y) < before;
}
