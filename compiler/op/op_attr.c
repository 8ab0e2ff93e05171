/* Reading and writing a node's attributes: those of the model, and the compiler's own, which have names of their own.
 */
#include "op/op.h"

#include <string.h>

static const Attr *find(const Node *n, const char *name, bool ours)
{
    for (int i = 0; i < n->n_attrs; i++)
        if (n->attrs[i].ours == ours && foreign_is(n->attrs[i].name, name)) return &n->attrs[i];
    return NULL;
}

const Attr *attr_find(const Node *n, const char *name)
{
    return find(n, name, false);
}

/* -- reading ----------------------------------------------------------------------------------- */

static const char *type_text(AttrType type)
{
    static const char *const text[] = {
        "of no type",
        "a float",
        "an int",
        "a string",
        "a tensor",
        "a graph",
        "a list of floats",
        "a list of ints",
        "a list of strings",
        "a list of tensors",
        "a list of graphs",
        "a sparse tensor",
        "a list of sparse tensors",
        "a type",
        "a list of types",
    };
    return text[type];
}

/* The attribute if it is there and of this type; an error if it is there and isn't. */
static const Attr *attr_typed(Node *n, const char *name, AttrType type)
{
    const Attr *a = attr_find(n, name);
    if (!a || a->type == type) return a;
    node_invalid(n, "attribute \"%s\" is %s, expected %s", name, type_text(a->type), type_text(type));
    return NULL;
}

int64_t attr_int(Node *n, const char *name, int64_t otherwise)
{
    const Attr *a = attr_typed(n, name, ATTR_INT);
    return a ? a->ints[0] : otherwise;
}

double attr_float(Node *n, const char *name, double otherwise)
{
    const Attr *a = attr_typed(n, name, ATTR_FLOAT);
    return a ? (double)a->floats[0] : otherwise;
}

Foreign attr_string(Node *n, const char *name, const char *otherwise)
{
    const Attr *a = attr_typed(n, name, ATTR_STRING);
    return a ? a->strings[0] : foreign(otherwise);
}

int attr_ints(Node *n, const char *name, const int64_t **values)
{
    const Attr *a = attr_typed(n, name, ATTR_INTS);
    *values = a ? a->ints : NULL;
    return a ? a->count : 0;
}

int attr_floats(Node *n, const char *name, const float **values)
{
    const Attr *a = attr_typed(n, name, ATTR_FLOATS);
    *values = a ? a->floats : NULL;
    return a ? a->count : 0;
}

int attr_strings(Node *n, const char *name, const Foreign **values)
{
    const Attr *a = attr_typed(n, name, ATTR_STRINGS);
    *values = a ? a->strings : NULL;
    return a ? a->count : 0;
}

bool attr_word(Node *n, const char *name, const char *otherwise, const AttrWord *words, int *value)
{
    Foreign text = attr_string(n, name, otherwise);
    const char *expected = "";
    for (const AttrWord *w = words; w->name; w++) {
        if (foreign_is(text, w->name)) {
            *value = w->value;
            return true;
        }
        expected = mem_printf("%s%s%s", expected, w == words ? "" : ", ", w->name);
    }
    node_invalid(n, "attribute \"%s\" is \"%s\", expected one of %s", name, shown(text), expected);
    return false;
}

int attr_axis(Node *n, const char *name, int64_t otherwise, int rank)
{
    return normalize_axis(n, attr_int(n, name, otherwise), rank);
}

int normalize_axis(Node *n, int64_t axis, int rank)
{
    if (axis >= -rank && axis < rank) return (int)(axis < 0 ? axis + rank : axis);
    if (rank == 0)
        node_invalid(n, "axis is %lld, but the tensor is a scalar, expected rank 1 or more", (long long)axis);
    else
        node_invalid(n, "axis is %lld, expected %d to %d for a tensor of rank %d", (long long)axis, -rank, rank - 1,
                     rank);
    return -1;
}

/* -- writing. Nodes may share one array of attributes, so it is replaced, never changed -------- */

static void drop(Node *n, const char *name, bool ours)
{
    const Attr *a = find(n, name, ours);
    if (!a) return;
    Attr *rest = mem_array((size_t)n->n_attrs, sizeof *rest);
    int kept = 0;
    for (int i = 0; i < n->n_attrs; i++)
        if (&n->attrs[i] != a) rest[kept++] = n->attrs[i];
    n->attrs = rest;
    n->n_attrs = kept;
}

void attr_remove(Node *n, const char *name)
{
    drop(n, name, false);
}

static Attr *attr_replace(Node *n, const char *name, AttrType type, int count)
{
    drop(n, name, false);
    return node_add_attr(n, name, type, count);
}

void attr_set_int(Node *n, const char *name, int64_t value)
{
    attr_replace(n, name, ATTR_INT, 1)->ints = mem_dup(&value, sizeof value);
}

void attr_set_ints(Node *n, const char *name, int count, const int64_t *values)
{
    attr_replace(n, name, ATTR_INTS, count)->ints = mem_dup(values, (size_t)count * sizeof *values);
}

void attr_set_float(Node *n, const char *name, double value)
{
    float narrow = (float)value;
    attr_replace(n, name, ATTR_FLOAT, 1)->floats = mem_dup(&narrow, sizeof narrow);
}

void attr_set_string(Node *n, const char *name, const char *value)
{
    Foreign text = foreign(mem_strdup(value));
    size_t length = strlen(value);
    Attr *a = attr_replace(n, name, ATTR_STRING, 1);
    a->strings = mem_dup(&text, sizeof text);
    a->lengths = mem_dup(&length, sizeof length);
}

/* -- the compiler's own ------------------------------------------------------------------------ */

static Attr *own_replace(Node *n, const char *name, AttrType type, int count)
{
    drop(n, name, true);
    Attr *a = node_add_attr(n, name, type, count);
    a->ours = true;
    return a;
}

int64_t own_int(const Node *n, const char *name, int64_t otherwise)
{
    const Attr *a = find(n, name, true);
    return a ? a->ints[0] : otherwise;
}

int own_ints(const Node *n, const char *name, const int64_t **values)
{
    const Attr *a = find(n, name, true);
    *values = a ? a->ints : NULL;
    return a ? a->count : -1;
}

void own_set_int(Node *n, const char *name, int64_t value)
{
    own_replace(n, name, ATTR_INT, 1)->ints = mem_dup(&value, sizeof value);
}

void own_set_ints(Node *n, const char *name, int count, const int64_t *values)
{
    own_replace(n, name, ATTR_INTS, count)->ints = mem_dup(values, (size_t)count * sizeof *values);
}
