/* Gemm: https://onnx.ai/onnx/operators/onnx__Gemm.html
 * Y = alpha * A' B' + beta * C. C is required before opset 11; before opset 7 it is broadcast only if an attribute says
 * so, which no shape can contradict. */
#include "op/op.h"
#include "ops/shared/shared.h"

static Dim rows_of(Node *n, int input, const char *transposed)
{
    return dim_at(n->in[input], attr_int(n, transposed, 0) ? 1 : 0);
}

static Dim cols_of(Node *n, int input, const char *transposed)
{
    return dim_at(n->in[input], attr_int(n, transposed, 0) ? 0 : 1);
}

/* Integer products are scaled by integers only. */
static bool need_scale(Node *n, const char *name)
{
    double value = attr_float(n, name, 1);
    if (dtype_is_float(n->in[0]->type.dtype) || (value == floor(value) && fabs(value) < INT32_MAX)) return true;
    node_error(n, "%s is %g, expected a whole number for %s factors; cast them to float32 in the model", name, value,
               dtype_name(n->in[0]->type.dtype));
    return false;
}

/* C broadcasts to Y, never the other way round. */
static void need_c(Node *n, const Shape *y)
{
    const Value *c = input_of(n, 2);
    Shape both;
    if (!c || !need_rank(n, 2, 0, 2) || !broadcast_shapes(n, &c->type.shape, y, &both)) return;
    for (int i = 0; i < 2; i++)
        if (!need_equal(n, both.dim[i], y->dim[i],
                        mem_printf("C of shape %s makes the result larger in axis %d",
                                   shown(shape_text(&c->type.shape)), i)))
            return;
}

static void infer_gemm(Node *n)
{
    static const DType types[] = {DT_FLOAT, DT_DOUBLE, DT_FLOAT16, DT_BFLOAT16,
                                  DT_INT32, DT_INT64,  DT_UINT32,  DT_UINT64};
    if (!need_counts(n, n->opset < 11 ? 3 : 2, 3, 1, 1) || !need_tensor_inputs(n)) return;
    bool good = need_type(n, 0, types, 8) && need_same_type(n, 0, 1) && need_same_type(n, 0, 2);
    good = need_rank(n, 0, 2, 2) && need_rank(n, 1, 2, 2) && good;
    if (!good || !need_scale(n, "alpha") || !need_scale(n, "beta")) return;
    Dim depth_b = rows_of(n, 1, "transB"), depth_a = cols_of(n, 0, "transA");
    if (!need_equal(n, depth_a, depth_b, "columns of A' and rows of B'")) return;
    Dim rows = rows_of(n, 0, "transA"), columns = cols_of(n, 1, "transB");
    Shape y = shape_of(2, (Dim[]){rows, columns});
    need_c(n, &y);
    set_out(n, 0, n->in[0]->type.dtype, &y);
}

/* Stride of C along an axis of Y. */
static Dim c_stride(const Value *c, int axis)
{
    int at = axis - (2 - c->type.shape.rank);
    if (at < 0 || dim_is(c->type.shape.dim[at], 1)) return dim_const(0);
    return axis == 1 ? dim_const(1) : dim_at(c, -1);
}

static void lower_gemm(Node *n)
{
    Product p = product_of(n->in[0], n->in[1], n->out[0], dim_at(n->out[0], 0), dim_at(n->out[0], 1),
                           cols_of(n, 0, "transA"));
    if (attr_int(n, "transA", 0)) product_transpose_a(&p);
    if (attr_int(n, "transB", 0)) product_transpose_b(&p);
    p.alpha = attr_float(n, "alpha", 1);
    p.beta = attr_float(n, "beta", 1);
    p.low = (double)n->clamp_low;
    p.high = (double)n->clamp_high;
    if (input_of(n, 2) && p.beta != 0) {
        p.c = n->in[2];
        p.c_row = c_stride(p.c, 0);
        p.c_col = c_stride(p.c, 1);
    }
    lower_product(n, &p);
}

const Op ops_gemm[] = {
    {.name = "Gemm", .domain = "", .since = 1, .infer = infer_gemm, .lower = lower_gemm, .flags = OP_CLAMPS},
    {0},
};
