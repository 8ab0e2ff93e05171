/* Files as bytes, and bytes as messages. */
#include "proto/proto.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* No message of protocol buffers is larger; it also ends the reading of devices. */
#define MAX_FILE_BYTES INT32_MAX

enum { READ_BYTES = 1 << 16 };

/* What is no regular file, such as a pipe. */
static const uint8_t *read_all(int fd, size_t *length, const char **why)
{
    int capacity = 0;
    uint8_t *data = NULL;
    for (*length = 0; *length <= MAX_FILE_BYTES - READ_BYTES;) {
        mem_grow(&data, &capacity, (int)*length + READ_BYTES, 1);
        ssize_t got = read(fd, data + *length, READ_BYTES);
        if (got > 0) *length += (size_t)got;
        if (got < 0 && errno != EINTR) {
            *why = strerror(errno);
            return NULL;
        }
        if (got == 0) {
            *why = "the file is empty";
            return *length ? data : NULL;
        }
    }
    *why = "larger than 2 GB; store the weights as external data";
    return NULL;
}

const uint8_t *file_read(Foreign path, size_t *length, const char **why)
{
    struct stat info;
    const uint8_t *data = NULL;
    int fd = path_descriptor(path, O_RDONLY | O_CLOEXEC);
    *why = "out of memory";
    if (fd < 0 || fstat(fd, &info) < 0) *why = strerror(errno);
    else if (S_ISDIR(info.st_mode)) *why = "is a directory";
    else if (S_ISREG(info.st_mode) && info.st_size > MAX_FILE_BYTES)
        *why = "larger than 2 GB; store the weights as external data";
    else if (S_ISREG(info.st_mode) && !info.st_size) *why = "the file is empty";
    else if (S_ISREG(info.st_mode)) data = mem_map(fd, *length = (size_t)info.st_size);
    else data = read_all(fd, length, why);
    if (fd >= 0) close(fd);
    return data;
}

/* Before a tensor is copied, the file that those before it were copied from rests: little is in memory twice. */
static void *pool_alloc(void *unused, size_t bytes)
{
    (void)unused;
    if (mem_is_large(bytes)) mem_rest();
    return mem_alloc(bytes);
}

static void pool_free(void *unused, void *memory)
{
    (void)unused, (void)memory;
}

void *message_unpack(const void *data, size_t length, const ProtobufCMessageDescriptor *type)
{
    ProtobufCAllocator pool = {pool_alloc, pool_free, NULL};
    if (!wire_check(data, length, type)) return NULL;
    ProtobufCMessage *piecewise = unpack_piecewise(data, length, type, &pool);
    return piecewise ? piecewise : protobuf_c_message_unpack(type, &pool, length, data);
}

Foreign proto_text(Foreign f)
{
    return foreign_or(f, foreign(""));
}

ModelProto *model_unpack(const void *data, size_t length, const char **why)
{
    ModelProto *proto = message_unpack(data, length, &onnx__model_proto__descriptor);
    mem_rest();
    if (proto && proto->graph) return proto;
    *why = proto && proto->ir_version ? "the model has no graph" : "not an ONNX model, or a damaged one";
    return NULL;
}
