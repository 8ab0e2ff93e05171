/* options.h: the command line of compiling. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "ir/ir.h"

/* What to do: compile (COMPILE), or exit with this status because all is said. */
enum { COMPILE = -1 };
int parse_options(Options *o, int argc, char **argv);

#endif
