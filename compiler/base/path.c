#include "base/path.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

FILE *path_open(Foreign path, const char *mode)
{
    return fopen(path.raw, mode);
}

int path_descriptor(Foreign path, int flags)
{
    return open(path.raw, flags);
}

Foreign path_real(Foreign path)
{
    char *real = realpath(path.raw, NULL);
    Foreign copy = foreign(real ? mem_strdup(real) : NULL);
    free(real);
    return copy;
}

DIR *path_directory(Foreign path)
{
    return opendir(path.raw);
}

bool path_make_folder(Foreign path)
{
    return mkdir(path.raw, 0777) == 0 || errno == EEXIST;
}

bool path_exists(Foreign path)
{
    return access(path.raw, F_OK) == 0;
}

bool path_is_empty(Foreign path)
{
    struct stat info;
    return !stat(path.raw, &info) && S_ISREG(info.st_mode) && info.st_size == 0;
}

Foreign path_folder(Foreign path)
{
    ptrdiff_t slash = foreign_last(path, '/');
    if (slash == NOWHERE) return foreign(".");
    return slash == 0 ? foreign("/") : foreign_part(path, 0, (size_t)slash);
}

Foreign path_file(Foreign path)
{
    ptrdiff_t slash = foreign_last(path, '/');
    return slash == NOWHERE ? path : foreign_from(path, (size_t)slash + 1);
}

Foreign path_beside(Foreign path, Foreign name)
{
    return foreign_join(foreign_part(path, 0, (size_t)(foreign_last(path, '/') + 1)), name);
}

/* What is there already was often the last to be added. */
void files_add(Files *files, Foreign path)
{
    for (int i = files->count - 1; i >= 0; i--)
        if (foreign_equal(files->items[i], path)) return;
    mem_grow(&files->items, &files->capacity, files->count + 1, sizeof *files->items);
    files->items[files->count++] = path;
}
