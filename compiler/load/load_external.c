/* Tensors whose bytes stand in a file of their own beside the model. */
#include "load/load_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *entry(const TensorProto *p, const char *key)
{
    for (size_t i = 0; i < p->n_external_data; i++)
        if (!strcmp(proto_text(p->external_data[i]->key), key)) return proto_text(p->external_data[i]->value);
    return NULL;
}

/* A byte count: decimal digits only. */
static bool parse_bytes(const char *s, int64_t *bytes)
{
    size_t digits = strspn(s, "0123456789");
    if (!digits || digits > 18 || s[digits]) return false;
    *bytes = strtoll(s, NULL, 10);
    return true;
}

static const char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? mem_strndup(path, (size_t)(slash - path) + 1) : "./";
}

static bool lies_in(const char *file, const char *folder)
{
    size_t length = strlen(folder);
    if (!strcmp(folder, "/")) return true;
    return !strncmp(file, folder, length) && file[length] == '/';
}

/* The file's real path, which must lie in the model's folder after all symbolic links are followed. */
static const char *locate(const char *model_path, const char *location, char **path)
{
    const char *folder = folder_of(model_path);
    if (!location[0]) return "external data without a location";
    char *real_folder = realpath(folder, NULL), *real_file = NULL;
    const char *why = NULL;
    if (location[0] != '/') real_file = realpath(mem_printf("%s%s", folder, location), NULL);
    else errno = EACCES;
    if (location[0] == '/' || (real_file && (!real_folder || !lies_in(real_file, real_folder))))
        why = mem_printf("external data \"%s\" lies outside the model's folder; copy it there", location);
    else if (!real_file) why = mem_printf("external data \"%s\": %s", location, strerror(errno));
    else *path = mem_strdup(real_file);
    free(real_folder);
    free(real_file);
    return why;
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

const char *external_read(const char *model_path, const TensorProto *p, int64_t bytes, void **data)
{
    const char *location = entry(p, "location"), *offset_text = entry(p, "offset"), *length_text = entry(p, "length");
    int64_t offset = 0, length = bytes;
    char *path = NULL;
    if (!location) return "external data without a location";
    if (offset_text && !parse_bytes(offset_text, &offset))
        return mem_printf("external data \"%s\" at offset \"%s\", expected a number of bytes", location, offset_text);
    if (length_text && !parse_bytes(length_text, &length))
        return mem_printf("external data \"%s\" of length \"%s\", expected a number of bytes", location, length_text);
    if (length != bytes)
        return mem_printf("external data \"%s\" of %lld bytes, the shape takes %lld", location, (long long)length,
                          (long long)bytes);
    const char *why = locate(model_path, location, &path);
    if (why) return why;

    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not block */
    if (fd < 0 || fstat(fd, &info) < 0) why = mem_printf("external data \"%s\": %s", location, strerror(errno));
    else if (!S_ISREG(info.st_mode)) why = mem_printf("external data \"%s\" is no regular file", location);
    else if (info.st_size < length || offset > info.st_size - length)
        why = mem_printf("external data \"%s\" has %lld bytes, the tensor lies at %lld..%lld", location,
                         (long long)info.st_size, (long long)offset, (long long)(offset + length));
    else if (!read_at(fd, offset, (size_t)length, *data = mem_alloc((size_t)length + 1)))
        why = mem_printf("external data \"%s\" can't be read", location);
    if (fd >= 0) close(fd);
    return why;
}
