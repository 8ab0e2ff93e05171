/* What inference knows of a model whose open dimensions may have any size. */
#include "models/models.h"

#include "infer/infer.h"
#include "load/load.h"

/* From 1, since hardly any model is right for images without pixels. */
static Options options_for(Foreign path)
{
    Options o = {.model_path = path, .target = target_portable, .keeps_messages = true, .any_size = true};
    OpenDim *dims;
    int count = load_open_dims(path, &dims);
    Map *named = map_new();
    for (int i = 0; i < count; i++) {
        if (dims[i].of_output || dims[i].axis == VALUES || map_get(named, dims[i].name)) continue;
        map_put(named, dims[i].name, named);
        mem_grow(&o.dims, &o.cap_dims, o.n_dims + 1, sizeof *o.dims);
        o.dims[o.n_dims++] = (DimOption){.name = dims[i].name, .low = 1, .high = ANY_SIZE, .of_data = true};
    }
    return o;
}

Model *known_model(Foreign path)
{
    Options o = options_for(path);
    open_doors();
    for (;;) {
        Model *m = load_model(&o);
        if (m->errors || infer(m) != STAGE_RESTART) return m;
        o = m->options;
        dim_reset();
    }
}

static DimProto *dim_proto(Dim d)
{
    DimProto *p = mem_alloc(sizeof *p);
    onnx__tensor_shape_proto__dimension__init(p);
    if (dim_is_const(d)) {
        p->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
        p->dim_value = dim_value(d);
    } else {
        p->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
        p->dim_param = dim_text(d);
    }
    return p;
}

static ShapeProto *shape_proto(const Shape *s)
{
    ShapeProto *p = mem_alloc(sizeof *p);
    onnx__tensor_shape_proto__init(p);
    p->n_dim = (size_t)s->rank;
    p->dim = mem_array(p->n_dim, sizeof *p->dim);
    for (int i = 0; i < s->rank; i++) p->dim[i] = dim_proto(s->dim[i]);
    return p;
}

TypeProto *known_type(const Model *m, Foreign name)
{
    const Value *v = m && m->values ? map_get(m->values, name) : NULL;
    if (!v || v->type.kind != KIND_TENSOR || v->type.dtype == DT_UNDEFINED || v->type.shape.rank < 0) return NULL;
    for (int i = 0; i < v->type.shape.rank; i++)
        if (!v->type.shape.dim[i]) return NULL;
    TypeProto *p = mem_alloc(sizeof *p);
    onnx__type_proto__init(p);
    p->value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
    p->tensor_type = mem_alloc(sizeof *p->tensor_type);
    onnx__type_proto__tensor__init(p->tensor_type);
    p->tensor_type->has_elem_type = true;
    p->tensor_type->elem_type = (int32_t)v->type.dtype;
    p->tensor_type->shape = shape_proto(&v->type.shape);
    return p;
}

ValueInfoProto *known_info(const Model *m, ValueInfoProto *own, Foreign name)
{
    if (own && own->type) return own;
    TypeProto *type = known_type(m, name);
    if (!type) return NULL;
    ValueInfoProto *info = mem_alloc(sizeof *info);
    onnx__value_info_proto__init(info);
    info->name = name;
    info->type = type;
    return info;
}

static void set_strings(TensorProto *p, const Value *v, int64_t count)
{
    p->n_string_data = (size_t)count;
    p->string_data = mem_array(p->n_string_data, sizeof *p->string_data);
    for (int64_t i = 0; i < count; i++) {
        size_t length = foreign_length(value_string(v, i));
        uint8_t *bytes = mem_alloc(length + 1);
        for (size_t k = 0; k < length; k++) bytes[k] = (uint8_t)foreign_at(value_string(v, i), k);
        p->string_data[i] = (ProtobufCBinaryData){length, bytes};
    }
}

TensorProto *known_tensor(const Value *v, Foreign name)
{
    TensorProto *p = mem_alloc(sizeof *p);
    int64_t count = value_count(v);
    onnx__tensor_proto__init(p);
    p->name = name;
    p->has_data_type = true;
    p->data_type = (int32_t)v->type.dtype;
    p->n_dims = (size_t)v->type.shape.rank;
    p->dims = mem_array(p->n_dims, sizeof *p->dims);
    for (size_t i = 0; i < p->n_dims; i++) p->dims[i] = dim_value(v->type.shape.dim[i]);
    if (v->type.dtype == DT_STRING) {
        set_strings(p, v, count);
        return p;
    }
    p->has_raw_data = true;
    p->raw_data.len = (size_t)value_bytes(v);
    p->raw_data.data = p->raw_data.len ? mem_dup(v->data, p->raw_data.len) : NULL;
    if (count) swap_little_endian(v->type.dtype, count, p->raw_data.data);
    return p;
}
