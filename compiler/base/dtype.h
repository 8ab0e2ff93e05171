/* dtype.h: element types, numbered as in ONNX TensorProto.DataType. */
#ifndef DTYPE_H
#define DTYPE_H

#include <stdbool.h>
#include <stdint.h>

typedef enum {
    DT_UNDEFINED,
    DT_FLOAT,
    DT_UINT8,
    DT_INT8,
    DT_UINT16,
    DT_INT16,
    DT_INT32,
    DT_INT64,
    DT_STRING,
    DT_BOOL,
    DT_FLOAT16,
    DT_DOUBLE,
    DT_UINT32,
    DT_UINT64,
    DT_COMPLEX64,
    DT_COMPLEX128,
    DT_BFLOAT16,
    DT_FLOAT8E4M3FN,
    DT_FLOAT8E4M3FNUZ,
    DT_FLOAT8E5M2,
    DT_FLOAT8E5M2FNUZ,
    DT_UINT4,
    DT_INT4,
    DT_FLOAT4E2M1,
    DT_FLOAT8E8M0,
    DT_UINT2,
    DT_INT2,
    DT_COUNT
} DType;

const char *dtype_name(DType t); /* "float32", "int8", "bool", ...: as in the report and in messages */
/* The C type that holds one (or, for sub-byte types, several): "float", "uint16_t" for float16, ... */
const char *dtype_c(DType t);
const char *dtype_suffix(DType t); /* in kernel names: f32 f64 i8..i64 u8..u64 bool f16 bf16 str f8e4m3fn i4 u4 ... */
int dtype_bits(DType t);           /* 32, 8, 4, ...; a string counts as one 64-bit pointer; 0 for DT_UNDEFINED */
#define BYTES_INFINITY INT64_C(0x3fffffffffffffff)
int64_t dtype_bytes(DType t, int64_t elements); /* packed, rounded up to whole bytes; saturates at BYTES_INFINITY */
int64_t dtype_host_bytes(DType t); /* an element of whole bytes in memory of our own, where strings are pointers */
bool dtype_is_float(DType t);      /* real floating point of any width, float16 and bfloat16 included */
bool dtype_is_integer(DType t);    /* int8..int64, uint8..uint64 (neither bool nor sub-byte) */
bool dtype_is_signed(DType t);
bool dtype_is_half(DType t);    /* float16 or bfloat16: computed in float32 */
bool dtype_is_complex(DType t); /* two elements of C each */

#endif
