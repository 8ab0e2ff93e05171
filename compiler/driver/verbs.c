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

/* Is one the other with a letter left out, another in its place, or two neighbours in each other's? */
static bool is_slip(const char *word, const char *meant)
{
    size_t n = strlen(word), m = strlen(meant), same = 0;
    while (same < n && word[same] == meant[same]) same++;
    const char *a = word + same, *b = meant + same;
    if (n + 1 == m) return !strcmp(a, b + 1);
    if (m + 1 == n) return !strcmp(a + 1, b);
    if (n != m || !*a) return false;
    return !strcmp(a + 1, b + 1) || (a[0] == b[1] && a[1] == b[0] && !strcmp(a + 2, b + 2));
}

const char *verb_like(const char *word)
{
    for (int i = 0; i < N_VERBS; i++)
        if (is_slip(word, verbs[i].name)) return verbs[i].name;
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
