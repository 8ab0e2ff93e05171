/* Open addressing with linear probing; at most half full. */
#include "base/map.h"

#include "base/mem.h"

#include <stdint.h>

typedef struct {
    Foreign key;
    uint32_t hash;
    void *value;
} Slot;

struct Map {
    size_t count, capacity; /* a power of two */
    Slot *slots;
};

Map *map_new(void)
{
    Map *m = mem_alloc(sizeof *m);
    m->capacity = 16;
    m->slots = mem_array(m->capacity, sizeof *m->slots);
    return m;
}

static bool is_free(const Slot *s)
{
    return foreign_none(s->key);
}

/* The slot that holds the key, or the empty one where it belongs. */
static Slot *slot_of(const Map *m, Foreign key, uint32_t hash)
{
    size_t i = hash & (m->capacity - 1);
    while (!is_free(&m->slots[i]) && (m->slots[i].hash != hash || !foreign_equal(m->slots[i].key, key)))
        i = (i + 1) & (m->capacity - 1);
    return &m->slots[i];
}

void *map_get(const Map *m, Foreign key)
{
    return slot_of(m, key, foreign_hash(key))->value;
}

static void grow(Map *m)
{
    Map larger = {.count = m->count, .capacity = 2 * m->capacity};
    larger.slots = mem_array(larger.capacity, sizeof *larger.slots);
    for (size_t i = 0; i < m->capacity; i++)
        if (!is_free(&m->slots[i])) *slot_of(&larger, m->slots[i].key, m->slots[i].hash) = m->slots[i];
    *m = larger;
}

void map_put(Map *m, Foreign key, void *value)
{
    if (2 * (m->count + 1) > m->capacity) grow(m);
    uint32_t hash = foreign_hash(key);
    Slot *slot = slot_of(m, key, hash);
    if (is_free(slot)) m->count++;
    *slot = (Slot){key, hash, value};
}
