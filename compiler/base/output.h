/* output.h: files that are written whole or not at all, and all of them together. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include "base/foreign.h"

#include <stdbool.h>
#include <stdio.h>

FILE *output_open(Foreign path); /* NULL path: standard output. NULL, with a message, if it can't be written */
/* False, with a message, if something could not be written; then nothing is, if at all possible. */
bool outputs_commit(void);

#endif
