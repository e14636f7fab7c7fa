/* event.h: one logged value, as TensorBoard's Event message says it.
 *
 * Field numbers are those of TensorFlow's event.proto, summary.proto and tensor.proto. A reader
 * meets scalars in two forms (simple_value, and a tensor with the "scalars" plugin, of any number
 * type) and text as a string tensor with the "text" plugin. A matrix is a float tensor with a
 * plugin of this program's own, "dnn_matrix", whose data are the names of its rows, a line each. A
 * curve of precision and recall has the plugin "pr_curves".
 * The hyper-parameters of TensorBoard's "hparams" plugin become the text "settings", "key = value"
 * in each line, as this program's runs have it. */
#ifndef DNN_STORE_EVENT_H
#define DNN_STORE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

typedef enum dnn_event_kind {
    DNN_EVENT_SCALAR = 0,
    DNN_EVENT_HISTOGRAM,
    DNN_EVENT_IMAGE, /* an encoded image: PNG */
    DNN_EVENT_TEXT,
    DNN_EVENT_MATRIX,
    DNN_EVENT_PR_CURVE, /* a matrix of 6 rows with a column for each threshold from 0 to 1: true and
                           false positives, true and false negatives, precision, recall */
    DNN_EVENT_UNKNOWN,  /* read only: a kind that is not known here; bytes name its plugin */
    DNN_EVENT_END,      /* the writer has closed its file; for run_reader.h */
    DNN_EVENT_KIND_COUNT
} dnn_event_kind;

/* Counts per bucket; bucket k holds values in (limits[k - 1], limits[k]]. `count` is of all values:
 * those that are in no bucket are not finite. Extremes and sums are of the finite ones. */
typedef struct dnn_histogram {
    double min, max, count, sum, sum_squares;
    size_t buckets;
    const double *limits, *counts;
} dnn_histogram;

#define DNN_HISTOGRAM_MAX_BUCKETS ((size_t)4096)
#define DNN_EVENT_PR_ROWS         ((size_t)6)
#define DNN_EVENT_MATRIX_MAX      ((size_t)1 << 20) /* numbers */

typedef struct dnn_event {
    double wall_time; /* seconds since 1970 */
    int64_t step;
    const char *tag; /* tag_size bytes, not terminated when it was read */
    size_t tag_size;
    dnn_event_kind kind;
    float scalar;
    dnn_histogram histogram;
    size_t width, height; /* of an image */
    const uint8_t *bytes; /* the image's PNG, the text (UTF-8), the names of a matrix's rows */
    size_t size;
    size_t rows, columns;   /* of a matrix, 1 or more, DNN_EVENT_MATRIX_MAX numbers at most */
    const uint8_t *numbers; /* float32, little-endian, row after row */
    bool nameless;          /* as read: a matrix without a plugin's name; what it is its tag's first
                               value has said, or nobody */
} dnn_event;

/* Upper bound of the bytes that dnn_event_write needs. */
size_t dnn_event_bound(const dnn_event *event);

/* Writes the event as a sealed record; returns its size. */
size_t dnn_event_write(const dnn_event *event, uint8_t *record);

/* Writes the record that opens a file ("brain.Event:2"); at most 64 bytes. */
size_t dnn_event_write_version(double wall_time, uint8_t *record);

/* Writes the record that says that the run is closed, TensorFlow's SessionLog { STOP }; at most 64
 * bytes. */
size_t dnn_event_write_end(double wall_time, uint8_t *record);

/* Called for each value of a record; pointers are valid during the call. */
typedef void dnn_event_visit(void *context, const dnn_event *event);

/* Reads a record's payload and visits the values that it understands; unknown fields and kinds are
 * passed over. DNN_ERROR_FORMAT when the bytes are not such a message (values before that were
 * visited). */
dnn_status dnn_event_read(const uint8_t *payload, size_t size, dnn_event_visit *visit,
                          void *context, dnn_error *err);

#endif
