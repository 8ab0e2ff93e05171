/* report: what was made, as JSON for other programs. */
#include "emit/emit.h"

#include "plan/plan.h"

#include <string.h>

typedef struct {
    const Model *m;
    bool found;
} Finding;

static void find_local(Foreign symbol, void *context)
{
    Finding *finding = context;
    finding->found = finding->found || local_find(finding->m, symbol);
}

/* Only the data tell a dimension that is no expression of the parameters alone. */
static bool only_data_tell(const Model *m, Dim d)
{
    Finding finding = {m, false};
    dim_symbols(d, find_local, &finding);
    return finding.found;
}

static void report_shape(const Model *m, const Shape *s, FILE *f)
{
    fputs("[", f);
    for (int i = 0; i < s->rank; i++) {
        fputs(i ? ", " : "", f);
        if (dim_is_const(s->dim[i])) fprintf(f, "%lld", (long long)dim_value(s->dim[i]));
        else if (only_data_tell(m, s->dim[i])) fputs("null", f);
        else fputs(in_json(dim_text(s->dim[i])), f);
    }
    fputs("]", f);
}

static void report_value(Model *m, const Value *v, bool output, bool last, FILE *f)
{
    fputs("    { \"name\": ", f);
    fputs(in_json(v->name), f);
    fprintf(f, ", \"c_name\": \"%s\", \"type\": \"%s\", \"shape\": ", v->c_name, dtype_name(v->type.dtype));
    report_shape(m, &v->type.shape, f);
    fprintf(f, ", \"max_elements\": %lld", (long long)value_count(v));
    report_io(m, v, f);
    if (output) fprintf(f, ", \"dims_argument\": %s", output_has_dims(v) ? "true" : "false");
    fprintf(f, " }%s\n", last ? "" : ",");
}

/* Those that are arguments, or those that the state tells. */
static void report_dims(const Model *m, bool of_state, FILE *f)
{
    bool first = true;
    fprintf(f, "  \"%s\": [", of_state ? "state_dims" : "dims");
    for (int i = 0; i < m->n_params; i++) {
        const Param *p = &m->params[i];
        Dim d = param_size(p);
        if (p->in_state != of_state) continue;
        fputs(first ? " { \"name\": " : ", { \"name\": ", f);
        first = false;
        fputs(in_json(p->name), f);
        if (of_state) fprintf(f, ", \"c_name\": \"%s\"", p->c_name);
        fprintf(f, ", \"min\": %lld, \"max\": %lld", (long long)dim_low(d), (long long)dim_high(d));
        if (p->step > 1) fprintf(f, ", \"step\": %lld", (long long)p->step);
        fputs(" }", f);
    }
    fputs(" ],\n", f);
}

static void report_states(const Model *m, FILE *f)
{
    const char *name = m->options.name;
    if (!m->n_states) return;
    fprintf(f, "  \"state_type\": \"%s_state\", \"state_bytes\": %lld, \"reset\": \"%s_reset\",\n", name,
            (long long)state_bytes(m), name);
    report_dims(m, true, f);
    fputs("  \"states\": [\n", f);
    for (int i = 0; i < m->n_states; i++) {
        const RunState *s = &m->states[i];
        fprintf(f, "    { \"input\": %s, \"output\": ", in_json(s->in->name));
        fprintf(f, "%s, \"c_name\": \"%s\", \"type\": \"%s\", \"shape\": ", in_json(s->out->name), s->in->c_name,
                dtype_name(s->in->type.dtype));
        report_shape(m, &s->in->type.shape, f);
        fputs(i + 1 < m->n_states ? " },\n" : " }\n", f);
    }
    fputs("  ],\n", f);
}

/* The value a step makes: an output of its node rather than scratch. */
static Value *result_of(const Step *s)
{
    Value *result = NULL;
    for (Access a = {0}; step_next(s, &a);)
        if (a.written && (!result || !result->producer)) result = a.value;
    return result;
}

static void report_steps(Model *m, FILE *f)
{
    Graph *g = m->graph;
    bool first = true;
    fputs("  \"nodes\": [\n", f);
    for (int i = 0; i < g->n_steps; i++) {
        const Step *s = g->steps[i];
        if (step_is_elided(s)) continue;
        Value *v = result_of(s);
        int64_t offset = 0;
        Value *root = v ? storage_root(v, &offset) : NULL;
        fputs(first ? "    { \"name\": " : ",\n    { \"name\": ", f);
        first = false;
        fputs(in_json(s->node->name), f);
        fputs(", \"op\": ", f);
        fputs(in_json(s->node->op_type), f);
        fprintf(f, ", \"macs\": %lld", (long long)s->macs);
        if (root && in_arena(root) && !root->memory)
            fprintf(f, ", \"arena_offset\": %lld", (long long)(root->arena_offset + offset));
        if (root && in_arena(root) && root->memory && !root->memory->lent)
            fprintf(f, ", \"region\": \"%s\", \"region_offset\": %lld", root->memory->name,
                    (long long)(root->arena_offset + offset));
        if (v) fprintf(f, ", \"bytes\": %lld", (long long)value_bytes(v));
        fputs(" }", f);
    }
    fputs("\n  ]\n", f);
}

void report(Model *m, FILE *f)
{
    Graph *g = m->graph;
    int64_t macs = 0;
    for (int i = 0; i < g->n_steps; i++) macs += g->steps[i]->macs;
    const char *name = m->options.name;
    fprintf(f, "{\n  \"name\": \"%s\", \"run\": \"%s_run\", \"run_in\": \"%s_run_in\",\n", name, name, name);
    fprintf(f, "  \"arena_bytes\": %lld, \"arena_lower_bound_bytes\": %lld, \"weights_bytes\": %lld, \"macs\": %lld,\n",
            (long long)m->arena_bytes, (long long)m->arena_lower_bound, (long long)m->weights_bytes, (long long)macs);
    report_regions(m, f);
    report_dims(m, false, f);
    fputs("  \"inputs\": [\n", f);
    for (int i = 0; i < g->n_inputs; i++) report_value(m, g->inputs[i], false, i + 1 == g->n_inputs, f);
    fputs("  ],\n  \"outputs\": [\n", f);
    for (int i = 0; i < g->n_outputs; i++) report_value(m, g->outputs[i], true, i + 1 == g->n_outputs, f);
    fputs("  ],\n", f);
    report_states(m, f);
    report_steps(m, f);
    fputs("}\n", f);
}
