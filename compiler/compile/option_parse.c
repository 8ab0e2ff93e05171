/* Parsing a command line, and its help, by rows. */
#include "compile/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum {
    LONG_ONLY = 256, /* getopt's value of row 0 if it has no letter, and so on */
    HELP_COLUMN = 26 /* where what an option does begins */
};

/* One option: "  -o, --output FILE     the generated C file". Lines after the first begin where that did. */
static void print_row(const OptionRow *row)
{
    const char *letter = row->letter ? mem_printf("-%c,", row->letter) : "   ";
    const char *argument = row->argument ? mem_printf(" %s", row->argument) : "";
    const char *option = mem_printf("  %s --%s%s", letter, row->name, argument);
    bool fits = strlen(option) < HELP_COLUMN - 1;
    printf("%-*s%s", fits ? HELP_COLUMN : 0, option, fits ? "" : "\n");
    for (const char *line = row->help, *end; line; line = end ? end + 1 : NULL) {
        end = strchr(line, '\n');
        int length = end ? (int)(end - line) : (int)strlen(line);
        printf("%*s%.*s\n", fits && line == row->help ? 0 : HELP_COLUMN, "", length, line);
    }
}

/* A command's own rows, then those that it shares with compiling. */
static int row_count(const Command *c)
{
    return c->n_rows + c->n_shared;
}

static const OptionRow *row_at(const Command *c, int i)
{
    return i < c->n_rows ? &c->rows[i] : &c->shared[i - c->n_rows];
}

static int print_help(const Command *c)
{
    fputs(c->usage, stdout);
    for (int i = 0; i < row_count(c); i++) print_row(row_at(c, i));
    fputs(c->notes, stdout);
    return 0;
}

static int print_version(void)
{
    puts("onnx2c " VERSION);
    return 0;
}

static int code_of(const Command *c, int row)
{
    return row_at(c, row)->letter ? row_at(c, row)->letter : LONG_ONLY + row;
}

/* getopt's form of the rows. It is told to keep quiet, and to tell a missing argument from an unknown option. */
static struct option *long_options(const Command *c, char *letters)
{
    struct option *options = mem_alloc((size_t)(row_count(c) + 1) * sizeof *options);
    *letters++ = ':';
    for (int i = 0; i < row_count(c); i++) {
        const OptionRow *row = row_at(c, i);
        options[i] = (struct option){row->name, row->argument ? required_argument : no_argument, NULL, code_of(c, i)};
        if (row->letter) *letters++ = row->letter;
        if (row->letter && row->argument) *letters++ = ':';
    }
    *letters = '\0';
    opterr = 0;
    return options;
}

static bool is_option(const OptionRow *row, Foreign word)
{
    const char *name = mem_printf("--%s", row->name);
    return foreign_is(word, name) || foreign_starts(word, mem_printf("%s=", name));
}

/* An option of compiling that this command has not. */
static bool is_of_compiling(const Command *c, Foreign word)
{
    for (int i = 0; i < row_count(c); i++)
        if (is_option(row_at(c, i), word)) return false;
    for (int i = 0; i < n_compile_options; i++)
        if (is_option(&compile_options[i], word)) return true;
    return false;
}

/* getopt says by `code` what is wrong, and by optopt which short option it is; but it also sets that for
 * --verbose=3. */
static int report_bad_option(const Command *c, int code, Foreign word)
{
    const char letter = (char)optopt;
    bool is_long = foreign_starts(word, "--") && foreign_has(word, "=");
    bool is_short = !is_long && code == '?' && optopt > 0 && optopt < LONG_ONLY;
    if (code == ':') usage_error("%s: its argument is missing", shown(word));
    else if (is_short) usage_error("-%s: unknown option", shown(foreign_of(&letter, 1)));
    else if (is_of_compiling(c, word))
        usage_error("%s: an option of compiling, which %s has not", shown(word), usage_command());
    else usage_error("%s: unknown option, or no argument is expected", shown(word));
    return 2;
}

static int row_of(const Command *c, int code)
{
    for (int i = 0; i < row_count(c); i++)
        if (code_of(c, i) == code) return i;
    internal_error("option %d", code);
}

int parse_command_line(const Command *c, void *options, int argc, char **argv)
{
    char *letters = mem_alloc(2 * (size_t)row_count(c) + 2);
    usage_begin(c->usage);
    const struct option *longs = long_options(c, letters);
    for (int code; (code = getopt_long(argc, argv, letters, longs, NULL)) != -1;) {
        if (code == '?' || code == ':') return report_bad_option(c, code, foreign(argv[optind - 1]));
        int i = row_of(c, code);
        const OptionRow *row = row_at(c, i);
        if (!row->take) return row->letter == 'V' ? print_version() : print_help(c);
        if (!row->take(i < c->n_rows ? options : c->compile, foreign(optarg))) return 2;
    }
    return GO_ON;
}
