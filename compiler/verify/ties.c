/* ties: where results differ, may that be because a choice before them was between numbers that are nearly equal? The
 * graph is evaluated once more, and each value notes which such choices are upstream of it; and then some times with
 * what is computed moved a little, which shows what other choices can do. */
#include "verify/verify.h"

#include "op/op.h"
#include "verify/choices.h"
#include "verify/made_inputs.h"

enum { MOST_TIES = 3 }; /* that a value knows of: those that come first */

typedef struct {
    bool is_computed;   /* floats that come of arithmetic: rounding may have changed them */
    const char *unseen; /* a node upstream that rounds sums which it alone knows; or NULL */
    int n_ties;
    const char *ties[MOST_TIES];
} Watched;

/* -- what a value knows ------------------------------------------------------------------------ */

static void add_tie(Watched *w, const char *text)
{
    for (int i = 0; i < w->n_ties; i++)
        if (w->ties[i] == text) return;
    if (w->n_ties < MOST_TIES) w->ties[w->n_ties++] = text;
}

static void join(Watched *w, const Value *v)
{
    const Watched *known = v ? v->watched : NULL;
    if (!known) return;
    if (!w->unseen) w->unseen = known->unseen;
    w->is_computed = w->is_computed || known->is_computed;
    for (int i = 0; i < known->n_ties; i++) add_tie(w, known->ties[i]);
}

static void note(Value *v, const Watched *w)
{
    Watched all = *w;
    join(&all, v);
    v->watched = mem_dup(&all, sizeof all);
    for (int i = 0; i < v->n_items; i++)
        if (v->items[i] != v) note(v->items[i], w);
}

/* -- what a node does -------------------------------------------------------------------------- */

/* The floats of what was computed in double. */
static bool is_from_double(const Node *n)
{
    return n->n_out == 1 && n->n_in == 1 && n->in[0] && n->out[0] && n->out[0]->in_double == n->in[0];
}

/* Hands on numbers as they are. */
static bool is_exact(const Node *n)
{
    static const char *const names[] = {"Abs", "Cast", "Clip", "Max", "MaxPool", "Min", "Neg", "Relu", "Where"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (node_is(n, names[i])) return true;
    return is_from_double(n) || n->op->flags & (OP_MOVES | OP_NEVER_FOLD);
}

static bool makes_floats(const Node *n)
{
    return n->n_out && n->out[0] && dtype_is_float(n->out[0]->type.dtype);
}

static bool is_evaluated(const Node *n)
{
    for (int i = 0; i < n->n_in; i++)
        if (n->in[i] && !n->in[i]->data) return false;
    for (int i = 0; i < n->n_out; i++)
        if (n->out[i] && !n->out[i]->data) return false;
    return n->n_in && n->in[0] && n->n_out && n->out[0];
}

/* Those of bytes that multiply, add and round at once. */
static bool hides_sums(const Node *n)
{
    DType t = n->n_out && n->out[0] ? n->out[0]->type.dtype : DT_UNDEFINED;
    return (t == DT_INT8 || t == DT_UINT8) && foreign_has(n->op_type, "QLinear");
}

/* Where a value comes from, for those that read it. */
static void note_outputs(const Node *n, Tolerance tolerance)
{
    Watched w = {0};
    for (int i = 0; i < n->n_in; i++) join(&w, n->in[i]);
    if (is_evaluated(n) && w.is_computed) {
        NearTie tie = near_tie_of(n, tolerance);
        const char *more = tie.count > 1 ? mem_printf(", the nearest of %lld such ties", (long long)tie.count) : "";
        if (tie.text) add_tie(&w, mem_printf("%s%s%s", node_place(n), tie.text, more));
    }
    if (makes_floats(n) && !is_exact(n)) w.is_computed = true;
    if (!w.unseen && hides_sums(n)) w.unseen = node_place(n);
    for (int i = 0; i < n->n_out; i++)
        if (n->out[i]) note(n->out[i], &w);
}

/* -- noise ------------------------------------------------------------------------------------- */

/* Moves numbers that were computed by as much as rounding may. Zeros stay: they mostly are what was masked. */
static void add_noise(Value *v, Tolerance tolerance, Random *r)
{
    double most = rounding_of(v, tolerance);
    const int64_t count = value_count(v), bytes = dtype_bits(v->type.dtype) / 8;
    char *moved = mem_dup(v->data, (size_t)value_bytes(v) + 1);
    for (int64_t i = 0; i < count; i++) {
        double x = number_real(v->type.dtype, v->data, i);
        if (x != 0) number_set(v->type.dtype, moved + i * bytes, x + most * (2 * random_unit(r) - 1));
    }
    v->data = moved;
}

typedef struct {
    Tolerance tolerance;
    Random *noise; /* or NULL */
} Watcher;

/* Noise is added to the floats alone, which only those look at that decide: what is computed of the same numbers in
 * double (infer/in_double.c) stays, and results change by choices, not by the noise itself. */
static void watch(void *watcher, const Node *n)
{
    const Watcher *w = watcher;
    if (n->failed || !n->op) return;
    if (!w->noise) note_outputs(n, w->tolerance);
    else if (is_from_double(n) && is_evaluated(n)) add_noise(n->out[0], w->tolerance, w->noise);
}

static const Model *watched_model(const VerifyOptions *o, const DataSet *set, Random *noise)
{
    Options watching = o->compile;
    Watcher watcher = {o->tolerance, noise};
    watching.watch = watch;
    watching.watcher = &watcher;
    watching.keeps_messages = true;
    return evaluate_set(&watching, set);
}

/* -- what there is to say ---------------------------------------------------------------------- */

/* An element of a list is handed out through an Identity that nobody evaluates. */
static const Value *source_of(const Value *v)
{
    return !v->data && node_is(v->producer, "Identity") ? v->producer->in[0] : v;
}

/* What runs, without and with noise, have had in place of the elements that are farthest off. */
typedef struct {
    bool moved[MOST_WORST]; /* what is wrong beside the quiet run's; */
    bool found[MOST_WORST]; /* what the compiled code computes; */
    bool expected[MOST_WORST];
} Effect;

/* Of two models: their dimensions aren't the same ones. */
static bool same_sizes(const Shape *a, const Shape *b)
{
    for (int d = 0; a->rank == b->rank && d < a->rank; d++)
        if (dim_value(a->dim[d]) != dim_value(b->dim[d])) return false;
    return a->rank == b->rank;
}

static void note_effect(const Value *quiet, const Value *noisy, const Value *expected, const Difference *d,
                        Tolerance tolerance, Effect *e)
{
    DType t = quiet->type.dtype;
    if (!quiet->data || !noisy->data || !same_sizes(&quiet->type.shape, &noisy->type.shape)) {
        for (int i = 0; i < MOST_WORST; i++) e->moved[i] = true;
        return;
    }
    Tolerance used = tolerance_for(t, quiet->data, value_count(quiet), tolerance);
    for (int i = 0; i < d->n_worst; i++) {
        if (element_differs(t, noisy->data, quiet->data, d->worst[i], used)) e->moved[i] = true;
        if (!element_differs(t, d->found, noisy->data, d->worst[i], used)) e->found[i] = true;
        if (!element_differs(t, noisy->data, expected->data, d->worst[i], used)) e->expected[i] = true;
    }
}

static bool all_of(const Difference *d, const bool *of_each)
{
    for (int i = 0; i < d->n_worst; i++)
        if (!of_each[i]) return false;
    return of_each[0];
}

static void explain(Foreign name, const Watched *w, const Difference *d, const Effect *e)
{
    bool any = w && w->n_ties, does = any && all_of(d, e->found) && all_of(d, e->expected),
         may = any && all_of(d, e->moved);
    for (int i = 0; (does || may) && i < w->n_ties; i++)
        printf("  \"%s\" depends on a near tie, which %s it: %s\n", shown(name), does ? "explains" : "may explain",
               w->ties[i]);
    if (does || may) return;
    if (w && w->unseen)
        printf("  \"%s\" depends on sums that are rounded where ties can't be seen, first in %s\n", shown(name),
               w->unseen);
    else printf("  \"%s\": no near tie before it explains that\n", shown(name));
}

static void note_run(const Graph *quiet, const Model *run, const VerifyOptions *o, const DataSet *set, Effect *effects)
{
    for (int i = 0; run && run->graph->n_outputs == quiet->n_outputs && i < quiet->n_outputs; i++)
        if (set->differences[i].is_wrong)
            note_effect(source_of(quiet->outputs[i]), source_of(run->graph->outputs[i]), set->outputs[i].tensor,
                        &set->differences[i], o->tolerance, &effects[i]);
}

/* Is there anything that noise could show? */
static bool any_ties(const Graph *quiet, const DataSet *set)
{
    for (int i = 0; i < quiet->n_outputs; i++) {
        const Watched *w = source_of(quiet->outputs[i])->watched;
        if (set->differences[i].is_wrong && w && w->n_ties) return true;
    }
    return false;
}

void explain_differences(const VerifyOptions *o, const DataSet *set, int n_outputs)
{
    enum { NOISY_RUNS = 6 };
    const Model *quiet = watched_model(o, set, NULL);
    if (!quiet || quiet->graph->n_outputs != n_outputs) return;
    Effect *effects = mem_array((size_t)n_outputs + 1, sizeof *effects);
    note_run(quiet->graph, quiet, o, set, effects);
    for (int run = 0; run < NOISY_RUNS && any_ties(quiet->graph, set); run++) {
        Random r = random_start((uint64_t)o->seed, run, 0);
        note_run(quiet->graph, watched_model(o, set, &r), o, set, effects);
    }
    printf("why %s differs\n", shown(foreign_or(path_file(set->path), set->path)));
    for (int i = 0; i < n_outputs; i++) {
        const Value *v = quiet->graph->outputs[i];
        if (set->differences[i].is_wrong) explain(v->name, source_of(v)->watched, &set->differences[i], &effects[i]);
    }
}
