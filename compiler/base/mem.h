/* mem.h: one pool for everything the compiler builds.
 *
 * A compilation allocates, never frees piece by piece, and gives the whole pool
 * back at the end (mem_free_all). Memory comes zeroed. When the machine has none
 * left the process ends with a message and status 1: no caller checks for NULL. */
#ifndef MEM_H
#define MEM_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

void *mem_alloc(size_t bytes);                    /* zeroed, aligned for any type */
void *mem_array(size_t count, size_t bytes_each); /* the same; an overflowing product counts as out of memory */
void *mem_dup(const void *data, size_t bytes);
char *mem_strdup(const char *text);
char *mem_strndup(const char *text, size_t length);
char *mem_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Text that grows at its end, in time that grows with its length; its start is {0}. */
typedef struct {
    char *start; /* ends with a NUL; NULL while it is empty */
    int length, capacity;
} Text;
void mem_append(Text *text, const char *more);

char *mem_vprintf(const char *format, va_list args);
void mem_free_all(void);

/* What is worth giving back early: memory of this size is not shared with other requests. */
bool mem_is_large(size_t bytes);
void mem_release(const void *large); /* the start of such memory; nobody may look at it again */
/* Part of such memory: nobody may look at it again. Whole pages of it go, where the machine can do that. */
void mem_forget(const void *from, size_t bytes);

/* A file's content, from its start, read as it is looked at, until mem_free_all; NULL if it can't be mapped. */
const void *mem_map(int fd, size_t bytes);
void mem_rest(void); /* mapped files take no memory until they are looked at again */
/* The same of these bytes, wherever they are. */
void mem_rest_part(const void *from, size_t bytes);

/* Grows the array *items (of *capacity items of bytes_each) so that it holds at least `count`; new items are zero. */
void mem_grow(void *items, int *capacity, int count, size_t bytes_each);

#endif
