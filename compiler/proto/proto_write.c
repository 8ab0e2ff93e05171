/* Messages to files, and tensors that stand outside of them. */
#include "proto/proto.h"

/* No message of protocol buffers is larger. */
#define MAX_FILE_BYTES INT32_MAX

/* So that the data can be mapped: a page, and what ONNX recommends. */
enum { DATA_ALIGN = 4096 };

typedef struct {
    ProtobufCBuffer base; /* first: protobuf-c passes a pointer to it */
    FILE *file;
} FileBuffer;

static void append(ProtobufCBuffer *buffer, size_t length, const uint8_t *data)
{
    /* Of nothing data is NULL. outputs_commit asks for errors. */
    if (length > 0) fwrite(data, 1, length, ((FileBuffer *)(void *)buffer)->file);
}

bool model_write(const ModelProto *m, FILE *f, const char **why)
{
    FileBuffer buffer = {{append}, f};
    *why = "larger than 2 GB; store the weights as external data";
    if (protobuf_c_message_get_packed_size(&m->base) > MAX_FILE_BYTES) return false;
    protobuf_c_message_pack_to_buffer(&m->base, &buffer.base);
    return true;
}

/* -- external data ----------------------------------------------------------------------------- */

typedef struct {
    Foreign from;
    DataFile *data;
    const char *why; /* NULL while all is well */
} Moving;

static EntryProto *entry(const char *key, Foreign value)
{
    EntryProto *e = mem_alloc(sizeof *e);
    onnx__string_string_entry_proto__init(e);
    e->key = foreign(key);
    e->value = value;
    return e;
}

static Foreign decimal(int64_t number)
{
    return foreign_suffixed(foreign(""), "%lld", (long long)number);
}

/* Places the tensor's bytes at the end of the file of data. */
static void append_data(DataFile *d, TensorProto *t, const void *bytes, int64_t length)
{
    while (d->length % DATA_ALIGN) {
        fputc(0, d->file);
        d->length++;
    }
    t->n_external_data = 3;
    t->external_data = mem_array(3, sizeof *t->external_data);
    t->external_data[0] = entry("location", path_file(d->path));
    t->external_data[1] = entry("offset", decimal(d->length));
    t->external_data[2] = entry("length", decimal(length));
    fwrite(bytes, 1, (size_t)length, d->file);
    d->length += length;
}

static void move_tensor(TensorProto *t, void *context)
{
    Moving *m = context;
    void *bytes;
    int64_t length = tensor_bytes(t);
    if (m->why || !tensor_is_external(t)) return;
    m->why = external_read(m->from, t, length, &bytes);
    if (!m->why && !m->data->file && !(m->data->file = output_open(m->data->path)))
        m->why = "its data can't be written";
    if (m->why) return;
    append_data(m->data, t, bytes, length);
    if (mem_is_large((size_t)length + 1)) mem_release(bytes);
}

bool external_move(ModelProto *m, Foreign from, Foreign to, DataFile *data, const char **why)
{
    Moving moving = {from, data, NULL};
    Foreign folder = path_real(path_folder(from)), target = path_real(path_folder(to));
    if (foreign_none(target) || !foreign_equal(folder, target)) each_tensor(m, move_tensor, &moving);
    *why = moving.why;
    return !moving.why;
}
