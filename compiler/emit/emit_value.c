/* emit_value: how the run function refers to a value. */
#include "emit/emit.h"

#include "plan/plan.h"

/* The expression for the address of an element; NULL offset: the first. */
const char *value_pointer(const Model *m, const Value *v, Dim element_offset)
{
    const char *base = v->data ? weight_pointer(m, v) : v->c_name;
    if (!element_offset || dim_is(element_offset, 0)) return base;
    int bits = dtype_bits(v->type.dtype);
    if (bits < 8) return mem_printf("%s + %s / %d", base, dim_in_c(m, element_offset), 8 / bits);
    return mem_printf("%s + %s", base, dim_in_c(m, element_offset));
}
