/* path.h: files, by the names that users and models give them. */
#ifndef PATH_H
#define PATH_H

#include "base/foreign.h"

#include <dirent.h>
#include <stdio.h>

FILE *path_open(Foreign path, const char *mode); /* as fopen */
int path_descriptor(Foreign path, int flags);    /* as open */
Foreign path_real(Foreign path);     /* symbolic links followed; none, and errno, if there is no such file */
DIR *path_directory(Foreign path);   /* as opendir */
bool path_make_folder(Foreign path); /* false and errno if it can't be; one that is there already will do */
bool path_exists(Foreign path);
bool path_is_empty(Foreign path);                /* an ordinary file without content */
Foreign path_folder(Foreign path);               /* "." for a file of the folder one is in */
Foreign path_file(Foreign path);                 /* what follows the last slash */
Foreign path_beside(Foreign path, Foreign name); /* a file of that name in the same folder */

/* Files by their names, none twice. */
typedef struct {
    int count, capacity;
    Foreign *items;
} Files;
void files_add(Files *files, Foreign path);

#endif
