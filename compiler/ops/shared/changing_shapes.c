/* Values that a Loop carries and that grow or shrink from round to round: results collected with Concat, tokens
 * appended to a text.
 *
 * A size that changes is a symbol, which the run function sets at the end of every round. How large it can get
 * follows from what a round adds to it and the number of rounds, or from the body's own bound; where neither is
 * known, the user states it. */
#include "op/op.h"

enum { MOST_TRIES = 6 };

typedef struct {
    bool open, stated;
    int64_t high;
    Dim symbol;
} Axis;

typedef struct {
    Node *node;
    int carried;
    int64_t most;
    Axis (*axes)[MAX_RANK];
    bool changed;
} Growth;

static bool same_kind(Node *n, const Value *was, const Value *is)
{
    const Type *a = &was->type, *b = &is->type;
    if (a->kind == KIND_TENSOR && b->kind == KIND_TENSOR && a->dtype == b->dtype && a->shape.rank == b->shape.rank)
        return true;
    node_error(n, "carries \"%s\", whose type or rank changes from round to round; expected the same",
               shown(was->name));
    return false;
}

/* As much as the body ever makes of a state of the size guessed, if that is no more; else what it starts with and as
 * much more in every round. */
static int64_t size_needed(const Growth *w, const Axis *a, Dim first, Dim before, Dim after)
{
    int64_t more = dim_high(dim_sub(after, before)), start = dim_high(first), made = dim_high(after);
    if (more <= 0) return start;
    if (made <= a->high || w->most == INT32_MAX) return made > start ? made : start;
    return dim_high(dim_add(first, dim_mul(dim_const(more), dim_const(w->most))));
}

static void open_axis(Growth *w, int k, int d, Axis *a)
{
    Node *n = w->node;
    a->open = true;
    a->stated = w->most == INT32_MAX && output_of(n, k) && size_is_stated(n, k, d);
    Dim first = dim_at(n->in[2 + k], d), size = a->stated ? size_of_data(n, k, d) : NULL;
    if (size) a->high = dim_high(size);
    else a->high = dim_high(w->most == INT32_MAX ? first : dim_add(first, dim_const(w->most)));
}

/* A size that the user bounds, and that grows in every round, bounds the rounds: it is checked at the end of each. */
static void bound_rounds(Growth *w, const Axis *a, Dim first, Dim before, Dim after)
{
    int64_t least = dim_low(dim_sub(after, before)), room = a->high - dim_low(first);
    if (!a->stated || least < 1 || room < 0 || w->most <= room / least) return;
    w->most = room / least;
    w->changed = true;
}

/* What the round just inferred tells of sizes. */
static bool compare_round(Growth *w, const Graph *g)
{
    for (int k = 0; k < w->carried; k++) {
        const Value *was = g->inputs[2 + k], *is = g->outputs[1 + k];
        if (!same_kind(w->node, was, is)) return false;
        for (int d = 0; d < was->type.shape.rank; d++) {
            Axis *a = &w->axes[k][d];
            Dim before = dim_at(was, d), after = dim_at(is, d), first = dim_at(w->node->in[2 + k], d);
            if (!a->open && before == after) continue;
            int64_t high = a->high;
            if (!a->open) open_axis(w, k, d, a);
            else if (a->stated) bound_rounds(w, a, first, before, after);
            else a->high = size_needed(w, a, first, before, after);
            w->changed = w->changed || !a->symbol || a->high != high;
        }
    }
    return true;
}

static void give_sizes(Growth *w, Graph *g)
{
    for (int k = 0; k < w->carried; k++) {
        Value *state = g->inputs[2 + k];
        for (int d = 0; d < state->type.shape.rank; d++) {
            Axis *a = &w->axes[k][d];
            if (!a->open) continue;
            a->symbol = local_symbol(w->node, foreign_suffixed(value_model_name(state), ".size%d", d), 0, a->high);
            state->type.shape.dim[d] = a->symbol;
        }
    }
}

/* The first size without an end is asked for by name. */
static void refuse(const Growth *w, const Graph *g)
{
    for (int k = 0; k < w->carried; k++)
        for (int d = 0; d < g->inputs[2 + k]->type.shape.rank; d++)
            if (w->axes[k][d].open && !w->axes[k][d].stated && output_of(w->node, k) && !size_of_data(w->node, k, d))
                return;
    node_error(w->node, "carries values that grow from round to round, and nothing bounds how large they get; expected "
                        "a constant trip count");
}

Graph *infer_changing(Node *n, int carried, int64_t most, Graph *(*begin)(Node *n, int64_t most))
{
    Growth w = {n, carried, most, mem_array((size_t)carried + 1, sizeof *w.axes), true};
    Graph *g = NULL;
    for (int tries = 0; tries < MOST_TRIES && w.changed; tries++) {
        w.changed = false;
        g = begin(n, most);
        give_states(g, 2, carried, n->in + 2);
        give_sizes(&w, g);
        doors.infer_graph(g);
        if (body_failed(g)) {
            n->failed = true;
            return NULL;
        }
        if (!compare_round(&w, g)) return NULL;
    }
    if (!w.changed) return g;
    refuse(&w, g);
    return NULL;
}
