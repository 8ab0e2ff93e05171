/* compile_command.h: the command line of compiling. */
#ifndef COMPILE_COMMAND_H
#define COMPILE_COMMAND_H

#include "compile/compile.h"

/* GO_ON, or the status to exit with because all is said. */
int parse_compile_command(Options *o, int argc, char **argv);

#endif
