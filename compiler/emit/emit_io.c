/* emit_io: how inputs and outputs differ from the model's (--io): macros, comments, the report. */
#include "emit/emit.h"

const char *io_comment(const Model *m, const Value *v)
{
    return mem_printf("%s%s%s", v->io.channels_last ? ", channels last" : "",
                      is_overwritten(m, v) ? ", overwritten" : "",
                      v->io.is_quantized ? ": (q - ZERO_POINT) * SCALE is the model's float32" : "");
}

void emit_io_macros(const Value *v, const char *prefix, const char *name, FILE *f)
{
    if (!v->io.is_quantized) return;
    fprintf(f, "#define %s_%s_SCALE %s\n", prefix, name, literal(DT_FLOAT, &v->io.scale));
    fprintf(f, "#define %s_%s_ZERO_POINT %s\n", prefix, name, mem_printf(v->io.zero < 0 ? "(%d)" : "%d", v->io.zero));
}

void report_io(const Model *m, const Value *v, FILE *f)
{
    if (is_overwritten(m, v)) fputs(", \"overwritten\": true", f);
    if (v->io.is_quantized) fprintf(f, ", \"scale\": %.9g, \"zero_point\": %d", (double)v->io.scale, v->io.zero);
    if (v->io.channels_last) fputs(", \"channels_last\": true", f);
}
