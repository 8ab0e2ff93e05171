/* Loop: https://onnx.ai/onnx/operators/onnx__Loop.html */
#include "op/op.h"
#include "ops/shared/shared.h"

#include <string.h>

enum { UNROLL_ROUNDS = 64 };

static int carried_count(const Node *n)
{
    return n->n_in > 2 ? n->n_in - 2 : 0;
}

/* The trip count as far as it is known before the loop runs: a constant, INT32_MAX if there is none, or
 * an expression; else NULL. */
static Dim known_trips(Node *n)
{
    double m;
    Dim *dims;
    if (!input_of(n, 0)) return dim_const(INT32_MAX);
    if (known_scalar(n->in[0], &m)) return dim_const(m < 0 ? 0 : m > INT32_MAX ? INT32_MAX : (int64_t)m);
    if (!can_propagate(n, 0) || known_dims(n->in[0], &dims) != 1 || dim_high(dims[0]) >= INT32_MAX) return NULL;
    return dim_max(dim_const(0), dims[0]);
}

static bool has_end(Dim trips)
{
    return trips && !dim_is(trips, INT32_MAX);
}

/* Is the condition true from the first round to the last? */
static bool always_continues(const Node *n, const Graph *g)
{
    double value;
    bool at_first = !input_of(n, 1) || (known_scalar(n->in[1], &value) && value != 0);
    const Value *next = g->outputs[0];
    if (!at_first) return false;
    if (next == g->inputs[1]) return true;
    const Node *p = next->producer; /* torch writes the condition through an Identity or Cast */
    if (node_is(p, "Identity") && p->graph == g && input_of(p, 0) == g->inputs[1]) return true;
    return known_scalar(next, &value) && value != 0;
}

static bool loop_signature(Node *n, Graph *g)
{
    int carried = carried_count(n);
    if (g->n_inputs == 2 + carried && g->n_outputs >= 1 + carried && n->n_out <= g->n_outputs - 1) return true;
    node_error(n, "carries %d values and has %d outputs, but its body has %d inputs and %d outputs", carried, n->n_out,
               g->n_inputs, g->n_outputs);
    return false;
}

/* The loop as so many copies of its body, for values that change their shape from round to round. */
static void unroll(Node *n, Graph *g, int rounds)
{
    int carried = carried_count(n), scans = n->n_out - carried;
    Value **state = mem_dup(n->in + 2, (size_t)carried * sizeof *state);
    Value ***rows = mem_array((size_t)(scans > 0 ? scans : 1), sizeof *rows);
    for (int k = 0; k < scans; k++) rows[k] = mem_array((size_t)rounds + 1, sizeof **rows);
    Value **arguments = mem_array((size_t)g->n_inputs + 1, sizeof *arguments),
          **results = mem_array((size_t)g->n_outputs + 1, sizeof *results);
    for (int r = 0; r < rounds; r++) {
        int64_t axis = 0;
        arguments[0] = const_scalar(n, DT_INT64, r);
        arguments[1] = const_scalar(n, DT_BOOL, 1);
        for (int k = 0; k < carried; k++) arguments[2 + k] = state[k];
        inline_clone(n, g, arguments, results);
        for (int k = 0; k < carried; k++) state[k] = results[1 + k];
        for (int k = 0; k < scans; k++)
            rows[k][r] = make2(n, "Unsqueeze", results[1 + carried + k], const_ints(n, 1, &axis), NULL);
    }
    for (int k = 0; k < carried; k++)
        if (output_of(n, k)) make1(n, "Identity", state[k], n->out[k]);
    for (int k = 0; k < scans; k++) {
        if (!n->out[carried + k]) continue;
        Node *concat = make_node(n, "Concat", rounds, rows[k], n->out[carried + k]);
        attr_set_int(concat, "axis", 0);
    }
}

/* Lists are compile-time bookkeeping, so a position in one must be known in each round. */
static bool uses_lists(const Graph *g)
{
    for (const Node *n = g->first; n; n = n->after) {
        if (foreign_empty(n->domain) && (foreign_has(n->op_type, "Sequence") || foreign_starts(n->op_type, "Optional")))
            return true;
        for (int a = 0; a < n->n_attrs; a++)
            for (int k = 0; n->attrs[a].graphs && k < n->attrs[a].count; k++)
                if (uses_lists(n->attrs[a].graphs[k])) return true;
    }
    return false;
}

static void replace_body(Node *n, Graph *body)
{
    graph_take_place(body);
    ((Attr *)attr_find(n, "body"))->graphs[0] = body;
}

/* The node becomes others, which say what it gives. */
static void types_unknown(Node *n)
{
    for (int i = 0; i < n->n_out; i++)
        if (n->out[i]) n->out[i]->type = (Type){.kind = KIND_TENSOR, .shape = {.rank = -1}};
}

static void plan_unrolling(Node *n, Graph *body, int64_t rounds)
{
    replace_body(n, body);
    own_set_int(n, "unroll", rounds);
    types_unknown(n);
}

/* 0: the loop stays a loop. */
static int rounds_to_unroll(const Node *n)
{
    return (int)own_int(n, "unroll", 0);
}

/* -- rows -------------------------------------------------------------------------------------- */

/* The output that bounds the number of rounds where the trip count doesn't: the first whose size is stated, else
 * the first. -1: no rows. */
static int bounding_rows(const Node *n)
{
    int first = -1;
    for (int i = n->n_out - 1; i >= carried_count(n); i--)
        if (n->out[i] && (first < 0 || !size_is_stated(n, first, 0) || size_is_stated(n, i, 0))) first = i;
    return first;
}

/* How many rounds there can be. `*rows`: what is stated of the rows, if that is what bounds
 * them. False with an error. */
static bool bound_rounds(Node *n, Dim trips, int64_t *most, Dim *rows)
{
    int bounding = bounding_rows(n);
    *rows = NULL;
    *most = has_end(trips) ? dim_high(trips) : INT32_MAX;
    if (has_end(trips) || bounding < 0) return true;
    *rows = size_of_data(n, bounding, 0);
    if (*rows) *most = dim_high(*rows);
    return *rows != NULL;
}

/* The round's number is an expression for the body: sizes may be computed from it. */
static void give_counter(Node *n, Graph *g, int64_t most)
{
    Dim *counter = mem_alloc(sizeof *counter);
    *counter = local_symbol(n, foreign_suffixed(node_stem(n), ".round"), 0, most > 0 ? most - 1 : 0);
    scalar_input(g, 0, DT_INT64);
    g->inputs[0]->elements = counter;
}

static void give_head(Node *n, Graph *g, int64_t most)
{
    give_counter(n, g, most);
    scalar_input(g, 1, DT_BOOL);
}

static Graph *begin_body(Node *n, int64_t most)
{
    Graph *g = graph_clone(body_of(n, "body"), n->graph);
    give_head(n, g, most);
    return g;
}

static void infer_rows(Node *n, const Graph *g, Dim rounds, int mark)
{
    for (int i = carried_count(n); i < n->n_out; i++) {
        const Value *row = g->outputs[1 + i];
        if (!n->out[i] || !is_tensor(n, row)) continue;
        Shape s = rows_shape(n, n->out[i], row, rounds, 0, mark);
        set_out(n, i, row->type.dtype, &s);
    }
}

static Dim row_count(const Node *n)
{
    for (int i = carried_count(n); i < n->n_out; i++)
        if (n->out[i]) return dim_at(n->out[i], 0);
    return NULL;
}

/* -- carried lists ----------------------------------------------------------------------------- */

static bool carries_lists(const Node *n)
{
    for (int i = 2; i < n->n_in; i++)
        if (is_sequence(n->in[i])) return true;
    return false;
}

/* The body with three tensors, of the given forms, in place of each list that it takes and, unless only `taken` ones
 * are asked for, gives. */
static void unfold_body(const Node *n, Graph *g, const SequenceForm *forms, bool only_taken)
{
    int at_in = 2, at_out = 1, carried = carried_count(n), rows = g->n_outputs - 1 - carried;
    Value **inputs = mem_array((size_t)(2 + 3 * carried), sizeof *inputs),
          **outputs = mem_array((size_t)(1 + 3 * carried + rows), sizeof *outputs);
    memcpy(inputs, g->inputs, 2 * sizeof *inputs);
    outputs[0] = g->outputs[0];
    for (int k = 0; k < carried; k++) {
        Value *taken = g->inputs[2 + k], *given = g->outputs[1 + k];
        if (!is_sequence(n->in[2 + k])) {
            inputs[at_in++] = taken;
            outputs[at_out++] = given;
            continue;
        }
        Value *parts[3];
        for (int i = 0; i < 3; i++) {
            parts[i] = inputs[at_in++] = value_new(g, foreign_suffixed(taken->wanted, ".%s",
                                                                       i == 0   ? "data"
                                                                       : i == 1 ? "sizes"
                                                                                : "length"));
            parts[i]->is_input = true;
        }
        taken->is_input = false;
        given->is_output = only_taken;
        sequence_made(g, &n->in[2 + k]->type, &forms[k], parts, taken);
        if (only_taken) {
            outputs[at_out++] = given;
            continue;
        }
        memcpy(outputs + at_out, sequence_parts_last(g, given, &forms[k])->out, 3 * sizeof *outputs);
        at_out += 3;
    }
    for (int i = 0; i < rows; i++) outputs[at_out++] = g->outputs[1 + carried + i];
    g->inputs = inputs;
    g->n_inputs = g->cap_inputs = at_in;
    graph_drop_outputs(g);
    for (int i = 0; i < at_out; i++) graph_add_output(g, outputs[i]);
}

/* What the lists hold after one round that starts with lists of `forms`, and what they are then:
 * infers a copy of the body. */
static bool try_round(Node *n, const Graph *body, int64_t most, const SequenceForm *forms, SequenceForm *after,
                      Type *types)
{
    Graph *g = graph_clone(body, n->graph);
    int carried = carried_count(n), at = 2;
    Value **given = mem_dup(g->outputs, (size_t)g->n_outputs * sizeof *given);
    unfold_body(n, g, forms, true);
    give_head(n, g, most);
    for (int k = 0; k < carried; k++) {
        if (!is_sequence(n->in[2 + k])) {
            g->inputs[at++]->type = n->in[2 + k]->type;
            continue;
        }
        Shape data = shape_const(2, (int64_t[]){forms[k].capacity, forms[k].slot}),
              sizes = shape_const(2, (int64_t[]){forms[k].capacity, 1 + forms[k].rank});
        g->inputs[at++]->type =
            (Type){.kind = KIND_TENSOR, .dtype = forms[k].dtype ? forms[k].dtype : DT_FLOAT, .shape = data};
        g->inputs[at++]->type = (Type){.kind = KIND_TENSOR, .dtype = DT_INT64, .shape = sizes};
        scalar_input(g, at++, DT_INT64);
    }
    doors.infer_graph(g);
    for (int k = 0; k < carried; k++)
        if (is_sequence(n->in[2 + k]) && is_sequence(given[1 + k])) {
            after[k] = sequence_form_of(given[1 + k]);
            types[k] = given[1 + k]->type;
        }
    return !n->graph->model->errors;
}

/* Room for what all rounds put into the lists: `after` holds one round more than `forms`. */
static bool make_room(Node *n, int64_t most, SequenceForm *forms, const SequenceForm *after)
{
    for (int k = 0; k < carried_count(n); k++) {
        int64_t more = after[k].capacity - forms[k].capacity;
        if (!is_sequence(n->in[2 + k]) || more <= 0) continue;
        bool stated = output_of(n, k) && size_is_stated(n, k, 0);
        if (most == INT32_MAX || stated) {
            Dim length = output_of(n, k) ? size_of_data(n, k, 0) : NULL;
            if (!length) {
                if (!n->graph->model->errors)
                    node_error(
                        n,
                        "fills a list in a number of rounds that only the data tell; expected a constant trip count");
                return false;
            }
            forms[k].capacity = dim_high(length);
        } else {
            forms[k].capacity = dim_high(
                dim_add(dim_const(forms[k].capacity), dim_mul(dim_const(more), dim_const(most))));
        }
    }
    return true;
}

/* What the lists need room for: what they start with, and what rounds put in until no other kind of element comes. */
static bool find_forms(Node *n, const Graph *body, SequenceForm *forms, Type *types)
{
    enum { MOST_TRIES = 8 };
    int carried = carried_count(n);
    Dim trips = known_trips(n);
    int64_t most = has_end(trips) ? dim_high(trips) : INT32_MAX;
    SequenceForm *after = mem_array((size_t)carried + 1, sizeof *after);
    for (int k = 0; k < carried; k++) {
        forms[k] = sequence_form_of(n->in[2 + k]);
        types[k] = n->in[2 + k]->type;
    }
    for (int tries = 0; tries < MOST_TRIES; tries++) {
        bool settled = true;
        if (!try_round(n, body, most, forms, after, types)) return false;
        for (int k = 0; k < carried; k++) {
            if (!is_sequence(n->in[2 + k])) continue;
            settled = settled && sequence_form_fits(&after[k], &forms[k]) && forms[k].dtype;
            int64_t capacity = forms[k].capacity;
            SequenceForm joined = sequence_form_join(&forms[k], &after[k]);
            if (!joined.dtype) joined.dtype = DT_FLOAT; /* nothing is ever put in */
            forms[k] = joined;
            forms[k].capacity = capacity;
        }
        if (settled) return make_room(n, most, forms, after);
    }
    node_error(n,
               "carries lists whose elements grow from round to round; expected a constant number of at most %d rounds",
               UNROLL_ROUNDS);
    return false;
}

/* A Loop that carries lists becomes one that carries their tensors. */
static void unfold_lists(Node *n)
{
    Graph *g = body_of(n, "body");
    int carried = carried_count(n);
    SequenceForm *forms = mem_array((size_t)carried + 1, sizeof *forms);
    Type *types = mem_array((size_t)carried + 1, sizeof *types);
    if (!find_forms(n, g, forms, types)) return;
    Value ***initial = mem_array((size_t)carried + 1, sizeof *initial);
    for (int k = 0; k < carried; k++)
        initial[k] = is_sequence(n->in[2 + k]) ? sequence_parts(n, n->in[2 + k], &forms[k])->out : &n->in[2 + k];
    Node *loop = make_node(n, "Loop", 2, n->in, NULL);
    loop->name = n->name;
    loop->attrs = n->attrs;
    loop->n_attrs = n->n_attrs;
    loop->n_out = 0;
    for (int k = 0; k < carried; k++) {
        bool list = is_sequence(n->in[2 + k]);
        for (int i = 0; i < (list ? 3 : 1); i++) {
            node_add_input(loop, initial[k][i]);
            node_add_output(loop, list || !output_of(n, k)
                                      ? value_new(n->graph, foreign_suffixed(initial[k][i]->wanted, ".part"))
                                      : n->out[k]);
        }
        if (list && output_of(n, k)) sequence_make(n, &types[k], &forms[k], loop->out + loop->n_out - 3, n->out[k]);
    }
    for (int i = carried; i < n->n_out; i++) node_add_output(loop, n->out[i]);
    unfold_body(n, g, forms, false);
}

/* The body, inferred; NULL if it failed, or if the loop is to be unrolled, which a `few` rounds
 * are where shapes change. */
static Graph *infer_rounds(Node *n, int64_t few, int64_t most, bool *continues)
{
    Graph *g = body_of(n, "body"), *original = graph_clone(g, n->graph);
    give_head(n, g, most);
    *continues = always_continues(n, g);
    bool same = infer_body(g, 2, carried_count(n), n->in + 2, 1);
    n->failed = body_failed(g);
    if (n->failed) return NULL;
    *continues = *continues || always_continues(n, g);
    if (same) return g;
    if (few && *continues) {
        plan_unrolling(n, original, few);
        return NULL;
    }
    replace_body(n, original);
    g = infer_changing(n, carried_count(n), most, begin_body);
    if (g) replace_body(n, g);
    return g;
}

static void infer_loop(Node *n)
{
    Graph *g = body_of(n, "body");
    if (!g || !need_counts(n, 0, -1, 0, -1) || !need_inputs_from(n, 2) || !loop_signature(n, g)) return;
    if (loop_has_invariants(n, g) || loop_is_evaluated(n)) { /* expand_loop makes others of it */
        types_unknown(n);
        return;
    }
    int carried = carried_count(n), mark = n->graph->model->n_locals;
    Dim trips = known_trips(n), rounds;
    int64_t most;
    bool few = trips && dim_is_const(trips) && dim_value(trips) > 0 && dim_value(trips) <= UNROLL_ROUNDS;
    if (uses_lists(g) && few && always_continues(n, g)) {
        plan_unrolling(n, g, dim_value(trips));
        return;
    }
    if (carries_lists(n)) {
        for (int i = 0; i < n->n_out; i++)
            if (n->out[i])
                n->out[i]->type = i < carried ? n->in[2 + i]->type : (Type){.kind = KIND_TENSOR, .shape = {.rank = -1}};
        return;
    }
    if (!bound_rounds(n, trips, &most, &rounds)) return;
    bool continues;
    g = infer_rounds(n, few ? dim_value(trips) : 0, most, &continues);
    if (!g) return;
    if (continues && !input_of(n, 0)) {
        node_error(n, "never ends: it has no trip count, and its condition is always true");
        return;
    }
    for (int i = 0; i < carried; i++) set_out_like(n, i, g->inputs[2 + i]);
    if (!rounds) rounds = continues ? trips : local_symbol(n, foreign_suffixed(node_stem(n), ".rounds"), 0, most);
    infer_rows(n, g, rounds, mark);
}

static void expand_loop(Node *n)
{
    Graph *body = body_of(n, "body");
    if (loop_has_invariants(n, body)) loop_drop_invariants(n, body);
    else if (loop_is_evaluated(n)) loop_take_round(n, body);
    else if (rounds_to_unroll(n)) unroll(n, body, rounds_to_unroll(n));
    else if (carries_lists(n)) unfold_lists(n);
}

/* The condition before the first round. */
static void lower_condition(Node *n, Value *condition)
{
    double value;
    if (input_of(n, 1) && !known_scalar(n->in[1], &value)) {
        copy_into_state(n, condition, n->in[1]);
        return;
    }
    step_store(n, condition, dim_const(!input_of(n, 1) || value != 0));
}

/* A value carried into the first round. */
static void lower_state(Node *n, Value *state, Value *initial)
{
    for (int d = 0; d < state->type.shape.rank; d++)
        if (dim_at(state, d) != dim_at(initial, d)) step_set(n, dim_at(state, d), dim_at(initial, d));
    copy_into_state(n, state, initial);
}

/* The head of the loop: ends that the loop itself doesn't have are checked at the start of a round. */
static void lower_head(Node *n, Graph *g, Dim trips, bool continues)
{
    Value *round = g->inputs[0];
    Rounds *rounds = step_for(n, round->elements[0], has_end(trips) ? trips : NULL);
    if (!trips) rounds->limit_in = n->in[0];
    if (!continues) rounds->condition = g->inputs[1];
    step_store(n, round, round->elements[0]);
    if (!has_end(trips)) step_read(n, round, dim_const(0), 0, dim_high(round->elements[0]));
    if (continues) step_store(n, g->inputs[1], dim_const(1));
}

static void lower_loop(Node *n)
{
    Graph *g = body_of(n, "body");
    int carried = carried_count(n);
    Dim trips = known_trips(n), counter = g->inputs[0]->elements[0], rows = row_count(n);
    bool continues = always_continues(n, g);
    Value ***seen = mem_array((size_t)n->n_out + 1, sizeof *seen);
    for (int i = 0; i < g->n_inputs; i++) g->inputs[i]->is_input = false;
    if (!continues) lower_condition(n, g->inputs[1]);
    for (int i = 0; i < carried; i++) lower_state(n, g->inputs[2 + i], n->in[2 + i]);
    for (int i = carried; i < n->n_out; i++)
        if (n->out[i]) seen[i] = lower_rows_start(n, n->out[i], g->outputs[1 + i]);
    lower_head(n, g, trips, continues);
    lower_body(g);
    for (int i = carried; i < n->n_out; i++)
        if (n->out[i]) lower_row(n, n->out[i], seen[i], counter, g->outputs[1 + i], counter);
    if (continues) lower_updates(n, carried, g->inputs + 2, g->outputs + 1);
    else lower_updates(n, 1 + carried, g->inputs + 1, g->outputs); /* the condition, too */
    step_end(n);
    if (rows && !(continues && rows == trips)) {
        step_store(n, g->inputs[0], counter);
        lower_read(n, g->inputs[0], 0, rows);
    }
    for (int i = carried; i < n->n_out; i++)
        if (n->out[i]) lower_rows_end(n, n->out[i], seen[i]);
    for (int i = 0; i < carried; i++)
        if (output_of(n, i)) copy_whole(n, n->out[i], g->inputs[2 + i]);
}

const Op ops_loop[] = {
    {.name = "Loop",
     .domain = "",
     .since = 1,
     .infer = infer_loop,
     .lower = lower_loop,
     .expand = expand_loop,
     .flags = OP_CONTROL},
    {0},
};
