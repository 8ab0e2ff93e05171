/* If, Loop and Scan: https://onnx.ai/onnx/operators/onnx__If.html, onnx__Loop.html, onnx__Scan.html
 *
 * The nodes of a subgraph are lowered in place, between STEP_IF or STEP_FOR and STEP_END, over buffers planned together with
 * everything else. What a loop carries lives in one buffer per value (the body's input), which each round reads and replaces at
 * its end; all replacements happen after all reads, so the values of a round may swap. */
#include "op.h"

#include <string.h>

static Graph *body_of(Node *n, const char *name)
{
    const Attr *a = attr_find(n, name);
    if (a && a->type == ATTR_GRAPH && a->count == 1) return a->graphs[0];
    node_error(n, "has no graph \"%s\"", name);
    return NULL;
}

static bool body_failed(const Graph *g)
{
    for (int i = 0; i < g->n_nodes; i++)
        if (g->nodes[i]->failed) return true;
    return false;
}

static Dim bytes_of(const Value *v)
{
    return dim_mul(elements(v), dim_const(dtype_bits(v->type.dtype) / 8));
}

static void copy_whole(Node *n, Value *target, Value *source)
{
    step_copy(n, target, dim_const(0), source, dim_const(0), bytes_of(source));
}

/* A copy into a buffer that later rounds change. */
static void copy_into_state(Node *n, Value *state, Value *source)
{
    copy_whole(n, state, source);
    Graph *g = graph_root(n->graph);
    g->steps[g->n_steps - 1]->keep = true;
}

static void set_symbol(Node *n, Dim symbol, Dim value)
{
    Step *s = step_control(n, STEP_SET);
    s->symbol = dim_text(symbol);
    s->number = value;
}

static void lower_body(Graph *g)
{
    for (int i = 0; i < g->n_inputs; i++) g->inputs[i]->is_input = false; /* buffers like any other from here on */
    for (int i = 0; i < g->n_outputs; i++) g->outputs[i]->is_output = g->outputs[i]->is_output && !g->outputs[i]->graph->parent;
    for (int i = 0; i < g->n_nodes; i++) lower_node(g->nodes[i]);
}

static bool is_tensor(Node *n, const Value *v)
{
    if (v->type.kind == KIND_TENSOR) return true;
    node_error(n, "\"%s\" is a sequence or optional; branches and loops pass tensors only", v->name);
    return false;
}

/* -- If --------------------------------------------------------------------------------------------------------------------------- */

static void expand_if(Node *n)
{
    double condition;
    if (!known_scalar(n->in[0], &condition)) return;
    Graph *g = body_of(n, condition != 0 ? "then_branch" : "else_branch");
    if (!g) return;
    Value **results = mem_array((size_t)g->n_outputs + 1, sizeof *results);
    inline_clone(n, g, NULL, results);
    for (int i = 0; i < n->n_out; i++)
        if (n->out[i]) make1(n, "Identity", results[i], n->out[i]);
}

/* One dimension of a branch's result; where the branches differ, the branch taken sets it. */
static Dim either(Node *n, const Value *v, int axis, Dim a, Dim b)
{
    if (a == b) return a;
    int64_t low = dim_low(a) < dim_low(b) ? dim_low(a) : dim_low(b), high = dim_high(a) > dim_high(b) ? dim_high(a) : dim_high(b);
    return local_symbol(n, mem_printf("%s.size%d", v->name, axis), low < 0 ? 0 : low, high);
}

static bool join_types(Node *n, Value *y, const Value *a, const Value *b);

/* Lists of equal length are joined element by element. */
static bool join_lists(Node *n, Value *y, const Value *a, const Value *b)
{
    if (!a->items || !b->items || a->n_items != b->n_items || a->type.kind != b->type.kind) {
        node_error(n, "the branches give \"%s\" as lists of different or unknown length; expected the same length", y->name);
        return false;
    }
    y->type = a->type;
    y->n_items = a->n_items;
    y->items = mem_array((size_t)a->n_items + 1, sizeof *y->items);
    for (int i = 0; i < a->n_items; i++) {
        y->items[i] = value_new(n->graph, mem_printf("%s_%d", y->name, i));
        if (!join_types(n, y->items[i], a->items[i], b->items[i])) return false;
    }
    return true;
}

static bool join_types(Node *n, Value *y, const Value *a, const Value *b)
{
    if (a->type.kind != KIND_TENSOR || b->type.kind != KIND_TENSOR) return join_lists(n, y, a, b);
    if (a->type.dtype != b->type.dtype || a->type.shape.rank != b->type.shape.rank) {
        node_error(n, "the branches give \"%s\" as %s%s and as %s%s; expected the same type and rank", y->name, dtype_name(a->type.dtype),
                   shape_text(&a->type.shape), dtype_name(b->type.dtype), shape_text(&b->type.shape));
        return false;
    }
    Shape s = a->type.shape;
    for (int d = 0; d < s.rank; d++) s.dim[d] = either(n, y, d, a->type.shape.dim[d], b->type.shape.dim[d]);
    y->type = (Type){.kind = KIND_TENSOR, .dtype = a->type.dtype, .shape = s};
    return true;
}

static void infer_if(Node *n)
{
    double condition;
    if (!need(n, 1, 1, 1, -1) || !need_type(n, 0, (DType[]){DT_BOOL}, 1)) return;
    Graph *yes = body_of(n, "then_branch"), *no = body_of(n, "else_branch");
    if (!yes || !no) return;
    if (yes->n_outputs < n->n_out || no->n_outputs < n->n_out) {
        node_error(n, "has %d outputs, but its branches have %d and %d", n->n_out, yes->n_outputs, no->n_outputs);
        return;
    }
    if (known_scalar(n->in[0], &condition)) { /* expand_if takes one branch; the other is never looked at */
        Type unknown = {.kind = KIND_TENSOR, .shape = {.rank = -1}};
        for (int i = 0; i < n->n_out; i++)
            if (n->out[i]) n->out[i]->type = unknown;
        return;
    }
    infer_graph(yes);
    infer_graph(no);
    n->failed = body_failed(yes) || body_failed(no);
    for (int i = 0; i < n->n_out && !n->failed; i++)
        if (n->out[i] && !join_types(n, n->out[i], yes->outputs[i], no->outputs[i])) return;
}

/* The branch's result becomes the node's. */
static void lower_result(Node *n, Value *y, Value *from)
{
    for (int i = 0; i < y->n_items; i++) lower_result(n, y->items[i], from->items[i]);
    if (y->type.kind != KIND_TENSOR) return;
    for (int d = 0; d < y->type.shape.rank; d++)
        if (y->type.shape.dim[d] != from->type.shape.dim[d]) set_symbol(n, y->type.shape.dim[d], from->type.shape.dim[d]);
    copy_whole(n, y, from);
}

static void lower_branch(Node *n, Graph *g)
{
    lower_body(g);
    for (int i = 0; i < n->n_out; i++)
        if (n->out[i]) lower_result(n, n->out[i], g->outputs[i]);
}

static void lower_if(Node *n)
{
    step_control(n, STEP_IF)->condition = n->in[0];
    lower_branch(n, body_of(n, "then_branch"));
    step_control(n, STEP_ELSE);
    lower_branch(n, body_of(n, "else_branch"));
    step_control(n, STEP_END);
}

/* -- loops: what Loop and Scan share ---------------------------------------------------------------------------------------------- */

/* The state at the end of a round goes through buffers of its own: every new value is computed before any old one is gone. */
static void lower_updates(Node *n, int count, Value **states, Value **updates)
{
    Value **next = mem_array((size_t)count + 1, sizeof *next);
    for (int i = 0; i < count; i++) {
        next[i] = value_typed(n->graph, mem_printf("%s.next", states[i]->name), states[i]->type.dtype, &states[i]->type.shape);
        copy_whole(n, next[i], updates[i]);
    }
    for (int i = 0; i < count; i++) copy_into_state(n, states[i], next[i]);
}

/* Gives the body's inputs the types of what flows into them and infers it. A body whose results have other shapes than what
 * they replace can't be a loop over fixed buffers: false, and the body is spoilt (the caller tries on a clone). */
static bool infer_body(Graph *g, int first, int count, Value *const *initial, int first_output)
{
    for (int i = 0; i < count; i++) {
        g->inputs[first + i]->type = initial[i]->type;
        g->inputs[first + i]->items = initial[i]->items;
        g->inputs[first + i]->n_items = initial[i]->n_items;
    }
    infer_graph(g);
    if (body_failed(g)) return true;
    for (int i = 0; i < count; i++) {
        const Type *was = &initial[i]->type, *is = &g->outputs[first_output + i]->type;
        if (was->kind != KIND_TENSOR || is->kind != KIND_TENSOR || is->dtype != was->dtype || !shape_equal(&is->shape, &was->shape)) return false;
    }
    return true;
}

static void scalar_input(Graph *g, int i, DType t)
{
    Shape scalar = shape_scalar();
    g->inputs[i]->type = (Type){.kind = KIND_TENSOR, .dtype = t, .shape = scalar};
}

/* -- Loop ------------------------------------------------------------------------------------------------------------------------- */

enum { UNROLL_ROUNDS = 64 };

static int carried_count(const Node *n)
{
    return n->n_in > 2 ? n->n_in - 2 : 0;
}

/* The trip count if it is a constant, -1 if it is known only at run time, INT32_MAX if there is none. */
static int64_t constant_trips(const Node *n)
{
    double m;
    if (!in(n, 0)) return INT32_MAX;
    if (!known_scalar(n->in[0], &m)) return -1;
    return m < 0 ? 0 : m > INT32_MAX ? INT32_MAX : (int64_t)m;
}

/* Is the condition true from the first round to the last? */
static bool always_continues(const Node *n, const Graph *g)
{
    double value;
    bool at_first = !in(n, 1) || (known_scalar(n->in[1], &value) && value != 0);
    const Value *next = g->outputs[0];
    if (!at_first) return false;
    if (next == g->inputs[1]) return true;
    const Node *p = next->producer; /* torch writes the condition through an Identity or Cast */
    if (p && p->graph == g && !strcmp(p->op_type, "Identity") && p->in[0] == g->inputs[1]) return true;
    return known_scalar(next, &value) && value != 0;
}

static bool loop_signature(Node *n, Graph *g)
{
    int carried = carried_count(n);
    if (g->n_inputs == 2 + carried && g->n_outputs >= 1 + carried && n->n_out <= g->n_outputs - 1) return true;
    node_error(n, "carries %d values and has %d outputs, but its body has %d inputs and %d outputs", carried, n->n_out, g->n_inputs, g->n_outputs);
    return false;
}

/* The loop as so many copies of its body, for values that change their shape from round to round. */
static void unroll(Node *n, Graph *g, int rounds)
{
    int carried = carried_count(n), scans = n->n_out - carried;
    Value **state = mem_dup(n->in + 2, (size_t)carried * sizeof *state);
    Value ***rows = mem_array((size_t)(scans > 0 ? scans : 1), sizeof *rows);
    for (int k = 0; k < scans; k++) rows[k] = mem_array((size_t)rounds + 1, sizeof **rows);
    Value **arguments = mem_array((size_t)g->n_inputs + 1, sizeof *arguments), **results = mem_array((size_t)g->n_outputs + 1, sizeof *results);
    for (int r = 0; r < rounds; r++) {
        int64_t axis = 0;
        arguments[0] = const_scalar(n, DT_INT64, r);
        arguments[1] = const_scalar(n, DT_BOOL, 1);
        for (int k = 0; k < carried; k++) arguments[2 + k] = state[k];
        inline_clone(n, g, arguments, results);
        for (int k = 0; k < carried; k++) state[k] = results[1 + k];
        for (int k = 0; k < scans; k++) rows[k][r] = make2(n, "Unsqueeze", results[1 + carried + k], const_ints(n, 1, &axis), NULL);
    }
    for (int k = 0; k < carried; k++)
        if (out(n, k)) make1(n, "Identity", state[k], n->out[k]);
    for (int k = 0; k < scans; k++) {
        if (!n->out[carried + k]) continue;
        Node *concat = make_node(n, "Concat", rounds, rows[k], n->out[carried + k]);
        attr_set_int(concat, "axis", 0);
    }
}

/* Lists are compile-time bookkeeping, so a position in one must be known in each round. */
static bool uses_lists(const Graph *g)
{
    for (int i = 0; i < g->n_nodes; i++) {
        const Node *n = g->nodes[i];
        if (strstr(n->op_type, "Sequence") || !strncmp(n->op_type, "Optional", 8)) return true;
        for (int a = 0; a < n->n_attrs; a++)
            for (int k = 0; n->attrs[a].graphs && k < n->attrs[a].count; k++)
                if (uses_lists(n->attrs[a].graphs[k])) return true;
    }
    return false;
}

static void plan_unrolling(Node *n, Graph *body, int64_t rounds)
{
    ((Attr *)attr_find(n, "body"))->graphs[0] = body;
    attr_set_int(n, "unroll", rounds);
    for (int i = 0; i < n->n_out; i++)
        if (n->out[i]) n->out[i]->type = (Type){.kind = KIND_TENSOR, .shape = {.rank = -1}};
}

static bool must_unroll(const Node *n)
{
    return attr_find(n, "unroll") != NULL;
}

static void infer_loop(Node *n)
{
    Graph *g = body_of(n, "body");
    if (!g || !need(n, 2, -1, 0, -1) || !loop_signature(n, g)) return;
    int carried = carried_count(n);
    int64_t trips = constant_trips(n);
    if (uses_lists(g) && trips > 0 && trips <= UNROLL_ROUNDS && always_continues(n, g)) {
        plan_unrolling(n, g, trips);
        return;
    }
    Graph *original = graph_clone(g, n->graph);
    scalar_input(g, 0, DT_INT64);
    scalar_input(g, 1, DT_BOOL);
    bool continues = always_continues(n, g);
    bool same = infer_body(g, 2, carried, n->in + 2, 1);
    n->failed = body_failed(g);
    if (n->failed) return;
    continues = continues || always_continues(n, g);
    if (!same) {
        if (trips < 0 || trips > UNROLL_ROUNDS || !continues || trips == 0) {
            node_error(n, "carries values whose shape changes from round to round; expected the same shape, or a constant number of at most %d rounds", UNROLL_ROUNDS);
            return;
        }
        plan_unrolling(n, original, trips);
        return;
    }
    for (int i = 0; i < carried; i++) set_out_like(n, i, n->in[2 + i]);
    Dim rounds = continues && trips >= 0 && trips < INT32_MAX ? dim_const(trips) : NULL;
    for (int i = carried; i < n->n_out; i++) {
        const Value *row = g->outputs[1 + i];
        if (!n->out[i] || !is_tensor(n, row)) continue;
        if (!rounds && (trips < 0 || trips == INT32_MAX)) {
            node_error(n, "collects rows in \"%s\", but how many rounds it makes is known only at run time; expected a constant trip count", n->out[i]->name);
            return;
        }
        if (!rounds) rounds = local_symbol(n, mem_printf("%s.rounds", n->out[i]->name), 0, trips);
        Shape s = {.rank = row->type.shape.rank + 1};
        s.dim[0] = rounds;
        for (int d = 1; d < s.rank; d++) s.dim[d] = row->type.shape.dim[d - 1];
        set_out(n, i, row->type.dtype, &s);
    }
}

static void expand_loop(Node *n)
{
    if (must_unroll(n)) unroll(n, body_of(n, "body"), (int)attr_int(n, "unroll", 0));
}

static void lower_loop(Node *n)
{
    Graph *g = body_of(n, "body");
    int carried = carried_count(n);
    double value;
    int64_t trips = constant_trips(n);
    bool continues = always_continues(n, g);
    Dim counter = local_symbol(n, mem_printf("%s.round", *n->name ? n->name : "loop"), 0, INT32_MAX - 1);
    for (int i = 0; i < g->n_inputs; i++) g->inputs[i]->is_input = false;
    Value *condition = g->inputs[1];
    if (!continues) {
        if (in(n, 1) && !known_scalar(n->in[1], &value)) {
            copy_into_state(n, condition, n->in[1]);
        } else {
            Step *s = step_control(n, STEP_STORE);
            s->target = condition;
            s->number = dim_const(!in(n, 1) || value != 0);
        }
    }
    for (int i = 0; i < carried; i++) copy_into_state(n, g->inputs[2 + i], n->in[2 + i]);
    Step *loop = step_control(n, STEP_FOR);
    loop->symbol = dim_text(counter);
    if (trips >= 0 && trips < INT32_MAX) loop->number = dim_const(trips);
    else if (trips < 0) loop->source = n->in[0];
    if (!continues) loop->condition = condition;
    Step *store = step_control(n, STEP_STORE);
    store->target = g->inputs[0];
    store->number = counter;
    if (continues) {
        Step *s = step_control(n, STEP_STORE);
        s->target = condition;
        s->number = dim_const(1);
    }
    lower_body(g);
    for (int i = carried; i < n->n_out; i++) {
        Value *row = g->outputs[1 + i];
        if (n->out[i]) step_copy(n, n->out[i], dim_mul(counter, bytes_of(row)), row, dim_const(0), bytes_of(row));
    }
    if (!continues) copy_into_state(n, condition, g->outputs[0]);
    lower_updates(n, carried, g->inputs + 2, g->outputs + 1);
    step_control(n, STEP_END);
    for (int i = carried; i < n->n_out; i++)
        if (n->out[i] && !dim_is_const(dim_at(n->out[i], 0))) {
            set_symbol(n, dim_at(n->out[i], 0), counter);
            break; /* all rows share one count */
        }
    for (int i = 0; i < carried; i++)
        if (out(n, i)) copy_whole(n, n->out[i], g->inputs[2 + i]);
}

/* -- Scan ------------------------------------------------------------------------------------------------------------------------- */

typedef struct { int states, inputs, outputs; Graph *body; } ScanShape;

static bool read_scan(Node *n, ScanShape *s)
{
    s->body = body_of(n, "body");
    s->inputs = (int)attr_int(n, "num_scan_inputs", 0);
    s->states = n->n_in - s->inputs;
    if (!s->body) return false;
    s->outputs = s->body->n_outputs - s->states;
    if (s->inputs > 0 && s->states >= 0 && s->outputs >= 0 && s->body->n_inputs == n->n_in && n->n_out <= s->body->n_outputs) return true;
    node_error(n, "has %d inputs, %d of them scanned, and its body has %d inputs and %d outputs", n->n_in, s->inputs, s->body->n_inputs, s->body->n_outputs);
    return false;
}

static int64_t listed(Node *n, const char *name, int i, int64_t otherwise)
{
    const int64_t *values;
    return i < attr_ints(n, name, &values) ? values[i] : otherwise;
}

static Value *transposed(Node *n, Value *v, int rank, const int64_t *perm, Value *result)
{
    Node *t = make_node(n, "Transpose", 1, &v, result);
    attr_set_ints(t, "perm", rank, perm);
    return t->out[0];
}

/* Scans along other axes than the first are transposed before and after. */
static void expand_scan(Node *n)
{
    ScanShape s;
    bool any = false;
    if (!read_scan(n, &s)) return;
    for (int i = 0; i < s.inputs; i++) any = any || listed(n, "scan_input_axes", i, 0) != 0;
    for (int i = 0; i < s.outputs; i++) any = any || listed(n, "scan_output_axes", i, 0) != 0;
    if (!any) return;
    Value **inputs = mem_dup(n->in, (size_t)n->n_in * sizeof *inputs);
    int64_t perm[MAX_RANK];
    for (int i = 0; i < s.inputs; i++) {
        Value *v = n->in[s.states + i];
        int rank = v->type.shape.rank, axis = normalize_axis(n, listed(n, "scan_input_axes", i, 0), rank);
        if (axis < 0) return;
        perm[0] = axis;
        for (int d = 1; d < rank; d++) perm[d] = d <= axis ? d - 1 : d;
        if (axis) inputs[s.states + i] = transposed(n, v, rank, perm, NULL);
    }
    Node *scan = make_node(n, "Scan", n->n_in, inputs, s.states && out(n, 0) ? n->out[0] : NULL);
    scan->attrs = n->attrs;
    scan->n_attrs = n->n_attrs;
    attr_remove(scan, "scan_input_axes");
    attr_remove(scan, "scan_output_axes");
    for (int k = s.states ? 1 : 0; k < s.states + s.outputs; k++) {
        Value *y = out(n, k);
        if (k < s.states || !y || listed(n, "scan_output_axes", k - s.states, 0) == 0) {
            Value *made = y ? y : value_new(n->graph, "scan.unused");
            if (k == 0) scan->out[0] = made, made->producer = scan;
            else node_add_output(scan, made);
            continue;
        }
        int rank = y->type.shape.rank, axis = normalize_axis(n, listed(n, "scan_output_axes", k - s.states, 0), rank);
        if (axis < 0) return;
        Value *row_first = k == 0 ? scan->out[0] : value_new(n->graph, mem_printf("%s.rows", y->name));
        if (k) node_add_output(scan, row_first);
        for (int d = 0; d < rank; d++) perm[d] = d < axis ? d + 1 : d == axis ? 0 : d;
        transposed(n, row_first, rank, perm, y);
    }
}

static void infer_scan(Node *n)
{
    ScanShape s;
    if (!need(n, 1, -1, 1, -1) || !read_scan(n, &s)) return;
    Dim length = NULL;
    for (int i = 0; i < s.inputs; i++) {
        const Value *v = n->in[s.states + i];
        if (!need_rank(n, s.states + i, 1, -1)) return;
        int axis = normalize_axis(n, listed(n, "scan_input_axes", i, 0), v->type.shape.rank);
        if (axis < 0) return;
        if (!length) length = dim_at(v, axis);
        if (!need_equal(n, length, dim_at(v, axis), "lengths of the scanned inputs")) return;
        Shape row = v->type.shape;
        row.rank--;
        for (int d = axis; d < row.rank; d++) row.dim[d] = row.dim[d + 1];
        s.body->inputs[s.states + i]->type = (Type){.kind = KIND_TENSOR, .dtype = v->type.dtype, .shape = row};
    }
    if (!infer_body(s.body, 0, s.states, n->in, 0)) {
        node_error(n, "carries values whose shape or type changes from round to round; expected the same");
        return;
    }
    n->failed = body_failed(s.body);
    if (n->failed) return;
    for (int i = 0; i < s.states && i < n->n_out; i++) set_out_like(n, i, n->in[i]);
    for (int i = s.states; i < n->n_out; i++) {
        if (!n->out[i]) continue;
        const Value *row = s.body->outputs[i];
        Shape y = {.rank = row->type.shape.rank + 1};
        int axis = normalize_axis(n, listed(n, "scan_output_axes", i - s.states, 0), y.rank);
        if (axis < 0) return;
        for (int d = 0, from = 0; d < y.rank; d++) y.dim[d] = d == axis ? length : row->type.shape.dim[from++];
        set_out(n, i, row->type.dtype, &y);
    }
}

/* The byte offset of row `counter`, from the front or from the back. */
static Dim row_offset(Node *n, const char *directions, int i, Dim counter, Dim length, Dim row_bytes)
{
    bool backward = listed(n, directions, i, 0) == 1;
    return dim_mul(backward ? dim_sub(dim_sub(length, dim_const(1)), counter) : counter, row_bytes);
}

static void lower_scan(Node *n)
{
    ScanShape s;
    read_scan(n, &s);
    Graph *g = s.body;
    Dim length = dim_at(n->in[s.states], 0);
    int64_t last = dim_high(length) > 0 ? dim_high(length) - 1 : 0;
    Dim counter = local_symbol(n, mem_printf("%s.round", *n->name ? n->name : "scan"), 0, last);
    for (int i = 0; i < g->n_inputs; i++) g->inputs[i]->is_input = false;
    for (int i = 0; i < s.states; i++) copy_into_state(n, g->inputs[i], n->in[i]);
    Step *loop = step_control(n, STEP_FOR);
    loop->symbol = dim_text(counter);
    loop->number = length;
    for (int i = 0; i < s.inputs; i++) {
        Value *row = g->inputs[s.states + i];
        step_copy(n, row, dim_const(0), n->in[s.states + i], row_offset(n, "scan_input_directions", i, counter, length, bytes_of(row)), bytes_of(row));
    }
    lower_body(g);
    for (int i = 0; i < s.outputs; i++) {
        Value *y = out(n, s.states + i), *row = g->outputs[s.states + i];
        if (y) step_copy(n, y, row_offset(n, "scan_output_directions", i, counter, length, bytes_of(row)), row, dim_const(0), bytes_of(row));
    }
    lower_updates(n, s.states, g->inputs, g->outputs);
    step_control(n, STEP_END);
    for (int i = 0; i < s.states; i++)
        if (out(n, i)) copy_whole(n, n->out[i], g->inputs[i]);
}

#define CONTROL OP_HALF_NATIVE | OP_NEVER_FOLD

const Op ops_control_flow[] = {
    {.name = "If", .domain = "", .since = 1, .infer = infer_if, .lower = lower_if, .expand = expand_if, .flags = CONTROL},
    {.name = "Loop", .domain = "", .since = 1, .infer = infer_loop, .lower = lower_loop, .expand = expand_loop, .flags = CONTROL},
    {.name = "Scan", .domain = "", .since = 9, .infer = infer_scan, .lower = lower_scan, .expand = expand_scan, .flags = CONTROL},
    {0},
};
