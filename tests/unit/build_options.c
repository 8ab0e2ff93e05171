/* build_options.c: what the graphs of build.h get beside their text. */
#include "build.h"

#include "compile/options.h"

#include <check.h>

enum { OPSET = 23, MOST = 8 };

static int opset = OPSET, n_bounds, n_regions;
static Options given;
static DimOption bounds[MOST];
static const char *regions[MOST];

void build_opset(int version)
{
    opset = version;
}

int build_opset_of_nodes(void)
{
    return opset;
}

void build_bounds(const char *name, int64_t low, int64_t high)
{
    int i = 0;
    while (i < n_bounds && !foreign_is(bounds[i].name, name)) i++;
    if (i == MOST) ck_abort_msg("too many bounds");
    if (i == n_bounds) n_bounds++;
    bounds[i] = (DimOption){.name = foreign(name), .low = low, .high = high};
}

void build_target(const char *name)
{
    given.target = target_find(foreign(name));
    ck_assert_ptr_nonnull(given.target);
}

void build_optimize(Optimize what)
{
    given.optimize = what;
}

void build_weights_type(DType type)
{
    given.weights_type = type;
}

void build_precision(DType type)
{
    given.precision = type;
}

void build_io(const char *forms)
{
    ck_assert(parse_io_option(&given, foreign(forms)));
}

void build_region(const char *text)
{
    if (n_regions == MOST) ck_abort_msg("too many regions");
    regions[n_regions++] = text;
}

void build_reusing_inputs(void)
{
    given.reuse_inputs = true;
}

void build_free(void)
{
    given = (Options){.name = NULL};
    opset = OPSET;
    n_bounds = n_regions = 0;
    op_free();
}

void build_add_bounds(Options *o, DimOption d)
{
    mem_grow(&o->dims, &o->cap_dims, o->n_dims + 1, sizeof *o->dims);
    o->dims[o->n_dims++] = d;
}

void build_options(Options *o)
{
    *o = given;
    o->name = "test";
    o->title = foreign("--name test");
    if (!o->target) o->target = target_portable;
    for (int i = 0; i < n_bounds; i++) build_add_bounds(o, bounds[i]);
    for (int i = 0; i < n_regions; i++) ck_assert(parse_region_option(o, foreign(regions[i])));
}
