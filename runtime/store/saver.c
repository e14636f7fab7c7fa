/* saver.c: the thread that writes a snapshot. */
#include "store/saver.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/memory.h"
#include "core/threads.h"

struct dnn_saver {
    pthread_t thread;
    bool threaded, joined;
    atomic_bool done;
    pid_t owner; /* a forked child has no such thread */
    char *path;
    dnn_tensor *tensors; /* names are copies, numbers the caller's */
    dnn_note *notes;     /* the checksum last */
    size_t tensor_count, note_count;
    dnn_error err;
    dnn_status status;
    struct dnn_saver *next; /* in the list of those that have not finished */
};

/* --- what may be written --- */

static bool column_is_finite(const dnn_matrix *m, size_t c) {
    double sum = 0; /* of zeros, unless something is not finite: x - x is NaN then */
    if (m->dtype == DNN_FLOAT32) {
        const float *x = (const float *)m->data + c * m->ld;
        for (size_t r = 0; r < m->rows; r++)
            sum += (double)(x[r] - x[r]);
    } else {
        const double *x = (const double *)m->data + c * m->ld;
        for (size_t r = 0; r < m->rows; r++)
            sum += x[r] - x[r];
    }
    return sum == 0;
}

static dnn_status check_finite(const dnn_saver *saver, dnn_error *err) {
    for (size_t i = 0; i < saver->tensor_count; i++) {
        const dnn_matrix *m = &saver->tensors[i].matrix;
        bool real = dnn_dtype_info(m->dtype)->is_real;
        for (size_t c = 0; real && c < m->cols; c++)
            if (!column_is_finite(m, c))
                return dnn_fail(err, DNN_ERROR_NUMERIC,
                                "%s: not written: '%s' holds a value that is not finite",
                                saver->path, saver->tensors[i].name);
    }
    return DNN_OK;
}

static void write_snapshot(dnn_saver *saver) {
    saver->status = check_finite(saver, &saver->err);
    if (saver->status == DNN_OK)
        saver->status = dnn_safetensors_write(saver->path, saver->tensors, saver->tensor_count,
                                              saver->notes, saver->note_count, &saver->err);
    atomic_store(&saver->done, true);
}

static void *run_thread(void *saver) {
    dnn_thread_set_apart();
    write_snapshot(saver);
    return NULL;
}

/* --- those that run --- */

static pthread_mutex_t running_lock = PTHREAD_MUTEX_INITIALIZER;
static dnn_saver *running;

static void join(dnn_saver *saver) {
    if (saver->threaded && !saver->joined && saver->owner == getpid())
        pthread_join(saver->thread, NULL);
    saver->joined = true;
}

static void join_all_at_exit(void) {
    for (dnn_saver *saver = running; saver != NULL; saver = saver->next)
        join(saver);
}

static void list_add(dnn_saver *saver) {
    static bool registered;
    pthread_mutex_lock(&running_lock);
    if (!registered)
        registered = atexit(join_all_at_exit) == 0;
    saver->next = running;
    running = saver;
    pthread_mutex_unlock(&running_lock);
}

static void list_remove(dnn_saver *saver) {
    pthread_mutex_lock(&running_lock);
    for (dnn_saver **link = &running; *link != NULL; link = &(*link)->next)
        if (*link == saver) {
            *link = saver->next;
            break;
        }
    pthread_mutex_unlock(&running_lock);
}

/* --- its life --- */

static void free_saver(dnn_saver *saver) {
    for (size_t i = 0; saver->tensors != NULL && i < saver->tensor_count; i++)
        dnn_free((void *)saver->tensors[i].name);
    for (size_t i = 0; saver->notes != NULL && i + 1 < saver->note_count; i++) {
        dnn_free((void *)saver->notes[i].name);
        dnn_free((void *)saver->notes[i].text);
    }
    dnn_free(saver->tensors);
    dnn_free(saver->notes);
    dnn_free(saver->path);
    dnn_free(saver);
}

/* Copies of the names and texts; false without memory. */
static bool copy_names(dnn_saver *saver, const char *path, const dnn_tensor *tensors,
                       const dnn_note *notes) {
    size_t texts = saver->note_count - 1;
    saver->path = dnn_strdup(path);
    saver->tensors = dnn_calloc(saver->tensor_count, sizeof *saver->tensors);
    saver->notes = dnn_calloc(saver->note_count, sizeof *saver->notes);
    if (saver->path == NULL || saver->tensors == NULL || saver->notes == NULL)
        return false;
    saver->notes[texts] = (dnn_note){DNN_CHECKSUM_NOTE, ""};
    bool enough = true;
    for (size_t i = 0; i < saver->tensor_count; i++) {
        saver->tensors[i] = tensors[i];
        enough = (saver->tensors[i].name = dnn_strdup(tensors[i].name)) != NULL && enough;
    }
    for (size_t i = 0; i < texts; i++) {
        saver->notes[i] = (dnn_note){dnn_strdup(notes[i].name), dnn_strdup(notes[i].text)};
        enough = saver->notes[i].name != NULL && saver->notes[i].text != NULL && enough;
    }
    return enough;
}

dnn_status dnn_saver_start(dnn_saver **out, const char *path, const dnn_tensor *tensors,
                           size_t tensor_count, const dnn_note *notes, size_t note_count,
                           dnn_error *err) {
    *out = NULL;
    dnn_saver *saver = dnn_calloc(1, sizeof *saver);
    if (saver != NULL) {
        saver->tensor_count = tensor_count;
        saver->note_count = note_count + 1;
    }
    if (saver == NULL || !copy_names(saver, path, tensors, notes)) {
        if (saver != NULL)
            free_saver(saver);
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: out of memory", path);
    }
    saver->owner = getpid();
    list_add(saver);
    saver->threaded = dnn_thread_create(&saver->thread, run_thread, saver) == 0;
    if (!saver->threaded)
        write_snapshot(saver);
    *out = saver;
    return DNN_OK;
}

bool dnn_saver_done(const dnn_saver *saver) {
    return atomic_load(&saver->done);
}

dnn_status dnn_saver_finish(dnn_saver *saver, dnn_error *err) {
    list_remove(saver);
    join(saver);
    dnn_status status = saver->status;
    if (!atomic_load(&saver->done)) /* in a forked child: the parent's thread writes it */
        status = dnn_fail(err, DNN_ERROR_STATE, "%s: another process writes it", saver->path);
    else if (status != DNN_OK && err != NULL)
        *err = saver->err;
    free_saver(saver);
    return status;
}
