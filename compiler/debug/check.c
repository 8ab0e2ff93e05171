/* check: what is true of every graph between stages. A breach is a bug of the compiler, never of the model. */
#include "debug/debug.h"
#include "ir/ir.h"
#include "plan/plan.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    const char *stage;
    const Node *node;
    const Step *step;
} Place;

/* -- nodes ------------------------------------------------------------------------------------- */

_Noreturn static void broken(const Place *p, const Value *v, const char *what)
{
    const Node *n = p->node;
    internal_error("after %s: %s%s%s%s%s%s%s", p->stage, n ? "node \"" : "", n ? shown(n->name) : "", n ? "\" (" : "",
                   n ? shown(n->op_type) : "", n ? "): " : "", v ? mem_printf("\"%s\" ", shown(v->name)) : "", what);
}

static void check_type(const Place *p, const Value *v, const Type *t)
{
    if (t->kind != KIND_TENSOR) {
        if (!t->elem) broken(p, v, "has no element type");
        return;
    }
    if (t->dtype <= DT_UNDEFINED || t->dtype >= DT_COUNT) broken(p, v, "has no type");
    if (t->shape.rank < 0 || t->shape.rank > MAX_RANK) broken(p, v, "has no shape");
    for (int i = 0; i < t->shape.rank; i++)
        if (!t->shape.dim[i]) broken(p, v, "has an unknown dimension");
}

/* -- readers ----------------------------------------------------------------------------------- */

static void check_reader(const Place *p, const Value *v, int place, Reader expected)
{
    if (place < 0 || place >= v->n_readers) broken(p, v, "doesn't know one of its readers");
    const Reader *r = &v->readers[place];
    if (r->node != expected.node || r->graph != expected.graph || r->index != expected.index)
        broken(p, v, "takes one reader for another");
}

/* Every input and output is known to what it reads. How many there are, less those that the values know. */
static int64_t check_readers(Graph *g, const char *stage)
{
    int64_t more = 0;
    for (Node *n = g->first; n; n = n->after) {
        Place p = {stage, n, NULL};
        if (n->after ? n->after->before != n : n != g->last) broken(&p, NULL, "is not well linked");
        for (int i = 0; i < n->n_in; i++) {
            if (!n->in[i]) continue;
            check_reader(&p, n->in[i], n->places[i], (Reader){n, g, i});
            more++;
        }
        for (int a = 0; a < n->n_attrs; a++)
            for (int k = 0; n->attrs[a].graphs && k < n->attrs[a].count; k++)
                more += check_readers(n->attrs[a].graphs[k], stage);
    }
    for (int i = 0; i < g->n_outputs; i++)
        check_reader(&(Place){stage, NULL, NULL}, g->outputs[i], g->places[i], (Reader){NULL, g, i});
    for (int i = 0; i < g->n_values; i++) more -= g->values[i]->n_readers;
    return more + g->n_outputs;
}

/* -- definitions ------------------------------------------------------------------------------- */

/* Values that are defined so far are marked. */
static void check_graph(const Graph *g, const char *stage, bool typed);

static void check_node(Node *n, const char *stage, bool typed)
{
    Place p = {stage, n, NULL};
    if (typed && !n->op) broken(&p, NULL, "has no operator");
    for (int i = 0; i < n->n_in; i++)
        if (n->in[i] && !n->in[i]->data && !n->in[i]->is_state && !n->in[i]->marked)
            broken(&p, n->in[i], "is used before it is defined");
    for (int a = 0; a < n->n_attrs; a++)
        for (int k = 0; n->attrs[a].graphs && k < n->attrs[a].count; k++)
            check_graph(n->attrs[a].graphs[k], stage, typed);
    for (int i = 0; i < n->n_out; i++) {
        Value *v = n->out[i];
        if (!v) continue;
        if (v->marked) broken(&p, v, "is defined twice");
        if (v->producer != n) broken(&p, v, "has another producer");
        if (v->graph != n->graph) broken(&p, v, "belongs to another graph");
        if (typed) check_type(&p, v, &v->type);
        v->marked = true;
    }
}

static void check_graph(const Graph *g, const char *stage, bool typed)
{
    Place p = {stage, NULL, NULL};
    for (int i = 0; i < g->n_values; i++) g->values[i]->marked = false;
    for (int i = 0; i < g->n_inputs; i++) {
        g->inputs[i]->marked = true;
        if (typed || !g->parent) check_type(&p, g->inputs[i], &g->inputs[i]->type);
    }
    for (Node *n = g->first; n; n = n->after) {
        if (n->graph != g) broken(&p, NULL, "a node belongs to another graph");
        check_node(n, stage, typed);
    }
    for (int i = 0; i < g->n_outputs; i++)
        if (!g->outputs[i]->data && !g->outputs[i]->marked)
            broken(&p, g->outputs[i], "is an output, but nothing makes it");
}

/* -- steps ------------------------------------------------------------------------------------- */

/* Whether an argument of this kind can be passed for a parameter with this letter (see tools/kernelgen/signature.c). */
static bool arg_fits(ArgKind kind, char letter)
{
    switch (kind) {
    case ARG_SEED: return letter == 'L';
    case ARG_INT: return letter && strchr("cChHiIlLzb", letter);
    case ARG_REAL: return letter == 'f' || letter == 'd';
    case ARG_STRUCT: return letter == 's';
    case ARG_NULL: return letter == 'p' || letter == 's';
    case ARG_NONE: return false;
    default: return letter == 'p';
    }
}

static void check_call(const Place *p, const Call *s)
{
    if (!s->kernel || !s->kernel->signature) broken(p, NULL, "a call without a kernel");
    const char *letters = s->kernel->signature + 1; /* after the result */
    if ((size_t)s->n_args != strlen(letters))
        broken(p, NULL, mem_printf("%s takes %zu arguments, not %d", s->kernel->name, strlen(letters), s->n_args));
    for (int i = 0; i < s->n_args; i++)
        if (!arg_fits(s->args[i].kind, letters[i]))
            broken(p, NULL,
                   mem_printf("%s has no argument that fits for %s", s->kernel->name, kernel_nth_name(s->kernel, i)));
}

static void check_ref(const Place *p, const Loop *l, const Ref *r, int before)
{
    int limit = r->kind == REF_OPERAND ? l->n_operands : r->kind == REF_RESULT_OF ? before : 1;
    if (r->kind != REF_OPERAND && r->kind != REF_RESULT_OF) return;
    if (r->index < 0 || r->index >= limit) broken(p, NULL, "a loop refers to what it doesn't have");
}

static void check_loop(const Place *p, const Loop *l)
{
    if (l->rank < 0 || l->rank > MAX_RANK) broken(p, NULL, "a loop without extent");
    for (int i = 0; i < l->n_ops; i++) {
        if (!kernel_find(l->ops[i].function))
            broken(p, NULL, mem_printf("there is no function %s", l->ops[i].function));
        for (int k = 0; k < l->ops[i].n_args; k++) check_ref(p, l, &l->ops[i].args[k], i);
    }
    for (int i = 0; i < l->n_results; i++)
        if (l->results[i].op < 0 || l->results[i].op >= l->n_ops)
            broken(p, NULL, "a loop stores what it doesn't compute");
}

static void check_access(const Place *p, const Access *a)
{
    Value *v = a->value;
    bool given = v->data ||
                 (v->is_input && !v->graph->parent); /* inputs of a subgraph are written by the steps around it */
    if (!a->written && !given && !v->is_input && !v->is_state && !v->marked)
        broken(p, v, "is read before it is written");
    if (a->written && given) broken(p, v, "is written, but is no result");
    check_type(p, v, &v->type);
}

/* -- symbols ----------------------------------------------------------------------------------- */

typedef struct {
    const Place *place;
    const Model *model;
    bool *is_set;
} Symbols;

static void check_symbol(Foreign symbol, void *context)
{
    const Symbols *s = context;
    const Local *l = local_find(s->model, symbol);
    if (l && !s->is_set[l - s->model->locals])
        broken(s->place, NULL, mem_printf("%s is used before it is set", shown(symbol)));
}

static void check_dims(Symbols *s, int count, const Dim *dims)
{
    for (int i = 0; i < count; i++)
        if (dims[i]) dim_symbols(dims[i], check_symbol, s);
}

static void check_loop_symbols(Symbols *s, const Loop *l)
{
    check_dims(s, l->rank, l->extent);
    for (int i = 0; i < l->n_operands; i++) {
        check_dims(s, 1, &l->operands[i].offset);
        check_dims(s, l->rank, l->operands[i].stride);
    }
    for (int i = 0; i < l->n_results; i++) check_dims(s, 1, &l->results[i].offset);
}

static void set_symbol(Symbols *s, Foreign symbol)
{
    const Local *l = local_find(s->model, symbol);
    if (l) s->is_set[l - s->model->locals] = true;
}

static void check_call_symbols(Symbols *s, const Call *c)
{
    for (int i = 0; i < c->n_args; i++) {
        check_dims(s, c->args[i].numbers ? c->args[i].count : 0, c->args[i].numbers);
        check_dims(s, 2, (Dim[]){c->args[i].number, c->args[i].offset});
    }
}

/* Sizes that data decide are used after the step that finds them out. */
static void check_step_symbols(Symbols *s, const Step *step)
{
    const Copy *c = &step->copy;
    switch (step->kind) {
    case STEP_CALL:
        for (int i = 0; step_symbol(step, i); i++) set_symbol(s, dim_text(step_symbol(step, i)));
        check_call_symbols(s, &step->call);
        break;
    case STEP_LOOP: check_loop_symbols(s, step->loop); break;
    case STEP_COPY: check_dims(s, 3, (Dim[]){c->source_offset, c->target_offset, c->bytes}); break;
    case STEP_FOR: check_dims(s, 1, &step->rounds.limit); break;
    case STEP_SET: check_dims(s, 1, &step->set.number); break;
    case STEP_READ: check_dims(s, 1, &step->read.index); break;
    case STEP_STORE: check_dims(s, 1, &step->store.number); break;
    default: break;
    }
    for (int i = 0; step->kind != STEP_CALL && step_symbol(step, i); i++) set_symbol(s, dim_text(step_symbol(step, i)));
}

static void check_symbols(const Model *m, const char *stage)
{
    const Graph *g = m->graph;
    Symbols s = {.model = m, .is_set = mem_array((size_t)m->n_locals + 1, sizeof *s.is_set)};
    for (int i = 0; i < g->n_steps && m->n_locals; i++) {
        Place p = {stage, g->steps[i]->node, g->steps[i]};
        s.place = &p;
        if (!step_is_elided(g->steps[i])) check_step_symbols(&s, g->steps[i]);
    }
}

static void check_steps(const Graph *g, const char *stage)
{
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; step_next(g->steps[i], &a);) a.value->marked = false;
    for (int i = 0; i < g->n_outputs; i++) g->outputs[i]->marked = false; /* also those that no step mentions */
    for (int i = 0; i < g->n_steps; i++) {
        const Step *s = g->steps[i];
        Place p = {stage, s->node, s};
        if (s->kind == STEP_CALL) check_call(&p, &s->call);
        if (s->kind == STEP_LOOP) check_loop(&p, s->loop);
        for (Access a = {0}; step_next(s, &a);) check_access(&p, &a);
        for (Access a = {0}; step_next(s, &a);) a.value->marked = a.value->marked || a.written;
    }
    for (int i = 0; i < g->n_outputs; i++)
        if (!g->outputs[i]->marked && value_count(g->outputs[i]))
            broken(&(Place){stage, NULL, NULL}, g->outputs[i], "is an output, but no step writes it");
}

/* -- memory ------------------------------------------------------------------------------------ */

typedef struct {
    const Value *root;
    int64_t bytes;
} Buffer;
typedef struct {
    const Place *place;
    const Model *model;
    int count, capacity;
    Buffer *buffers;
} Places;

static int by_offset(const void *x, const void *y)
{
    const Value *a = ((const Buffer *)x)->root, *b = ((const Buffer *)y)->root;
    if (a->memory != b->memory) return (uintptr_t)a->memory < (uintptr_t)b->memory ? -1 : 1;
    if (a->arena_offset != b->arena_offset) return a->arena_offset < b->arena_offset ? -1 : 1;
    return (a->first_step > b->first_step) - (a->first_step < b->first_step);
}

static bool live_together(const Value *v, const Value *w)
{
    return v->first_step <= w->last_step && w->first_step <= v->last_step;
}

/* A state has room for its output, too. */
static int64_t room_of(const Model *m, const Value *root)
{
    for (int i = 0; i < m->n_states; i++)
        if (m->states[i].in == root && value_bytes(m->states[i].out) > value_bytes(root))
            return value_bytes(m->states[i].out);
    return value_bytes(root);
}

static void check_place(Places *places, Value *v)
{
    int64_t offset, bytes, parent_offset;
    Value *root = storage_root(v, &offset);
    if (v->storage && v->storage != v &&
        (storage_root(v->storage, &parent_offset) != root || parent_offset + v->storage_offset != offset))
        broken(places->place, v, "lies elsewhere than its storage says");
    bytes = room_of(places->model, root);
    if (offset < 0 || offset + value_bytes(v) > bytes) broken(places->place, v, "reaches beyond its storage");
    if (!in_arena(root) || root->marked) return;
    int64_t room = root->memory ? root->memory->bytes : places->model->arena_bytes;
    if (root->arena_offset < 0 || root->arena_offset + bytes > room)
        broken(places->place, root, "lies outside the arena");
    const Value *lent = root->memory ? root->memory->lent : NULL;
    if (lent && lent->uses.count && live_together(root, lent))
        broken(places->place, root, "lies in memory that is in use");
    root->marked = true;
    mem_grow(&places->buffers, &places->capacity, places->count + 1, sizeof *places->buffers);
    places->buffers[places->count++] = (Buffer){root, bytes};
}

static bool overlap(const Buffer *a, const Buffer *b)
{
    const Value *v = a->root, *w = b->root;
    if (v->memory != w->memory || !live_together(v, w)) return false;
    return v->arena_offset < w->arena_offset + b->bytes && w->arena_offset < v->arena_offset + a->bytes;
}

/* Buffer i lies over one that begins before it in the arena: this one. */
static const Value *overlapped(const Places *places, int i)
{
    int k = 0;
    while (!overlap(&places->buffers[i], &places->buffers[k])) k++;
    return places->buffers[k].root;
}

/* By rising offset, each must begin where all that live at its steps and came before it have ended. */
static void check_overlaps(const Place *p, const Places *places, int steps)
{
    Heights *ends = heights_new(steps);
    if (places->count) qsort(places->buffers, (size_t)places->count, sizeof *places->buffers, by_offset);
    for (int i = 0; i < places->count; i++) {
        const Value *v = places->buffers[i].root;
        if (i && v->memory != places->buffers[i - 1].root->memory) ends = heights_new(steps);
        if (!places->buffers[i].bytes) continue;
        if (heights_most(ends, v->first_step, v->last_step) > v->arena_offset)
            broken(p, v, mem_printf("shares memory with \"%s\"", shown(overlapped(places, i)->name)));
        heights_raise(ends, v->first_step, v->last_step, v->arena_offset + places->buffers[i].bytes);
    }
}

/* No two buffers that live at the same time share bytes. */
static void check_memory(const Model *m, const char *stage)
{
    const Graph *g = m->graph;
    Place p = {stage, NULL, NULL};
    Places places = {.place = &p, .model = m};
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; step_next(g->steps[i], &a);) storage_root(a.value, NULL)->marked = false;
    for (int i = 0; i < g->n_steps; i++)
        for (Access a = {0}; step_next(g->steps[i], &a);) check_place(&places, a.value);
    check_overlaps(&p, &places, g->n_steps);
}

void check(Model *m, const char *stage, unsigned invariants)
{
    if (invariants & HOLDS_GRAPH) check_graph(m->graph, stage, invariants & HOLDS_TYPES);
    if (invariants & HOLDS_GRAPH && check_readers(m->graph, stage))
        broken(&(Place){stage, NULL, NULL}, NULL, "values know readers that are gone");
    if (invariants & HOLDS_STEPS) check_steps(m->graph, stage);
    if (invariants & HOLDS_STEPS) check_symbols(m, stage);
    if (invariants & HOLDS_MEMORY) check_memory(m, stage);
}
