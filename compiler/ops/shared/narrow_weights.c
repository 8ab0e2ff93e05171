/* narrow_weights: float16 and bfloat16 are rounded to nearest, ties to even; int8 is the nearest multiple of a scale,
 * of which the largest magnitude of a column, or of a row of a table, is 127. */
#include "ops/shared/narrow_weights.h"

#include "kernels.h"

#include <math.h>

/* Fewer are not worth the work to widen them; biases, scales and norms are among those. */
enum { LEAST_WEIGHTS = 1024 };

bool weights_narrow(const Node *n, const Value *v)
{
    DType t = n->graph->model->options.weights_type;
    return t != DT_UNDEFINED && value_is_const(v) && v->type.dtype == DT_FLOAT && value_count(v) >= LEAST_WEIGHTS &&
           !v->recipe && !value_is_const(n->in[0] == v ? n->in[1] : n->in[0]);
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

static bool to_halves(Narrowing *all, int64_t count, DType type)
{
    uint16_t *to = all->to;
    double largest = 0, error = 0;
    for (int64_t i = 0; i < count; i++) {
        float x = all->from[i];
        to[i] = type == DT_FLOAT16 ? f32_to_f16(x) : f32_to_bf16(x);
        float back = type == DT_FLOAT16 ? f16_to_f32(to[i]) : bf16_to_f32(to[i]);
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

/* v, of which others may have asked the same, as the type that is wanted; false if that doesn't hold it. */
static bool narrow_as(Node *n, Value *v, const Channels *c, const Shape *scales, Value **narrow, Value **scale)
{
    DType type = n->graph->model->options.weights_type;
    int64_t count = value_count(v), bytes = dtype_bytes(type, count);
    *narrow = packed_find(n, v, dtype_name(type), &v->type.shape);
    *scale = type == DT_INT8 ? packed_find(n, v, "scale", scales) : NULL;
    if (*narrow) return true;
    Narrowing all = {.from = v->data, .to = mem_array((size_t)count + 1, (size_t)dtype_bytes(type, 1))};
    if (type == DT_INT8) all.scale = mem_array((size_t)(c->groups * c->channels) + 1, sizeof *all.scale);
    if (!narrow_all(&all, c, type)) return false;
    *narrow = constant_of(n, v, dtype_name(type), type, &v->type.shape, all.to);
    (*narrow)->origin = mem_printf("%s%s%s", v->origin ? v->origin : "", v->origin ? ", " : "", dtype_name(type));
    packed_note(v, *narrow, dtype_name(type));
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

StoredPanels stored_panels(Node *n, const Value *v, Value *panels, int64_t rows)
{
    StoredPanels p = {"f32", panels, NULL};
    if (!weights_narrow(n, v)) return p;
    Channels c = {value_count(panels) / (rows * PANEL), rows, PANEL};
    Shape scales = shape_const(1, (int64_t[]){c.groups * PANEL});
    Value *narrow, *scale;
    if (!narrow_as(n, panels, &c, &scales, &narrow, &scale)) return p;
    if (mem_is_large((size_t)value_bytes(panels))) mem_forget(panels->data, (size_t)value_bytes(panels));
    return (StoredPanels){dtype_suffix(narrow->type.dtype), narrow, scale};
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
    return narrow_as(n, table, &c, &scales, narrow, scale);
}
