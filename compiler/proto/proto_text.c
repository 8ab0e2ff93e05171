/* What a message says, for people. */
#include "proto/proto.h"

bool dim_has_size(const DimProto *d)
{
    /* Some exporters write -1 for a size they don't know. */
    return d->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE && d->dim_value != -1;
}

Foreign dim_param(const DimProto *d)
{
    bool given = d->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
    Foreign param = given ? proto_text(d->dim_param) : foreign("");
    return foreign_is(param, "?") ? foreign("") : param; /* some exporters write that for a size they don't know */
}

const char *element_name(int data_type)
{
    return data_type > DT_UNDEFINED && data_type < DT_COUNT ? dtype_name((DType)data_type) : "?";
}

static Foreign dim_proto_text(const DimProto *d)
{
    if (dim_has_size(d)) return foreign_suffixed(foreign(""), "%lld", (long long)d->dim_value);
    return foreign_or(dim_param(d), foreign("?"));
}

static Foreign tensor_type_text(int elem_type, const ShapeProto *shape)
{
    Foreign text = foreign(element_name(elem_type));
    if (!shape) return text;
    for (size_t i = 0; i < shape->n_dim; i++)
        text = foreign_join(foreign_suffixed(text, i ? "," : "["), dim_proto_text(shape->dim[i]));
    return foreign_suffixed(text, shape->n_dim ? "]" : "[]");
}

static Foreign enclosed(const char *what, const TypeProto *element)
{
    return foreign_suffixed(foreign_join(foreign_suffixed(foreign(what), "("), type_text(element)), ")");
}

Foreign type_text(const TypeProto *p)
{
    switch (p ? p->value_case : ONNX__TYPE_PROTO__VALUE__NOT_SET) {
    case ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE: return tensor_type_text(p->tensor_type->elem_type, p->tensor_type->shape);
    case ONNX__TYPE_PROTO__VALUE_SPARSE_TENSOR_TYPE:
        return foreign_join(foreign("sparse "),
                            tensor_type_text(p->sparse_tensor_type->elem_type, p->sparse_tensor_type->shape));
    case ONNX__TYPE_PROTO__VALUE_SEQUENCE_TYPE: return enclosed("sequence", p->sequence_type->elem_type);
    case ONNX__TYPE_PROTO__VALUE_OPTIONAL_TYPE: return enclosed("optional", p->optional_type->elem_type);
    case ONNX__TYPE_PROTO__VALUE_MAP_TYPE:
        return enclosed(mem_printf("map of %s", element_name(p->map_type->key_type)), p->map_type->value_type);
    case ONNX__TYPE_PROTO__VALUE_OPAQUE_TYPE: return foreign("opaque");
    default: return foreign("?");
    }
}
