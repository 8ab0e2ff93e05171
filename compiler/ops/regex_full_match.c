/* RegexFullMatch: https://onnx.ai/onnx/operators/onnx__RegexFullMatch.html
 * The pattern becomes a table when it is compiled: a match takes one step per byte, whatever the pattern. */
#include "op/op.h"
#include "ops/shared/shared.h"

#include <string.h>

static void infer_regex(Node *n)
{
    static const DType strings[] = {DT_STRING};
    Matcher m;
    if (!need_counts(n, 1, 1, 1, 1) || !need_tensor_inputs(n) || !need_type(n, 0, strings, 1)) return;
    Foreign pattern = attr_string(n, "pattern", "");
    const char *wrong = regex_compile(pattern, &m);
    if (wrong) node_error(n, "its pattern \"%s\" %s", shown(pattern), wrong);
    else set_out(n, 0, DT_BOOL, &n->in[0]->type.shape);
}

static Value *table(Node *n, const char *name, DType t, int64_t count, const void *data)
{
    Shape shape = shape_const(1, &count);
    return value_const(n->graph, foreign_suffixed(node_stem(n), "/%s", name), t, &shape, data);
}

static void lower_regex(Node *n)
{
    Matcher m;
    if (regex_compile(attr_string(n, "pattern", ""), &m)) return;
    Step *s = step_call(n, "regex_full_match");
    arg_in(s, "x", n->in[0]);
    arg_in(s, "class_of", table(n, "classes", DT_UINT8, 256, mem_dup(m.class_of, sizeof m.class_of)));
    arg_in(s, "next", table(n, "next", DT_UINT16, m.states * m.classes, m.next));
    arg_in(s, "accepts", table(n, "accepts", DT_BOOL, m.states, m.accepts));
    arg_out(s, "y", n->out[0]);
    arg_dim(s, "n", elements(n->in[0]));
    arg_int(s, "classes", m.classes);
}

const Op ops_regex_full_match[] = {
    {.name = "RegexFullMatch", .domain = "", .since = 20, .infer = infer_regex, .lower = lower_regex},
    {0},
};
