/* SparseTensorProto: the elements that are not zero and their places, to a dense tensor. */
#include "load/load_private.h"

#include <string.h>

/* The row-major place of entry i, -1 if it lies outside. Places are given as such, or as one index per dimension. */
static int64_t place_of(const int64_t *indices, int64_t i, const SparseTensorProto *p, bool per_dimension,
                        int64_t elements)
{
    if (!per_dimension) return indices[i] >= 0 && indices[i] < elements ? indices[i] : -1;
    int64_t place = 0;
    if (!elements) return -1;
    for (size_t axis = 0; axis < p->n_dims; axis++) {
        int64_t index = indices[i * (int64_t)p->n_dims + (int64_t)axis];
        if (index < 0 || index >= p->dims[axis]) return -1;
        place = place * p->dims[axis] + index;
    }
    return place;
}

static void *zeros(DType dtype, int64_t elements)
{
    Foreign *strings = mem_alloc((size_t)dtype_bytes(dtype, elements) + 1);
    for (int64_t i = 0; dtype == DT_STRING && i < elements; i++) strings[i] = foreign("");
    return strings;
}

/* The values' count, or -1 if values and indices don't fit together. */
static int64_t entry_count(const Tensor *values, const Tensor *indices, int rank, bool *per_dimension)
{
    const Shape *s = &indices->shape;
    if (values->shape.rank != 1 || indices->dtype != DT_INT64) return -1;
    if (s->rank < 1 || s->rank > 2 || s->dim[0] != values->shape.dim[0]) return -1;
    *per_dimension = s->rank == 2;
    if (*per_dimension && !dim_is(s->dim[1], rank)) return -1;
    return dim_value(s->dim[0]);
}

const char *sparse_read(Foreign model_path, const SparseTensorProto *p, Tensor *t)
{
    Tensor values = {0}, indices = {0};
    int64_t elements, last = -1;
    bool per_dimension;
    if (!p->values || !p->indices) return "is sparse, but has no values or no indices";
    const char *why = tensor_read(model_path, p->values, &values);
    if (!why) why = tensor_read(model_path, p->indices, &indices);
    if (!why) why = tensor_dims(values.dtype, p->n_dims, p->dims, &t->shape, &elements);
    if (why) return why;
    if (dtype_bits(values.dtype) < 8) return mem_printf("is sparse with elements of type %s", dtype_name(values.dtype));
    int64_t count = entry_count(&values, &indices, t->shape.rank, &per_dimension);
    if (count < 0)
        return mem_printf("is sparse with values %s and indices %s%s", shown(shape_text(&values.shape)),
                          dtype_name(indices.dtype), shown(shape_text(&indices.shape)));

    size_t width = (size_t)dtype_bytes(values.dtype, 1);
    char *data = zeros(values.dtype, elements);
    for (int64_t i = 0; i < count; i++) {
        int64_t place = place_of(indices.data, i, p, per_dimension, elements);
        if (place <= last) return mem_printf("is sparse with an index %s", place < 0 ? "out of range" : "out of order");
        memcpy(data + (size_t)place * width, (const char *)values.data + (size_t)i * width, width);
        last = place;
    }
    t->dtype = values.dtype;
    t->data = data;
    t->external = values.external;
    t->external_indices = indices.external;
    return NULL;
}
