/* Everything goes to temporary files first: beside the target, to be renamed to it; or, where the target is no
 * regular file (standard output, a pipe, a device), to an unnamed one that is copied at the end. What is not
 * committed is removed at exit.
 * A file that is to become what it is already stays as it is, time stamp included: nobody need build it again. */
#include "base/output.h"

#include "base/mem.h"
#include "base/path.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_OUTPUTS = 8 };

typedef struct {
    Foreign path;    /* as the user wrote it; none: standard output */
    char *target;    /* to rename the temporary file to, symbolic links followed; from malloc */
    char *temporary; /* from malloc; NULL: the file is to be copied to `path` */
    FILE *file;      /* open for writing */
} Output;

static Output outputs[MAX_OUTPUTS];
static int n_outputs;

static bool report(const Output *o, const char *why)
{
    Foreign name = foreign_none(o->path) ? foreign("standard output") : o->path;
    fprintf(stderr, "onnx2c: error: %s: can't be written: %s\n", shown(name), why);
    return false;
}

static void discard(void)
{
    for (int i = 0; i < n_outputs; i++) {
        Output *o = &outputs[i];
        if (o->file) fclose(o->file);
        if (o->temporary) unlink(o->temporary);
        free(o->temporary);
        free(o->target);
    }
    n_outputs = 0;
}

/* An interrupted run leaves nothing either. */
static void on_signal(int number)
{
    for (int i = 0; i < n_outputs; i++)
        if (outputs[i].temporary) unlink(outputs[i].temporary);
    signal(number, SIG_DFL);
    raise(number);
}

static void guard(void)
{
    atexit(discard);
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
    signal(SIGHUP, on_signal);
    signal(SIGPIPE, on_signal);
}

static char *copy_text(const char *text)
{
    char *copy = malloc(strlen(text) + 8);
    if (copy) strcpy(copy, text);
    return copy;
}

static FILE *open_temporary(Output *o, mode_t mode)
{
    o->target = realpath(o->path.raw, NULL);
    if (!o->target) o->target = copy_text(o->path.raw);
    o->temporary = o->target ? copy_text(o->target) : NULL;
    if (!o->temporary) return NULL;
    strcat(o->temporary, ".XXXXXX");
    int fd = mkstemp(o->temporary);
    if (fd < 0) {
        free(o->temporary);
        o->temporary = NULL;
        return NULL;
    }
    FILE *file = fchmod(fd, mode) == 0 ? fdopen(fd, "w") : NULL;
    if (!file) close(fd);
    return file;
}

FILE *output_open(Foreign path)
{
    struct stat info;
    bool to_file = !foreign_none(path), exists = to_file && stat(path.raw, &info) == 0;
    Output *o = &outputs[n_outputs];
    *o = (Output){.path = path};
    if (n_outputs++ == 0) guard();
    if (exists && S_ISDIR(info.st_mode)) {
        report(o, "is a directory");
        return NULL;
    }
    mode_t mask = umask(0);
    umask(mask);
    if (!to_file || (exists && !S_ISREG(info.st_mode))) o->file = tmpfile();
    else o->file = open_temporary(o, exists ? info.st_mode & 0777 : 0666 & ~mask);
    if (!o->file) report(o, strerror(errno));
    return o->file;
}

static bool copy_file(const Output *o, FILE *to)
{
    char buffer[1 << 14];
    size_t got;
    rewind(o->file);
    while ((got = fread(buffer, 1, sizeof buffer, o->file)) > 0)
        if (fwrite(buffer, 1, got, to) != got) return false;
    return !ferror(o->file);
}

/* To something that is no regular file. */
static bool pass_on(Output *o)
{
    FILE *to = foreign_none(o->path) ? stdout : path_open(o->path, "w");
    bool good = to && copy_file(o, to);
    if (to && (to == stdout ? fflush(to) : fclose(to))) good = false;
    return good;
}

static bool same_bytes(FILE *a, FILE *b)
{
    char in_a[1 << 14], in_b[1 << 14];
    size_t count;
    do {
        count = fread(in_a, 1, sizeof in_a, a);
        if (fread(in_b, 1, sizeof in_b, b) != count || memcmp(in_a, in_b, count) != 0) return false;
    } while (count);
    return !ferror(a) && !ferror(b);
}

static bool same_files(Foreign a, Foreign b)
{
    FILE *file_a = path_open(a, "rb"), *file_b = file_a ? path_open(b, "rb") : NULL;
    bool same = file_b && same_bytes(file_a, file_b);
    if (file_a) fclose(file_a);
    if (file_b) fclose(file_b);
    return same;
}

static bool move(Output *o)
{
    bool same = same_files(foreign(o->target), foreign(o->temporary));
    if (same ? unlink(o->temporary) : rename(o->temporary, o->target)) return false;
    free(o->temporary);
    o->temporary = NULL;
    return true;
}

static bool close_file(Output *o)
{
    bool failed = ferror(o->file);
    if (!o->temporary) return !fflush(o->file) && !failed;
    failed |= fclose(o->file) != 0;
    o->file = NULL;
    return !failed;
}

bool outputs_commit(void)
{
    bool good = true;
    for (int i = 0; good && i < n_outputs; i++) good = close_file(&outputs[i]) || report(&outputs[i], strerror(errno));
    for (int i = 0; good && i < n_outputs; i++) {
        Output *o = &outputs[i];
        good = (o->temporary ? move(o) : pass_on(o)) || report(o, strerror(errno));
    }
    discard();
    return good;
}
