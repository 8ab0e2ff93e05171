/* test_wire.c: protocol buffers' wire format: fields are found, and no length leads out of the bytes. */
#include "encode.h"

#include "load/load_private.h"
#include "run_op.h"

#include <check.h>
#include <string.h>

Suite *wire_suite(void);

static Wire wire(Bytes b)
{
    return (Wire){b.data, b.data + b.length};
}

static Bytes bytes(const char *data, size_t length)
{
    return (Bytes){mem_dup(data, length), length};
}

START_TEST(fields_come_with_number_type_and_content)
{
    WireField f;
    Wire w = wire(together(field_int(1, 300), field_text(2, "abc"), field_float(3, 1), field_int(100, -1)));
    ck_assert(wire_next(&w, &f) && f.number == 1 && f.type == 0 && f.length == 2);
    ck_assert(wire_next(&w, &f) && f.number == 2 && f.type == 2 && f.length == 3 && !memcmp(f.data, "abc", 3));
    ck_assert(wire_next(&w, &f) && f.number == 3 && f.type == 5 && f.length == 4);
    ck_assert(wire_next(&w, &f) && f.number == 100 && f.type == 0 && f.length == 10);
    ck_assert_ptr_eq(w.at, w.end);
    w = wire(bytes("\x21"
                   "12345678",
                   9)); /* field 4 of 8 bytes */
    ck_assert(wire_next(&w, &f) && f.number == 4 && f.type == 1 && f.length == 8);
}
END_TEST

/* Every proper start of the bytes ends within a field, but between fields. */
START_TEST(no_field_reaches_beyond_the_end)
{
    const Bytes parts[] = {field_int(1, 1 << 20), field_text(2, "abcdef"), field_float(3, 1),
                           bytes("\x21"
                                 "12345678",
                                 9)};
    for (int i = 0; i < 4; i++)
        for (size_t length = 0; length < parts[i].length; length++) {
            WireField f;
            Wire w = {parts[i].data, parts[i].data + length};
            ck_assert_msg(!wire_next(&w, &f), "part %d cut to %zu bytes", i, length);
        }
}
END_TEST

START_TEST(bytes_that_are_no_field_are_none)
{
    static const struct {
        const char *data;
        size_t length;
    } wrong[] = {
        {"\x00\x00", 2},                                          /* field 0 */
        {"\x0b", 1},                                              /* type 3, the start of a group */
        {"\x0c", 1},                                              /* its end */
        {"\x0e", 1},                                              /* type 6 */
        {"\x0f", 1},                                              /* type 7 */
        {"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12}, /* a number of 11 bytes */
        {"\xff\xff\xff\xff\xff\x01\x00", 7},                      /* a tag of more than 32 bits */
        {"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11},     /* a length of 64 bits */
        {"\x0a\x02x", 3},                                         /* one byte missing */
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        WireField f;
        Wire w = wire(bytes(wrong[i].data, wrong[i].length));
        ck_assert_msg(!wire_next(&w, &f), "bytes %zu", i);
    }
}
END_TEST

/* -- messages ---------------------------------------------------------------------------------- */

static bool is_model(Bytes b)
{
    return wire_check(b.data, b.length, &onnx__model_proto__descriptor);
}

START_TEST(a_message_is_checked_with_all_within)
{
    Bytes node = field_node(GRAPH_NODE, "Add x y > z", attribute_int("axis", 1));
    ck_assert(is_model(model_bytes(together(node, node), NO_FIELD))); /* of repeated fields there may be many */
    ck_assert(is_model(NO_FIELD));
    /* the last byte of an attribute of a node is missing */
    Bytes cut = {node.data, node.length - 1};
    ck_assert(!is_model(model_bytes(cut, NO_FIELD)));
}
END_TEST

START_TEST(a_message_where_bytes_or_a_number_should_be_is_none)
{
    ck_assert(!is_model(field_int(MODEL_GRAPH, 1)));
    ck_assert(is_model(field_int(MODEL_IR_VERSION, 1)));
    ck_assert(is_model(field_int(1000, 1))); /* unknown fields are skipped */
}
END_TEST

START_TEST(a_message_is_given_once)
{
    Bytes graph = field_message(MODEL_GRAPH, field_text(GRAPH_NAME, "g"));
    ck_assert(is_model(graph));
    ck_assert(!is_model(together(graph, graph)));
}
END_TEST

/* A node with a graph with a node with ... */
static Bytes nested(int depth)
{
    Bytes graph = field_text(GRAPH_NAME, "innermost");
    for (int i = 0; i < depth; i++)
        graph = field_message(GRAPH_NODE,
                              field_message(NODE_ATTRIBUTE, field_bytes(ATTRIBUTE_G, graph.data, graph.length)));
    return field_bytes(MODEL_GRAPH, graph.data, graph.length);
}

START_TEST(messages_nest_as_deep_as_a_stack_stands)
{
    /* the model, its graph, and three for each further graph: 100 below the model */
    ck_assert(is_model(nested(33)));
    ck_assert(!is_model(nested(34)));
}
END_TEST

/* -- raw data ---------------------------------------------------------------------------------- */

static void *pool_alloc(void *unused, size_t n)
{
    (void)unused;
    return mem_alloc(n);
}

static void pool_free(void *unused, void *memory)
{
    (void)unused, (void)memory;
}

static ProtobufCAllocator pool = {pool_alloc, pool_free, NULL};

/* A tensor of n raw bytes, beside a field that nobody knows. */
static Bytes raw_tensor(const char *name, size_t n)
{
    char *raw = mem_alloc(n + 1);
    for (size_t i = 0; i < n; i++) raw[i] = (char)(i * i / 7 + n);
    return together(field_text(TENSOR_NAME, name), field_bytes(TENSOR_RAW_DATA, raw, n), field_int(TENSOR_DIMS, 3),
                    field_text(99, "unknown"));
}

static Bytes wrapped(int number, Bytes b)
{
    return field_bytes(number, b.data, b.length);
}

/* Tensors at every place where there may be some, of n bytes, of 3 and of none. */
static Bytes tensors_everywhere(size_t n)
{
    Bytes sparse = together(wrapped(SPARSE_VALUES, raw_tensor("v", n)), wrapped(SPARSE_INDICES, raw_tensor("i", 3)));
    Bytes inner = together(wrapped(GRAPH_INITIALIZER, raw_tensor("a", n)), wrapped(GRAPH_SPARSE_INITIALIZER, sparse));
    Bytes attribute = together(wrapped(ATTRIBUTE_T, raw_tensor("t", n)), wrapped(ATTRIBUTE_G, inner));
    Bytes node = together(field_text(1, "x"), wrapped(NODE_ATTRIBUTE, attribute));
    Bytes graph = together(wrapped(GRAPH_INITIALIZER, raw_tensor("b", 0)), wrapped(GRAPH_NODE, node),
                           wrapped(GRAPH_INITIALIZER, raw_tensor("c", 3)),
                           field_info(GRAPH_INPUT, "x", DT_FLOAT, "2,n"));
    return together(field_int(MODEL_IR_VERSION, 8), wrapped(MODEL_GRAPH, graph));
}

static Bytes packed(const ProtobufCMessage *m)
{
    ck_assert_ptr_nonnull(m);
    uint8_t *to = mem_alloc(protobuf_c_message_get_packed_size(m) + 1);
    return (Bytes){to, protobuf_c_message_pack(m, to)};
}

START_TEST(raw_data_that_are_copied_piece_by_piece_are_the_same)
{
    const ProtobufCMessageDescriptor *type = &onnx__model_proto__descriptor;
    static const size_t lengths[] = {30000, (1 << 22) - 1, (1 << 22) + 9}; /* below, at and above what goes at once */
    for (int i = 0; i < 3; i++) {
        const Bytes b = tensors_everywhere(lengths[i]);
        const Bytes pieces = packed(unpack_piecewise(b.data, b.length, type, &pool)),
                    plain = packed(protobuf_c_message_unpack(type, &pool, b.length, b.data));
        ck_assert_uint_eq(pieces.length, plain.length);
        ck_assert(!memcmp(pieces.data, plain.data, plain.length));
    }
}
END_TEST

/* Nothing of a message decides what is read in place of its raw data. */
START_TEST(messages_of_few_raw_data_are_not_for_pieces)
{
    const ProtobufCMessageDescriptor *type = &onnx__model_proto__descriptor;
    const Bytes small = tensors_everywhere(100), cut = tensors_everywhere(30000);
    const Bytes text = together(tensors_everywhere(30000), wrapped(2, raw_tensor("producer", 200000)));
    ck_assert_ptr_null(unpack_piecewise(small.data, small.length, type, &pool));
    ck_assert_ptr_null(unpack_piecewise(text.data, text.length, type, &pool));
    ck_assert_ptr_null(unpack_piecewise(cut.data, cut.length - 1, type, &pool));
}
END_TEST

Suite *wire_suite(void)
{
    Suite *suite = suite_create("wire");
    TCase *tests = tcase_create("wire");
    tcase_add_checked_fixture(tests, NULL, op_free);
    tcase_add_test(tests, fields_come_with_number_type_and_content);
    tcase_add_test(tests, no_field_reaches_beyond_the_end);
    tcase_add_test(tests, bytes_that_are_no_field_are_none);
    tcase_add_test(tests, a_message_is_checked_with_all_within);
    tcase_add_test(tests, a_message_where_bytes_or_a_number_should_be_is_none);
    tcase_add_test(tests, a_message_is_given_once);
    tcase_add_test(tests, messages_nest_as_deep_as_a_stack_stands);
    tcase_add_test(tests, raw_data_that_are_copied_piece_by_piece_are_the_same);
    tcase_add_test(tests, messages_of_few_raw_data_are_not_for_pieces);
    suite_add_tcase(suite, tests);
    return suite;
}
