/* Element types inside loops. */
#include "op/loop_types.h"

DType working_type(DType t)
{
    switch (t) {
    case DT_FLOAT16:
    case DT_BFLOAT16:
    case DT_FLOAT8E4M3FN:
    case DT_FLOAT8E4M3FNUZ:
    case DT_FLOAT8E5M2:
    case DT_FLOAT8E5M2FNUZ:
    case DT_FLOAT8E8M0:
    case DT_FLOAT4E2M1: return DT_FLOAT;
    case DT_UINT4:
    case DT_UINT2: return DT_UINT8;
    case DT_INT4:
    case DT_INT2: return DT_INT8;
    default: return t;
    }
}

Ref loop_convert(Step *s, Ref x, DType from, DType to)
{
    if (from == to) return x;
    return loop_apply(s, to, mem_printf("cast_%s_%s", dtype_suffix(from), dtype_suffix(to)), 1, &x);
}

Ref loop_read_as(Step *s, Value *v, DType to)
{
    DType t = v->type.dtype, working = working_type(t);
    Ref x = loop_read(s, v);
    if (t != working && !dtype_is_half(t)) x = loop_apply(s, working, mem_printf("%s_to_f32", dtype_suffix(t)), 1, &x);
    return loop_convert(s, x, working, to);
}

void loop_store_as(Step *s, Value *v, Ref x, DType from)
{
    DType t = v->type.dtype, working = working_type(t);
    if (from == DT_DOUBLE && working != t) x = loop_apply(s, DT_FLOAT, "cast_f64_odd_f32", 1, &x);
    else x = loop_convert(s, x, from, working);
    if (t != working && !dtype_is_half(t)) x = loop_apply(s, t, mem_printf("f32_to_%s", dtype_suffix(t)), 1, &x);
    if (x.kind != REF_RESULT_OF)
        x = loop_apply(s, working, mem_printf("cast_%s_%s", dtype_suffix(working), dtype_suffix(working)), 1, &x);
    loop_store(s, v, x);
}

void broadcast_strides(const Shape *shape, const Value *v, Dim *strides)
{
    const Shape *own = &v->type.shape;
    int missing = shape->rank - own->rank;
    Dim stride = dim_const(1);
    for (int d = shape->rank - 1; d >= 0; d--) {
        bool repeats = d < missing || dim_is(own->dim[d - missing], 1);
        strides[d] = repeats ? dim_const(0) : stride;
        if (!repeats) stride = dim_mul(stride, own->dim[d - missing]);
    }
}

int64_t broadcast_index(const Shape *to, const Shape *from, int64_t i)
{
    int64_t at = 0, stride = 1;
    for (int d = to->rank - 1; d >= 0; d--) {
        int64_t extent = dim_value(to->dim[d]), index = i % extent;
        int own = d - (to->rank - from->rank);
        i /= extent;
        if (own < 0 || dim_is(from->dim[own], 1)) continue;
        at += index * stride;
        stride *= dim_value(from->dim[own]);
    }
    return at;
}
