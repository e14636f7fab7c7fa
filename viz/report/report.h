/* report.h: runs as a page for a browser: one file with the data and the script that draws them,
 * which asks nothing of any network; or the same page served while a run goes on (serve.h). */
#ifndef DNN_VIZ_REPORT_H
#define DNN_VIZ_REPORT_H

#include <stdio.h>

#include "core/error.h"
#include "viz/plot/panel.h"

/* Points of a curve that are written; of longer ones the smallest and the largest of each piece. */
#define REPORT_POINTS ((size_t)2000)

/* What the page is made of. */
typedef struct report {
    const runs *all;
    const panel *panels;
    size_t panel_count;
    const char *title, *about; /* above the panels */
    uint64_t version;          /* of the data, so that a served page knows whether it has them */
    bool dark;                 /* else as the reader's system has it */
} report;

/* The data alone, as JSON. False when out of memory. */
bool report_write_data(const report *r, FILE *out);

/* The page; without data (r NULL) it asks its server for them. */
bool report_write_page(const report *r, FILE *out);

/* The page as a file. */
dnn_status report_save(const report *r, const char *path, dnn_error *err);

#endif
