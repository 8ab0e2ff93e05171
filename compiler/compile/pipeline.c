/* The way of a model through the stages. */
#include "compile/compile.h"
#include "compile/stages.h"

#include "base/base.h"
#include "debug/debug.h"
#include "infer/infer.h"
#include "load/load.h"
#include "lower/lower.h"
#include "op/op.h"
#include "ops/ops.h"

#include <string.h>

static bool dump_wanted(const Options *o, const char *stage)
{
    return o->dump_stage && (!strcmp(o->dump_stage, stage) || !strcmp(o->dump_stage, "all"));
}

/* A dump of one stage that writes no file has seen what it came for. */
static bool is_last(const Options *o, const char *stage)
{
    return o->dump_stage && !strcmp(o->dump_stage, stage) && foreign_none(o->output_path) &&
           foreign_none(o->header_path) && foreign_none(o->report_path) && foreign_none(o->page_path);
}

/* One stage with all that is done around it. */
static StageResult run_stage(const Stage *stage, const Options *options, Model **m)
{
    StageResult result = STAGE_DONE;
    progress(stage->name);
    if (stage->run) result = stage->run(*m);
    else *m = load_model(options);
    progress(NULL);
    return result;
}

/* All stages, up to an error, one that asks for a restart, or the last one wanted. */
static StageResult run_stages(const Options *options, Model **m)
{
    unsigned invariants = 0;
    for (int i = 0; i < n_stages; i++) {
        const Stage *stage = &stages[i];
        StageResult result = run_stage(stage, options, m);
        if (result != STAGE_DONE || (*m)->errors) return result;
        invariants |= stage->leaves;
        check(*m, stage->name, invariants);
        if (dump_wanted(options, stage->name)) dump(*m, stage->name, stdout);
        if (is_last(options, stage->name)) break;
    }
    return STAGE_DONE;
}

void open_doors(void)
{
    doors = (Doors){op_families, infer_graph, propagate_values, lower_node, reads_last};
}

Model *compile_model(const Options *options)
{
    Model *m = NULL;
    Options refined = *options;
    open_doors();
    while (run_stages(&refined, &m) == STAGE_RESTART) {
        refined = m->options;
        dim_reset(); /* expressions know their bounds */
    }
    m->options.title = option_title(&m->options);
    return m;
}
