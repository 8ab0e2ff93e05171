/* emit_fold: C whose own conditions are decided as far as macros that stand for numbers decide them.
 *
 * The kernels ask for the width of a vector by `if`, `&&` and `?:` wherever that reads better than #if. Nothing more of
 * C is understood here than brackets, statements and these operators; what isn't decided stays as it was written. */
#include "emit/resolve.h"

#include <ctype.h>
#include <string.h>

typedef struct {
    bool known;
    int64_t value;
    const char *text; /* if it isn't */
} Folded;

static void fold_text(Macros *m, const char *s, const char *end, Text *out);
static Folded fold_expression(Macros *m, const char *s, const char *end);

static const char *as_text(Folded f)
{
    return f.known ? mem_printf("%lld", (long long)f.value) : f.text;
}

static void append(Text *out, const char *s, const char *end)
{
    if (s < end) mem_append(out, mem_strndup(s, (size_t)(end - s)));
}

/* -- expressions ------------------------------------------------------------------------------------ */

/* After what stands at s as a whole: a bracket, a comment, a word, a character. */
static const char *skip_part(const char *s)
{
    const char *after = skip_closed(s);
    if (after > s) return after;
    if (strchr("([{", *s) && *s) return skip_balanced(s);
    return word_char(*s) ? s + word_length(s) : s + 1;
}

/* Where a token stands outside of brackets; or end. */
static const char *find_token(const char *s, const char *end, const char *token)
{
    for (; s < end; s = skip_part(s))
        if (!strncmp(s, token, strlen(token))) return s;
    return end;
}

/* The `:` of the `?` before s. */
static const char *find_colon(const char *s, const char *end)
{
    int open = 1;
    for (; s < end; s = skip_part(s)) {
        if (*s == '?') open++;
        if (*s == ':' && --open == 0) return s;
    }
    return end;
}

/* Is it made of integers, macros that stand for some, and operators, with a macro among them? */
static bool is_constant(Macros *m, const char *s, const char *end)
{
    bool has_macro = false;
    while (s < end) {
        size_t n = word_length(s);
        if (!n && !strchr(" \n()+-*/%<>=!&|", *s)) return false;
        if ((!strncmp(s, "<<", 2) || !strncmp(s, ">>", 2))) return false;
        if (n && !isdigit((unsigned char)*s)) {
            Macro macro = macro_find(m, s, n);
            if (macro.state != MACRO_DEFINED || !macro.text || !*macro.text) return false;
            if (!condition(m, macro.text, strlen(macro.text)).known) return false;
            has_macro = true;
        }
        s += n ? n : 1;
    }
    return has_macro;
}

/* Operands of && or ||, of which one that has the value `decides` decides the whole, and others that are known go. */
static Folded fold_operands(Macros *m, const char *s, const char *end, const char *token, bool decides)
{
    Text text = {0};
    const char *separator = s;
    while (s < end) {
        const char *at = find_token(s, end, token), *stop = at;
        while (stop > s && isspace((unsigned char)stop[-1])) stop--;
        Folded f = fold_expression(m, s, stop);
        if (f.known && !f.value == !decides) return (Folded){true, decides, NULL};
        if (!f.known) {
            if (text.start) append(&text, separator, s);
            mem_append(&text, f.text);
        }
        separator = stop;
        s = at < end ? skip_space(at + 2) : end;
    }
    return text.start ? (Folded){false, 0, text.start} : (Folded){true, !decides, NULL};
}

static Folded fold_choice(Macros *m, const char *s, const char *question, const char *end)
{
    const char *colon = find_colon(question + 1, end), *stop = question, *first = skip_space(question + 1),
               *second = skip_space(colon + 1), *first_end = colon;
    while (isspace((unsigned char)stop[-1])) stop--;
    while (isspace((unsigned char)first_end[-1])) first_end--;
    Folded c = fold_expression(m, s, stop);
    if (c.known) return c.value ? fold_expression(m, first, first_end) : fold_expression(m, second, end);
    Text text = {0};
    mem_append(&text, c.text);
    append(&text, stop, first);
    mem_append(&text, as_text(fold_expression(m, first, first_end)));
    append(&text, first_end, second);
    mem_append(&text, as_text(fold_expression(m, second, end)));
    return (Folded){false, 0, text.start};
}

static Folded fold_parentheses(Macros *m, const char *s, const char *end)
{
    Folded f = fold_expression(m, s + 1, end - 1);
    if (!f.known && strpbrk(f.text, " \n")) f.text = mem_printf("(%s)", f.text);
    return f;
}

/* Without space at its ends. */
static Folded fold_expression(Macros *m, const char *s, const char *end)
{
    const char *question = find_token(s, end, "?");
    if (question < end) return fold_choice(m, s, question, end);
    if (find_token(s, end, "||") < end) return fold_operands(m, s, end, "||", true);
    if (find_token(s, end, "&&") < end) return fold_operands(m, s, end, "&&", false);
    if (is_constant(m, s, end)) return (Folded){true, condition(m, s, (size_t)(end - s)).value, NULL};
    if (*s == '(' && skip_balanced(s) == end) return fold_parentheses(m, s, end);
    Text text = {0};
    fold_text(m, s, end, &text);
    return (Folded){false, 0, text.start ? text.start : ""};
}

/* -- statements ------------------------------------------------------------------------------------- */

static bool is_word(const char *s, const char *word)
{
    size_t n = word_length(s);
    return n == strlen(word) && !memcmp(s, word, n);
}

/* After the statement that begins here. */
static const char *statement_end(const char *s)
{
    if (*s == '{') return skip_balanced(s);
    if (is_word(s, "if") || is_word(s, "for") || is_word(s, "while")) {
        bool is_if = is_word(s, "if");
        s = statement_end(skip_space(skip_balanced(strchr(s, '('))));
        const char *more = skip_space(s);
        return is_if && is_word(more, "else") ? statement_end(skip_space(more + 4)) : s;
    }
    while (*s && *s != ';') s = skip_part(s);
    return *s ? s + 1 : s;
}

/* The end of the line if nothing but the end of a statement is left of it. */
static const char *line_left(const char *s)
{
    const char *end = s + strspn(s, " ");
    if (*end == '\\') end++;
    return *end == '\n' ? end + 1 : s;
}

/* Takes the space at the end of a text back: a statement's indentation, if that isn't there any more. */
static void drop_indentation(Text *out)
{
    while (out->length && out->start[out->length - 1] == ' ') out->start[--out->length] = '\0';
}

static bool follows_else(const Text *out)
{
    int n = out->length;
    while (n && isspace((unsigned char)out->start[n - 1])) n--;
    return n >= 4 && !memcmp(out->start + n - 4, "else", 4);
}

/* Names made by ## are out of sight: what seems to be mentioned nowhere else may be what they name. */
static bool pastes(const char *s, const char *end)
{
    const char *at = strstr(s, "##");
    return at && at < end;
}

static bool leaves(const char *s, const char *end)
{
    for (; s < end; s += word_length(s) ? word_length(s) : 1)
        if (is_word(s, "return") || is_word(s, "break") || is_word(s, "continue")) return true;
    return false;
}

/* `if` at s. Returns where to go on. A decided one goes, unless what comes after it would be out of reach. */
static const char *fold_if(Macros *m, const char *s, Text *out)
{
    const char *open = strchr(s, '('), *close = skip_balanced(open), *then = skip_space(close),
               *then_end = statement_end(then), *more = skip_space(then_end);
    Folded f = fold_expression(m, open + 1, close - 1);
    if (f.known && pastes(then, then_end)) f = (Folded){.text = mem_strndup(open + 1, (size_t)(close - open - 2))};
    bool has_else = is_word(more, "else"), dangling = follows_else(out);
    const char *otherwise = has_else ? skip_space(more + 4) : NULL;
    if (f.known && !f.value && has_else) return otherwise;
    if (f.known && !f.value && !dangling) {
        const char *next = line_left(then_end);
        if (next > then_end) drop_indentation(out);
        return next;
    }
    if (f.known && f.value && *then != '{' && !leaves(then, then_end)) {
        fold_text(m, then, then_end, out);
        return has_else ? statement_end(otherwise) : then_end;
    }
    append(out, s, open + 1);
    if (f.known) append(out, open + 1, close - 1);
    else mem_append(out, f.text);
    return close - 1;
}

/* A loop that never runs goes. */
static const char *fold_for(Macros *m, const char *s, Text *out)
{
    const char *open = strchr(s, '('), *close = skip_balanced(open), *test = skip_space(open + 1);
    if (*test == ';') {
        test = skip_space(test + 1);
        Folded f = fold_expression(m, test, find_token(test, close - 1, ";"));
        if (f.known && !f.value) {
            drop_indentation(out);
            return line_left(statement_end(skip_space(close)));
        }
    }
    append(out, s, open);
    return open;
}

/* -- all of a text ----------------------------------------------------------------------------------- */

/* Where an expression that begins after a delimiter ends. */
static const char *expression_end(const char *s, const char *end)
{
    for (; s < end && !strchr(",;)]}", *s); s = skip_part(s))
        if (*s == '=' && s[1] != '=' && !strchr("=<>!", s[-1])) break;
    return s < end ? s : end;
}

static bool has_directive(const char *s, const char *end)
{
    const char *at = *s == '#' ? s : strstr(s, "\n#");
    return at && at < end;
}

/* After a delimiter: an expression with operators that may be decided is folded. Returns where to go on. */
static const char *fold_operators(Macros *m, const char *s, const char *end, Text *out)
{
    const char *begin = skip_space(s), *stop = expression_end(begin, end), *last = stop;
    if (begin >= end || is_word(begin, "if") || is_word(begin, "for") || has_directive(begin, stop)) return s;
    if (find_token(begin, stop, "?") == stop && find_token(begin, stop, "&&") == stop &&
        find_token(begin, stop, "||") == stop)
        return s;
    while (isspace((unsigned char)last[-1])) last--;
    append(out, s, begin);
    mem_append(out, as_text(fold_expression(m, begin, last)));
    return last;
}

/* A line that begins with #: of a #define only what it stands for is looked into. */
static const char *copy_directive(const char *s, Text *out)
{
    const char *end = s;
    if (!strncmp(s, "#define ", 8)) {
        end = s + 8 + word_length(s + 8);
        if (*end == '(') end = skip_balanced(end);
    } else end += strcspn(end, "\n");
    append(out, s, end);
    return end;
}

/* A macro that stands for nothing goes with the space after it. */
static const char *fold_word(Macros *m, const char *s, const char *end, Text *out)
{
    size_t n = word_length(s);
    if (is_word(s, "if") && *skip_space(s + n) == '(') return fold_if(m, s, out);
    if (is_word(s, "for") && *skip_space(s + n) == '(') return fold_for(m, s, out);
    Macro macro = isupper((unsigned char)*s) ? macro_find(m, s, n) : (Macro){MACRO_UNKNOWN, NULL};
    if (macro.state == MACRO_DEFINED && macro.text && !*macro.text) return s + n + strspn(s + n, " ");
    append(out, s, s + n);
    return is_word(s, "return") ? fold_operators(m, s + n, end, out) : s + n;
}

static void fold_text(Macros *m, const char *s, const char *end, Text *out)
{
    while (s < end) {
        const char *closed = skip_closed(s);
        if (closed > s) {
            append(out, s, closed);
            s = closed;
        } else if (*s == '#' && (!out->length || out->start[out->length - 1] == '\n')) s = copy_directive(s, out);
        else if (word_char(*s)) s = fold_word(m, s, end, out);
        else {
            bool assigns = *s == '=' && s[1] != '=' && (!out->length || !strchr("=<>!", out->start[out->length - 1]));
            append(out, s, s + 1);
            s++;
            if (assigns || strchr("([{,;", s[-1])) s = fold_operators(m, s, end, out);
        }
    }
}

/* How often a text has the word. */
static int count_word(const char *text, const char *word, size_t n)
{
    int count = 0;
    for (const char *s = text; *s; s = skip_closed(s) > s ? skip_closed(s) : s + (word_length(s) ? word_length(s) : 1))
        count += word_length(s) == n && !memcmp(s, word, n);
    return count;
}

/* The constant that a line declares, if that is all it does; or NULL. */
static const char *constant_name(const char *line, size_t length)
{
    const char *end = line + length, *s = line + strspn(line, " "), *name = find_token(s, end, "=");
    if (!is_word(s, "const") || name == end || find_token(s, end, ",") < end || find_token(s, end, ";") == end)
        return NULL;
    while (!word_char(name[-1])) name--;
    while (word_char(name[-1])) name--;
    return name;
}

/* Is a constant mentioned after its name, in the rest of its function? */
static bool is_read(const char *name)
{
    size_t n = word_length(name);
    const char *end = strstr(name, "\n}");
    return count_word(end ? mem_strndup(name, (size_t)(end - name)) : name, name, n) > 1;
}

/* Was the constant of a line read before? Else macros outside of its function may name it. */
static bool was_read(const char *before, const char *line, size_t length)
{
    const char *at = strstr(before, mem_strndup(line, length));
    return at && is_read(constant_name(at, length));
}

/* Without constants that nothing reads but what has gone. */
static const char *drop_unread(const char *before, const char *text)
{
    Text out = {0};
    for (const char *line = text; *line;) {
        size_t length = strcspn(line, "\n");
        length += line[length] != '\0';
        const char *name = constant_name(line, length);
        if (!name || is_read(name) || !was_read(before, line, length)) append(&out, line, line + length);
        line += length;
    }
    return out.start ? out.start : "";
}

const char *fold(Macros *m, const char *text)
{
    Text out = {0};
    fold_text(m, text, text + strlen(text), &out);
    return out.start && strcmp(out.start, text) != 0 ? drop_unread(text, out.start) : text;
}
