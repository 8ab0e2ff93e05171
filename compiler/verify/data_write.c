/* Data sets are written as they are read: a serialized TensorProto, or a list of such, in a file. */
#include "verify/verify.h"

#include "proto/proto.h"

#include <errno.h>
#include <string.h>

static void set_shape(TensorProto *t, const Shape *s)
{
    t->n_dims = (size_t)s->rank;
    t->dims = mem_array((size_t)s->rank + 1, sizeof *t->dims);
    for (int d = 0; d < s->rank; d++) t->dims[d] = dim_value(s->dim[d]);
}

static void set_strings(TensorProto *t, const Value *v)
{
    t->n_string_data = (size_t)value_count(v);
    t->string_data = mem_array(t->n_string_data + 1, sizeof *t->string_data);
    for (size_t i = 0; i < t->n_string_data; i++) {
        Foreign text = value_string(v, (int64_t)i);
        t->string_data[i].len = foreign_length(text);
        t->string_data[i].data = mem_array(foreign_length(text) + 1, 1);
        for (size_t k = 0; k < t->string_data[i].len; k++) t->string_data[i].data[k] = (uint8_t)foreign_at(text, k);
    }
}

static void set_elements(TensorProto *t, const Value *v)
{
    t->has_raw_data = true;
    t->raw_data.len = (size_t)value_bytes(v);
    t->raw_data.data = mem_dup(v->data, t->raw_data.len ? t->raw_data.len : 1);
    swap_little_endian(v->type.dtype, value_count(v), t->raw_data.data);
}

static TensorProto *tensor_of(const Value *v)
{
    TensorProto *t = mem_alloc(sizeof *t);
    onnx__tensor_proto__init(t);
    t->name = v->name;
    t->has_data_type = true;
    t->data_type = (int32_t)v->type.dtype;
    set_shape(t, &v->type.shape);
    if (v->type.dtype == DT_STRING) set_strings(t, v);
    else set_elements(t, v);
    return t;
}

/* What an optional holds is there once, or not at all. */
static void *message_of(const Value *v);

static Onnx__SequenceProto *sequence_of(const Value *v)
{
    Onnx__SequenceProto *s = mem_alloc(sizeof *s);
    const size_t count = (size_t)v->n_items;
    void **elements = mem_array(count + 1, sizeof *elements);
    onnx__sequence_proto__init(s);
    s->has_elem_type = true;
    s->elem_type = v->type.elem->kind == KIND_TENSOR     ? ONNX__SEQUENCE_PROTO__DATA_TYPE__TENSOR
                   : v->type.elem->kind == KIND_SEQUENCE ? ONNX__SEQUENCE_PROTO__DATA_TYPE__SEQUENCE
                                                         : ONNX__SEQUENCE_PROTO__DATA_TYPE__OPTIONAL;
    for (size_t i = 0; i < count; i++) elements[i] = message_of(v->items[i]);
    if (v->type.elem->kind == KIND_TENSOR) {
        s->n_tensor_values = count;
        s->tensor_values = (TensorProto **)elements;
    } else if (v->type.elem->kind == KIND_SEQUENCE) {
        s->n_sequence_values = count;
        s->sequence_values = (Onnx__SequenceProto **)elements;
    } else {
        s->n_optional_values = count;
        s->optional_values = (Onnx__OptionalProto **)elements;
    }
    return s;
}

static Onnx__OptionalProto *optional_of(const Value *v)
{
    Onnx__OptionalProto *o = mem_alloc(sizeof *o);
    onnx__optional_proto__init(o);
    o->has_elem_type = true;
    o->elem_type = ONNX__OPTIONAL_PROTO__DATA_TYPE__UNDEFINED;
    if (!v->n_items) return o;
    bool is_tensor = v->items[0]->type.kind == KIND_TENSOR;
    o->elem_type = is_tensor ? ONNX__OPTIONAL_PROTO__DATA_TYPE__TENSOR : ONNX__OPTIONAL_PROTO__DATA_TYPE__SEQUENCE;
    if (is_tensor) o->tensor_value = tensor_of(v->items[0]);
    else o->sequence_value = sequence_of(v->items[0]);
    return o;
}

static void *message_of(const Value *v)
{
    if (v->type.kind == KIND_SEQUENCE) return sequence_of(v);
    return v->type.kind == KIND_OPTIONAL ? (void *)optional_of(v) : tensor_of(v);
}

bool write_data_item(Model *m, Foreign path, const Value *v)
{
    const ProtobufCMessage *message = message_of(v);
    size_t length = protobuf_c_message_get_packed_size(message);
    uint8_t *bytes = mem_array(length + 1, 1);
    protobuf_c_message_pack(message, bytes);
    FILE *f = path_open(path, "wb");
    bool good = f && fwrite(bytes, 1, length, f) == length;
    if (f && fclose(f)) good = false;
    if (!good) model_error(m, "%s: can't be written: %s", shown(path), strerror(errno));
    return good;
}
