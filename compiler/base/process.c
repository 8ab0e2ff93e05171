#include "base/process.h"

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

Ending run_process(char *const *argv)
{
    int how = 0;
    fflush(NULL); /* lest the child prints it again */
    pid_t child = fork();
    if (child == 0) become(argv);
    if (child < 0) return (Ending){.status = NOT_STARTED};
    while (waitpid(child, &how, 0) < 0)
        if (errno != EINTR) return (Ending){.status = NOT_STARTED};
    if (WIFSIGNALED(how)) return (Ending){.signal = WTERMSIG(how)};
    return (Ending){.status = WEXITSTATUS(how)};
}
