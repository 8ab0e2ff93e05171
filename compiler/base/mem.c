#define _DEFAULT_SOURCE /* for madvise; NOLINT(bugprone-reserved-identifier): the C library wants it */

#include "base/mem.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* In a build with the address sanitizer it sees what is read or written past the end of a request, too. */
#ifdef __has_feature
#if __has_feature(address_sanitizer)
#define CHECKED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(CHECKED)
#include <sanitizer/asan_interface.h>
enum { GUARD = 16 }; /* bytes between requests that nobody has asked for */
#else
#define ASAN_POISON_MEMORY_REGION(memory, bytes) ((void)(memory), (void)(bytes))
#define ASAN_UNPOISON_MEMORY_REGION(memory, bytes) ((void)(memory), (void)(bytes))
enum { GUARD = 0 };
#endif

/* Small requests are cut from blocks; a request over a quarter block gets a block of its own. */
enum { BLOCK_BYTES = 1 << 18, ALIGN = 64 };

typedef struct Block {
    struct Block *next, *before;
} Block;

typedef struct Mapping {
    struct Mapping *next;
    void *memory;
    size_t bytes;
    int fd;
} Mapping;

static Block *blocks;
static Mapping *mappings;
static char *free_start, *free_end;

static void *out_of_memory(void)
{
    fputs("onnx2c: error: out of memory\n", stderr);
    exit(1);
}

static void *new_block(size_t bytes)
{
    if (bytes > SIZE_MAX - 2 * ALIGN) return out_of_memory();
    Block *block = calloc(1, bytes + 2 * ALIGN);
    if (!block) return out_of_memory();
    block->next = blocks;
    if (blocks) blocks->before = block;
    blocks = block;
    uintptr_t start = ((uintptr_t)(block + 1) + sizeof block + ALIGN - 1) / ALIGN * ALIGN;
    memcpy((void *)(start - sizeof block), &block, sizeof block); /* for mem_release */
    const uintptr_t asked_end = start + bytes, end = (uintptr_t)block + bytes + 2 * ALIGN;
    ASAN_POISON_MEMORY_REGION((void *)asked_end, end - asked_end);
    return (void *)start;
}

bool mem_is_large(size_t bytes)
{
    return bytes > BLOCK_BYTES / 4;
}

void mem_release(const void *large)
{
    Block *block;
    memcpy(&block, (const char *)large - sizeof block, sizeof block);
    *(block->before ? &block->before->next : &blocks) = block->next;
    if (block->next) block->next->before = block->before;
    free(block);
}

void mem_forget(const void *from, size_t bytes)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), start = ((uintptr_t)from + page - 1) / page * page,
                    end = ((uintptr_t)from + bytes) / page * page;
#ifdef MADV_DONTNEED
    if (start < end) madvise((void *)start, end - start, MADV_DONTNEED); /* a hint: it may be refused */
#endif
}

void *mem_alloc(size_t bytes)
{
    const size_t align = 16;
    if (mem_is_large(bytes)) return new_block(bytes);
    const size_t taken = (bytes + align - 1) / align * align + GUARD;
    if (!free_start || (size_t)(free_end - free_start) < taken) {
        free_start = new_block(BLOCK_BYTES);
        free_end = free_start + BLOCK_BYTES;
        ASAN_POISON_MEMORY_REGION(free_start, BLOCK_BYTES);
    }
    void *memory = free_start;
    free_start += taken;
    ASAN_UNPOISON_MEMORY_REGION(memory, bytes);
    return memory;
}

void *mem_array(size_t count, size_t bytes_each)
{
    if (bytes_each && count > SIZE_MAX / bytes_each) return out_of_memory();
    return mem_alloc(count * bytes_each);
}

void *mem_dup(const void *data, size_t bytes)
{
    void *copy = mem_alloc(bytes);
    if (bytes) memcpy(copy, data, bytes);
    return copy;
}

char *mem_strndup(const char *text, size_t length)
{
    char *copy = mem_alloc(length + 1);
    memcpy(copy, text, length);
    return copy;
}

char *mem_strdup(const char *text)
{
    return mem_strndup(text, strlen(text));
}

char *mem_vprintf(const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = mem_alloc((size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, args);
    return text;
}

char *mem_printf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = mem_vprintf(format, args);
    va_end(args);
    return text;
}

void mem_grow(void *items, int *capacity, int count, size_t bytes_each)
{
    if (count <= *capacity) return;
    int larger = *capacity ? *capacity : 8;
    while (larger < count) larger *= 2;
    void *old, *new_items = mem_array((size_t)larger, bytes_each);
    memcpy(&old, items, sizeof old);
    if (*capacity) memcpy(new_items, old, (size_t)*capacity * bytes_each);
    memcpy(items, &new_items, sizeof new_items);
    *capacity = larger;
}

const void *mem_map(int fd, size_t bytes)
{
    Mapping *m = mem_alloc(sizeof *m);
    *m = (Mapping){mappings, mmap(NULL, bytes, PROT_READ, MAP_PRIVATE, fd, 0), bytes, dup(fd)};
    if (m->memory == MAP_FAILED || m->fd < 0) return NULL;
    mappings = m;
    return m->memory;
}

void mem_rest(void)
{
    for (const Mapping *m = mappings; m; m = m->next) /* the same file in the same place, not looked at yet */
        if (mmap(m->memory, m->bytes, PROT_READ, MAP_PRIVATE | MAP_FIXED, m->fd, 0) == MAP_FAILED) out_of_memory();
}

void mem_rest_part(const void *from, size_t bytes)
{
    for (const Mapping *m = mappings; m; m = m->next)
        if ((uintptr_t)from - (uintptr_t)m->memory < m->bytes) mem_forget(from, bytes);
}

static void unmap_all(void)
{
    for (; mappings; mappings = mappings->next) {
        munmap(mappings->memory, mappings->bytes);
        close(mappings->fd);
    }
}

void mem_append(Text *text, const char *more)
{
    size_t length = strlen(more);
    if (length >= (size_t)INT_MAX - (size_t)text->length) out_of_memory();
    mem_grow(&text->start, &text->capacity, text->length + (int)length + 1, 1);
    memcpy(text->start + text->length, more, length + 1);
    text->length += (int)length;
}

void mem_free_all(void)
{
    unmap_all();
    while (blocks) {
        Block *next = blocks->next;
        free(blocks);
        blocks = next;
    }
    free_start = free_end = NULL;
}
