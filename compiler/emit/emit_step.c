/* emit_step: the body of the run function, one paragraph per step. */
#include "emit/emit.h"

#include "op/op.h"

#include <string.h>

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
static void declare_for_block(Model *m, const StepBlock *b, FILE *f)
{
    for (int i = b->first; i <= b->end; i++) declare_pointers(m, m->graph->steps[i], f);
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
    Draft checks;
    const Graph *g = entered_graph(s);
    if (!g) return;
    emit_checks_of_graph(m, g, draft_begin(&checks));
    emit_indented(draft_end(&checks), depth, f);
}

/* A step with the pointers that it is the first to need; `begins`: it is the first of its paragraph. */
static void emit_with_pointers(Model *m, const Step *s, bool begins, int depth, FILE *body)
{
    Draft draft;
    FILE *f = draft_begin(&draft);
    if (begins) emit_comment(m, s, f);
    if (s->opens && !depth) declare_for_block(m, s->opens, f);
    declare_pointers(m, s, f);
    emit_step(m, s, f);
    emit_indented(draft_end(&draft), depth - (s->ends != NULL), body);
    emit_entered(m, s, depth + (s->opens && !s->ends), body);
}

static void emit_traces_after(const Model *m, const Traces *t, const Step *s, int depth, FILE *body)
{
    Draft draft;
    emit_traces(m, t, s, draft_begin(&draft));
    emit_indented(draft_end(&draft), depth, body);
}

static void emit_all(Model *m, FILE *body)
{
    const Graph *g = m->graph;
    const Step *before = NULL;
    int depth = 0;
    const Traces *traces = find_traces(m);
    find_pointers(m);
    for (int i = 0; i < g->n_steps; i++) {
        const Step *s = g->steps[i];
        if (step_is_elided(s)) {
            emit_traces_after(m, traces, s, depth, body);
            continue;
        }
        bool begins = !before || s->paragraph != before->paragraph;
        if (begins && !(before && before->opens)) fputs("\n", body);
        emit_with_pointers(m, s, begins, depth, body);
        depth += (s->opens != NULL) - (s->ends != NULL);
        emit_traces_after(m, traces, s, depth, body);
        before = s;
    }
}

void emit_steps(Model *m, FILE *f)
{
    Draft body;
    begin_checks(m);
    FILE *to = draft_begin(&body);
    emit_checks_of_graph(m, m->graph, f);
    emit_all(m, to);
    const char *text = draft_end(&body);
    emit_locals(m, text, f);
    fputs(text, f);
}
