/* Identity: https://onnx.ai/onnx/operators/onnx__Identity.html */
#include "op.h"

static void infer_identity(Node *n)
{
    if (need(n, 1, 1, 1, 1)) set_out_like(n, 0, n->in[0]);
}

const Op ops_identity[] = {
    {.name = "Identity", .domain = "", .since = 1, .infer = infer_identity, .lower = lower_as_view, .flags = OP_HALF_NATIVE | OP_MOVES},
    {0},
};
