/* Dimensions of the model's inputs: those that --dim settles, and those that are expressions of others. */
#include "load/load_private.h"
#include "op/op.h"

#include <string.h>

/* Where a dimension stands first, for messages. */
typedef struct {
    Loader *l;
    Foreign input;
    int axis;
} Place;

static Dim dim_named(const Place *at, Foreign name);
static Dim dim_placed(const Place *at, Foreign place);

Foreign dim_option_name(Foreign input, int axis, const DimProto *d)
{
    Foreign param = dim_param(d);
    return foreign_empty(param) ? foreign_suffixed(input, ":%d", axis) : param;
}

static void list_dim(Model *m, Foreign name)
{
    enum { LONG_ENOUGH = 500 };
    if (!m->dim_names) m->dim_names = shown(name);
    else if (strlen(m->dim_names) < LONG_ENOUGH) m->dim_names = mem_printf("%s, %s", m->dim_names, shown(name));
}

/* -- expressions of other dimensions ----------------------------------------------------------- */

void dims_index(Loader *l, const GraphProto *graph)
{
    l->params = map_new();
    l->places = map_new();
    for (size_t i = 0; i < graph->n_input; i++) {
        const TypeProto *type = graph->input[i]->type;
        if (!type || type->value_case != ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE || !type->tensor_type->shape) continue;
        const ShapeProto *shape = type->tensor_type->shape;
        for (size_t d = 0; d < shape->n_dim; d++) {
            Foreign param = dim_param(shape->dim[d]);
            if (!foreign_empty(param)) map_put(l->params, param, l);
        }
    }
}

static bool has_option(const Model *m, Foreign name)
{
    for (int i = 0; i < m->options.n_dims; i++)
        if (foreign_equal(m->options.dims[i].name, name)) return true;
    return false;
}

/* Anything, if there is a dimension of that name: this only asks. */
static Dim is_name(Foreign name, void *context)
{
    const Place *at = context;
    return map_get(at->l->params, name) || has_option(at->l->model, name) ? dim_const(2) : NULL;
}

static Dim value_of_name(Foreign name, void *context)
{
    const Place *at = context;
    if (map_get(at->l->params, name)) return dim_named(at, name);
    return has_option(at->l->model, name) ? dim_placed(at, name) : NULL;
}

/* NULL, with *error, if it is none. */
static Dim expression(const Place *at, Foreign text, const char **error)
{
    Dim d = dim_parse(&text, value_of_name, (void *)at, error);
    if (!*error && !foreign_empty(text)) *error = mem_printf("expected an operator before `%s`", shown(text));
    return *error ? NULL : d;
}

/* -- what --dim says --------------------------------------------------------------------------- */

static Dim tied(const Place *at, const DimOption *option)
{
    enum { MOST_TIES = 20 }; /* one within the other */
    const char *error = "is tied to itself";
    Dim d = at->l->ties < MOST_TIES ? dim_const(1) : NULL;
    at->l->ties++;
    if (d) d = expression(at, option->tie, &error);
    at->l->ties--;
    if (d) return d;
    if (!at->l->model->errors)
        model_error(at->l->model, "--dim %s=%s: %s", shown(option->name), shown(option->tie), error);
    return dim_const(1);
}

static Dim left_open(const Place *at, Foreign name)
{
    bool unnamed = foreign_equal(name, foreign_suffixed(at->input, ":%d", at->axis));
    const char *what = unnamed ? "a dimension" : mem_printf("dimension \"%s\"", shown(name)), *option = in_shell(name);
    model_error(at->l->model,
                "input \"%s\", axis %d: %s is left open: add `--dim %s=1` to fix it, or `--dim %s=1..8` to choose "
                "it at run time",
                shown(at->input), at->axis, what, option, option);
    return dim_const(1);
}

/* Steps that go on to 0 start there: 32..640:32 is 32 * (h/32), which sizes that are multiples of it can be cancelled
 * from. */
static Dim new_param(Model *m, const DimOption *option)
{
    Param p = {.name = option->name, .symbol = option->name, .step = option->step > 1 ? option->step : 1};
    if (p.step > 1) {
        p.base = option->low % p.step ? option->low : 0;
        const char *offset = p.base ? mem_printf(" - %lld)", (long long)p.base) : "";
        p.symbol = foreign_join(foreign(p.base ? "((" : "("),
                                foreign_suffixed(option->name, "%s/%lld)", offset, (long long)p.step));
    }
    p.symbol = unused_symbol(m, p.symbol);
    mem_grow(&m->params, &m->cap_params, m->n_params + 1, sizeof *m->params);
    m->params[m->n_params++] = p;
    dim_symbol(p.symbol, (option->low - p.base) / p.step, (option->high - p.base) / p.step);
    return param_size(&p);
}

static Dim as_option_says(const Place *at, Foreign name, const DimOption *option)
{
    Model *m = at->l->model;
    list_dim(m, name);
    if (!option) return left_open(at, name);
    if (!foreign_none(option->tie)) return tied(at, option);
    if (option->low < 0) {
        model_error(m, "--dim %s: the bounds start at %lld, expected 0 or more", shown(name), (long long)option->low);
        return dim_const(1);
    }
    if (option->low == option->high) return dim_const(option->low);
    return new_param(m, option);
}

/* What the user says of the name comes first, then what the name says, then what verify's data say. */
static Dim dim_named(const Place *at, Foreign name)
{
    Dim d = map_get(at->l->dims, name);
    if (d) return d;
    const DimOption *option = bounds_of(at->l->model, name);
    const char *error;
    if ((!option || option->of_data) && dim_is_expression(name, is_name, (void *)at)) d = expression(at, name, &error);
    if (!d) d = as_option_says(at, name, option);
    map_put(at->l->dims, name, (void *)(uintptr_t)d);
    return d;
}

static Dim dim_placed(const Place *at, Foreign place)
{
    Dim d = map_get(at->l->places, place);
    if (d) return d;
    d = as_option_says(at, place, bounds_of(at->l->model, place));
    map_put(at->l->places, place, (void *)(uintptr_t)d);
    return d;
}

/* An option INPUT:AXIS goes before one for the name that the exporter gave that axis, and stands for it where there is
 * none. */
static Dim open_dim(const Place *at, Foreign param)
{
    const Model *m = at->l->model;
    Foreign place = foreign_suffixed(at->input, ":%d", at->axis);
    if (!has_option(m, place) && !foreign_empty(param)) return dim_named(at, param);
    Dim d = dim_placed(at, place);
    bool settles_name = !foreign_empty(param) && !map_get(at->l->dims, param) && !has_option(m, param);
    if (settles_name) map_put(at->l->dims, param, (void *)(uintptr_t)d);
    return d;
}

Dim dim_of_input(Loader *l, Foreign value, int axis, const DimProto *d)
{
    if (!dim_has_size(d)) return open_dim(&(Place){l, value, axis}, dim_param(d));
    if (d->dim_value >= 0 && d->dim_value <= INT32_MAX) return dim_const(d->dim_value);
    model_error(
        l->model,
        "input \"%s\", axis %d has the size %lld, expected 0 to %d; the model is damaged or was exported wrongly",
        shown(value), axis, (long long)d->dim_value, INT32_MAX);
    return dim_const(1);
}
