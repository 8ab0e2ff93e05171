/* The folder that verify works in. */
#include "verify/verify.h"

#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* To be removed at exit; not from the pool, which is gone by then. */
static char temporary[4096];

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

/* What is in a folder comes before the folder; links are not followed. */
static void remove_temporary(void)
{
    enum { OPEN_FOLDERS = 8 };
    nftw(temporary, remove_entry, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
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
