/* Nodes that hand on what they get. */
#include "models/simplify.h"

static bool all_are(const Simple *s, Foreign name, double number)
{
    const Value *v = constant_known(s, name);
    if (!v || !number_has(v->type.dtype)) return false;
    int64_t count = value_count(v);
    for (int64_t i = 0; i < count; i++)
        if (!(number_real(v->type.dtype, v->data, i) == number)) return false;
    return true;
}

/* Of these, a result of the operand's type and shape is the operand. */
static bool only_reshapes(const NodeProto *n)
{
    static const char *const operators[] = {"Cast", "Expand", "Flatten", "Reshape", "Squeeze", "Tile", "Unsqueeze"};
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (is_op(n, operators[i])) return true;
    return false;
}

static bool is_single(const NodeProto *n)
{
    static const char *const operators[] = {"Concat", "Max", "Mean", "Min", "Sum"};
    for (size_t i = 0; n->n_input == 1 && i < sizeof operators / sizeof *operators; i++)
        if (is_op(n, operators[i])) return true;
    return false;
}

static bool keeps_order(const NodeProto *n)
{
    const AttributeProto *perm = attribute_of(n, "perm");
    for (size_t i = 0; perm && i < perm->n_ints; i++)
        if (perm->ints[i] != (int64_t)i) return false;
    return perm != NULL;
}

static bool is_idle_dropout(const Simple *s, const NodeProto *n)
{
    bool trains = !foreign_empty(read_by(n, 2)) && !all_are(s, read_by(n, 2), 0);
    return s->opset >= 7 && !trains && (n->n_output < 2 || !use_count(s, proto_text(n->output[1])));
}

static bool is_idle_cast(const Simple *s, const NodeProto *n)
{
    const Value *x = value_known(s, read_by(n, 0));
    const AttributeProto *to = attribute_of(n, "to");
    return x && to && to->i == (int64_t)x->type.dtype;
}

/* Does it hand on input 0? */
static bool hands_on(const Simple *s, const NodeProto *n)
{
    if (is_op(n, "Identity") || is_single(n)) return true;
    if (is_op(n, "Dropout")) return is_idle_dropout(s, n);
    if (is_op(n, "Transpose")) return keeps_order(n);
    if (is_op(n, "Cast") && is_idle_cast(s, n)) return true;
    bool same = same_type(s, read_by(n, 0), proto_text(n->output[0]));
    if (is_op(n, "Pad")) return same && n->n_input > 1 && all_are(s, read_by(n, 1), 0);
    if (is_op(n, "Slice")) return same && (foreign_empty(read_by(n, 4)) || all_are(s, read_by(n, 4), 1));
    return same && only_reshapes(n);
}

/* The operand of an addition of 0, a product with 1 and so on. */
static Foreign neutral(const Simple *s, const NodeProto *n)
{
    bool adds = is_op(n, "Add"), scales = is_op(n, "Mul");
    for (size_t i = 0; i < 2 && n->n_input == 2; i++) {
        Foreign other = read_by(n, i), x = read_by(n, 1 - i);
        bool none = (adds && all_are(s, other, 0)) || (scales && all_are(s, other, 1));
        if (i == 1)
            none = none || (is_op(n, "Sub") && all_are(s, other, 0)) || (is_op(n, "Div") && all_are(s, other, 1));
        if (none && same_type(s, x, proto_text(n->output[0]))) return x;
    }
    return foreign("");
}

bool drop_no_op(Simple *s, size_t i)
{
    const NodeProto *n = s->graph->node[i];
    if (!n->n_output || foreign_empty(proto_text(n->output[0]))) return false;
    Foreign x = hands_on(s, n) ? read_by(n, 0) : neutral(s, n);
    return !foreign_empty(x) && replace_by(s, i, x);
}
