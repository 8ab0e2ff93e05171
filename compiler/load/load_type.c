/* TypeProto. */
#include "load/load_private.h"

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

/* How many pairs a map has is never said. */
static Dim count_of_map(Loader *l, Foreign value, DimReader *read_dim)
{
    DimProto *any = mem_alloc(sizeof *any);
    onnx__tensor_shape_proto__dimension__init(any);
    return read_dim(l, value, 0, any);
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
        t->shape = (Shape){.rank = 1, .dim = {count_of_map(l, value, read_dim)}};
        return read_element(l, value, p->map_type->value_type, t);
    case ONNX__TYPE_PROTO__VALUE_OPAQUE_TYPE: return "has an opaque type";
    default: return "has no type";
    }
}

/* -- dimensions -------------------------------------------------------------------------------- */

Dim dim_declared(Loader *l, Foreign value, int axis, const DimProto *d)
{
    (void)value, (void)axis;
    if (dim_has_size(d)) return d->dim_value >= 0 && d->dim_value <= INT32_MAX ? dim_const(d->dim_value) : NULL;
    return map_get(l->dims, dim_param(d));
}
