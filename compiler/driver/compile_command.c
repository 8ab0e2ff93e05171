#include "driver/compile_command.h"

#include "base/base.h"
#include "driver/verbs.h"
#include "emit/emit.h"

#include <getopt.h>

/* Up to so many bytes of weights are quickly read as string literals. */
enum { LARGE_WEIGHTS = 50 * 1000 * 1000 };

static bool same_file(Foreign a, Foreign b)
{
    return !foreign_none(a) && foreign_equal(a, b);
}

/* Everything that is written goes to a file of its own, none of them the model. */
static bool check_files(const Options *o)
{
    Foreign files[] = {o->output_path, o->header_path, o->report_path, o->page_path, weights_path(o), o->depfile_path};
    for (int i = 0; i < (int)(sizeof files / sizeof *files); i++) {
        for (int k = 0; k < i; k++)
            if (same_file(files[i], files[k])) return usage_error("two outputs go to the same file");
        if (same_file(files[i], o->model_path))
            return usage_error("%s: an output would replace the model", shown(o->model_path));
    }
    if (!foreign_none(o->depfile_path) && foreign_none(o->output_path))
        return usage_error("--depfile says what the C file was made from, and needs its name: -o FILE");
    return true;
}

/* Is there a place for weights that nobody asked to have in a file: beside the C, under a name that nothing else has?
 */
static bool have_place(const Options *o)
{
    Options with = *o;
    with.weights = WEIGHTS_INCBIN;
    Foreign others[] = {o->output_path, o->header_path, o->report_path, o->page_path, o->depfile_path, o->model_path};
    for (int i = 0; i < (int)(sizeof others / sizeof *others); i++)
        if (same_file(weights_path(&with), others[i])) return false;
    return !foreign_none(o->output_path) && target_has_incbin(o->target);
}

static bool take_model(Options *o, int count, char **arguments)
{
    if (count == 0) return usage_error("no model is given");
    const char *meant = path_exists(foreign(arguments[0])) ? NULL : verb_like(arguments[0]);
    if (meant)
        return usage_error("%s: there is no such verb, nor file; perhaps %s", shown(foreign(arguments[0])), meant);
    if (count > 1) return usage_error("%s: only one model can be compiled at a time", shown(foreign(arguments[1])));
    o->model_path = foreign(arguments[0]);
    if (foreign_is(o->output_path, "-")) o->output_path = foreign(NULL);
    if (!o->name) o->name = foreign_none(o->output_path) ? "model" : name_of_file(o->output_path);
    o->inline_bytes = have_place(o) ? LARGE_WEIGHTS : INT64_MAX;
    return check_files(o);
}

int parse_compile_command(Options *o, int argc, char **argv)
{
    const Command command = {
        .usage = mem_printf("usage: onnx2c %-8s %-36s compile to C\n%s\n", "", "MODEL.onnx [-o OUT.c]", verb_list()),
        .rows = compile_options,
        .n_rows = n_compile_options,
        .notes = "\n`onnx2c verify --help` and so on list the options of the others.\n",
    };
    *o = (Options){.target = target_portable, .weights = WEIGHTS_AUTO};
    int status = parse_command_line(&command, o, argc, argv);
    if (status != GO_ON) return status;
    return take_model(o, argc - optind, argv + optind) ? GO_ON : 2;
}
