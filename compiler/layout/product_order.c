/* product_order: a product of matrices whose first factor is an image with its channels put first again and flattened,
 * as at the end of most classifiers. The rows of the constant second factor take the order of the image instead. */
#include "layout/layout.h"

#include <string.h>

/* Bytes: larger factors stay as they are, since the compiler would hold both, and the transpose is little beside it. */
enum { MOST_TURNED = 1 << 22 };

/* Where a node has its second factor; 0: it is no such product. */
static int factor_of(const Node *n)
{
    static const struct {
        const char *op_type, *domain;
        int input;
    } products[] = {{"Gemm", "", 1}, {"MatMul", "", 1}, {"QGemm", "com.microsoft", 3}, {"QLinearMatMul", "", 3}};
    for (size_t i = 0; i < sizeof products / sizeof *products; i++)
        if (foreign_is(n->op_type, products[i].op_type) && foreign_is(n->domain, products[i].domain))
            return products[i].input;
    return 0;
}

/* Does it flatten [N, ...] to [N, K], for nothing but product n? */
static Node *flattening_of(Node *n)
{
    Node *flat = only_producer(n, 0);
    if (!flat || (!node_is(flat, "Flatten") && !node_is(flat, "Reshape"))) return NULL;
    const Shape *from = &flat->in[0]->type.shape, *to = &flat->out[0]->type.shape;
    return to->rank == 2 && from->rank >= 2 && from->dim[0] == to->dim[0] ? flat : NULL;
}

/* Where element k of the image, as it is before the order o, comes to be in `image`, after it. */
static int64_t place_of(int64_t k, const Shape *image, const Order *o)
{
    int64_t at[MAX_RANK] = {0}, place = 0;
    Order inverse = order_inverse(o);
    for (int i = o->rank - 1; i > 0; i--) {
        int64_t size = dim_value(image->dim[inverse.perm[i]]);
        at[inverse.perm[i]] = k % size;
        k /= size;
    }
    for (int i = 1; i < o->rank; i++) place = place * dim_value(image->dim[i]) + at[i];
    return place;
}

/* b[depth, columns], or transposed, for the image as it is before the order o. */
static Value *in_order(Node *n, const Value *b, bool is_transposed, const Shape *image, const Order *o)
{
    size_t element = (size_t)dtype_bits(b->type.dtype) / 8;
    int64_t rows = dim_value(b->type.shape.dim[0]), columns = dim_value(b->type.shape.dim[1]);
    const char *from = b->data;
    char *to = mem_array((size_t)(rows * columns) + 1, element);
    for (int64_t k = 0; k < (is_transposed ? columns : rows); k++) {
        int64_t place = place_of(k, image, o);
        for (int64_t r = 0; is_transposed && r < rows; r++)
            memcpy(to + (size_t)(r * columns + k) * element, from + (size_t)(r * columns + place) * element, element);
        if (!is_transposed)
            memcpy(to + (size_t)(k * columns) * element, from + (size_t)(place * columns) * element,
                   (size_t)columns * element);
    }
    Value *v = value_const(n->graph, foreign_suffixed(b->wanted, "/last"), b->type.dtype, &b->type.shape, to);
    v->origin = b->origin;
    return v;
}

static bool is_const_after_first(const Shape *s)
{
    for (int i = 1; i < s->rank; i++)
        if (!dim_is_const(s->dim[i])) return false;
    return true;
}

/* What the node makes is no longer what the model has under that name. */
static Value *renamed_output(Node *n)
{
    const Value *y = n->out[0];
    Value *v = value_typed(n->graph, foreign_suffixed(y->wanted, ".last"), y->type.dtype, &y->type.shape);
    v->producer = n;
    n->out[0] = v;
    return v;
}

bool layout_turn_factor(Node *n)
{
    Order o;
    int factor = factor_of(n);
    Node *flat = factor ? flattening_of(n) : NULL;
    if (!flat || attr_int(n, "transA", 0) || !order_of(flat->in[0], &o) || o.perm[0] != 0) return false;
    Value *b = n->in[factor], *first = flat->in[0];
    if (!value_is_const(b) || dtype_bits(b->type.dtype) < 8 || b->type.shape.rank != 2 || !only_producer(flat, 0))
        return false;
    if (!is_const_after_first(&first->type.shape) || value_bytes(b) > MOST_TURNED) return false;
    node_set_input(n, factor, in_order(n, b, attr_int(n, "transB", 0), &first->type.shape, &o));
    node_set_input(flat, 0, first->producer->in[0]);
    node_set_input(n, 0, renamed_output(flat));
    return true;
}
