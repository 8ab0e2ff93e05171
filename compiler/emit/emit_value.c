/* emit_value: how the run function refers to values and sizes. */
#include "emit/emit.h"

#include "plan/plan.h"

#include <ctype.h>
#include <string.h>

const char *upper_case(const char *text)
{
    char *upper = mem_strdup(text);
    for (char *s = upper; *s; s++) *s = (char)toupper((unsigned char)*s);
    return upper;
}

/* -- sizes ------------------------------------------------------------------------------------- */

/* What stands for the parameter's symbol. */
static const char *param_in_c(const Param *p)
{
    if (p->step == 1) return p->c_name;
    const char *offset = p->base ? mem_printf("(%s - %lld)", p->c_name, (long long)p->base) : p->c_name;
    return mem_printf("(%s / %lld)", offset, (long long)p->step);
}

static const char *symbol_in_c(Foreign symbol, void *context)
{
    const Model *m = context;
    for (int i = 0; i < m->n_params; i++)
        if (foreign_equal(m->params[i].symbol, symbol)) return param_in_c(&m->params[i]);
    const Local *l = local_find(m, symbol);
    if (l && l->c_name) return l->c_name;
    internal_error("the symbol %s is neither a parameter nor a local", shown(symbol));
}

const char *dim_in_c(const Model *m, Dim d)
{
    return dim_c_text(d, symbol_in_c, (void *)m);
}

const char *without_parentheses(const char *text)
{
    size_t n = strlen(text);
    int depth = 0;
    if (text[0] != '(') return text;
    for (size_t i = 0; i < n; i++) {
        depth += (text[i] == '(') - (text[i] == ')');
        if (!depth && i + 1 < n) return text;
    }
    return mem_strndup(text + 1, n - 2);
}

const char *shape_in_c(const Model *m, const Shape *s)
{
    const char *text = "[";
    for (int i = 0; i < s->rank; i++)
        text = mem_printf("%s%s%s", text, i ? "," : "", without_parentheses(dim_in_c(m, s->dim[i])));
    return mem_printf("%s]", text);
}

/* -- values ------------------------------------------------------------------------------------ */

bool mention_next(const Step *s, Access *a)
{
    if (step_is_elided(s)) return false;
    while (step_next(s, a))
        if (s->kind != STEP_LOOP || !is_inline_scalar(a->value)) return true;
    return false;
}

/* The expression for the address of an element; NULL offset: the first. */
const char *value_pointer(const Model *m, const Value *v, Dim element_offset)
{
    const char *base = v->data ? weight_pointer(m, v) : v->c_name;
    if (!element_offset || dim_is(element_offset, 0)) return base;
    int bits = dtype_bits(v->type.dtype);
    if (bits < 8) return mem_printf("%s + %s / %d", base, dim_in_c(m, element_offset), 8 / bits);
    if (dtype_is_complex(v->type.dtype)) element_offset = dim_mul(element_offset, dim_const(2)); /* of C's elements */
    return mem_printf("%s + %s", base, dim_in_c(m, element_offset));
}

int64_t stored_count(const Value *v)
{
    int bits = dtype_bits(v->type.dtype);
    if (bits < 8) return value_bytes(v); /* packed several to a byte */
    bool complex = v->type.dtype == DT_COMPLEX64 || v->type.dtype == DT_COMPLEX128;
    return complex ? 2 * value_count(v) : value_count(v);
}
