/* loader_parts.h: between the files of the loader; not for others. */
#ifndef DNN_DATA_LOADER_PARTS_H
#define DNN_DATA_LOADER_PARTS_H

#include <pthread.h>

#include "data/examples.h"
#include "data/loader.h"
#include "data/sampler.h"

/* A batch in the making. */
typedef struct dnn_slot {
    bool prepared; /* has its examples, for the batch below */
    uint64_t epoch;
    size_t batch;
    size_t columns; /* of this batch */
    size_t begun;   /* columns that a thread has taken */
    size_t unfinished;
    uint32_t *index; /* examples, batch_size of them */
    uint8_t *pixels; /* rows x batch_size of the loader's dtype */
    char **failed;   /* of each column: NULL, or why its file could not be read; owned */
    bool no_memory;
} dnn_slot;

struct dnn_loader {
    dnn_loader_config config; /* its pointers are not followed once the loader is open */
    dnn_examples *examples;
    dnn_sampler sampler;
    dnn_matrix Y;
    size_t count, rows, batches; /* examples, rows of X in a batch, batches of an epoch */
    size_t element;              /* bytes of the loader's dtype */
    bool plain;                  /* values are only scaled */

    pthread_mutex_t lock; /* guards all below, but the pixels of columns that a thread has taken */
    pthread_cond_t work, done;
    pthread_t thread[DNN_LOADER_MAX_WORKERS];
    size_t threads, busy;
    bool stop, paused;
    dnn_slot *slots; /* one for each batch ahead: batch n of the sequence is in n % slot_count */
    size_t slot_count;
    uint64_t head, filling; /* of the sequence: the next to be given out, the one being taken up */
    uint64_t head_epoch, fill_epoch;
    size_t head_batch, fill_batch;

    char **failures; /* each file once */
    size_t failure_count, failure_room;
    uint8_t *noted; /* a bit for each example */
    double waited;
};

/* --- one batch (loader_batch.c) --- */

/* false without memory; then the slot can still be freed. */
bool dnn_slot_create(const dnn_loader *loader, dnn_slot *slot);
void dnn_slot_free(const dnn_loader *loader, dnn_slot *slot);

/* Gives the slot the examples of a batch. Uses the sampler: one thread at a time. */
void dnn_slot_prepare(dnn_loader *loader, dnn_slot *slot, uint64_t epoch, size_t batch);

/* Makes column `column`; `scratch` holds dnn_slot_scratch bytes. On failure notes it. */
void dnn_slot_fill(dnn_loader *loader, dnn_slot *slot, size_t column, void *scratch);
size_t dnn_slot_scratch(const dnn_loader *loader);

/* Makes all columns on the pool. */
dnn_status dnn_slot_fill_all(dnn_loader *loader, dnn_slot *slot, dnn_error *err);

/* Writes the batch out, without the columns that failed, mixed where that is asked for, and its
 * labels. */
void dnn_slot_deliver(const dnn_loader *loader, const dnn_slot *slot, dnn_matrix *X, dnn_matrix *Y,
                      size_t *count);

/* An element of any type. */
double dnn_value_at(const dnn_matrix *m, size_t row, size_t column);

/* --- the threads (loader.c) --- */

dnn_status dnn_loader_start_threads(dnn_loader *loader, dnn_error *err);
void dnn_loader_end_threads(dnn_loader *loader);

#endif
