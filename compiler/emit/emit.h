/* emit.h: the door of compiler/emit: the planned steps as text, for compilers, people and programs. */
#ifndef EMIT_H
#define EMIT_H

#include "ir/ir.h"

void emit(Model *m, FILE *f); /* the generated C file */
void emit_header(Model *m, FILE *f);
/* After emit; for the forms that keep large constants in a file of their own. */
void emit_weights_file(Model *m, FILE *f);
void report(Model *m, FILE *f);

/* emit_names.c */
void name_everything(Model *m);
void reserve_words(Map *taken); /* emit_reserved.c: what means something already, in C, C++ and the included headers */

/* emit_interface.c: what the program that calls the model sees */
const char *upper_case(const char *text);
const char *dim_in_c(const Model *m, Dim d); /* over the parameters of run */
bool output_has_dims(const Value *v);        /* some dimension is left to run time */
void emit_interface(Model *m, FILE *f);
void emit_parameters(Model *m, FILE *f); /* "int32_t batch, const float *x, float *y" */
void emit_arguments(Model *m, FILE *f);  /* "batch, x, y" */

/* emit_kernels.c: the kernels that the text of the run function mentions, and all those
 * mention, in the library's order */
void emit_kernels(const char *run_function, FILE *f);

/* emit_weights.c */
typedef struct {
    int count, capacity;
    Value **items;
    int64_t blob_bytes;
} Weights;
void collect_weights(Model *m, Weights *w); /* constants the steps read, in order of first use; sets weights_bytes */
void emit_weight_declarations(Model *m, const Weights *w, FILE *f);
void emit_weight_definitions(Model *m, const Weights *w, FILE *f);
/* For the forms that keep weights in a file of their own. */
void write_weights_blob(Model *m, const Weights *w, FILE *f);
Foreign weights_path(const Options *o);                     /* the generated file's, but with ".weights" at its end */
const char *weight_pointer(const Model *m, const Value *v); /* the expression that points to the first element */
bool is_inline_scalar(const Value *v);                      /* written as a literal where it is used */

/* emit_call.c */
void emit_call(Model *m, const Call *c, FILE *f);

/* emit_checks.c */
void emit_checks_of_graph(const Model *m, const Graph *g, FILE *f); /* what must hold in it, where it begins */
void emit_checks_after(Model *m, const Step *s, FILE *f);           /* what a step that sets symbols decides */
void emit_locals(const Model *m, const char *body, FILE *f);        /* variables of symbols, before the body */

/* emit_step.c */
void emit_steps(Model *m, FILE *f);

/* emit_loop.c */
void emit_loop(Model *m, const Loop *l, FILE *f);

/* emit_value.c: an expression for the address of an element */
const char *value_pointer(const Model *m, const Value *v, Dim element_offset);

/* emit_wrap.c: what is written to the draft's file goes to f in the end, with lines of no more than MAX_COLUMNS columns
 * as far as names and literals allow. */
enum { MAX_COLUMNS = 120 };
typedef struct {
    FILE *file;
    char *text;
    size_t size;
} Draft;
FILE *draft_begin(Draft *d);
void draft_end(Draft *d, FILE *f);

#endif
