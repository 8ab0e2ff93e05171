/* options.h: the command line. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "ir/ir.h"

/* Says what is wrong with the command line, on standard error. Returns false. */
bool usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* NAME=N or NAME=LO..HI, added to o->dims. False, with a message, if it is neither. */
bool parse_dim_option(Options *o, const char *text);
bool parse_custom_option(Options *o, const char *text); /* DOMAIN::OP=SPEC or @FILE */

/* What to do: compile (COMPILE), or exit with this status because all is said. */
enum { COMPILE = -1 };
int parse_options(Options *o, int argc, char **argv);

#endif
