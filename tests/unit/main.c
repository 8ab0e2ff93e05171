/* main.c: runs every unit test; the exit status tells whether all passed. */
#include "compile/compile.h"

#include <check.h>
#include <stdlib.h>

#ifndef SUITES
#define SUITES \
    SUITE(arena) \
    SUITE(attention) \
    SUITE(base) \
    SUITE(check) \
    SUITE(check_memory) \
    SUITE(compare) \
    SUITE(contrib) \
    SUITE(conv) \
    SUITE(dead_steps) \
    SUITE(dft) \
    SUITE(dim) \
    SUITE(dim_parse) \
    SUITE(dim_walk) \
    SUITE(elementwise) \
    SUITE(emit) \
    SUITE(emit_text) \
    SUITE(experts) \
    SUITE(foreign) \
    SUITE(image_files) \
    SUITE(images) \
    SUITE(infer) \
    SUITE(interface) \
    SUITE(interface_order) \
    SUITE(interface_types) \
    SUITE(layout) \
    SUITE(lend) \
    SUITE(load) \
    SUITE(load_function) \
    SUITE(load_tensor) \
    SUITE(lookup) \
    SUITE(made_inputs) \
    SUITE(formulas) \
    SUITE(fuse) \
    SUITE(helium) \
    SUITE(math) \
    SUITE(matmul) \
    SUITE(minifloat) \
    SUITE(ml) \
    SUITE(movement) \
    SUITE(halves) \
    SUITE(narrow_kernels) \
    SUITE(narrow_weights) \
    SUITE(nbits) \
    SUITE(norm) \
    SUITE(number) \
    SUITE(op) \
    SUITE(output) \
    SUITE(packed) \
    SUITE(packed_bytes) \
    SUITE(plan) \
    SUITE(pool) \
    SUITE(programs) \
    SUITE(qdq) \
    SUITE(quantize) \
    SUITE(quantized) \
    SUITE(quantized_graphs) \
    SUITE(random) \
    SUITE(reduce) \
    SUITE(regex) \
    SUITE(regions) \
    SUITE(resize) \
    SUITE(resolve) \
    SUITE(row_tiling) \
    SUITE(sample) \
    SUITE(rewrite) \
    SUITE(rewrite_formulas) \
    SUITE(rewrite_qdq) \
    SUITE(rnn) \
    SUITE(sizes) \
    SUITE(step) \
    SUITE(strided_alias) \
    SUITE(tiling_choice) \
    SUITE(strings) \
    SUITE(text) \
    SUITE(trees) \
    SUITE(wire) \
    SUITE(words)
#endif

#define SUITE(name) Suite *name##_suite(void);
SUITES
#undef SUITE

int main(void)
{
    /* No test is slow, but the machine may be busy. */
    setenv("CK_DEFAULT_TIMEOUT", "120", 0);
    open_doors();
    SRunner *runner = srunner_create(NULL);
#define SUITE(name) srunner_add_suite(runner, name##_suite());
    SUITES
#undef SUITE
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
