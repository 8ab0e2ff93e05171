/* options.h: the command line. An option is one row: --help is printed from it, words are parsed by it, and what
 * decides the output says itself in the generated file's title. tests/docs.sh holds the man page and README against
 * --help. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "ir/ir.h"

typedef struct {
    char letter;          /* of the short form; 0: there is none */
    const char *name;     /* of the long form, without "--" */
    const char *argument; /* as --help shows it; NULL: the option takes none */
    const char *help;
    /* Puts the value into the command's options. False, with a message, if it is wrong. NULL: parse_command_line does
     * what the option asks for. */
    bool (*take)(void *options, Foreign value);
    /* Of an option that decides the output: as one types it, or empty where it has its default. NULL: it doesn't. */
    const char *(*title)(const Options *o);
} OptionRow;

typedef struct {
    const char *usage; /* what --help prints above the options */
    const char *notes; /* and below them */
    const OptionRow *rows;
    int n_rows;
    const OptionRow *shared; /* options of compiling that this command has as well (compile_rows), and where they go */
    int n_shared;
    Options *compile;
} Command;

/* Reads the options after the command's name into *options, the type that the rows' `take` expects, and moves other
 * words to the end: getopt's optind is the first of them. GO_ON, or the status to exit with because all is said. */
enum { GO_ON = -1 };
int parse_command_line(const Command *c, void *options, int argc, char **argv);

/* Wrong usage: says on standard error what it is and that the command's --help has what is right. Returns false. The
 * command is the one whose usage, "usage: onnx2c VERB MODEL ...", was given last; VERB may be missing. */
bool usage_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void usage_begin(const char *usage);
const char *usage_command(void); /* "onnx2c VERB" */

/* Is it a file's name? If so, it is *path. */
bool take_path(Foreign *path, Foreign value);

/* Its name without folder and extension, as an identifier. */
const char *name_of_file(Foreign path);

/* Could a C program call something so? */
bool is_identifier(Foreign name);

/* -- option_table.c ---------------------------------------------------------------------------- */

extern const OptionRow compile_options[];
extern const int n_compile_options;

/* The rows of these names, for a command that has them, too. */
OptionRow *compile_rows(int count, const char *const *names);
/* All but these; *n_rows: how many that are. */
OptionRow *compile_rows_but(int count, const char *const *names, int *n_rows);

/* "--name digits --dim batch=1..4": with these, the model and this version, anyone gets the same file. */
Foreign option_title(const Options *o);

/* -- option_values.c: those with a syntax of their own; verify takes some of them, too ---------- */

bool parse_dim_option(Options *o, Foreign text);    /* NAME=N or NAME=LO..HI, added to o->dims */
bool parse_custom_option(Options *o, Foreign text); /* DOMAIN::OP=SPEC or @FILE */
bool parse_report_option(Options *o, Foreign path); /* of the page or of the JSON, by its ending */
bool parse_target_option(Options *o, Foreign text); /* the name of a target */
bool parse_weights_option(Options *o, Foreign form);
bool parse_weights_type_option(Options *o, Foreign type);
bool parse_precision_option(Options *o, Foreign type);
bool parse_optimize_option(Options *o, Foreign what);
bool parse_text_option(Options *o, Foreign bytes);
bool parse_region_option(Options *o, Foreign text); /* NAME=BYTES, added to o->regions */
bool parse_io_option(Options *o, Foreign forms);    /* quantized, nhwc, or both with a comma */
bool parse_state_option(Options *o, Foreign text);  /* IN=OUT, added to o->states; option_state.c */
const char *dim_title(const Options *o);
const char *custom_title(const Options *o);
const char *optimize_title(const Options *o);
const char *weights_title(const Options *o);
const char *weights_type_title(const Options *o);
const char *precision_title(const Options *o);
const char *text_title(const Options *o);
const char *io_title(const Options *o);
const char *region_title(const Options *o);
const char *state_title(const Options *o);

#endif
