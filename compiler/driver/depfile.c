/* One rule: the C file depends on what was read; of outputs that the build doesn't know, Ninja would complain. Each
 * file that was read has an empty rule of its own, so that one that is gone is no error of make's, but makes it run the
 * compiler, which knows whether the model still asks for it. */
#include "driver/depfile.h"

static const char *named(Model *m, Foreign path)
{
    const char *name = in_depfile(path);
    if (!name)
        model_error(m,
                    "--depfile: make and Ninja don't both read the name \"%s\"; rename the file: letters, digits, "
                    "spaces and +,/_.@!{}-#$: are read",
                    shown(path));
    return name ? name : "";
}

static Files files_read(const Model *m)
{
    const Files *of_options = &m->options.files_read, *of_model = &m->files_read;
    Files read = {0};
    files_add(&read, m->path);
    for (int i = 0; i < of_options->count; i++) files_add(&read, of_options->items[i]);
    for (int i = 0; i < of_model->count; i++) files_add(&read, of_model->items[i]);
    return read;
}

void write_depfile(Model *m, FILE *f)
{
    const Files read = files_read(m);
    Text others = {0};
    fprintf(f, "%s:", named(m, m->options.output_path));
    for (int i = 0; i < read.count; i++) {
        const char *name = named(m, read.items[i]);
        fprintf(f, " \\\n  %s", name);
        mem_append(&others, mem_printf("\n%s:\n", name));
    }
    fprintf(f, "\n%s", others.start);
}
