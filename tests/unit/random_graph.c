/* random_graph.c: see random_graph.h. */
#include "random_graph.h"

#include <check.h>
#include <string.h>

Tensor tensors[MOST_TENSORS];
int n_tensors;
static int n_names;
static const char *constants, *nodes;

const char *new_name(void)
{
    return mem_printf("v%d", n_names++);
}

const char *shape(const Tensor *t)
{
    const char *text = "";
    for (int i = 0; i < t->rank; i++) text = mem_printf("%s%s%d", text, i ? "," : "", t->dim[i]);
    return text;
}

const char *constant(const char *type, const char *elements)
{
    const char *name = mem_printf("k%d", n_names++);
    constants = mem_printf("%s%s%s %s%s%s%s", constants, *constants ? ", " : "", type, name, *elements ? " = {" : "",
                           elements, *elements ? "}" : "");
    return name;
}

Tensor *any(void)
{
    /* rather a new one than an old one */
    int back = test_below(2) ? test_below(n_tensors < 3 ? n_tensors : 3) : test_below(n_tensors);
    return &tensors[n_tensors - 1 - back];
}

static bool same_shape(const Tensor *a, const Tensor *b)
{
    return a->rank == b->rank && !memcmp(a->dim, b->dim, (size_t)a->rank * sizeof *a->dim);
}

const Tensor *like(const Tensor *t)
{
    for (int tries = 0; tries < 20; tries++) {
        const Tensor *other = any();
        if (same_shape(other, t)) return other;
    }
    return t;
}

Tensor *add(const Tensor *t)
{
    ck_assert_int_lt(n_tensors, MOST_TENSORS);
    tensors[n_tensors] = *t;
    tensors[n_tensors].name = new_name();
    return &tensors[n_tensors++];
}

void node(const Tensor *result, const char *rest)
{
    nodes = mem_printf("%s %s = %s", nodes, result->name, rest);
}

Tensor latest(void)
{
    return tensors[n_tensors - 1];
}

void two_nodes(const char *first, const char *second, const char *rest)
{
    nodes = mem_printf("%s %s, %s = %s", nodes, first, second, rest);
}

void then(const char *form)
{
    const Tensor t = latest();
    node(add(&t), mem_printf(form, t.name));
}

const char *unary(void)
{
    static const char *const names[] = {"Neg", "Abs", "Tanh", "Relu", "Sigmoid"};
    return names[test_below(5)];
}

const char *binary(void)
{
    static const char *const names[] = {"Sub", "Min", "Max", "Mul"};
    return names[test_below(4)];
}

void elementwise(void)
{
    const Tensor x = *any();
    node(add(&x), mem_printf("%s(%s)", unary(), x.name));
}

void two_operands(void)
{
    const Tensor x = *any(), other = *like(&x);
    bool squash = test_below(2); /* so that products don't grow */
    Tensor *y = add(&x);
    node(y, mem_printf("%s(%s, %s)", binary(), x.name, other.name));
    const Tensor inner = *y;
    if (squash) node(add(&inner), mem_printf("Tanh(%s)", inner.name));
}

const char *random_graph(int seed, Operator *const *operators, int count, const Tensor *input, const char *dims)
{
    n_tensors = n_names = 0;
    constants = "bool yes = {1}, float low = {-0.5}, float high = {0.75}";
    nodes = "";
    test_seed((uint32_t)seed);
    const Tensor *x = add(input), *z = add(input);
    const char *inputs = mem_printf("float[%s] %s, float[%s] %s, bool c0, bool c1", dims, x->name, dims, z->name),
               *outputs = "";
    while (n_tensors < 14) operators[test_below(count)]();
    for (int i = 3; i > 0; i--)
        outputs = mem_printf("%s%s%s", outputs, *outputs ? ", " : "", tensors[n_tensors - i].name);
    return mem_printf("(%s) => (%s) <%s> {%s }", inputs, outputs, constants, nodes);
}
