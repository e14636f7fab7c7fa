/* runs.h: what has been read of the runs that are looked at. */
#ifndef DNN_VIZ_RUNS_H
#define DNN_VIZ_RUNS_H

#include "core/error.h"
#include "store/run_reader.h"
#include "viz/series.h"

/* The last pictures, texts and histograms of a tag are kept (histograms all, thinned evenly beyond
 * 512). */
typedef struct histogram_at {
    int64_t step;
    double wall_time, min, max, count;
    size_t buckets;
    double *limits, *counts;
} histogram_at;

typedef struct picture_at {
    int64_t step;
    size_t width, height;
    uint8_t *rgba; /* decoded; NULL when it could not be */
} picture_at;

typedef struct run_tag {
    char *name; /* "grad_norm/1 Linear" */
    dnn_event_kind kind;
    series *scalars;
    histogram_at *histograms;
    size_t histogram_count;
    picture_at *pictures;
    size_t picture_count;
    char *text;
    int64_t text_step;
} run_tag;

typedef struct run {
    char *path, *name; /* name: the last part of the path, made unique among the runs */
    dnn_run_reader *reader;
    run_tag *tags; /* sorted by name, numbers in names by value */
    size_t tag_count;
    double first_time, last_time; /* wall times, 0 before the first event */
    int64_t last_step;
} run;

typedef struct runs {
    run *items;
    size_t count;
} runs;

/* Opens a run folder, or every run below a folder (a folder of runs). DNN_ERROR_FORMAT when there
 * is none, saying what was found and expected. */
dnn_status runs_open(runs *all, const char *path, dnn_error *err);
void runs_free(runs *all);

/* Reads what has come; returns true when anything has. Also finds runs that are new below an opened
 * folder. */
bool runs_poll(runs *all);

run_tag *run_find(const run *r, const char *tag);

/* Epoch of a step, from the run's own "epoch" series where it logs one; NaN otherwise. */
double run_epoch(const run *r, int64_t step);

#endif
