#include "ops/shared/restate.h"

#include "ops/shared/quantized.h"

#include <string.h>

Node *restate(Node *n, const char *op_type, int n_in, Value **inputs)
{
    Node *made = make_node(n, op_type, n_in, inputs, n->out[0]);
    copy_attributes(made, n);
    for (int i = 1; i < n->n_out; i++) node_add_output(made, n->out[i]);
    return made;
}

Value *const_floats(Node *n, int count, const float *values)
{
    Shape shape = shape_const(1, (int64_t[]){count});
    void *data = mem_dup(values, (size_t)count * sizeof *values);
    return value_const(n->graph, foreign_suffixed(node_stem(n), "/constant"), DT_FLOAT, &shape, data);
}

Value *flat_int64(Node *n, Value *x)
{
    if (x->type.dtype != DT_INT64) x = cast_to(n, x, DT_INT64, NULL);
    return x->type.shape.rank == 1 ? x : reshape_to(n, x, 1, (int64_t[]){-1});
}

Value *permuted(Node *n, Value *x, int rank, const int64_t *perm)
{
    Node *transpose = make_node(n, "Transpose", 1, &x, NULL);
    attr_set_ints(transpose, "perm", rank, perm);
    return transpose->out[0];
}

Value *plus_along(Node *n, Value *x, Value *b, int axis, int rank)
{
    int64_t dims[MAX_RANK];
    if (!b) return x;
    for (int i = 0; i < rank; i++) dims[i] = i == axis ? -1 : 1;
    Value *fitted = reshape_to(n, b, rank, dims);
    return make2(n, "Add", x, fitted, NULL);
}

/* -- activations ------------------------------------------------------------------------------- */

/* What may be fused, and the attributes that its parameters are. */
static const struct {
    const char *name, *parameters[3];
} activations[] = {{"Relu", {0}},
                   {"Sigmoid", {0}},
                   {"Tanh", {0}},
                   {"Softplus", {0}},
                   {"Softsign", {0}},
                   {"HardSwish", {0}},
                   {"LeakyRelu", {"alpha"}},
                   {"Elu", {"alpha"}},
                   {"ThresholdedRelu", {"alpha"}},
                   {"Selu", {"alpha", "gamma"}},
                   {"HardSigmoid", {"alpha", "beta"}},
                   {"Clip", {"min", "max"}}};

enum { ACTIVATIONS = sizeof activations / sizeof *activations };

bool need_activation(Node *n, const FusedActivation *a)
{
    if (foreign_empty(a->name)) return true;
    for (int i = 0; i < ACTIVATIONS; i++)
        if (foreign_is(a->name, activations[i].name)) return true;
    node_error(n, "its activation is \"%s\", expected one like Relu, LeakyRelu, Clip or HardSigmoid", shown(a->name));
    return false;
}

/* Bounds are inputs. */
static Value *clipped(Node *n, Value *x, const FusedActivation *a, Value *result)
{
    Value *bounds[2] = {NULL, NULL};
    for (int i = 0; i < 2 && i < a->count; i++)
        bounds[i] = const_scalar(n, n->in[0]->type.dtype, (double)a->parameters[i]);
    return make3(n, "Clip", x, bounds[0], bounds[1], result);
}

Value *activated(Node *n, Value *x, const FusedActivation *a, Value *result)
{
    int k = 0;
    if (foreign_empty(a->name)) return result ? make1(n, "Identity", x, result) : x;
    while (!foreign_is(a->name, activations[k].name)) k++;
    if (!strcmp(activations[k].name, "Clip")) return clipped(n, x, a, result);
    Node *made = make_node(n, activations[k].name, 1, &x, result);
    for (int i = 0; i < a->count && i < 3 && activations[k].parameters[i]; i++)
        attr_set_float(made, activations[k].parameters[i], (double)a->parameters[i]);
    return made->out[0];
}
