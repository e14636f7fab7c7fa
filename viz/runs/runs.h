/* runs.h: what has been read of the runs that are looked at.
 *
 * Runs and tags keep their addresses until runs_free, so that others may point at them. */
#ifndef DNN_VIZ_RUNS_H
#define DNN_VIZ_RUNS_H

#include "core/error.h"
#include "log/run_reader.h"
#include "viz/draw/picture.h"
#include "viz/runs/series.h"

typedef struct histogram_at {
    int64_t step;
    double wall_time, min, max;
    double count, not_finite; /* values in the buckets, and those that are in none */
    double mean, deviation;   /* NaN where the log does not say */
    size_t buckets;
    const double *limits, *counts; /* buckets each, as in dnn_histogram; one block */
} histogram_at;

/* The ends of bucket k, (low, high], without what lies beyond the smallest and largest value. */
void histogram_bucket(const histogram_at *h, size_t k, double *low, double *high);

/* Histograms that are kept of a tag; beyond, every second one goes, and so on: evenly spaced, the
 * first and the last always among them. */
#define HISTOGRAMS_KEPT ((size_t)512)

typedef struct text_at {
    int64_t step;
    char *text;
} text_at;

/* Texts that are kept of a tag beside the last one. */
#define TEXTS_KEPT ((size_t)40)

/* All that came under a name as one kind of value. */
typedef struct run_tag {
    char *name; /* "grad_norm/1 Linear" */
    size_t name_size;
    dnn_event_kind kind;
    size_t file;     /* of the run's reader: that of the last value */
    series *scalars; /* of a scalar tag */
    histogram_at *histograms;
    size_t histogram_count, histogram_stride, histograms_skipped;
    picture picture; /* the last one */
    int64_t picture_step;
    uint8_t *encoded; /* a picture that came in this poll and is not decoded yet */
    size_t encoded_size;
    double *matrix; /* the last one, column after column; NULL: none */
    size_t rows, columns;
    int64_t matrix_step;
    double matrix_time; /* wall time */
    size_t matrices;    /* how many came */
    char *text;         /* the last one; of a matrix the names of its rows, a line each */
    int64_t text_step;
    text_at *earlier; /* other texts before it, the oldest first; at most TEXTS_KEPT */
    size_t earlier_count, earlier_capacity;
    struct run_tag *follower; /* the tag that came after this one the last time */
} run_tag;

typedef struct run {
    size_t number;     /* order of appearance, from 0: its colour, which stays when others come */
    char *path, *name; /* name: the last parts of the path, as many as make it unique, as they may
                          be shown in a line */
    char *brief;       /* the name without what the names of all runs begin and end with; NULL:
                          the name is short enough */
    bool hidden;       /* by the user */
    size_t group;      /* of the page's, when runs are grouped by a setting */
    bool filtered;     /* not among those that the user looks for */
    uint64_t device, inode; /* of the folder or file: a run that links lead to twice is one */
    dnn_run_reader *reader;
    run_tag **tags; /* sorted by name, numbers in names by value; then by kind */
    size_t tag_count, tag_capacity;
    run_tag *last_tag;            /* of the last event */
    const series *epoch;          /* the scalars named "epoch", NULL: not logged */
    double first_time, last_time; /* wall times, 0 before the first event */
    int64_t last_step;
    bool ended;                                /* its log was closed, and nothing came after that */
    bool incomplete;                           /* memory ran out while reading */
    size_t new_values, new_tags;               /* that the last poll brought */
    bool damage_told, torn_told, unknown_told; /* the window has said so */
} run;

typedef struct runs {
    run **items; /* sorted by name */
    size_t count, capacity;
    size_t numbered;
    char **folders; /* what was opened and may get further runs */
    size_t folder_count, folder_capacity;
    double scanned;      /* when folders were last looked through, seconds */
    uint64_t generation; /* grows when a run or a tag appears: panels are built anew then */
    bool unread;         /* a run was opened that has not been polled yet */
    bool without_pixels; /* nothing is drawn: no picture is decoded */
} runs;

/* Opens an event file, a run folder, or every run below a folder. DNN_ERROR_FILE and
 * DNN_ERROR_FORMAT when there is none, saying what was found and expected. Reads no values: that is
 * runs_poll's. A run that is open already is not opened twice. */
dnn_status runs_open(runs *all, const char *path, dnn_error *err);
void runs_free(runs *all);

/* Reads what has come; true when anything has. Once a second it also looks for new runs below the
 * opened folders. */
bool runs_poll(runs *all);

/* What tells a run from the others: "lr0.3" of "resnet-lr0.3" beside "resnet-lr0.1". */
const char *run_label(const run *r);
bool run_visible(const run *r);

/* What the names of several runs have in common, without the separators at its ends:
 * "resnet-batch64". */
void runs_common_name(const runs *all, char *text, size_t size);

/* The tag, or NULL. */
run_tag *run_find(const run *r, const char *name, dnn_event_kind kind);

/* The text that was logged under an image's name, or NULL. */
const char *run_caption(const run *r, const run_tag *image);

/* Number i of `shown` histograms of a tag that are evenly spaced among all; the last is the last.
 */
const histogram_at *run_histogram(const run_tag *tag, size_t i, size_t shown);

/* Threshold i of a curve of precision and recall: precision is NaN where nothing counts as
 * positive. */
typedef struct pr_point {
    double threshold, precision, recall;
} pr_point;

pr_point run_pr_point(const run_tag *tag, size_t i);

/* Text i of a tag, from 0, the last one at earlier_count, and its step. */
const char *run_text_at(const run_tag *tag, size_t i, int64_t *step);

/* Epoch of a step: linear between the points of the run's own "epoch" series and, at its mean
 * slope, beyond them; NaN without one. */
double run_epoch(const run *r, int64_t step);

/* --- run_tags.c, for runs.c --- */

/* Reads what has come of one run; its pictures are decoded by runs_decode_pictures. */
void run_poll(run *r);
void run_free_tags(run *r);

/* --- run_pictures.c, for runs.c --- */

/* Decodes the last picture of each tag that came since the last time. */
void runs_decode_pictures(runs *all, bool parallel);

#endif
