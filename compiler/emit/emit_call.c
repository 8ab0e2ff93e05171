/* emit_call: a call of a kernel, its arguments as C.
 *
 * Structs and lists of numbers are constants of their own, before the call: where they are known, not on the stack. C++
 * has no literals of them. */
#include "emit/emit.h"

static const char *int_list(const Model *m, int count, Dim *numbers)
{
    const char *text = "";
    for (int i = 0; i < count; i++)
        text = mem_printf("%s%s%s", text, i ? ", " : "", numbers[i] ? dim_in_c(m, numbers[i]) : "0");
    return count ? text : "0";
}

static const char *real_list(int count, const double *reals)
{
    const char *text = "";
    for (int i = 0; i < count; i++) {
        float x = (float)reals[i];
        text = mem_printf("%s%s%s", text, i ? ", " : "", literal(DT_FLOAT, &x));
    }
    return count ? text : "0";
}

static const char *field_list(const Model *m, const Arg *a)
{
    const char *text = "";
    for (int i = 0; i < a->count; i++) {
        if (!a->numbers[i] || dim_is(a->numbers[i], 0)) continue;
        text = mem_printf("%s%s.%s = %s", text, *text ? ", " : "", kernel_nth_name(a->structure, i),
                          dim_in_c(m, a->numbers[i]));
    }
    return *text ? text : "0";
}

static const char *integer_argument(const Model *m, Dim d, char letter)
{
    const char *text = dim_in_c(m, d);
    if (letter == 'f' || letter == 'd') return mem_printf("(%s)%s", letter == 'f' ? "float" : "double", text);
    if (letter == 'b') return dim_is_const(d) ? (dim_value(d) ? "true" : "false") : mem_printf("%s != 0", text);
    if (dim_is_const(d)) {
        int64_t x = dim_value(d);
        if (letter == 'l' || letter == 'L') return literal(letter == 'l' ? DT_INT64 : DT_UINT64, &x);
        return text;
    }
    return letter == 'z' ? mem_printf("(size_t)%s", text) : text;
}

bool is_list(const Arg *a)
{
    return a->kind == ARG_INTS || a->kind == ARG_REALS || a->kind == ARG_STRUCT;
}

/* Are all numbers of a struct or list known when the file is written? */
static bool is_constant(const Arg *a)
{
    if (!is_list(a)) return false;
    for (int i = 0; a->kind != ARG_REALS && i < a->count; i++)
        if (a->numbers[i] && !dim_is_const(a->numbers[i])) return false;
    return true;
}

static const char *initializer(const Model *m, const Arg *a)
{
    if (a->kind == ARG_REALS) return real_list(a->count, a->reals);
    return a->kind == ARG_INTS ? int_list(m, a->count, a->numbers) : field_list(m, a);
}

static const char *element_type(const Arg *a)
{
    return a->kind == ARG_STRUCT ? a->structure->name : a->kind == ARG_INTS ? "int32_t" : "float";
}

const char *constant_of(const Model *m, const Arg *a)
{
    return is_constant(a) ? mem_printf("%s {%s}", element_type(a), initializer(m, a)) : NULL;
}

static const char *constant_text(const Arg *a)
{
    return a->kind == ARG_STRUCT ? mem_printf("&%s", a->constant) : a->constant;
}

static const char *argument_text(const Model *m, const Arg *a, char letter)
{
    float narrow = (float)a->real;
    switch (a->kind) {
    case ARG_NONE:
    case ARG_NULL: return "NULL";
    case ARG_VALUE: return value_pointer(m, a->value, a->offset);
    case ARG_INT: return integer_argument(m, a->number, letter);
    case ARG_SEED: return seed_in_c(dim_value(a->number));
    case ARG_REAL: return letter == 'd' ? literal(DT_DOUBLE, &a->real) : literal(DT_FLOAT, &narrow);
    case ARG_INTS:
    case ARG_REALS:
    case ARG_STRUCT: return constant_text(a);
    case ARG_SYMBOL: return mem_printf("&%s", dim_in_c(m, a->number));
    case ARG_FUNCTION: return a->function->name;
    case ARG_TEXT: return in_string(a->text);
    }
    internal_error("an argument of no kind");
}

/* Values and constants say what they are; a number or a null pointer needs the name of its parameter. */
static bool speaks_for_itself(const Arg *a)
{
    return a->constant || a->kind == ARG_VALUE || a->kind == ARG_STRUCT || a->kind == ARG_SYMBOL;
}

/* Does a call declare constants that the run computes? They are in a block with it, so that the next call's take their
 * place on the stack. The others stand before it, where later calls can see them. */
static bool has_block(const Call *c)
{
    for (int i = 0; i < c->n_args; i++)
        if (c->args[i].declares && !is_constant(&c->args[i])) return true;
    return false;
}

static void declare_constants(const Model *m, const Call *c, bool computed, FILE *f)
{
    for (int i = 0; i < c->n_args; i++) {
        const Arg *a = &c->args[i];
        if (a->declares && computed == !is_constant(a))
            fprintf(f, "%*s%sconst %s %s%s = {%s};\n", computed ? 8 : 4, "", is_constant(a) ? "static " : "",
                    element_type(a), a->constant, a->kind == ARG_STRUCT ? "" : "[]", initializer(m, a));
    }
}

void emit_call(Model *m, const Call *c, FILE *f)
{
    const Kernel *k = c->kernel;
    bool may_refuse = k->signature[0] == 'i', block = has_block(c);
    declare_constants(m, c, false, f);
    if (block) fputs("    {\n", f);
    declare_constants(m, c, true, f);
    fprintf(f, "%*s%s%s(", block ? 8 : 4, "", may_refuse ? "if (" : "", k->name);
    for (int i = 0; i < c->n_args; i++) {
        if (i) fputs(", ", f);
        if (!speaks_for_itself(&c->args[i])) fprintf(f, "/* %s */ ", kernel_nth_name(k, i));
        fputs(argument_text(m, &c->args[i], k->signature[i + 1]), f);
    }
    if (may_refuse) fprintf(f, ") != 0) return %s_EVALUE;\n", upper_case(m->options.name));
    else fputs(");\n", f);
    if (block) fputs("    }\n", f);
}
