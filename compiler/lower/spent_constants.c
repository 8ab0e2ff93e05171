/* Weights that are packed are in memory twice, as they were and as the kernels want them. What is no longer wanted goes
 * right after its last node was lowered, so that there is one such weight at a time. */
#include "lower/spent_constants.h"

#include "lower/lower.h"

#include <stdlib.h>

enum { TASTE_BYTES = 256 }; /* enough for what a dump shows of a constant */

/* A large constant that a node is going to read. Values may share their data. */
typedef struct {
    Value *value;
    const void *data;
} Wanted;

/* All such with the same data, wanted[first] up to wanted[end - 1]. */
typedef struct {
    const void *data;
    int first, end, left; /* how many nodes are still to be lowered */
    bool is_kept;         /* steps read it */
} Constant;

typedef struct Spending {
    int n_wanted, cap_wanted, n_constants;
    Wanted *wanted;
    Constant *constants; /* by address */
} Spending;

static bool is_large_constant(const Value *v)
{
    return v && v->data && v->type.kind == KIND_TENSOR && mem_is_large((size_t)value_bytes(v));
}

static void collect(Spending *s, const Graph *g)
{
    for (const Node *n = g->first; n; n = n->after) {
        for (int i = 0; i < n->n_in; i++) {
            if (!is_large_constant(n->in[i])) continue;
            mem_grow(&s->wanted, &s->cap_wanted, s->n_wanted + 1, sizeof *s->wanted);
            s->wanted[s->n_wanted++] = (Wanted){n->in[i], n->in[i]->data};
        }
        for (int a = 0; a < n->n_attrs; a++)
            for (int k = 0; n->attrs[a].graphs && k < n->attrs[a].count; k++) collect(s, n->attrs[a].graphs[k]);
    }
}

static int by_address(const void *x, const void *y)
{
    const Wanted *a = x, *b = y;
    return ((uintptr_t)a->data > (uintptr_t)b->data) - ((uintptr_t)a->data < (uintptr_t)b->data);
}

void spending_begin(Model *m)
{
    Spending *s = m->spending = mem_alloc(sizeof *s);
    collect(s, m->graph);
    s->constants = mem_array((size_t)s->n_wanted + 1, sizeof *s->constants);
    if (s->n_wanted) qsort(s->wanted, (size_t)s->n_wanted, sizeof *s->wanted, by_address);
    for (int i = 0; i < s->n_wanted; i++) {
        bool is_new = !i || s->wanted[i].data != s->wanted[i - 1].data;
        if (is_new) s->constants[s->n_constants++] = (Constant){.data = s->wanted[i].data, .first = i};
        s->constants[s->n_constants - 1].end = i + 1;
        s->constants[s->n_constants - 1].left++;
    }
}

static Constant *find(const Spending *s, const Value *v)
{
    int low = 0, high = s->n_constants;
    while (low < high && is_large_constant(v)) {
        int middle = low + (high - low) / 2;
        Constant *c = &s->constants[middle];
        if (c->data == v->data) return c;
        if ((uintptr_t)c->data < (uintptr_t)v->data) low = middle + 1;
        else high = middle;
    }
    return NULL;
}

/* The values still say that they are constants, and what a dump shows of them. */
static void spend(const Spending *s, Constant *c)
{
    const void *taste = mem_dup(c->data, TASTE_BYTES);
    for (int i = c->first; i < c->end; i++) s->wanted[i].value->data = taste;
    mem_release(c->data);
}

bool reads_last(const Node *n, const Value *v)
{
    const Spending *s = n->graph->model->spending;
    const Constant *c = s ? find(s, v) : NULL;
    return c && c->left == 1 && !c->is_kept;
}

void spend_constants(const Node *n, const Graph *g, int first_step)
{
    const Spending *s = n->graph->model->spending;
    for (int i = first_step; i < g->n_steps; i++)
        for (Access a = {0}; step_next(g->steps[i], &a);) {
            Constant *c = find(s, a.value);
            if (c) c->is_kept = true;
        }
    for (int i = 0; i < n->n_in; i++) {
        Constant *c = find(s, n->in[i]);
        if (c && --c->left == 0 && !c->is_kept) spend(s, c);
    }
}
