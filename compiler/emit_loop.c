/* emit_loop: elementwise computations as one loop nest that reads like the formula. */
#include "emit.h"

#include "op.h"

#include <math.h>
#include <string.h>

/* -- the shape of the nest ---------------------------------------------------------------------------------------------- */

/* Two neighbouring extents are one if every operand walks through them as through one (row-major, without a gap). */
static bool can_merge(const Loop *l, int d)
{
    for (int i = 0; i < l->n_operands; i++) {
        const LoopOperand *o = &l->operands[i];
        if (o->stride[d] != dim_mul(o->stride[d + 1], l->extent[d + 1])) return false;
    }
    return true;
}

static void drop_extent(Loop *l, int d)
{
    for (int k = d; k + 1 < l->rank; k++) l->extent[k] = l->extent[k + 1];
    for (int i = 0; i < l->n_operands; i++)
        for (int k = d; k + 1 < l->rank; k++) l->operands[i].stride[k] = l->operands[i].stride[k + 1];
    l->rank--;
}

static Loop *collapse(const Loop *original)
{
    Loop *l = mem_dup(original, sizeof *l);
    l->operands = mem_dup(l->operands, (size_t)l->n_operands * sizeof *l->operands);
    for (int d = l->rank - 1; d >= 0; d--)
        if (dim_is(l->extent[d], 1)) drop_extent(l, d);
    for (int d = l->rank - 2; d >= 0; d--)
        if (can_merge(l, d)) {
            l->extent[d + 1] = dim_mul(l->extent[d], l->extent[d + 1]);
            drop_extent(l, d);
        }
    return l;
}

/* -- expressions ------------------------------------------------------------------------------------------------------------- */

static const char *index_name(const Loop *l, int d)
{
    static const char *const names[] = {"i", "j", "k", "l", "m", "n", "o", "p"};
    (void)l;
    return d < 8 ? mem_printf("%s_", names[d]) : mem_printf("i%d_", d);
}

static const char *join(const char *a, const char *operator, const char *b)
{
    return *a ? mem_printf("%s%s%s", a, operator, b) : b;
}

/* offset + sum of index * stride, all size_t; "0" if nothing is left. */
static const char *position(const Model *m, const Loop *l, Dim offset, const Dim *stride)
{
    const char *text = "";
    if (offset && !dim_is(offset, 0)) text = mem_printf("(size_t)%s", dim_in_c(m, offset));
    for (int d = 0; d < l->rank; d++) {
        const char *index = index_name(l, d);
        if (dim_is(stride[d], 0)) continue;
        if (dim_is(stride[d], 1)) text = join(text, " + ", index);
        else if (dim_is_const(stride[d]) && dim_value(stride[d]) < 0)
            text = mem_printf("%s - %s * %lld", *text ? text : "0", index, (long long)-dim_value(stride[d]));
        else if (dim_is_const(stride[d])) text = join(text, " + ", mem_printf("%s * %lld", index, (long long)dim_value(stride[d])));
        else text = join(text, " + ", mem_printf("%s * (size_t)%s", index, dim_in_c(m, stride[d])));
    }
    return *text ? text : "0";
}

static const char *widen_half(DType t, char letter, const char *element)
{
    if (!dtype_is_half(t) || letter != 'f') return element;
    return mem_printf("%s_to_f32(%s)", dtype_suffix(t), element);
}

static const char *operand_text(const Model *m, const Loop *l, const LoopOperand *o, char letter)
{
    if (is_inline_scalar(o->value) && !dtype_is_half(o->value->type.dtype)) return literal(o->value->type.dtype, o->value->data);
    const char *element = mem_printf("%s[%s]", value_pointer(m, o->value, NULL), position(m, l, o->offset, o->stride));
    return widen_half(o->value->type.dtype, letter, element);
}

static const char *literal_text(char letter, const Ref *r)
{
    double real = r->kind == REF_REAL ? r->real : (double)dim_value(r->number);
    int64_t integer = r->kind == REF_REAL ? (int64_t)r->real : dim_value(r->number);
    float narrow = (float)real;
    if (letter == 'f') return literal(DT_FLOAT, &narrow);
    if (letter == 'd') return literal(DT_DOUBLE, &real);
    if (letter == 'b') return integer ? "true" : "false";
    if (letter == 'L') return mem_printf("UINT64_C(%llu)", (unsigned long long)integer);
    return letter == 'l' ? literal(DT_INT64, &integer) : mem_printf("%lld", (long long)integer);
}

static const char *expression(const Model *m, const Loop *l, const int *uses, int op);

static const char *argument(const Model *m, const Loop *l, const int *uses, const LoopOp *op, int a)
{
    const Ref *r = &op->args[a];
    char letter = kernel_find(op->function)->signature[a + 1];
    switch (r->kind) {
    case REF_OPERAND: return operand_text(m, l, &l->operands[r->index], letter);
    case REF_RESULT_OF: return uses[r->index] > 1 ? mem_printf("t%d", r->index) : expression(m, l, uses, r->index);
    default: return literal_text(letter, r);
    }
}

/* The operator that a scalar function stands for, where plain C says it as well; NULL for all others. */
static const char *infix(const char *function)
{
    static const char *const table[][2] = {
        {"add_f32", " + "}, {"sub_f32", " - "}, {"mul_f32", " * "}, {"div_f32", " / "},
        {"add_f64", " + "}, {"sub_f64", " - "}, {"mul_f64", " * "}, {"div_f64", " / "},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (!strcmp(table[i][0], function)) return table[i][1];
    return NULL;
}

static const char *expression(const Model *m, const Loop *l, const int *uses, int index)
{
    const LoopOp *op = &l->ops[index];
    const char *between = infix(op->function);
    if (between)
        return mem_printf("(%s%s%s)", argument(m, l, uses, op, 0), between, argument(m, l, uses, op, 1));
    const char *arguments = "";
    for (int a = 0; a < op->n_args; a++) arguments = join(arguments, ", ", argument(m, l, uses, op, a));
    return mem_printf("%s(%s)", op->function, arguments);
}

/* -- the nest ------------------------------------------------------------------------------------------------------------------ */

static void count_uses(const Loop *l, int *uses)
{
    for (int i = 0; i < l->n_ops; i++)
        for (int a = 0; a < l->ops[i].n_args; a++)
            if (l->ops[i].args[a].kind == REF_RESULT_OF) uses[l->ops[i].args[a].index]++;
    for (int i = 0; i < l->n_results; i++) uses[l->results[i].op]++;
}

static const char *letter_c_type(char letter)
{
    switch (letter) {
    case 'c': return "int8_t"; case 'C': return "uint8_t"; case 'h': return "int16_t"; case 'H': return "uint16_t";
    case 'i': return "int32_t"; case 'I': return "uint32_t"; case 'l': return "int64_t"; case 'L': return "uint64_t";
    case 'f': return "float"; case 'd': return "double"; default: return "bool";
    }
}

static const char *strip_parentheses(const char *text)
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

static void emit_body(const Model *m, const Loop *l, const char *indent, FILE *f)
{
    int *uses = mem_array((size_t)l->n_ops + 1, sizeof *uses);
    Dim dense[MAX_RANK], stride = dim_const(1);
    for (int d = l->rank - 1; d >= 0; d--) {
        dense[d] = stride;
        stride = dim_mul(stride, l->extent[d]);
    }
    count_uses(l, uses);
    for (int i = 0; i < l->n_ops; i++) {
        if (uses[i] < 2) continue;
        const Kernel *k = kernel_find(l->ops[i].function);
        fprintf(f, "%sconst %s t%d = %s;\n", indent, letter_c_type(k->signature[0]), i, strip_parentheses(expression(m, l, uses, i)));
    }
    for (int i = 0; i < l->n_results; i++) {
        const LoopResult *r = &l->results[i];
        DType t = r->value->type.dtype;
        bool half = dtype_is_half(t) && kernel_find(l->ops[r->op].function)->signature[0] == 'f';
        const char *text = uses[r->op] > 1 ? mem_printf("t%d", r->op) : strip_parentheses(expression(m, l, uses, r->op));
        if (half) text = mem_printf("f32_to_%s(%s)", dtype_suffix(t), text);
        fprintf(f, "%s%s[%s] = %s;\n", indent, value_pointer(m, r->value, NULL), position(m, l, NULL, dense), text);
    }
}

/* A loop over no elements would compare an unsigned index with 0, which compilers warn about. */
static bool emit_empty(const Model *m, const Loop *l, FILE *f)
{
    bool empty = false;
    for (int d = 0; d < l->rank; d++) empty = empty || dim_is(l->extent[d], 0);
    for (int i = 0; empty && i < l->n_operands; i++) fprintf(f, "    (void)%s;\n", value_pointer(m, l->operands[i].value, NULL));
    for (int i = 0; empty && i < l->n_results; i++) fprintf(f, "    (void)%s;\n", value_pointer(m, l->results[i].value, NULL));
    return empty;
}

void emit_loop(Model *m, const Loop *original, FILE *f)
{
    const Loop *l = collapse(original);
    if (emit_empty(m, l, f)) return;
    char indent[4 * (MAX_RANK + 2) + 1] = "    ";
    for (int d = 0; d < l->rank; d++) {
        const char *i = index_name(l, d), *extent = dim_in_c(m, l->extent[d]);
        bool last = d == l->rank - 1;
        fprintf(f, "%sfor (size_t %s = 0; %s < %s%s; %s++)%s\n", indent, i, i, dim_is_const(l->extent[d]) ? "" : "(size_t)", extent, i, last ? " {" : "");
        strcat(indent, "    ");
    }
    if (!l->rank) fprintf(f, "    {\n"), strcat(indent, "    ");
    emit_body(m, l, indent, f);
    indent[strlen(indent) - 4] = '\0';
    fprintf(f, "%s}\n", indent);
}
