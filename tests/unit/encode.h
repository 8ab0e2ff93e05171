/* encode.h: messages of protocol buffers, field by field, right or wrong: what a file of ONNX consists of. */
#ifndef ENCODE_H
#define ENCODE_H

#include "ir/ir.h"

typedef struct {
    const uint8_t *data;
    size_t length;
} Bytes;

Bytes field_int(int number, int64_t value); /* a varint */
Bytes field_float(int number, float value);
Bytes field_bytes(int number, const void *data, size_t length);
Bytes field_text(int number, const char *text);
Bytes joined_bytes(int count, const Bytes *parts);
Bytes field_joined(int number, int count, const Bytes *parts);

#define COUNT_OF(...) \
    (int)(sizeof(Bytes[]){__VA_ARGS__} / sizeof(Bytes)), (Bytes[]) \
    { \
        __VA_ARGS__ \
    }
#define together(...) joined_bytes(COUNT_OF(__VA_ARGS__))
#define field_message(number, ...) field_joined(number, COUNT_OF(__VA_ARGS__))
#define NO_FIELD \
    (Bytes) \
    { \
        0 \
    }

/* Fields of ONNX's messages. */
enum {
    MODEL_IR_VERSION = 1,
    MODEL_GRAPH = 7,
    MODEL_OPSET = 8,
    MODEL_FUNCTION = 25,
    OPSET_DOMAIN = 1,
    OPSET_VERSION = 2,
    GRAPH_NODE = 1,
    GRAPH_NAME = 2,
    GRAPH_INITIALIZER = 5,
    GRAPH_INPUT = 11,
    GRAPH_OUTPUT = 12,
    GRAPH_VALUE_INFO = 13,
    GRAPH_SPARSE_INITIALIZER = 15,
    NODE_INPUT = 1,
    NODE_OUTPUT = 2,
    NODE_NAME = 3,
    NODE_OP_TYPE = 4,
    NODE_ATTRIBUTE = 5,
    NODE_DOMAIN = 7,
    ATTRIBUTE_NAME = 1,
    ATTRIBUTE_F = 2,
    ATTRIBUTE_I = 3,
    ATTRIBUTE_S = 4,
    ATTRIBUTE_T = 5,
    ATTRIBUTE_G = 6,
    ATTRIBUTE_FLOATS = 7,
    ATTRIBUTE_INTS = 8,
    ATTRIBUTE_STRINGS = 9,
    ATTRIBUTE_TYPE = 20,
    ATTRIBUTE_REFERENCE = 21,
    TENSOR_DIMS = 1,
    TENSOR_DATA_TYPE = 2,
    TENSOR_SEGMENT = 3,
    TENSOR_FLOAT_DATA = 4,
    TENSOR_INT32_DATA = 5,
    TENSOR_STRING_DATA = 6,
    TENSOR_INT64_DATA = 7,
    TENSOR_NAME = 8,
    TENSOR_RAW_DATA = 9,
    TENSOR_DOUBLE_DATA = 10,
    TENSOR_UINT64_DATA = 11,
    TENSOR_EXTERNAL_DATA = 13,
    TENSOR_DATA_LOCATION = 14,
    SPARSE_VALUES = 1,
    SPARSE_INDICES = 2,
    SPARSE_DIMS = 3,
    INFO_NAME = 1,
    INFO_TYPE = 2,
    TYPE_TENSOR = 1,
    TYPE_SEQUENCE = 4,
    TYPE_MAP = 5,
    TYPE_SPARSE = 8,
    TYPE_OPTIONAL = 9,
    TENSOR_TYPE_ELEMENT = 1,
    TENSOR_TYPE_SHAPE = 2,
    SHAPE_DIM = 1,
    DIM_VALUE = 1,
    DIM_PARAM = 2,
    FUNCTION_NAME = 1,
    FUNCTION_INPUT = 4,
    FUNCTION_OUTPUT = 5,
    FUNCTION_ATTRIBUTE = 6,
    FUNCTION_NODE = 7,
    FUNCTION_OPSET = 9,
    FUNCTION_DOMAIN = 10,
    FUNCTION_ATTRIBUTE_PROTO = 11,
};

/* A value's name and type; dims: "2,h,?" with sizes, parameters and unknown ones; NULL: no shape. */
Bytes field_info(int number, const char *name, DType t, const char *dims);
/* A node of words separated by blanks: "Add x y > z", "com.example::Op > y"; an input or output "-" is omitted. */
Bytes field_node(int number, const char *words, Bytes attributes);
Bytes attribute_int(const char *name, int64_t value);

/* A model of opset 21 with this graph's fields and, if any, functions. */
Bytes model_bytes(Bytes graph, Bytes functions);
/* Loads it from a file that is gone afterwards; what it says is kept back (test_said). */
Model *load_bytes(Bytes file, int n_dims, const DimOption *dims);
Model *expect_loaded(Bytes file);                     /* fails the test after an error, */
void expect_refused(Bytes file, const char *message); /* or without one that says so */

#endif
