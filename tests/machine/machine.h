/* machine.h: a machine that executes the steps of a graph in this process, over the very memory that plan gave them
 * (or, before plan, each value in memory of its own), by calling the kernels that the compiler is linked with. */
#ifndef MACHINE_H
#define MACHINE_H

#include "ir/ir.h"

typedef struct {
    const Value *value;
    void *memory;
} MachineBuffer;

typedef struct {
    const char *name;
    int64_t value;
} MachineSymbol;

/* Puts an input's elements into its memory. */
typedef void MachineFill(const Value *input, unsigned char *memory, void *context);

/* Inputs, outputs and constants have memory of their own, and so has every value that plan has not placed yet. */
typedef struct {
    Model *m;
    MachineFill *fill;
    void *context;
    unsigned char *arena;
    unsigned char **regions; /* as many as the options have */
    int n_buffers, cap_buffers, n_symbols, cap_symbols;
    MachineBuffer *buffers;
    MachineSymbol *symbols;
    bool refused; /* a kernel, or the read of a size, refused its values */
} Machine;

/* After the last stage that is wanted. Then machine_set gives the model's parameters their sizes. */
void machine_start(Machine *x, Model *m, MachineFill *fill, void *context);
void machine_set(Machine *x, Dim symbol, int64_t value);
bool machine_run(Machine *x);  /* false: refused */
void machine_stop(Machine *x); /* gives its memory back; was anything written after a value's end? */

int64_t machine_value(Machine *x, Dim d); /* as the symbols are; 0 for NULL */
void *machine_memory(Machine *x, Value *v);

/* What can't be, such as a write after a value's end. Provided by the program; doesn't return. */
void machine_broken(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
