/* interface_types: --io quantized. A float input that the model only quantises comes as the integers that makes of it,
 * and an output that it dequantises last is handed out as the integers.
 *
 * DequantizeLinear is put after the new input, and the old output's is left out; the passes of integers do the rest: an
 * input moves down to its QuantizeLinear nodes, and all are gone. */
#include "rewrite/qdq.h"

/* Whether a tensor of the interface can be integers; if not, why, for the message. */
typedef struct {
    Qdq q;
    bool found; /* q is there: all others are to be like it */
    const char *why_not;
    int count, capacity;
    Value **moved; /* the tensor, and what nodes that only move its elements make of it */
} Finding;

static void refuse(Finding *f, const char *why_not)
{
    if (!f->why_not) f->why_not = why_not;
}

static const char *named(const Node *n)
{
    return mem_printf("%s \"%s\"", shown(n->op_type), shown(node_stem(n)));
}

/* -- inputs ------------------------------------------------------------------------------------ */

static void add_quantizer(Finding *f, const Qdq *q)
{
    if (q->axis >= 0) refuse(f, mem_printf("%s has a scale for each slice of an axis", named(q->node)));
    else if (f->found && !same_quantization(q, &f->q))
        refuse(f, mem_printf("%s and %s quantise it differently", named(f->q.node), named(q->node)));
    f->q = *q;
    f->found = true;
}

static void add_moved(Finding *f, Value *v)
{
    mem_grow(&f->moved, &f->capacity, f->count + 1, sizeof *f->moved);
    f->moved[f->count++] = v;
}

static void add_reader(const Graph *g, const Reader *r, Finding *f)
{
    Qdq q;
    if (!r->node) refuse(f, "it is an output of the model, too");
    else if (r->graph != g) refuse(f, mem_printf("%s, in a branch or loop, reads it", named(r->node)));
    else if (read_quantize(r->node, &q)) add_quantizer(f, &q);
    else if (r->index == 0 && moves_integers(r->node, DT_INT8))
        for (int i = 0; i < r->node->n_out; i++) add_moved(f, r->node->out[i]);
    else refuse(f, mem_printf("%s reads it", named(r->node)));
}

/* Who reads x, through nodes that only move its elements. */
static void find_quantizers(Value *x, Finding *f)
{
    add_moved(f, x);
    for (int at = 0; at < f->count; at++) {
        const Value *v = f->moved[at];
        for (int i = 0; v && i < v->n_readers && !f->why_not; i++) add_reader(v->graph, &v->readers[i], f);
    }
}

/* The same in integers, under the name of v, which gets another. */
static Value *integer_twin(Value *v, const Qdq *q)
{
    Value *twin = value_typed(v->graph, foreign_suffixed(v->wanted, "/float32"), q->quantized->type.dtype,
                              &v->type.shape);
    values_swap_names(v, twin);
    twin->io = v->io;
    twin->io.is_quantized = true;
    twin->io.scale = (float)const_as_double(q->scale, 0);
    twin->io.zero = q->zero ? (int32_t)const_as_int(q->zero, 0) : 0;
    return twin;
}

static const char *quantize_input(Graph *g, int i)
{
    Value *x = g->inputs[i];
    Finding f = {.found = false};
    find_quantizers(x, &f);
    if (!f.found) refuse(&f, "nothing reads it");
    if (f.why_not) return f.why_not;
    Value *twin = integer_twin(x, &f.q);
    Node *d = node_new(g, foreign(""), "DequantizeLinear", "", 10);
    node_add_input(d, twin);
    node_add_input(d, f.q.scale);
    if (f.q.zero) node_add_input(d, f.q.zero);
    node_add_output(d, x);
    graph_prepend(g, node_ready(d));
    x->is_input = false;
    twin->is_input = true;
    g->inputs[i] = twin;
    return NULL;
}

/* -- outputs ----------------------------------------------------------------------------------- */

static const char *quantize_output(Graph *g, int i)
{
    Value *y = g->outputs[i];
    Qdq q;
    if (!y->producer) return "it is an input of the model, or a constant";
    if (!read_dequantize(y->producer, &q)) return mem_printf("%s makes it", named(y->producer));
    if (q.axis >= 0) return mem_printf("%s has a scale for each slice of an axis", named(q.node));
    if (dtype_bits(q.quantized->type.dtype) > 16)
        return mem_printf("%s makes it of %s", named(q.node), dtype_name(q.quantized->type.dtype));
    Value *twin = integer_twin(y, &q);
    Node *same = node_new(g, foreign(""), "Identity", "", 23); /* it may be an input, or there twice */
    node_add_input(same, q.quantized);
    node_add_output(same, twin);
    graph_append(g, node_ready(same));
    y->is_output = false;
    twin->is_output = true;
    graph_set_output(g, i, twin);
    return NULL;
}

/* -- both -------------------------------------------------------------------------------------- */

/* Those that aren't float32 are no concern of this option. */
static int quantize_all(Model *m, const char *what, Value *const *values, int count,
                        const char *(*quantize)(Graph *g, int i))
{
    int done = 0;
    for (int i = 0; i < count; i++) {
        const Value *v = values[i];
        if (v->type.kind != KIND_TENSOR || v->type.dtype != DT_FLOAT || value_becomes_state(v)) continue;
        const char *why_not = quantize(m->graph, i);
        if (why_not) model_warning(m, "--io quantized: %s \"%s\" stays float32: %s", what, shown(v->name), why_not);
        else done++;
    }
    return done;
}

bool quantize_interface(Model *m)
{
    Graph *g = m->graph;
    int done = quantize_all(m, "output", g->outputs, g->n_outputs, quantize_output);
    done += quantize_all(m, "input", g->inputs, g->n_inputs, quantize_input);
    if (!done)
        model_error(m, "--io quantized: the model quantises none of its inputs, and dequantises none of its outputs; "
                       "leave the option out, or quantise the model with the edges included");
    return done > 0;
}
