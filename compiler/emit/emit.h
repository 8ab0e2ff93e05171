/* emit.h: the door of compiler/emit: the planned steps as text, for compilers, people and programs. */
#ifndef EMIT_H
#define EMIT_H

#include "ir/ir.h"
#include "plan/plan.h"

void emit_begin(Model *m);    /* names and numbers everything; once, before all others */
void emit(Model *m, FILE *f); /* the generated C file */
void emit_header(Model *m, FILE *f);
/* For the forms that keep large constants in a file of their own. */
void emit_weights_file(Model *m, FILE *f);
/* The report, as JSON and as a page. `seconds`: how long each step took; or NULL. */
void report(Model *m, const double *seconds, FILE *f);
void report_page(Model *m, const double *seconds, FILE *f);

/* -- what there is, for comments and reports ------------------------------------------------------ */

/* arena_buffers.c */
typedef struct {
    const Step *first, *last;
} Life;
Buffers arena_buffers(const Graph *g);                 /* in the order in which they are first needed */
Life life_of(const Graph *g, const Value *v);          /* of a buffer: steps that are printed */
int64_t *live_bytes(const Graph *g, const Buffers *b); /* for each step: of those that lie in the arena itself then */

bool is_scratch_buffer(const Value *root); /* nobody reads later what lies in it */
int peak_step(const Graph *g);             /* the paragraph with the most live bytes; 0: no buffers */

/* step_costs.c */
typedef struct {
    const Step *first;
    Value *result;       /* or NULL */
    int64_t macs, bytes; /* bytes: of all that is read and written, each value once */
} StepCost;
int count_paragraphs(const Graph *g);
StepCost *step_costs(const Graph *g);   /* for each paragraph */
bool is_bookkeeping(const StepCost *c); /* it is no work of a node, but counts rounds, or keeps rows for the next one */
bool is_scratch(const Value *v);        /* nobody reads it later */

/* -- the file, top to bottom --------------------------------------------------------------------- */

void emit_title(Model *m, FILE *f); /* emit_title.c */
void emit_heading(const char *of_part, FILE *f);
const char *with_commas(int64_t n);      /* "12,345" */
void emit_memory_map(Model *m, FILE *f); /* emit_memory_map.c */

/* emit_interface.c: what the program that calls the model sees */
bool output_has_dims(const Value *v); /* some dimension is left to run time */
void emit_interface(Model *m, FILE *f);
void emit_declaration(Model *m, bool in, FILE *f); /* of the run function: "int digits_run(const float *x, float *y)" */
void emit_arguments(Model *m, FILE *f);            /* ", batch, x, y" */

/* emit_state.c: what one call leaves for the next, in a struct of the caller's; nothing without --state */
void emit_state_type(const Model *m, FILE *f);
void emit_state_declarations(const Model *m, FILE *f);
void emit_state_definitions(const Model *m, FILE *f); /* reset */
void emit_static_state(const Model *m, FILE *f);      /* that of NAME_run */
void emit_state_loads(const Model *m, FILE *f);       /* into the variables of the run function */
void emit_state_checks(const Model *m, FILE *f);
void emit_state_stores(const Model *m, FILE *f); /* of sizes, at its end */
int64_t state_bytes(const Model *m);

/* emit_seed.c: the seed of random numbers, where nodes have none; nothing in models without such nodes */
bool takes_seed(const Model *m);
const char *seed_in_c(int64_t stream); /* the caller's seed, XORed with this */
void emit_seed_declaration(const Model *m, FILE *f);
void emit_seed_definition(const Model *m, FILE *f); /* before all that reads it */
void report_seed(const Model *m, FILE *f);

/* emit_memories.c: those beside the arena */
const char *memory_in_c(const SideMemory *m);    /* a pointer to its first byte, in the run function */
const char *memory_comment(const SideMemory *m); /* ", in y", of a buffer; or "" */
const char *region_parameters(const Model *m);   /* of run_in: ", void *fast" */
const char *region_arguments(const Model *m);    /* by run: ", fast" */
void emit_region_macros(const Model *m, FILE *f);
void emit_region_placement(const Model *m, FILE *f);
/* Of the run function: static, aligned; MACRO_ATTR and MACRO_BYTES are its own. */
void emit_static_memory(const Model *m, const char *macro, const char *name, const char *start, FILE *f);
void emit_static_regions(const Model *m, FILE *f);
void emit_region_checks(const Model *m, FILE *f);
void emit_region_pointers(const Model *m, FILE *f);
void report_regions(const Model *m, FILE *f);
bool is_input_const(const Model *m, const Value *v); /* what it holds stays */
bool is_overwritten(const Model *m, const Value *v); /* an input, by the call */

/* emit_io.c: how inputs and outputs differ from the model's (--io) */
const char *io_comment(const Model *m, const Value *v); /* ", channels last"; or "" */
void emit_io_macros(const Value *v, const char *prefix, const char *name, FILE *f);
void report_io(const Model *m, const Value *v, FILE *f);

/* emit_includes.c: the headers that the text of the file needs */
void emit_includes(const char *text, FILE *f);

/* emit_kernels.c: the kernels that the text of the run function mentions, and all those mention, in the library's
 * order; resolved, if macros are known; functions with this attribute */
typedef struct Macros Macros;
void emit_kernels(const char *run_function, Macros *macros, const char *attribute, FILE *f);

/* stack_bound.c: how many bytes of stack a call of the function may take, whose text and whose kernels' this is */
int64_t stack_bound(const Target *target, const char *text, const char *function);

/* emit_weights.c */
typedef struct {
    int count, capacity;
    Value **items;
    int64_t blob_bytes;
} Weights;
void collect_weights(Model *m, Weights *w); /* constants the steps read, in order of first use; sets weights_bytes */
void emit_assumptions(const Model *m, const Weights *w, FILE *f);
void emit_weight_declarations(Model *m, const Weights *w, FILE *f);
void emit_weight_definitions(Model *m, const Weights *w, FILE *f);
/* For the forms that keep weights in a file of their own. */
void write_weights_blob(Model *m, const Weights *w, FILE *f);
/* The generated file's, but with ".weights" at its end; none if all stand in the C. */
Foreign weights_path(const Options *o);

/* emit_weight_form.c */
bool is_inline_scalar(const Value *v);                   /* written as a literal where a loop reads it */
bool weight_is_readable(const Model *m, const Value *v); /* an array of numbers, not of bytes */
bool weight_has_order(const Value *v);                   /* its elements have several bytes */
int64_t weight_elements(const Value *v); /* of the array; complex numbers are two each, those of some bits share one */
DType weight_element_type(const Value *v);                  /* of the array */
bool weight_is_in_file(const Model *m, const Value *v);     /* then the run function has a pointer to it */
const char *weight_pointer(const Model *m, const Value *v); /* the expression that points to the first element */

/* emit_weight_data.c: a constant with its comment */
void emit_numbers(const Value *v, const char *declaration, FILE *f);
void emit_bytes(const Value *v, const char *declaration, FILE *f); /* as string literals */

/* -- the run function ----------------------------------------------------------------------------- */

/* emit_step.c */
void emit_steps(Model *m, FILE *f);

/* emit_call.c, emit_loop.c */
void emit_call(Model *m, const Call *c, FILE *f);
bool is_list(const Arg *a); /* a struct or a list of numbers, which is a constant of its own */
const char *constant_of(const Model *m, const Arg *a); /* "int32_t {1, 2}": a constant's; NULL: it isn't known */
void emit_loop(Model *m, const Loop *l, FILE *f);

/* emit_twin.c: calls of kernels in less code, for processors without vectors */
void choose_twins(Model *m);

/* emit_checks.c */
void begin_checks(Model *m);                                        /* before all steps */
void emit_checks_of_graph(const Model *m, const Graph *g, FILE *f); /* what must hold in it, where it begins */
void emit_checks_after(Model *m, const Step *s, FILE *f);           /* what a step that sets symbols decides */
void emit_locals(const Model *m, const char *body, FILE *f);        /* variables of symbols, before the body */

/* emit_comment.c */
void number_paragraphs(Graph *g); /* sets step->paragraph of all steps */
void emit_comment(const Model *m, const Step *s, FILE *f);

/* emit_facts.c */
const char *facts_of(const Step *s); /* ", 3x3, stride 2, pad 1", for its comment; or "" */

/* emit_pointers.c */
void find_pointers(const Model *m);                      /* before the first step: which values have one */
void declare_pointers(Model *m, const Step *s, FILE *f); /* those that it needs and that aren't there yet */
const char *visible_pointer(const Model *m, Value *v);   /* v's place, by what is declared so far */

/* emit_hooks.c */
typedef struct Traces Traces;
void emit_hooks(Model *m, FILE *f); /* the macros */
void emit_hook_variable(FILE *f);
Traces *find_traces(const Model *m);                                       /* which values are whole after which step */
void emit_traces(const Model *m, const Traces *t, const Step *s, FILE *f); /* those after s */

/* -- names and values ------------------------------------------------------------------------------ */

void name_everything(Model *m); /* emit_names.c */
void reserve_words(Map *taken); /* emit_reserved.c: what means something already, in C, C++ and the included headers */

/* emit_value.c */
const char *upper_case(const char *text);
const char *dim_in_c(const Model *m, Dim d);            /* over the variables of the run function */
const char *shape_in_c(const Model *m, const Shape *s); /* "[1,height / 2,32]" */
const char *without_parentheses(const char *text);      /* around all of it */
/* The values that the text of a step names: step_next without elided copies and without constants that are literals. */
bool mention_next(const Step *s, Access *a);
const char *value_pointer(const Model *m, const Value *v, Dim element_offset); /* the address of an element */
int64_t stored_count(const Value *v); /* of elements in C, at the upper bound */

/* -- lines of text (emit_layout.c) ----------------------------------------------------------------- */

enum { PAGE = 120 }; /* columns */

/* Writes C, a line for each statement, declaration, directive or comment: none over 120 columns, broken where a reader
 * would break it. */
void lay_out(const char *text, FILE *f);
/* One line of a comment, broken before options: `first` leads it, `further` the lines that continue it. */
void lay_out_options(const char *first, const char *further, const char *text, FILE *f);

/* Text on its way: written into the file that draft_begin returns, and had from draft_end. */
typedef struct {
    FILE *f;
    char *text;
    size_t size;
} Draft;
FILE *draft_begin(Draft *d);
const char *draft_end(Draft *d);

#endif
