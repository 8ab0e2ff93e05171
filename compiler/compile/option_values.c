/* Options whose values have a syntax of their own: what they mean, and how the title of the generated file says it. */
#include "compile/options.h"

#include "op/op.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

bool is_identifier(Foreign name)
{
    bool begins_as_one = !foreign_empty(name) && strchr("0123456789", foreign_at(name, 0)) == NULL;
    return begins_as_one && foreign_is(name, in_identifier(name));
}

bool take_path(Foreign *path, Foreign value)
{
    *path = value;
    return !foreign_empty(value) || usage_error("a file's name is empty");
}

const char *name_of_file(Foreign path)
{
    Foreign file = path_file(path);
    ptrdiff_t dot = foreign_last(file, '.');
    const char *name = in_identifier(dot > 0 ? foreign_part(file, 0, (size_t)dot) : file);
    return isdigit((unsigned char)*name) || !*name ? mem_printf("model_%s", name) : name;
}

/* A number, up to what an int32_t holds, at the start of *text; *text is what follows it. */
static bool parse_number(Foreign *text, bool negative_too, int64_t *number)
{
    bool negative = negative_too && foreign_at(*text, 0) == '-';
    size_t start = negative, end = start;
    *number = 0;
    while (isdigit((unsigned char)foreign_at(*text, end)) && end - start < 10)
        *number = 10 * *number + foreign_at(*text, end++) - '0';
    if (negative) *number = -*number;
    *text = foreign_from(*text, end);
    return end > start && *number >= -INT32_MAX && *number <= INT32_MAX;
}

/* N, LO..HI or LO..HI:STEP, with which the last step need not end at HI; sizes only have those. */
static bool parse_bounds(Foreign text, bool is_size, DimOption *d)
{
    d->step = 1;
    if (!parse_number(&text, !is_size, &d->low)) return false;
    d->high = d->low;
    if (foreign_starts(text, "..")) {
        text = foreign_from(text, 2);
        if (!parse_number(&text, !is_size, &d->high)) return false;
        if (is_size && foreign_starts(text, ":")) {
            text = foreign_from(text, 1);
            if (!parse_number(&text, false, &d->step) || d->step < 1) return false;
            d->high -= d->high > d->low ? (d->high - d->low) % d->step : 0;
        }
    }
    return foreign_empty(text);
}

/* NAME[i]: an element, which need not be a size. */
static bool names_element(Foreign name)
{
    return foreign_length(name) > 2 && foreign_ends(name, "]") && foreign_has(name, "[");
}

static Dim any_name(Foreign name, void *context)
{
    (void)name, (void)context;
    return dim_const(1);
}

/* Of names of other dimensions; what it is of is known when the model is. */
static bool is_expression(Foreign text)
{
    bool starts_as_name = isalpha((unsigned char)foreign_at(text, 0)) || foreign_at(text, 0) == '_';
    return starts_as_name || dim_is_expression(text, any_name, NULL);
}

bool parse_dim_option(Options *o, Foreign text)
{
    ptrdiff_t equals = foreign_last(text, '=');
    DimOption d = {.of_data = false};
    if (equals > 0) d.name = foreign_part(text, 0, (size_t)equals);
    bool element = names_element(d.name);
    Foreign value = foreign_from(text, (size_t)(equals + 1));
    if (equals > 0 && !element && is_expression(value)) d.tie = value;
    else if (equals <= 0 || !parse_bounds(value, !element, &d))
        return usage_error("--dim %s: expected NAME=N, NAME=LO..HI, NAME=LO..HI:STEP or NAME=EXPRESSION", shown(text));
    if (d.low > d.high) return usage_error("--dim %s: the lower bound is above the upper", shown(text));
    for (int i = 0; i < o->n_dims; i++)
        if (foreign_equal(o->dims[i].name, d.name))
            return usage_error("--dim %s: %s is given twice", shown(text), shown(d.name));
    mem_grow(&o->dims, &o->cap_dims, o->n_dims + 1, sizeof *o->dims);
    o->dims[o->n_dims++] = d;
    return true;
}

/* Words of options, with a space between them. */
static const char *more_words(const char *words, const char *option, const char *value)
{
    return mem_printf("%s%s--%s %s", words, *words ? " " : "", option, value);
}

const char *dim_title(const Options *o)
{
    const char *words = "";
    for (int i = 0; i < o->n_dims; i++) {
        const DimOption *d = &o->dims[i];
        const char *high = d->high != d->low ? mem_printf("..%lld", (long long)d->high) : "";
        const char *step = d->step > 1 ? mem_printf(":%lld", (long long)d->step) : "";
        const char *bounds = mem_printf("%s=%lld%s%s", in_shell(d->name), (long long)d->low, high, step);
        bool ties = !foreign_none(d->tie);
        words = more_words(words, "dim",
                           ties ? in_shell(foreign_join(foreign_suffixed(d->name, "="), d->tie)) : bounds);
    }
    return words;
}

static const char *const weights_form_names[] = {
    [WEIGHTS_INLINE] = "inline", [WEIGHTS_NUMBERS] = "numbers", [WEIGHTS_INCBIN] = "incbin", [WEIGHTS_FILE] = "file"};

bool parse_weights_option(Options *o, Foreign form)
{
    for (WeightsForm i = WEIGHTS_INLINE; i <= WEIGHTS_FILE; i++)
        if (foreign_is(form, weights_form_names[i])) {
            o->weights = i;
            return true;
        }
    return usage_error("--weights %s: expected inline, numbers, incbin or file", shown(form));
}

static const DType weights_types[] = {DT_FLOAT16, DT_BFLOAT16, DT_INT8};

bool parse_weights_type_option(Options *o, Foreign type)
{
    for (size_t i = 0; i < sizeof weights_types / sizeof *weights_types; i++)
        if (foreign_is(type, dtype_name(weights_types[i]))) {
            o->weights_type = weights_types[i];
            return true;
        }
    return usage_error("--weights-type %s: expected float16, bfloat16 or int8", shown(type));
}

const char *weights_type_title(const Options *o)
{
    return o->weights_type == DT_UNDEFINED ? "" : mem_printf("--weights-type %s", dtype_name(o->weights_type));
}

bool parse_precision_option(Options *o, Foreign type)
{
    static const DType types[] = {DT_FLOAT, DT_BFLOAT16, DT_FLOAT16};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (foreign_is(type, dtype_name(types[i]))) {
            o->precision = types[i] == DT_FLOAT ? DT_UNDEFINED : types[i];
            return true;
        }
    return usage_error("--precision %s: expected float32, bfloat16 or float16", shown(type));
}

const char *precision_title(const Options *o)
{
    return o->precision == DT_UNDEFINED ? "" : mem_printf("--precision %s", dtype_name(o->precision));
}

bool parse_optimize_option(Options *o, Foreign what)
{
    for (Optimize i = OPTIMIZE_SPEED; i <= OPTIMIZE_SIZE; i++)
        if (foreign_is(what, optimize_name(i))) {
            o->optimize = i;
            return true;
        }
    return usage_error("--optimize %s: expected speed, ram or size", shown(what));
}

const char *optimize_title(const Options *o)
{
    const Optimize what = optimize_for(o);
    return what == o->target->optimize ? "" : mem_printf("--optimize %s", optimize_name(what));
}

const char *weights_title(const Options *o)
{
    bool said = o->weights != WEIGHTS_INLINE && o->weights != WEIGHTS_AUTO;
    return said ? more_words("", "weights", weights_form_names[o->weights]) : "";
}

bool parse_text_option(Options *o, Foreign bytes)
{
    int64_t number;
    Foreign rest = bytes;
    if (!parse_number(&rest, false, &number) || !foreign_empty(rest) || number < 1 || number > 1000000)
        return usage_error("--text %s: expected a number from 1 to 1000000", shown(bytes));
    o->text_bytes = (int)number;
    return true;
}

const char *text_title(const Options *o)
{
    return !o->text_bytes || o->text_bytes == TEXT_BYTES ? "" : mem_printf("--text %d", o->text_bytes);
}

bool parse_custom_option(Options *o, Foreign text)
{
    const char *error = custom_add(o, text);
    return !error || usage_error("--custom %s", error);
}

const char *custom_title(const Options *o)
{
    const char *words = "";
    for (int i = 0; i < o->n_customs; i++) {
        const CustomOption *c = &o->customs[i];
        Foreign name = foreign_join(foreign_suffixed(c->domain, "::"), c->op_type);
        words = more_words(words, "custom", in_shell(foreign_join(foreign_suffixed(name, "="), c->spec)));
    }
    return words;
}

bool parse_target_option(Options *o, Foreign text)
{
    const Target *target = target_find(text);
    if (!target) return usage_error("--target %s: expected one of %s", shown(text), target_names());
    o->target = target;
    return true;
}

/* The forms that `forms` begins with; *forms is what follows. */
static bool take_form(Options *o, Foreign *forms)
{
    static const char *const names[] = {"quantized", "nhwc"};
    bool *const flags[] = {&o->io_quantized, &o->io_last};
    for (int i = 0; i < 2; i++) {
        if (!foreign_starts(*forms, names[i])) continue;
        *forms = foreign_from(*forms, strlen(names[i]));
        return *flags[i] = true;
    }
    return false;
}

bool parse_io_option(Options *o, Foreign forms)
{
    Foreign rest = forms;
    bool good = take_form(o, &rest);
    while (good && foreign_starts(rest, ",")) {
        rest = foreign_from(rest, 1);
        good = take_form(o, &rest);
    }
    return (good && foreign_empty(rest)) ||
           usage_error("--io %s: expected quantized, nhwc or quantized,nhwc", shown(forms));
}

const char *io_title(const Options *o)
{
    const char *words = o->io_quantized ? "--io quantized" : "";
    return o->io_last ? more_words(words, "io", "nhwc") : words;
}

/* Of memories that there are anyway, or of macros. */
static bool is_reserved_region(const char *name)
{
    static const char *const names[] = {"arena", "code", "state", "weights"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcasecmp(name, names[i])) return true;
    return false;
}

bool parse_region_option(Options *o, Foreign text)
{
    ptrdiff_t equals = foreign_last(text, '=');
    Foreign name = foreign_part(text, 0, (size_t)(equals < 0 ? 0 : equals)),
            rest = foreign_from(text, (size_t)(equals + 1));
    RegionOption r = {.name = in_identifier(name)};
    if (equals < 0 || !parse_number(&rest, false, &r.bytes) || !foreign_empty(rest) || r.bytes < 1)
        return usage_error("--region %s: expected NAME=BYTES, a whole number from 1 to %d", shown(text), INT32_MAX);
    if (!is_identifier(name)) return usage_error("--region %s: %s is no C identifier", shown(text), shown(name));
    if (is_reserved_region(r.name))
        return usage_error("--region %s: %s is the name of something else; choose another one", shown(text), r.name);
    for (int i = 0; i < o->n_regions; i++)
        if (!strcasecmp(o->regions[i].name, r.name))
            return usage_error("--region %s: its macros would be those of --region %s", shown(text),
                               o->regions[i].name);
    mem_grow(&o->regions, &o->cap_regions, o->n_regions + 1, sizeof *o->regions);
    o->regions[o->n_regions++] = r;
    return true;
}

const char *region_title(const Options *o)
{
    const char *words = "";
    for (int i = 0; i < o->n_regions; i++)
        words = more_words(words, "region", mem_printf("%s=%lld", o->regions[i].name, (long long)o->regions[i].bytes));
    return words;
}

bool parse_report_option(Options *o, Foreign path)
{
    size_t length = foreign_length(path);
    ptrdiff_t dot = foreign_last(path, '.');
    Foreign ending = foreign_from(path, dot == NOWHERE ? length : (size_t)dot);
    bool is_page = foreign_is_word(ending, ".html") || foreign_is_word(ending, ".htm");
    Foreign *taken = is_page ? &o->page_path : &o->report_path;
    if (!foreign_none(*taken))
        return usage_error("--report %s: there is --report %s already; expected one page and one JSON at most",
                           shown(path), shown(*taken));
    return take_path(taken, path);
}
