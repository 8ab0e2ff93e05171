/* in_double: when a model is evaluated, what is computed of floats is computed in double.
 *
 * Values keep the model's types, and beside a float32 tensor stands the same in double, with all its digits. A node
 * that makes floats of floats becomes one that reads and makes those; one that decides, such as ArgMax or a Cast to
 * integers, looks at the floats, since what is equal there has to stay equal. So does what isn't defined for double. A
 * float that is too large for its type is infinite in double, too, and one that is too small is 0: models count on it,
 * as those that mask with the lowest float. */
#include "infer/in_double.h"

#include <math.h>

/* What jumps where its input changes a little, or gives so many elements as that says. */
static bool decides(const Node *n)
{
    static const char *const names[] = {"Ceil", "Floor", "Hardmax", "Mod", "Range", "Round", "Sign"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (node_is(n, names[i])) return true;
    return foreign_is(n->domain, "ai.onnx.preview.training"); /* a Gradient is of the nodes before it */
}

static bool is_float(const Value *v)
{
    return v && v->type.kind == KIND_TENSOR && v->type.dtype == DT_FLOAT;
}

static Value *double_of(Graph *g, Value *v)
{
    if (v->in_double) return v->in_double;
    const float *from = v->data;
    int64_t count = value_count(v);
    double *to = mem_array((size_t)count + 1, sizeof *to);
    for (int64_t i = 0; i < count; i++) to[i] = from[i];
    v->in_double = value_const(v->graph ? v->graph : g, foreign_suffixed(v->wanted, "/double"), DT_DOUBLE,
                               &v->type.shape, to);
    v->in_double->is_double_of = true;
    return v->in_double;
}

/* -- from double ------------------------------------------------------------------------------- */

static bool leaves_range(double x)
{
    float f = (float)x;
    return (f == 0 || isinf(f)) && (double)f != x;
}

/* The same numbers, but those beyond float32's range as they are there. */
static const double *within_range(const double *x, int64_t count)
{
    double *copy = NULL;
    for (int64_t i = 0; i < count; i++) {
        if (!leaves_range(x[i])) continue;
        if (!copy) copy = mem_dup(x, (size_t)count * sizeof *copy);
        copy[i] = (float)x[i];
    }
    return copy ? copy : x;
}

static void infer_from_double(Node *n)
{
    Value *x = n->in[0], *y = n->out[0];
    set_out(n, 0, DT_FLOAT, &x->type.shape);
    if (!x->data) return;
    int64_t count = value_count(x);
    float *data = mem_array((size_t)count + 1, sizeof *data);
    const double *from = within_range(x->data, count);
    for (int64_t i = 0; i < count; i++) data[i] = (float)from[i];
    x->data = from;
    y->data = data;
    y->in_double = x;
}

static const Op from_double = {
    .name = "FromDouble", .domain = OWN_DOMAIN, .since = 1, .infer = infer_from_double, .flags = OP_HALF_NATIVE};

/* -- a node in double -------------------------------------------------------------------------- */

/* Is there anything to gain? What moves numbers as the file has them loses none. */
static bool gains(const Node *n)
{
    bool any = false, computed = false;
    for (int i = 0; i < n->n_in; i++) {
        if (!n->in[i]) continue;
        if (!value_is_const(n->in[i])) return false;
        any = any || is_float(n->in[i]);
        computed = computed || (is_float(n->in[i]) && n->in[i]->in_double && n->in[i]->in_double->producer);
    }
    return n->op->flags & OP_MOVES ? computed : any;
}

static bool has_graphs(const Node *n)
{
    for (int a = 0; a < n->n_attrs; a++)
        if (n->attrs[a].graphs) return true;
    return false;
}

static bool makes_floats_only(const Node *n)
{
    int count = 0;
    for (int i = 0; i < n->n_out; i++) {
        if (n->out[i] && !is_float(n->out[i])) return false;
        count += n->out[i] != NULL;
    }
    return count > 0;
}

static Value *double_like(Value *v)
{
    Value *wide = value_new(v->graph, foreign_suffixed(v->wanted, "/double"));
    wide->model_name = value_model_name(v);
    wide->is_double_of = true;
    return wide;
}

/* The same with its float inputs in double, or only the first of these; NULL if the operator isn't defined so. */
static Node *in_double(Node *n, bool only_first)
{
    Model *m = n->graph->model;
    ModelMark mark = model_mark(m);
    Node *wide = node_like(n->graph, n);
    if (n->n_attrs) wide->attrs = mem_dup(n->attrs, (size_t)n->n_attrs * sizeof *n->attrs);
    for (int i = 0; i < n->n_in; i++) {
        bool widens = is_float(n->in[i]) && (i == 0 || !only_first);
        node_add_input(wide, widens ? double_of(n->graph, n->in[i]) : n->in[i]);
    }
    for (int i = 0; i < n->n_out; i++) node_add_output(wide, n->out[i] ? double_like(n->out[i]) : NULL);
    wide->op = n->op;
    wide->op->infer(wide);
    bool good = m->errors == mark.errors;
    for (int i = 0; i < n->n_out; i++)
        if (wide->out[i] && wide->out[i]->type.dtype != DT_DOUBLE) good = false;
    model_back_to(m, mark);
    wide->failed = false;
    return good ? wide : NULL;
}

bool becomes_double(Node *n)
{
    if (n->op->flags & OP_NEVER_FOLD || has_graphs(n) || decides(n) || !makes_floats_only(n) || !gains(n)) return false;
    Node *wide = in_double(n, false);
    if (!wide && is_float(n->in[0])) wide = in_double(n, true);
    if (!wide) return false;
    graph_insert_before(n, wide);
    for (int i = 0; i < n->n_out; i++) {
        if (!n->out[i]) continue;
        Node *narrow = make_node(n, "FromDouble", 1, &wide->out[i], n->out[i]);
        narrow->domain = foreign(OWN_DOMAIN);
        narrow->own = &from_double;
    }
    return true;
}
