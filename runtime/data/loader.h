/* loader.h: minibatches, prepared on background threads while the caller computes.
 *
 * A batch is a function of the seed, the epoch and its number in the epoch: whoever asks for the
 * same gets the same bits, on any number of threads, in any order, in another process. So the
 * position is the caller's: two integers to save. Threads prepare the batches that follow the one
 * asked for last; any other may be asked for, which then takes longer.
 *
 * An image file that cannot be read is left out of its batch, which is then smaller, and noted. */
#ifndef DNN_DATA_LOADER_H
#define DNN_DATA_LOADER_H

#include "data/augment.h"
#include "data/image.h"
#include "math/matrix.h"

typedef struct dnn_loader dnn_loader;

#define DNN_LOADER_MAX_WORKERS  64
#define DNN_LOADER_MAX_PREFETCH 64

typedef struct dnn_loader_config {
    const dnn_matrix *X;      /* examples in memory, whose memory the caller keeps; or NULL and */
    const char *const *files; /* `file_count` paths, */
    size_t file_count;
    dnn_image_target target; /* what they become, */
    uint64_t cache_bytes;    /* and bytes of them that are kept */
    const dnn_matrix *Y;     /* a column each, whose memory the caller keeps */
    double scale;            /* what values are multiplied by first */
    dnn_augment augment;     /* height x width x channels is the rows of X; mean, top and so on are
                                of scaled values */
    const double *weights;   /* of drawing each example, or NULL: each once in an epoch */
    bool shuffle, drop_last;
    size_t batch_size;
    size_t one_hot; /* > 0: Y is 1 x m labels from 1 to this, which become columns of 0 and 1 */
    uint64_t seed;
    size_t workers;  /* threads; 0: batches are made on the pool when they are asked for */
    size_t prefetch; /* batches that are prepared ahead, at least 1 */
    dnn_dtype dtype; /* of the batches: float32 or float64 */
} dnn_loader_config;

/* DNN_ERROR_SHAPE or DNN_ERROR_ARGUMENT for a configuration that cannot be. */
dnn_status dnn_loader_open(dnn_loader **out, const dnn_loader_config *config, dnn_error *err);

/* Ends the threads. NULL is allowed. */
void dnn_loader_close(dnn_loader *loader);

size_t dnn_loader_batches(const dnn_loader *loader); /* of an epoch */
size_t dnn_loader_rows(const dnn_loader *loader);    /* of X in a batch */
size_t dnn_loader_label_rows(const dnn_loader *loader);

/* Writes batch `batch` (from 0) of `epoch` into the first *count columns of X and Y, which have
 * dnn_loader_rows, dnn_loader_label_rows and batch_size columns, contiguous, of the loader's dtype.
 * Waits until it is ready. DNN_ERROR_INTERRUPTED when it is asked to stop meanwhile;
 * DNN_ERROR_MEMORY when an image could not be decoded for want of memory. */
dnn_status dnn_loader_get(dnn_loader *loader, uint64_t epoch, size_t batch, dnn_matrix *X,
                          dnn_matrix *Y, size_t *count, dnn_error *err);

/* The same, made apart from what the threads prepare. */
dnn_status dnn_loader_preview(dnn_loader *loader, uint64_t epoch, size_t batch, dnn_matrix *X,
                              dnn_matrix *Y, size_t *count, dnn_error *err);

/* Mean and standard deviation (with 1 / n) of each channel over all examples, scaled and not
 * augmented; files that cannot be read are left out. On the pool; the same on any number of
 * threads. */
dnn_status dnn_loader_moments(dnn_loader *loader, double mean[3], double deviation[3],
                              dnn_error *err);

/* Normalises each channel by these from the next batch on; before the first batch is asked for.
 * DNN_ERROR_STATE later; DNN_ERROR_ARGUMENT unless they are finite and the deviations above 0. */
dnn_status dnn_loader_normalise(dnn_loader *loader, const double mean[3], const double deviation[3],
                                dnn_error *err);

/* Files that could not be read in the batches so far, each once: "PATH: why", until the loader
 * closes. */
size_t dnn_loader_failure_count(const dnn_loader *loader);
const char *dnn_loader_failure(const dnn_loader *loader, size_t index);

typedef struct dnn_loader_statistics {
    double waited;    /* seconds that dnn_loader_get waited or worked in */
    uint64_t decoded; /* files */
    uint64_t cached_bytes;
} dnn_loader_statistics;

dnn_loader_statistics dnn_loader_statistics_of(const dnn_loader *loader);

#endif
