/* rewrite_qdq_move: brings DequantizeLinear down and QuantizeLinear up through operators that only move elements, or
 * pick the largest, so that those run on the integers; where the two meet with equal parameters, both are gone. All of
 * it is exact: the integers are those of the model as written, whose real numbers in between are all on the grid. */
#include "rewrite/qdq.h"

#include "ops/shared/shared.h"

#include <string.h>

typedef enum {
    MOVES_NOT = 0,
    MOVES = 1,
    MOVES_UP = 2, /* worth quantising before, too: the result is not smaller */
} Motion;

/* MaxPool takes 8-bit integers since opset 12. */
enum { MAXPOOL_INTEGERS = 12 };

static Motion motion_of(const Node *n)
{
    static const struct {
        const char *name;
        Motion motion;
    } movers[] = {
        {"Concat", MOVES | MOVES_UP},
        {"DepthToSpace", MOVES | MOVES_UP},
        {"Expand", MOVES | MOVES_UP},
        {"Flatten", MOVES | MOVES_UP},
        {"Gather", MOVES},
        {"GatherElements", MOVES},
        {"GatherND", MOVES},
        {"Identity", MOVES | MOVES_UP},
        {"MaxPool", MOVES | MOVES_UP},
        {"Pad", MOVES | MOVES_UP},
        {"Reshape", MOVES | MOVES_UP},
        {"Resize", MOVES | MOVES_UP},
        {"Slice", MOVES},
        {"SpaceToDepth", MOVES | MOVES_UP},
        {"Split", MOVES},
        {"Squeeze", MOVES | MOVES_UP},
        {"Tile", MOVES | MOVES_UP},
        {"Transpose", MOVES | MOVES_UP},
        {"Unsqueeze", MOVES | MOVES_UP},
    };
    for (size_t i = 0; i < sizeof movers / sizeof *movers; i++)
        if (node_is(n, movers[i].name)) return movers[i].motion;
    return MOVES_NOT;
}

static bool pads_constant(Node *n)
{
    return foreign_is(attr_string(n, "mode", "constant"), "constant");
}

/* Pad puts in the zero point for a 0; for other constants it stays as it is. */
static bool pads_zero(Node *n)
{
    double value;
    return n->opset >= 11 &&
           (!pads_constant(n) || !input_of(n, 2) || (known_scalar(input_of(n, 2), &value) && value == 0));
}

/* Resize by nearest pixels, none of them from outside of the image. */
static bool picks_pixels(Node *n)
{
    return foreign_is(attr_string(n, "mode", "nearest"), "nearest") &&
           !foreign_is(attr_string(n, "coordinate_transformation_mode", "half_pixel"), "tf_crop_and_resize");
}

/* MaxPool's places of the maxima. */
static bool extra_outputs(const Node *n)
{
    for (int i = 1; i < n->n_out && !node_is(n, "Split"); i++)
        if (n->out[i]) return true;
    return false;
}

static bool can_move(Node *n, DType t)
{
    if (extra_outputs(n) || (node_is(n, "Pad") && !pads_zero(n)) || (node_is(n, "Resize") && !picks_pixels(n)))
        return false;
    return !node_is(n, "MaxPool") || t == DT_INT8 || t == DT_UINT8;
}

bool moves_integers(Node *n, DType t)
{
    return motion_of(n) & MOVES && !node_is(n, "Concat") && can_move(n, t);
}

static int data_inputs(const Node *n)
{
    return node_is(n, "Concat") ? n->n_in : 1;
}

/* Mover n, as a new node before `place`, on quantised inputs: all of them as `q` says. */
static Node *on_integers(Node *place, Node *n, const Qdq *q, Value **inputs)
{
    Value **all = mem_array((size_t)n->n_in + 3, sizeof *all);
    int count = n->n_in, opset = n->opset;
    for (int i = 0; i < n->n_in; i++) all[i] = i < data_inputs(n) ? inputs[i] : n->in[i];
    if (node_is(n, "Pad") && pads_constant(n)) {
        all[2] = const_scalar(n, q->quantized->type.dtype, q->zero ? const_as_double(q->zero, 0) : 0);
        if (count < 3) count = 3;
    }
    if (node_is(n, "MaxPool") && opset < MAXPOOL_INTEGERS) opset = MAXPOOL_INTEGERS;
    return node_ready(new_node(place, n, n->op->name, n->op->domain, opset, count, all, true));
}

/* -- down -------------------------------------------------------------------------------------- */

/* Where a transpose puts an axis. */
static int64_t transposed_axis(Node *n, int axis)
{
    const int64_t *perm;
    int rank = n->in[0]->type.shape.rank, count = attr_ints(n, "perm", &perm);
    for (int i = 0; i < count; i++)
        if (perm[i] == axis) return i;
    return rank - 1 - axis;
}

/* An output of n is `quantized`, dequantised as `q` says. */
static void dequantize_output(Node *n, int output, Value *quantized, const Qdq *q)
{
    Value *inputs[] = {quantized, q->scale, q->zero};
    Node *d = new_node(n, q->node, q->node->op->name, q->node->op->domain, q->node->opset, q->zero ? 3 : 2, inputs,
                       true);
    if (q->axis >= 0) {
        attr_remove(d, "axis");
        attr_set_int(d, "axis", transposed_axis(n, q->axis));
    }
    node_ready(d);
    hand_over(n, output, d, 0);
}

static bool any_uses(const Node *n)
{
    for (int i = 0; i < n->n_out; i++)
        if (n->out[i] && value_use_count(n->out[i])) return true;
    return false;
}

bool rewrite_dequantize_down(Node *n)
{
    Qdq first, q;
    if (!(motion_of(n) & MOVES) || !dequantized_input(n, 0, &first) || !any_uses(n)) return false;
    if ((first.axis >= 0 && !node_is(n, "Transpose")) || !can_move(n, first.quantized->type.dtype)) return false;
    Value **inputs = mem_array((size_t)data_inputs(n) + 1, sizeof *inputs);
    for (int i = 0; i < data_inputs(n); i++) {
        if (!dequantized_input(n, i, &q) || !same_quantization(&q, &first)) return false;
        inputs[i] = q.quantized;
    }
    Node *moved = on_integers(n, n, &first, inputs);
    for (int i = 0; i < n->n_out; i++)
        if (n->out[i]) dequantize_output(n, i, moved->out[i], &first);
    return true;
}

/* -- up ---------------------------------------------------------------------------------------- */

/* Nobody reads it any more: what it read may move on in this round. */
static void read_nothing(Node *n)
{
    for (int i = 0; i < n->n_in; i++) node_set_input(n, i, NULL);
}

bool rewrite_quantize_up(Node *n)
{
    Qdq q;
    if (!read_quantize(n, &q) || q.axis >= 0 || !has_uses(n)) return false;
    Node *mover = only_producer(n, 0);
    if (!mover || !(motion_of(mover) & MOVES_UP) || !can_move(mover, q.quantized->type.dtype)) return false;
    Value **inputs = mem_array((size_t)data_inputs(mover) + 1, sizeof *inputs);
    for (int i = 0; i < data_inputs(mover); i++) {
        Value *operands[] = {mover->in[i], q.scale, q.zero};
        inputs[i] =
            node_ready(new_node(n, n, n->op->name, n->op->domain, n->opset, q.zero ? 3 : 2, operands, true))->out[0];
    }
    hand_over(n, 0, on_integers(n, mover, &q, inputs), 0);
    read_nothing(mover);
    return true;
}

/* -- meeting ----------------------------------------------------------------------------------- */

/* Bounds that hold for all that the integers can stand for. */
static bool clamps_nothing(Node *n, const Qdq *q)
{
    double low, high, scale = const_as_double(q->scale, 0), zero = q->zero ? const_as_double(q->zero, 0) : 0;
    if (q->axis >= 0 || !is_byte(q) || !clamp_of(n, &low, &high)) return false;
    bool is_signed = q->quantized->type.dtype == DT_INT8;
    return low <= ((is_signed ? INT8_MIN : 0) - zero) * scale &&
           high >= ((is_signed ? INT8_MAX : UINT8_MAX) - zero) * scale;
}

bool rewrite_quantize_dequantized(Node *n)
{
    Qdq q, d;
    if (!read_quantize(n, &q)) return false;
    Node *between = n->in[0]->producer;
    if (!(between && between->graph == n->graph && clamps_nothing(between, &q))) between = n;
    if (!dequantized_input(between, 0, &d) || !same_quantization(&q, &d)) return false;
    int before = value_use_count(n->out[0]);
    if (!before) return false;
    value_replace(n->out[0], d.quantized);
    return value_use_count(n->out[0]) < before;
}
