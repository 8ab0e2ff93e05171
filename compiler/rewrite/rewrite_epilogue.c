/* rewrite_epilogue: a MatMul with constant weights adds the bias that follows it, and then another result (the
 * residual), as it stores its own. */
#include "ops/shared/shared.h"
#include "rewrite/rewrite.h"

/* A MatMul whose kernel adds, and which nothing was clamped in yet. */
static bool takes_epilogue(Node *n)
{
    if (!node_is(n, "MatMul") || n->out[0]->type.dtype != DT_FLOAT || isfinite(n->clamp_low) || isfinite(n->clamp_high))
        return false;
    Product p = matmul_product(n->in[0], n->in[1], n->out[0]);
    return product_is_packed(&p);
}

/* One number for each column. */
static bool is_bias(const Value *v, const Shape *y)
{
    const Shape *s = &v->type.shape;
    return value_is_const(v) && s->rank > 0 && s->rank <= y->rank && elements(v) == y->dim[y->rank - 1] &&
           s->dim[s->rank - 1] == y->dim[y->rank - 1];
}

/* Which input of the product the other operand of Add becomes; 0 if it can't be one. */
static int place_of(const Node *product, const Value *other, const Shape *y)
{
    bool added = product->op == &op_matmul_added;
    if (is_bias(other, y) && !added) return 2;
    return shape_equal(&other->type.shape, y) && !input_of(product, 3) ? 3 : 0;
}

bool rewrite_epilogue(Node *n)
{
    if (!node_is(n, "Add") || n->n_in != 2 || n->in[0] == n->in[1]) return false;
    const Shape *y = &n->out[0]->type.shape;
    for (int k = 0; k < 2; k++) {
        Node *product = only_producer(n, k);
        Value *other = n->in[1 - k];
        if (!takes_epilogue(product) || !shape_equal(&n->in[k]->type.shape, y)) continue;
        int place = place_of(product, other, y);
        if (!place) continue;
        move_before(product, n);
        set_input(product, place, other);
        product->op = &op_matmul_added;
        note_fused(product, n);
        take_outputs(product, n);
        return true;
    }
    return false;
}
