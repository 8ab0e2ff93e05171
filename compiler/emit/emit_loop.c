/* emit_loop: elementwise computations as one loop nest that reads like the formula, in vectors where it can be. */
#include "emit/emit.h"

#include "op/op.h"

#include <math.h>
#include <string.h>

/* -- the shape of the nest --------------------------------------------------------------------- */

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

/* -- expressions ------------------------------------------------------------------------------- */

static const char *index_name(const Loop *l, int d)
{
    static const char *const names[] = {"i", "j", "k", "l", "m", "n", "o", "p"};
    (void)l;
    return d < 8 ? mem_printf("%s_", names[d]) : mem_printf("i%d_", d);
}

static const char *join(const char *a, const char *operator, const char * b)
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
        else if (dim_is_const(stride[d]))
            text = join(text, " + ", mem_printf("%s * %lld", index, (long long)dim_value(stride[d])));
        else text = join(text, " + ", mem_printf("%s * (size_t)%s", index, dim_in_c(m, stride[d])));
    }
    return *text ? text : "0";
}

static const char *widen_half(DType t, char letter, const char *element)
{
    if (!dtype_is_half(t) || letter != 'f') return element;
    return mem_printf("%s_to_f32(%s)", dtype_suffix(t), element);
}

/* How many elements of the innermost extent a round of the loop takes. */
typedef enum {
    ONE,
    VECTOR,     /* of whole vectors */
    SOME_LANES, /* of vectors, the last of which may not be full: lanes_ counts its elements */
} Lanes;

typedef struct {
    const Model *m;
    const Loop *l;
    Lanes lanes;
    int *uses; /* how often the result of each operation is read */
} Writer;

static const char *element_text(const Writer *w, const LoopOperand *o)
{
    const char *pointer = value_pointer(w->m, o->value, NULL), *at = position(w->m, w->l, o->offset, o->stride);
    if (w->lanes == ONE) return mem_printf("%s[%s]", pointer, at);
    if (dim_is(o->stride[w->l->rank - 1], 0)) return mem_printf("vec_all(%s[%s])", pointer, at);
    if (strcmp(at, "0")) pointer = mem_printf("%s + %s", pointer, at);
    return w->lanes == VECTOR ? mem_printf("vec_load(%s)", pointer) : mem_printf("vec_load_some(%s, lanes_)", pointer);
}

static const char *operand_text(const Writer *w, const LoopOperand *o, char letter)
{
    if (is_inline_scalar(o->value) && !dtype_is_half(o->value->type.dtype))
        return literal(o->value->type.dtype, o->value->data);
    return widen_half(o->value->type.dtype, letter, element_text(w, o));
}

static const char *literal_text(char letter, const Ref *r)
{
    double real = r->kind == REF_REAL ? r->real : (double)dim_value(r->number);
    int64_t integer = r->kind == REF_REAL ? number_cut(r->real) : dim_value(r->number);
    float narrow = (float)real;
    if (letter == 'f') return literal(DT_FLOAT, &narrow);
    if (letter == 'd') return literal(DT_DOUBLE, &real);
    if (letter == 'b') return integer ? "true" : "false";
    if (letter == 'L') return mem_printf("UINT64_C(%llu)", (unsigned long long)integer);
    return letter == 'l' ? literal(DT_INT64, &integer) : mem_printf("%lld", (long long)integer);
}

static const char *expression(const Writer *w, int index);

static bool is_literal(const Writer *w, const Ref *r)
{
    return r->kind != REF_RESULT_OF && (r->kind != REF_OPERAND || is_inline_scalar(w->l->operands[r->index].value));
}

static const char *argument(const Writer *w, const LoopOp *op, int a)
{
    const Ref *r = &op->args[a];
    char letter = kernel_find(op->function)->signature[a + 1];
    switch (r->kind) {
    case REF_OPERAND: return operand_text(w, &w->l->operands[r->index], letter);
    case REF_RESULT_OF: return w->uses[r->index] > 1 ? mem_printf("t%d_", r->index) : expression(w, r->index);
    default: return literal_text(letter, r);
    }
}

/* The operator that a function stands for, where plain C says it as well, for vectors, too; NULL for all others. */
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

/* A function of floats as it is called for vectors of them; NULL if there is none. */
static const char *vector_function(const char *function)
{
    size_t length = strlen(function);
    if (length < 4 || strcmp(function + length - 4, "_f32")) return NULL;
    const char *name = mem_printf("%.*s_vec", (int)length - 4, function);
    return kernel_find(name) ? name : NULL;
}

/* A literal says what it is for, where its parameter has more of a name than a and b. */
static const char *literal_argument(const Writer *w, const LoopOp *op, int a)
{
    const char *text = argument(w, op, a), *name = kernel_nth_name(kernel_find(op->function), a);
    if (w->lanes != ONE) text = mem_printf("vec_all(%s)", text);
    return strlen(name) > 1 ? mem_printf("/* %s */ %s", name, text) : text;
}

static const char *call(const Writer *w, const LoopOp *op)
{
    const char *arguments = "";
    for (int a = 0; a < op->n_args; a++)
        arguments = join(arguments, ", ",
                         is_literal(w, &op->args[a]) ? literal_argument(w, op, a) : argument(w, op, a));
    return mem_printf("%s(%s)", w->lanes == ONE ? op->function : vector_function(op->function), arguments);
}

/* An operator between vectors takes a literal, but two of them would make no vector. */
static const char *expression(const Writer *w, int index)
{
    const LoopOp *op = &w->l->ops[index];
    const char *between = infix(op->function);
    if (!between) return call(w, op);
    const char *first = argument(w, op, 0);
    if (w->lanes != ONE && is_literal(w, &op->args[0]) && is_literal(w, &op->args[1]))
        first = mem_printf("vec_all(%s)", first);
    return mem_printf("(%s%s%s)", first, between, argument(w, op, 1));
}

/* -- the nest ---------------------------------------------------------------------------------- */

/* Loops over floats that lie side by side run in vectors: every function must be there for them. Rows shorter than that
 * are as well off without. */
enum { SHORTEST_ROW = 8 };

static Lanes lanes_of(const Loop *l)
{
    if (!l->rank || dim_high(l->extent[l->rank - 1]) < SHORTEST_ROW) return ONE;
    for (int i = 0; i < l->n_operands; i++) {
        const LoopOperand *o = &l->operands[i];
        if (o->value->type.dtype != DT_FLOAT ||
            (!dim_is(o->stride[l->rank - 1], 1) && !dim_is(o->stride[l->rank - 1], 0)))
            return ONE;
    }
    for (int i = 0; i < l->n_ops; i++)
        if (!vector_function(l->ops[i].function) && !(infix(l->ops[i].function) && l->ops[i].type == DT_FLOAT))
            return ONE;
    for (int i = 0; i < l->n_results; i++)
        if (l->results[i].value->type.dtype != DT_FLOAT) return ONE;
    return dim_is(dim_mod(l->extent[l->rank - 1], dim_const(16)), 0) ? VECTOR : SOME_LANES;
}

static void count_uses(const Loop *l, int *uses)
{
    for (int i = 0; i < l->n_ops; i++)
        for (int a = 0; a < l->ops[i].n_args; a++)
            if (l->ops[i].args[a].kind == REF_RESULT_OF) uses[l->ops[i].args[a].index]++;
    for (int i = 0; i < l->n_results; i++) uses[l->results[i].op]++;
}

/* Operations that are used once stand in the expression of those that use them, up to so many within one another: more
 * is neither read well nor taken by every compiler. Those in between are variables, as if they were used twice. */
static void bound_nesting(const Loop *l, int *uses)
{
    enum { MOST_NESTED = 64 };
    int *depth = mem_array((size_t)l->n_ops + 1, sizeof *depth);
    for (int i = 0; i < l->n_ops; i++) {
        for (int a = 0; a < l->ops[i].n_args; a++) {
            const Ref *r = &l->ops[i].args[a];
            bool is_within = r->kind == REF_RESULT_OF && uses[r->index] == 1;
            if (is_within && depth[r->index] >= depth[i]) depth[i] = depth[r->index] + 1;
        }
        if (depth[i] >= MOST_NESTED) uses[i]++;
    }
}

static const char *letter_c_type(char letter)
{
    switch (letter) {
    case 'c': return "int8_t";
    case 'C': return "uint8_t";
    case 'h': return "int16_t";
    case 'H': return "uint16_t";
    case 'i': return "int32_t";
    case 'I': return "uint32_t";
    case 'l': return "int64_t";
    case 'L': return "uint64_t";
    case 'f': return "float";
    case 'd': return "double";
    default: return "bool";
    }
}

static void emit_store(const Writer *w, const LoopResult *r, const Dim *dense, const char *indent, FILE *f)
{
    DType t = r->value->type.dtype;
    bool half = dtype_is_half(t) && kernel_find(w->l->ops[r->op].function)->signature[0] == 'f';
    const char *text = w->uses[r->op] > 1 ? mem_printf("t%d_", r->op) : without_parentheses(expression(w, r->op));
    const char *pointer = value_pointer(w->m, r->value, NULL), *at = position(w->m, w->l, r->offset, dense);
    if (half) text = mem_printf("f32_to_%s(%s)", dtype_suffix(t), text);
    if (w->lanes == ONE) fprintf(f, "%s%s[%s] = %s;\n", indent, pointer, at, text);
    else if (w->lanes == VECTOR) fprintf(f, "%svec_store(%s + %s, %s);\n", indent, pointer, at, text);
    else fprintf(f, "%svec_store_some(%s + %s, %s, lanes_);\n", indent, pointer, at, text);
}

static void emit_body(const Writer *w, const char *indent, FILE *f)
{
    const Loop *l = w->l;
    Dim dense[MAX_RANK], stride = dim_const(1);
    for (int d = l->rank - 1; d >= 0; d--) {
        dense[d] = stride;
        stride = dim_mul(stride, l->extent[d]);
    }
    for (int i = 0; i < l->n_ops; i++) {
        if (w->uses[i] < 2) continue;
        const char *type = w->lanes == ONE ? letter_c_type(kernel_find(l->ops[i].function)->signature[0]) : "vec";
        fprintf(f, "%sconst %s t%d_ = %s;\n", indent, type, i, without_parentheses(expression(w, i)));
    }
    for (int i = 0; i < l->n_results; i++) emit_store(w, &l->results[i], dense, indent, f);
}

/* A loop over no elements would compare an unsigned index with 0, which compilers warn about. */
static bool emit_empty(const Model *m, const Loop *l, FILE *f)
{
    bool empty = false;
    for (int d = 0; d < l->rank; d++) empty = empty || dim_is(l->extent[d], 0);
    for (int i = 0; empty && i < l->n_operands; i++)
        if (!is_inline_scalar(l->operands[i].value))
            fprintf(f, "    (void)%s;\n", value_pointer(m, l->operands[i].value, NULL));
    for (int i = 0; empty && i < l->n_results; i++)
        fprintf(f, "    (void)%s;\n", value_pointer(m, l->results[i].value, NULL));
    return empty;
}

void emit_loop(Model *m, const Loop *original, FILE *f)
{
    const Loop *l = collapse(original);
    if (emit_empty(m, l, f)) return;
    const Writer w = {m, l, lanes_of(l), mem_array((size_t)l->n_ops + 1, sizeof *w.uses)};
    count_uses(l, w.uses);
    bound_nesting(l, w.uses);
    char indent[4 * (MAX_RANK + 2) + 1] = "    ";
    for (int d = 0; d < l->rank; d++) {
        const char *i = index_name(l, d), *extent = mem_printf("%s%s", dim_is_const(l->extent[d]) ? "" : "(size_t)",
                                                               dim_in_c(m, l->extent[d]));
        bool last = d == l->rank - 1;
        fprintf(f, "%sfor (size_t %s = 0; %s < %s; %s%s)%s\n", indent, i, i, extent, i,
                last && w.lanes != ONE ? " += VEC" : "++", last ? " {" : "");
        strcat(indent, "    ");
        if (last && w.lanes == SOME_LANES)
            fprintf(f, "%sconst int32_t lanes_ = %s - %s < VEC ? (int32_t)(%s - %s) : VEC;\n", indent, extent, i,
                    extent, i);
    }
    if (!l->rank) fprintf(f, "    {\n"), strcat(indent, "    ");
    emit_body(&w, indent, f);
    indent[strlen(indent) - 4] = '\0';
    fprintf(f, "%s}\n", indent);
}
