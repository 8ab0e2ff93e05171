/* names: every value and every dimension gets an identifier of its own.
 *
 * A name keeps its letters, so that a reviewer finds every layer: "/f/f.0/Conv_output_0" is f_f_0_Conv. Only a
 * collision gets a suffix. Constants begin with w_, so that they stand apart from what is computed. */
#include "emit/emit.h"

#include "plan/plan.h"

#include <string.h>

/* Identifiers that the file makes of a name: they must be free along with it. */
typedef struct {
    const char *before, *after;
    bool public; /* a macro of the interface: with the model's prefix, in capitals */
} Derived;

static const Derived of_value[] = {{"AT_", "", false}, {NULL, NULL, false}};
static const Derived of_parameter[] = {{"", "_MIN", true}, {"", "_MAX", true}, {NULL, NULL, false}};
static const Derived of_interface[] = {
    {"", "_RANK", true}, {"", "_DIMS", true}, {"", "_COUNT", true}, {"", "_dims", false}, {NULL, NULL, false},
};

typedef struct {
    Map *taken;
    const char *prefix; /* of macros */
} Naming;

static const char *derived_name(const Naming *n, const Derived *d, const char *name)
{
    if (d->public) return mem_printf("%s_%s%s%s", n->prefix, d->before, upper_case(name), d->after);
    return mem_printf("%s%s%s", d->before, name, d->after);
}

static bool is_taken(const Naming *n, const char *name)
{
    return kernel_find(name) || map_get(n->taken, foreign(name));
}

static bool is_free(const Naming *n, const char *name, const Derived *derived)
{
    if (is_taken(n, name)) return false;
    for (; derived->after; derived++)
        if (is_taken(n, derived_name(n, derived, name))) return false;
    return true;
}

static void take(Naming *n, const char *name)
{
    map_put(n->taken, foreign(name), (void *)name);
}

static const char *unique(Naming *n, const char *wanted, const Derived *derived)
{
    const char *name = wanted;
    for (int i = 2; !is_free(n, name, derived); i++) name = mem_printf("%s_%d", wanted, i);
    take(n, name);
    for (; derived->after; derived++) take(n, derived_name(n, derived, name));
    return name;
}

static void name_value(Value *v, Naming *n, const Derived *derived)
{
    if (v->c_name) return;
    const char *wanted = as_identifier(v->name);
    v->c_name = unique(n, v->data ? mem_printf("w_%s", wanted) : wanted, derived);
}

/* What the file defines for every model, and the custom operators' functions. */
static void take_own(const Model *m, Naming *n)
{
    static const char *const functions[] = {"run", "run_in", "weights"};
    static const char *const macros[] = {"H",    "ARENA_BYTES", "ARENA_ALIGN",  "ARENA_ATTR",  "EARENA",
                                         "EDIM", "EVALUE",      "WEIGHTS_ATTR", "WEIGHTS_FILE"};
    reserve_words(n->taken);
    take(n, "WEIGHTS_ALIGNED");
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        take(n, mem_printf("%s_%s", m->options.name, functions[i]));
    for (size_t i = 0; i < sizeof macros / sizeof *macros; i++) take(n, mem_printf("%s_%s", n->prefix, macros[i]));
    for (int i = 0; i < m->graph->n_steps; i++)
        if (m->graph->steps[i]->kind == STEP_CALL) take(n, m->graph->steps[i]->call.kernel->name);
}

static void name_interface(Model *m, Naming *n)
{
    Graph *g = m->graph;
    m->param_names = mem_array((size_t)m->n_params + 1, sizeof *m->param_names);
    for (int i = 0; i < m->n_params; i++) m->param_names[i] = unique(n, as_identifier(m->params[i]), of_parameter);
    for (int i = 0; i < g->n_inputs; i++) name_value(g->inputs[i], n, of_interface);
    for (int i = 0; i < g->n_outputs; i++) name_value(g->outputs[i], n, of_interface);
}

/* A value that only comments mention, such as one that is gone since its node was fused: its name need not be free in
 * C, but stands for nothing else in a comment. */
static void name_for_comments(Value *v, Map *mentioned)
{
    if (!v || v->c_name) return;
    const char *wanted = as_identifier(v->name);
    v->c_name = wanted;
    for (int i = 2; map_get(mentioned, foreign(v->c_name)); i++) v->c_name = mem_printf("%s_%d", wanted, i);
    map_put(mentioned, foreign(v->c_name), v);
}

static void name_rest(const Graph *g)
{
    Map *mentioned = map_new();
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; step_next(g->steps[i], &a);) map_put(mentioned, foreign(a.value->c_name), a.value);
    for (int i = 0; i < g->n_steps; i++) {
        const Node *n = g->steps[i]->node;
        for (int k = 0; k < n->n_in; k++) name_for_comments(n->in[k], mentioned);
        for (int k = 0; k < n->n_out; k++) name_for_comments(n->out[k], mentioned);
    }
}

void name_everything(Model *m)
{
    static const Derived none[] = {{NULL, NULL, false}};
    Graph *g = m->graph;
    Naming n = {map_new(), upper_case(m->options.name)};
    take_own(m, &n);
    name_interface(m, &n);
    m->local_names = mem_array((size_t)m->n_locals + 1, sizeof *m->local_names);
    for (int i = 0; i < m->n_locals; i++) m->local_names[i] = unique(&n, as_identifier(m->locals[i]), none);
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; step_next(g->steps[i], &a);) name_value(a.value, &n, of_value);
    name_rest(g);
}
