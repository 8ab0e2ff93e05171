/* onnx2c project: compiles the model into a folder that builds. It is made under another name, beside the one that was
 * asked for, and gets that when everything is there. */
#include "project/project.h"

#include "emit/emit.h"
#include "models/models.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

typedef struct {
    const ProjectKind *kind;
    Foreign output;
    Options compile;
} ProjectOptions;

/* -- the command line ---------------------------------------------------------------------------- */

static bool take_kind(void *options, Foreign value)
{
    ProjectOptions *o = options;
    o->kind = kind_named(value);
    return o->kind || usage_error("--for %s: expected %s", shown(value), kind_names());
}

static bool take_output(void *options, Foreign value)
{
    ProjectOptions *o = options;
    size_t length = foreign_length(value);
    while (length > 1 && foreign_at(value, length - 1) == '/') length--;
    return take_path(&o->output, foreign_part(value, 0, length));
}

static const OptionRow project_options[] = {
    {0, "for", "KIND", "what builds it: cmake, zephyr, arduino, platformio, esp-idf", take_kind, NULL},
    {'o', "output", "DIR", "the folder, which must not be there yet, or be empty", take_output, NULL},
};

static bool take_arguments(ProjectOptions *o, int count, char **arguments)
{
    if (!take_one_model(&o->compile.model_path, count, arguments)) return false;
    if (!o->kind) return usage_error("no kind of project is given: --for %s", kind_names());
    if (foreign_none(o->output)) return usage_error("no folder is given: -o DIR");
    if (o->compile.weights == WEIGHTS_FILE)
        return usage_error("--weights file: no program provides them here; expected inline, numbers or incbin");
    if (!o->compile.name) o->compile.name = name_of_file(o->compile.model_path);
    o->compile.output_path = foreign(mem_printf("%s.c", o->compile.name));
    return true;
}

static int parse_project_command(ProjectOptions *o, int argc, char **argv)
{
    static const char *const others[] = {"output", "header", "report", "depfile", "dump", "version"};
    Command command = {
        .usage =
            "usage: onnx2c project MODEL.onnx --for KIND -o DIR [options]\n"
            "\n"
            "Writes a folder that builds: the generated C with a testbench, which fills the inputs with a pattern,\n"
            "calls the model and prints the first elements of each output, and what KIND of builds asks for.\n"
            "\n",
        .notes = "\nThe folder is written whole or not at all, and is yours from then on: when the model has changed,\n"
                 "compile to where the C is.\n",
        .rows = project_options,
        .n_rows = sizeof project_options / sizeof *project_options,
        .compile = &o->compile,
    };
    command.shared = compile_rows_but(sizeof others / sizeof *others, others, &command.n_shared);
    *o = (ProjectOptions){.compile = {.target = target_portable}};
    int status = parse_command_line(&command, o, argc, argv);
    if (status != GO_ON) return status;
    return take_arguments(o, argc - optind, argv + optind) ? GO_ON : 2;
}

/* -- the folder ---------------------------------------------------------------------------------- */

static const char *with_name(const char *text, const char *name)
{
    Text result = {0};
    for (const char *at; (at = strchr(text, '@')); text = at + 1) {
        mem_append(&result, mem_strndup(text, (size_t)(at - text)));
        mem_append(&result, name);
    }
    mem_append(&result, text);
    return result.start;
}

static bool make_parents(Foreign folder, const char *path)
{
    for (const char *slash = path; (slash = strchr(slash, '/')); slash++)
        if (!path_make_folder(foreign_suffixed(folder, "/%.*s", (int)(slash - path), path))) return false;
    return true;
}

static bool write_file(Model *m, Foreign folder, const char *path, const ProjectFile *file)
{
    FILE *f = make_parents(folder, path) ? path_open(foreign_suffixed(folder, "/%s", path), "w") : NULL;
    if (f && file->write) file->write(m, f);
    else if (f) fputs(with_name(file->text, m->options.name), f);
    bool good = f && !ferror(f);
    if (f && fclose(f)) good = false;
    if (!good) fprintf(stderr, "onnx2c: error: %s/%s: can't be written: %s\n", shown(folder), path, strerror(errno));
    return good && !m->errors;
}

/* The C, and the file of weights beside it. */
static bool write_code(Model *m, Foreign folder, const char *path, const ProjectFile *file)
{
    const ProjectFile weights = {.write = emit_weights_file};
    const char *stem = mem_strndup(path, strlen(path) - strlen(".c"));
    bool has_weights = !foreign_none(weights_path(&m->options));
    return write_file(m, folder, path, file) &&
           (!has_weights || write_file(m, folder, mem_printf("%s.weights", stem), &weights));
}

static bool write_all(Model *m, const ProjectKind *kind, Foreign folder)
{
    for (const ProjectFile *file = kind->files; file->path; file++) {
        const char *path = with_name(file->path, m->options.name);
        if (!(file->write == emit ? write_code : write_file)(m, folder, path, file)) return false;
    }
    return true;
}

int project_main(int argc, char **argv)
{
    ProjectOptions o;
    int status = parse_project_command(&o, argc, argv);
    if (status != GO_ON) return status;
    if (!folder_is_free(o.output)) {
        fprintf(stderr, "onnx2c: error: %s: is there already, and not an empty folder\n", shown(o.output));
        return 1;
    }
    Model *m = compile_model(&o.compile);
    if (m->errors) return 1;
    Foreign folder = folder_temporary(o.output);
    if (foreign_none(folder)) return 1;
    emit_begin(m);
    return write_all(m, o.kind, folder) && folder_move(folder, o.output) ? 0 : 1;
}
