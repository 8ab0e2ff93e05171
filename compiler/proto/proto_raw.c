/* Messages whose bytes are mostly raw data of tensors. protobuf-c copies all of a tensor at once, which has a large one
 * in memory twice. Here it unpacks a message with numbers in the place of the data, and then the data are copied piece
 * by piece, and what was read of the file rests. */
#include "proto/proto.h"

#include <limits.h>
#include <string.h>

enum {
    WORTH_IT = 1 << 16, /* bytes of a message */
    PIECE = 1 << 22,
    LENGTH_BYTES = 5 /* of a varint that may be any length below 2 GB */
};

/* The message in which the raw data are numbers of `stored`. */
typedef struct {
    uint8_t *bytes;
    int length, capacity;
    ProtobufCBinaryData *stored;
    int n_stored, cap_stored;
} Hollow;

static bool is_raw_data(const ProtobufCFieldDescriptor *field, const ProtobufCMessageDescriptor *type)
{
    return type == &onnx__tensor_proto__descriptor && field->offset == offsetof(TensorProto, raw_data);
}

static size_t raw_bytes(Wire w, const ProtobufCMessageDescriptor *type)
{
    size_t sum = 0;
    for (WireField f; w.at < w.end && wire_next(&w, &f);) {
        const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(type, f.number);
        if (!field || f.type != 2) continue;
        if (is_raw_data(field, type)) sum += f.length;
        else if (field->type == PROTOBUF_C_TYPE_MESSAGE)
            sum += raw_bytes((Wire){f.data, f.data + f.length}, field->descriptor);
    }
    return sum;
}

/* -- writing ----------------------------------------------------------------------------------- */

static bool put(Hollow *h, const void *data, size_t length)
{
    if (length > (size_t)(INT_MAX - h->length)) return false;
    mem_grow(&h->bytes, &h->capacity, h->length + (int)length, 1);
    memcpy(h->bytes + h->length, data, length);
    h->length += (int)length;
    return true;
}

/* A field's number, and room for its length. */
static bool put_head(Hollow *h, uint32_t number)
{
    uint8_t head[5 + LENGTH_BYTES] = {0};
    size_t at = 0;
    uint64_t tag = (uint64_t)number << 3 | 2;
    for (; tag > 0x7f; tag >>= 7) head[at++] = (uint8_t)(tag | 0x80);
    head[at++] = (uint8_t)tag;
    return put(h, head, at + LENGTH_BYTES);
}

static void set_length(Hollow *h, int start)
{
    const uint32_t length = (uint32_t)(h->length - start);
    for (int i = 0; i < LENGTH_BYTES; i++)
        h->bytes[start - LENGTH_BYTES + i] = (uint8_t)((length >> 7 * i & 0x7f) | (i + 1 < LENGTH_BYTES ? 0x80 : 0));
}

static bool put_number(Hollow *h, const WireField *f)
{
    const int number = h->n_stored;
    mem_grow(&h->stored, &h->cap_stored, ++h->n_stored, sizeof *h->stored);
    h->stored[number] = (ProtobufCBinaryData){f->length, (uint8_t *)f->data};
    return put(h, &number, sizeof number);
}

static bool put_message(Hollow *h, Wire w, const ProtobufCMessageDescriptor *type)
{
    while (w.at < w.end) {
        const uint8_t *start = w.at;
        WireField f;
        if (!wire_next(&w, &f)) return false;
        const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(type, f.number);
        const bool is_raw = field && f.type == 2 && is_raw_data(field, type);
        if (!is_raw && !(field && field->type == PROTOBUF_C_TYPE_MESSAGE)) {
            if (!put(h, start, (size_t)(w.at - start))) return false;
            continue;
        }
        if (!put_head(h, f.number)) return false;
        const int inside = h->length;
        if (is_raw ? !put_number(h, &f) : !put_message(h, (Wire){f.data, f.data + f.length}, field->descriptor))
            return false;
        set_length(h, inside);
    }
    return true;
}

/* -- reading ----------------------------------------------------------------------------------- */

static uint8_t *copied(ProtobufCBinaryData from)
{
    uint8_t *to = mem_alloc(from.len);
    for (size_t at = 0; at < from.len; at += PIECE) {
        const size_t some = from.len - at < PIECE ? from.len - at : PIECE;
        memcpy(to + at, from.data + at, some);
        mem_rest_part(from.data + at, some);
    }
    return to;
}

static void fill_tensor(const Hollow *h, TensorProto *t)
{
    int number;
    if (!t->has_raw_data) return;
    memcpy(&number, t->raw_data.data, sizeof number);
    t->raw_data = (ProtobufCBinaryData){h->stored[number].len, copied(h->stored[number])};
}

static void fill(const Hollow *h, ProtobufCMessage *m);

/* The messages in a field, of which there may be any number, one or none. */
static void fill_field(const Hollow *h, ProtobufCMessage *m, const ProtobufCFieldDescriptor *field)
{
    const char *const at = (const char *)m;
    size_t count = 1;
    uint32_t chosen = field->id;
    ProtobufCMessage *one, **several = &one;
    memcpy(&one, at + field->offset, sizeof one);
    if (field->label == PROTOBUF_C_LABEL_REPEATED) {
        memcpy(&count, at + field->quantifier_offset, sizeof count);
        memcpy(&several, at + field->offset, sizeof several);
    } else if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
        memcpy(&chosen, at + field->quantifier_offset, sizeof chosen);
    }
    for (size_t i = 0; i < count && chosen == field->id; i++)
        if (several[i]) fill(h, several[i]);
}

static void fill(const Hollow *h, ProtobufCMessage *m)
{
    const ProtobufCMessageDescriptor *type = m->descriptor;
    if (type == &onnx__tensor_proto__descriptor) fill_tensor(h, (TensorProto *)(void *)m);
    for (unsigned i = 0; i < type->n_fields; i++)
        if (type->fields[i].type == PROTOBUF_C_TYPE_MESSAGE) fill_field(h, m, &type->fields[i]);
}

ProtobufCMessage *unpack_piecewise(const void *data, size_t length, const ProtobufCMessageDescriptor *type,
                                   ProtobufCAllocator *pool)
{
    const Wire w = {data, (const uint8_t *)data + length};
    Hollow h = {0};
    if (length < WORTH_IT || raw_bytes(w, type) < length / 2 || !put_message(&h, w, type)) return NULL;
    ProtobufCMessage *m = protobuf_c_message_unpack(type, pool, (size_t)h.length, h.bytes);
    if (m) fill(&h, m);
    return m;
}
