/* project.h: the door of compiler/project: folders that build, with the generated code and a program around it. */
#ifndef PROJECT_H
#define PROJECT_H

#include "compile/compile.h"

/* `onnx2c project ...`; argv[0] is "project". Returns the exit status. */
int project_main(int argc, char **argv);

/* -- kinds.c -------------------------------------------------------------------------------------- */

typedef void Writer(Model *m, FILE *f);

/* A file of a project: its path, its text, or who writes it. In the first two each `@` is the model's name. */
typedef struct {
    const char *path;
    const char *text;
    Writer *write; /* or NULL */
} ProjectFile;

typedef struct {
    const char *name;
    const ProjectFile *files; /* ends with one without a path */
} ProjectKind;

const ProjectKind *kind_named(Foreign name); /* NULL: there is none */
const char *kind_names(void);                /* for messages */

/* -- testbench.c ---------------------------------------------------------------------------------- */

void write_testbench(Model *m, FILE *f); /* after emit: names are set by then */

#endif
