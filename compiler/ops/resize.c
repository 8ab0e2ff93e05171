/* Resize and Upsample: https://onnx.ai/onnx/operators/onnx__Resize.html, ..__Upsample.html
 *
 * Resizing is separable: an axis at a time, each by a table of the pixels that every output position sees and their
 * weights. lower() makes the tables at compile time if the sizes are known, else has them made by the same function at
 * run time.
 *
 * Where the text leaves something open: scales multiply in float32, as onnx's own shape inference has it; align_corners
 * reaches to the length before it was rounded down, as the reference has it; before opset 11, and for Upsample,
 * positions are mapped asymmetrically and the pixel before is the nearest (what PyTorch exported them for). Whole
 * numbers are interpolated in float32 and rounded. */
#include "kernels.h"
#include "base/base.h"
#include "op/op.h"
#include "ops/shared/shared.h"

#include <string.h>

typedef struct {
    bool listed; /* among the axes that scales, sizes and roi are about */
    int at;      /* which of them */
    Dim in, out;
    double scale;      /* 0: out / in, or known at run time only */
    double start, end; /* of the crop, if known */
    bool by_data;      /* its scale or crop are known only at run time */
} Axis;

typedef struct {
    int rank, listed;
    Axis axis[MAX_RANK];
    int mode, coordinates, rounding;
    bool antialias, exclude_outside;
    double cubic_a, outside;
    Value *scales, *roi; /* where some are only known at run time; else NULL */
    bool fits, covers; /* one scale for all listed axes, worked out at run time; the result covers the sizes asked for,
                          or fits into them */
} Resize;

/* -- attributes -------------------------------------------------------------------------------- */

static const AttrWord modes[] = {
    {"nearest", RESIZE_NEAREST}, {"linear", RESIZE_LINEAR}, {"bilinear", RESIZE_LINEAR}, {"cubic", RESIZE_CUBIC}, {0},
};

static const AttrWord coordinates[] = {
    {"half_pixel", RESIZE_HALF_PIXEL},
    {"half_pixel_symmetric", RESIZE_HALF_PIXEL_SYMMETRIC},
    {"pytorch_half_pixel", RESIZE_PYTORCH_HALF_PIXEL},
    {"align_corners", RESIZE_ALIGN_CORNERS},
    {"asymmetric", RESIZE_ASYMMETRIC},
    {"tf_half_pixel_for_nn", RESIZE_TF_HALF_PIXEL},
    {"tf_crop_and_resize", RESIZE_TF_CROP},
    {0},
};

static const AttrWord roundings[] = {
    {"round_prefer_floor", RESIZE_ROUND_DOWN},
    {"round_prefer_ceil", RESIZE_ROUND_UP},
    {"floor", RESIZE_FLOOR},
    {"ceil", RESIZE_CEIL},
    {0},
};

static bool is_upsample(const Node *n)
{
    return foreign_is(n->op_type, "Upsample");
}

static bool read_attributes(Node *n, Resize *r)
{
    bool old = n->opset < 11 || is_upsample(n);
    r->antialias = attr_int(n, "antialias", 0) != 0;
    r->exclude_outside = attr_int(n, "exclude_outside", 0) != 0;
    r->cubic_a = attr_float(n, "cubic_coeff_a", -0.75);
    r->outside = attr_float(n, "extrapolation_value", 0);
    return attr_word(n, "mode", "nearest", modes, &r->mode) &&
           attr_word(n, "coordinate_transformation_mode", old ? "asymmetric" : "half_pixel", coordinates,
                     &r->coordinates) &&
           attr_word(n, "nearest_mode", old ? "floor" : "round_prefer_floor", roundings, &r->rounding);
}

/* An attribute of Resize since opset 18; of any, layout notes them when it moves the axes of the image. */
int resized_axes(Node *n, const int64_t **axes)
{
    enum { AXES_SINCE = 18 };
    int count = own_ints(n, "axes", axes);
    if (count >= 0 || n->opset < AXES_SINCE || is_upsample(n) || !attr_find(n, "axes")) return count;
    return attr_ints(n, "axes", axes);
}

static bool read_axes(Node *n, Resize *r, const Shape *x)
{
    const int64_t *axes;
    int count = resized_axes(n, &axes);
    r->rank = x->rank;
    r->listed = count < 0 ? x->rank : count;
    for (int i = 0; i < x->rank; i++) r->axis[i] = (Axis){.in = x->dim[i], .out = x->dim[i], .scale = 1, .end = 1};
    for (int i = 0; i < r->listed; i++) {
        int axis = count < 0 ? i : normalize_axis(n, axes[i], x->rank);
        if (axis < 0) return false;
        if (r->axis[axis].listed) {
            node_invalid(n, "axis %d is listed twice in axes", axis);
            return false;
        }
        r->axis[axis].listed = true;
        r->axis[axis].at = i;
    }
    return true;
}

/* -- sizes ------------------------------------------------------------------------------------- */

/* An omitted input may also be an empty tensor. */
static Value *present(const Node *n, int input)
{
    Value *v = input_of(n, input);
    return v && dim_high(elements(v)) > 0 ? v : NULL;
}

static bool need_count(Node *n, const char *what, int64_t count, int64_t expected)
{
    if (count == expected) return true;
    node_invalid(n, "%s has %lld numbers, expected %lld", what, (long long)count, (long long)expected);
    return false;
}

/* floor(in * factor), computed in float32 as onnx does it; a symbolic size needs a factor with few binary digits. */
static Dim scaled(Node *n, Dim in, float factor)
{
    int exponent;
    float whole = floorf(frexpf(factor, &exponent) * 65536.0f);
    if (!(factor > 0 && factor < 65536)) {
        node_invalid(n, "the scale %g is out of range, expected more than 0 and less than 65536", (double)factor);
        return NULL;
    }
    if (dim_is_const(in)) return dim_const((int64_t)floorf((float)dim_value(in) * factor));
    if (ldexpf(whole, exponent - 16) == factor) {
        Dim product = dim_mul(in, dim_const((int64_t)ldexpf(whole, exponent > 0 ? exponent : 0)));
        return dim_floordiv(product, dim_const(INT64_C(65536) << (exponent < 0 ? -exponent : 0)));
    }
    node_error(n, "the size %s times %g can't be computed exactly; fix its dimensions with --dim NAME=N",
               shown(dim_text(in)), (double)factor);
    return NULL;
}

static bool scale_known(Node *n, const Resize *r, Axis *a, double scale)
{
    double crop = r->coordinates == RESIZE_TF_CROP ? a->end - a->start : 1;
    a->scale = scale;
    a->out = scaled(n, a->in, (float)scale * (float)crop);
    return a->out != NULL;
}

static bool scales_known(Node *n, Resize *r, const double *scales)
{
    for (int i = 0; i < r->rank; i++)
        if (r->axis[i].listed && !scale_known(n, r, &r->axis[i], scales[r->axis[i].at])) return false;
    return true;
}

/* Element i of a list of floats, which may be a Concat of which only a part is constant. */
static bool known_element(const Value *v, int64_t i, double *number)
{
    const Node *p = v->producer;
    if (v->data) {
        *number = const_as_double(v, i);
        return true;
    }
    if (!node_is(p, "Concat")) return false;
    for (int k = 0; k < p->n_in; i -= value_count(p->in[k++])) {
        if (!dim_is_const(elements(p->in[k]))) return false;
        if (i < value_count(p->in[k])) return known_element(p->in[k], i, number);
    }
    return false;
}

/* A scale or a crop that only the data tell: the size they lead to is worked out by a kernel, and checked by the
 * tables' function. */
static bool size_by_data(Node *n, Axis *a, int axis)
{
    const Shape *found = &n->out[0]->type.shape; /* by the first who asked */
    a->out = found->rank > axis ? found->dim[axis] : size_of_data(n, 0, axis);
    a->scale = 0;
    a->by_data = true;
    return a->out != NULL;
}

static bool read_scales(Node *n, Resize *r, Value *v)
{
    static const DType floats[] = {DT_FLOAT};
    for (int i = 0; i < n->n_in; i++)
        if (n->in[i] == v && !need_type(n, i, floats, 1)) return false;
    if (!need_count(n, "scales", value_count(v), r->listed)) return false;
    bool good = true;
    if (!v->data || r->roi) r->scales = v;
    for (int i = 0; i < r->rank; i++) {
        Axis *a = &r->axis[i];
        double scale = 0;
        if (!a->listed) continue;
        if (!r->roi && known_element(v, a->at, &scale) ? !scale_known(n, r, a, scale) : !size_by_data(n, a, i))
            good = false;
    }
    return good;
}

/* One scale for all listed axes, so that the result just fits into `sizes` or just covers them. */
static void fit_constants(Resize *r, const Dim *sizes)
{
    double scale = 0;
    for (int i = 0; i < r->rank; i++) {
        const Axis *a = &r->axis[i];
        if (!a->listed) continue;
        double each = (double)dim_value(sizes[a->at]) / (double)dim_value(a->in);
        if (scale == 0 || (r->covers ? each > scale : each < scale)) scale = each;
    }
    for (int i = 0; i < r->rank; i++)
        if (r->axis[i].listed) {
            r->axis[i].scale = scale;
            r->axis[i].out = dim_const((int64_t)floor(scale * (double)dim_value(r->axis[i].in) + 0.5));
        }
}

/* The same of sizes only known at run time, or of an input of any size. */
static bool keep_aspect_ratio(Node *n, Resize *r, const Dim *sizes)
{
    bool known = true, good = need_type(n, 3, (DType[]){DT_INT64}, 1);
    for (int i = 0; i < r->rank; i++)
        if (r->axis[i].listed) known = known && dim_is_const(r->axis[i].in) && dim_is_const(sizes[r->axis[i].at]);
    r->fits = !known;
    if (known) fit_constants(r, sizes);
    for (int i = 0; i < r->rank && !known; i++)
        if (r->axis[i].listed && !size_by_data(n, &r->axis[i], i)) good = false;
    return good;
}

static bool read_sizes(Node *n, Resize *r, int input)
{
    static const AttrWord policies[] = {{"stretch", 0}, {"not_larger", 1}, {"not_smaller", 2}, {0}};
    Dim *sizes;
    int policy, count = need_dims(n, input, &sizes);
    if (count < 0 || !need_count(n, "sizes", count, r->listed)) return false;
    if (!attr_word(n, "keep_aspect_ratio_policy", "stretch", policies, &policy)) return false;
    for (int i = 0; i < count; i++)
        if (dim_high(sizes[i]) < 1) {
            node_invalid(n, "sizes[%d] is %s, expected at least 1", i, shown(dim_text(sizes[i])));
            return false;
        }
    for (int i = 0; i < count; i++)
        if (dim_low(sizes[i]) < 1) assume_equal(n, dim_min(sizes[i], dim_const(1)), dim_const(1));
    r->covers = policy == 2;
    if (policy) return keep_aspect_ratio(n, r, sizes);
    for (int i = 0; i < r->rank; i++)
        if (r->axis[i].listed) {
            r->axis[i].out = sizes[r->axis[i].at];
            r->axis[i].scale = r->axis[i].out == r->axis[i].in ? 1 : 0;
        }
    return true;
}

/* -- the whole node ---------------------------------------------------------------------------- */

static bool read_roi(Node *n, Resize *r)
{
    static const DType floats[] = {DT_FLOAT};
    Value *roi = n->opset >= 11 && !is_upsample(n) ? present(n, 1) : NULL;
    if (r->coordinates != RESIZE_TF_CROP) return true;
    if (!roi) {
        node_invalid(n, "tf_crop_and_resize has no roi");
        return false;
    }
    if (!need_type(n, 1, floats, 1) || !need_count(n, "roi", value_count(roi), 2 * r->listed)) return false;
    if (!roi->data) r->roi = roi;
    for (int i = 0; i < r->rank; i++) {
        Axis *a = &r->axis[i];
        if (!a->listed || !roi->data) continue;
        a->start = const_as_double(roi, a->at);
        a->end = const_as_double(roi, a->at + r->listed);
    }
    return true;
}

/* Upsample's scales are attributes before opset 9, and before 7 only of the last two axes. */
static bool scales_of_attributes(Node *n, Resize *r)
{
    const float *given;
    double scales[MAX_RANK];
    for (int i = 0; i < r->rank; i++) scales[i] = 1;
    if (n->opset < 7) {
        if (!need_rank(n, 0, 4, 4)) return false;
        scales[2] = attr_float(n, "height_scale", 1);
        scales[3] = attr_float(n, "width_scale", 1);
    } else {
        if (!need_count(n, "scales", attr_floats(n, "scales", &given), r->rank)) return false;
        for (int i = 0; i < r->rank; i++) scales[i] = (double)given[i];
    }
    return scales_known(n, r, scales);
}

static bool read_target(Node *n, Resize *r)
{
    if (is_upsample(n) && n->opset < 9) return scales_of_attributes(n, r);
    int input = n->opset < 11 || is_upsample(n) ? 1 : 2;
    Value *scales = present(n, input), *sizes = input == 2 ? present(n, 3) : NULL;
    if (!scales == !sizes) {
        node_invalid(n, "has %s, expected one of them",
                     scales       ? "both scales and sizes"
                     : input == 2 ? "neither scales nor sizes"
                                  : "no scales");
        return false;
    }
    return scales ? read_scales(n, r, scales) : read_sizes(n, r, 3);
}

static bool need_pixels(Node *n, const Resize *r)
{
    for (int i = 0; i < r->rank; i++) {
        const Axis *a = &r->axis[i];
        if (a->out != a->in && dim_low(a->in) < 1 && dim_high(a->in) > 0)
            assume_equal(n, dim_min(dim_min(a->in, a->out), dim_const(1)), dim_min(a->out, dim_const(1)));
        if (dim_high(a->in) > 0 || dim_high(a->out) == 0) continue;
        node_invalid(n, "axis %d has no pixels to make %s of", i, shown(dim_text(a->out)));
        return false;
    }
    return true;
}

static bool resize_read(Node *n, Resize *r)
{
    *r = (Resize){0};
    return read_attributes(n, r) && read_axes(n, r, &n->in[0]->type.shape) && read_roi(n, r) && read_target(n, r) &&
           need_pixels(n, r);
}

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
    const Axis *a = &r->axis[i];
    if (!a->listed) return true;
    if (r->coordinates == RESIZE_TF_CROP && (r->roi || a->start != 0 || a->end != 1)) return false;
    return a->in == a->out && a->scale == 1;
}

/* How far the filter reaches, in pixels on both sides: 1 or 2, stretched when there are fewer outputs than inputs. */
static Dim tap_count(const Resize *r, int i)
{
    const Axis *a = &r->axis[i];
    int64_t reach = r->mode == RESIZE_LINEAR ? 1 : 2;
    if (r->mode == RESIZE_NEAREST) return dim_const(1);
    if (!r->antialias) return dim_const(2 * reach);
    if (a->scale > 0) return dim_const(2 * (int64_t)ceil((double)reach / (a->scale < 1 ? a->scale : 1)));
    return dim_mul(dim_const(2), dim_ceildiv(dim_mul(dim_const(reach), dim_max(a->in, a->out)), a->out));
}

typedef struct {
    Value *index, *weight;
    Dim taps;
} Table; /* index NULL: the axis keeps its size */

static bool known_now(const Resize *r, const Axis *a)
{
    return !r->roi && !a->by_data && dim_is_const(a->in) && dim_is_const(a->out);
}

static void make_now(Node *n, const Resize *r, int i, Table *t, DType type)
{
    const Axis *a = &r->axis[i];
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
    Foreign base = n->out[0]->name;
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
    const Axis *a = &r->axis[i];
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
    if (known_now(r, &r->axis[i])) make_now(n, r, i, &t, type);
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

static void call_size(Node *n, const Resize *r, const Axis *a, Value *sizes)
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
        const Axis *a = &r->axis[i];
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
                                    : value_typed(n->graph, foreign_suffixed(n->out[0]->name, ".to%d", last),
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
