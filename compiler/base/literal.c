/* Elements as C writes them. */
#include "base/literal.h"

#include "base/foreign.h"
#include "base/mem.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *float_literal(double x, int digits, const char *suffix)
{
    char text[64];
    if (isnan(x)) return "NAN";
    if (isinf(x)) return x > 0 ? "INFINITY" : "-INFINITY";
    for (int d = 1; d <= digits; d++) { /* the fewest digits that read back to the same number */
        snprintf(text, sizeof text, "%.*g", d, x);
        if (*suffix ? strtof(text, NULL) == (float)x : strtod(text, NULL) == x) break;
    }
    const char *point = strpbrk(text, ".e") ? "" : ".0";
    return mem_printf("%s%s%s", text, point, suffix);
}

static const char *integer_literal(DType t, int64_t x)
{
    if (t == DT_INT64 && x == INT64_MIN) return "(-INT64_C(9223372036854775807) - 1)";
    if (t == DT_INT32 && x == INT32_MIN) return "(-2147483647 - 1)";
    if (t == DT_INT64 && (x > INT32_MAX || x < -INT32_MAX)) return mem_printf("INT64_C(%lld)", (long long)x);
    if (t == DT_UINT64) return mem_printf("UINT64_C(%llu)", (unsigned long long)x);
    if (t == DT_UINT32) return mem_printf("%lluU", (unsigned long long)x);
    return mem_printf("%lld", (long long)x);
}

const char *literal(DType t, const void *element)
{
    union {
        float f;
        double d;
        int8_t i8;
        int16_t i16;
        int32_t i32;
        int64_t i64;
        uint8_t u8;
        uint16_t u16;
        uint32_t u32;
        uint64_t u64;
        Foreign text;
    } x;
    size_t bytes = (size_t)dtype_host_bytes(t);
    memcpy(&x, element, bytes < sizeof x ? bytes : sizeof x);
    switch (t) {
    case DT_FLOAT: return float_literal((double)x.f, 9, "f");
    case DT_DOUBLE: return float_literal(x.d, 17, "");
    case DT_INT8: return integer_literal(t, x.i8);
    case DT_INT16: return integer_literal(t, x.i16);
    case DT_INT32: return integer_literal(t, x.i32);
    case DT_INT64: return integer_literal(t, x.i64);
    case DT_UINT32: return integer_literal(t, x.u32);
    case DT_UINT64: return integer_literal(t, (int64_t)x.u64);
    case DT_UINT16: return integer_literal(t, x.u16);
    case DT_FLOAT16:
    case DT_BFLOAT16: return mem_printf("0x%04x", x.u16);
    case DT_BOOL: return x.u8 ? "true" : "false";
    case DT_STRING: return in_string(x.text);
    case DT_UINT8: return integer_literal(t, x.u8);
    default: return mem_printf("0x%02x", x.u8);
    }
}
