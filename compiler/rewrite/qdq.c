#include "rewrite/qdq.h"

#include "ops/shared/shared.h"

#include <float.h>
#include <string.h>

static bool is_either_domain(const Node *n, const char *op_type)
{
    return n && foreign_is(n->op_type, op_type) && (foreign_empty(n->domain) || foreign_is(n->domain, "com.microsoft"));
}

static bool good_scales(const Value *scale)
{
    if (!value_is_const(scale) || scale->type.dtype != DT_FLOAT) return false;
    for (int64_t i = 0; i < value_count(scale); i++)
        if (!(const_as_double(scale, i) >= (double)FLT_MIN && const_as_double(scale, i) <= (double)FLT_MAX))
            return false;
    return true;
}

static bool read_parameters(Node *n, Qdq *q)
{
    DType t = q->quantized->type.dtype;
    q->node = n;
    q->scale = n->in[1];
    q->zero = input_of(n, 2);
    if (!dtype_is_integer(t) || q->real->type.dtype != DT_FLOAT || !good_scales(q->scale)) return false;
    if ((q->zero && (!value_is_const(q->zero) || value_count(q->zero) != value_count(q->scale))) ||
        attr_int(n, "block_size", 0))
        return false;
    q->axis = one_element(q->scale) ? -1 : attr_axis(n, "axis", 1, q->real->type.shape.rank);
    return true;
}

bool read_quantize(Node *n, Qdq *q)
{
    if (!is_either_domain(n, "QuantizeLinear")) return false;
    q->real = n->in[0];
    q->quantized = n->out[0];
    return read_parameters(n, q);
}

bool read_dequantize(Node *n, Qdq *q)
{
    if (!is_either_domain(n, "DequantizeLinear")) return false;
    q->quantized = n->in[0];
    q->real = n->out[0];
    return read_parameters(n, q);
}

bool dequantized_input(const Node *n, int input, Qdq *q)
{
    const Value *v = input_of(n, input);
    return v && v->producer && v->producer->graph == n->graph && read_dequantize(v->producer, q);
}

static bool equal_constants(const Value *a, const Value *b)
{
    if (a == b) return true;
    if (!a || !b) return all_zero(a) && all_zero(b);
    return a->type.dtype == b->type.dtype && value_count(a) == value_count(b) &&
           !memcmp(a->data, b->data, (size_t)value_bytes(a));
}

bool same_quantization(const Qdq *a, const Qdq *b)
{
    return a->quantized->type.dtype == b->quantized->type.dtype && a->axis == b->axis &&
           equal_constants(a->scale, b->scale) && equal_constants(a->zero, b->zero);
}

bool is_byte(const Qdq *q)
{
    return q->quantized->type.dtype == DT_INT8 || q->quantized->type.dtype == DT_UINT8;
}

Value *zero_of(const Qdq *q)
{
    return q->zero ? q->zero : const_scalar(q->node, q->quantized->type.dtype, 0);
}

bool has_uses(const Node *n)
{
    return value_use_count(n->out[0]) > 0;
}

/* What is moved again and again keeps the name it got first. */
static Foreign quantized_name(const Value *v)
{
    return foreign_ends(v->wanted, "/quantized") ? v->wanted : foreign_suffixed(v->wanted, "/quantized");
}

Node *new_node(Node *place, const Node *like, const char *op_type, const char *domain, int opset, int n_in,
               Value **inputs, bool shared)
{
    Node *n = node_new(place->graph, like->name, op_type, domain, opset);
    for (int i = 0; i < n_in; i++) node_add_input(n, inputs[i]);
    for (int i = 0; i < like->n_out; i++)
        node_add_output(n, like->out[i] ? value_new(place->graph, quantized_name(like->out[i])) : NULL);
    if (shared) copy_attributes(n, like);
    graph_insert_before(place, n);
    return n;
}

Node *node_ready(Node *n)
{
    n->op = op_of(n);
    if (!n->op) internal_error("%s is unknown at opset %d", shown(n->op_type), n->opset);
    n->op->infer(n);
    return n;
}

void hand_over(Node *n, int output, Node *by, int by_output)
{
    Value *v = n->out[output], *freed = by->out[by_output];
    by->out[by_output] = v;
    v->producer = by;
    n->out[output] = freed;
    freed->producer = n;
}
