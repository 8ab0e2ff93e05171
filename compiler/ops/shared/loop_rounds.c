/* loop_rounds: where a model is evaluated, a loop is so many copies of its body, one after the other: what the body of
 * one has come to is known when it is decided whether there is a next one. */
#include "ops/shared/loop_rounds.h"

#include "op/op.h"

/* In the whole model; every round leaves its values in memory. */
enum { MOST_ROUNDS = 1 << 14 };

static bool is_known(const Value *v)
{
    if (!is_sequence(v)) return value_is_const(v);
    for (int i = 0; i < v->n_items; i++)
        if (!is_known(v->items[i])) return false;
    return !v->list;
}

bool loop_is_evaluated(const Node *n)
{
    for (int i = 0; i < n->n_in; i++)
        if (n->in[i] && !is_known(n->in[i])) return false;
    return n->graph->model->options.evaluates;
}

static bool may_take(Node *n)
{
    if (n->graph->model->rounds_taken++ < MOST_ROUNDS) return true;
    node_error(n,
               "its rounds and those of other loops are more than the %d that are evaluated without being compiled; "
               "give a data set, or --reference ort",
               MOST_ROUNDS);
    return false;
}

/* -- rows -------------------------------------------------------------------------------------- */

/* What output i has collected so far, kept with the node. */
static Attr *rows_of(const Node *n, int i)
{
    int seen = 0;
    for (int a = 0; a < n->n_attrs; a++)
        if (n->attrs[a].ours && foreign_is(n->attrs[a].name, "rows") && seen++ == i) return &n->attrs[a];
    return NULL;
}

/* The list is the next loop's alone: it is handed on, and grows where it is. */
static void add_row(Attr *rows, Value *row)
{
    bool is_full = (rows->count & (rows->count - 1)) == 0;
    if (is_full) {
        Value **more = mem_array((size_t)(rows->count ? 2 * rows->count : 1) + 1, sizeof *more);
        for (int i = 0; i < rows->count; i++) more[i] = rows->tensors[i];
        rows->tensors = more;
    }
    rows->tensors[rows->count++] = row;
}

static void begin_rows(Node *n, int count)
{
    for (int i = 0; i < count; i++) node_add_attr(n, "rows", ATTR_TENSORS, 0)->ours = true;
}

static Value *as_row(Node *n, Value *v)
{
    int64_t axis = 0;
    return make2(n, "Unsqueeze", v, const_ints(n, 1, &axis), NULL);
}

/* What each round would give, of whatever its sizes allow to say. */
static const Graph *unmade_round(Node *n, const Graph *body)
{
    Graph *g = graph_clone(body, n->graph);
    scalar_input(g, 0, DT_INT64);
    scalar_input(g, 1, DT_BOOL);
    give_states(g, 2, n->n_in - 2, n->in + 2);
    doors.infer_graph(g);
    return g;
}

/* None at all. */
static void join_no_rows(Node *n, const Value *row, Value *result)
{
    Shape s = {.rank = row->type.shape.rank + 1, .dim = {dim_const(0)}};
    if (n->failed || !is_tensor(n, row) || s.rank < 1 || s.rank > MAX_RANK) return;
    for (int d = 1; d < s.rank; d++) {
        Dim size = row->type.shape.dim[d - 1];
        s.dim[d] = dim_const(dim_is_const(size) ? dim_value(size) : 0);
    }
    make1(n, "Identity", value_const(n->graph, result->wanted, row->type.dtype, &s, mem_alloc(1)), result);
}

static void join_rows(Node *n, const Attr *rows, bool from_last, Value *result)
{
    Value **order = mem_array((size_t)rows->count, sizeof *order);
    for (int i = 0; i < rows->count; i++) order[i] = rows->tensors[from_last ? rows->count - 1 - i : i];
    attr_set_int(make_node(n, "Concat", rows->count, order, result), "axis", 0);
}

/* -- Loop -------------------------------------------------------------------------------------- */

static bool goes_on(const Node *n, int64_t round)
{
    double trips = INFINITY, condition = 1;
    if (input_of(n, 0)) known_scalar(n->in[0], &trips);
    if (input_of(n, 1)) known_scalar(n->in[1], &condition);
    return condition != 0 && (double)round < trips;
}

static void end_loop(Node *n, const Graph *body, int64_t rounds)
{
    int carried = n->n_in - 2;
    if (!rounds && n->n_out > carried) body = unmade_round(n, body);
    for (int i = carried; i < n->n_out; i++) {
        if (!n->out[i]) continue;
        if (rounds) join_rows(n, rows_of(n, i - carried), false, n->out[i]);
        else join_no_rows(n, body->outputs[1 + i], n->out[i]);
    }
    for (int i = 0; i < carried; i++)
        if (output_of(n, i)) make1(n, "Identity", n->in[2 + i], n->out[i]);
}

/* The same Loop, but it goes on with these results of a round. */
static void rest_of_loop(Node *n, Value **results, int64_t round)
{
    int carried = n->n_in - 2;
    Node *rest = node_like(n->graph, n);
    rest->attrs = mem_dup(n->attrs, (size_t)n->n_attrs * sizeof *n->attrs);
    if (round == 1) begin_rows(rest, n->n_out - carried);
    own_set_int(rest, "round", round);
    for (int i = carried; i < n->n_out; i++) add_row(rows_of(rest, i - carried), as_row(n, results[1 + i]));
    node_add_input(rest, input_of(n, 0));
    for (int i = 0; i <= carried; i++) node_add_input(rest, results[i]);
    for (int i = 0; i < n->n_out; i++) node_add_output(rest, n->out[i]);
    graph_insert_before(n, rest);
}

/* A scalar, or a vector of one element, if the body says so. */
static Value *number_for(Node *n, const Value *input, DType t, int64_t number)
{
    const Shape *said = &input->type.shape;
    Value *v = const_scalar(n, t, (double)number);
    if (said->rank == 1 && said->dim[0] && dim_is(said->dim[0], 1)) v->type.shape = *said;
    return v;
}

void loop_take_round(Node *n, const Graph *body)
{
    int64_t round = own_int(n, "round", 0);
    if (!goes_on(n, round)) {
        end_loop(n, body, round);
        return;
    }
    if (!may_take(n)) return;
    Value **arguments = mem_array((size_t)body->n_inputs + 1, sizeof *arguments),
          **results = mem_array((size_t)body->n_outputs + 1, sizeof *results);
    arguments[0] = number_for(n, body->inputs[0], DT_INT64, round);
    arguments[1] = number_for(n, body->inputs[1], DT_BOOL, 1);
    for (int i = 2; i < n->n_in; i++) arguments[i] = n->in[i];
    inline_clone(n, body, arguments, results);
    rest_of_loop(n, results, round + 1);
}

/* -- Scan -------------------------------------------------------------------------------------- */

static bool is_backward(const Node *n, const char *directions, int i)
{
    const int64_t *values;
    const Attr *a = attr_find(n, directions);
    values = a && a->type == ATTR_INTS && i < a->count ? a->ints : NULL;
    return values && values[i] == 1;
}

static void scan_round(Node *n, const Graph *body, int states, int64_t round, Value **arguments, Value **results)
{
    for (int i = states; i < n->n_in; i++) {
        bool backward = is_backward(n, "scan_input_directions", i - states);
        int64_t length = dim_value(dim_at(n->in[i], 0)), place = backward ? length - 1 - round : round;
        Value *at = const_scalar(n, DT_INT64, (double)place);
        arguments[i] = make2(n, "Gather", n->in[i], at, NULL);
    }
    inline_clone(n, body, arguments, results);
    for (int i = 0; i < states; i++) arguments[i] = results[i];
}

void scan_take_rounds(Node *n, const Graph *body, int states)
{
    int64_t rounds = dim_value(dim_at(n->in[states], 0));
    int rows = n->n_out > states ? n->n_out - states : 0;
    Value **arguments = mem_dup(n->in, (size_t)n->n_in * sizeof *arguments),
          **results = mem_array((size_t)body->n_outputs + 1, sizeof *results);
    begin_rows(n, rows);
    for (int64_t r = 0; r < rounds; r++) {
        if (!may_take(n)) return;
        scan_round(n, body, states, r, arguments, results);
        for (int i = 0; i < rows; i++) add_row(rows_of(n, i), as_row(n, results[states + i]));
    }
    for (int i = 0; i < states; i++)
        if (output_of(n, i)) make1(n, "Identity", arguments[i], n->out[i]);
    for (int i = 0; i < rows; i++)
        if (n->out[states + i])
            join_rows(n, rows_of(n, i), is_backward(n, "scan_output_directions", i), n->out[states + i]);
}
