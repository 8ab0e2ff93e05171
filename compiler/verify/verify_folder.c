/* The folder that verify works in. */
#include "verify/verify.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* To be removed at exit; not from the pool, which is gone by then. */
static char temporary[4096];

static void remove_temporary(void)
{
    char path[sizeof temporary + 256];
    DIR *d = opendir(temporary);
    for (struct dirent *entry; d && (entry = readdir(d));) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
        int length = snprintf(path, sizeof path, "%s/%s", temporary, entry->d_name);
        if (length > 0 && (size_t)length < sizeof path) unlink(path);
    }
    if (d) closedir(d);
    rmdir(temporary);
}

static Foreign failed(Foreign folder)
{
    fprintf(stderr, "onnx2c: error: %s: can't make this folder: %s\n", shown(folder), strerror(errno));
    return foreign(NULL);
}

static Foreign make_temporary(void)
{
    Foreign base = foreign_or(foreign(getenv("TMPDIR")), foreign("/tmp"));
    Foreign pattern = foreign_suffixed(base, "/onnx2c.XXXXXX");
    if (foreign_length(pattern) >= sizeof temporary) {
        errno = ENAMETOOLONG;
        return failed(foreign("$TMPDIR"));
    }
    strcpy(temporary, pattern.raw);
    if (!mkdtemp(temporary)) return failed(pattern);
    atexit(remove_temporary);
    return foreign(temporary);
}

Foreign work_folder(Foreign keep)
{
    if (foreign_none(keep)) return make_temporary();
    return path_make_folder(keep) ? keep : failed(keep);
}
