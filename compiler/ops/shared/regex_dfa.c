/* regex_dfa: the tree of a pattern as an automaton over bytes (Thompson's construction), and that as a table with one
 * state for each set of its states that a text can lead to. */
#include "ops/shared/regex.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_NODES = 4000, MOST_STATES = 1000, MOST_CELLS = 1 << 16, NONE = -1 };

typedef enum { AT_BYTES, AT_SPLIT, AT_BEGIN, AT_END, AT_EDGE, AT_INSIDE, AT_MATCH } NodeKind;

typedef struct {
    NodeKind kind;
    uint8_t low, high; /* AT_BYTES */
    int next, other;   /* other: AT_SPLIT */
} RNode;

/* Those of the nodes that wait for a byte, the end, or nothing. */
typedef struct {
    bool after_word; /* the byte before was of a word, as \b and \B want to know */
    int count;
    int *nodes;
    uint32_t hash;
} Set;

typedef struct {
    int n_nodes, cap_nodes;
    RNode *nodes;
    bool is_full, has_edges;
    int n_sets, cap_sets;
    Set *sets;
    bool *seen; /* by the walk at hand */
    int *stack, *marked;
} Builder;

/* -- nodes ------------------------------------------------------------------------------------- */

static int add_node(Builder *b, RNode n)
{
    if (b->n_nodes >= MOST_NODES) {
        b->is_full = true;
        return 0;
    }
    mem_grow(&b->nodes, &b->cap_nodes, b->n_nodes + 1, sizeof *b->nodes);
    b->nodes[b->n_nodes] = n;
    return b->n_nodes++;
}

static int either(Builder *b, int one, int other)
{
    return other == NONE ? one : add_node(b, (RNode){.kind = AT_SPLIT, .next = one, .other = other});
}

/* How many bytes of UTF-8 a character takes; and these. */
static int encode(int32_t c, uint8_t *bytes)
{
    int more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
    for (int i = more; i > 0; i--, c >>= 6) bytes[i] = (uint8_t)(0x80 | (c & 0x3f));
    bytes[0] = (uint8_t)(more == 0 ? c : (0xff00 >> (more + 1) & 0xff) | c);
    return more + 1;
}

/* The end of the part of low..high whose bytes go from those of low to those of its last one, each by itself. */
static int32_t uniform_end(int32_t low, int32_t high)
{
    static const int32_t lasts[] = {0x7f, 0x7ff, 0xffff};
    for (int i = 0; i < 3; i++)
        if (low <= lasts[i] && high > lasts[i]) high = lasts[i];
    if (high < 0x80) return high;
    for (int bits = 6; bits <= 18; bits += 6) {
        int32_t mask = (1 << bits) - 1;
        if ((low & ~mask) == (high & ~mask)) continue;
        if (low & mask) high = low | mask;
        else if ((high & mask) != mask) high = (high & ~mask) - 1;
    }
    return high;
}

/* Before `next`, one of the characters. */
static int before_range(Builder *b, CodeRange range, int next, int other)
{
    for (int32_t low = range.low; low <= range.high;) {
        int32_t high = uniform_end(low, range.high);
        uint8_t from[4], to[4];
        int length = encode(low, from), at = next;
        encode(high, to);
        for (int i = length; i-- > 0;)
            at = add_node(b, (RNode){.kind = AT_BYTES, .low = from[i], .high = to[i], .next = at});
        other = either(b, at, other);
        low = high + 1;
    }
    return other;
}

static int before(Builder *b, const Regex *r, int next);

static int before_repeat(Builder *b, const Regex *r, int next)
{
    int at = next;
    if (r->high < 0) {
        at = add_node(b, (RNode){.kind = AT_SPLIT, .next = next, .other = next});
        int again = before(b, r->parts[0], at);
        if (!b->is_full) b->nodes[at].next = again;
    }
    for (int i = r->low; i < r->high && !b->is_full; i++) at = either(b, before(b, r->parts[0], at), next);
    for (int i = 0; i < r->low && !b->is_full; i++) at = before(b, r->parts[0], at);
    return at;
}

/* The first node of what matches r and goes on at `next`. */
static int before(Builder *b, const Regex *r, int next)
{
    int at = NONE;
    if (b->is_full) return 0;
    switch (r->kind) {
    case RE_CHARS:
        for (int i = r->count; i-- > 0;) at = before_range(b, r->ranges[i], next, at);
        return at == NONE ? add_node(b, (RNode){.kind = AT_BYTES, .low = 1, .high = 0, .next = next}) : at;
    case RE_ALL:
        for (int i = r->count; i-- > 0;) next = before(b, r->parts[i], next);
        return next;
    case RE_ANY:
        for (int i = r->count; i-- > 0;) at = either(b, before(b, r->parts[i], next), at);
        return at;
    case RE_REPEAT: return before_repeat(b, r, next);
    case RE_BEGIN: return add_node(b, (RNode){.kind = AT_BEGIN, .next = next});
    case RE_END: return add_node(b, (RNode){.kind = AT_END, .next = next});
    default:
        b->has_edges = true;
        return add_node(b, (RNode){.kind = r->kind == RE_EDGE ? AT_EDGE : AT_INSIDE, .next = next});
    }
}

/* -- sets -------------------------------------------------------------------------------------- */

/* What is known of a place in the text. */
typedef struct {
    bool begins, ends, is_edge, is_inside; /* of a word, or not */
} Place;

static bool passes(NodeKind kind, Place p)
{
    return kind == AT_SPLIT || (kind == AT_BEGIN && p.begins) || (kind == AT_END && p.ends) ||
           (kind == AT_EDGE && p.is_edge) || (kind == AT_INSIDE && p.is_inside);
}

/* Marks what can be reached from a node without a byte. */
static void reach(Builder *b, int from, Place p)
{
    int depth = 0;
    b->stack[depth++] = from;
    while (depth) {
        int at = b->stack[--depth];
        const RNode *n = &b->nodes[at];
        if (b->seen[at]) continue;
        b->seen[at] = true;
        if (n->kind == AT_SPLIT) b->stack[depth++] = n->other;
        if (passes(n->kind, p)) b->stack[depth++] = n->next;
    }
}

/* The number of the set of what is marked, which it unmarks. The first set, of a text that has not begun, is no other
 * one's. */
static int set_of_marked(Builder *b, bool after_word)
{
    Set s = {.after_word = after_word, .nodes = b->marked, .hash = 2166136261u};
    for (int i = 0; i < b->n_nodes; i++) {
        bool waits = b->seen[i] && b->nodes[i].kind != AT_SPLIT && b->nodes[i].kind != AT_BEGIN;
        b->seen[i] = false;
        if (!waits) continue;
        s.nodes[s.count++] = i;
        s.hash = (s.hash ^ (uint32_t)i) * 16777619u;
    }
    for (int i = 1; i < b->n_sets; i++) {
        const Set *t = &b->sets[i];
        if (t->hash == s.hash && t->count == s.count && t->after_word == s.after_word &&
            !memcmp(t->nodes, s.nodes, (size_t)s.count * sizeof *s.nodes))
            return i;
    }
    mem_grow(&b->sets, &b->cap_sets, b->n_sets + 1, sizeof *b->sets);
    s.nodes = mem_array((size_t)s.count + 1, sizeof *s.nodes);
    memcpy(s.nodes, b->marked, (size_t)s.count * sizeof *s.nodes);
    b->sets[b->n_sets] = s;
    return b->n_sets++;
}

static bool is_of_word(int byte)
{
    return byte == '_' || (byte >= '0' && byte <= '9') || ((byte | 32) >= 'a' && (byte | 32) <= 'z');
}

/* Marks what can be reached from a set before this byte; NONE: at the end. */
static void reach_before(Builder *b, int set, int byte)
{
    bool is_edge = b->sets[set].after_word != (byte != NONE && is_of_word(byte));
    Place p = {.begins = set == 0, .ends = byte == NONE, .is_edge = is_edge, .is_inside = !is_edge};
    for (int i = 0; i < b->sets[set].count; i++) reach(b, b->sets[set].nodes[i], p);
}

/* May a text end in this set? */
static bool set_accepts(Builder *b, int set)
{
    bool accepts = false;
    reach_before(b, set, NONE);
    for (int i = 0; i < b->n_nodes; i++) {
        accepts = accepts || (b->seen[i] && b->nodes[i].kind == AT_MATCH);
        b->seen[i] = false;
    }
    return accepts;
}

static int set_after(Builder *b, int set, int byte)
{
    int count = 0;
    reach_before(b, set, byte);
    for (int i = 0; i < b->n_nodes; i++) {
        const RNode *n = &b->nodes[i];
        if (b->seen[i] && n->kind == AT_BYTES && n->low <= byte && byte <= n->high) b->marked[count++] = n->next;
        b->seen[i] = false;
    }
    for (int i = 0; i < count; i++) reach(b, b->marked[i], (Place){0});
    return set_of_marked(b, b->has_edges && is_of_word(byte));
}

/* -- the table --------------------------------------------------------------------------------- */

static void find_classes(const Builder *b, Matcher *m)
{
    bool starts[257] = {false};
    for (int i = 0; i < b->n_nodes; i++)
        if (b->nodes[i].kind == AT_BYTES) starts[b->nodes[i].low] = starts[b->nodes[i].high + 1] = true;
    m->classes = 1;
    for (int c = 0; c < 256; c++) {
        bool starts_word = b->has_edges && c && is_of_word(c) != is_of_word(c - 1);
        if (c && (starts[c] || starts_word)) m->classes++;
        m->class_of[c] = (uint8_t)(m->classes - 1);
    }
}

static bool has_places(const Builder *b)
{
    for (int i = 0; i < b->n_nodes; i++)
        if (b->nodes[i].kind != AT_BYTES && b->nodes[i].kind != AT_SPLIT && b->nodes[i].kind != AT_MATCH) return true;
    return false;
}

static bool fill_table(Builder *b, Matcher *m)
{
    m->next = mem_array(MOST_CELLS, sizeof *m->next);
    m->accepts = mem_array(MOST_STATES, sizeof *m->accepts);
    for (int set = 0; set < b->n_sets; set++) {
        if (b->n_sets > MOST_STATES || b->n_sets * m->classes > MOST_CELLS) return false;
        m->accepts[set] = set_accepts(b, set);
        for (int c = 0, class = -1; c < 256; c++) {
            if (m->class_of[c] == class) continue;
            class = m->class_of[c];
            m->next[set * m->classes + class] = (uint16_t)set_after(b, set, c);
        }
    }
    m->states = b->n_sets;
    return true;
}

const char *regex_compile(Foreign pattern, Matcher *m)
{
    const char *wrong;
    Builder b = {0};
    const Regex *r = regex_parse(pattern, &wrong);
    if (!r) return wrong;
    int match = add_node(&b, (RNode){.kind = AT_MATCH}), first = before(&b, r, match);
    if (b.is_full) return "is too large";
    b.seen = mem_array((size_t)b.n_nodes, sizeof *b.seen);
    b.stack = mem_array(2 * (size_t)b.n_nodes + 2, sizeof *b.stack);
    b.marked = mem_array((size_t)b.n_nodes, sizeof *b.marked);
    m->has_places = has_places(&b);
    find_classes(&b, m);
    reach(&b, first, (Place){.begins = true});
    set_of_marked(&b, false);
    return fill_table(&b, m) ? NULL : "has too many states";
}
