/* product_packed: float32 products on register tiles (gemm_packed.c of the kernel library), their second
 * factor in panels: packed at compile time if it is constant, otherwise at run time, if it is used for
 * enough rows to be worth it. */
#include "kernels.h"
#include "ops/shared/narrow_weights.h"
#include "ops/shared/product.h"

enum { MIN_COLUMNS = 8, MIN_ROWS_TO_PACK = 4 };

static Dim packed_size(const Product *p)
{
    return dim_mul(dim_mul(dim_ceildiv(p->n, dim_const(PANEL)), dim_const(PANEL)), p->k);
}

/* What is known of m must not decide where results depend on it (they do if there is a C or a factor): a column
 * of a, which is a row, too, if m is known to be 1, does not fit. */
static bool tiles_fit(const Product *p)
{
    bool rows = (dim_is(p->a_col, 1) && !dim_is(p->a_row, 1)) || dim_is(p->k, 1);
    return p->type == DT_FLOAT && rows && dim_low(p->n) >= MIN_COLUMNS && p->beta == 1;
}

static void set_sizes(Step *s, const Product *p)
{
    arg_struct(s, "p", "struct gemm_packed");
    arg_field(s, "m", p->m);
    arg_field(s, "n", p->n);
    arg_field(s, "k", p->k);
    arg_field(s, "a_row", p->a_row);
    arg_field(s, "y_row", p->y_row);
}

/* -- a constant second factor ------------------------------------------------------------------ */

static Value *constant_named(Node *n, Foreign name, DType type, const Shape *shape, const float *data, const Value *of,
                             const char *how)
{
    Value *v = value_const(n->graph, name, type, shape, data);
    v->origin = of->origin ? mem_printf("%s, %s", of->origin, how) : how;
    return v;
}

/* Matrices are packed in parts of this many floats, from left to right, or downwards where rows are dense. */
enum { AT_ONCE = 1 << 18 };

static void pack_columns(const Product *p, const float *from, float *to, bool is_last)
{
    const int64_t k = dim_value(p->k), cols = dim_value(p->n), b_col = dim_value(p->b_col);
    const int64_t panels = k * PANEL < AT_ONCE ? AT_ONCE / (k * PANEL) : 1;
    for (int64_t at = 0; at < cols; at += panels * PANEL) {
        int64_t some = cols - at < panels * PANEL ? cols - at : panels * PANEL;
        pack_panels_f32(from + at * b_col, to + at * k, (int32_t)k, (int32_t)some, (int32_t)dim_value(p->b_row),
                        (int32_t)b_col);
        if (is_last && from + at * b_col != p->b->data)
            mem_forget(from + at * b_col, (size_t)(some * k) * sizeof *from);
    }
}

/* The parts have 64 rows or a multiple of that, which in a panel is a page. */
static void pack_rows(const Product *p, const float *from, float *to, bool is_last)
{
    const int64_t k = dim_value(p->k), cols = dim_value(p->n), rows = (AT_ONCE / cols / 64 + 1) * 64;
    for (int64_t at = 0; at < k; at += rows) {
        int64_t some = k - at < rows ? k - at : rows;
        for (int64_t col = 0; col < cols; col += PANEL)
            pack_panels_f32(from + at * cols + col, to + col * k + at * PANEL, (int32_t)some,
                            (int32_t)(cols - col < PANEL ? cols - col : PANEL), (int32_t)cols, 1);
        if (is_last && from + at * cols != p->b->data)
            mem_forget(from + at * cols, (size_t)(some * cols) * sizeof *from);
    }
}

/* One matrix of b. If this is the last that b is for, what is packed goes at once, so that a large one is not in memory
 * twice; its start stays, for dumps. */
static void pack(const Node *n, const Product *p, const float *from, float *to)
{
    const bool is_last = doors.reads_last(n, p->b);
    if (dim_is(p->b_col, 1)) pack_rows(p, from, to, is_last);
    else pack_columns(p, from, to, is_last);
}

/* All matrices of b, one after the other. Nodes that want the same share it. */
static Value *packed_factor(Node *n, const Product *p)
{
    int64_t k = dim_value(p->k), cols = dim_value(p->n), size = dim_value(packed_size(p)),
            count = value_count(p->b) / (k * cols);
    const char *how = dim_is(p->b_col, 1) ? "in panels of 16 columns" : "transposed, in panels of 16 columns";
    const char *scaled = p->alpha != 1 ? mem_printf("_times_%.9g", p->alpha) : "";
    const char *recipe = mem_printf("%s%lldx%lld%s", dim_is(p->b_col, 1) ? "" : "transposed_", (long long)k,
                                    (long long)cols, scaled);
    Shape shape = shape_const(4, (int64_t[]){count, (cols + PANEL - 1) / PANEL, k, PANEL});
    Value *found = packed_find(n, p->b, recipe, &shape);
    if (found) return found;
    float *data = mem_array((size_t)(count * size) + 1, sizeof *data);
    const float *from = p->b->data;
    for (int64_t i = 0; i < count; i++) {
        pack(n, p, from + i * k * cols, data + i * size);
        for (int64_t j = 0; p->alpha != 1 && j < size; j++) data[i * size + j] *= (float)p->alpha;
    }
    Value *v = constant_named(n, foreign_suffixed(p->b->wanted, "/%s", recipe), DT_FLOAT, &shape, data, p->b, how);
    packed_note(p->b, v, recipe);
    return v;
}

/* Is b made of whole k x n matrices, dense in either order, and does a batch step over them as a whole? */
static bool can_pack_constant(const Product *p)
{
    if (!value_is_const(p->b) || p->b_at || !dim_is_const(p->n) || !dim_is_const(p->k) || dim_is(p->k, 0)) return false;
    bool dense = (dim_is(p->b_col, 1) && p->b_row == p->n) || (dim_is(p->b_row, 1) && p->b_col == p->k);
    Dim matrix = dim_mul(p->k, p->n);
    for (int i = 0; i < p->batch_rank; i++) dense = dense && dim_divides(matrix, p->b_batch[i]);
    return dense && value_count(p->b) % dim_value(matrix) == 0;
}

/* Is c a matrix like y? A computed one of rank 2 counts as such even if it is known to have one row: it may be
 * one of as many rows as y. */
static bool c_is_matrix(const Product *p)
{
    return !dim_is(p->c_row, 0) || (!value_is_const(p->c) && p->c->type.shape.rank == 2);
}

/* c as the kernel can add it: a row for all rows of y (sums start there), or a matrix like y (added
 * last, as plain loops do). */
static bool c_fits(const Product *p)
{
    if (!p->c || (value_is_const(p->c) && value_count(p->c) == 1)) return true;
    if (!dim_is(p->c_col, 1)) return false;
    if (!c_is_matrix(p)) return true;
    bool like_y = (p->c_row == p->y_row || dim_is(p->m, 1)) && !p->y_at;
    return like_y && (p->alpha == 1 || value_is_const(p->c));
}

/* A single number, once for each column. */
static Value *row_of(Node *n, Value *c, int64_t columns)
{
    float *data = mem_array((size_t)columns + 1, sizeof *data);
    for (int64_t i = 0; i < columns; i++) data[i] = (float)const_as_double(c, 0);
    Shape shape = shape_const(1, &columns);
    return constant_named(n, foreign_suffixed(c->wanted, "/row"), DT_FLOAT, &shape, data, c, "repeated");
}

static void call_gemm(Node *n, const Product *p, const StoredPanels *w, Step **made)
{
    bool repeats = p->c && value_count(p->c) == 1 && !dim_is(p->n, 1), matrix = p->c && !repeats && c_is_matrix(p);
    Step *s = *made = step_call(n, "gemm_packed_%s", w->type);
    arg_in_at(s, "a", p->a, p->a_at);
    arg_panels(s, w);
    arg_in(s, "bias", matrix ? NULL : repeats ? row_of(n, p->c, dim_value(p->n)) : p->c);
    arg_in(s, "add", p->add ? p->add : matrix ? p->c : NULL);
    arg_out_at(s, "y", p->y, p->y_at);
    set_sizes(s, p);
    arg_real(s, "low", p->low);
    arg_real(s, "high", p->high);
    arg_function(s, "activation", NULL);
}

static Dim call_batch(Node *n, const Product *p, const StoredPanels *w, Step **made)
{
    Product packed = *p;
    Dim matrix = dim_mul(p->k, p->n);
    for (int i = 0; i < p->batch_rank; i++)
        packed.b_batch[i] = dim_mul(dim_floordiv(p->b_batch[i], matrix), packed_size(p));
    Step *s = *made = step_call(n, "matmul_packed_%s", w->type);
    arg_in_at(s, "a", p->a, p->a_at);
    arg_panels(s, w);
    arg_out_at(s, "y", p->y, p->y_at);
    set_sizes(s, p);
    return arg_batch(s, &packed);
}

/* -- one that is computed ---------------------------------------------------------------------- */

static bool can_pack_at_run_time(const Product *p)
{
    return product_is_plain(p) && dim_high(p->m) >= MIN_ROWS_TO_PACK;
}

static Dim call_packing(Node *n, const Product *p, Step **made)
{
    Value *panels = scratch(n, "panels", DT_FLOAT, packed_size(p));
    Step *s = *made = step_call(n, "matmul_packing_f32");
    arg_in_at(s, "a", p->a, p->a_at);
    arg_in_at(s, "b", p->b, p->b_at);
    arg_out_at(s, "y", p->y, p->y_at);
    arg_out(s, "scratch", panels);
    set_sizes(s, p);
    arg_dim(s, "b_row", p->b_row);
    arg_dim(s, "b_col", p->b_col);
    return arg_batch(s, p);
}

bool product_is_packed(const Product *p)
{
    return tiles_fit(p) && can_pack_constant(p) && !p->batch_rank;
}

static Dim call_packed(Node *n, const Product *p, Step **made)
{
    StoredPanels w = stored_panels(n, p->b, packed_factor(n, p), dim_value(p->k), dim_value(p->k));
    if (p->batch_rank) return call_batch(n, p, &w, made);
    call_gemm(n, p, &w, made);
    return dim_const(1);
}

bool lower_packed_product(Node *n, const Product *p, Dim *count, Step **made)
{
    if (!tiles_fit(p) || !c_fits(p)) return false;
    if (can_pack_constant(p)) *count = call_packed(n, p, made);
    else if (can_pack_at_run_time(p)) *count = call_packing(n, p, made);
    else return false;
    return true;
}
