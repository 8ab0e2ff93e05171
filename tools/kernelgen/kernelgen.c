/* kernelgen: turns the kernel library into code the compiler links and text it pastes.
 *
 *   kernelgen OUTDIR FILE...
 *
 * FILEs are runtime_min/ (plain C) and templates/ (.c.in, expanded per element type; see runtime_min/README.md for
 * the notation). Written to OUTDIR: kernels.h (types, scalar functions, prototypes), one .c per FILE with its
 * functions, and kernels_table.c, the table behind kernel_find(). */
#include "kernelgen.h"

#include <stdlib.h>
#include <string.h>

static void write_for(const char *text, const ElementType *first, const ElementType *second, const Source *source,
                      const char *names, bool is_private)
{
    char *t = expand(text, first, second), *n = expand(names, first, second);
    write_item(t, source, n, is_private);
    free(t);
    free(n);
}

static void write_expanded(const char *text, const TypeLoop *loops, int n_loops, const Source *source,
                           const char *names, bool is_private)
{
    if (!n_loops) {
        write_for(text, NULL, NULL, source, names, is_private);
        return;
    }
    for (int a = 0; a < loops[0].count; a++)
        for (int b = 0; b < (n_loops == 2 ? loops[1].count : 1); b++) {
            const ElementType *first = loops[0].types[a], *second = n_loops == 2 ? loops[1].types[b] : NULL;
            bool swapped = loops[0].variable != 'T';
            if (swapped) write_for(text, second ? second : first, first, source, names, is_private);
            else write_for(text, first, second, source, names, is_private);
        }
}

/* The names of a block may take several lines. */
static void block_names(const char *line, char *names, size_t size)
{
    const size_t length = strlen(names);
    if (length + strlen(line) >= size) fail("too many names for a block");
    memcpy(names + length, line, strlen(line) + 1);
}

static void read_file(FILE *in, const Source *source)
{
    char line[4096], names[1024] = "";
    Text item = {0};
    TypeLoop loops[2];
    int n_loops = 0, depth = 0;
    bool in_comment = false, in_block = false, is_private = false;
    for (current_line = 1;; current_line++) {
        bool more = fgets(line, sizeof line, in) != NULL;
        bool blank = !more || line[strspn(line, " \t\r\n")] == '\0';
        bool directive = more && !strncmp(line, "//@", 3);
        bool ends = !more || directive || (blank && !depth && !in_comment && !in_block);
        if (ends && item.length) {
            write_expanded(item.data, loops, n_loops, source, names, is_private);
            item.length = 0;
            names[0] = '\0';
            is_private = false;
        }
        if (!more) break;
        if (blank && !item.length) continue;
        if (!strncmp(line, "//@for ", 7)) n_loops = parse_for(line + 7, loops);
        else if (!strncmp(line, "//@endfor", 9)) n_loops = 0;
        else if (!strncmp(line, "//@endblock", 11)) in_block = false;
        else if (!strncmp(line, "//@block ", 9)) in_block = true, block_names(line + 9, names, sizeof names);
        else if (!strncmp(line, "//@private ", 11))
            in_block = is_private = true, block_names(line + 11, names, sizeof names);
        else if (!in_block && !strncmp(line, "#include", 8)) continue;
        else {
            depth += brace_balance(line, &in_comment);
            text_puts(&item, line);
        }
    }
    if (depth) fail("unbalanced braces");
    free(item.data);
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: kernelgen OUTDIR FILE...\n");
        return 2;
    }
    outputs_open(argv[1]);
    for (int i = 2; i < argc; i++) {
        current_file = argv[i];
        FILE *in = fopen(argv[i], "r");
        if (!in) fail("can't read");
        Source source = source_open(argv[1], argv[i], i);
        read_file(in, &source);
        fclose(in);
        source_close(&source);
    }
    return outputs_close() ? 0 : 1;
}
