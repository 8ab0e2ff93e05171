/* TypeProto, and the dimensions that --dim settles. */
#include "load/load_private.h"
#include "op/op.h"

#include <string.h>

/* -- types ------------------------------------------------------------------------------------- */

static const char *read_shape(Loader *l, Foreign value, const ShapeProto *proto, DimReader *read_dim, Shape *s)
{
    s->rank = -1;
    if (!proto) return NULL;
    if (proto->n_dim > MAX_RANK) return mem_printf("has rank %zu, the limit is %d", proto->n_dim, MAX_RANK);
    s->rank = (int)proto->n_dim;
    for (int i = 0; i < s->rank; i++) s->dim[i] = read_dim(l, value, i, proto->dim[i]);
    return NULL;
}

static const char *read_tensor_type(Loader *l, Foreign value, int elem_type, const ShapeProto *shape,
                                    DimReader *read_dim, Type *t)
{
    if (elem_type <= DT_UNDEFINED || elem_type >= DT_COUNT)
        return mem_printf("has the unknown element type %d", elem_type);
    t->dtype = (DType)elem_type;
    return read_shape(l, value, shape, read_dim, &t->shape);
}

static const char *read_element(Loader *l, Foreign value, const TypeProto *proto, Type *t)
{
    t->elem = mem_alloc(sizeof *t->elem);
    return type_read(l, value, proto, dim_declared, t->elem);
}

const char *type_read(Loader *l, Foreign value, const TypeProto *p, DimReader *read_dim, Type *t)
{
    *t = (Type){.kind = KIND_TENSOR, .shape.rank = -1};
    switch (p ? p->value_case : ONNX__TYPE_PROTO__VALUE__NOT_SET) {
    case ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE:
        return read_tensor_type(l, value, p->tensor_type->elem_type, p->tensor_type->shape, read_dim, t);
    case ONNX__TYPE_PROTO__VALUE_SPARSE_TENSOR_TYPE:
        t->kind = KIND_SPARSE;
        return read_tensor_type(l, value, p->sparse_tensor_type->elem_type, p->sparse_tensor_type->shape, read_dim, t);
    case ONNX__TYPE_PROTO__VALUE_SEQUENCE_TYPE:
        t->kind = KIND_SEQUENCE;
        return read_element(l, value, p->sequence_type->elem_type, t);
    case ONNX__TYPE_PROTO__VALUE_OPTIONAL_TYPE:
        t->kind = KIND_OPTIONAL;
        return read_element(l, value, p->optional_type->elem_type, t);
    case ONNX__TYPE_PROTO__VALUE_MAP_TYPE:
        t->kind = KIND_MAP;
        t->dtype = (DType)p->map_type->key_type;
        if (t->dtype != DT_STRING && !dtype_is_integer(t->dtype))
            return "is a map whose keys are neither integers nor strings";
        return read_element(l, value, p->map_type->value_type, t);
    case ONNX__TYPE_PROTO__VALUE_OPAQUE_TYPE: return "has an opaque type";
    default: return "has no type";
    }
}

/* -- dimensions -------------------------------------------------------------------------------- */

bool dim_has_size(const DimProto *d)
{
    /* Some exporters write -1 for a size they don't know. */
    return d->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE && d->dim_value != -1;
}

static Foreign param_of(const DimProto *d)
{
    return d->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM ? proto_text(d->dim_param)
                                                                                 : foreign("");
}

Foreign dim_option_name(Foreign input, int axis, const DimProto *d)
{
    Foreign param = param_of(d);
    return foreign_empty(param) ? foreign_suffixed(input, ":%d", axis) : param;
}

static void list_dim(Model *m, Foreign name)
{
    enum { LONG_ENOUGH = 500 };
    if (!m->dim_names) m->dim_names = shown(name);
    else if (strlen(m->dim_names) < LONG_ENOUGH) m->dim_names = mem_printf("%s, %s", m->dim_names, shown(name));
}

static Dim open_dim(Loader *l, Foreign input, int axis, const DimProto *d)
{
    Model *m = l->model;
    Foreign param = param_of(d), name = dim_option_name(input, axis, d);
    const DimOption *option = bounds_of(m, name);
    list_dim(m, name);
    if (!option) {
        const char *what = foreign_empty(param) ? "a dimension" : mem_printf("dimension \"%s\"", shown(param));
        const char *as_option = in_shell(name);
        model_error(m,
                    "input \"%s\", axis %d: %s is left open: add `--dim %s=1` to fix it, or `--dim %s=1..8` to choose "
                    "it at run time",
                    shown(input), axis, what, as_option, as_option);
        return dim_const(1);
    }
    if (option->low < 0) {
        model_error(m, "--dim %s: the bounds start at %lld, expected 0 or more", shown(name), (long long)option->low);
        return dim_const(1);
    }
    if (option->low == option->high) return dim_const(option->low);
    Foreign symbol = unused_symbol(m, option->name);
    mem_grow(&m->params, &m->cap_params, m->n_params + 1, sizeof *m->params);
    m->params[m->n_params++] = symbol;
    return dim_symbol(symbol, option->low, option->high);
}

Dim dim_of_input(Loader *l, Foreign value, int axis, const DimProto *d)
{
    if (dim_has_size(d)) {
        if (d->dim_value >= 0 && d->dim_value <= INT32_MAX) return dim_const(d->dim_value);
        model_error(
            l->model,
            "input \"%s\", axis %d has the size %lld, expected 0 to %d; the model is damaged or was exported wrongly",
            shown(value), axis, (long long)d->dim_value, INT32_MAX);
        return dim_const(1);
    }
    Foreign param = param_of(d);
    Dim dim = foreign_empty(param) ? NULL : map_get(l->dims, param);
    if (!dim) dim = open_dim(l, value, axis, d);
    if (!foreign_empty(param)) map_put(l->dims, param, (void *)(uintptr_t)dim);
    return dim;
}

Dim dim_declared(Loader *l, Foreign value, int axis, const DimProto *d)
{
    (void)value, (void)axis;
    if (dim_has_size(d)) return d->dim_value >= 0 && d->dim_value <= INT32_MAX ? dim_const(d->dim_value) : NULL;
    return map_get(l->dims, param_of(d));
}
