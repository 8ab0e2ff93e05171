/* TensorProto: every element type in every encoding, to dense elements in the host's byte order. The unpacked message
 * stays in the pool, so elements that stand there as they are needed are not copied. */
#include "load/load_private.h"

#include <string.h>

/* Byte counts and offsets of the generated code are int32_t. */
#define MAX_TENSOR_BYTES INT32_MAX

const char *tensor_dims(DType dtype, size_t n_dims, const int64_t *dims, Shape *shape, int64_t *elements)
{
    if (n_dims > MAX_RANK) return mem_printf("has rank %zu, the limit is %d", n_dims, MAX_RANK);
    *shape = shape_scalar();
    *elements = 1;
    for (size_t i = 0; i < n_dims; i++) {
        if (dims[i] < 0) return mem_printf("dimension %zu is %lld", i, (long long)dims[i]);
        shape->dim[shape->rank++] = dim_const(dims[i]);
        /* Saturates above any size that is allowed, so that a later dimension of 0 still counts. */
        if (dims[i] && *elements > INT64_MAX / 16 / dims[i]) *elements = INT64_MAX / 16;
        else *elements *= dims[i];
    }
    if (*elements > MAX_TENSOR_BYTES || dtype_bytes(dtype, *elements) > MAX_TENSOR_BYTES)
        return mem_printf("%s%s is larger than 2 GB", dtype_name(dtype), shown(shape_text(shape)));
    return NULL;
}

Value *tensor_value(const Tensor *t, Foreign name)
{
    Value *v = mem_alloc(sizeof *v);
    v->name = name;
    v->type = (Type){.kind = KIND_TENSOR, .dtype = t->dtype, .shape = t->shape};
    v->declared.shape.rank = -1;
    v->data = t->data;
    v->arena_offset = -1;
    return v;
}

/* -- raw_data ---------------------------------------------------------------------------------- */

/* A C bool other than 0 and 1 would be undefined behaviour. */
static void make_native(DType dtype, int64_t elements, void *data)
{
    unsigned char *bytes = data;
    swap_little_endian(dtype, elements, data);
    for (int64_t i = 0; dtype == DT_BOOL && i < elements; i++) bytes[i] = bytes[i] != 0;
}

/* -- the typed fields -------------------------------------------------------------------------- */

static const char *wrong_count(const char *field, size_t found, int64_t expected)
{
    return mem_printf("%s has %zu elements, the shape takes %lld", field, found, (long long)expected);
}

/* The field's own memory serves as the tensor's. */
static const char *take(const char *field, size_t found, const void *data, int64_t expected, Tensor *t)
{
    if (found != (uint64_t)expected) return wrong_count(field, found, expected);
    t->data = data;
    return NULL;
}

/* What an entry of int32_data may be for a type; types of less than a byte stand there byte by byte. */
static void narrow_range(DType dtype, int32_t *low, int32_t *high)
{
    bool is_signed = dtype == DT_INT8 || dtype == DT_INT16;
    int bits = dtype_bits(dtype) < 8 ? 8 : dtype_bits(dtype);
    *low = is_signed ? -(1 << (bits - 1)) : 0;
    *high = is_signed ? (1 << (bits - 1)) - 1 : (1 << bits) - 1;
}

static const char *narrow(const TensorProto *proto, int64_t expected, Tensor *t)
{
    int32_t low, high;
    bool wide = dtype_bits(t->dtype) == 16;
    if (proto->n_int32_data != (uint64_t)expected) return wrong_count("int32_data", proto->n_int32_data, expected);
    narrow_range(t->dtype, &low, &high);
    uint8_t *bytes = mem_array((size_t)expected + 1, wide ? 2 : 1);
    uint16_t *halves = (void *)bytes;
    for (int64_t i = 0; i < expected; i++) {
        int32_t x = proto->int32_data[i];
        if (t->dtype == DT_BOOL) x = x != 0;
        if (x < low || x > high) return mem_printf("int32_data holds %d, no %s", x, dtype_name(t->dtype));
        if (wide) halves[i] = (uint16_t)x;
        else bytes[i] = (uint8_t)x;
    }
    t->data = bytes;
    return NULL;
}

static const char *narrow_uint32(const TensorProto *proto, int64_t expected, Tensor *t)
{
    if (proto->n_uint64_data != (uint64_t)expected) return wrong_count("uint64_data", proto->n_uint64_data, expected);
    uint32_t *data = mem_array((size_t)expected + 1, sizeof *data);
    for (int64_t i = 0; i < expected; i++) {
        if (proto->uint64_data[i] > UINT32_MAX) return "uint64_data holds a number that is no uint32";
        data[i] = (uint32_t)proto->uint64_data[i];
    }
    t->data = data;
    return NULL;
}

static const char *read_strings(const TensorProto *proto, int64_t expected, Tensor *t)
{
    if (proto->n_string_data != (uint64_t)expected) return wrong_count("string_data", proto->n_string_data, expected);
    Foreign *strings = mem_array((size_t)expected + 1, sizeof *strings);
    for (int64_t i = 0; i < expected; i++) {
        ProtobufCBinaryData s = proto->string_data[i];
        if (s.len && memchr(s.data, 0, s.len)) return "a string holds a NUL byte, which C strings can't";
        strings[i] = foreign_of(s.data, s.len);
    }
    t->data = strings;
    return NULL;
}

static const char *read_typed(const TensorProto *p, int64_t elements, Tensor *t)
{
    switch (t->dtype) {
    case DT_FLOAT: return take("float_data", p->n_float_data, p->float_data, elements, t);
    case DT_COMPLEX64: return take("float_data", p->n_float_data, p->float_data, 2 * elements, t);
    case DT_DOUBLE: return take("double_data", p->n_double_data, p->double_data, elements, t);
    case DT_COMPLEX128: return take("double_data", p->n_double_data, p->double_data, 2 * elements, t);
    case DT_INT32: return take("int32_data", p->n_int32_data, p->int32_data, elements, t);
    case DT_INT64: return take("int64_data", p->n_int64_data, p->int64_data, elements, t);
    case DT_UINT64: return take("uint64_data", p->n_uint64_data, p->uint64_data, elements, t);
    case DT_UINT32: return narrow_uint32(p, elements, t);
    case DT_STRING: return read_strings(p, elements, t);
    case DT_FLOAT4E2M1:
    case DT_UINT4:
    case DT_INT4:
    case DT_UINT2:
    case DT_INT2: return narrow(p, dtype_bytes(t->dtype, elements), t);
    default: return narrow(p, elements, t);
    }
}

/* -- any encoding ------------------------------------------------------------------------------ */

static const char *read_bytes(Foreign model_path, const TensorProto *p, int64_t elements, Tensor *t)
{
    void *data = p->raw_data.data;
    int64_t bytes = dtype_bytes(t->dtype, elements);
    bool external = p->data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL;
    if (t->dtype == DT_STRING) return external ? "strings as external data" : "strings as raw_data";
    if (external) {
        const char *why = external_read(model_path, p, bytes, &data);
        if (why) return why;
        t->external.file = external_file(model_path, p);
        sha256_hex(data, (size_t)bytes, t->external.sha256);
    } else if (p->raw_data.len != (uint64_t)bytes) {
        return mem_printf("raw_data has %zu bytes, %s%s takes %lld", p->raw_data.len, dtype_name(t->dtype),
                          shown(shape_text(&t->shape)), (long long)bytes);
    }
    if (bytes) make_native(t->dtype, elements, data);
    t->data = data;
    return NULL;
}

const char *tensor_read(Foreign model_path, const TensorProto *p, Tensor *t)
{
    int64_t elements;
    bool as_bytes = p->raw_data.len || p->data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL;
    if (p->data_type <= DT_UNDEFINED || p->data_type >= DT_COUNT)
        return mem_printf("has the unknown data type %d", p->data_type);
    if (p->segment) return "is stored in segments, which is not supported";
    t->dtype = (DType)p->data_type;
    const char *why = tensor_dims(t->dtype, p->n_dims, p->dims, &t->shape, &elements);
    if (why) return why;
    why = as_bytes ? read_bytes(model_path, p, elements, t) : read_typed(p, elements, t);
    if (!why && !t->data) t->data = mem_alloc(1); /* no elements, but known */
    return why;
}

/* The fingerprint is chained, in the order in which the tensors are read. */
static void note(Model *m, const External *e)
{
    if (foreign_none(e->file)) return;
    const char *chained = mem_printf("%s%s", m->external_sha256, e->sha256);
    sha256_hex(chained, strlen(chained), m->external_sha256);
    files_add(&m->files_read, e->file);
}

void external_note(Model *m, const Tensor *t)
{
    note(m, &t->external);
    note(m, &t->external_indices);
}
