/* product: kernels for matrix products. */
#include "ops/shared/product.h"

#include <string.h>

/* From this many columns on a row kernel's loops over n are long enough to be worth a copy of b
 * with contiguous columns. */
enum { MIN_ROW_COLUMNS = 16 };

Product product_of(Value *a, Value *b, Value *y, Dim m, Dim n, Dim k)
{
    Dim one = dim_const(1);
    return (Product){.type = y->type.dtype,
                     .a = a,
                     .b = b,
                     .y = y,
                     .m = m,
                     .n = n,
                     .k = k,
                     .a_row = k,
                     .a_col = one,
                     .b_row = n,
                     .b_col = one,
                     .y_row = n,
                     .alpha = 1,
                     .beta = 1,
                     .low = -INFINITY,
                     .high = INFINITY};
}

void product_transpose_a(Product *p)
{
    p->a_row = dim_const(1);
    p->a_col = p->m;
}

void product_transpose_b(Product *p)
{
    p->b_row = dim_const(1);
    p->b_col = p->k;
}

/* -- MatMul ------------------------------------------------------------------------------------ */

/* The operands as matrices. */
typedef struct {
    Dim m, n, k, b_k;
    Shape a_batch, b_batch;
} Factors;

static Factors factors_of(const Value *left, const Value *right)
{
    const Shape *a = &left->type.shape, *b = &right->type.shape;
    Factors f = {.m = a->rank > 1 ? a->dim[a->rank - 2] : dim_const(1), .k = a->dim[a->rank - 1]};
    f.n = b->rank > 1 ? b->dim[b->rank - 1] : dim_const(1);
    f.b_k = b->dim[b->rank > 1 ? b->rank - 2 : 0];
    f.a_batch = shape_of(a->rank > 2 ? a->rank - 2 : 0, a->dim);
    f.b_batch = shape_of(b->rank > 2 ? b->rank - 2 : 0, b->dim);
    return f;
}

bool matmul_shape(Node *n, const Value *a, const Value *b, Shape *y)
{
    Factors f = factors_of(a, b);
    if (!need_equal(n, f.k, f.b_k, "last axis of A and rows of B") || !broadcast_shapes(n, &f.a_batch, &f.b_batch, y))
        return false;
    if (a->type.shape.rank > 1) y->dim[y->rank++] = f.m;
    if (b->type.shape.rank > 1) y->dim[y->rank++] = f.n;
    return true;
}

/* Strides of an operand's batch, in matrices of `matrix` elements, aligned with a batch of `rank`
 * axes; 0 where it repeats. */
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
        bool joins = rank && p->a_batch[before] == dim_mul(p->a_batch[i], p->batch[i]) &&
                     p->b_batch[before] == dim_mul(p->b_batch[i], p->batch[i]);
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

Product matmul_product(Value *a, Value *b, Value *y)
{
    Factors f = factors_of(a, b);
    if (dim_is_const(f.b_k)) f.k = f.b_k; /* an open k of a was taken to equal it */
    Product p = product_of(a, b, y, f.m, f.n, f.k);
    p.batch_rank = y->type.shape.rank - (a->type.shape.rank > 1) - (b->type.shape.rank > 1);
    Shape batch = shape_of(p.batch_rank, y->type.shape.dim);
    memcpy(p.batch, batch.dim, sizeof p.batch);
    batch_strides(&f.a_batch, dim_mul(f.m, f.k), p.batch_rank, p.a_batch);
    batch_strides(&f.b_batch, dim_mul(f.k, f.n), p.batch_rank, p.b_batch);
    batch_strides(&batch, dim_mul(f.m, f.n), p.batch_rank, p.y_batch);
    merge_batch(&p);
    flatten_batch(&p);
    return p;
}

/* -- constant factors -------------------------------------------------------------------------- */

Value *transposed_constant(Node *n, const Value *v, int64_t batch, int64_t rows, int64_t cols)
{
    size_t bytes = (size_t)dtype_bytes(v->type.dtype, 1);
    const char *from = v->data;
    char *to = mem_array((size_t)(batch * rows * cols) + 1, bytes);
    for (int64_t i = 0; i < batch; i++)
        for (int64_t r = 0; r < rows; r++)
            for (int64_t c = 0; c < cols; c++)
                memcpy(to + (size_t)((i * cols + c) * rows + r) * bytes,
                       from + (size_t)((i * rows + r) * cols + c) * bytes, bytes);
    Shape shape = batch == 1 ? shape_const(2, (int64_t[]){cols, rows}) : shape_const(3, (int64_t[]){batch, cols, rows});
    Value *t = value_const(n->graph, foreign_suffixed(v->wanted, "/transposed"), v->type.dtype, &shape, to);
    t->origin = v->origin ? mem_printf("%s, transposed", v->origin) : "transposed";
    return t;
}

/* A constant b[n][k] of this node alone becomes b[k][n]; one that others read, too, would have to be stored twice. */
static void pack(Node *n, Product *p)
{
    if (!value_is_const(p->b) || p->batch_rank || p->b_at || dim_is(p->b_col, 1) || dim_low(p->n) < MIN_ROW_COLUMNS)
        return;
    if (!dim_is_const(p->n) || !dim_is_const(p->k) || p->b_col != p->k || value_use_count(p->b) > 1) return;
    p->b = transposed_constant(n, p->b, 1, dim_value(p->n), dim_value(p->k));
    p->b_row = p->n;
    p->b_col = dim_const(1);
}

/* -- calls ------------------------------------------------------------------------------------- */

static bool by_dots(const Product *p)
{
    return dim_is(p->b_row, 1) && (!dim_is(p->b_col, 1) || dim_is(p->n, 1));
}

bool product_is_plain(const Product *p)
{
    return !p->c && p->alpha == 1 && !(p->low > -INFINITY) && !(p->high < INFINITY);
}

static void set_sizes(Step *s, const Product *p, bool dots)
{
    arg_struct(s, "p", "struct gemm");
    arg_field(s, "m", p->m);
    arg_field(s, "n", p->n);
    arg_field(s, "k", p->k);
    arg_field(s, "a_row", p->a_row);
    arg_field(s, "a_col", p->a_col);
    arg_field(s, "b_step", dots ? p->b_col : p->b_row);
    arg_field(s, "y_row", p->y_row);
}

Dim arg_batch(Step *s, const Product *p)
{
    Dim count = dim_const(1), rows[4 * MAX_RANK];
    for (int i = 0; i < p->batch_rank; i++) {
        count = dim_mul(count, p->batch[i]);
        rows[4 * i] = p->batch[i];
        rows[4 * i + 1] = p->a_batch[i];
        rows[4 * i + 2] = p->b_batch[i];
        rows[4 * i + 3] = p->y_batch[i];
    }
    arg_dim(s, "count", count);
    arg_int(s, "rank", p->batch_rank);
    arg_dims(s, "batch", 4 * p->batch_rank, rows);
    return count;
}

static Dim call_matmul(Node *n, const Product *p, Step **made)
{
    bool dots = by_dots(p);
    Step *s = *made = step_call(n, "matmul_%s%s", dots ? "dot_" : "", dtype_suffix(p->type));
    arg_in_at(s, "a", p->a, p->a_at);
    arg_in_at(s, "b", p->b, p->b_at);
    arg_out_at(s, "y", p->y, p->y_at);
    set_sizes(s, p, dots);
    return arg_batch(s, p);
}

static void call_gemm(Node *n, const Product *p, Step **made)
{
    bool dots = by_dots(p);
    Step *s = *made = step_call(n, "gemm_%s%s", dots ? "dot_" : "", dtype_suffix(p->type));
    arg_in_at(s, "a", p->a, p->a_at);
    arg_in_at(s, "b", p->b, p->b_at);
    arg_in(s, "c", p->c);
    arg_out_at(s, "y", p->y, p->y_at);
    set_sizes(s, p, dots);
    if (p->c) {
        arg_field(s, "c_row", p->c_row);
        arg_field(s, "c_col", p->c_col);
    }
    if (!dtype_is_float(p->type)) {
        arg_int(s, "alpha", (int64_t)p->alpha);
        arg_int(s, "beta", (int64_t)p->beta);
        return;
    }
    arg_real(s, "alpha", p->alpha);
    arg_real(s, "beta", p->beta);
    arg_real(s, "low", p->low);
    arg_real(s, "high", p->high);
}

void lower_product(Node *n, const Product *wanted)
{
    Product p = *wanted;
    Step *s;
    Dim count = dim_const(1);
    if (!lower_packed_product(n, &p, &count, &s)) {
        pack(n, &p);
        if (p.batch_rank || product_is_plain(&p)) count = call_matmul(n, &p, &s);
        else call_gemm(n, &p, &s);
    }
    s->macs = dim_high(dim_mul(dim_mul(count, p.m), dim_mul(p.n, p.k)));
}
