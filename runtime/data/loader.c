/* loader.c: the threads that prepare batches, and giving these out.
 *
 * The batches to come are a sequence, in epochs one after the other; slot n % slot_count holds
 * batch n. A thread takes a few columns of the first batch that has columns left, as long as that
 * is among the slot_count next ones. The caller takes batches from the head; another batch than
 * the one at the head begins a new sequence, once the threads have put down what they had. */
#include "data/loader.h"

#include <string.h>

#include "core/clock.h"
#include "core/interrupt.h"
#include "core/memory.h"
#include "core/threads.h"
#include "data/loader_parts.h"

#define CHUNK_BYTES ((size_t)1 << 16) /* of columns from memory that a thread takes at once */
#define LOOK_EVERY  50000000          /* nanoseconds between two looks at an interruption */

/* --- the threads --- */

static void go_on(const dnn_loader *l, uint64_t *epoch, size_t *batch) {
    if (++*batch == l->batches) {
        *batch = 0;
        ++*epoch;
    }
}

/* The columns that a thread takes next, or NULL when there is nothing to do; under the lock. */
static dnn_slot *take(dnn_loader *l, size_t *first, size_t *count) {
    const size_t bytes = l->rows * l->element;
    while (!l->paused && l->filling < l->head + l->slot_count) {
        dnn_slot *slot = &l->slots[l->filling % l->slot_count];
        if (!slot->prepared)
            dnn_slot_prepare(l, slot, l->fill_epoch, l->fill_batch);
        if (slot->begun < slot->columns) {
            size_t most = dnn_examples_are_files(l->examples) ? 1 : CHUNK_BYTES / bytes + 1;
            *first = slot->begun;
            *count = slot->columns - slot->begun < most ? slot->columns - slot->begun : most;
            slot->begun += *count;
            return slot;
        }
        l->filling++;
        go_on(l, &l->fill_epoch, &l->fill_batch);
    }
    return NULL;
}

static void *work(void *context) {
    dnn_loader *l = context;
    void *scratch = dnn_alloc(dnn_slot_scratch(l));
    size_t first, count;
    pthread_mutex_lock(&l->lock);
    while (!l->stop) {
        dnn_slot *slot = take(l, &first, &count);
        if (slot == NULL) {
            pthread_cond_wait(&l->work, &l->lock);
            continue;
        }
        l->busy++;
        pthread_mutex_unlock(&l->lock);
        for (size_t k = first; k < first + count && scratch != NULL; k++)
            dnn_slot_fill(l, slot, k, scratch);
        pthread_mutex_lock(&l->lock);
        if (scratch == NULL)
            slot->no_memory = true;
        slot->unfinished -= count;
        l->busy--;
        if (slot->unfinished == 0 || l->paused)
            pthread_cond_signal(&l->done);
    }
    pthread_mutex_unlock(&l->lock);
    dnn_free(scratch);
    return NULL;
}

dnn_status dnn_loader_start_threads(dnn_loader *l, dnn_error *err) {
    const size_t workers =
        l->config.workers < DNN_LOADER_MAX_WORKERS ? l->config.workers : DNN_LOADER_MAX_WORKERS;
    for (; l->threads < workers; l->threads++) {
        int problem = dnn_thread_create(&l->thread[l->threads], work, l);
        if (problem != 0)
            return dnn_fail(err, DNN_ERROR_MEMORY, "Loader: a thread could not be started: %s",
                            dnn_thread_reason(problem));
    }
    return DNN_OK;
}

void dnn_loader_end_threads(dnn_loader *l) {
    pthread_mutex_lock(&l->lock);
    l->stop = true;
    pthread_cond_broadcast(&l->work);
    pthread_mutex_unlock(&l->lock);
    for (size_t i = 0; i < l->threads; i++)
        pthread_join(l->thread[i], NULL);
}

/* Waits for a sign from the threads, but not long; under the lock. */
static void wait_a_moment(dnn_loader *l) {
    struct timespec until = dnn_clock_after(LOOK_EVERY);
    pthread_cond_timedwait(&l->done, &l->lock, &until);
}

/* A new sequence that begins with this batch; under the lock. */
static void restart(dnn_loader *l, uint64_t epoch, size_t batch) {
    l->paused = true;
    while (l->busy > 0)
        wait_a_moment(l);
    for (size_t i = 0; i < l->slot_count; i++)
        l->slots[i].prepared = false;
    l->head = l->filling = 0;
    l->head_epoch = l->fill_epoch = epoch;
    l->head_batch = l->fill_batch = batch;
    l->paused = false;
    pthread_cond_broadcast(&l->work);
}

/* The slot at the head, once all of it is there; under the lock. */
static dnn_slot *await(dnn_loader *l, dnn_error *err) {
    dnn_slot *slot = &l->slots[l->head % l->slot_count];
    while (!slot->prepared || slot->unfinished > 0) {
        if (dnn_interrupt_check(err) != DNN_OK)
            return NULL;
        wait_a_moment(l);
    }
    return slot;
}

/* --- failures --- */

static bool note(dnn_loader *l, uint32_t example, char *text) {
    if (l->noted[example / 8] >> (example % 8) & 1)
        return true;
    if (l->failure_count == l->failure_room) {
        size_t room = l->failure_room == 0 ? 16 : 2 * l->failure_room;
        char **more = dnn_alloc(room * sizeof *more);
        if (more == NULL)
            return false;
        if (l->failure_count > 0)
            memcpy(more, l->failures, l->failure_count * sizeof *more);
        dnn_free(l->failures);
        l->failures = more;
        l->failure_room = room;
    }
    char *copy = dnn_strdup(text);
    if (copy == NULL)
        return false;
    l->failures[l->failure_count++] = copy;
    l->noted[example / 8] |= (uint8_t)(1 << example % 8);
    return true;
}

static dnn_status note_failures(dnn_loader *l, const dnn_slot *slot, dnn_error *err) {
    bool enough = !slot->no_memory;
    for (size_t k = 0; k < slot->columns && enough; k++)
        if (slot->failed[k] != NULL)
            enough = note(l, slot->index[k], slot->failed[k]);
    return enough ? DNN_OK
                  : dnn_fail(err, DNN_ERROR_MEMORY, "Loader: not enough memory to read images");
}

/* --- batches --- */

static dnn_status make_apart(dnn_loader *l, dnn_slot *slot, uint64_t epoch, size_t batch,
                             dnn_matrix *X, dnn_matrix *Y, size_t *count, dnn_error *err) {
    pthread_mutex_lock(&l->lock);
    dnn_slot_prepare(l, slot, epoch, batch);
    pthread_mutex_unlock(&l->lock);
    dnn_status status = dnn_slot_fill_all(l, slot, err);
    if (status == DNN_OK)
        status = note_failures(l, slot, err);
    if (status == DNN_OK)
        dnn_slot_deliver(l, slot, X, Y, count);
    return status;
}

static dnn_status check_target(const dnn_loader *l, size_t batch, const dnn_matrix *X,
                               const dnn_matrix *Y, dnn_error *err) {
    const size_t size = l->config.batch_size;
    if (batch >= l->batches)
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "Loader: batch %zu of %zu in an epoch", batch + 1,
                        l->batches);
    if (X->rows != l->rows || X->cols != size || Y->rows != dnn_loader_label_rows(l) ||
        Y->cols != size || X->dtype != l->config.dtype || Y->dtype != l->config.dtype)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "Loader: X is %zu x %zu and Y %zu x %zu; expected %zu x %zu and %zu x %zu",
                        X->rows, X->cols, Y->rows, Y->cols, l->rows, size, dnn_loader_label_rows(l),
                        size);
    return DNN_OK;
}

/* From what the threads prepare. */
static dnn_status get_prepared(dnn_loader *l, uint64_t epoch, size_t batch, dnn_matrix *X,
                               dnn_matrix *Y, size_t *count, dnn_error *err) {
    pthread_mutex_lock(&l->lock);
    if (l->head_epoch != epoch || l->head_batch != batch)
        restart(l, epoch, batch);
    double since = dnn_clock_seconds();
    dnn_slot *slot = await(l, err);
    l->waited += dnn_clock_seconds() - since;
    pthread_mutex_unlock(&l->lock); /* the head stays with the caller */
    if (slot == NULL)
        return DNN_ERROR_INTERRUPTED;
    dnn_status status = note_failures(l, slot, err);
    if (status != DNN_OK)
        return status;
    dnn_slot_deliver(l, slot, X, Y, count);
    pthread_mutex_lock(&l->lock);
    slot->prepared = false;
    l->head++;
    go_on(l, &l->head_epoch, &l->head_batch);
    pthread_cond_broadcast(&l->work);
    pthread_mutex_unlock(&l->lock);
    return DNN_OK;
}

dnn_status dnn_loader_get(dnn_loader *l, uint64_t epoch, size_t batch, dnn_matrix *X, dnn_matrix *Y,
                          size_t *count, dnn_error *err) {
    dnn_status status = check_target(l, batch, X, Y, err);
    if (status != DNN_OK)
        return status;
    if (l->threads > 0)
        return get_prepared(l, epoch, batch, X, Y, count, err);
    double since = dnn_clock_seconds();
    status = make_apart(l, &l->slots[0], epoch, batch, X, Y, count, err);
    l->waited += dnn_clock_seconds() - since;
    return status;
}

dnn_status dnn_loader_preview(dnn_loader *l, uint64_t epoch, size_t batch, dnn_matrix *X,
                              dnn_matrix *Y, size_t *count, dnn_error *err) {
    dnn_slot slot;
    dnn_status status = check_target(l, batch, X, Y, err);
    if (status != DNN_OK)
        return status;
    if (dnn_slot_create(l, &slot))
        status = make_apart(l, &slot, epoch, batch, X, Y, count, err);
    else
        status = dnn_fail(err, DNN_ERROR_MEMORY, "Loader: not enough memory for a batch");
    dnn_slot_free(l, &slot);
    return status;
}
