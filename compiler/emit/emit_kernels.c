/* emit_kernels: which kernels a model needs, and their text.
 *
 * A kernel is needed if the run function mentions it, or the text of a needed one does: all of that is C, so its
 * identifiers are all there is to look at. No other name in the file is spelt like a kernel (emit_names.c). */
#include "emit/emit.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    int count, capacity;
    const Kernel **items;
    Map *seen;
} Needed;

static void need_kernel(Needed *needed, const char *name);

static bool word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Needs everything that the text of a kernel mentions. Comments are passed over. */
static void need_mentioned(Needed *needed, const char *s)
{
    char word[256];
    bool tagged = false; /* the last word was struct or enum */
    while (*s) {
        if (s[0] == '/' && s[1] == '*') {
            const char *end = strstr(s + 2, "*/");
            s = end ? end + 2 : s + strlen(s);
            continue;
        }
        if (!word_char(*s)) {
            s++;
            continue;
        }
        size_t n = 0;
        while (word_char(s[n])) n++;
        if (n < sizeof word - 8) {
            snprintf(word, sizeof word, "%s%.*s", tagged ? "struct " : "", (int)n, s);
            need_kernel(needed, word);
            tagged = !tagged && n == 6 && !memcmp(s, "struct", 6);
        }
        s += n;
    }
}

static void need_kernel(Needed *needed, const char *name)
{
    const Kernel *k = kernel_find(name);
    if (!k || map_get(needed->seen, foreign(name))) return;
    map_put(needed->seen, foreign(k->name), (void *)k);
    need_mentioned(needed, k->text);
    mem_grow(&needed->items, &needed->capacity, needed->count + 1, sizeof *needed->items);
    needed->items[needed->count++] = k;
}

static int by_table_order(const void *a, const void *b)
{
    const Kernel *x = *(const Kernel *const *)a, *y = *(const Kernel *const *)b;
    return (x > y) - (x < y);
}

void emit_kernels(const char *run_function, FILE *f)
{
    Needed needed = {.seen = map_new()};
    need_mentioned(&needed, run_function);
    if (!needed.count) return;
    qsort(needed.items, (size_t)needed.count, sizeof *needed.items, by_table_order);
    Needed ordered = {
        .seen = map_new()}; /* in the library's order, but for kernels that another one calls: before it */
    for (int i = 0; i < needed.count; i++) need_kernel(&ordered, needed.items[i]->name);
    fputs("/* Kernels: only those this model calls ------------------------------------------------------- */\n\n", f);
    Map *printed = map_new(); /* the items of a block share one text */
    for (int i = 0; i < ordered.count; i++) {
        const char *text = ordered.items[i]->text;
        if (map_get(printed, foreign(text))) continue;
        map_put(printed, foreign(text), (void *)ordered.items[i]);
        fprintf(f, "%s\n", text);
    }
}
