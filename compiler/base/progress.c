/* On a terminal a timer writes over one line, once a second; it is gone when the work is done. */
#include "base/progress.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static bool is_verbose;
static const char *volatile doing;
static volatile sig_atomic_t is_shown, seconds;
static double since;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* What a signal may call: none of stdio. */
static void put(const char *text)
{
    if (write(STDERR_FILENO, text, strlen(text)) < 0) return; /* the terminal is gone: nobody waits */
}

static void show(int number)
{
    const char *what = doing;
    char digits[16], *to = digits + sizeof digits - 1;
    (void)number;
    seconds++;
    if (!what) return;
    *to = '\0';
    for (int n = seconds; n || !*to; n /= 10) *--to = (char)('0' + n % 10);
    put("\r\033[Konnx2c: ");
    put(what);
    put(" ... ");
    put(to);
    put(" s");
    is_shown = 1;
}

void progress_start(bool verbose)
{
    struct sigaction action = {.sa_handler = show, .sa_flags = SA_RESTART};
    const struct itimerval every_second = {{1, 0}, {1, 0}};
    is_verbose = verbose;
    if (verbose || !isatty(STDERR_FILENO)) return;
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &every_second, NULL);
}

void progress_clear(void)
{
    if (is_shown) put("\r\033[K");
    is_shown = 0;
}

void progress(const char *what)
{
    if (is_verbose && doing) fprintf(stderr, "onnx2c: %-8s %8.3f s\n", doing, now() - since);
    doing = what;
    since = now();
    if (!what) progress_clear();
}
