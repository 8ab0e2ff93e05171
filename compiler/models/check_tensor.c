/* A tensor: one kind of data, and as much as its shape takes. */
#include "models/check.h"

enum { EXTRA_TYPES = 2 }; /* of ONNX, that the compiler doesn't have: float6 */

/* How many entries the typed field of this type has, and should have for so many elements. */
static size_t entries_of(const TensorProto *t, int64_t elements, int64_t *expected)
{
    *expected = elements;
    switch (t->data_type) {
    case DT_COMPLEX64: *expected = 2 * elements; return t->n_float_data;
    case DT_FLOAT: return t->n_float_data;
    case DT_COMPLEX128: *expected = 2 * elements; return t->n_double_data;
    case DT_DOUBLE: return t->n_double_data;
    case DT_INT64: return t->n_int64_data;
    case DT_UINT32:
    case DT_UINT64: return t->n_uint64_data;
    case DT_STRING: return t->n_string_data;
    case DT_FLOAT4E2M1:
    case DT_UINT4:
    case DT_INT4:
    case DT_UINT2:
    case DT_INT2: *expected = dtype_bytes((DType)t->data_type, elements); return t->n_int32_data;
    default: return t->n_int32_data;
    }
}

static int fields_used(const TensorProto *t)
{
    return (t->n_float_data != 0) + (t->n_int32_data != 0) + (t->n_string_data != 0) + (t->n_int64_data != 0) +
           (t->n_double_data != 0) + (t->n_uint64_data != 0) + t->has_raw_data;
}

static void check_external(Check *c, const TensorProto *t, const char *what)
{
    void *data;
    if (fields_used(t)) model_error(&c->m, "%s: it has external data, and data of its own", what);
    const char *why = external_read(c->m.path, t, tensor_bytes(t), &data);
    if (why) model_error(&c->m, "%s: %s", what, why);
    else if (mem_is_large((size_t)tensor_bytes(t) + 1)) mem_release(data);
}

static void check_inner(Check *c, const TensorProto *t, const char *what, int64_t elements)
{
    int64_t expected;
    size_t entries = entries_of(t, elements, &expected);
    if (fields_used(t) > 1) model_error(&c->m, "%s: its data stand in more than one field", what);
    else if (!fields_used(t) && elements)
        model_error(&c->m, "%s: it has no data, and room for %lld elements", what, (long long)elements);
    else if (t->has_raw_data && t->data_type == DT_STRING) model_error(&c->m, "%s: strings can't be raw data", what);
    else if (t->has_raw_data && (int64_t)t->raw_data.len != tensor_bytes(t))
        model_error(&c->m, "%s: %zu bytes of raw data, its shape takes %lld", what, t->raw_data.len,
                    (long long)tensor_bytes(t));
    else if (!t->has_raw_data && (int64_t)entries != expected)
        model_error(&c->m, "%s: %zu elements of its type, its shape takes %lld", what, entries, (long long)expected);
}

void check_tensor(Check *c, const TensorProto *t, const char *what)
{
    int64_t elements = tensor_elements(t);
    if (t->data_type <= DT_UNDEFINED || t->data_type >= DT_COUNT + EXTRA_TYPES)
        model_error(&c->m, "%s: its element type %d is unknown", what, t->data_type);
    else if (elements < 0) model_error(&c->m, "%s: a dimension is negative", what);
    else if (elements >= BYTES_INFINITY / 16) model_error(&c->m, "%s: its dimensions are too large", what);
    else if (t->data_type >= DT_COUNT) return;
    else if (tensor_is_external(t)) check_external(c, t, what);
    else check_inner(c, t, what, elements);
}

void check_sparse(Check *c, const SparseTensorProto *t, const char *what)
{
    if (!t->values || !t->indices) {
        model_error(&c->m, "%s: it is sparse without values or indices", what);
        return;
    }
    check_tensor(c, t->values, what);
    check_tensor(c, t->indices, what);
    if (t->values->n_dims != 1) model_error(&c->m, "%s: its values have rank %zu, expected 1", what, t->values->n_dims);
    if (t->indices->data_type != DT_INT64)
        model_error(&c->m, "%s: its indices are %s, expected int64", what, element_name(t->indices->data_type));
    if (!t->n_dims) model_error(&c->m, "%s: it is sparse without dimensions", what);
    for (size_t i = 0; i < t->n_dims; i++)
        if (t->dims[i] <= 0)
            model_error(&c->m, "%s: dimension %zu is %lld, expected more", what, i, (long long)t->dims[i]);
}
