/* The table of verbs. Each has a Command of its own, with its options and --help; a paragraph of onnx2c.1; and a line
 * of README.md: tests/docs.sh holds these against the table. */
#include "driver/verbs.h"

#include "base/base.h"
#include "models/models.h"
#include "project/project.h"
#include "verify/verify.h"

#include <string.h>

/* In the order of --help. */
static const Verb verbs[] = {
    {"verify", "MODEL.onnx [DIR]", "compile, build, run on data sets, compare", verify_main},
    {"profile", "MODEL.onnx [DIR]", "the time of each step of the compiled code", profile_main},
    {"inspect", "MODEL.onnx [--json]", "what the model is, and all that stands in its way", inspect_main},
    {"check", "MODEL.onnx", "is it a valid model", check_main},
    {"extract", "MODEL.onnx --from A --to B -o FILE", "a part of the model as one of its own", extract_main},
    {"simplify", "MODEL.onnx -o FILE", "the model folded, cleaned, with shapes", simplify_main},
    {"project", "MODEL.onnx --for KIND -o DIR", "a folder that builds, with a testbench", project_main},
};

enum { N_VERBS = sizeof verbs / sizeof *verbs };

const Verb *verb_named(const char *word)
{
    for (int i = 0; i < N_VERBS; i++)
        if (!strcmp(word, verbs[i].name)) return &verbs[i];
    return NULL;
}

const char *verb_list(void)
{
    Text list = {0};
    for (int i = 0; i < N_VERBS; i++)
        mem_append(&list,
                   mem_printf("       onnx2c %-8s %-36s %s\n", verbs[i].name, verbs[i].arguments, verbs[i].help));
    return list.start;
}
