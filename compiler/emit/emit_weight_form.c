/* emit_weight_form: in which form a constant is written, and how it is referred to.
 *
 * Small ones are readable numbers that read back to the same bits. Large ones are string literals of their bytes in a
 * union with their element type: many times faster to compile than numbers, but in one byte order, and longer than some
 * compilers take. The form `numbers` has none; `incbin` and `file` put the large ones into a file of their own. */
#include "emit/emit.h"

enum { READABLE_ELEMENTS = 512 };

bool is_inline_scalar(const Value *v)
{
    DType t = v->type.dtype;
    if (!v->data || dtype_is_half(t) || value_count(v) != 1) return false;
    return t == DT_FLOAT || t == DT_DOUBLE || t == DT_BOOL || dtype_is_integer(t);
}

int64_t weight_elements(const Value *v)
{
    DType t = v->type.dtype;
    if (t == DT_COMPLEX64 || t == DT_COMPLEX128) return 2 * value_count(v);
    return dtype_bits(t) < 8 ? value_bytes(v) : value_count(v);
}

DType weight_element_type(const Value *v)
{
    DType t = v->type.dtype;
    if (t == DT_COMPLEX64) return DT_FLOAT;
    return t == DT_COMPLEX128 ? DT_DOUBLE : t;
}

bool weight_has_order(const Value *v)
{
    return v->type.dtype != DT_STRING && dtype_host_bytes(weight_element_type(v)) > 1;
}

bool weight_is_readable(const Model *m, const Value *v)
{
    return v->type.dtype == DT_STRING || weight_elements(v) <= READABLE_ELEMENTS ||
           m->options.weights == WEIGHTS_NUMBERS;
}

bool weight_is_in_file(const Model *m, const Value *v)
{
    return m->options.weights >= WEIGHTS_INCBIN && !weight_is_readable(m, v);
}

const char *weight_pointer(const Model *m, const Value *v)
{
    bool is_array = weight_is_readable(m, v) || weight_is_in_file(m, v) ||
                    v->storage != v; /* or has a pointer of its own */
    return is_array ? v->c_name : mem_printf("%s.v", v->c_name);
}
