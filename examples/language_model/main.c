/* Goes on with a text, token by token, each the most probable one.
 *
 * usage: generate [PROMPT [TOKENS]] */
#define _POSIX_C_SOURCE 199309L
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "licences.h"
#include "tokens.h"

enum { VOCABULARY = LICENCES_LOGITS_COUNT, POSITIONS = 256 };

/* -- text and tokens */

/* Merges of bytes, then of what became of them, in the order in which they were found; returns how many are left. */
static int encode(const char *text, int64_t *tokens)
{
    int n = 0;
    while (text[n]) {
        tokens[n] = (unsigned char)text[n];
        n++;
    }
    for (int m = 0; m < MERGES; m++) {
        int kept = 0;
        for (int i = 0; i < n; i++) {
            if (kept && tokens[kept - 1] == merges[m][0] && tokens[i] == merges[m][1]) tokens[kept - 1] = 256 + m;
            else tokens[kept++] = tokens[i];
        }
        n = kept;
    }
    return n;
}

static void print_token(int64_t token)
{
    int64_t parts[MERGES + 1];
    int n = 1;
    parts[0] = token;
    while (n) {
        const int64_t part = parts[--n];
        if (part < 256) {
            putchar((int)part);
            continue;
        }
        parts[n++] = merges[part - 256][1];
        parts[n++] = merges[part - 256][0];
    }
}

/* -- the model */

static int64_t most_probable(const float *logits)
{
    int best = 0;
    for (int i = 1; i < VOCABULARY; i++)
        if (logits[i] > logits[best]) best = i;
    return best;
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* The prompt at once, then `count` tokens one by one; what a call leaves for the next, licences_run keeps. */
static int generate(const int64_t *prompt, int length, int count)
{
    static float logits[VOCABULARY];
    const double start = seconds();
    double first = start;
    if (licences_run(length, prompt, logits)) return 1;
    first = seconds();
    for (int i = 0; i < count; i++) {
        const int64_t token = most_probable(logits);
        print_token(token);
        if (i + 1 < count && licences_run(1, &token, logits)) return 1;
    }
    fprintf(stderr, "prompt: %d tokens in %.1f ms; then %.0f tokens per second\n", length, 1e3 * (first - start),
            (count - 1) / (seconds() - first));
    return 0;
}

int main(int argc, char **argv)
{
    static int64_t prompt[POSITIONS];
    const char *text = argc > 1 ? argv[1] : "Everyone is permitted";
    const int count = argc > 2 ? atoi(argv[2]) : 100;
    if (!*text || count < 1 || strlen(text) + (size_t)count > POSITIONS) {
        fprintf(stderr, "usage: generate [PROMPT [TOKENS]], of no more than %d bytes and tokens together\n", POSITIONS);
        return 2;
    }
    const int length = encode(text, prompt);
    fputs(text, stdout);
    if (generate(prompt, length, count)) return 1;
    putchar('\n');
    return 0;
}
