/* Steps whose results nothing reads. Shapes that exporters compute with tensors are expressions by now, and what made
 * the tensors, or an image only to ask for its size, need not run. */
#include "lower/dead_steps.h"

/* A kernel may also set a symbol, or refuse its values: then it stays. */
static bool only_computes(const Step *s)
{
    if (s->kind == STEP_LOOP || s->kind == STEP_COPY || s->kind == STEP_STORE) return true;
    if (s->kind != STEP_CALL || s->call.kernel->signature[0] != 'v') return false;
    return !step_symbol(s, 0);
}

/* uses.reads counts the reads by steps that stay. */
static bool is_dead(const Step *s)
{
    int writes = 0;
    for (Access a = {0}; step_next(s, &a);) {
        if (a.written && (a.value->is_output || a.value->is_state || a.value->uses.reads)) return false;
        writes += a.written;
    }
    return writes && only_computes(s);
}

static bool is_marked(const Step *s, void *context)
{
    (void)context;
    return s->at < 0;
}

/* From the last step to the first, since what a step reads may then be dead as well; again where a loop's next round
 * reads what the round before has made. */
void remove_dead_steps(Graph *g)
{
    steps_index(g);
    for (bool changed = true; changed;) {
        changed = false;
        for (int i = g->n_steps - 1; i >= 0; i--) {
            Step *s = g->steps[i];
            if (s->at < 0 || !is_dead(s)) continue;
            s->at = -1;
            changed = true;
            for (Access a = {0}; step_next(s, &a);) a.value->uses.reads -= !a.written;
        }
    }
    steps_drop(g, is_marked, NULL);
}
