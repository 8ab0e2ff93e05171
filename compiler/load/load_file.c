/* Files as bytes, and bytes as messages. */
#include "load/load_private.h"
#include "load/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* No message of protocol buffers is larger; it also ends the reading of devices. */
#define MAX_FILE_BYTES INT32_MAX

static uint8_t *read_all(int fd, size_t expected, size_t *length, const char **why)
{
    size_t capacity = expected + 1; /* one more, so that the end is seen without growing */
    uint8_t *data = malloc(capacity);
    *length = 0;
    while (data) {
        ssize_t got = read(fd, data + *length, capacity - *length);
        if (got == 0) return data;
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) {
            *why = strerror(errno);
            break;
        }
        *length += (size_t)got;
        if (*length > MAX_FILE_BYTES) {
            *why = "larger than 2 GB; store the weights as external data";
            break;
        }
        if (*length < capacity) continue;
        capacity *= 2;
        uint8_t *larger = realloc(data, capacity);
        if (!larger) break;
        data = larger;
    }
    free(data);
    return NULL;
}

uint8_t *file_read(Foreign path, size_t *length, const char **why)
{
    struct stat info;
    uint8_t *data = NULL;
    int fd = path_descriptor(path, O_RDONLY | O_CLOEXEC);
    *why = "out of memory";
    if (fd < 0 || fstat(fd, &info) < 0) *why = strerror(errno);
    else if (S_ISDIR(info.st_mode)) *why = "is a directory";
    else if (S_ISREG(info.st_mode) && info.st_size > MAX_FILE_BYTES)
        *why = "larger than 2 GB; store the weights as external data";
    else data = read_all(fd, S_ISREG(info.st_mode) ? (size_t)info.st_size : 1 << 16, length, why);
    if (data && *length == 0) {
        *why = "the file is empty";
        free(data);
        data = NULL;
    }
    if (fd >= 0) close(fd);
    return data;
}

static void *pool_alloc(void *unused, size_t bytes)
{
    (void)unused;
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
    return protobuf_c_message_unpack(type, &pool, length, data);
}
