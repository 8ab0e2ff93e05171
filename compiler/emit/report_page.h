/* report_page.h: the parts of the report as a page. All text that isn't ours goes through in_html. */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include "emit/emit.h"

/* What all parts speak of. */
typedef struct {
    Model *m;
    int n_steps; /* as one counts them */
    const StepCost *costs;
    const double *seconds; /* how long each took; or NULL */
    Buffers buffers;
    int64_t *live; /* live_bytes */
    int peak;      /* peak_step */
    Weights weights;
} Page;

void put_memory_map(const Page *p, FILE *f); /* report_map.c */

/* report_tables.c */
void put_steps(const Page *p, FILE *f);
void put_buffers(const Page *p, FILE *f);
void put_weights(const Page *p, FILE *f);
const char *tensor_text(const Value *v); /* "float32[1,8]", fit for a page */

/* report_style.c */
extern const char report_style[], report_script[];
const char *hash_for_policy(const char *text); /* as Content-Security-Policy names what it allows */

#endif
