/* Tensors whose bytes stand in a file of their own beside the model. */
#include "proto/proto.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool tensor_is_external(const TensorProto *t)
{
    return t->data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL;
}

static Foreign entry(const TensorProto *p, const char *key)
{
    for (size_t i = 0; i < p->n_external_data; i++)
        if (foreign_is(p->external_data[i]->key, key)) return proto_text(p->external_data[i]->value);
    return foreign(NULL);
}

Foreign external_file(Foreign model_path, const TensorProto *p)
{
    return path_beside(model_path, entry(p, "location"));
}

/* A byte count: decimal digits only. */
static bool parse_bytes(Foreign text, int64_t *bytes)
{
    size_t length = foreign_length(text);
    *bytes = 0;
    for (size_t i = 0; i < length; i++) {
        if (!isdigit((unsigned char)foreign_at(text, i)) || i == 18) return false;
        *bytes = 10 * *bytes + foreign_at(text, i) - '0';
    }
    return length > 0;
}

static bool lies_in(Foreign file, Foreign folder)
{
    size_t length = foreign_length(folder);
    if (foreign_is(folder, "/")) return true;
    return foreign_length(file) > length && foreign_equal(foreign_part(file, 0, length), folder) &&
           foreign_at(file, length) == '/';
}

/* The file's real path, which must lie in the model's folder after all symbolic links are followed.
 * NULL, or what is wrong. */
static const char *locate(Foreign model_path, Foreign location, Foreign *path)
{
    Foreign folder = path_real(path_folder(model_path));
    if (foreign_empty(location)) return "external data without a location";
    bool is_absolute = foreign_starts(location, "/");
    *path = is_absolute ? foreign(NULL) : path_real(path_beside(model_path, location));
    if (!is_absolute && foreign_none(*path))
        return mem_printf("external data \"%s\": %s", shown(location), strerror(errno));
    if (is_absolute || foreign_none(folder) || !lies_in(*path, folder))
        return mem_printf("external data \"%s\" lies outside the model's folder; copy it there", shown(location));
    return NULL;
}

static bool read_at(int fd, int64_t offset, size_t length, char *data)
{
    while (length) {
        ssize_t got = pread(fd, data, length, (off_t)offset);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        data += got;
        offset += got;
        length -= (size_t)got;
    }
    return true;
}

const char *external_read(Foreign model_path, const TensorProto *p, int64_t bytes, void **data)
{
    Foreign location = entry(p, "location"), offset_text = entry(p, "offset"), length_text = entry(p, "length"), path;
    int64_t offset = 0, length = bytes;
    if (foreign_none(location)) return "external data without a location";
    if (!foreign_none(offset_text) && !parse_bytes(offset_text, &offset))
        return mem_printf("external data \"%s\" at offset \"%s\", expected a number of bytes", shown(location),
                          shown(offset_text));
    if (!foreign_none(length_text) && !parse_bytes(length_text, &length))
        return mem_printf("external data \"%s\" of length \"%s\", expected a number of bytes", shown(location),
                          shown(length_text));
    if (length != bytes)
        return mem_printf("external data \"%s\" of %lld bytes, the shape takes %lld", shown(location),
                          (long long)length, (long long)bytes);
    const char *why = locate(model_path, location, &path);
    if (why) return why;

    struct stat info;
    int fd = path_descriptor(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not block */
    if (fd < 0 || fstat(fd, &info) < 0) why = mem_printf("external data \"%s\": %s", shown(location), strerror(errno));
    else if (!S_ISREG(info.st_mode)) why = mem_printf("external data \"%s\" is no regular file", shown(location));
    else if (info.st_size < length || offset > info.st_size - length)
        why = mem_printf("external data \"%s\" has %lld bytes, the tensor lies at %lld..%lld", shown(location),
                         (long long)info.st_size, (long long)offset, (long long)(offset + length));
    else if (!read_at(fd, offset, (size_t)length, *data = mem_alloc((size_t)length + 1)))
        why = mem_printf("external data \"%s\" can't be read", shown(location));
    if (fd >= 0) close(fd);
    return why;
}
