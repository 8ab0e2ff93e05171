/* dump: a graph after a stage, as text that stays the same from run to run and machine to machine. */
#include "debug/debug.h"

#include <math.h>
#include <string.h>

/* Enough to see a shape, a scale or a small axis list; of longer ones a taste. */
enum { ELEMENTS_SHOWN = 16, ELEMENTS_TASTED = 4 };

static void dump_graph(const Graph *g, int indent, FILE *f);

/* -- values ------------------------------------------------------------------------------------ */

const char *dump_type(const Type *t)
{
    const char *elem = t->elem ? dump_type(t->elem) : "?";
    switch (t->kind) {
    case KIND_SEQUENCE: return mem_printf("sequence(%s)", elem);
    case KIND_OPTIONAL: return mem_printf("optional(%s)", elem);
    case KIND_MAP: return mem_printf("map(%s, %s)", dtype_name(t->dtype), elem);
    case KIND_SPARSE: return mem_printf("sparse(%s%s)", dtype_name(t->dtype), shown(shape_text(&t->shape)));
    default: return mem_printf("%s%s", dtype_name(t->dtype), shown(shape_text(&t->shape)));
    }
}

/* Element i as text. Elements of less than a byte are shown by the byte, complex ones as pairs. */
static const char *element_text(const Value *v, int64_t i)
{
    DType t = v->type.dtype;
    const char *at = (const char *)v->data + dtype_bits(t) / 8 * i;
    if (dtype_bits(t) < 8) return literal(DT_UINT8, (const char *)v->data + i);
    if (t == DT_COMPLEX64)
        return mem_printf("%s%+.9gi", literal(DT_FLOAT, at), (double)((const float *)(const void *)at)[1]);
    if (t == DT_COMPLEX128)
        return mem_printf("%s%+.17gi", literal(DT_DOUBLE, at), ((const double *)(const void *)at)[1]);
    return literal(t, at);
}

static const char *dump_data(const Value *v)
{
    int64_t count = dtype_bits(v->type.dtype) < 8 ? value_bytes(v) : value_count(v);
    int64_t shown = count > ELEMENTS_SHOWN ? ELEMENTS_TASTED : count;
    const char *text = "";
    for (int64_t i = 0; i < shown; i++) text = mem_printf("%s%s%s", text, i ? ", " : "", element_text(v, i));
    return mem_printf("{%s%s}", text, count > shown ? ", ..." : "");
}

static const char *elements_text(const Value *v)
{
    const char *text = "";
    int64_t count = value_count(v);
    for (int64_t i = 0; i < count && i < ELEMENTS_SHOWN; i++)
        text = mem_printf("%s%s%s", text, i ? ", " : "", shown(dim_text(v->elements[i])));
    return mem_printf("{%s%s}", text, count > ELEMENTS_SHOWN ? ", ..." : "");
}

/* The name, and what is known of it. */
static void dump_value(const Value *v, FILE *f)
{
    fprintf(f, "%s: %s", shown(v->name), dump_type(&v->type));
    if (v->data && v->type.kind == KIND_TENSOR) fprintf(f, " = %s", dump_data(v));
    else if (v->elements) fprintf(f, " = %s", elements_text(v));
    if (v->origin) fprintf(f, " (%s)", v->origin);
    if (v->declared.dtype && v->type.dtype == DT_UNDEFINED) fprintf(f, ", declared %s", dump_type(&v->declared));
}

/* -- attributes -------------------------------------------------------------------------------- */

static void dump_item(const Attr *a, int i, FILE *f)
{
    if (a->ints) fprintf(f, "%lld", (long long)a->ints[i]);
    else if (a->floats) fprintf(f, "%.9g", (double)a->floats[i]);
    else if (a->strings) fprintf(f, "\"%s\"", shown_bytes(a->strings[i], a->lengths[i]));
    else if (a->tensors) fprintf(f, "%s%s", dump_type(&a->tensors[i]->type), dump_data(a->tensors[i]));
    else if (a->types) fputs(dump_type(a->types[i]), f);
    else if (a->graphs) fprintf(f, "graph %s", shown(a->graphs[i]->name));
}

static bool is_list(AttrType t)
{
    return (t >= ATTR_FLOATS && t <= ATTR_GRAPHS) || t == ATTR_SPARSE_TENSORS || t == ATTR_TYPES;
}

static void dump_attr(const Attr *a, FILE *f)
{
    fprintf(f, "%s=%s", shown(a->name), is_list(a->type) ? "[" : "");
    for (int i = 0; i < a->count && i < ELEMENTS_SHOWN; i++) {
        if (i) fputs(", ", f);
        dump_item(a, i, f);
    }
    fprintf(f, "%s%s", a->count > ELEMENTS_SHOWN ? ", ..." : "", is_list(a->type) ? "]" : "");
}

/* -- nodes and graphs -------------------------------------------------------------------------- */

static void dump_node(const Node *n, int indent, FILE *f)
{
    fprintf(f, "%*snode \"%s\" %s%s%s opset %d (", indent, "", shown(n->name), shown(n->domain),
            foreign_empty(n->domain) ? "" : "::", shown(n->op_type), n->opset);
    for (int i = 0; i < n->n_in; i++) fprintf(f, "%s%s", i ? ", " : "", n->in[i] ? shown(n->in[i]->name) : "-");
    fputc(')', f);
    for (int i = 0; i < n->n_attrs; i++) {
        fputc(' ', f);
        dump_attr(&n->attrs[i], f);
    }
    const Activation *a = &n->activation;
    if (a->function) fprintf(f, " %s %g %g", a->function->name, (double)a->parameters[0], (double)a->parameters[1]);
    else if (n->clamp_low > -INFINITY || n->clamp_high < INFINITY)
        fprintf(f, " clamp %g..%g", (double)n->clamp_low, (double)n->clamp_high);
    if (n->fused) fprintf(f, " fused %s", n->fused);
    fputc('\n', f);
    for (int i = 0; i < n->n_out; i++) {
        fprintf(f, "%*s-> ", indent + 4, "");
        if (n->out[i]) dump_value(n->out[i], f);
        else fputc('-', f);
        fputc('\n', f);
    }
    for (int i = 0; i < n->n_attrs; i++)
        for (int k = 0; n->attrs[i].graphs && k < n->attrs[i].count; k++) {
            fprintf(f, "%*s%s:\n", indent + 4, "", shown(n->attrs[i].name));
            dump_graph(n->attrs[i].graphs[k], indent + 8, f);
        }
}

/* Constants that nodes of this graph read, in the order in which they were made. */
static void dump_constants(const Graph *g, int indent, FILE *f)
{
    for (int i = 0; i < g->n_values; i++) g->values[i]->marked = false;
    for (const Node *n = g->first; n; n = n->after)
        for (int k = 0; k < n->n_in; k++)
            if (n->in[k]) n->in[k]->marked = true;
    for (int i = 0; i < g->n_values; i++) {
        if (!g->values[i]->data || !g->values[i]->marked) continue;
        fprintf(f, "%*sconst ", indent, "");
        dump_value(g->values[i], f);
        fputc('\n', f);
    }
}

static void dump_list(const char *what, int count, Value *const *values, int indent, FILE *f)
{
    for (int i = 0; i < count; i++) {
        fprintf(f, "%*s%s ", indent, "", what);
        dump_value(values[i], f);
        fputc('\n', f);
    }
}

static void dump_graph(const Graph *g, int indent, FILE *f)
{
    fprintf(f, "%*sgraph %s\n", indent, "", shown(g->name));
    dump_list("input", g->n_inputs, g->inputs, indent + 2, f);
    dump_constants(g, indent + 2, f);
    for (Node *n = g->first; n; n = n->after) dump_node(n, indent + 2, f);
    dump_list("output", g->n_outputs, g->outputs, indent + 2, f);
}

void dump(Model *m, const char *stage, FILE *out)
{
    fprintf(out, "# after %s\n", stage);
    for (int i = 0; i < m->n_opsets; i++)
        fprintf(out, "opset %d of %s\n", m->opsets[i].version,
                shown(foreign_or(m->opsets[i].domain, foreign("ai.onnx"))));
    for (int i = 0; i < m->n_params; i++) fprintf(out, "dimension %s\n", shown(dim_text(param_size(&m->params[i]))));
    dump_graph(m->graph, 0, out);
    for (int i = 0; i < m->n_states; i++) {
        fputs("  state ", out);
        dump_value(m->states[i].in, out);
        fputs(" <- ", out);
        dump_value(m->states[i].out ? m->states[i].out : m->graph->outputs[m->states[i].output], out);
        fputc('\n', out);
    }
    if (m->graph->n_steps) dump_steps(m->graph, out);
    if (m->arena_bytes)
        fprintf(out, "arena %lld bytes, lower bound %lld\n", (long long)m->arena_bytes,
                (long long)m->arena_lower_bound);
}
