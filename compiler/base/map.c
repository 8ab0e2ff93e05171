/* Open addressing with linear probing; at most half full. */
#include "base/map.h"

#include "base/mem.h"

#include <stdint.h>
#include <string.h>

typedef struct {
    const char *key;
    uint32_t hash;
    void *value;
} Slot;

struct Map {
    size_t count, capacity; /* a power of two */
    Slot *slots;
};

/* FNV-1a */
static uint32_t hash_text(const char *s)
{
    uint32_t hash = UINT32_C(2166136261);
    for (; *s; s++) hash = (hash ^ (unsigned char)*s) * UINT32_C(16777619);
    return hash;
}

Map *map_new(void)
{
    Map *m = mem_alloc(sizeof *m);
    m->capacity = 16;
    m->slots = mem_array(m->capacity, sizeof *m->slots);
    return m;
}

/* The slot that holds the key, or the empty one where it belongs. */
static Slot *slot_of(const Map *m, const char *key, uint32_t hash)
{
    size_t i = hash & (m->capacity - 1);
    while (m->slots[i].key && (m->slots[i].hash != hash || strcmp(m->slots[i].key, key)))
        i = (i + 1) & (m->capacity - 1);
    return &m->slots[i];
}

void *map_get(const Map *m, const char *key)
{
    return slot_of(m, key, hash_text(key))->value;
}

static void grow(Map *m)
{
    Map larger = {.count = m->count, .capacity = 2 * m->capacity};
    larger.slots = mem_array(larger.capacity, sizeof *larger.slots);
    for (size_t i = 0; i < m->capacity; i++)
        if (m->slots[i].key) *slot_of(&larger, m->slots[i].key, m->slots[i].hash) = m->slots[i];
    *m = larger;
}

void map_put(Map *m, const char *key, void *value)
{
    if (2 * (m->count + 1) > m->capacity) grow(m);
    uint32_t hash = hash_text(key);
    Slot *slot = slot_of(m, key, hash);
    if (!slot->key) m->count++;
    *slot = (Slot){key, hash, value};
}
