#include "encode.h"

#include "load/load.h"
#include "run_op.h"

#include <check.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static size_t put_varint(uint8_t *to, uint64_t value)
{
    size_t n = 0;
    for (; value >= 0x80; value >>= 7) to[n++] = (uint8_t)(value | 0x80);
    to[n++] = (uint8_t)value;
    return n;
}

static uint8_t *start(int number, int type, size_t room, size_t *length)
{
    uint8_t *data = mem_alloc(room + 20);
    *length = put_varint(data, (uint64_t)number << 3 | (uint64_t)type);
    return data;
}

Bytes field_int(int number, int64_t value)
{
    size_t length;
    uint8_t *data = start(number, 0, 10, &length);
    length += put_varint(data + length, (uint64_t)value);
    return (Bytes){data, length};
}

Bytes field_float(int number, float value)
{
    size_t length;
    uint8_t *data = start(number, 5, 4, &length);
    memcpy(data + length, &value, 4);
    return (Bytes){data, length + 4};
}

Bytes field_bytes(int number, const void *content, size_t bytes)
{
    size_t length;
    uint8_t *data = start(number, 2, bytes, &length);
    length += put_varint(data + length, bytes);
    if (bytes) memcpy(data + length, content, bytes);
    return (Bytes){data, length + bytes};
}

Bytes field_text(int number, const char *text)
{
    return field_bytes(number, text, strlen(text));
}

Bytes joined_bytes(int count, const Bytes *parts)
{
    size_t length = 0;
    for (int i = 0; i < count; i++) length += parts[i].length;
    uint8_t *data = mem_alloc(length + 1), *to = data;
    for (int i = 0; i < count; i++) {
        if (parts[i].length) memcpy(to, parts[i].data, parts[i].length);
        to += parts[i].length;
    }
    return (Bytes){data, length};
}

Bytes field_joined(int number, int count, const Bytes *parts)
{
    Bytes all = joined_bytes(count, parts);
    return field_bytes(number, all.data, all.length);
}

/* -- of ONNX ----------------------------------------------------------------------------------- */

static Bytes field_dim(const char *text, size_t length)
{
    char *word = mem_strndup(text, length);
    if (*word == '?') return field_bytes(SHAPE_DIM, NULL, 0);
    if (isdigit((unsigned char)*word) || *word == '-')
        return field_message(SHAPE_DIM, field_int(DIM_VALUE, atoll(word)));
    return field_message(SHAPE_DIM, field_text(DIM_PARAM, word));
}

static Bytes field_shape(const char *dims)
{
    Bytes all = {0};
    while (*dims) {
        size_t length = strcspn(dims, ",");
        all = together(all, field_dim(dims, length));
        dims += length + (dims[length] == ',');
    }
    return field_bytes(TENSOR_TYPE_SHAPE, all.data, all.length);
}

Bytes field_info(int number, const char *name, DType t, const char *dims)
{
    return field_message(number, field_text(INFO_NAME, name),
                         field_message(INFO_TYPE, field_message(TYPE_TENSOR, field_int(TENSOR_TYPE_ELEMENT, t),
                                                                dims ? field_shape(dims) : NO_FIELD)));
}

Bytes field_node(int number, const char *words, Bytes attributes)
{
    bool outputs = false, first = true;
    Bytes all = attributes;
    while (*words) {
        size_t length = strcspn(words, " ");
        const char *word = mem_strndup(words, length), *colons = strstr(word, "::");
        if (first && colons) all = together(all, field_bytes(NODE_DOMAIN, word, (size_t)(colons - word)));
        if (first) all = together(all, field_text(NODE_OP_TYPE, colons ? colons + 2 : word));
        else if (*word == '>') outputs = true;
        else all = together(all, field_text(outputs ? NODE_OUTPUT : NODE_INPUT, strcmp(word, "-") ? word : ""));
        first = false;
        words += length + (words[length] == ' ');
    }
    return field_bytes(number, all.data, all.length);
}

Bytes attribute_int(const char *name, int64_t value)
{
    return field_message(NODE_ATTRIBUTE, field_text(ATTRIBUTE_NAME, name), field_int(ATTRIBUTE_I, value),
                         field_int(ATTRIBUTE_TYPE, ATTR_INT));
}

Bytes model_bytes(Bytes graph, Bytes functions)
{
    return together(field_int(MODEL_IR_VERSION, 10), field_message(MODEL_OPSET, field_int(OPSET_VERSION, 21)),
                    field_bytes(MODEL_GRAPH, graph.data, graph.length), functions);
}

Model *load_bytes(Bytes file, int n_dims, const DimOption *dims)
{
    char name[] = "/tmp/onnx2c-load-XXXXXX";
    int fd = mkstemp(name);
    ck_assert(fd >= 0 && write(fd, file.data, file.length) == (ssize_t)file.length);
    close(fd);
    Options options = {.model_path = foreign(mem_strdup(name)), .name = "test", .target = target_portable};
    options.dims = mem_dup(dims, (size_t)n_dims * sizeof *dims);
    options.n_dims = options.cap_dims = n_dims;
    test_silence(true);
    Model *m = load_model(&options);
    test_silence(false);
    unlink(name);
    return m;
}

Model *expect_loaded(Bytes file)
{
    Model *m = load_bytes(file, 0, NULL);
    ck_assert_msg(!m->errors, "%s", test_said());
    return m;
}

void expect_refused(Bytes file, const char *message)
{
    const Model *m = load_bytes(file, 0, NULL);
    ck_assert_msg(m->errors, "should be refused: %s", message);
    ck_assert_msg(strstr(test_said(), message), "%s, expected %s", test_said(), message);
}
