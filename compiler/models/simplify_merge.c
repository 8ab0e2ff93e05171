/* Two nodes that become one: those that compute the same, and moves of elements one after the other. */
#include "models/simplify.h"

#include "op/op.h"

#include <string.h>

/* -- what computes the same -------------------------------------------------------------------- */

static bool is_random(const NodeProto *n)
{
    Foreign op = proto_text(n->op_type);
    return foreign_starts(op, "Random") || foreign_is(op, "Multinomial") || foreign_is(op, "Bernoulli") ||
           foreign_is(op, "Dropout");
}

/* A digest of the operator, its attributes and its inputs; "" for nodes that are not compared. */
static Foreign key_of(const NodeProto *n)
{
    char hex[65];
    NodeProto plain = *n;
    if (is_random(n) || !foreign_empty(short_domain(proto_text(n->domain)))) return foreign("");
    for (size_t i = 0; i < n->n_attribute; i++)
        if (n->attribute[i]->g || n->attribute[i]->n_graphs) return foreign("");
    plain.name = plain.doc_string = foreign(NULL);
    plain.n_output = plain.n_metadata_props = 0;
    size_t length = protobuf_c_message_get_packed_size(&plain.base);
    uint8_t *bytes = mem_alloc(length + 1);
    protobuf_c_message_pack(&plain.base, bytes);
    sha256_hex(bytes, length, hex);
    return foreign(mem_strdup(hex));
}

bool merge_equal(Simple *s, size_t i)
{
    const NodeProto *n = s->graph->node[i];
    Foreign key = n->n_output == 1 ? key_of(n) : foreign("");
    if (foreign_empty(key)) return false;
    const size_t *first = map_get(s->seen, key);
    if (!first) {
        map_put(s->seen, key, &s->numbers[i]);
        return false;
    }
    const NodeProto *same = s->graph->node[*first];
    if (s->gone[*first] || same->n_output != 1 || map_get(s->outputs, proto_text(n->output[0]))) return false;
    return replace_by(s, i, proto_text(same->output[0]));
}

/* -- moves ------------------------------------------------------------------------------------- */

static NodeProto *maker_of(const Simple *s, Foreign name, const char *op)
{
    const size_t *maker = foreign_empty(name) ? NULL : map_get(s->makers, name);
    return maker && !s->gone[*maker] && is_op(s->graph->node[*maker], op) ? s->graph->node[*maker] : NULL;
}

static bool join_transposes(const Simple *s, NodeProto *n)
{
    const NodeProto *first = maker_of(s, read_by(n, 0), "Transpose");
    const AttributeProto *inner = first ? attribute_of(first, "perm") : NULL;
    AttributeProto *outer = (AttributeProto *)(uintptr_t)attribute_of(n, "perm");
    if (!inner || !outer || inner->n_ints != outer->n_ints) return false;
    int64_t *perm = mem_array(outer->n_ints, sizeof *perm);
    for (size_t i = 0; i < outer->n_ints; i++) {
        if (outer->ints[i] < 0 || outer->ints[i] >= (int64_t)inner->n_ints) return false;
        perm[i] = inner->ints[outer->ints[i]];
    }
    outer->ints = perm;
    n->input[0] = read_by(first, 0);
    return true;
}

/* A Reshape to a shape that doesn't copy sizes of its input. */
static bool asks_nothing(const Simple *s, const NodeProto *n)
{
    const Value *shape = constant_known(s, read_by(n, 1));
    if (!shape || shape->type.dtype != DT_INT64) return false;
    int64_t count = value_count(shape);
    for (int64_t i = 0; i < count; i++)
        if (number_int(DT_INT64, shape->data, i) == 0) return false;
    return true;
}

static bool join_reshapes(const Simple *s, NodeProto *n)
{
    static const char *const operators[] = {"Reshape", "Flatten", "Squeeze", "Unsqueeze"};
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        const NodeProto *first = maker_of(s, read_by(n, 0), operators[i]);
        if (!first || !asks_nothing(s, n)) continue;
        n->input[0] = read_by(first, 0);
        return true;
    }
    return false;
}

bool join_moves(Simple *s, size_t i)
{
    NodeProto *n = s->graph->node[i];
    if (is_op(n, "Transpose")) return join_transposes(s, n);
    return is_op(n, "Reshape") && n->n_input == 2 && join_reshapes(s, n);
}
