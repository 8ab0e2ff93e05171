/* Steps, what they read and write, and the blocks they stand in. */
#include "ir/ir.h"

#include <string.h>

/* -- making them ------------------------------------------------------------------------------- */

Step *step_new(Node *n, StepKind kind)
{
    Step *s = mem_alloc(sizeof *s);
    s->kind = kind;
    s->node = n;
    return s;
}

Step *step_new_call(Node *n, const Kernel *kernel)
{
    Step *s = step_new(n, STEP_CALL);
    s->call.kernel = kernel;
    s->call.n_args = kernel_name_count(kernel);
    s->call.args = mem_array((size_t)s->call.n_args + 1, sizeof *s->call.args);
    return s;
}

void step_append(Graph *g, Step *s)
{
    mem_grow(&g->steps, &g->cap_steps, g->n_steps + 1, sizeof *g->steps);
    g->steps[g->n_steps++] = s;
}

void steps_drop(Graph *g, bool (*is_dropped)(const Step *s, void *context), void *context)
{
    int kept = 0;
    for (int i = 0; i < g->n_steps; i++)
        if (!is_dropped(g->steps[i], context)) g->steps[kept++] = g->steps[i];
    g->n_steps = kept;
}

/* -- asking them ------------------------------------------------------------------------------- */

bool step_calls(const Step *s, const char *kernel)
{
    return s->kind == STEP_CALL && !strcmp(s->call.kernel->name, kernel);
}

bool offset_is_zero(Dim offset)
{
    return !offset || dim_is(offset, 0);
}

bool step_is_elided(const Step *s)
{
    return s->kind == STEP_COPY && s->copy.elided;
}

static Dim symbol_of_call(const Call *c, int i)
{
    for (int a = 0; a < c->n_args; a++)
        if (c->args[a].kind == ARG_SYMBOL && i-- == 0) return c->args[a].number;
    return NULL;
}

Dim step_symbol(const Step *s, int i)
{
    if (s->kind == STEP_CALL) return symbol_of_call(&s->call, i);
    if (i > 0) return NULL;
    switch (s->kind) {
    case STEP_FOR: return s->rounds.symbol;
    case STEP_SET: return s->set.symbol;
    case STEP_READ: return s->read.symbol;
    default: return NULL;
    }
}

Arg *step_arg(const Step *s, const char *parameter)
{
    int i = kernel_name_index(s->call.kernel, parameter);
    return i < 0 ? NULL : &s->call.args[i];
}

Dim *step_field(const Step *s, const char *parameter, const char *field)
{
    const Arg *a = step_arg(s, parameter);
    int i = a && a->kind == ARG_STRUCT ? kernel_name_index(a->structure, field) : -1;
    if (i < 0) internal_error("%s has no field %s.%s", s->call.kernel->name, parameter, field);
    return &a->numbers[i];
}

/* -- what a step reads and writes -------------------------------------------------------------- */

/* The next argument from *at on that points to a value. */
static bool next_of_call(const Call *c, Access *a)
{
    while (a->next < c->n_args && c->args[a->next].kind != ARG_VALUE) a->next++;
    if (a->next == c->n_args) return false;
    a->value = c->args[a->next].value;
    a->written = c->args[a->next++].written;
    return true;
}

static bool next_of_loop(const Loop *l, Access *a)
{
    int i = a->next++;
    if (i >= l->n_operands + l->n_results) return false;
    a->written = i >= l->n_operands;
    a->value = a->written ? l->results[i - l->n_operands].value : l->operands[i].value;
    return true;
}

/* What one that is neither reads, then what it writes; NULL where there is less. */
static bool next_of_few(Value *first, Value *second, Value *written, Access *a)
{
    Value *const all[] = {first, second, written};
    while (a->next < 3 && !all[a->next]) a->next++;
    if (a->next == 3) return false;
    a->written = a->next == 2;
    a->value = all[a->next++];
    return true;
}

bool step_next(const Step *s, Access *a)
{
    switch (s->kind) {
    case STEP_CALL: return next_of_call(&s->call, a);
    case STEP_LOOP: return next_of_loop(s->loop, a);
    case STEP_COPY: return next_of_few(s->copy.source, NULL, s->copy.target, a);
    case STEP_IF: return next_of_few(s->condition, NULL, NULL, a);
    case STEP_FOR: return next_of_few(s->rounds.condition, s->rounds.limit_in, NULL, a);
    case STEP_READ: return next_of_few(s->read.source, NULL, NULL, a);
    case STEP_STORE: return next_of_few(NULL, NULL, s->store.target, a);
    default: return false;
    }
}

static int accesses(const Step *s, const Value *v, bool written)
{
    int count = 0;
    for (Access a = {0}; step_next(s, &a);) count += a.value == v && a.written == written;
    return count;
}

int step_reads(const Step *s, const Value *v)
{
    return accesses(s, v, false);
}

int step_writes(const Step *s, const Value *v)
{
    return accesses(s, v, true);
}

/* -- all steps of a graph ---------------------------------------------------------------------- */

static StepBlock *open_block(StepBlock *parent, const Step *opener)
{
    StepBlock *b = mem_alloc(sizeof *b);
    b->parent = parent;
    b->opener = opener;
    b->first = opener ? opener->at : -1;
    return b;
}

static void index_uses(Graph *g)
{
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; step_next(g->steps[i], &a);)
            a.value->uses.count = a.value->uses.reads = a.value->uses.writes = 0;
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; step_next(g->steps[i], &a);) {
            Uses *u = &a.value->uses;
            mem_grow(&u->items, &u->capacity, u->count + 1, sizeof *u->items);
            u->items[u->count++] = (Use){g->steps[i], a.written};
            if (a.written && !u->writes) u->first_write = i;
            if (a.written) u->last_write = i;
            u->reads += !a.written;
            u->writes += a.written;
        }
}

static bool bounds_block(const Step *s)
{
    return s->kind == STEP_IF || s->kind == STEP_ELSE || s->kind == STEP_FOR || s->kind == STEP_END;
}

/* `current` is the block before step s; the result the one after it. */
static StepBlock *pass_bound(StepBlock *current, Step *s)
{
    StepBlock *ended = s->kind == STEP_ELSE || s->kind == STEP_END ? current : NULL;
    StepBlock *around = ended ? ended->parent : current;
    s->block = around;
    s->ends = ended;
    if (ended) ended->last = ended->end = s->at;
    if (s->kind == STEP_END) {
        if (ended->branch_before) ended->branch_before->end = s->at;
        return around;
    }
    StepBlock *opened = open_block(around, s);
    opened->branch_before = ended;
    s->opens = opened;
    return opened;
}

static void index_blocks(Graph *g)
{
    StepBlock *current = open_block(NULL, NULL);
    int edges = 0;
    current->last = current->end = g->n_steps;
    for (int i = 0; i < g->n_steps; i++) {
        Step *s = g->steps[i];
        s->at = i;
        s->edges = edges;
        s->block = current;
        s->opens = s->ends = NULL;
        if (!bounds_block(s)) continue;
        current = pass_bound(current, s);
        edges++;
    }
}

void steps_index(Graph *g)
{
    index_blocks(g);
    index_uses(g);
}

bool block_is_within(const StepBlock *b, const StepBlock *outer)
{
    while (b && b != outer) b = b->parent;
    return b != NULL;
}
