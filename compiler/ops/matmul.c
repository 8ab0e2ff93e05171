/* MatMul: https://onnx.ai/onnx/operators/onnx__MatMul.html
 * Rules of numpy.matmul: a vector on the left is a row, on the right a column; leading axes
 * are a batch and broadcast. */
#include "op/op.h"
#include "ops/shared/shared.h"

static void infer_matmul(Node *n)
{
    static const DType types[] = {DT_FLOAT, DT_DOUBLE, DT_FLOAT16, DT_BFLOAT16,
                                  DT_INT32, DT_INT64,  DT_UINT32,  DT_UINT64};
    if (!need_counts(n, 2, 2, 1, 1) || !need_tensor_inputs(n)) return;
    bool good = need_type(n, 0, types, 8) && need_same_type(n, 0, 1);
    Shape y;
    if (!need_rank(n, 0, 1, -1) || !need_rank(n, 1, 1, -1) || !good) return;
    if (matmul_shape(n, n->in[0], n->in[1], &y)) set_out(n, 0, n->in[0]->type.dtype, &y);
}

static void lower_matmul(Node *n)
{
    Product p = matmul_product(n->in[0], n->in[1], n->out[0]);
    lower_product(n, &p);
}

static void lower_matmul_added(Node *n)
{
    Product p = matmul_product(n->in[0], n->in[1], n->out[0]);
    p.c = input_of(n, 2);
    p.c_row = dim_const(0);
    p.c_col = dim_const(1);
    p.add = input_of(n, 3);
    p.low = (double)n->clamp_low;
    p.high = (double)n->clamp_high;
    lower_product(n, &p);
}

const Op op_matmul_added = {
    .name = "MatMul", .domain = "", .since = 1, .lower = lower_matmul_added, .flags = OP_CLAMPS};

const Op ops_matmul[] = {
    {.name = "MatMul", .domain = "", .since = 1, .infer = infer_matmul, .lower = lower_matmul},
    {0},
};
