#include "base/process.h"

#include "base/mem.h"

#include <errno.h>
#include <stdio.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void become(char *const *argv)
{
    dup2(STDERR_FILENO, STDOUT_FILENO);
    execvp(argv[0], argv);
    _exit(NOT_STARTED);
}

/* As exec takes them: NULL after the last. */
static char **arguments(const Foreign *words, int count)
{
    char **argv = mem_array((size_t)count + 1, sizeof *argv);
    for (int i = 0; i < count; i++) argv[i] = mem_strdup(words[i].raw);
    return argv;
}

Ending run_process(const Foreign *words, int count)
{
    int how = 0;
    char **argv = arguments(words, count);
    fflush(NULL); /* lest the child prints it again */
    pid_t child = fork();
    if (child == 0) become(argv);
    if (child < 0) return (Ending){.status = NOT_STARTED};
    while (waitpid(child, &how, 0) < 0)
        if (errno != EINTR) return (Ending){.status = NOT_STARTED};
    if (WIFSIGNALED(how)) return (Ending){.signal = WTERMSIG(how)};
    return (Ending){.status = WEXITSTATUS(how)};
}
