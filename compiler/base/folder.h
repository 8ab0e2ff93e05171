/* folder.h: folders that are removed at exit, unless they are moved to where they shall stay. */
#ifndef FOLDER_H
#define FOLDER_H

#include "base/foreign.h"

/* A new one, whose name is `front` and some letters; NULL, with a message, if it can't be made. Only one at a time. */
Foreign folder_temporary(Foreign front);

bool folder_is_free(Foreign path); /* nothing is there, or an empty folder */
/* Moves the temporary folder, with the access that users give to new ones. False, with a message, if it can't be. */
bool folder_move(Foreign temporary, Foreign path);
bool folder_failed(Foreign path); /* says that it can't be made, by errno; returns false */

#endif
