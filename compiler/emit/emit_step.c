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

static void declare(Value *v, Declaring *d)
{
    int64_t offset;
    Value *root = storage_root(v, &offset);
    if (v->marked || ((v->is_input || v->is_output || v->data) && root == v)) return;
    v->marked = true;
    bool readonly = root->is_input || root->data;
    fprintf(d->f, "    %sconst %s = %s;\n", pointer_type(v, readonly), v->c_name, address_in(d->m, v, root, offset));
}

static void declare_all(const Step *s, Declaring *d)
{
    for (Access a = {0}; step_next(s, &a);) declare(a.value, d);
}

/* -- comments ---------------------------------------------------------------------------------- */

static void comment_values(Value **values, int count, FILE *f)
{
    bool first = true;
    for (int i = 0; i < count; i++) {
        const Value *v = values[i];
        if (!v || v->type.kind != KIND_TENSOR) continue;
        fprintf(f, "%s%s%s", first ? "" : ", ", v->c_name, in_comment(shape_text(&v->type.shape)));
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
        if (!named) named = step_reads(s, n->in[i]) > 0;
        if (named) values[count++] = n->in[i];
    }
    comment_values(values, count, f);
}

static void emit_comment(const Step *s, int number, FILE *f)
{
    const Node *n = s->node;
    fprintf(f, "\n    /* %d  ", number);
    if (s->comment) {
        fprintf(f, "%s */\n", s->comment);
        return;
    }
    fprintf(f, "%s", in_comment(n->op_type));
    if (!foreign_empty(n->name)) fprintf(f, " \"%s\"", in_comment(n->name));
    if (n->fused) fprintf(f, ", %s", n->fused);
    fputs(": ", f);
    if (s->kind == STEP_LOOP) comment_operands(s->loop, f);
    else comment_inputs(s, f);
    fputs(" -> ", f);
    comment_values(n->out, n->n_out, f);
    fputs(" */\n", f);
}

/* -- copies and control flow ------------------------------------------------------------------- */

static void emit_copy(Model *m, const Copy *c, FILE *f)
{
    const char *target = value_pointer(m, c->target, NULL), *source = value_pointer(m, c->source, NULL);
    if (!dim_is(c->target_offset, 0))
        target = mem_printf("(unsigned char *)%s + %s", target, dim_in_c(m, c->target_offset));
    if (!dim_is(c->source_offset, 0))
        source = mem_printf("(const unsigned char *)%s + %s", source, dim_in_c(m, c->source_offset));
    fprintf(f, "    memcpy(%s, %s, (size_t)%s);\n", target, source, dim_in_c(m, c->bytes));
}

static void emit_for(Model *m, const Rounds *r, FILE *f)
{
    const char *i = dim_in_c(m, r->symbol), *limit = "", *condition = "";
    if (r->limit) limit = mem_printf("%s < %s", i, dim_in_c(m, r->limit));
    else if (r->limit_in) limit = mem_printf("%s < %s[0]", i, value_pointer(m, r->limit_in, NULL));
    if (r->condition) condition = mem_printf("%s%s[0]", *limit ? " && " : "", value_pointer(m, r->condition, NULL));
    fprintf(f, "    for (%s = 0; %s%s; %s++) {\n", i, limit, condition, i);
    if (!r->limit) fprintf(f, "        if (%s == INT32_MAX) return %s_EVALUE;\n", i, upper_case(m->options.name));
}

/* An element that decides a size is never trusted: within the bounds that buffers were planned for, or refused. */
static void emit_read(Model *m, const Reading *r, FILE *f)
{
    const char *element = mem_printf("%s[%s]", value_pointer(m, r->source, NULL), dim_in_c(m, r->index));
    fprintf(f, "    if (%s < %lld || %s > %lld) return %s_EVALUE;\n", element, (long long)r->low, element,
            (long long)r->high, upper_case(m->options.name));
    if (r->symbol) fprintf(f, "    %s = (int32_t)%s;\n", dim_in_c(m, r->symbol), element);
}

/* -- all of them ------------------------------------------------------------------------------- */

/* Pointers that a block uses are declared before the outermost one, where all of it can see them. */
static void declare_for_block(const Graph *g, const StepBlock *b, Declaring *d)
{
    for (int i = b->first; i <= b->end; i++)
        if (!step_is_elided(g->steps[i])) declare_all(g->steps[i], d);
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

static void emit_step(Model *m, const Step *s, FILE *f)
{
    switch (s->kind) {
    case STEP_CALL: emit_call(m, &s->call, f); break;
    case STEP_LOOP: emit_loop(m, s->loop, f); break;
    case STEP_COPY: emit_copy(m, &s->copy, f); break;
    case STEP_IF: fprintf(f, "    if (%s[0]) {\n", value_pointer(m, s->condition, NULL)); break;
    case STEP_ELSE: fputs("    } else {\n", f); break;
    case STEP_FOR: emit_for(m, &s->rounds, f); break;
    case STEP_END: fputs("    }\n", f); break;
    case STEP_SET: fprintf(f, "    %s = %s;\n", dim_in_c(m, s->set.symbol), dim_in_c(m, s->set.number)); break;
    case STEP_READ: emit_read(m, &s->read, f); break;
    case STEP_STORE:
        fprintf(f, "    %s[0] = %s;\n", value_pointer(m, s->store.target, NULL), dim_in_c(m, s->store.number));
        break;
    }
    emit_checks_after(m, s, f);
}

static bool has_comment(const Step *s, const Node *previous)
{
    return s->comment || (s->node != previous && s->kind != STEP_ELSE && s->kind != STEP_END);
}

/* The subgraph whose steps follow, or NULL. */
static const Graph *entered_graph(const Step *s)
{
    const char *name = NULL;
    if (s->kind == STEP_IF) name = "then_branch";
    else if (s->kind == STEP_ELSE) name = "else_branch";
    else if (s->kind == STEP_FOR && !s->rounds.tiles) name = "body";
    const Attr *a = name ? attr_find(s->node, name) : NULL;
    return a && a->type == ATTR_GRAPH ? a->graphs[0] : NULL;
}

/* After a step that opens a block: what must hold within. */
static void emit_entered(const Model *m, const Step *s, int depth, FILE *f)
{
    char *text = NULL;
    size_t size = 0;
    const Graph *g = entered_graph(s);
    FILE *checks = g ? open_memstream(&text, &size) : NULL;
    if (!g) return;
    if (!checks) internal_error("out of memory");
    emit_checks_of_graph(m, g, checks);
    fclose(checks);
    emit_indented(text, depth, f);
    free(text);
}

/* A step's paragraph: its comment, the pointers that it is the first to need, and what it does. */
static void emit_paragraph(Model *m, const Step *s, int number, int depth, FILE *body)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    if (!f) internal_error("out of memory");
    Declaring declaring = {m, f};
    if (number) emit_comment(s, number, f);
    if (s->opens && !depth) declare_for_block(m->graph, s->opens, &declaring);
    declare_all(s, &declaring);
    emit_step(m, s, f);
    fclose(f);
    emit_indented(text, depth - (s->ends != NULL), body);
    emit_entered(m, s, depth + (s->opens && !s->ends), body);
    free(text);
}

/* All paragraphs; those of one node share a number. */
static void emit_paragraphs(Model *m, FILE *body)
{
    const Graph *g = m->graph;
    const Node *previous = NULL;
    int number = 0, depth = 0;
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; step_next(g->steps[i], &a);) a.value->marked = false;
    for (int i = 0; i < g->n_steps; i++) {
        const Step *s = g->steps[i];
        if (step_is_elided(s)) continue;
        emit_paragraph(m, s, has_comment(s, previous) ? ++number : 0, depth, body);
        depth += (s->opens != NULL) - (s->ends != NULL);
        previous = s->node;
    }
}

void emit_steps(Model *m, FILE *f)
{
    char *text = NULL;
    size_t size = 0;
    FILE *body = open_memstream(&text, &size);
    if (!body) internal_error("out of memory");
    m->local_is_set = mem_array((size_t)m->n_locals + 1, sizeof *m->local_is_set);
    emit_checks_of_graph(m, m->graph, f);
    emit_paragraphs(m, body);
    fclose(body);
    emit_locals(m, text, f);
    fputs(text, f);
    free(text);
}
