/* rewrite_swish: x * Sigmoid(x) becomes Swish, which divides x at once instead of 1, and x * HardSigmoid(x), with
 * HardSwish's slope, HardSwish: as exporters wrote them before opsets 24 and 14. */
#include "rewrite/rewrite.h"

/* What x * gate(x) is; NULL for other gates. */
static const char *product_with(Node *gate)
{
    if (node_is(gate, "Sigmoid")) return "Swish";
    if (!node_is(gate, "HardSigmoid")) return NULL;
    float alpha = (float)attr_float(gate, "alpha", 0.2f), beta = (float)attr_float(gate, "beta", 0.5f);
    return alpha == (float)(1.0 / 6.0) && beta == 0.5f ? "HardSwish" : NULL;
}

bool rewrite_swish(Node *n)
{
    if (!node_is(n, "Mul") || n->n_in != 2 || !n->out[0] || n->out[0]->type.dtype != DT_FLOAT ||
        !value_use_count(n->out[0]))
        return false;
    for (int i = 0; i < 2; i++) {
        Node *gate = only_producer(n, i);
        const char *product = gate && gate->n_in == 1 && gate->in[0] == n->in[1 - i] ? product_with(gate) : NULL;
        if (!product) continue;
        replace_node(n, product, 1, &n->in[1 - i]);
        return true;
    }
    return false;
}
