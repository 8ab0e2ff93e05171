/* Data sets hold tensors as the model has them; the generated code may have them in other forms (--io). */
#include "verify/verify.h"

#include <math.h>

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

void as_interface_has_it(const Value *of_interface, DataItem *item)
{
    if (!item->tensor || item->tensor->type.dtype != DT_FLOAT) return;
    if (of_interface->io.is_quantized) quantize(of_interface, item->tensor);
}
