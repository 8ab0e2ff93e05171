#include "proto/wire.h"

/* The limit that Google's own library has. */
enum { MAX_DEPTH = 100 };

static bool read_varint(Wire *w, uint64_t *value)
{
    *value = 0;
    for (int shift = 0; shift < 70 && w->at < w->end; shift += 7) {
        uint8_t byte = *w->at++;
        if (shift < 64) *value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) return true;
    }
    return false;
}

bool wire_next(Wire *w, WireField *f)
{
    uint64_t tag, length;
    if (!read_varint(w, &tag) || tag >> 3 == 0 || tag >> 32) return false;
    f->number = (uint32_t)(tag >> 3);
    f->type = (int)(tag & 7);
    f->data = w->at;
    switch (f->type) {
    case 0:
        if (!read_varint(w, &length)) return false;
        length = (uint64_t)(w->at - f->data);
        w->at = f->data;
        break;
    case 1: length = 8; break;
    case 2:
        if (!read_varint(w, &length)) return false;
        f->data = w->at;
        break;
    case 5: length = 4; break;
    default: return false;
    }
    if (length > (uint64_t)(w->end - w->at)) return false;
    f->length = (size_t)length;
    w->at += f->length;
    return true;
}

static bool check_message(Wire w, const ProtobufCMessageDescriptor *type, int depth)
{
    uint64_t seen = 0; /* a bit per field of the message type; none of ONNX's has more than 64 */
    if (depth > MAX_DEPTH) return false;
    while (w.at < w.end) {
        WireField f;
        if (!wire_next(&w, &f)) return false;
        const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(type, f.number);
        if (!field || field->type != PROTOBUF_C_TYPE_MESSAGE) continue;
        uint64_t bit = UINT64_C(1) << ((field - type->fields) & 63);
        if (f.type != 2 || (field->label != PROTOBUF_C_LABEL_REPEATED && seen & bit)) return false;
        seen |= bit;
        if (!check_message((Wire){f.data, f.data + f.length}, field->descriptor, depth + 1)) return false;
    }
    return true;
}

bool wire_check(const void *data, size_t length, const ProtobufCMessageDescriptor *type)
{
    return check_message((Wire){data, (const uint8_t *)data + length}, type, 0);
}
