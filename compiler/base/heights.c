/* A tree over the columns: a node stands for a stretch, the root for all, a node's children for its halves. */
#include "base/heights.h"

#include "base/mem.h"

#include <stdbool.h>

typedef struct {
    int64_t all;  /* the whole stretch is at least this high, */
    int64_t most; /* and some of it this */
} Stretch;

struct Heights {
    int columns;
    Stretch *stretches; /* the children of i are 2 i and 2 i + 1; the root is 1 */
};

/* Node `at` stands for columns [from, to); of these, [first, end) are meant. */
typedef struct {
    int at, from, to, first, end;
} Place;

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static bool is_apart(Place p)
{
    return p.end <= p.from || p.to <= p.first;
}

static bool is_whole(Place p)
{
    return p.first <= p.from && p.to <= p.end;
}

static Place half(Place p, int which)
{
    int middle = p.from + (p.to - p.from) / 2;
    return (Place){2 * p.at + which, which ? middle : p.from, which ? p.to : middle, p.first, p.end};
}

Heights *heights_new(int columns)
{
    Heights *h = mem_alloc(sizeof *h);
    size_t leaves = 1;
    while (leaves < (size_t)columns) leaves *= 2;
    h->columns = columns;
    h->stretches = mem_array(2 * leaves, sizeof *h->stretches);
    return h;
}

static void raise(Heights *h, Place p, int64_t height)
{
    Stretch *s = &h->stretches[p.at];
    if (is_apart(p)) return;
    s->most = larger(s->most, height);
    if (is_whole(p)) {
        s->all = larger(s->all, height);
        return;
    }
    raise(h, half(p, 0), height);
    raise(h, half(p, 1), height);
}

static int64_t most(const Heights *h, Place p)
{
    const Stretch *s = &h->stretches[p.at];
    if (is_apart(p)) return 0;
    if (is_whole(p)) return s->most;
    return larger(s->all, larger(most(h, half(p, 0)), most(h, half(p, 1))));
}

void heights_raise(Heights *h, int first, int last, int64_t height)
{
    raise(h, (Place){1, 0, h->columns, first, last + 1}, height);
}

int64_t heights_most(const Heights *h, int first, int last)
{
    return most(h, (Place){1, 0, h->columns, first, last + 1});
}
