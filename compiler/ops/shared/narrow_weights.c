/* narrow_weights: float16 and bfloat16 are rounded to nearest, ties to even; int8 is the nearest multiple of a scale,
 * of which the largest magnitude of a column, or of a row of a table, is 127. Weights that --weights-type has in one
 * type are not computed with in another. */
#include "ops/shared/narrow_weights.h"

#include "kernels.h"

#include <math.h>

/* Fewer are not worth the work to widen them; biases, scales and norms are among those. */
enum { LEAST_WEIGHTS = 1024 };

static bool are_large_weights(const Node *n, const Value *v)
{
    return value_is_const(v) && v->type.dtype == DT_FLOAT && value_count(v) >= LEAST_WEIGHTS && !v->recipe &&
           !value_is_const(n->in[0] == v ? n->in[1] : n->in[0]);
}

bool weights_narrow(const Node *n, const Value *v)
{
    return n->graph->model->options.weights_type != DT_UNDEFINED && are_large_weights(n, v);
}

/* How floats lie: `channels` of them side by side, or one after the other. */
typedef struct {
    int64_t groups, length, channels; /* [groups][length][channels], a scale for each [group][channel] */
} Channels;

typedef struct {
    const float *from;
    void *to;
    float *scale; /* of int8 */
    double error; /* the largest, of the largest magnitude that shares its type's scale */
    bool in_pairs;
} Narrowing;

static double larger(double a, double b)
{
    return a > b ? a : b;
}

/* NaN counts as infinite. */
static double magnitude(float x)
{
    return isnan(x) ? INFINITY : fabs((double)x);
}

/* Where a weight goes whose row is one of a pair: [rows / 2][PANEL][2]. */
static int64_t place_in_pairs(int64_t i)
{
    int64_t row = i / PANEL;
    return (row - row % 2) * PANEL + i % PANEL * 2 + row % 2;
}

static bool to_halves(Narrowing *all, int64_t count, DType type)
{
    uint16_t *to = all->to;
    double largest = 0, error = 0;
    for (int64_t i = 0; i < count; i++) {
        float x = all->from[i];
        uint16_t half = type == DT_FLOAT16 ? f32_to_f16(x) : f32_to_bf16(x);
        float back = type == DT_FLOAT16 ? f16_to_f32(half) : bf16_to_f32(half);
        to[all->in_pairs ? place_in_pairs(i) : i] = half;
        if (!isfinite(back)) return false;
        largest = larger(largest, magnitude(x));
        error = larger(error, magnitude(back - x));
    }
    all->error = largest > 0 ? error / largest : 0;
    return true;
}

static bool to_bytes(Narrowing *all, const Channels *c, int64_t group, int64_t channel)
{
    const int64_t first = group * c->length * c->channels + channel;
    int8_t *to = all->to;
    double largest = 0;
    for (int64_t i = 0; i < c->length; i++) largest = larger(largest, magnitude(all->from[first + i * c->channels]));
    if (!isfinite(largest)) return false;
    float scale = all->scale[group * c->channels + channel] = (float)largest / 127;
    for (int64_t i = 0; i < c->length && scale > 0; i++) {
        int64_t at = first + i * c->channels;
        float steps = rintf(all->from[at] / scale);
        to[at] = (int8_t)(steps < -127 ? -127 : steps > 127 ? 127 : steps);
        all->error = larger(all->error, magnitude((float)to[at] * scale - all->from[at]) / largest);
    }
    return true;
}

static bool narrow_all(Narrowing *all, const Channels *c, DType type)
{
    if (type != DT_INT8) return to_halves(all, c->groups * c->length * c->channels, type);
    for (int64_t g = 0; g < c->groups; g++)
        for (int64_t i = 0; i < c->channels; i++)
            if (!to_bytes(all, c, g, i)) return false;
    return true;
}

static Value *constant_of(Node *n, const Value *v, const char *suffix, DType type, const Shape *shape, const void *data)
{
    Value *made = value_const(v->graph ? v->graph : n->graph, foreign_suffixed(v->wanted, "/%s", suffix), type, shape,
                              data);
    made->origin = v->origin;
    return made;
}

/* How weights are to be stored. */
typedef struct {
    DType type;
    bool in_pairs;
} Form;

/* v, of which others may have asked the same, in the form that is wanted; false if its type doesn't hold it. */
static bool narrow_as(Node *n, Value *v, Form form, const Channels *c, const Shape *scales, Value **narrow,
                      Value **scale)
{
    const DType type = form.type;
    const char *recipe = form.in_pairs ? mem_printf("%s, in pairs", dtype_name(type)) : dtype_name(type);
    int64_t count = value_count(v), bytes = dtype_bytes(type, count);
    *narrow = packed_find(n, v, recipe, &v->type.shape);
    *scale = type == DT_INT8 ? packed_find(n, v, "scale", scales) : NULL;
    if (*narrow) return true;
    Narrowing all = {.from = v->data,
                     .to = mem_array((size_t)count + 1, (size_t)dtype_bytes(type, 1)),
                     .in_pairs = form.in_pairs};
    if (type == DT_INT8) all.scale = mem_array((size_t)(c->groups * c->channels) + 1, sizeof *all.scale);
    if (!narrow_all(&all, c, type)) return false;
    *narrow = constant_of(n, v, dtype_name(type), type, &v->type.shape, all.to);
    (*narrow)->origin = mem_printf("%s%s%s", v->origin ? v->origin : "", v->origin ? ", " : "", recipe);
    packed_note(v, *narrow, recipe);
    if (type == DT_INT8) {
        *scale = constant_of(n, v, "scale", DT_FLOAT, scales, all.scale);
        (*scale)->origin = "of int8 weights";
        packed_note(v, *scale, "scale");
        bytes += value_bytes(*scale);
    }
    Narrowed *told = mem_alloc(sizeof *told);
    *told = (Narrowed){1, value_bytes(v) - bytes, all.error};
    (*narrow)->narrowed = told;
    return true;
}

/* Are both factors to be rounded to the type of --precision? Those of bfloat16 are taken up in pairs. */
static bool is_rounded(const Node *n, const Value *v, int64_t run)
{
    const Options *o = &n->graph->model->options;
    return rounds_products(o) && are_large_weights(n, v) && (o->precision != DT_BFLOAT16 || run % 2 == 0);
}

StoredPanels stored_panels(Node *n, const Value *v, Value *panels, int64_t rows, int64_t run)
{
    const Options *o = &n->graph->model->options;
    const bool narrow_ones = weights_narrow(n, v), stays = narrow_ones && o->weights_type != o->precision,
               rounds = !stays && is_rounded(n, v, run);
    StoredPanels p = {"f32", panels, NULL};
    if (!narrow_ones && !rounds) return p;
    Form form = {rounds ? o->precision : o->weights_type, rounds && o->precision == DT_BFLOAT16};
    Channels c = {value_count(panels) / (rows * PANEL), rows, PANEL};
    Shape scales = shape_const(1, (int64_t[]){c.groups * PANEL});
    Value *narrow, *scale;
    if (!narrow_as(n, panels, form, &c, &scales, &narrow, &scale)) return p;
    if (mem_is_large((size_t)value_bytes(panels))) mem_forget(panels->data, (size_t)value_bytes(panels));
    return (StoredPanels){mem_printf("%s%s", dtype_suffix(form.type), rounds ? "_both" : ""), narrow, scale};
}

void arg_panels(Step *s, const StoredPanels *p)
{
    arg_in(s, "w", p->w);
    if (p->scale) arg_in(s, "scale", p->scale);
}

bool narrow_table(Node *n, Value *table, Value **narrow, Value **scale)
{
    const Shape *shape = &table->type.shape;
    Shape scales = *shape;
    for (int i = 1; i < scales.rank; i++) scales.dim[i] = dim_const(1);
    int64_t rows = dim_value(shape->dim[0]);
    Channels c = {rows, rows ? value_count(table) / rows : 0, 1};
    Form form = {n->graph->model->options.weights_type, false};
    return narrow_as(n, table, form, &c, &scales, narrow, scale);
}
