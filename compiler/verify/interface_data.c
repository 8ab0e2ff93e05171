/* Data sets hold tensors as the model has them; the generated code may have them in other forms (--io). */
#include "verify/verify.h"

#include <math.h>
#include <string.h>

/* What QuantizeLinear makes of x: rounded to even, and kept within the integers that there are. */
static double quantized(const IoForm *io, DType t, float x)
{
    int bits = dtype_bits(t), signed_bits = dtype_is_signed(t) ? bits - 1 : bits;
    double low = dtype_is_signed(t) ? -ldexp(1, signed_bits) : 0, high = ldexp(1, signed_bits) - 1;
    double q = (double)nearbyintf(x / io->scale) + io->zero;
    return q >= low ? q > high ? high : q : low;
}

static void quantize(const Value *of_interface, Value *v)
{
    DType t = of_interface->type.dtype;
    int64_t count = value_count(v);
    int size = dtype_bits(t) / 8;
    char *data = mem_array((size_t)count + 1, (size_t)size);
    for (int64_t i = 0; i < count; i++)
        number_set(t, data + i * size, quantized(&of_interface->io, t, ((const float *)v->data)[i]));
    v->type.dtype = t;
    v->data = data;
}

const Value *image_last(const Value *v)
{
    int rank = v->type.shape.rank;
    Value *last = mem_dup(v, sizeof *v);
    int64_t batch = dim_value(v->type.shape.dim[0]), channels = dim_value(v->type.shape.dim[1]);
    int64_t pixels = dim_value(shape_product(&v->type.shape, 2, rank));
    size_t size = (size_t)dtype_bits(v->type.dtype) / 8;
    char *data = mem_array((size_t)value_bytes(v) + 1, 1);
    for (int d = 1; d < rank; d++) last->type.shape.dim[d] = v->type.shape.dim[d + 1 < rank ? d + 1 : 1];
    for (int64_t i = 0; i < batch * channels * pixels; i++) {
        int64_t c = i / pixels % channels, p = i % pixels, n = i / pixels / channels;
        memcpy(data + (size_t)((n * pixels + p) * channels + c) * size, (const char *)v->data + (size_t)i * size, size);
    }
    last->data = data;
    return last;
}

void as_interface_has_it(const Value *of_interface, DataItem *item)
{
    const IoForm *io = &of_interface->io;
    Value *v = item->tensor;
    if (!v) return;
    if (io->is_quantized && v->type.dtype == DT_FLOAT) quantize(of_interface, v);
    if (io->channels_last && v->type.shape.rank == of_interface->type.shape.rank) *v = *image_last(v);
}
