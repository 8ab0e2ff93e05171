/* For libFuzzer: a model, from its bytes to its C, in one process. What it finds by the hundreds of thousands has no
 * files beside it and no options; run.py has those, and limits of time and memory. */
#include "base/base.h"
#include "compile/compile.h"
#include "emit/emit.h"

#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good, const char *what)
{
    if (good) return;
    perror(what);
    abort();
}

static void print_all(Model *m)
{
    FILE *nowhere = fopen("/dev/null", "w");
    must(nowhere != NULL, "/dev/null");
    emit(m, nowhere);
    emit_header(m, nowhere);
    report(m, nowhere);
    fclose(nowhere);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[] = "/tmp/onnx2c-fuzz-XXXXXX";
    int file = mkstemp(path);
    must(file >= 0 && write(file, data, size) == (ssize_t)size, path);
    close(file);
    Options options = {.model_path = foreign(path), .name = "model", .target = "portable"};
    Model *m = compile_model(&options);
    if (!m->errors) print_all(m);
    unlink(path);
    mem_free_all();
    dim_reset();
    return 0;
}
