/* The folder that verify works in. */
#include "verify/verify.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

static const char *failed(const char *folder)
{
    fprintf(stderr, "onnx2c: error: %s: can't make this folder: %s\n", folder, strerror(errno));
    return NULL;
}

static const char *make_temporary(void)
{
    const char *base = getenv("TMPDIR");
    int length = snprintf(temporary, sizeof temporary, "%s/onnx2c.XXXXXX", base && *base ? base : "/tmp");
    if (length < 0 || (size_t)length >= sizeof temporary) {
        errno = ENAMETOOLONG;
        return failed("$TMPDIR");
    }
    if (!mkdtemp(temporary)) return failed(temporary);
    atexit(remove_temporary);
    return temporary;
}

const char *work_folder(const char *keep)
{
    if (!keep) return make_temporary();
    return mkdir(keep, 0777) == 0 || errno == EEXIST ? keep : failed(keep);
}
