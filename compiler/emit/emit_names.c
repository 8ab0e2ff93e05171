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
static const Derived of_region[] = {{"", "_start", false}, {"", "_memory", false}, {NULL, NULL, false}};
static const Derived of_interface[] = {
    {"", "_RANK", true}, {"", "_DIMS", true}, {"", "_COUNT", true}, {"", "_dims", false}, {NULL, NULL, false},
};

static const Derived of_quantized[] = {
    {"", "_RANK", true},  {"", "_DIMS", true},       {"", "_COUNT", true}, {"", "_dims", false},
    {"", "_SCALE", true}, {"", "_ZERO_POINT", true}, {NULL, NULL, false},
};

typedef struct {
    Map *taken;
    Map *numbers;       /* last_number */
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

/* A name that is too long for a line loses what is in the middle. */
static const char *shortened(const char *name, size_t longest)
{
    static const char cut[] = "_etc_";
    size_t length = strlen(name), head = longest * 2 / 5, tail = longest - head - (sizeof cut - 1);
    return length <= longest ? name : mem_printf("%.*s%s%s", (int)head, name, cut, name + length - tail);
}

static const char *identifier_of(Foreign name)
{
    enum { LONGEST = 96 };
    return shortened(as_identifier(name), LONGEST);
}

/* The number that was tried last for this name and what is derived of it; all before it stay taken. */
static int *last_number(Naming *n, const char *wanted, const Derived *derived)
{
    Foreign key = foreign(
        mem_printf("%s %s %s", wanted, derived->before ? derived->before : "", derived->after ? derived->after : "-"));
    int *number = map_get(n->numbers, key);
    if (number) return number;
    number = mem_alloc(sizeof *number);
    *number = 1;
    map_put(n->numbers, key, number);
    return number;
}

static const char *unique(Naming *n, const char *wanted, const Derived *derived)
{
    const char *name = wanted;
    if (!is_free(n, name, derived)) {
        int *number = last_number(n, wanted, derived);
        do name = mem_printf("%s_%d", wanted, ++*number);
        while (!is_free(n, name, derived));
    }
    take(n, name);
    for (; derived->after; derived++) take(n, derived_name(n, derived, name));
    return name;
}

static void name_value(Value *v, Naming *n, const Derived *derived)
{
    if (v->c_name) return;
    const char *wanted = identifier_of(v->wanted);
    v->c_name = unique(n, v->data ? mem_printf("w_%s", wanted) : wanted, derived);
}

static void take_names_of_state(const Model *m, Naming *n)
{
    take(n, "state");
    take(n, "state_of_run");
    take(n, mem_printf("%s_state", m->options.name));
    take(n, mem_printf("%s_reset", m->options.name));
    take(n, mem_printf("%s_STATE_BYTES", n->prefix));
    take(n, mem_printf("%s_STATE_ATTR", n->prefix));
}

static void take_names_of_seed(const Model *m, Naming *n)
{
    take(n, "seed_of_run");
    take(n, mem_printf("%s_seed", m->options.name));
    take(n, mem_printf("%s_SEED_ATTR", n->prefix));
}

/* What the file defines for every model, and the custom operators' functions. */
static void take_own(const Model *m, Naming *n)
{
    static const char *const functions[] = {"run", "run_in", "weights"};
    static const char *const macros[] = {"H",    "ARENA_BYTES", "ARENA_ALIGN",  "ARENA_ATTR",   "CODE_ATTR", "EARENA",
                                         "EDIM", "EVALUE",      "WEIGHTS_ATTR", "WEIGHTS_FILE", "STEP",      "TRACE"};
    reserve_words(n->taken);
    static const char *const local[] = {"WEIGHTS_ALIGNED", "WEIGHT", "STEP", "STEP_BASE", "TRACE"};
    for (size_t i = 0; i < sizeof local / sizeof *local; i++) take(n, local[i]);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        take(n, mem_printf("%s_%s", m->options.name, functions[i]));
    for (size_t i = 0; i < sizeof macros / sizeof *macros; i++) take(n, mem_printf("%s_%s", n->prefix, macros[i]));
    if (m->n_states) take_names_of_state(m, n);
    if (takes_seed(m)) take_names_of_seed(m, n);
    for (int i = 0; i < m->graph->n_steps; i++)
        if (m->graph->steps[i]->kind == STEP_CALL) take(n, m->graph->steps[i]->call.kernel->name);
}

static void name_regions(Model *m, Naming *n)
{
    for (int i = 0; i < m->options.n_regions; i++) {
        SideMemory *r = &m->regions[i];
        take(n, mem_printf("%s_%s_BYTES", n->prefix, upper_case(r->name)));
        take(n, mem_printf("%s_%s_ATTR", n->prefix, upper_case(r->name)));
        r->c_name = unique(n, identifier_of(foreign(r->name)), of_region);
    }
}

static void name_argument(Value *v, Naming *n)
{
    name_value(v, n, v->io.is_quantized ? of_quantized : of_interface);
}

static void name_interface(Model *m, Naming *n)
{
    Graph *g = m->graph;
    for (int i = 0; i < m->n_params; i++)
        m->params[i].c_name = unique(n, identifier_of(m->params[i].name), of_parameter);
    for (int i = 0; i < g->n_inputs; i++) name_argument(g->inputs[i], n);
    for (int i = 0; i < g->n_outputs; i++) name_argument(g->outputs[i], n);
    for (int i = 0; i < m->n_states; i++) name_value(m->states[i].in, n, of_value);
    for (int i = 0; i < m->n_states; i++) name_value(m->states[i].out, n, of_value);
}

static Map *symbols_set(Graph *g)
{
    Map *set = map_new();
    for (int i = 0; i < g->n_steps; i++)
        for (int k = 0; step_symbol(g->steps[i], k); k++)
            map_put(set, dim_text(step_symbol(g->steps[i], k)), g->steps[i]);
    return set;
}

/* The variable that others with this name have; NULL: there is none. `reused`: the first of each name. */
static const char *reused_name(Map *reused, Local *l)
{
    const Local *other = l->is_reused ? map_get(reused, l->wanted) : NULL;
    if (l->is_reused && !other) map_put(reused, l->wanted, l);
    return other ? other->c_name : NULL;
}

/* Those of nodes that are gone have no variable. */
static void name_locals(Model *m, Naming *n)
{
    static const Derived none[] = {{NULL, NULL, false}};
    Map *reused = map_new();
    const Map *set = symbols_set(m->graph);
    for (int i = 0; i < m->n_locals; i++) {
        Local *l = &m->locals[i];
        const char *name = reused_name(reused, l);
        if (!map_get(set, l->symbol)) continue;
        l->c_name = name;
        if (!l->c_name) l->c_name = unique(n, identifier_of(l->wanted), none);
    }
}

/* What the step writes first, and what the constant is: "l1_Conv_window". */
static const char *wanted_constant(const Step *s, const Arg *a)
{
    enum { LONGEST = 48 };
    const char *name = kernel_nth_name(s->call.kernel, (int)(a - s->call.args));
    if (a->kind == ARG_STRUCT) name = a->structure->name + strlen("struct ");
    for (Access at = {0}; mention_next(s, &at);)
        if (at.written) return mem_printf("%s_%s", shortened(at.value->c_name, LONGEST), name);
    return name;
}

/* Of those that are known when the file is written, equal ones are one if the first is declared in no block, where all
 * that follow can see it. */
static void name_constants(const Model *m, Naming *n)
{
    static const Derived none[] = {{NULL, NULL, false}};
    Map *seen = map_new();
    int depth = 0;
    for (int i = 0; i < m->graph->n_steps; i++) {
        const Step *s = m->graph->steps[i];
        depth += (s->opens != NULL) - (s->ends != NULL);
        for (int k = 0; s->kind == STEP_CALL && !step_is_elided(s) && k < s->call.n_args; k++) {
            Arg *a = &s->call.args[k];
            if (!is_list(a)) continue;
            const char *text = constant_of(m, a);
            a->constant = text ? map_get(seen, foreign(text)) : NULL;
            a->declares = !a->constant;
            if (a->declares) a->constant = unique(n, wanted_constant(s, a), none);
            if (text && depth == 0) map_put(seen, foreign(text), (void *)a->constant);
        }
    }
}

/* Only what the text mentions takes a name: a buffer with the values that lie in it, say. */
void name_everything(Model *m)
{
    Graph *g = m->graph;
    Naming n = {map_new(), map_new(), upper_case(m->options.name)};
    take_own(m, &n);
    name_regions(m, &n);
    name_interface(m, &n);
    name_locals(m, &n);
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; mention_next(g->steps[i], &a);) {
            name_value(a.value, &n, of_value);
            name_value(storage_root(a.value, NULL), &n, of_value);
        }
    name_constants(m, &n);
}
