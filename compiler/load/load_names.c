/* What the generated file calls the weights that an exporter only numbered: after the layer they belong to, since a
 * counter goes on for every node of a model, and one more node would rename all that follow. */
#include "load/load_private.h"

#include <ctype.h>

/* What exporters write before a number: PyTorch's two ("onnx::Conv_12", "val_12", "node_Conv_12"), and tf2onnx. */
static const char *const begins[] = {"node_", "val_", "const_", "Const__", "const_fold_opt__", "_to_copy_"};

/* Does it say no more than a number, and what was counted? Quantisers put a word after it: "onnx::Conv_12_scale". */
static bool is_numbered(Foreign name)
{
    size_t length = foreign_length(name), digits = 0;
    if (!length || foreign_starts(name, "onnx::")) return true;
    while (digits < length && isdigit((unsigned char)foreign_at(name, length - digits - 1))) digits++;
    bool begins_so = false;
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        begins_so = begins_so || foreign_starts(name, begins[i]);
    return digits == length || (digits && begins_so);
}

/* What an input is to its operator. */
static const char *role_of(const Node *n, int input)
{
    static const struct {
        const char *op_type, *roles[8];
    } known[] = {
        {"Conv", {NULL, "weight", "bias"}},
        {"ConvTranspose", {NULL, "weight", "bias"}},
        {"Gemm", {"weight", "weight", "bias"}},
        {"MatMul", {"weight", "weight"}},
        {"MatMulInteger", {"weight", "weight", "zero_point", "zero_point"}},
        {"ConvInteger", {NULL, "weight", "zero_point", "zero_point"}},
        {"BatchNormalization", {NULL, "scale", "bias", "mean", "var"}},
        {"LayerNormalization", {NULL, "scale", "bias"}},
        {"InstanceNormalization", {NULL, "scale", "bias"}},
        {"GroupNormalization", {NULL, "scale", "bias"}},
        {"LSTM", {NULL, "weight", "recurrence", "bias", NULL, NULL, NULL, "peepholes"}},
        {"GRU", {NULL, "weight", "recurrence", "bias"}},
        {"RNN", {NULL, "weight", "recurrence", "bias"}},
        {"Gather", {"table", "indices"}},
        {"QuantizeLinear", {NULL, "scale", "zero_point"}},
        {"DequantizeLinear", {"quantized", "scale", "zero_point"}},
        {"PRelu", {NULL, "slope"}},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (foreign_is(n->op_type, known[i].op_type) && input < 8 && known[i].roles[input])
            return known[i].roles[input];
    return "constant";
}

/* As the model names it; where that is a number as well, as what it makes is named, or just the operator. */
static Foreign layer_of(const Node *n)
{
    if (!is_numbered(n->name)) return n->name;
    return n->n_out && n->out[0] && !is_numbered(n->out[0]->wanted) ? n->out[0]->wanted : n->op_type;
}

/* Those that only hand their input on belong to the layer that reads it then. */
static bool hands_on(const Node *n)
{
    return foreign_is(n->op_type, "Identity") || foreign_is(n->op_type, "QuantizeLinear") ||
           foreign_is(n->op_type, "DequantizeLinear");
}

static Foreign name_of_input(const Node *n, int input)
{
    enum { MOST_HANDS = 4 };
    const Node *layer = n;
    int of_layer = input;
    for (int i = 0; i < MOST_HANDS && hands_on(layer); i++) {
        if (!layer->n_out || !layer->out[0] || !layer->out[0]->n_readers || !layer->out[0]->readers[0].node) break;
        of_layer = layer->out[0]->readers[0].index;
        layer = layer->out[0]->readers[0].node;
    }
    Foreign name = foreign_suffixed(layer_of(layer), ".%s", role_of(layer, of_layer));
    return layer == n || !input ? name : foreign_suffixed(name, ".%s", role_of(n, input));
}

static bool is_numbered_constant(const Value *v)
{
    return v && v->data && is_numbered(v->wanted);
}

static void name_of_node(Node *n)
{
    bool of_weight = n->n_in && n->in[0] && n->in[0]->data && n->n_out && n->out[0];
    for (int i = 0; i < n->n_in; i++)
        if (is_numbered_constant(n->in[i])) n->in[i]->wanted = name_of_input(n, i);
    if (hands_on(n) && of_weight && is_numbered(n->out[0]->wanted)) n->out[0]->wanted = name_of_input(n, 0);
}

void name_weights(Graph *g)
{
    for (Node *n = g->first; n; n = n->after) {
        name_of_node(n);
        for (int a = 0; a < n->n_attrs; a++)
            for (int i = 0; n->attrs[a].graphs && i < n->attrs[a].count; i++) name_weights(n->attrs[a].graphs[i]);
    }
}
