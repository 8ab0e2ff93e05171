/* Reading the model that a verb is about, and writing another. */
#include "models/models.h"

bool take_one_model(Foreign *path, int count, char **arguments)
{
    if (count == 0) return usage_error("no model is given");
    if (count > 1) return usage_error("%s: expected one model", shown(foreign(arguments[1])));
    *path = foreign(arguments[0]);
    return true;
}

ModelProto *read_proto(Foreign path)
{
    size_t length;
    const char *why;
    Model m = {.path = path}; /* for messages */
    const uint8_t *bytes = file_read(path, &length, &why);
    ModelProto *proto = bytes ? model_unpack(bytes, length, &why) : NULL;
    if (!proto) model_error(&m, "%s", why);
    return proto;
}

bool check_output(Foreign model, Foreign output)
{
    if (foreign_none(output)) return usage_error("no output is given: -o FILE");
    return !foreign_equal(model, output) || usage_error("%s: the output would replace the model", shown(model));
}

bool write_proto(ModelProto *proto, Foreign from, Foreign to)
{
    Model m = {.path = to}; /* for messages */
    const char *why = NULL;
    DataFile data = {.path = foreign_suffixed(to, ".data")};
    FILE *f = output_open(to);
    if (!f) return false;
    if (external_move(proto, from, to, &data, &why) && model_write(proto, f, &why)) return outputs_commit();
    model_error(&m, "%s", why);
    return false;
}
