#include "base/fail.h"

#include "base/mem.h"
#include "base/progress.h"

#include <stdio.h>
#include <stdlib.h>

void internal_error(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = mem_vprintf(format, args);
    va_end(args);
    progress_clear();
    fprintf(stderr, "onnx2c: internal error: %s; please report this with the model\n", text);
    exit(1);
}
