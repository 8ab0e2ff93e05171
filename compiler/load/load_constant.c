/* Constant: the one attribute that holds the value, in any of its forms. */
#include "load/load_private.h"

#include <string.h>

static bool refuse(Node *n, const char *why)
{
    node_error(n, "%s", why);
    return false;
}

static bool read_strings(Node *n, const Attr *a)
{
    for (int i = 0; i < a->count; i++)
        if (foreign_length(a->strings[i]) != a->lengths[i])
            return refuse(n, "a string holds a NUL byte, which C strings can't");
    return true;
}

static Tensor tensor(DType dtype, Shape shape, const void *data)
{
    return (Tensor){.dtype = dtype, .shape = shape, .data = data};
}

static bool read_attr(Node *n, const Attr *a, Tensor *t)
{
    const int64_t count = a->count;
    switch (a->type) {
    case ATTR_TENSOR:
    case ATTR_SPARSE_TENSOR:
        *t = tensor(a->tensors[0]->type.dtype, a->tensors[0]->type.shape, a->tensors[0]->data);
        return true;
    case ATTR_FLOAT: *t = tensor(DT_FLOAT, shape_scalar(), a->floats); return true;
    case ATTR_FLOATS: *t = tensor(DT_FLOAT, shape_const(1, &count), a->floats); return true;
    case ATTR_INT: *t = tensor(DT_INT64, shape_scalar(), a->ints); return true;
    case ATTR_INTS: *t = tensor(DT_INT64, shape_const(1, &count), a->ints); return true;
    case ATTR_STRING: *t = tensor(DT_STRING, shape_scalar(), a->strings); return read_strings(n, a);
    case ATTR_STRINGS: *t = tensor(DT_STRING, shape_const(1, &count), a->strings); return read_strings(n, a);
    default: return refuse(n, mem_printf("attribute \"%s\" has the wrong type", shown(a->name)));
    }
}

static bool type_fits_name(const Attr *a)
{
    static const struct {
        const char *name;
        AttrType type;
    } forms[] = {
        {"value", ATTR_TENSOR},        {"sparse_value", ATTR_SPARSE_TENSOR},
        {"value_float", ATTR_FLOAT},   {"value_floats", ATTR_FLOATS},
        {"value_int", ATTR_INT},       {"value_ints", ATTR_INTS},
        {"value_string", ATTR_STRING}, {"value_strings", ATTR_STRINGS},
    };
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (foreign_is(a->name, forms[i].name)) return a->type == forms[i].type;
    return false;
}

bool constant_read(Node *n, Tensor *t)
{
    if (n->n_in != 0 || n->n_out != 1 || !n->out[0])
        return refuse(n, mem_printf("%d inputs and %d outputs, expected 0 and 1", n->n_in, n->n_out));
    if (n->n_attrs != 1) return refuse(n, mem_printf("%d attributes, expected one that holds the value", n->n_attrs));
    if (!type_fits_name(&n->attrs[0]))
        return refuse(n, mem_printf("attribute \"%s\" is unknown or of the wrong type", shown(n->attrs[0].name)));
    if (!read_attr(n, &n->attrs[0], t)) return false;
    if (!t->data) t->data = mem_alloc(1); /* no elements, but known */
    return true;
}
