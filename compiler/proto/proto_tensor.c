/* Sizes of tensors, and the order of their bytes. */
#include "proto/proto.h"

#include <string.h>

int64_t tensor_elements(const TensorProto *t)
{
    int64_t count = 1;
    for (size_t i = 0; i < t->n_dims; i++) {
        if (t->dims[i] < 0) return -1;
        if (t->dims[i] && count > BYTES_INFINITY / t->dims[i]) count = BYTES_INFINITY;
        else count *= t->dims[i];
    }
    return count;
}

int64_t tensor_bytes(const TensorProto *t)
{
    int64_t count = tensor_elements(t), bytes = 0;
    if (t->data_type == DT_STRING)
        for (size_t i = 0; i < t->n_string_data; i++) bytes += (int64_t)t->string_data[i].len;
    else if (count > 0 && t->data_type > DT_UNDEFINED && t->data_type < DT_COUNT)
        bytes = dtype_bytes((DType)t->data_type, count);
    return bytes;
}

static bool host_is_big_endian(void)
{
    const uint16_t one = 1;
    unsigned char first;
    memcpy(&first, &one, 1);
    return first == 0;
}

static void swap_bytes(unsigned char *data, int64_t count, int width)
{
    for (; count > 0; count--, data += width)
        for (int i = 0; i < width / 2; i++) {
            unsigned char byte = data[i];
            data[i] = data[width - 1 - i];
            data[width - 1 - i] = byte;
        }
}

void swap_little_endian(DType dtype, int64_t elements, void *data)
{
    bool is_complex = dtype == DT_COMPLEX64 || dtype == DT_COMPLEX128;
    int width = dtype_bits(dtype) / 8 / (is_complex ? 2 : 1);
    if (width > 1 && host_is_big_endian()) swap_bytes(data, elements * (is_complex ? 2 : 1), width);
}
