/* step_costs: what the steps of the run function cost, as one counts them who reads it: those under one comment are
 * one, with the number that hooks tell. */
#include "emit/emit.h"

#include "plan/plan.h"

int count_paragraphs(const Graph *g)
{
    return g->n_steps ? g->steps[g->n_steps - 1]->paragraph : 0;
}

bool is_scratch(const Value *v)
{
    return !v->uses.reads && !value_is_callers(storage_root((Value *)v, NULL));
}

/* The value a step makes: an output of its node rather than scratch. */
static Value *result_of(const Step *s)
{
    Value *result = NULL;
    for (Access a = {0}; step_next(s, &a);)
        if (a.written && (!result || !result->producer)) result = a.value;
    return result;
}

static void add_step(StepCost *c, Map *seen, const Step *s)
{
    Value *result = result_of(s);
    if (!c->first) c->first = s;
    if (result && (!c->result || !is_scratch(result))) c->result = result;
    c->macs += s->macs;
    for (Access a = {0}; step_next(s, &a);) {
        if (map_get(seen, a.value->name) == c) continue;
        map_put(seen, a.value->name, c);
        c->bytes += value_bytes(a.value);
    }
}

StepCost *step_costs(const Graph *g)
{
    StepCost *costs = mem_array((size_t)count_paragraphs(g) + 1, sizeof *costs);
    Map *seen = map_new();
    for (int i = 0; i < g->n_steps; i++)
        if (!step_is_elided(g->steps[i])) add_step(&costs[g->steps[i]->paragraph - 1], seen, g->steps[i]);
    return costs;
}

bool is_bookkeeping(const StepCost *c)
{
    return !c->macs && (c->first->comment || !c->bytes);
}
