/* rewrite_gelu: exporters wrote Gelu as its formula before opset 20, with the factors in any order. As one operator it
 * needs no temporaries, and is as accurate for negative x as for positive. */
#include "rewrite/rewrite.h"

#include <string.h>

enum { MAX_FACTORS = 8 };

/* A product: its constants in one number, and everything else. */
typedef struct {
    double scale;
    int count;
    Value *factors[MAX_FACTORS];
} Factors;

static bool near(double a, double b)
{
    return fabs(a - b) <= 1e-6 * fabs(b);
}

static Node *float_node(const Value *v, const char *op_type)
{
    return v && v->type.dtype == DT_FLOAT && node_is(v->producer, op_type) ? v->producer : NULL;
}

/* Takes products apart, and cubes. Values that others read as well are taken apart, too: they stay for those. */
static bool factorize(Value *v, Factors *f, int depth)
{
    double scalar;
    Node *n;
    if (depth > 6 || !v) return false;
    if (known_scalar(v, &scalar)) {
        f->scale *= scalar;
        return true;
    }
    if ((n = float_node(v, "Mul"))) return factorize(n->in[0], f, depth + 1) && factorize(n->in[1], f, depth + 1);
    if ((n = float_node(v, "Div")) && known_scalar(n->in[1], &scalar)) {
        f->scale /= scalar;
        return factorize(n->in[0], f, depth + 1);
    }
    int times = 1;
    if ((n = float_node(v, "Pow")) && known_scalar(n->in[1], &scalar) && scalar == 3) times = 3, v = n->in[0];
    if (f->count + times > MAX_FACTORS) return false;
    while (times--) f->factors[f->count++] = v;
    return true;
}

static Factors factors_of(Value *v)
{
    Factors f = {.scale = 1};
    if (!factorize(v, &f, 0)) f.count = -1;
    return f;
}

/* Factors of the sum's operand that is no `scalar`; of none, count is -1. */
static bool plus_scalar(const Value *v, double scalar, Value **other)
{
    Node *n = float_node(v, "Add");
    double known;
    for (int i = 0; n && i < 2; i++)
        if (known_scalar(n->in[i], &known) && known == scalar) {
            *other = n->in[1 - i];
            return true;
        }
    return false;
}

/* v = scale * (all of x[count]) */
static bool is_power(const Factors *f, double scale, const Value *x, int count)
{
    if (f->count != count || !near(f->scale, scale)) return false;
    for (int i = 0; i < count; i++)
        if (f->factors[i] != x) return false;
    return true;
}

/* Is v sqrt(2 / pi) * (x + 0.044715 * x^3)? */
static bool is_cubic(Value *v, const Value *x)
{
    Factors f = factors_of(v);
    Node *sum = f.count == 1 && near(f.scale, 0.797884560802865356) ? float_node(f.factors[0], "Add") : NULL;
    for (int i = 0; sum && i < 2; i++) {
        Factors cube = factors_of(sum->in[1 - i]);
        if (sum->in[i] == x && is_power(&cube, 0.044715, x, 3)) return true;
    }
    return false;
}

/* Is `gate` 1 + erf(x / sqrt(2)), or 1 + tanh of the cubic? Then what Gelu's attribute calls it, otherwise NULL. */
static const char *approximation(const Value *gate, const Value *x)
{
    Value *inner;
    Node *n;
    if (!plus_scalar(gate, 1, &inner)) return NULL;
    if ((n = float_node(inner, "Erf"))) {
        Factors f = factors_of(n->in[0]);
        return is_power(&f, 0.707106781186547524, x, 1) ? "none" : NULL;
    }
    if ((n = float_node(inner, "Tanh"))) return is_cubic(n->in[0], x) ? "tanh" : NULL;
    return NULL;
}

bool rewrite_gelu(Node *n)
{
    Value *y = output_of(n, 0);
    if (!node_is(n, "Mul") || !y || y->type.dtype != DT_FLOAT || !value_use_count(y)) return false;
    Factors f = factors_of(y);
    if (f.count != 2 || !near(f.scale, 0.5)) return false;
    for (int i = 0; i < 2; i++) {
        Value *x = f.factors[i];
        const char *how = approximation(f.factors[1 - i], x);
        if (!how || x->graph != n->graph || !shape_equal(&x->type.shape, &y->type.shape)) continue;
        Node *gelu = replace_node(n, "Gelu", 1, &x);
        attr_set_string(gelu, "approximate", how);
        return true;
    }
    return false;
}
