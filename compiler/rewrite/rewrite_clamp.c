/* rewrite_clamp: Relu and Clip with constant bounds are done by the producer as it stores its result. */
#include "rewrite/rewrite.h"

static bool bound(const Node *n, int input, double *value)
{
    const Value *v = input_of(n, input);
    return !v || known_scalar(v, value);
}

bool clamp_of(Node *n, double *low, double *high)
{
    *low = -INFINITY;
    *high = INFINITY;
    if (node_is(n, "Relu")) {
        *low = 0;
        return true;
    }
    if (!node_is(n, "Clip")) return false;
    if (n->opset < 11) {
        *low = attr_float(n, "min", -INFINITY);
        *high = attr_float(n, "max", INFINITY);
        return true;
    }
    return bound(n, 1, low) && bound(n, 2, high);
}

static double within(double x, double low, double high)
{
    return x < low ? low : x > high ? high : x;
}

bool rewrite_clamp(Node *n)
{
    double low, high;
    Node *producer = only_producer(n, 0);
    if (!producer || !producer->op || !(producer->op->flags & OP_CLAMPS) || producer->out[0] != n->in[0] ||
        producer->activation.function)
        return false;
    if (n->in[0]->type.dtype != DT_FLOAT || !clamp_of(n, &low, &high) || low > high) return false;
    producer->clamp_low = (float)within((double)producer->clamp_low, low, high);
    producer->clamp_high = (float)within((double)producer->clamp_high, low, high);
    note_fused(producer, n);
    take_outputs(producer, n);
    return true;
}
