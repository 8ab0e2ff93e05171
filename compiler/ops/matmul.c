/* MatMul: https://onnx.ai/onnx/operators/onnx__MatMul.html
 * Rules of numpy.matmul: a vector on the left is a row, on the right a column; leading axes are a batch and broadcast. */
#include "op.h"
#include "product.h"

#include <string.h>

/* The operands as matrices. */
typedef struct { Dim m, n, k, b_k; Shape a_batch, b_batch; } Factors;

static Factors factors_of(const Node *n)
{
    const Shape *a = &n->in[0]->type.shape, *b = &n->in[1]->type.shape;
    Factors f = {.m = a->rank > 1 ? a->dim[a->rank - 2] : dim_const(1), .k = a->dim[a->rank - 1]};
    f.n = b->rank > 1 ? b->dim[b->rank - 1] : dim_const(1);
    f.b_k = b->dim[b->rank > 1 ? b->rank - 2 : 0];
    f.a_batch = shape_of(a->rank > 2 ? a->rank - 2 : 0, a->dim);
    f.b_batch = shape_of(b->rank > 2 ? b->rank - 2 : 0, b->dim);
    return f;
}

static void infer_matmul(Node *n)
{
    static const DType types[] = {DT_FLOAT, DT_DOUBLE, DT_FLOAT16, DT_BFLOAT16, DT_INT32, DT_INT64, DT_UINT32, DT_UINT64};
    if (!need(n, 2, 2, 1, 1) || !need_tensor_inputs(n)) return;
    bool good = need_type(n, 0, types, 8) && need_same_type(n, 0, 1);
    if (!need_rank(n, 0, 1, -1) || !need_rank(n, 1, 1, -1) || !good) return;
    Factors f = factors_of(n);
    Shape y;
    if (!need_equal(n, f.k, f.b_k, "last axis of A and rows of B") || !broadcast_shapes(n, &f.a_batch, &f.b_batch, &y)) return;
    if (n->in[0]->type.shape.rank > 1) y.dim[y.rank++] = f.m;
    if (n->in[1]->type.shape.rank > 1) y.dim[y.rank++] = f.n;
    set_out(n, 0, n->in[0]->type.dtype, &y);
}

/* Strides of an operand's batch, in matrices of `matrix` elements, aligned with a batch of `rank` axes; 0 where it repeats. */
static void batch_strides(const Shape *batch, Dim matrix, int rank, Dim *strides)
{
    for (int i = rank - 1; i >= 0; i--) {
        int at = i - (rank - batch->rank);
        bool repeats = at < 0 || dim_is(batch->dim[at], 1);
        strides[i] = repeats ? dim_const(0) : matrix;
        if (!repeats) matrix = dim_mul(matrix, batch->dim[at]);
    }
}

/* Adjacent batch axes that both operands walk alike are one axis; axes of one element are none. */
static void merge_batch(Product *p)
{
    int rank = 0;
    for (int i = 0; i < p->batch_rank; i++) {
        if (dim_is(p->batch[i], 1)) continue;
        int before = rank - 1;
        bool joins = rank && p->a_batch[before] == dim_mul(p->a_batch[i], p->batch[i]) && p->b_batch[before] == dim_mul(p->b_batch[i], p->batch[i]);
        int at = joins ? before : rank++;
        p->batch[at] = joins ? dim_mul(p->batch[at], p->batch[i]) : p->batch[i];
        p->a_batch[at] = p->a_batch[i];
        p->b_batch[at] = p->b_batch[i];
        p->y_batch[at] = p->y_batch[i];
    }
    p->batch_rank = rank;
}

/* One matrix b for the whole batch, and rows of a that follow one another: a single product with more rows. */
static void flatten_batch(Product *p)
{
    if (p->batch_rank != 1 || !dim_is(p->b_batch[0], 0) || p->a_batch[0] != dim_mul(p->m, p->a_row)) return;
    p->m = dim_mul(p->m, p->batch[0]);
    p->batch_rank = 0;
}

static void lower_matmul(Node *n)
{
    Factors f = factors_of(n);
    const Shape *y = &n->out[0]->type.shape;
    Product p = product_of(n->in[0], n->in[1], n->out[0], f.m, f.n, f.k);
    p.batch_rank = y->rank - (n->in[0]->type.shape.rank > 1) - (n->in[1]->type.shape.rank > 1);
    Shape batch = shape_of(p.batch_rank, y->dim);
    memcpy(p.batch, batch.dim, sizeof p.batch);
    batch_strides(&f.a_batch, dim_mul(f.m, f.k), p.batch_rank, p.a_batch);
    batch_strides(&f.b_batch, dim_mul(f.k, f.n), p.batch_rank, p.b_batch);
    batch_strides(&batch, dim_mul(f.m, f.n), p.batch_rank, p.y_batch);
    merge_batch(&p);
    flatten_batch(&p);
    lower_product(n, &p);
}

const Op ops_matmul[] = {
    {.name = "MatMul", .domain = "", .since = 1, .infer = infer_matmul, .lower = lower_matmul},
    {0},
};
