/* Identity: https://onnx.ai/onnx/operators/onnx__Identity.html */
#include "op/op.h"

static void infer_identity(Node *n)
{
    Value *x = input_of(n, 0), *y = output_of(n, 0);
    if (y && x && (is_sequence(x) || x->map_keys)) { /* a list or map: only names */
        y->type = x->type;
        y->items = x->items;
        y->n_items = x->n_items;
        y->list = x->list;
        y->map_keys = x->map_keys;
        y->map_values = x->map_values;
    } else if (need_counts(n, 1, 1, 1, 1)) {
        set_out_like(n, 0, x);
    }
}

static void lower_identity(Node *n)
{
    if (n->in[0]->type.kind == KIND_TENSOR) lower_as_view(n);
}

const Op ops_identity[] = {
    {.name = "Identity",
     .domain = "",
     .since = 1,
     .infer = infer_identity,
     .lower = lower_identity,
     .flags = OP_HALF_NATIVE | OP_MOVES},
    {0},
};
