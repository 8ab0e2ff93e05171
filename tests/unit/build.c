#include "build.h"

#include "debug/debug.h"
#include "infer/infer.h"
#include "layout/layout.h"
#include "lower/lower.h"
#include "op/doors.h"
#include "plan/plan.h"
#include "rewrite/rewrite.h"

#include <check.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* -- words ------------------------------------------------------------------------------------- */

typedef struct {
    const char *at;
    Graph *graph;
} TextReader;

static void skip_space(TextReader *r)
{
    while (isspace((unsigned char)*r->at)) r->at++;
}

static bool skip(TextReader *r, const char *word)
{
    skip_space(r);
    size_t length = strlen(word);
    if (strncmp(r->at, word, length)) return false;
    r->at += length;
    return true;
}

static void expect(TextReader *r, const char *word)
{
    if (!skip(r, word)) ck_abort_msg("expected '%s' at: %.60s", word, r->at);
}

/* Letters, digits and what stands in names; "" if there are none. */
static const char *name(TextReader *r)
{
    skip_space(r);
    const char *start = r->at;
    while (isalnum((unsigned char)*r->at) || (*r->at && strchr("_/:.-", *r->at))) r->at++;
    return mem_strndup(start, (size_t)(r->at - start));
}

static bool is_number(TextReader *r)
{
    skip_space(r);
    return isdigit((unsigned char)*r->at) || (strchr("+-", *r->at) && isdigit((unsigned char)r->at[1]));
}

static double number(TextReader *r, bool *whole)
{
    char *end;
    double value = strtod(r->at, &end);
    *whole = strcspn(r->at, ".e") >= (size_t)(end - r->at);
    if (end == r->at) ck_abort_msg("expected a number at: %.60s", r->at);
    r->at = end;
    return value;
}

/* -- types ------------------------------------------------------------------------------------- */

/* A parameter of the run function, as load makes one of an open dimension. */
static Dim symbol(TextReader *r)
{
    Model *m = r->graph->model;
    Foreign text = foreign(name(r));
    for (int i = 0; i < m->n_params; i++)
        if (foreign_equal(m->params[i].symbol, text)) return dim_symbol(text, 0, 0);
    if (!bounds_of(m, text)) build_add_bounds(&m->options, (DimOption){.name = text, .low = 1, .high = 8, .uses = 1});
    const DimOption *d = bounds_of(m, text);
    ((DimOption *)d)->uses = 1;
    mem_grow(&m->params, &m->cap_params, m->n_params + 1, sizeof *m->params);
    m->params[m->n_params++] = (Param){.name = text, .symbol = text, .step = 1};
    return dim_symbol(text, d->low, d->high);
}

static DType element_type(const char *text)
{
    if (!strcmp(text, "float")) return DT_FLOAT;
    if (!strcmp(text, "double")) return DT_DOUBLE;
    for (int t = 1; t < DT_COUNT; t++)
        if (!strcmp(text, dtype_name((DType)t))) return (DType)t;
    ck_abort_msg("there is no type %s", text);
}

static Kind kind(const char *text)
{
    if (!strcmp(text, "map")) return KIND_MAP;
    if (!strcmp(text, "seq")) return KIND_SEQUENCE;
    return strcmp(text, "optional") ? KIND_TENSOR : KIND_OPTIONAL;
}

/* A map's pairs are counted behind it: map(int64, float)[n]. */
static Type type(TextReader *r)
{
    bool whole;
    const char *text = name(r);
    Type t = {.kind = kind(text)};
    if (t.kind != KIND_TENSOR) {
        expect(r, "(");
        if (t.kind == KIND_MAP) {
            t.dtype = element_type(name(r));
            expect(r, ",");
        }
        t.elem = mem_alloc(sizeof *t.elem);
        *t.elem = type(r);
        expect(r, ")");
        if (t.kind != KIND_MAP) return t;
    } else {
        t.dtype = element_type(text);
    }
    if (!skip(r, "[") || skip(r, "]")) return t;
    do
        t.shape.dim[t.shape.rank++] = skip(r, "?")   ? NULL
                                      : is_number(r) ? dim_const((int64_t)number(r, &whole))
                                                     : symbol(r);
    while (skip(r, ","));
    expect(r, "]");
    return t;
}

/* -- values ------------------------------------------------------------------------------------ */

static Value *find(TextReader *r, const char *text)
{
    Value *v = *text ? map_get(r->graph->model->values, foreign(text)) : NULL;
    if (*text && !v) ck_abort_msg("%s is not defined", text);
    return v;
}

static Value *define(TextReader *r, const char *text)
{
    if (!*text) return NULL;
    Value *v = value_new(r->graph, foreign(text));
    if (!is_called(v, text)) ck_abort_msg("%s is defined twice", text);
    return v;
}

static void read_input(TextReader *r)
{
    Graph *g = r->graph;
    Type t = type(r);
    Value *v = define(r, name(r));
    if (!g->parent) v->type = t;
    v->declared = t;
    v->is_input = true;
    mem_grow(&g->inputs, &g->cap_inputs, g->n_inputs + 1, sizeof *g->inputs);
    g->inputs[g->n_inputs++] = v;
}

/* The last of the given elements stands for all that are left. */
static void read_elements(TextReader *r, Value *v, char *data)
{
    bool whole;
    double value = 0;
    int64_t count = value_count(v), each = dtype_bytes(v->type.dtype, 1);
    for (int64_t i = 0; i < count; i++) {
        if (!skip(r, "}") && !(i && r->at[-1] == '}')) value = number(r, &whole), skip(r, ",");
        number_set(v->type.dtype, data + i * each, value);
    }
    skip(r, "}");
}

static void read_constant(TextReader *r)
{
    Type t = type(r);
    Value *v = define(r, name(r));
    v->type = t;
    char *data = mem_alloc((size_t)value_bytes(v) + 1);
    v->data = data;
    if (skip(r, "=")) {
        expect(r, "{");
        read_elements(r, v, data);
        return;
    }
    for (int64_t i = 0; i < value_count(v); i++)
        number_set(t.dtype, data + i * dtype_bytes(t.dtype, 1),
                   dtype_is_float(t.dtype) ? (double)test_real() : test_below(4));
}

/* -- nodes ------------------------------------------------------------------------------------- */

static Graph *read_graph(Model *m, Graph *parent, TextReader *r);

static void read_list(TextReader *r, Node *n, const char *attribute)
{
    bool whole, all_whole = true;
    int count = 0;
    int64_t ints[64];
    float floats[64];
    do {
        double x = number(r, &whole);
        ints[count] = (int64_t)x;
        floats[count++] = (float)x;
        all_whole = all_whole && whole;
    } while (skip(r, ","));
    expect(r, "]");
    if (all_whole) attr_set_ints(n, attribute, count, ints);
    else node_add_attr(n, attribute, ATTR_FLOATS, count)->floats = mem_dup(floats, sizeof floats);
}

static void read_attribute(TextReader *r, Node *n)
{
    bool whole;
    const char *attribute = name(r);
    expect(r, "=");
    if (skip(r, "[")) {
        read_list(r, n, attribute);
    } else if (skip(r, "\"")) {
        size_t length = strcspn(r->at, "\"");
        attr_set_string(n, attribute, mem_strndup(r->at, length));
        r->at += length + 1;
    } else if (is_number(r)) {
        double x = number(r, &whole);
        if (whole) attr_set_int(n, attribute, (int64_t)x);
        else attr_set_float(n, attribute, x);
    } else {
        expect(r, "(");
        Attr *a = node_add_attr(n, attribute, ATTR_GRAPH, 1);
        a->graphs = mem_alloc(sizeof *a->graphs);
        a->graphs[0] = read_graph(r->graph->model, r->graph, r);
        expect(r, ")");
    }
}

static void read_node(TextReader *r)
{
    const char *outputs[16];
    int n_outputs = 0;
    do outputs[n_outputs++] = name(r);
    while (skip(r, ","));
    expect(r, "=");
    const char *op_type = name(r), *dot = strrchr(op_type, '.');
    Node *n = node_new(r->graph, foreign(mem_printf("/%s", outputs[0])), dot ? dot + 1 : op_type,
                       dot ? mem_strndup(op_type, (size_t)(dot - op_type)) : "", dot ? 1 : build_opset_of_nodes());
    if (skip(r, "<")) {
        do read_attribute(r, n);
        while (skip(r, ","));
        expect(r, ">");
    }
    expect(r, "(");
    if (!skip(r, ")")) {
        do node_add_input(n, find(r, name(r)));
        while (skip(r, ","));
        expect(r, ")");
    }
    for (int i = 0; i < n_outputs; i++) node_add_output(n, define(r, outputs[i]));
    graph_append(r->graph, n);
}

static const char *read_outputs(TextReader *r)
{
    expect(r, "(");
    const char *start = r->at;
    r->at += strcspn(r->at, ")") + 1;
    return start;
}

static void set_outputs(TextReader *r, const char *names)
{
    Graph *g = r->graph;
    TextReader outputs = {names, g};
    do {
        Value *v = find(&outputs, name(&outputs));
        v->is_output = v->is_output || v->graph == g;
        graph_add_output(g, v);
    } while (skip(&outputs, ","));
}

static Graph *read_graph(Model *m, Graph *parent, TextReader *r)
{
    TextReader inner = {r->at, graph_new(m, parent, foreign("test"))};
    expect(&inner, "(");
    if (!skip(&inner, ")")) {
        do read_input(&inner);
        while (skip(&inner, ","));
        expect(&inner, ")");
    }
    expect(&inner, "=>");
    const char *outputs = read_outputs(&inner);
    if (skip(&inner, "<")) {
        do read_constant(&inner);
        while (skip(&inner, ","));
        expect(&inner, ">");
    }
    expect(&inner, "{");
    while (!skip(&inner, "}")) read_node(&inner);
    set_outputs(&inner, outputs);
    r->at = inner.at;
    return inner.graph;
}

Model *model_of(const char *text)
{
    Model *m = mem_alloc(sizeof *m);
    m->path = foreign("test.onnx");
    build_options(&m->options);
    test_seed(7);
    m->graph = read_graph(m, NULL, &(TextReader){text, NULL});
    return m;
}

/* -- stages ------------------------------------------------------------------------------------ */

/* As in compile/, which starts from a file. */
static const struct {
    const char *name;
    StageFunction *run;
    unsigned leaves;
} stages[] = {
    {"infer", infer, HOLDS_GRAPH | HOLDS_TYPES},
    {"rewrite", rewrite, 0},
    {"layout", layout, 0},
    {"lower", lower, HOLDS_STEPS},
    {"fuse", fuse, 0},
    {"tile", tile_rows, 0},
    {"alias", alias_strided, 0},
    {"plan", plan, HOLDS_MEMORY},
};

enum { N_STAGES = sizeof stages / sizeof *stages };

/* False after an error. */
static bool run_stage(Model *m, int i, unsigned *holds)
{
    if (stages[i].run(m) != STAGE_DONE) ck_abort_msg("%s wants to start again", stages[i].name);
    if (m->errors) return false;
    *holds |= stages[i].leaves;
    check(m, stages[i].name, *holds);
    return true;
}

static bool runs_to(Model *m, StageFunction *last)
{
    unsigned holds = 0;
    for (int i = 0; i < N_STAGES; i++) {
        if (!run_stage(m, i, &holds)) return false;
        if (stages[i].run == last) break;
    }
    return true;
}

void run_to(Model *m, StageFunction *last)
{
    if (!runs_to(m, last)) ck_abort_msg("the graph is refused");
}

bool is_refused_by(StageFunction *last, const char *text)
{
    Model *m = model_of(text);
    test_silence(true);
    bool runs = runs_to(m, last);
    test_silence(false);
    return !runs;
}

void run_only(Model *m, StageFunction *const *wanted)
{
    unsigned holds = 0;
    for (int i = 0; i < N_STAGES; i++)
        if (*wanted == stages[i].run) {
            run_stage(m, i, &holds);
            wanted++;
        }
}

Model *model_after(StageFunction *last, const char *text)
{
    Model *m = model_of(text);
    run_to(m, last);
    return m;
}

/* -- looking at them --------------------------------------------------------------------------- */

bool is_called(const Value *v, const char *text)
{
    return foreign_is(v->name, text);
}

Value *value_called(const Model *m, const char *text)
{
    Value *v = map_get(m->values, foreign(text));
    if (!v) ck_abort_msg("there is no value %s", text);
    return v;
}

Node *maker_of(const Model *m, const char *text)
{
    return value_called(m, text)->producer;
}

Node *node_of_type(const Model *m, const char *op_type, int which)
{
    for (Node *n = m->graph->first; n; n = n->after)
        if (foreign_is(n->op_type, op_type) && which-- == 0) return n;
    return NULL;
}

Step *step_of_kind(const Model *m, StepKind kind, int which)
{
    for (int i = 0; i < m->graph->n_steps; i++)
        if (m->graph->steps[i]->kind == kind && which-- == 0) return m->graph->steps[i];
    return NULL;
}

Step *step_calling(const Model *m, const char *kernel)
{
    for (int i = 0; i < m->graph->n_steps; i++)
        if (step_calls(m->graph->steps[i], kernel)) return m->graph->steps[i];
    return NULL;
}

static const char *joined(const char *text, const char *between, const char *word)
{
    return *text ? mem_printf("%s%s%s", text, between, word) : word;
}

const char *nodes_text(const Model *m)
{
    const char *text = "";
    for (const Node *n = m->graph->first; n; n = n->after) text = joined(text, " ", shown(n->op_type));
    return text;
}

static const char *step_text(const Step *s)
{
    const char *text = "";
    switch (s->kind) {
    case STEP_CALL: return s->call.kernel->name;
    case STEP_LOOP:
        for (int i = 0; i < s->loop->n_ops; i++) text = joined(text, "+", s->loop->ops[i].function);
        return text;
    case STEP_COPY: return s->copy.elided ? "view" : "copy";
    case STEP_IF: return "if";
    case STEP_ELSE: return "else";
    case STEP_FOR: return "for";
    case STEP_END: return "end";
    case STEP_SET: return "set";
    case STEP_READ: return "read";
    case STEP_STORE: return "store";
    }
    return "?";
}

const char *steps_text(const Model *m)
{
    const char *text = "";
    for (int i = 0; i < m->graph->n_steps; i++) text = joined(text, " ", step_text(m->graph->steps[i]));
    return text;
}
