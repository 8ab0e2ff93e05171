/* emit_step: the body of the run function, one paragraph per step. */
#include "emit/emit.h"

#include "op/op.h"
#include "plan/plan.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_WIDTH = 110 };

/* -- local pointers ---------------------------------------------------------------------------- */

typedef struct {
    Model *m;
    FILE *f;
} Declaring;

/* "const float *const x": strings are pointers themselves. */
static const char *pointer_type(const Value *v, bool to_const)
{
    if (v->type.dtype == DT_STRING) return to_const ? "const char *const *" : "const char **";
    return mem_printf("%s%s *", to_const ? "const " : "", dtype_c(v->type.dtype));
}

static const char *address_in(const Model *m, const Value *v, Value *root, int64_t offset)
{
    if (!in_arena(root)) {
        int64_t size = dtype_bits(root->type.dtype) / 8;
        const char *base = value_pointer(m, root, NULL);
        if (root->type.dtype == v->type.dtype && size && offset % size == 0)
            return offset ? mem_printf("%s + %lld", base, (long long)(offset / size)) : base;
        bool readonly = root->is_input || root->data;
        return mem_printf("(%s)(%svoid *)((%sunsigned char *)%s + %lld)", pointer_type(v, readonly),
                          readonly ? "const " : "", readonly ? "const " : "", base, (long long)offset);
    }
    const char *at = offset ? mem_printf("memory + AT_%s + %lld", root->c_name, (long long)offset)
                            : mem_printf("memory + AT_%s", root->c_name);
    return mem_printf("(%s)(void *)(%s)", pointer_type(v, false), at);
}

static void declare(Value *v, bool written, void *context)
{
    Declaring *d = context;
    int64_t offset;
    Value *root = storage_root(v, &offset);
    (void)written;
    if (v->marked || ((v->is_input || v->is_output || v->data) && root == v)) return;
    v->marked = true;
    bool readonly = root->is_input || root->data;
    fprintf(d->f, "    %sconst %s = %s;\n", pointer_type(v, readonly), v->c_name, address_in(d->m, v, root, offset));
}

static void unmark(Value *v, bool written, void *context)
{
    (void)written, (void)context;
    v->marked = false;
}

/* -- comments ---------------------------------------------------------------------------------- */

/* Model text inside a C comment: nothing that would end it, nothing unprintable. */
const char *c_comment(const char *s)
{
    char *safe = mem_strdup(s);
    for (char *c = safe; *c; c++) {
        if ((unsigned char)*c < ' ' || (unsigned char)*c >= 127 || *c == '\\') *c = '?';
        if (c[0] == '*' && c[1] == '/') c[1] = '?';
        if (c[0] == '/' && c[1] == '*') c[1] = '?';
    }
    return safe;
}

static void comment_values(Value **values, int count, FILE *f)
{
    bool first = true;
    for (int i = 0; i < count; i++) {
        const Value *v = values[i];
        if (!v || v->type.kind != KIND_TENSOR) continue;
        fprintf(f, "%s%s%s", first ? "" : ", ", v->c_name ? v->c_name : c_comment(c_identifier(v->name)),
                c_comment(shape_text(&v->type.shape)));
        first = false;
    }
}

/* What a loop reads: after fusion, other values than its node's inputs. */
static void comment_operands(const Loop *l, FILE *f)
{
    Value **values = mem_array((size_t)l->n_operands + 1, sizeof *values);
    for (int i = 0; i < l->n_operands; i++) values[i] = l->operands[i].value;
    comment_values(values, l->n_operands, f);
}

/* What a call reads of its node's inputs; constants that went into tables at compile time are not worth a word. */
static void comment_inputs(const Step *s, FILE *f)
{
    const Node *n = s->node;
    Value **values = mem_array((size_t)n->n_in + 1, sizeof *values);
    int count = 0;
    for (int i = 0; i < n->n_in; i++) {
        bool named = !n->in[i] || s->kind != STEP_CALL || !value_is_const(n->in[i]);
        for (int a = 0; !named && a < s->n_args; a++)
            named = s->args[a].kind == ARG_VALUE && s->args[a].value == n->in[i];
        if (named) values[count++] = n->in[i];
    }
    comment_values(values, count, f);
}

static void emit_comment(const Step *s, int number, FILE *f)
{
    const Node *n = s->node;
    fprintf(f, "\n    /* %d  ", number);
    if (s->comment) {
        fprintf(f, "%s */\n", c_comment(s->comment));
        return;
    }
    fprintf(f, "%s", c_comment(n->op_type));
    if (*n->name) fprintf(f, " \"%s\"", c_comment(n->name));
    if (n->fused) fprintf(f, ", %s", c_comment(n->fused));
    fputs(": ", f);
    if (s->kind == STEP_LOOP) comment_operands(s->loop, f);
    else comment_inputs(s, f);
    fputs(" -> ", f);
    comment_values(n->out, n->n_out, f);
    fputs(" */\n", f);
}

/* -- calls ------------------------------------------------------------------------------------- */

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

static const char *argument_text(const Model *m, const Arg *a, char letter)
{
    float narrow = (float)a->real;
    switch (a->kind) {
    case ARG_NULL: return "NULL";
    case ARG_VALUE: return value_pointer(m, a->value, a->offset);
    case ARG_INT: return integer_argument(m, a->number, letter);
    case ARG_REAL: return letter == 'd' ? literal(DT_DOUBLE, &a->real) : literal(DT_FLOAT, &narrow);
    case ARG_INTS: return mem_printf("(const int32_t[]){%s}", int_list(m, a->count, a->numbers));
    case ARG_REALS: return mem_printf("(const float[]){%s}", real_list(a->count, a->reals));
    case ARG_STRUCT: return mem_printf("&(const %s){%s}", a->structure->name, field_list(m, a));
    case ARG_SYMBOL: return mem_printf("&%s", dim_in_c(m, a->number));
    case ARG_FUNCTION: return a->function->name;
    }
    internal_error("an argument of no kind");
}

/* Prints text from `column` on, breaking lines after commas. */
static void print_wrapped(const char *text, int column, FILE *f)
{
    while (*text) {
        const char *comma = strstr(text, ", ");
        size_t n = comma ? (size_t)(comma - text) + 1 : strlen(text);
        if (column + (int)n > LINE_WIDTH && column > 8) {
            fputs("\n        ", f);
            column = 8;
        } else if (column > 4) {
            fputc(' ', f);
            column++;
        }
        fprintf(f, "%.*s", (int)n, text);
        column += (int)n;
        text += n + (comma != NULL);
    }
}

static void emit_call(Model *m, const Step *s, FILE *f)
{
    bool may_refuse = s->kernel->signature[0] == 'i';
    const char *text = mem_printf("%s%s(", may_refuse ? "if (" : "", s->kernel->name);
    for (int i = 0; i < s->n_args; i++)
        text = mem_printf("%s%s%s", text, i ? ", " : "", argument_text(m, &s->args[i], s->kernel->signature[i + 1]));
    text = mem_printf("%s)%s", text,
                      may_refuse ? mem_printf(" != 0) return %s_EVALUE;", upper_case(m->options.name)) : ";");
    fputs("    ", f);
    print_wrapped(text, 4, f);
    fputs("\n", f);
}

static void emit_copy(Model *m, const Step *s, FILE *f)
{
    bool from_start = dim_is(s->source_offset, 0), to_start = dim_is(s->target_offset, 0);
    const char *target = value_pointer(m, s->target, NULL), *source = value_pointer(m, s->source, NULL);
    fprintf(f, "    memcpy(%s, %s, (size_t)%s);\n",
            to_start ? target : mem_printf("(unsigned char *)%s + %s", target, dim_in_c(m, s->target_offset)),
            from_start ? source : mem_printf("(const unsigned char *)%s + %s", source, dim_in_c(m, s->source_offset)),
            dim_in_c(m, s->bytes));
}

/* -- control flow ------------------------------------------------------------------------------ */

static const char *symbol_name(const Model *m, const char *symbol)
{
    return dim_in_c(m, dim_symbol(symbol, 0, 0));
}

static void emit_for(Model *m, const Step *s, FILE *f)
{
    const char *i = symbol_name(m, s->symbol), *limit = "";
    if (s->number) limit = mem_printf("%s < %s", i, dim_in_c(m, s->number));
    else if (s->source) limit = mem_printf("%s < %s[0]", i, value_pointer(m, s->source, NULL));
    const char *condition = s->condition
                                ? mem_printf("%s%s[0]", *limit ? " && " : "", value_pointer(m, s->condition, NULL))
                                : "";
    fprintf(f, "    for (%s = 0; %s%s; %s++) {\n", i, limit, condition, i);
    if (!s->number) fprintf(f, "        if (%s == INT32_MAX) return %s_EVALUE;\n", i, upper_case(m->options.name));
}

/* An element that decides a size is never trusted: within the bounds that buffers were planned for, or refused. */
static void emit_read(Model *m, const Step *s, FILE *f)
{
    const char *element = mem_printf("%s[%s]", value_pointer(m, s->source, NULL), dim_in_c(m, s->number));
    fprintf(f, "    if (%s < %lld || %s > %lld) return %s_EVALUE;\n", element, (long long)s->low, element,
            (long long)s->high, upper_case(m->options.name));
    if (s->symbol) fprintf(f, "    %s = (int32_t)%s;\n", symbol_name(m, s->symbol), element);
}

static void emit_control(Model *m, const Step *s, FILE *f)
{
    switch (s->kind) {
    case STEP_IF: fprintf(f, "    if (%s[0]) {\n", value_pointer(m, s->condition, NULL)); break;
    case STEP_ELSE: fputs("    } else {\n", f); break;
    case STEP_END: fputs("    }\n", f); break;
    case STEP_FOR: emit_for(m, s, f); break;
    case STEP_SET: fprintf(f, "    %s = %s;\n", symbol_name(m, s->symbol), dim_in_c(m, s->number)); break;
    case STEP_READ: emit_read(m, s, f); break;
    default: fprintf(f, "    %s[0] = %s;\n", value_pointer(m, s->target, NULL), dim_in_c(m, s->number)); break;
    }
}

/* -- all of them ------------------------------------------------------------------------------- */

static bool opens_block(const Step *s)
{
    return s->kind == STEP_IF || s->kind == STEP_FOR;
}

/* Pointers that a block uses are declared in front of the outermost one, where all of it can see them. */
static void declare_for_block(Graph *g, int start, Declaring *d)
{
    int depth = 0;
    for (int i = start; i < g->n_steps; i++) {
        depth += opens_block(g->steps[i]) - (g->steps[i]->kind == STEP_END);
        if (!g->steps[i]->elided) step_values(g->steps[i], declare, d);
        if (!depth) return;
    }
}

static void emit_indented(const char *text, int depth, FILE *f)
{
    while (*text) {
        size_t n = strcspn(text, "\n");
        if (n) fprintf(f, "%*s%.*s", 4 * depth, "", (int)n, text);
        fputc('\n', f);
        text += n + (text[n] == '\n');
    }
}

/* -- what inference took to be equal ----------------------------------------------------------- */

typedef struct {
    const Model *m;
    const char *symbol;
    bool known, mentioned;
} Knowing;

static bool is_set(const Model *m, const char *symbol)
{
    for (int i = 0; i < m->n_locals; i++)
        if (!strcmp(m->locals[i], symbol)) return m->local_is_set[i];
    return true; /* a parameter */
}

static void note_symbol(const char *symbol, void *context)
{
    Knowing *k = context;
    k->known = k->known && is_set(k->m, symbol);
    k->mentioned = k->mentioned || (k->symbol && !strcmp(symbol, k->symbol));
}

static void emit_assumption(const Model *m, const DimPair *p, FILE *f)
{
    fprintf(f, "    if (%s != %s) return %s_EDIM;\n", dim_in_c(m, p->a), dim_in_c(m, p->b),
            upper_case(m->options.name));
}

static Knowing known_of(const Model *m, const DimPair *p, const char *symbol)
{
    Knowing k = {m, symbol, true, false};
    dim_symbols(p->a, note_symbol, &k);
    dim_symbols(p->b, note_symbol, &k);
    return k;
}

/* What must hold in a graph is checked where it begins, as far as it is known there: at entry, or within the If or
 * Loop. */
static void emit_entry(const Model *m, const Graph *g, FILE *f)
{
    for (int i = 0; i < m->n_assumptions; i++)
        if (m->assumptions[i].graph == g && known_of(m, &m->assumptions[i], NULL).known)
            emit_assumption(m, &m->assumptions[i], f);
}

/* The subgraph whose steps follow, or NULL. */
static const Graph *entered_graph(const Step *s)
{
    const char *name = s->kind == STEP_IF     ? "then_branch"
                       : s->kind == STEP_ELSE ? "else_branch"
                       : s->kind == STEP_FOR  ? "body"
                                              : NULL;
    const Attr *a = name ? attr_find(s->node, name) : NULL;
    return a && a->type == ATTR_GRAPH ? a->graphs[0] : NULL;
}

/* The rest is checked after every step that sets a symbol of it, since there may be several: in both branches of an
 * If. */
static void symbol_is_set(Model *m, const Step *s, const char *symbol, FILE *f)
{
    for (int i = 0; i < m->n_locals; i++)
        if (!strcmp(m->locals[i], symbol)) m->local_is_set[i] = true;
    for (int i = 0; i < m->n_assumptions; i++) {
        const DimPair *p = &m->assumptions[i];
        Knowing k = known_of(m, p, symbol);
        if (k.known && k.mentioned && graph_is_within(s->node->graph, p->graph)) emit_assumption(m, p, f);
    }
}

static void emit_step(Model *m, const Step *s, FILE *f)
{
    switch (s->kind) {
    case STEP_CALL: emit_call(m, s, f); break;
    case STEP_LOOP: emit_loop(m, s->loop, f); break;
    case STEP_COPY: emit_copy(m, s, f); break;
    default: emit_control(m, s, f); break;
    }
    if (s->symbol) symbol_is_set(m, s, s->symbol, f);
    for (int i = 0; i < s->n_args; i++)
        if (s->args[i].kind == ARG_SYMBOL) symbol_is_set(m, s, dim_text(s->args[i].number), f);
}

static bool has_comment(const Step *s, const Node *previous)
{
    return s->comment || (s->node != previous && s->kind != STEP_ELSE && s->kind != STEP_END);
}

static bool sets_local(const Step *s, const char *symbol)
{
    if (s->symbol && !strcmp(s->symbol, symbol)) return true;
    for (int i = 0; i < s->n_args; i++)
        if (s->args[i].kind == ARG_SYMBOL && !strcmp(dim_text(s->args[i].number), symbol)) return true;
    return false;
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Does the text do more with this variable than to set it? */
static bool is_used(const char *name, const char *text)
{
    size_t length = strlen(name);
    for (const char *at = strstr(text, name); at; at = strstr(at + length, name)) {
        bool whole = (at == text || !is_word(at[-1])) && !is_word(at[length]);
        if (whole && strncmp(at + length, " = ", 3) != 0) return true;
    }
    return false;
}

static bool is_output_size(const Model *m, const char *name)
{
    const Graph *g = m->graph;
    for (int i = 0; i < g->n_outputs; i++)
        for (int d = 0; d < g->outputs[i]->type.shape.rank; d++)
            if (is_used(name, dim_in_c(m, g->outputs[i]->type.shape.dim[d]))) return true;
    return false;
}

/* Those of nodes that are gone stay out. */
static void emit_locals(Model *m, const char *body, FILE *f)
{
    const Graph *g = m->graph;
    for (int i = 0; i < m->n_locals; i++) {
        bool set = false;
        for (int k = 0; k < g->n_steps && !set; k++) set = sets_local(g->steps[k], m->locals[i]);
        if (set) fprintf(f, "    int32_t %s = 0;\n", m->local_names[i]);
        if (set && !is_used(m->local_names[i], body) && !is_output_size(m, m->local_names[i]))
            fprintf(f, "    (void)%s;\n", m->local_names[i]);
    }
}

/* Behind a step that opens a block: what must hold within. */
static void emit_entered(const Model *m, const Step *s, int depth, FILE *f)
{
    char *text = NULL;
    size_t size = 0;
    const Graph *g = entered_graph(s);
    FILE *checks = g ? open_memstream(&text, &size) : NULL;
    if (!g) return;
    if (!checks) internal_error("out of memory");
    emit_entry(m, g, checks);
    fclose(checks);
    emit_indented(text, depth, f);
    free(text);
}

void emit_steps(Model *m, FILE *f)
{
    Graph *g = m->graph;
    int number = 0, depth = 0;
    const Node *previous = NULL;
    char *all = NULL;
    size_t all_size = 0;
    FILE *body = open_memstream(&all, &all_size);
    if (!body) internal_error("out of memory");
    m->local_is_set = mem_array((size_t)m->n_locals + 1, sizeof *m->local_is_set);
    emit_entry(m, g, f);
    for (int i = 0; i < g->n_steps; i++) step_values(g->steps[i], unmark, NULL);
    for (int i = 0; i < g->n_steps; i++) {
        const Step *s = g->steps[i];
        if (s->elided) continue;
        char *text = NULL;
        size_t size = 0;
        FILE *paragraph = open_memstream(&text, &size);
        if (!paragraph) internal_error("out of memory");
        Declaring declaring = {m, paragraph};
        if (has_comment(s, previous)) emit_comment(s, ++number, paragraph);
        previous = s->node;
        if (opens_block(s) && !depth) declare_for_block(g, i, &declaring);
        step_values(s, declare, &declaring);
        emit_step(m, s, paragraph);
        fclose(paragraph);
        depth -= s->kind == STEP_END || s->kind == STEP_ELSE;
        emit_indented(text, depth, body);
        depth += opens_block(s) || s->kind == STEP_ELSE;
        emit_entered(m, s, depth, body);
        free(text);
    }
    fclose(body);
    emit_locals(m, all, f);
    fputs(all, f);
    free(all);
}
