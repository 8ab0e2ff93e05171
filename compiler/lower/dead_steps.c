/* dead: steps whose results nothing reads. Shapes that exporters compute with tensors are expressions by now, and what
 * made the tensors, or an image only to ask for its size, need not run. */
#include "lower/dead_steps.h"

#include "plan/plan.h"

typedef struct {
    bool all_unread;
    int written;
} Result;

static void mark_read(Value *v, bool written, void *context)
{
    (void)context;
    if (!written) v->marked = true;
}

static void unmark(Value *v, bool written, void *context)
{
    (void)written, (void)context;
    v->marked = v->is_output;
}

static void look(Value *v, bool written, void *context)
{
    Result *r = context;
    r->written += written;
    r->all_unread = r->all_unread && (!written || !v->marked);
}

/* A kernel may also set a symbol, or refuse its values: then it stays. */
static bool only_computes(const Step *s)
{
    if (s->kind == STEP_LOOP || s->kind == STEP_COPY || s->kind == STEP_STORE) return true;
    if (s->kind != STEP_CALL || s->kernel->signature[0] != 'v') return false;
    for (int i = 0; i < s->n_args; i++)
        if (s->args[i].kind == ARG_SYMBOL) return false;
    return true;
}

static bool is_dead(const Step *s)
{
    Result r = {true, 0};
    if (!only_computes(s)) return false;
    step_values(s, look, &r);
    return r.written > 0 && r.all_unread;
}

void remove_dead_steps(Graph *g)
{
    for (int before = -1; before != g->n_steps;) {
        int kept = 0;
        before = g->n_steps;
        for (int i = 0; i < before; i++) step_values(g->steps[i], unmark, NULL);
        for (int i = 0; i < before; i++) step_values(g->steps[i], mark_read, NULL);
        for (int i = 0; i < before; i++)
            if (!is_dead(g->steps[i])) g->steps[kept++] = g->steps[i];
        g->n_steps = kept;
    }
}
