/* room: memories of limited size, beside the arena, and the buffers that fit there: at the lowest offset that is free
 * as long as the buffer lives. */
#include "plan/plan.h"

int64_t aligned_bytes(const Value *v)
{
    return (value_bytes(v) + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
}

int element_bytes(const Value *v)
{
    int bytes = (int)(dtype_bits(v->type.dtype) / 8);
    return bytes < 1 ? 1 : dtype_is_complex(v->type.dtype) ? bytes / 2 : bytes;
}

void buffers_add(Buffers *b, Value *v)
{
    mem_grow(&b->items, &b->capacity, b->count + 1, sizeof *b->items);
    b->items[b->count++] = v;
}

static bool live_together(const Value *a, const Value *b)
{
    return a->first_step <= b->last_step && b->first_step <= a->last_step;
}

/* Those inside are in the order of their offsets: the first gap that is wide enough is where v fits. */
int64_t room_offset(const Room *r, const Value *v)
{
    int64_t at = 0, last = r->memory->bytes - value_bytes(v);
    if (v->first_step <= r->after || v->last_step >= r->before || element_bytes(v) > r->element) return -1;
    for (int i = 0; i < r->inside.count && at <= last; i++) {
        const Value *w = r->inside.items[i];
        if (!live_together(v, w)) continue;
        if (at + aligned_bytes(v) <= w->arena_offset) break;
        int64_t end = w->arena_offset + aligned_bytes(w);
        if (at < end) at = end;
    }
    return at <= last ? at : -1;
}

void room_put(Room *r, Value *v, int64_t offset)
{
    v->memory = r->memory;
    v->arena_offset = offset;
    if (r->memory->used < offset + value_bytes(v)) r->memory->used = offset + value_bytes(v);
    buffers_add(&r->inside, v);
    for (int i = r->inside.count - 1; i > 0 && r->inside.items[i - 1]->arena_offset > offset; i--) {
        r->inside.items[i] = r->inside.items[i - 1];
        r->inside.items[i - 1] = v;
    }
}
