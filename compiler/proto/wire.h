/* wire.h: protocol buffers' wire format, checked and walked without unpacking. */
#ifndef WIRE_H
#define WIRE_H

#include <protobuf-c/protobuf-c.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const uint8_t *at, *end;
} Wire;

typedef struct {
    uint32_t number;
    int type;            /* 0: varint, 1: 8 bytes, 2: bytes with a length, 5: 4 bytes */
    const uint8_t *data; /* the content, and its length */
    size_t length;
} WireField;

bool wire_next(Wire *w, WireField *f); /* false: the bytes are no field */

/* Whether the bytes are a message of this type that is safe to unpack: every length lies inside, messages are not
 * nested deeper than a stack stands, and none is given twice (unpacking would merge them, at quadratic cost). */
bool wire_check(const void *data, size_t length, const ProtobufCMessageDescriptor *type);

#endif
