/* LSTM: https://onnx.ai/onnx/operators/onnx__LSTM.html
 * GRU: https://onnx.ai/onnx/operators/onnx__GRU.html
 * RNN: https://onnx.ai/onnx/operators/onnx__RNN.html
 *
 * The layers as ONNX has them become layers of the same name in the compiler's own domain whose weights are transposed
 * and whose biases are added up by ordinary nodes, at compile time if they are constant:
 *   X, W[directions][input][gates * hidden], R[directions][hidden][gates * hidden], bias[directions][gates * hidden],
 *   extra, sequence_lens, initial_h, initial_c
 * where extra is the peepholes of an LSTM, and the bias[directions][hidden] inside the reset of a GRU with
 * linear_before_reset. */
#include "kernels.h"
#include "op/op.h"

#include <string.h>
#include <strings.h>

enum { MAX_ACTIVATIONS = 3, CHUNK_ROWS = 6 };

typedef struct {
    const char *op_type, *kernel;
    int gates, states;
    int activations; /* per direction */
    int defaults[MAX_ACTIVATIONS];
} Cell;

static const Cell *cell_of(const Node *n)
{
    static const Cell cells[] = {
        {"LSTM", "lstm", 4, 2, 3, {RNN_SIGMOID, RNN_TANH, RNN_TANH}},
        {"GRU", "gru", 3, 1, 2, {RNN_SIGMOID, RNN_TANH}},
        {"RNN", "rnn", 1, 1, 1, {RNN_TANH}},
    };
    int i = 0;
    while (!foreign_is(n->op_type, cells[i].op_type)) i++;
    return &cells[i];
}

/* -- attributes -------------------------------------------------------------------------------- */

typedef struct {
    int function[MAX_ACTIVATIONS];
    double factors[2 * MAX_ACTIVATIONS];
    bool plain;
} Activations;

typedef struct {
    int directions;
    bool reverse[2];
    bool batch_first; /* layout 1 */
    Activations activations[2];
} Layer;

typedef struct {
    const char *name;
    bool has_alpha, has_beta;
    double alpha, beta;
} GateActivation;

/* In the order of enum rnn_activation. */
static const GateActivation activation_table[] = {
    {"Sigmoid", false, false, 0, 0},  {"Tanh", false, false, 0, 0},          {"Relu", false, false, 0, 0},
    {"Affine", true, true, 1, 0},     {"LeakyRelu", true, false, 0.01, 0},   {"ThresholdedRelu", true, false, 1, 0},
    {"ScaledTanh", true, true, 1, 1}, {"HardSigmoid", true, true, 0.2, 0.5}, {"Elu", true, false, 1, 0},
    {"Softsign", false, false, 0, 0}, {"Softplus", false, false, 0, 0},
};

static int activation_index(Foreign name)
{
    int count = (int)(sizeof activation_table / sizeof *activation_table);
    for (int i = 0; i < count; i++)
        if (foreign_is_word(name, activation_table[i].name)) return i;
    return -1;
}

/* Alphas and betas are given only for the activations that have them, in the order of the activations. */
static bool read_activations(Node *n, Layer *l)
{
    const Cell *cell = cell_of(n);
    const Foreign *names;
    const float *alpha, *beta;
    int alphas = attr_floats(n, "activation_alpha", &alpha), betas = attr_floats(n, "activation_beta", &beta), a = 0,
        b = 0, given = attr_strings(n, "activations", &names);
    if (given && given != l->directions * cell->activations) {
        node_invalid(n, "activations has %d names, expected %d for each direction", given, cell->activations);
        return false;
    }
    for (int i = 0; i < l->directions * cell->activations; i++) {
        Activations *of = &l->activations[i / cell->activations];
        int k = i % cell->activations, f = given ? activation_index(names[i]) : cell->defaults[k];
        if (f < 0) {
            node_invalid(n, "activations has \"%s\", which is none of the activations ONNX names", shown(names[i]));
            return false;
        }
        of->function[k] = f;
        of->plain = (k == 0 ? !attr_find(n, "clip") : of->plain) && (f == RNN_SIGMOID || f == RNN_TANH);
        of->factors[2 * k] = activation_table[f].has_alpha && a < alphas ? (double)alpha[a++]
                                                                         : activation_table[f].alpha;
        of->factors[2 * k + 1] = activation_table[f].has_beta && b < betas ? (double)beta[b++]
                                                                           : activation_table[f].beta;
    }
    return true;
}

static bool read_layer(Node *n, Layer *l)
{
    Foreign direction = attr_string(n, "direction", "forward");
    bool both = foreign_is(direction, "bidirectional"), reverse = foreign_is(direction, "reverse");
    if (!both && !reverse && !foreign_is(direction, "forward")) {
        node_invalid(n, "direction is \"%s\", expected forward, reverse or bidirectional", shown(direction));
        return false;
    }
    *l = (Layer){.directions = both ? 2 : 1, .reverse = {reverse, true}, .batch_first = attr_int(n, "layout", 0)};
    return read_activations(n, l);
}

/* -- the operator as ONNX has it --------------------------------------------------------------- */

typedef struct {
    Dim time, batch, input, hidden;
} Sizes;

static Sizes sizes_of(const Node *n, const Layer *l)
{
    const Value *x = n->in[0], *r = n->in[2];
    bool packed = n->own != NULL;
    return (Sizes){dim_at(x, l->batch_first ? 1 : 0), dim_at(x, l->batch_first ? 0 : 1), dim_at(x, 2),
                   dim_at(r, packed ? 1 : 2)};
}

static bool need_shape(Node *n, int input, int rank, const Dim *dims)
{
    static const char *const names[] = {"X", "W", "R", "B", "sequence_lens", "initial_h", "initial_c", "P"};
    if (!input_of(n, input)) return true;
    if (!need_rank(n, input, rank, rank)) return false;
    for (int i = 0; i < rank; i++)
        if (!need_equal(n, dim_at(n->in[input], i), dims[i],
                        mem_printf("axis %d of %s and the layer's sizes", i, names[input])))
            return false;
    return true;
}

static void set_outputs(Node *n, const Layer *l, const Sizes *s)
{
    Dim d = dim_const(l->directions);
    Shape y = l->batch_first ? shape_of(4, (Dim[]){s->batch, s->time, d, s->hidden})
                             : shape_of(4, (Dim[]){s->time, d, s->batch, s->hidden});
    Shape state = l->batch_first ? shape_of(3, (Dim[]){s->batch, d, s->hidden})
                                 : shape_of(3, (Dim[]){d, s->batch, s->hidden});
    set_out(n, 0, n->in[0]->type.dtype, &y);
    set_out(n, 1, n->in[0]->type.dtype, &state);
    set_out(n, 2, n->in[0]->type.dtype, &state);
}

static bool need_inputs(Node *n, const Layer *l)
{
    const Cell *cell = cell_of(n);
    Sizes s = sizes_of(n, l);
    Dim d = dim_const(l->directions), width = dim_mul(s.hidden, dim_const(cell->gates));
    Shape state = l->batch_first ? shape_of(3, (Dim[]){s.batch, d, s.hidden})
                                 : shape_of(3, (Dim[]){d, s.batch, s.hidden});
    if (!dim_is_const(s.hidden)) {
        node_error(n, "R has shape %s, expected a constant hidden size; fix it with --dim NAME=N",
                   shown(shape_text(&n->in[2]->type.shape)));
        return false;
    }
    int64_t hidden = attr_int(n, "hidden_size", dim_value(s.hidden));
    return need_equal(n, s.hidden, dim_const(hidden), "hidden size of R and hidden_size") &&
           need_shape(n, 1, 3, (Dim[]){d, width, s.input}) && need_shape(n, 2, 3, (Dim[]){d, width, s.hidden}) &&
           need_shape(n, 3, 2, (Dim[]){d, dim_mul(width, dim_const(2))}) && need_shape(n, 4, 1, &s.batch) &&
           need_shape(n, 5, 3, state.dim) && need_shape(n, 6, 3, state.dim) &&
           need_shape(n, 7, 2, (Dim[]){d, dim_mul(s.hidden, dim_const(3))});
}

/* Lengths that are known wrong; all are checked at run time. */
static bool need_lens(Node *n, Dim time)
{
    const Value *lens = input_of(n, 4);
    for (int64_t i = 0; lens && value_is_const(lens) && i < value_count(lens); i++) {
        int64_t length = const_as_int(lens, i);
        if (length >= 0 && length <= dim_high(time)) continue;
        node_invalid(n, "sequence_lens has %lld, expected at least 0 and at most the %lld time steps of X",
                     (long long)length, (long long)dim_high(time));
        return false;
    }
    return true;
}

static void infer_layer(Node *n)
{
    static const DType int32[] = {DT_INT32};
    int inputs = cell_of(n)->states == 2 ? 8 : 6;
    if (!need_counts(n, 3, inputs, 0, 1 + cell_of(n)->states) || !need_tensor_inputs(n) || !need_float(n, 0) ||
        !need_type(n, 4, int32, 1))
        return;
    for (int i = 1; i < inputs; i++)
        if (i != 4 && !need_same_type(n, 0, i)) return;
    Layer l;
    if (!need_rank(n, 0, 3, 3) || !need_rank(n, 2, 3, 3) || !read_layer(n, &l) || !need_inputs(n, &l)) return;
    Sizes s = sizes_of(n, &l);
    if (need_lens(n, s.time)) set_outputs(n, &l, &s);
}

/* -- packing the weights ----------------------------------------------------------------------- */

static Value *transposed(Node *n, Value *v)
{
    Value *result = value_new(n->graph, foreign_suffixed(v->wanted, "/transposed"));
    Node *made = make_node(n, "Transpose", 1, &v, result);
    attr_set_ints(made, "perm", 3, (int64_t[]){0, 2, 1});
    return made->out[0];
}

static Value *columns(Node *n, Value *v, int64_t from, int64_t to)
{
    Value *first = const_ints(n, 1, &from), *end = const_ints(n, 1, &to), *axis = const_ints(n, 1, (int64_t[]){1});
    return make_node(n, "Slice", 4, (Value *[]){v, first, end, axis}, NULL)->out[0];
}

/* Biases of the input and of the recurrence in one; *inner is the part that linear_before_reset keeps apart. */
static Value *packed_bias(Node *n, Value *b, int64_t hidden, Value **inner)
{
    *inner = NULL;
    if (!b) return NULL;
    int64_t width = cell_of(n)->gates * hidden;
    if (cell_of(n)->gates != 3 || !attr_int(n, "linear_before_reset", 0)) {
        Value *recurrent = columns(n, b, width, 2 * width);
        return make2(n, "Add", columns(n, b, 0, width), recurrent, NULL);
    }
    *inner = columns(n, b, width + 2 * hidden, 2 * width);
    Value *recurrent = columns(n, b, width, width + 2 * hidden);
    Value *sum = make2(n, "Add", columns(n, b, 0, 2 * hidden), recurrent, NULL);
    Node *joined = make_node(n, "Concat", 2, (Value *[]){sum, columns(n, b, 2 * hidden, width)}, NULL);
    attr_set_int(joined, "axis", 1);
    return joined->out[0];
}

/* A layer starts from 0 by itself. */
static Value *unless_zero(Value *v)
{
    if (!v || !v->data) return v;
    const unsigned char *bytes = v->data;
    for (int64_t i = 0; i < value_bytes(v); i++)
        if (bytes[i]) return v;
    return NULL;
}

static void expand_layer(Node *n)
{
    Value *inner, *w = transposed(n, n->in[1]), *r = transposed(n, n->in[2]);
    Value *bias = packed_bias(n, input_of(n, 3), dim_value(dim_at(n->in[2], 2)), &inner);
    Value *inputs[] = {n->in[0],
                       w,
                       r,
                       bias,
                       cell_of(n)->gates == 4 ? unless_zero(input_of(n, 7)) : inner,
                       input_of(n, 4),
                       unless_zero(input_of(n, 5)),
                       unless_zero(input_of(n, 6))};
    Node *packed = node_like(n->graph, n);
    become_own(packed);
    for (int i = 0; i < 8; i++) node_add_input(packed, inputs[i]);
    for (int i = 0; i < n->n_out; i++) node_add_output(packed, n->out[i]);
    graph_insert_before(n, packed);
}

/* -- the packed layer -------------------------------------------------------------------------- */

static void infer_packed(Node *n)
{
    Layer l;
    if (!read_layer(n, &l)) return;
    Sizes s = sizes_of(n, &l);
    set_outputs(n, &l, &s);
}

/* Time steps projected at once: enough rows to fill a tile, few enough to need little memory. */
static Dim chunk_of(const Sizes *s)
{
    Dim one = dim_const(1), steps = dim_ceildiv(dim_const(CHUNK_ROWS), dim_max(one, s->batch));
    return dim_max(one, dim_min(steps, s->time));
}

/* The rows of a chunk: however many steps it has, at most so many. */
static Dim chunk_rows(const Sizes *s, Dim chunk)
{
    return dim_min(dim_mul(chunk, s->batch), dim_add(s->batch, dim_const(CHUNK_ROWS - 1)));
}

/* Columns of W or R that have panels of their own: of a GRU's R those of update and reset, then those of hidden. */
typedef struct {
    int count;
    int64_t columns[2], panels;
} Parts;

static Parts parts_of(const Node *n, int input)
{
    int64_t width = cell_of(n)->gates * dim_value(dim_at(n->in[2], 1));
    Parts p = {1, {width}, 0};
    if (input == 2 && cell_of(n)->gates == 3) p = (Parts){2, {width / 3 * 2, width / 3}, 0};
    for (int i = 0; i < p.count; i++) p.panels += (p.columns[i] + PANEL - 1) / PANEL;
    return p;
}

static void pack_constant(const Value *w, const Parts *p, float *to)
{
    const float *from = w->data;
    int64_t k = dim_value(dim_at(w, 1)), width = dim_value(dim_at(w, 2));
    for (int64_t d = 0; d < dim_value(dim_at(w, 0)); d++, from += (k - 1) * width)
        for (int i = 0; i < p->count; from += p->columns[i++]) {
            pack_panels_f32(from, to, (int32_t)k, (int32_t)p->columns[i], (int32_t)width, 1);
            to += (p->columns[i] + PANEL - 1) / PANEL * PANEL * k;
        }
}

static void call_packing(Node *n, Value *w, const Parts *p, int directions, Value *to)
{
    Dim k = dim_at(w, 1), width = dim_at(w, 2), from = dim_const(0), at = from;
    for (int d = 0; d < directions; d++, from = dim_mul(dim_const(d), dim_mul(k, width)))
        for (int i = 0; i < p->count; i++) {
            Step *s = step_call(n, "pack_panels_f32");
            arg_in_at(s, "b", w, from);
            arg_out_at(s, "w", to, at);
            arg_dim(s, "k", k);
            arg_int(s, "n", p->columns[i]);
            arg_dim(s, "b_row", width);
            arg_int(s, "b_col", 1);
            from = dim_add(from, dim_const(p->columns[i]));
            at = dim_add(at, dim_mul(k, dim_const((p->columns[i] + PANEL - 1) / PANEL * PANEL)));
        }
}

/* W or R as the kernels want it, and the elements of a direction. */
static Value *packed_weights(Node *n, int input, int directions, Dim *each)
{
    Value *w = n->in[input];
    Parts p = parts_of(n, input);
    *each = dim_mul(dim_at(w, 1), dim_at(w, 2));
    if (w->type.dtype != DT_FLOAT) return w;
    *each = dim_mul(dim_const(p.panels * PANEL), dim_at(w, 1));
    if (!value_is_const(w)) {
        Value *panels = scratch(n, input == 1 ? "w" : "r", DT_FLOAT, dim_mul(dim_const(directions), *each));
        call_packing(n, w, &p, directions, panels);
        return panels;
    }
    bool is_new;
    Shape shape = shape_of(4, (Dim[]){dim_at(w, 0), dim_const(p.panels), dim_at(w, 1), dim_const(PANEL)});
    Value *packed = packed_constant(n, w, DT_FLOAT, "in panels of 16 columns", &shape, &is_new);
    if (is_new) pack_constant(w, &p, (float *)packed->data);
    return packed;
}

static void arg_direction(Step *s, const char *name, Value *v, Dim each, int direction)
{
    arg_in_at(s, name, v, v && direction ? each : NULL);
}

static void arg_sizes(Step *s, const Cell *cell, const Layer *l, const Sizes *z, Dim chunk, int direction)
{
    Dim d = dim_const(l->directions), row = dim_mul(d, z->hidden);
    arg_struct(s, "p", "struct rnn");
    arg_field(s, "time", z->time);
    arg_field(s, "batch", z->batch);
    arg_field(s, "input", z->input);
    arg_field(s, "hidden", z->hidden);
    arg_field_int(s, "gates", cell->gates);
    arg_field(s, "x_time", l->batch_first ? z->input : dim_mul(z->batch, z->input));
    arg_field(s, "x_batch", l->batch_first ? dim_mul(z->time, z->input) : z->input);
    arg_field(s, "y_time", l->batch_first ? row : dim_mul(z->batch, row));
    arg_field(s, "y_batch", l->batch_first ? dim_mul(z->time, row) : z->hidden);
    arg_field(s, "state_batch", l->batch_first ? row : z->hidden);
    arg_field(s, "chunk", chunk);
    arg_field_int(s, "reverse", l->reverse[direction]);
    const char *const names[] = {"f", "g", "h"};
    for (int i = 0; i < cell->activations; i++) arg_field_int(s, names[i], l->activations[direction].function[i]);
}

/* An output of the layer, or memory in its place where the node has none. */
static Value *state_of(Node *n, int output, const char *purpose, const Layer *l, const Sizes *s)
{
    if (output_of(n, output)) return n->out[output];
    return scratch(n, purpose, n->in[0]->type.dtype, dim_mul(dim_const(l->directions), dim_mul(s->batch, s->hidden)));
}

typedef struct {
    Value *w, *r, *h, *c, *gates, *spare;
    Dim each_w, each_r, chunk;
} Memory;

static void lower_direction(Node *n, const Layer *l, int direction, const Memory *m)
{
    const Cell *cell = cell_of(n);
    const Activations *a = &l->activations[direction];
    Sizes z = sizes_of(n, l);
    Dim width = dim_mul(dim_const(cell->gates), z.hidden),
        state = l->batch_first ? z.hidden : dim_mul(z.batch, z.hidden);
    Step *s = step_call(n, "%s_%s_%s", cell->kernel, a->plain ? "plain" : "any",
                        n->in[0]->type.dtype == DT_FLOAT ? "vec" : "f64");
    arg_in(s, "x", n->in[0]);
    arg_direction(s, "w", m->w, m->each_w, direction);
    arg_direction(s, "r", m->r, m->each_r, direction);
    arg_direction(s, "bias", input_of(n, 3), width, direction);
    arg_direction(s, "extra", input_of(n, 4), input_of(n, 4) ? dim_at(input_of(n, 4), 1) : NULL, direction);
    arg_in(s, "lens", input_of(n, 5));
    arg_direction(s, "h0", input_of(n, 6), state, direction);
    arg_direction(s, "c0", input_of(n, 7), state, direction);
    if (output_of(n, 0)) arg_out_at(s, "y", n->out[0], direction ? state : NULL);
    else arg_in(s, "y", NULL);
    arg_out_at(s, "h", m->h, direction ? state : NULL);
    if (m->c) arg_out_at(s, "c", m->c, direction ? state : NULL);
    else arg_in(s, "c", NULL);
    if (l->directions == 1 && input_of(n, 6)) step_inplace(s, n->in[6], m->h);
    if (l->directions == 1 && m->c && input_of(n, 7)) step_inplace(s, n->in[7], m->c);
    arg_out(s, "gates", m->gates);
    if (m->spare) arg_out(s, "spare", m->spare);
    else arg_in(s, "spare", NULL);
    arg_sizes(s, cell, l, &z, m->chunk, direction);
    arg_field_int(s, "input_forget", cell->gates == 4 && attr_int(n, "input_forget", 0));
    arg_field_int(s, "linear_before_reset", cell->gates == 3 && attr_int(n, "linear_before_reset", 0));
    arg_real(s, "clip", attr_float(n, "clip", INFINITY));
    if (a->plain) arg_in(s, "factors", NULL);
    else arg_reals(s, "factors", 2 * cell->activations, a->factors);
    s->macs = dim_high(dim_mul(dim_mul(z.time, z.batch), dim_mul(width, dim_add(z.input, z.hidden))));
}

/* The last states of sequences without a step: 0, as ONNX Runtime has it, not the first ones. */
static void clear_empty(Node *n, const Layer *l, const Sizes *s, Value *h, Value *first)
{
    if (!input_of(n, 5) || !first) return;
    Step *clear = step_call(n, "rnn_clear_%s", dtype_suffix(h->type.dtype));
    arg_in(clear, "lens", n->in[5]);
    arg_out(clear, "h", h);
    arg_dim(clear, "outer", dim_const(l->batch_first ? 1 : l->directions));
    arg_dim(clear, "batch", s->batch);
    arg_dim(clear, "row", l->batch_first ? dim_mul(dim_const(l->directions), s->hidden) : s->hidden);
}

static void check_lens(Node *n, const Sizes *s)
{
    if (!input_of(n, 5)) return;
    Step *check = step_call(n, "rnn_check_lens");
    arg_in(check, "lens", n->in[5]);
    arg_dim(check, "batch", s->batch);
    arg_dim(check, "time", s->time);
}

static void lower_packed(Node *n)
{
    Layer l;
    if (!read_layer(n, &l)) return;
    const Cell *cell = cell_of(n);
    Sizes s = sizes_of(n, &l);
    DType type = n->in[0]->type.dtype;
    Memory m = {.chunk = chunk_of(&s)};
    check_lens(n, &s);
    m.w = packed_weights(n, 1, l.directions, &m.each_w);
    m.r = packed_weights(n, 2, l.directions, &m.each_r);
    m.gates = scratch(n, "gates", type, dim_mul(chunk_rows(&s, m.chunk), dim_mul(dim_const(cell->gates), s.hidden)));
    if (cell->gates == 3) m.spare = scratch(n, "spare", type, dim_mul(s.batch, s.hidden));
    m.h = state_of(n, 1, "h", &l, &s);
    if (cell->states == 2) m.c = state_of(n, 2, "c", &l, &s);
    for (int d = 0; d < l.directions; d++) lower_direction(n, &l, d, &m);
    clear_empty(n, &l, &s, m.h, input_of(n, 6));
    if (m.c) clear_empty(n, &l, &s, m.c, input_of(n, 7));
}

const Op ops_rnn[] = {
    {.name = "LSTM", .domain = "", .since = 1, .infer = infer_layer, .expand = expand_layer},
    {.name = "GRU", .domain = "", .since = 1, .infer = infer_layer, .expand = expand_layer},
    {.name = "RNN", .domain = "", .since = 1, .infer = infer_layer, .expand = expand_layer},
    {.name = "LSTM", .domain = OWN_DOMAIN, .since = 7, .infer = infer_packed, .lower = lower_packed},
    {.name = "GRU", .domain = OWN_DOMAIN, .since = 7, .infer = infer_packed, .lower = lower_packed},
    {.name = "RNN", .domain = OWN_DOMAIN, .since = 7, .infer = infer_packed, .lower = lower_packed},
    {0},
};
