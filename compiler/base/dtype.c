/* Element types: one row per TensorProto.DataType. */
#include "base/base.h"

typedef struct {
    const char *name, *c, *suffix;
    int bits;
    bool is_float, is_integer, is_signed;
} TypeRow;

static const TypeRow rows[DT_COUNT] = {
    [DT_UNDEFINED] = {"undefined", "void", "none", 0, false, false, false},
    [DT_FLOAT] = {"float32", "float", "f32", 32, true, false, true},
    [DT_UINT8] = {"uint8", "uint8_t", "u8", 8, false, true, false},
    [DT_INT8] = {"int8", "int8_t", "i8", 8, false, true, true},
    [DT_UINT16] = {"uint16", "uint16_t", "u16", 16, false, true, false},
    [DT_INT16] = {"int16", "int16_t", "i16", 16, false, true, true},
    [DT_INT32] = {"int32", "int32_t", "i32", 32, false, true, true},
    [DT_INT64] = {"int64", "int64_t", "i64", 64, false, true, true},
    [DT_STRING] = {"string", "const char *", "str", 64, false, false, false},
    [DT_BOOL] = {"bool", "bool", "bool", 8, false, false, false},
    [DT_FLOAT16] = {"float16", "uint16_t", "f16", 16, true, false, true},
    [DT_DOUBLE] = {"float64", "double", "f64", 64, true, false, true},
    [DT_UINT32] = {"uint32", "uint32_t", "u32", 32, false, true, false},
    [DT_UINT64] = {"uint64", "uint64_t", "u64", 64, false, true, false},
    [DT_COMPLEX64] = {"complex64", "float", "c64", 64, false, false, true},
    [DT_COMPLEX128] = {"complex128", "double", "c128", 128, false, false, true},
    [DT_BFLOAT16] = {"bfloat16", "uint16_t", "bf16", 16, true, false, true},
    [DT_FLOAT8E4M3FN] = {"float8e4m3fn", "uint8_t", "f8e4m3fn", 8, false, false, true},
    [DT_FLOAT8E4M3FNUZ] = {"float8e4m3fnuz", "uint8_t", "f8e4m3fnuz", 8, false, false, true},
    [DT_FLOAT8E5M2] = {"float8e5m2", "uint8_t", "f8e5m2", 8, false, false, true},
    [DT_FLOAT8E5M2FNUZ] = {"float8e5m2fnuz", "uint8_t", "f8e5m2fnuz", 8, false, false, true},
    [DT_UINT4] = {"uint4", "uint8_t", "u4", 4, false, false, false},
    [DT_INT4] = {"int4", "uint8_t", "i4", 4, false, false, true},
    [DT_FLOAT4E2M1] = {"float4e2m1", "uint8_t", "f4e2m1", 4, false, false, true},
    [DT_FLOAT8E8M0] = {"float8e8m0", "uint8_t", "f8e8m0", 8, false, false, false},
    [DT_UINT2] = {"uint2", "uint8_t", "u2", 2, false, false, false},
    [DT_INT2] = {"int2", "uint8_t", "i2", 2, false, false, true},
};

static const TypeRow *row(DType t)
{
    return &rows[t > DT_UNDEFINED && t < DT_COUNT ? t : DT_UNDEFINED];
}

const char *dtype_name(DType t)
{
    return row(t)->name;
}

const char *dtype_c(DType t)
{
    return row(t)->c;
}

const char *dtype_suffix(DType t)
{
    return row(t)->suffix;
}

int dtype_bits(DType t)
{
    return row(t)->bits;
}

int64_t dtype_bytes(DType t, int64_t elements)
{
    int bits = row(t)->bits;
    if (elements >= BYTES_INFINITY / 16) return BYTES_INFINITY;
    if (bits >= 8) return elements * (bits / 8);
    int per_byte = bits ? 8 / bits : 1;
    return bits ? elements / per_byte + (elements % per_byte != 0) : 0;
}

int64_t dtype_host_bytes(DType t)
{
    return t == DT_STRING ? (int64_t)sizeof(char *) : dtype_bytes(t, 1);
}

bool dtype_is_float(DType t)
{
    return row(t)->is_float;
}

bool dtype_is_integer(DType t)
{
    return row(t)->is_integer;
}

bool dtype_is_signed(DType t)
{
    return row(t)->is_signed;
}

bool dtype_is_complex(DType t)
{
    return t == DT_COMPLEX64 || t == DT_COMPLEX128;
}

bool dtype_is_half(DType t)
{
    return t == DT_FLOAT16 || t == DT_BFLOAT16;
}
