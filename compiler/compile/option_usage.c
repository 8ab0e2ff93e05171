/* Wrong usage of a command line, and whose --help has what was expected. */
#include "compile/options.h"

#include <stdarg.h>
#include <string.h>

static const char *command = "onnx2c";

void usage_begin(const char *usage)
{
    static const char before[] = "usage: onnx2c ";
    const char *verb = usage + strlen(before);
    size_t length = strspn(verb, "abcdefghijklmnopqrstuvwxyz");
    command = length ? mem_printf("onnx2c %s", mem_strndup(verb, length)) : "onnx2c";
}

const char *usage_command(void)
{
    return command;
}

bool usage_error(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "onnx2c: error: %s; see %s --help\n", mem_vprintf(format, args), command);
    va_end(args);
    return false;
}
