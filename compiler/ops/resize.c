/* Resize and Upsample: https://onnx.ai/onnx/operators/onnx__Resize.html, ..__Upsample.html
 *
 * Resizing is separable: an axis at a time, each by a table of the pixels that every output position sees and their
 * weights. lower() makes the tables at compile time if the sizes are known, else has them made by the same function at
 * run time.
 *
 * What is asked for is read in resize_read.c. Whole numbers are interpolated in float32 and rounded. */
#include "ops/resize.h"

#include "kernels.h"
#include "base/base.h"

static void infer_resize(Node *n)
{
    static const DType types[] = {DT_FLOAT,  DT_DOUBLE, DT_FLOAT16, DT_BFLOAT16, DT_INT8,   DT_UINT8, DT_INT16,
                                  DT_UINT16, DT_INT32,  DT_UINT32,  DT_INT64,    DT_UINT64, DT_BOOL};
    Resize r;
    if (!need_counts(n, 1, 4, 1, 1)) return;
    Value *x = n->in[0];
    if (x->type.kind != KIND_TENSOR || !need_type(n, 0, types, 13) || !resize_read(n, &r)) return;
    Shape y = x->type.shape;
    for (int i = 0; i < r.rank; i++) y.dim[i] = r.axis[i].out;
    set_out(n, 0, x->type.dtype, &y);
}

/* Whole numbers between pixels: through float32, and rounded. */
static void expand_resize(Node *n)
{
    Resize r;
    DType t = n->in[0]->type.dtype;
    if (dtype_is_float(t) || !resize_read(n, &r) || r.mode == RESIZE_NEAREST) return;
    Value **inputs = mem_dup(n->in, (size_t)n->n_in * sizeof *inputs);
    Node *to = make_node(n, "Cast", 1, n->in, NULL);
    attr_set_int(to, "to", DT_FLOAT);
    inputs[0] = to->out[0];
    Node *resize = make_node(n, n->op->name, n->n_in, inputs, NULL);
    resize->opset = n->opset; /* as inputs and attributes are */
    resize->attrs = n->attrs;
    resize->n_attrs = n->n_attrs;
    resize->out[0]->type.shape = n->out[0]->type.shape; /* sizes that data decide are found already */
    Node *round = make_node(n, "Round", 1, resize->out, NULL);
    round->opset = round->opset < 11 ? 11 : round->opset;
    Node *from = make_node(n, "Cast", 1, round->out, n->out[0]);
    attr_set_int(from, "to", t);
}

/* -- lowering ---------------------------------------------------------------------------------- */

static bool keeps_size(const Resize *r, int i)
{
    const ResizeAxis *a = &r->axis[i];
    if (!a->listed) return true;
    if (r->coordinates == RESIZE_TF_CROP && (r->roi || a->start != 0 || a->end != 1)) return false;
    return a->in == a->out && a->scale == 1;
}

/* How far the filter reaches, in pixels on both sides: 1 or 2, stretched when there are fewer outputs than inputs. */
static Dim tap_count(const Resize *r, int i)
{
    const ResizeAxis *a = &r->axis[i];
    int64_t reach = r->mode == RESIZE_LINEAR ? 1 : 2;
    if (r->mode == RESIZE_NEAREST) return dim_const(1);
    if (!r->antialias) return dim_const(2 * reach);
    if (a->scale > 0)
        return dim_mul(dim_const(2), dim_const(number_cut(ceil((double)reach / (a->scale < 1 ? a->scale : 1)))));
    return dim_mul(dim_const(2), dim_ceildiv(dim_mul(dim_const(reach), dim_max(a->in, a->out)), a->out));
}

typedef struct {
    Value *index; /* NULL: the axis keeps its size */
    Value *weight;
    Dim taps;
} Table;

/* What is larger than any image takes neither our time nor the file's. */
static bool known_now(const Resize *r, const ResizeAxis *a, Dim taps)
{
    Dim count = dim_mul(a->out, taps);
    return !r->roi && !a->by_data && dim_is_const(a->in) && dim_is_const(count) && dim_value(count) <= MOST_IN_TABLE;
}

static void make_now(Node *n, const Resize *r, int i, Table *t, DType type)
{
    const ResizeAxis *a = &r->axis[i];
    const struct resize_axis p = {(int32_t)dim_value(a->in),
                                  (int32_t)dim_value(a->out),
                                  (int32_t)dim_value(t->taps),
                                  r->mode,
                                  r->coordinates,
                                  r->rounding,
                                  r->antialias,
                                  r->exclude_outside};
    size_t count = (size_t)p.out * (size_t)p.taps;
    int32_t *index = mem_array(count + 1, sizeof *index);
    void *weight = r->mode == RESIZE_NEAREST ? NULL : mem_array(count + 1, sizeof(double));
    float start = (float)a->start, end = (float)a->end;
    if (type == DT_DOUBLE) resize_taps_f64(NULL, a->scale, &start, &end, r->cubic_a, index, weight, &p);
    else resize_taps_f32(NULL, a->scale, &start, &end, r->cubic_a, index, weight, &p);
    Shape shape = shape_of(2, (Dim[]){a->out, t->taps});
    Foreign base = n->out[0]->wanted;
    const char *origin = mem_printf("axis %d of %s", i, n->op->name);
    t->index = value_const(n->graph, foreign_suffixed(base, ".pixels%d", i), DT_INT32, &shape, index);
    t->index->origin = origin;
    if (!weight) return;
    t->weight = value_const(n->graph, foreign_suffixed(base, ".weights%d", i), type, &shape, weight);
    t->weight->origin = origin;
}

static void arg_element(Step *s, const char *name, Value *v, int64_t at)
{
    if (v) arg_in_at(s, name, v, dim_const(at));
    else arg_in(s, name, NULL);
}

static void make_at_run_time(Node *n, const Resize *r, int i, Table *t, DType type)
{
    const ResizeAxis *a = &r->axis[i];
    Dim count = dim_mul(a->out, t->taps);
    Value *roi = r->coordinates == RESIZE_TF_CROP && a->listed ? n->in[1] : NULL;
    t->index = scratch(n, mem_printf("pixels%d", i), DT_INT32, count);
    t->weight = r->mode == RESIZE_NEAREST ? NULL : scratch(n, mem_printf("weights%d", i), type, count);
    Step *s = step_call(n, "resize_taps_%s", type == DT_DOUBLE ? "f64" : "f32");
    arg_element(s, "given", a->by_data ? r->scales : NULL, r->fits ? 0 : a->at);
    arg_real(s, "scale", a->scale);
    arg_element(s, "start", roi, a->at);
    arg_element(s, "end", roi, a->at + r->listed);
    arg_real(s, "a", r->cubic_a);
    arg_out(s, "index", t->index);
    if (t->weight) arg_out(s, "weight", t->weight);
    else arg_in(s, "weight", NULL);
    arg_struct(s, "p", "struct resize_axis");
    arg_field(s, "in", a->in);
    arg_field(s, "out", a->out);
    arg_field(s, "taps", t->taps);
    arg_field_int(s, "mode", r->mode);
    arg_field_int(s, "coordinates", r->coordinates);
    arg_field_int(s, "rounding", r->rounding);
    arg_field_int(s, "antialias", r->antialias);
    arg_field_int(s, "exclude_outside", r->exclude_outside);
}

static Table table_of(Node *n, const Resize *r, int i, DType type)
{
    Table t = {.taps = dim_const(1)};
    if (keeps_size(r, i)) return t;
    t.taps = tap_count(r, i);
    if (known_now(r, &r->axis[i], t.taps)) make_now(n, r, i, &t, type);
    else make_at_run_time(n, r, i, &t, type);
    return t;
}

static void arg_tables(Step *s, const Table *t, bool weights)
{
    static const char *const index[] = {"d_index", "h_index", "w_index"}, *const weight[] = {"d_weight", "h_weight",
                                                                                             "w_weight"};
    for (int k = 0; k < 3; k++) {
        arg_in(s, index[k], t[k].index);
        if (weights) arg_in(s, weight[k], t[k].weight);
    }
}

/* The sizes of up to three axes from `first` on, aligned at the last. */
static void arg_sizes(Step *s, const Shape *from, const Shape *to, int first, int count, const Table *t)
{
    static const char axis[] = "dhw";
    arg_struct(s, "p", "struct resize");
    arg_field(s, "outer", shape_product(from, 0, first));
    arg_field(s, "inner", shape_product(from, first + count, from->rank));
    for (int k = 0; k < 3; k++) {
        int i = first + k - (3 - count);
        arg_field(s, mem_printf("in_%c", axis[k]), i < first ? dim_const(1) : from->dim[i]);
        arg_field(s, mem_printf("out_%c", axis[k]), i < first ? dim_const(1) : to->dim[i]);
        arg_field(s, mem_printf("taps_%c", axis[k]), t[k].taps);
    }
}

/* The extrapolation value as the bits of an element. */
static uint64_t outside_bits(const Resize *r, DType type)
{
    uint64_t bits[2] = {0};
    number_set(type, bits, r->outside);
    return number_bits(type, bits, 0);
}

static Step *call_nearest(Node *n, Value *from, Value *to, const Table *t)
{
    Step *s = step_call(n, "resize_nearest_b%d", dtype_bits(from->type.dtype) / 8);
    arg_in(s, "x", from);
    arg_out(s, "y", to);
    arg_tables(s, t, false);
    return s;
}

static Step *call_weighted(Node *n, Value *from, Value *to, const Table *t, int first, int count)
{
    bool combines = !(dim_is(t[0].taps, 1) && dim_is(t[1].taps, 1));
    const Shape *shape = &from->type.shape;
    Value *row = combines ? scratch(n, "row", from->type.dtype, shape_product(shape, first + count - 1, shape->rank))
                          : NULL;
    Step *s = step_call(n, "resize_%s", dtype_suffix(from->type.dtype));
    arg_in(s, "x", from);
    arg_out(s, "y", to);
    if (row) arg_out(s, "row", row);
    else arg_in(s, "row", NULL);
    arg_tables(s, t, true);
    Dim rows = shape_product(&to->type.shape, 0, first + count - 1), above = dim_mul(t[0].taps, t[1].taps);
    Dim across = dim_mul(shape_product(&to->type.shape, first + count - 1, shape->rank), t[2].taps);
    s->macs = dim_high(dim_mul(rows, row ? dim_add(across, dim_mul(above, elements(row))) : across));
    return s;
}

/* Axes [first, first + count) of `from`, at most three. */
static void resize_axes(Node *n, const Resize *r, Value *from, Value *to, int first, int count)
{
    DType type = from->type.dtype;
    Table t[3] = {{.taps = dim_const(1)}, {.taps = dim_const(1)}, {.taps = dim_const(1)}};
    for (int i = 0; i < count; i++) t[3 - count + i] = table_of(n, r, first + i, type);
    bool nearest = r->mode == RESIZE_NEAREST;
    Step *s = nearest ? call_nearest(n, from, to, t) : call_weighted(n, from, to, t, first, count);
    arg_sizes(s, &from->type.shape, &to->type.shape, first, count, t);
    if (nearest) arg_int(s, "outside", (int64_t)outside_bits(r, type));
    else arg_real(s, "outside", r->outside);
}

static int next_resized(const Resize *r, int i)
{
    while (i < r->rank && keeps_size(r, i)) i++;
    return i;
}

static void call_fit(Node *n, Resize *r, Value *sizes)
{
    Dim in[MAX_RANK];
    for (int i = 0; i < r->rank; i++)
        if (r->axis[i].listed) in[r->axis[i].at] = r->axis[i].in;
    r->scales = scratch(n, "scale", DT_FLOAT, dim_const(1));
    Step *s = step_call(n, "resize_fit");
    arg_in(s, "sizes", n->in[3]);
    arg_dims(s, "in", r->listed, in);
    arg_int(s, "n", r->listed);
    arg_int(s, "covers", r->covers);
    arg_out(s, "out", sizes);
    arg_out(s, "scale", r->scales);
}

static void call_size(Node *n, const Resize *r, const ResizeAxis *a, Value *sizes)
{
    Step *s = step_call(n, "resize_size");
    arg_dim(s, "in", a->in);
    arg_element(s, "scale", r->scales, a->at);
    arg_element(s, "start", r->roi, a->at);
    arg_element(s, "end", r->roi, a->at + r->listed);
    arg_out_at(s, "out", sizes, dim_const(a->at));
}

/* The sizes that only the data tell. */
static void lower_sizes(Node *n, Resize *r)
{
    Value *sizes = NULL;
    for (int i = 0; i < r->rank; i++) {
        const ResizeAxis *a = &r->axis[i];
        if (!a->by_data) continue;
        if (!sizes) {
            sizes = scratch(n, "sizes", DT_INT64, dim_const(r->listed));
            if (r->fits) call_fit(n, r, sizes);
        }
        if (!r->fits) call_size(n, r, a, sizes);
        lower_read(n, sizes, a->at, a->out);
    }
}

/* Up to three neighbouring axes at a time, over intermediate results if that is not all. */
static void lower_resize(Node *n)
{
    Resize r;
    Value *from = n->in[0];
    if (!resize_read(n, &r)) return;
    lower_sizes(n, &r);
    int first = next_resized(&r, 0);
    if (first == r.rank) {
        lower_as_view(n);
        return;
    }
    while (first < r.rank) {
        int last = first, after;
        while ((after = next_resized(&r, last + 1)) < r.rank && after < first + 3) last = after;
        Shape shape = from->type.shape;
        for (int i = first; i <= last; i++) shape.dim[i] = r.axis[i].out;
        Value *to = after == r.rank ? n->out[0]
                                    : value_typed(n->graph, foreign_suffixed(n->out[0]->wanted, ".to%d", last),
                                                  from->type.dtype, &shape);
        resize_axes(n, &r, from, to, first, last - first + 1);
        from = to;
        first = after;
    }
}

const Op ops_resize[] = {
    {.name = "Resize",
     .domain = "",
     .since = 10,
     .infer = infer_resize,
     .lower = lower_resize,
     .expand = expand_resize},
    {.name = "Upsample",
     .domain = "",
     .since = 1,
     .infer = infer_resize,
     .lower = lower_resize,
     .expand = expand_resize},
    {0},
};
