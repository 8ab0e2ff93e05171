/* rewrite_pad: zeros put around an image before a convolution are the convolution's own padding. */
#include "rewrite/rewrite.h"

#include <string.h>

/* begin/end pads per axis of a Pad node by all known constants; false if unknown, negative, or not by zeros. */
static bool zero_pads(Node *n, int rank, int64_t *pads)
{
    Dim *given;
    const int64_t *attribute;
    double value = 0;
    if (!foreign_is(attr_string(n, "mode", "constant"), "constant") || input_of(n, 3)) return false;
    if (n->opset < 11) {
        if (attr_ints(n, "pads", &attribute) != 2 * rank || attr_float(n, "value", 0) != 0) return false;
        memcpy(pads, attribute, 2 * (size_t)rank * sizeof *pads);
    } else {
        if (!input_of(n, 1) || known_dims(input_of(n, 1), &given) != 2 * rank) return false;
        if (input_of(n, 2) && !(known_scalar(input_of(n, 2), &value) && value == 0)) return false;
        for (int i = 0; i < 2 * rank; i++) {
            if (!given[i] || !dim_is_const(given[i])) return false;
            pads[i] = dim_value(given[i]);
        }
    }
    for (int i = 0; i < 2 * rank; i++)
        if (pads[i] < 0) return false;
    return true;
}

bool rewrite_pad(Node *n)
{
    if (!node_is(n, "Conv")) return false;
    Node *pad = only_producer(n, 0);
    Foreign auto_pad = attr_string(n, "auto_pad", "NOTSET");
    if (!node_is(pad, "Pad") || (!foreign_is(auto_pad, "NOTSET") && !foreign_is(auto_pad, "VALID"))) return false;
    int rank = n->in[0]->type.shape.rank, spatial = rank - 2;
    int64_t pads[2 * MAX_RANK], sum[2 * MAX_RANK] = {0};
    if (!zero_pads(pad, rank, pads) || pads[0] || pads[1] || pads[rank] || pads[rank + 1]) return false;
    const int64_t *own;
    int count = attr_ints(n, "pads", &own);
    for (int i = 0; i < spatial; i++) {
        sum[i] = pads[2 + i] + (count ? own[i] : 0);
        sum[spatial + i] = pads[rank + 2 + i] + (count ? own[spatial + i] : 0);
    }
    node_set_input(n, 0, pad->in[0]);
    attr_remove(n, "auto_pad");
    attr_remove(n, "pads");
    attr_set_ints(n, "pads", 2 * spatial, sum);
    note_fused(n, pad);
    return true;
}
