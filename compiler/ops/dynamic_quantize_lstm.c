/* DynamicQuantizeLSTM of com.microsoft, said in a Scan:
 * https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md#com.microsoft.DynamicQuantizeLSTM
 * As ONNX Runtime does, all of X is quantised at once, the state in every step; products are of integers. Refused:
 * sequence_lens, peepholes, other activations than the usual, clip, input_forget. */
#include "ops/shared/shared.h"

enum { X, W, R, B, LENGTHS, INITIAL_H, INITIAL_C, PEEPHOLES, W_SCALE, W_ZERO, R_SCALE, R_ZERO };

typedef struct {
    int directions;
    bool reverse; /* the only one */
    int64_t hidden;
} Layer;

static bool read_layer(Node *n, Layer *l)
{
    static const AttrWord words[] = {{"forward", 0}, {"reverse", 1}, {"bidirectional", 2}, {0}};
    int direction;
    if (!attr_word(n, "direction", "forward", words, &direction)) return false;
    *l = (Layer){direction == 2 ? 2 : 1, direction == 1, attr_int(n, "hidden_size", 0)};
    if (l->hidden > 0 && l->hidden <= INT32_MAX / 4) return true;
    node_invalid(n, "hidden_size is %lld, expected at least 1", (long long)l->hidden);
    return false;
}

static bool need_usual(Node *n)
{
    if (input_of(n, LENGTHS) || input_of(n, PEEPHOLES) || attr_find(n, "clip") || attr_int(n, "input_forget", 0)) {
        node_error(n, "sequence_lens, P, clip and input_forget are not supported");
        return false;
    }
    static const char *const usual[] = {"Sigmoid", "Tanh", "Tanh"};
    const Foreign *names;
    int count = attr_strings(n, "activations", &names);
    for (int i = 0; i < count; i++)
        if (!foreign_is(names[i], usual[i % 3])) {
            node_error(n, "activation %d is \"%s\", expected %s", i, shown(names[i]), usual[i % 3]);
            return false;
        }
    return true;
}

static bool need_weights(Node *n, int input, int scale, int zero, const Layer *l)
{
    if (!need_given(n, scale) || !need_given(n, zero) || !need_quantized(n, input, scale, zero) ||
        !need_rank(n, input, 3, 3) || !need_rank(n, scale, 1, 2) || !need_rank(n, zero, 1, 2))
        return false;
    return need_equal(n, dim_at(n->in[input], 0), dim_const(l->directions), "directions of the weights") &&
           need_equal(n, dim_at(n->in[input], 2), dim_const(4 * l->hidden), "columns of the weights");
}

static void infer_lstm(Node *n)
{
    static const DType f32[] = {DT_FLOAT};
    Layer l;
    if (!need_counts(n, 3, 12, 0, 3) || !need_tensor_inputs(n) || !need_type(n, X, f32, 1) || !need_rank(n, X, 3, 3) ||
        !read_layer(n, &l) || !need_usual(n))
        return;
    if (need_weights(n, W, W_SCALE, W_ZERO, &l) && need_weights(n, R, R_SCALE, R_ZERO, &l) && need_rank(n, B, 2, 2) &&
        need_rank(n, INITIAL_H, 3, 3))
        need_rank(n, INITIAL_C, 3, 3);
}

/* -- parts of one direction -------------------------------------------------------------------- */

/* Of a tensor that has the directions first. */
static Value *of_direction(Node *n, Value *v, int d)
{
    return make2(n, "Gather", v, const_scalar(n, DT_INT64, d), NULL);
}

/* x times the weights: real numbers, both quantised. */
static Value *product(Node *at, Value *x, Value *w, Value *scale, Value *zero)
{
    Node *q = make_node(at, "DynamicQuantizeLinear", 1, &x, NULL);
    node_add_output(q, value_new(at->graph, foreign_suffixed(node_stem(at), "/scale")));
    node_add_output(q, value_new(at->graph, foreign_suffixed(node_stem(at), "/zero")));
    Node *sums = make_node(at, "MatMulInteger", 4, (Value *[]){q->out[0], w, q->out[2], zero}, NULL);
    Value *both = make2(at, "Mul", q->out[1], scale, NULL), *real = cast_to(at, sums->out[0], DT_FLOAT, NULL);
    return make2(at, "Mul", real, both, NULL);
}

/* zeros[batch][hidden], or what an input says. */
static Value *initial(Node *n, int input, int d, const Layer *l)
{
    if (input_of(n, input)) return of_direction(n, n->in[input], d);
    Node *shape = make_node(n, "Shape", 1, &n->in[X], NULL);
    attr_set_int(shape, "start", 1);
    attr_set_int(shape, "end", 2);
    Value *hidden = const_ints(n, 1, &l->hidden);
    Node *sizes = make_node(n, "Concat", 2, (Value *[]){shape->out[0], hidden}, NULL);
    attr_set_int(sizes, "axis", 0);
    return make1(n, "ConstantOfShape", sizes->out[0], NULL);
}

/* Biases of the input and of the state, added. */
static Value *bias_of(Node *n, int d, const Layer *l)
{
    Value *both = reshape_to(n, of_direction(n, n->in[B], d), 2, (int64_t[]){2, 4 * l->hidden});
    Node *sum = make_node(n, "ReduceSum", 2, (Value *[]){both, const_ints(n, 1, (int64_t[]){0})}, NULL);
    attr_set_int(sum, "keepdims", 0);
    return sum->out[0];
}

/* -- a step ------------------------------------------------------------------------------------ */

typedef struct {
    Value *h, *c;
} State;

/* Gates are in the order input, output, forget, cell. */
static State next_state(Node *at, Value *gates, Value *c)
{
    Value *gate[4];
    Node *split = make_node(at, "Split", 1, &gates, NULL);
    attr_set_int(split, "axis", -1);
    attr_set_int(split, "num_outputs", 4);
    for (int i = 1; i < 4; i++) node_add_output(split, value_new(at->graph, foreign_suffixed(node_stem(at), "/gate")));
    for (int i = 0; i < 4; i++) gate[i] = make1(at, i < 3 ? "Sigmoid" : "Tanh", split->out[i], NULL);
    Value *kept = make2(at, "Mul", gate[2], c, NULL), *added = make2(at, "Mul", gate[0], gate[3], NULL);
    Value *next = make2(at, "Add", kept, added, NULL), *seen = make1(at, "Tanh", next, NULL);
    return (State){make2(at, "Mul", gate[1], seen, NULL), next};
}

/* A Scan's body: state h and c and the projected input; it gives the next h and c, and h as a row. */
static Graph *step_body(Node *n, Value *r, Value *scale, Value *zero)
{
    static const char *const names[] = {".h", ".c", ".x"};
    Graph *g = graph_new(n->graph->model, n->graph, foreign("step"));
    Node *end = node_new(g, n->name, n->op->name, "", n->opset); /* new nodes go in front of it */
    graph_append(g, end);
    g->inputs = mem_array(3, sizeof *g->inputs);
    g->n_inputs = 3;
    for (int i = 0; i < 3; i++) {
        g->inputs[i] = value_new(g, foreign_suffixed(node_stem(n), "%s", names[i]));
        g->inputs[i]->is_input = true;
    }
    Value *recurrent = product(end, g->inputs[0], r, scale, zero);
    Value *gates = make2(end, "Add", g->inputs[2], recurrent, NULL);
    State next = next_state(end, gates, g->inputs[1]);
    Value *row = make1(end, "Identity", next.h, NULL);
    graph_remove(end);
    graph_add_output(g, next.h);
    graph_add_output(g, next.c);
    graph_add_output(g, row);
    return g;
}

/* -- a direction ------------------------------------------------------------------------------- */

/* results: the last h and c, and all of h, [steps][batch][hidden]. */
static void expand_direction(Node *n, int d, const Layer *l, Value **results)
{
    Value *parts[2][3];
    for (int i = 0; i < 2; i++) {
        parts[i][0] = of_direction(n, n->in[i ? R : W], d);
        parts[i][1] = of_direction(n, n->in[i ? R_SCALE : W_SCALE], d);
        parts[i][2] = of_direction(n, n->in[i ? R_ZERO : W_ZERO], d);
    }
    Value *projected = product(n, n->in[X], parts[0][0], parts[0][1], parts[0][2]);
    if (input_of(n, B)) {
        Value *bias = bias_of(n, d, l);
        projected = make2(n, "Add", projected, bias, NULL);
    }
    Value *h = initial(n, INITIAL_H, d, l), *c = initial(n, INITIAL_C, d, l);
    Graph *body = step_body(n, parts[1][0], parts[1][1], parts[1][2]);
    Node *scan = make_node(n, "Scan", 3, (Value *[]){h, c, projected}, NULL);
    for (int i = 1; i < 3; i++)
        node_add_output(scan, value_new(n->graph, foreign_suffixed(node_stem(n), i == 1 ? "/c" : "/rows")));
    attr_set_int(scan, "num_scan_inputs", 1);
    int64_t backwards = l->reverse || d == 1;
    attr_set_ints(scan, "scan_input_directions", 1, &backwards);
    attr_set_ints(scan, "scan_output_directions", 1, &backwards);
    Attr *attr = node_add_attr(scan, "body", ATTR_GRAPH, 1);
    attr->graphs = mem_alloc(sizeof *attr->graphs);
    attr->graphs[0] = body;
    for (int i = 0; i < 3; i++) results[i] = scan->out[i];
}

/* Results of the directions along a new axis. */
static void join(Node *n, int count, Value **parts, int64_t axis, Value *result)
{
    Value *axes = const_ints(n, 1, &axis);
    if (!result) return;
    for (int i = 0; i < count; i++) parts[i] = make2(n, "Unsqueeze", parts[i], axes, count == 1 ? result : NULL);
    if (count == 1) return;
    Node *concat = make_node(n, "Concat", count, parts, result);
    attr_set_int(concat, "axis", axis);
}

static void expand_lstm(Node *n)
{
    Layer l;
    Value *results[2][3], *parts[2];
    if (!read_layer(n, &l)) return;
    for (int d = 0; d < l.directions; d++) expand_direction(n, d, &l, results[d]);
    for (int k = 0; k < 3; k++) { /* Y, the last h, the last c */
        for (int d = 0; d < l.directions; d++) parts[d] = results[d][k == 0 ? 2 : k - 1];
        join(n, l.directions, parts, k == 0, output_of(n, k));
    }
}

const Op ops_dynamic_quantize_lstm[] = {
    {.name = "DynamicQuantizeLSTM", .domain = "com.microsoft", .since = 1, .infer = infer_lstm, .expand = expand_lstm},
    {0},
};
