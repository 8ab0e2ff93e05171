/* verify.h: the door of compiler/verify: the generated code is built, run, and compared or measured. */
#ifndef VERIFY_H
#define VERIFY_H

#include "verify/compare.h"
#include "compile/compile.h"
#include "load/load.h"

/* `onnx2c verify ...`; argv[0] is "verify". Returns the exit status. */
int verify_main(int argc, char **argv);

/* `onnx2c profile ...`, likewise. */
int profile_main(int argc, char **argv);

/* The program that verify builds is called with the folder and the run-time dimensions. It reads input_N.bin there and
 * writes output_N.bin and output_N.dims. Its exit status is 0; REFUSED + E if the generated code returns -E; anything
 * else: it broke down. */
enum { REFUSED = 64 };

/* What stands for strings that are not there. */
#define NOT_WRITTEN "(not written)"

/* -- verify_options.c -------------------------------------------------------------------------- */

typedef struct {
    Foreign dir; /* of the data; NULL: beside the model */
    Foreign cc, cflags;
    Foreign with; /* a C file built along, or NULL */
    Foreign keep; /* the folder to work in, which then stays; or NULL */
    Tolerance tolerance;
    int64_t seed;   /* of made inputs, */
    int64_t runs;   /* how many data sets of them, */
    bool asks_ort;  /* who says what is right, */
    Foreign python; /* by which Python */
    bool per_node;  /* values within the model are compared, too */
    Foreign values; /* with those of this folder; NULL: with what the graph as it stands in the file computes */
    bool profiles;  /* nothing is compared, but the time of each step measured */
    Foreign record; /* and the folder where they stay, or NULL */
    Options compile;
} VerifyOptions;

int parse_verify_options(VerifyOptions *o, int argc, char **argv); /* GO_ON, or the status to exit with */
int parse_profile_options(VerifyOptions *o, int argc, char **argv);

typedef struct DataSets DataSets;
/* The compiled model with its data and the program built in `folder`; NULL, after messages, if it can't be. */
Model *prepare(VerifyOptions *o, Foreign folder, DataSets *sets);

/* -- verify_data.c: data sets and what they say about the model's dimensions ------------------- */

typedef struct {
    bool is_wrong;
    const void *found;
    int n_worst; /* none: its type or shape is another */
    int64_t worst[MOST_WORST];
} Difference;

typedef struct {
    Foreign path; /* the folder */
    DataItem *inputs, *outputs;
    int64_t *params;         /* the values of the model's run-time dimensions */
    Difference *differences; /* of each output, after run_data_set */
} DataSet;

struct DataSets {
    int count, capacity;
    DataSet *items;
};

/* All report through model_error and return false when something is missing or wrong. */
bool find_data_sets(Model *m, Foreign dir, DataSets *sets); /* dir NULL: beside the model */

/* Adds bounds of `count` open dimensions of the model, from the sizes in the data, where --dim gives none. */
bool bound_dims(Model *m, const DataSets *sets, const OpenDim *dims, int count, Options *o);

/* A map's keys and values as two tensors. */
bool map_of_data(Model *m, const Value *map, const DataItem *item, DataItem *parts);

/* Options.describe_list: as long as the first data set's. */
bool list_of_data(Model *m, int number, const Value *list, DataItem *item);

/* After compilation: the types are known. */
bool load_data_set(Model *m, DataSet *set);
bool load_inputs(Model *m, DataSet *set); /* without what is right of them */

/* interface_data.c */
const Value *image_last(const Value *v); /* a constant image [n,c,...] as [n,...,c] */
/* The tensor, as the model has it, becomes what this input or output of the generated code is. */
void as_interface_has_it(const Value *of_interface, DataItem *item);

/* -- made_sets.c: data sets where there are none ------------------------------------------------ */

bool has_data_sets(Foreign model_path); /* beside the model */
/* Makes inputs and what is right of them in `folder`, as data sets; false, after messages, if it can't. */
bool make_data_sets(const VerifyOptions *o, Foreign folder, Foreign work);

/* evaluate_set.c: the graph as it stands in the file, evaluated on this set; NULL after errors. */
Model *evaluate_set(const Options *compile, const DataSet *set);

/* made_inputs.c: what whole numbers may be that nobody gives, by who reads them. */
void integers_of_input(const Value *v, int64_t *low, int64_t *high);

/* data_write.c: a constant, or a list of such, as a TensorProto, SequenceProto or OptionalProto. */
bool write_data_item(Model *m, Foreign path, const Value *v);

/* ort_reference.c: ONNX Runtime writes the outputs of the data sets in this folder, found in its own. */
bool ask_ort(Model *m, Foreign python, Foreign folder, Foreign work);

/* -- per_node.c: values within the model ----------------------------------------------------------- */

/* Writes what the graph computes from this set as it stands in the file: a file for each value, with its name. */
bool write_node_values(const VerifyOptions *o, const DataSets *sets, Foreign folder);
/* Prints, in their order, how far the values are off that the program traced; are all right? */
bool check_nodes(Model *m, const VerifyOptions *o, Foreign folder);

/* -- verify_folder.c --------------------------------------------------------------------------- */

/* Makes the folder to work in: `keep`, or one of its own that is removed at exit. NULL, with a message, if it can't. */
Foreign work_folder(Foreign keep);

/* -- verify_harness.c -------------------------------------------------------------------------- */

void write_harness(Model *m, FILE *f);
void write_tracer(Model *m, FILE *f);   /* it writes each value that is complete to trace.bin, too */
void write_profiler(Model *m, FILE *f); /* it writes the mean time of each step to times.txt */

/* -- verify_run.c ------------------------------------------------------------------------------ */

bool build(Model *m, const VerifyOptions *o, Foreign folder);
char *read_file(Foreign path, size_t *bytes); /* the whole file, with zero bytes after it. NULL if it isn't there */
Comparison print_values(const Value *expected, const void *found, Tolerance tolerance); /* prints how far off */
bool run_program(Model *m, Foreign folder, const DataSet *set); /* on these inputs; false, after a message: it failed */
/* Prints what comes of it; are all outputs right? */
bool run_data_set(Model *m, Foreign folder, DataSet *set, Tolerance tolerance);
const char *place_text(const Shape *s, int64_t index); /* "[0,3]": where element `index` stands */

/* -- ties.c ------------------------------------------------------------------------------------- */

/* Prints of each output of the set that is wrong whether near ties explain it: choices before it, between numbers that
 * are nearly equal. To be called last: the model's dimensions are not to be used any more. */
void explain_differences(const VerifyOptions *o, const DataSet *set, int n_outputs);

#endif
