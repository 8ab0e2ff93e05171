/* test_load_tensor.c: constants in every encoding, sparse ones, those in files of their own; and what is none. */
#include "encode.h"

#include "load/load.h"
#include "run_op.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

Suite *load_tensor_suite(void);

static char folder[64];

static void setup(void)
{
    strcpy(folder, "/tmp/onnx2c-tensor-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void teardown(void)
{
    const char *const names[] = {"t.pb", "data", "link", "sub/data"};
    for (int i = 0; i < 4; i++) unlink(mem_printf("%s/%s", folder, names[i]));
    rmdir(mem_printf("%s/sub", folder));
    rmdir(folder);
    op_free();
}

static void write_file(const char *name, const void *data, size_t length)
{
    FILE *f = fopen(mem_printf("%s/%s", folder, name), "w");
    ck_assert(f && (!length || fwrite(data, 1, length, f) == length)); /* of nothing, there may be no address */
    fclose(f);
}

/* The tensor that the message is; NULL if it is refused: test_said tells why. */
static const Value *tensor(Bytes b)
{
    DataItem item;
    Model m = {.path = foreign("model.onnx")};
    write_file("t.pb", b.data, b.length);
    test_silence(true);
    bool good = load_data_item(&m, foreign(mem_printf("%s/t.pb", folder)), NULL, &item);
    test_silence(false);
    ck_assert(good == !m.errors && good == (item.tensor != NULL));
    return item.tensor;
}

static Bytes dims(int count, const int64_t *sizes)
{
    Bytes all = {0};
    for (int i = 0; i < count; i++) all = together(all, field_int(TENSOR_DIMS, sizes[i]));
    return all;
}

#define vector(type, n, ...) together(field_int(TENSOR_DATA_TYPE, type), dims(1, (int64_t[]){n}), __VA_ARGS__)

static bool holds(const Value *v, DType t, int64_t count, const void *data)
{
    return v && v->type.dtype == t && value_count(v) == count && !memcmp(v->data, data, (size_t)value_bytes(v));
}

#define ck_refused(bytes, words) \
    do { \
        ck_assert_msg(!tensor(bytes), "should be refused: %s", words); \
        ck_assert_msg(strstr(test_said(), words), "%s, expected %s", test_said(), words); \
    } while (0)

/* -- raw bytes --------------------------------------------------------------------------------- */

START_TEST(raw_bytes_are_the_elements)
{
    const float reals[] = {1, -2};
    const int64_t wide[] = {5, -6};
    ck_assert(
        holds(tensor(vector(DT_FLOAT, 2, field_bytes(TENSOR_RAW_DATA, reals, sizeof reals))), DT_FLOAT, 2, reals));
    ck_assert(holds(tensor(vector(DT_INT64, 2, field_bytes(TENSOR_RAW_DATA, wide, sizeof wide))), DT_INT64, 2, wide));
    ck_assert(holds(tensor(vector(DT_INT4, 3, field_bytes(TENSOR_RAW_DATA, "\x21\x03", 2))), DT_INT4, 3, "\x21\x03"));
}
END_TEST

START_TEST(a_bool_is_0_or_1_whatever_byte_it_was)
{
    ck_assert(holds(tensor(vector(DT_BOOL, 3, field_bytes(TENSOR_RAW_DATA, "\x00\x01\x80", 3))), DT_BOOL, 3, "\0\1\1"));
}
END_TEST

START_TEST(raw_bytes_are_as_many_as_the_shape_takes)
{
    ck_refused(vector(DT_FLOAT, 2, field_bytes(TENSOR_RAW_DATA, "1234567", 7)),
               "raw_data has 7 bytes, float32[2] takes 8");
    ck_refused(vector(DT_FLOAT, 1, field_bytes(TENSOR_RAW_DATA, "12345", 5)), "raw_data has 5 bytes");
    ck_refused(vector(DT_STRING, 1, field_bytes(TENSOR_RAW_DATA, "12345678", 8)), "strings as raw_data");
}
END_TEST

/* -- typed fields ------------------------------------------------------------------------------ */

START_TEST(each_type_has_its_field)
{
    const Bytes one = field_int(TENSOR_INT32_DATA, 7), ones = field_int(TENSOR_INT32_DATA, -7);
    ck_assert(holds(tensor(vector(DT_INT32, 2, one, ones)), DT_INT32, 2, (int32_t[]){7, -7}));
    ck_assert(holds(tensor(vector(DT_INT8, 2, one, ones)), DT_INT8, 2, (int8_t[]){7, -7}));
    ck_assert(holds(tensor(vector(DT_INT16, 2, one, ones)), DT_INT16, 2, (int16_t[]){7, -7}));
    ck_assert(holds(tensor(vector(DT_UINT8, 1, one)), DT_UINT8, 1, (uint8_t[]){7}));
    ck_assert(holds(tensor(vector(DT_UINT16, 1, one)), DT_UINT16, 1, (uint16_t[]){7}));
    ck_assert(holds(tensor(vector(DT_FLOAT16, 1, field_int(TENSOR_INT32_DATA, 0xbc00))), DT_FLOAT16, 1,
                    (uint16_t[]){0xbc00}));
    ck_assert(holds(tensor(vector(DT_FLOAT8E5M2, 1, field_int(TENSOR_INT32_DATA, 255))), DT_FLOAT8E5M2, 1, "\xff"));
    ck_assert(holds(tensor(vector(DT_BOOL, 2, one, field_int(TENSOR_INT32_DATA, 0))), DT_BOOL, 2, "\1\0"));
    ck_assert(holds(tensor(vector(DT_INT64, 1, field_int(TENSOR_INT64_DATA, -9))), DT_INT64, 1, (int64_t[]){-9}));
    ck_assert(
        holds(tensor(vector(DT_UINT64, 1, field_int(TENSOR_UINT64_DATA, -1))), DT_UINT64, 1, (uint64_t[]){UINT64_MAX}));
    ck_assert(holds(tensor(vector(DT_UINT32, 1, field_int(TENSOR_UINT64_DATA, UINT32_MAX))), DT_UINT32, 1,
                    (uint32_t[]){UINT32_MAX}));
    ck_assert(
        holds(tensor(vector(DT_FLOAT, 2, field_float(TENSOR_FLOAT_DATA, 1.5f), field_float(TENSOR_FLOAT_DATA, -2))),
              DT_FLOAT, 2, (float[]){1.5f, -2}));
    ck_assert(
        holds(tensor(vector(DT_COMPLEX64, 1, field_float(TENSOR_FLOAT_DATA, 1), field_float(TENSOR_FLOAT_DATA, 2))),
              DT_COMPLEX64, 1, (float[]){1, 2}));
    /* four elements of half a byte are two entries */
    ck_assert(holds(tensor(vector(DT_UINT4, 4, field_int(TENSOR_INT32_DATA, 0x21), field_int(TENSOR_INT32_DATA, 0x43))),
                    DT_UINT4, 4, "\x21\x43"));
    ck_assert(holds(tensor(vector(DT_INT2, 4, field_int(TENSOR_INT32_DATA, 0xe4))), DT_INT2, 4, "\xe4"));
}
END_TEST

START_TEST(doubles_have_their_field)
{
    const double numbers[] = {1, -0.5};
    Bytes packed = field_bytes(TENSOR_DOUBLE_DATA, numbers, sizeof numbers);
    ck_assert(holds(tensor(vector(DT_DOUBLE, 2, packed)), DT_DOUBLE, 2, numbers));
    ck_assert(holds(tensor(vector(DT_COMPLEX128, 1, packed)), DT_COMPLEX128, 1, numbers));
    ck_refused(vector(DT_DOUBLE, 3, packed), "double_data has 2 elements, the shape takes 3");
}
END_TEST

START_TEST(strings_are_text_without_nul)
{
    const Value *v = tensor(
        vector(DT_STRING, 2, field_text(TENSOR_STRING_DATA, "one"), field_text(TENSOR_STRING_DATA, "")));
    const Foreign *strings = v->data;
    ck_assert(foreign_is(strings[0], "one") && foreign_is(strings[1], ""));
    ck_refused(vector(DT_STRING, 1, field_bytes(TENSOR_STRING_DATA, "a\0b", 3)), "a string holds a NUL byte");
    ck_refused(vector(DT_STRING, 2, field_text(TENSOR_STRING_DATA, "one")), "string_data has 1 elements");
}
END_TEST

START_TEST(entries_are_numbers_of_the_type)
{
    static const struct {
        DType type;
        int32_t low, high;
    } ranges[] = {{DT_INT8, -128, 127},   {DT_UINT8, 0, 255}, {DT_INT16, -32768, 32767}, {DT_UINT16, 0, 65535},
                  {DT_FLOAT16, 0, 65535}, {DT_UINT4, 0, 255}, {DT_FLOAT8E4M3FN, 0, 255}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        DType t = ranges[i].type;
        ck_assert(tensor(vector(t, 1, field_int(TENSOR_INT32_DATA, ranges[i].low))));
        ck_assert(tensor(vector(t, 1, field_int(TENSOR_INT32_DATA, ranges[i].high))));
        ck_refused(vector(t, 1, field_int(TENSOR_INT32_DATA, ranges[i].low - 1)), mem_printf("no %s", dtype_name(t)));
        ck_refused(vector(t, 1, field_int(TENSOR_INT32_DATA, ranges[i].high + 1)), mem_printf("no %s", dtype_name(t)));
    }
    ck_refused(vector(DT_UINT32, 1, field_int(TENSOR_UINT64_DATA, INT64_C(1) << 32)), "a number that is no uint32");
}
END_TEST

START_TEST(entries_are_as_many_as_the_shape_takes)
{
    const Bytes one = field_int(TENSOR_INT32_DATA, 1);
    ck_refused(vector(DT_INT32, 2, one), "int32_data has 1 elements, the shape takes 2");
    ck_refused(vector(DT_INT8, 1, one, one), "int32_data has 2 elements, the shape takes 1");
    ck_refused(vector(DT_UINT32, 1, one), "uint64_data has 0 elements, the shape takes 1");
    ck_refused(vector(DT_INT4, 5, one, one), "int32_data has 2 elements, the shape takes 3");
    ck_refused(vector(DT_COMPLEX64, 1, field_float(TENSOR_FLOAT_DATA, 1)),
               "float_data has 1 elements, the shape takes 2");
}
END_TEST

/* -- shapes ------------------------------------------------------------------------------------ */

START_TEST(shapes_have_limits)
{
    const Bytes type = field_int(TENSOR_DATA_TYPE, DT_UINT8);
    int64_t ones[17];
    for (int i = 0; i < 17; i++) ones[i] = 1;
    ck_assert(tensor(together(type, dims(16, ones), field_int(TENSOR_INT32_DATA, 1))));
    ck_refused(together(type, dims(17, ones), field_int(TENSOR_INT32_DATA, 1)), "has rank 17, the limit is 16");
    ck_refused(together(type, dims(2, (int64_t[]){1, -1})), "dimension 1 is -1");
    ck_refused(together(type, dims(1, (int64_t[]){INT64_C(1) << 31})), "is larger than 2 GB");
    ck_refused(together(type, dims(3, (int64_t[]){INT64_C(1) << 40, INT64_C(1) << 40, 1})), "is larger than 2 GB");
    ck_refused(together(field_int(TENSOR_DATA_TYPE, DT_DOUBLE), dims(1, (int64_t[]){1 << 28})), "is larger than 2 GB");
}
END_TEST

START_TEST(tensors_without_elements_are_known)
{
    const Value *v = tensor(together(field_int(TENSOR_DATA_TYPE, DT_FLOAT), dims(2, (int64_t[]){3, 0})));
    ck_assert(v && v->data && value_count(v) == 0);
    /* however large the sizes before the 0 */
    ck_assert(tensor(together(field_int(TENSOR_DATA_TYPE, DT_FLOAT),
                              dims(4, (int64_t[]){INT64_C(1) << 40, INT64_C(1) << 40, 1, 0}))));
    ck_assert(tensor(vector(DT_STRING, 0, NO_FIELD)));
}
END_TEST

START_TEST(types_are_known_ones)
{
    ck_refused(vector(DT_UNDEFINED, 0, NO_FIELD), "unknown data type 0");
    ck_refused(vector(DT_COUNT, 0, NO_FIELD), "unknown data type 27");
    ck_refused(vector(DT_FLOAT, 0, field_message(TENSOR_SEGMENT, field_int(1, 0))), "stored in segments");
    ck_refused(field_int(TENSOR_DIMS, 1), "unknown data type 0");
    ck_refused(field_text(TENSOR_SEGMENT, "\xff"), "not a TensorProto");
}
END_TEST

/* -- external data ----------------------------------------------------------------------------- */

static Bytes entry(const char *key, const char *value)
{
    return field_message(TENSOR_EXTERNAL_DATA, field_text(1, key), field_text(2, value));
}

#define external(n, ...) vector(DT_UINT8, n, field_int(TENSOR_DATA_LOCATION, 1), __VA_ARGS__)

START_TEST(elements_may_stand_in_a_file_beside)
{
    write_file("data", "abcdef", 6);
    ck_assert(holds(tensor(external(6, entry("location", "data"))), DT_UINT8, 6, "abcdef"));
    ck_assert(holds(tensor(external(3, entry("location", "data"), entry("offset", "2"))), DT_UINT8, 3, "cde"));
    ck_assert(holds(tensor(external(3, entry("length", "3"), entry("location", "data"), entry("offset", "3"))),
                    DT_UINT8, 3, "def"));
    ck_assert(tensor(external(0, entry("location", "data"), entry("offset", "6"))));
}
END_TEST

START_TEST(the_file_has_all_of_the_elements)
{
    write_file("data", "abcdef", 6);
    ck_refused(external(7, entry("location", "data")), "has 6 bytes, the tensor lies at 0..7");
    ck_refused(external(3, entry("location", "data"), entry("offset", "4")), "the tensor lies at 4..7");
    ck_refused(external(3, entry("location", "data"), entry("length", "4")), "of 4 bytes, the shape takes 3");
    ck_refused(external(3, entry("location", "data"), entry("offset", "-1")),
               "at offset \"-1\", expected a number of bytes");
    ck_refused(external(3, entry("location", "data"), entry("offset", "")), "expected a number of bytes");
    ck_refused(external(3, entry("location", "data"), entry("offset", "9223372036854775807")),
               "expected a number of bytes");
    ck_refused(external(3, entry("location", "data"), entry("length", "x")),
               "of length \"x\", expected a number of bytes");
}
END_TEST

START_TEST(the_file_lies_in_the_models_folder)
{
    write_file("data", "abcdef", 6);
    mkdir(mem_printf("%s/sub", folder), 0700);
    write_file("sub/data", "ghijkl", 6);
    ck_assert(holds(tensor(external(6, entry("location", "sub/data"))), DT_UINT8, 6, "ghijkl"));
    ck_assert(holds(tensor(external(6, entry("location", "sub/../data"))), DT_UINT8, 6, "abcdef"));
    ck_refused(external(1, entry("location", "/etc/passwd")), "lies outside the model's folder");
    ck_refused(external(1, entry("location", "../../etc/passwd")), "lies outside the model's folder");
    ck_assert_int_eq(symlink("/etc/passwd", mem_printf("%s/link", folder)), 0);
    ck_refused(external(1, entry("location", "link")), "lies outside the model's folder");
    /* a folder whose name begins like the model's */
    ck_refused(external(1, entry("location", mem_printf("../%sx/data", strrchr(folder, '/') + 1))), "external data");
    ck_refused(external(1, entry("location", "nothing")), "external data \"nothing\": No such file");
    ck_refused(external(1, entry("location", "sub")), "is no regular file");
    ck_refused(external(1, entry("location", "")), "external data without a location");
    ck_refused(external(1, entry("offset", "0")), "external data without a location");
    ck_refused(vector(DT_STRING, 1, field_int(TENSOR_DATA_LOCATION, 1), entry("location", "data")),
               "strings as external data");
}
END_TEST

/* -- sparse tensors ---------------------------------------------------------------------------- */

static Bytes indices(int rank, const int64_t *sizes, int count, const int64_t *at)
{
    Bytes all = together(field_int(TENSOR_DATA_TYPE, DT_INT64), dims(rank, sizes));
    for (int i = 0; i < count; i++) all = together(all, field_int(TENSOR_INT64_DATA, at[i]));
    return field_bytes(SPARSE_INDICES, all.data, all.length);
}

static Bytes values(int count)
{
    Bytes all = together(field_int(TENSOR_DATA_TYPE, DT_INT8), dims(1, (int64_t[]){count}));
    for (int i = 0; i < count; i++) all = together(all, field_int(TENSOR_INT32_DATA, 1 + i));
    return field_bytes(SPARSE_VALUES, all.data, all.length);
}

/* As the first of a sequence, in a [2,3]; NULL if it is refused. */
static const Value *sparse(Bytes value_field, Bytes index_field)
{
    Model m = {.path = foreign("model.onnx")};
    DataItem item;
    Bytes b = field_message(4, value_field, index_field, field_int(SPARSE_DIMS, 2), field_int(SPARSE_DIMS, 3));
    b = together(field_int(2, 2), b);
    write_file("t.pb", b.data, b.length);
    test_silence(true);
    bool good = load_data_item(&m, foreign(mem_printf("%s/t.pb", folder)), &(Type){.kind = KIND_SEQUENCE}, &item);
    test_silence(false);
    if (good) ck_assert_int_eq(item.count, 1);
    return good ? item.items[0].tensor : NULL;
}

#define PLACES(...) \
    sizeof(int64_t[]){__VA_ARGS__} / 8, (int64_t[]) \
    { \
        __VA_ARGS__ \
    }

START_TEST(sparse_elements_are_put_in_their_places)
{
    ck_assert(holds(sparse(values(2), indices(1, (int64_t[]){2}, PLACES(1, 5))), DT_INT8, 6, "\0\1\0\0\0\2"));
    ck_assert(holds(sparse(values(2), indices(2, (int64_t[]){2, 2}, PLACES(0, 2, 1, 0))), DT_INT8, 6, "\0\0\1\2\0\0"));
    ck_assert(holds(sparse(values(0), indices(1, (int64_t[]){0}, 0, NULL)), DT_INT8, 6, "\0\0\0\0\0\0"));
}
END_TEST

START_TEST(places_are_in_order_and_within)
{
    ck_assert(!sparse(values(2), indices(1, (int64_t[]){2}, PLACES(1, 6))));
    ck_assert_ptr_nonnull(strstr(test_said(), "an index out of range"));
    ck_assert(!sparse(values(2), indices(1, (int64_t[]){2}, PLACES(-1, 5))));
    ck_assert(!sparse(values(2), indices(1, (int64_t[]){2}, PLACES(5, 1))));
    ck_assert_ptr_nonnull(strstr(test_said(), "an index out of order"));
    ck_assert(!sparse(values(2), indices(1, (int64_t[]){2}, PLACES(1, 1))));
    ck_assert(!sparse(values(2), indices(2, (int64_t[]){2, 2}, PLACES(0, 0, 2, 0))));
    ck_assert(!sparse(values(2), indices(2, (int64_t[]){2, 2}, PLACES(0, -1, 1, 0))));
    ck_assert(sparse(values(1), indices(2, (int64_t[]){1, 2}, PLACES(1, 2))));
    ck_assert(!sparse(values(1), indices(2, (int64_t[]){1, 2}, PLACES(1, 3))));
}
END_TEST

START_TEST(values_and_places_are_as_many)
{
    ck_assert(!sparse(values(2), indices(1, (int64_t[]){3}, PLACES(1, 2, 3))));
    ck_assert_ptr_nonnull(strstr(test_said(), "is sparse with values [2] and indices int64[3]"));
    ck_assert(!sparse(values(2), indices(2, (int64_t[]){2, 3}, PLACES(0, 0, 0, 1, 1, 1))));
    ck_assert(!sparse(values(1), indices(0, NULL, PLACES(1))));
    ck_assert(!sparse(NO_FIELD, indices(1, (int64_t[]){2}, PLACES(1, 5))));
    ck_assert(!sparse(values(2), NO_FIELD));
    ck_assert_ptr_nonnull(strstr(test_said(), "has no values or no indices"));
}
END_TEST

/* -- sequences, optionals and maps ------------------------------------------------------------- */

static bool item_of(Bytes b, Kind kind, DataItem *item)
{
    Model m = {.path = foreign("model.onnx")};
    write_file("t.pb", b.data, b.length);
    test_silence(true);
    bool good = load_data_item(&m, foreign(mem_printf("%s/t.pb", folder)), &(Type){.kind = kind}, item);
    test_silence(false);
    return good;
}

/* A tensor as field `number`. */
static Bytes byte_tensor(int number, int value)
{
    Bytes b = vector(DT_UINT8, 1, field_int(TENSOR_INT32_DATA, value));
    return field_bytes(number, b.data, b.length);
}

START_TEST(sequences_hold_tensors_and_one_another)
{
    DataItem item;
    ck_assert(item_of(together(byte_tensor(3, 1), byte_tensor(3, 2)), KIND_SEQUENCE, &item));
    ck_assert(item.kind == KIND_SEQUENCE && item.count == 2);
    ck_assert(holds(item.items[1].tensor, DT_UINT8, 1, "\2"));
    ck_assert(item_of(field_message(5, byte_tensor(3, 7)), KIND_SEQUENCE, &item));
    ck_assert(item.count == 1 && item.items[0].kind == KIND_SEQUENCE && item.items[0].count == 1);
    ck_assert(holds(item.items[0].items[0].tensor, DT_UINT8, 1, "\7"));
    ck_assert(!item_of(field_message(3, field_int(TENSOR_DATA_TYPE, 99)), KIND_SEQUENCE, &item));
}
END_TEST

START_TEST(optionals_hold_one_or_nothing)
{
    DataItem item;
    ck_assert(item_of(byte_tensor(3, 1), KIND_OPTIONAL, &item) && item.count == 1);
    ck_assert(holds(item.items[0].tensor, DT_UINT8, 1, "\1"));
    ck_assert(item_of(field_message(5, byte_tensor(3, 1), byte_tensor(3, 2)), KIND_OPTIONAL, &item));
    ck_assert(item.count == 1 && item.items[0].kind == KIND_SEQUENCE && item.items[0].count == 2);
    ck_assert(item_of(field_int(2, 1), KIND_OPTIONAL, &item) && item.count == 0);
    ck_assert(item_of(NO_FIELD, KIND_OPTIONAL, &item) && item.kind == KIND_OPTIONAL && item.count == 0);
    ck_assert(!item_of(NO_FIELD, KIND_SEQUENCE, &item));
}
END_TEST

START_TEST(maps_hold_values_in_the_order_of_their_keys)
{
    DataItem item;
    ck_assert(item_of(together(field_int(2, DT_INT32), field_int(3, 5), field_int(3, 9),
                               field_message(5, byte_tensor(3, 1), byte_tensor(3, 2))),
                      KIND_MAP, &item));
    ck_assert(item.kind == KIND_MAP && item.count == 2 && holds(item.items[1].tensor, DT_UINT8, 1, "\2"));
    ck_assert(holds(item.tensor, DT_INT64, 2, (int64_t[]){5, 9}));
    ck_assert(item_of(together(field_int(2, DT_STRING), field_text(4, "key"), field_message(5, byte_tensor(3, 1))),
                      KIND_MAP, &item));
    ck_assert(foreign_is(*(const Foreign *)item.tensor->data, "key"));
    ck_assert(!item_of(together(field_int(2, DT_INT32), field_int(3, 5),
                                field_message(5, byte_tensor(3, 1), byte_tensor(3, 2))),
                       KIND_MAP, &item));
    ck_assert(!item_of(field_int(2, DT_INT32), KIND_MAP, &item));
    ck_assert_ptr_nonnull(strstr(test_said(), "is a map without values"));
}
END_TEST

Suite *load_tensor_suite(void)
{
    Suite *suite = suite_create("load_tensor");
    TCase *tests = tcase_create("load_tensor");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_add_test(tests, raw_bytes_are_the_elements);
    tcase_add_test(tests, a_bool_is_0_or_1_whatever_byte_it_was);
    tcase_add_test(tests, raw_bytes_are_as_many_as_the_shape_takes);
    tcase_add_test(tests, each_type_has_its_field);
    tcase_add_test(tests, doubles_have_their_field);
    tcase_add_test(tests, strings_are_text_without_nul);
    tcase_add_test(tests, entries_are_numbers_of_the_type);
    tcase_add_test(tests, entries_are_as_many_as_the_shape_takes);
    tcase_add_test(tests, shapes_have_limits);
    tcase_add_test(tests, tensors_without_elements_are_known);
    tcase_add_test(tests, types_are_known_ones);
    tcase_add_test(tests, elements_may_stand_in_a_file_beside);
    tcase_add_test(tests, the_file_has_all_of_the_elements);
    tcase_add_test(tests, the_file_lies_in_the_models_folder);
    tcase_add_test(tests, sparse_elements_are_put_in_their_places);
    tcase_add_test(tests, places_are_in_order_and_within);
    tcase_add_test(tests, values_and_places_are_as_many);
    tcase_add_test(tests, sequences_hold_tensors_and_one_another);
    tcase_add_test(tests, optionals_hold_one_or_nothing);
    tcase_add_test(tests, maps_hold_values_in_the_order_of_their_keys);
    suite_add_tcase(suite, tests);
    return suite;
}
