/* Data sets are written as they are read: a serialized TensorProto in a file. */
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

bool write_data_item(Model *m, Foreign path, const Value *v)
{
    TensorProto t;
    onnx__tensor_proto__init(&t);
    t.name = v->name;
    t.has_data_type = true;
    t.data_type = (int32_t)v->type.dtype;
    set_shape(&t, &v->type.shape);
    if (v->type.dtype == DT_STRING) set_strings(&t, v);
    else set_elements(&t, v);
    size_t length = onnx__tensor_proto__get_packed_size(&t);
    uint8_t *bytes = mem_array(length + 1, 1);
    onnx__tensor_proto__pack(&t, bytes);
    FILE *f = path_open(path, "wb");
    bool good = f && fwrite(bytes, 1, length, f) == length;
    if (f && fclose(f)) good = false;
    if (!good) model_error(m, "%s: can't be written: %s", shown(path), strerror(errno));
    return good;
}
