/* report: what was made, as JSON for other programs. */
#include "emit/emit.h"

#include "plan/plan.h"

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

/* Before each entry of a list. */
static const char *entry(int i)
{
    return i ? ",\n    { \"name\": " : "\n    { \"name\": ";
}

static void report_cost(int number, const StepCost *c, const double *seconds, FILE *f)
{
    int64_t offset = 0;
    Value *root = c->result ? storage_root(c->result, &offset) : NULL;
    fputs(in_json(c->first->node->name), f);
    fputs(", \"op\": ", f);
    fputs(in_json(c->first->node->op_type), f);
    fprintf(f, ", \"macs\": %lld", (long long)c->macs);
    if (root && in_arena(root) && !root->memory)
        fprintf(f, ", \"arena_offset\": %lld", (long long)(root->arena_offset + offset));
    if (root && in_arena(root) && root->memory && !root->memory->lent)
        fprintf(f, ", \"region\": \"%s\", \"region_offset\": %lld", root->memory->name,
                (long long)(root->arena_offset + offset));
    if (root) fprintf(f, ", \"bytes\": %lld", (long long)value_bytes(c->result));
    fprintf(f, ", \"step\": %d, \"moved_bytes\": %lld", number, (long long)c->bytes);
    if (seconds) fprintf(f, ", \"seconds\": %.9f", seconds[number - 1]);
    fputs(" }", f);
}

static void report_nodes(Model *m, const double *seconds, FILE *f)
{
    const StepCost *costs = step_costs(m->graph);
    int written = 0;
    fputs("  \"nodes\": [", f);
    for (int i = 0; i < count_paragraphs(m->graph); i++) {
        if (is_bookkeeping(&costs[i])) continue;
        fputs(entry(written++), f);
        report_cost(i + 1, &costs[i], seconds, f);
    }
    fputs("\n  ],\n", f);
}

/* What the entries about memory begin with. */
static void report_tensor(const Model *m, const Value *v, FILE *f)
{
    fputs(in_json(value_model_name(v)), f);
    fprintf(f, ", \"c_name\": \"%s\", \"type\": \"%s\", \"shape\": ", v->c_name, dtype_name(v->type.dtype));
    report_shape(m, &v->type.shape, f);
    fprintf(f, ", \"bytes\": %lld", (long long)value_bytes(v));
}

static void report_buffers(Model *m, FILE *f)
{
    Buffers b = arena_buffers(m->graph);
    fputs("  \"buffers\": [", f);
    for (int i = 0; i < b.count; i++) {
        const Value *v = b.items[i];
        const Life life = life_of(m->graph, v);
        fputs(entry(i), f);
        report_tensor(m, v, f);
        if (v->memory && v->memory->lent) fprintf(f, ", \"in\": \"%s\"", v->memory->lent->c_name);
        if (v->memory && !v->memory->lent) fprintf(f, ", \"region\": \"%s\"", v->memory->name);
        fprintf(f, ", \"offset\": %lld, \"first_step\": %d, \"last_step\": %d, \"scratch\": %s }",
                (long long)v->arena_offset, life.first->paragraph, life.last->paragraph,
                is_scratch_buffer(v) ? "true" : "false");
    }
    fputs("\n  ],\n", f);
}

static void report_weights(Model *m, FILE *f)
{
    Weights w;
    collect_weights(m, &w);
    fputs("  \"weights\": [", f);
    for (int i = 0; i < w.count; i++) {
        const Value *v = w.items[i];
        fputs(entry(i), f);
        report_tensor(m, v, f);
        fprintf(f, ", \"step\": %d, \"in_file\": %s }", v->uses.items[0].step->paragraph,
                weight_is_in_file(m, v) ? "true" : "false");
    }
    fputs("\n  ]\n", f);
}

void report(Model *m, const double *seconds, FILE *f)
{
    Graph *g = m->graph;
    int64_t macs = 0;
    for (int i = 0; i < g->n_steps; i++) macs += g->steps[i]->macs;
    const char *name = m->options.name;
    fprintf(f, "{\n  \"name\": \"%s\", \"run\": \"%s_run\", \"run_in\": \"%s_run_in\",\n", name, name, name);
    fprintf(f,
            "  \"target\": \"%s\", \"optimize\": \"%s\",\n"
            "  \"arena_bytes\": %lld, \"arena_lower_bound_bytes\": %lld, \"weights_bytes\": %lld, "
            "\"stack_bytes\": %lld, \"macs\": %lld,\n",
            m->options.target->name, optimize_name(optimize_for(&m->options)), (long long)m->arena_bytes,
            (long long)m->arena_lower_bound, (long long)m->weights_bytes, (long long)m->stack_bytes, (long long)macs);
    if (m->options.weights_type != DT_UNDEFINED)
        fprintf(f,
                "  \"narrow_weights\": { \"type\": \"%s\", \"arrays\": %d, \"bytes_saved\": %lld, "
                "\"largest_error\": %.3g },\n",
                dtype_name(m->options.weights_type), m->narrowed.arrays, (long long)m->narrowed.saved,
                m->narrowed.error);
    if (m->options.precision != DT_UNDEFINED)
        fprintf(f, "  \"precision\": { \"type\": \"%s\", \"products\": %d },\n", dtype_name(m->options.precision),
                m->rounded_products);
    fprintf(f, "  \"steps\": %d, \"peak_step\": %d,\n", count_paragraphs(g), peak_step(g));
    report_regions(m, f);
    report_dims(m, false, f);
    fputs("  \"inputs\": [\n", f);
    for (int i = 0; i < g->n_inputs; i++) report_value(m, g->inputs[i], false, i + 1 == g->n_inputs, f);
    fputs("  ],\n  \"outputs\": [\n", f);
    for (int i = 0; i < g->n_outputs; i++) report_value(m, g->outputs[i], true, i + 1 == g->n_outputs, f);
    fputs("  ],\n", f);
    report_states(m, f);
    report_seed(m, f);
    report_nodes(m, seconds, f);
    report_buffers(m, f);
    report_weights(m, f);
    fputs("}\n", f);
}
