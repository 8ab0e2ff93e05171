#include "base/folder.h"

#include "base/path.h"

#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

bool folder_failed(Foreign path)
{
    fprintf(stderr, "onnx2c: error: %s: can't make this folder: %s\n", shown(path), strerror(errno));
    return false;
}

Foreign folder_temporary(Foreign front)
{
    Foreign pattern = foreign_suffixed(front, ".XXXXXX");
    bool fits = foreign_length(pattern) < sizeof temporary;
    if (fits) strcpy(temporary, pattern.raw);
    else errno = ENAMETOOLONG;
    if (!fits || !mkdtemp(temporary)) {
        folder_failed(front);
        return foreign(NULL);
    }
    atexit(remove_temporary);
    return foreign(temporary);
}

bool folder_is_free(Foreign path)
{
    DIR *folder = path_directory(path);
    int entries = 0;
    if (!folder) return errno == ENOENT;
    while (readdir(folder)) entries++;
    closedir(folder);
    return entries <= 2; /* "." and ".." */
}

bool folder_move(Foreign from, Foreign path)
{
    mode_t mask = umask(0);
    umask(mask);
    if (!chmod(from.raw, 0777 & ~mask) && !rename(from.raw, path.raw)) return true;
    return folder_failed(path);
}
