/* What If, Loop and Scan share.
 *
 * The nodes of a subgraph are lowered in place, between STEP_IF or STEP_FOR and STEP_END, over buffers planned together
 * with everything else. What a loop carries lies in one buffer per value (the body's input), which each round reads and
 * replaces at its end; all replacements happen after all reads, so the values of a round may swap. */
#include "op/control_flow.h"

#include <string.h>

Graph *body_of(Node *n, const char *name)
{
    const Attr *a = attr_find(n, name);
    if (a && a->type == ATTR_GRAPH && a->count == 1) return a->graphs[0];
    node_error(n, "has no graph \"%s\"", name);
    return NULL;
}

bool body_failed(const Graph *g)
{
    for (const Node *n = g->first; n; n = n->after)
        if (n->failed) return true;
    return false;
}

Dim bytes_of(const Value *v)
{
    const int64_t bits = dtype_bits(v->type.dtype);
    if (bits % 8) return dim_ceildiv(dim_mul(elements(v), dim_const(bits)), dim_const(8));
    return dim_mul(elements(v), dim_const(bits / 8));
}

void copy_whole(Node *n, Value *target, Value *source)
{
    step_copy(n, target, dim_const(0), source, dim_const(0), bytes_of(source));
}

/* A copy into a buffer that later rounds change. */
void copy_into_state(Node *n, Value *state, Value *source)
{
    step_copy(n, state, dim_const(0), source, dim_const(0), bytes_of(source))->into_state = true;
}

void lower_body(Graph *g)
{
    for (int i = 0; i < g->n_inputs; i++) g->inputs[i]->is_input = false; /* buffers like any other from here on */
    for (int i = 0; i < g->n_outputs; i++)
        g->outputs[i]->is_output = g->outputs[i]->is_output && !g->outputs[i]->graph->parent;
    for (Node *n = g->first; n; n = n->after) doors.lower_node(n);
}

bool is_tensor(Node *n, const Value *v)
{
    if (v->type.kind == KIND_TENSOR) return true;
    node_error(n, "\"%s\" is a sequence or optional; branches and loops pass tensors only", shown(v->name));
    return false;
}

typedef struct {
    Value *found;
    Dim size, symbol;
} NewSize;

/* The sizes that the states take on, where they change. None is taken over before all are
 * found, and the states moved. */
static int lower_sizes(Node *n, int count, Value **states, Value **updates, NewSize *sizes)
{
    int found = 0;
    for (int i = 0; i < count; i++)
        for (int d = 0; d < states[i]->type.shape.rank; d++) {
            Dim symbol = dim_at(states[i], d), size = dim_at(updates[i], d);
            if (size == symbol) continue;
            sizes[found] = (NewSize){scratch(n, "size", DT_INT64, dim_const(1)), size, symbol};
            step_store(n, sizes[found].found, size);
            step_read(n, sizes[found++].found, dim_const(0), 0, dim_high(symbol));
        }
    return found;
}

/* The state at the end of a round goes through buffers of its own: every new value is computed
 * before any old one is gone. */
void lower_updates(Node *n, int count, Value **states, Value **updates)
{
    Value **next = mem_array((size_t)count + 1, sizeof *next);
    NewSize *sizes = mem_array((size_t)count * MAX_RANK + 1, sizeof *sizes);
    int changing = lower_sizes(n, count, states, updates, sizes);
    for (int i = 0; i < count; i++) {
        next[i] = value_typed(n->graph, foreign_suffixed(states[i]->wanted, ".next"), states[i]->type.dtype,
                              &updates[i]->type.shape);
        step_copy(n, next[i], dim_const(0), updates[i], dim_const(0), bytes_of(updates[i]))->from_state = true;
    }
    for (int i = 0; i < count; i++) copy_into_state(n, states[i], next[i]);
    for (int i = 0; i < changing; i++) lower_read(n, sizes[i].found, 0, sizes[i].symbol);
}

void give_states(Graph *g, int first, int count, Value *const *initial)
{
    for (int i = 0; i < count; i++) {
        g->inputs[first + i]->type = initial[i]->type;
        g->inputs[first + i]->items = initial[i]->items;
        g->inputs[first + i]->n_items = initial[i]->n_items;
    }
}

/* Gives the body's inputs the types of what flows into them and infers it. A body whose results have other shapes than
 * what they replace can't be a loop over fixed buffers: false, and the body is spoilt (the caller tries on a clone). */
bool infer_body(Graph *g, int first, int count, Value *const *initial, int first_output)
{
    give_states(g, first, count, initial);
    doors.infer_graph(g);
    if (body_failed(g)) return true;
    for (int i = 0; i < count; i++) {
        const Type *was = &initial[i]->type, *is = &g->outputs[first_output + i]->type;
        if (was->kind != KIND_TENSOR || is->kind != KIND_TENSOR || is->dtype != was->dtype ||
            !shape_equal(&is->shape, &was->shape))
            return false;
    }
    return true;
}

void scalar_input(Graph *g, int i, DType t)
{
    const Shape *said = &g->inputs[i]->type.shape;
    Shape shape = said->rank == 1 && said->dim[0] && dim_is(said->dim[0], 1) ? *said : shape_scalar();
    g->inputs[i]->type = (Type){.kind = KIND_TENSOR, .dtype = t, .shape = shape};
}

/* -- rows -------------------------------------------------------------------------------------- */

typedef struct {
    const Model *m;
    int mark;
    bool found;
} BodySymbols;

static void find_body_symbol(Foreign symbol, void *context)
{
    BodySymbols *b = context;
    for (int i = b->mark; i < b->m->n_locals && !b->found; i++)
        b->found = foreign_equal(b->m->locals[i].symbol, symbol);
}

Shape rows_shape(Node *n, const Value *y, const Value *row, Dim rounds, int axis, int mark)
{
    Shape s = {.rank = row->type.shape.rank + 1};
    for (int d = 0, from = 0; d < s.rank; d++) {
        if (d == axis) {
            s.dim[d] = rounds;
            continue;
        }
        Dim size = row->type.shape.dim[from++];
        BodySymbols b = {n->graph->model, mark, false};
        dim_symbols(size, find_body_symbol, &b);
        s.dim[d] = b.found ? local_symbol(n, foreign_suffixed(y->wanted, ".size%d", d), 0, dim_high(size)) : size;
    }
    return s;
}

Value **lower_rows_start(Node *n, Value *y, const Value *row)
{
    Value **seen = mem_array((size_t)y->type.shape.rank + 1, sizeof *seen);
    for (int d = 1; d < y->type.shape.rank; d++) {
        if (y->type.shape.dim[d] == row->type.shape.dim[d - 1]) continue;
        seen[d] = scratch(n, "size", DT_INT64, dim_const(1));
        step_store(n, seen[d], dim_const(0));
    }
    return seen;
}

void lower_row(Node *n, Value *y, Value **seen, Dim place, Value *row, Dim round)
{
    for (int d = 1; d < y->type.shape.rank; d++) {
        if (!seen[d]) continue;
        Step *s = step_call(n, "same_size");
        arg_out(s, "seen", seen[d]);
        arg_dim(s, "round", round);
        arg_dim(s, "size", row->type.shape.dim[d - 1]);
    }
    step_copy(n, y, dim_mul(place, bytes_of(row)), row, dim_const(0), bytes_of(row));
}

void lower_rows_end(Node *n, Value *y, Value **seen)
{
    for (int d = 1; d < y->type.shape.rank; d++)
        if (seen[d]) lower_read(n, seen[d], 0, y->type.shape.dim[d]);
}
