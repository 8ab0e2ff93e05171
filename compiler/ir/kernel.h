/* kernel.h: the kernel library as text and as code. */
#ifndef KERNEL_H
#define KERNEL_H

/* One top-level item of runtime_min, after expansion of its types: a function, struct, enum or macro. */
typedef struct Kernel {
    const char *name; /* "softmax_f32", "struct conv", ... */
    const char *text; /* its C source, comment first */
    /* Functions: a letter for the result, then one for each parameter; kernels_table.c of the build
     * explains them. Else NULL. */
    const char *signature;
    const char *names; /* of a function's parameters, or of a struct's int32_t fields, separated by commas; or NULL */
    void (*address)(void); /* functions that may be called while folding; else NULL */
    void (*sweep)(void);   /* static inline scalar functions: the same applied along arrays (see eval.c); else NULL */
    int file;              /* order of its file; items of a file follow one another */
} Kernel;

const Kernel *kernel_find(const char *name); /* or NULL */

/* The names of a function's parameters or a struct's fields: the index of one (-1: there is
 * none), how many, the i-th. */
int kernel_name_index(const Kernel *k, const char *name);
int kernel_name_count(const Kernel *k);
const char *kernel_nth_name(const Kernel *k, int i);

void kernels_free(void); /* the index made by kernel_find; runs at exit by itself */

#endif
