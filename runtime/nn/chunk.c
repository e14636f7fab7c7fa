/* chunk.c: one task of the thread pool per chunk. */
#include "nn/chunk.h"

typedef struct job {
    size_t n;
    dnn_chunk_task *run;
    void *context;
} job;

static void run_chunk(void *context, size_t task) {
    const job *j = context;
    size_t begin = task * DNN_CHUNK;
    size_t end = j->n - begin < DNN_CHUNK ? j->n : begin + DNN_CHUNK;
    j->run(j->context, begin, end);
}

void dnn_for_chunks(size_t n, dnn_chunk_task *run, void *context) {
    if (n == 0)
        return;
    if (n <= DNN_CHUNK) {
        run(context, 0, n);
        return;
    }
    job j = {n, run, context};
    dnn_parallel((n + DNN_CHUNK - 1) / DNN_CHUNK, run_chunk, &j);
}

void dnn_for_tasks(size_t tasks, size_t elements, dnn_task *run, void *context) {
    if (elements > DNN_CHUNK) {
        dnn_parallel(tasks, run, context);
        return;
    }
    for (size_t task = 0; task < tasks; task++)
        run(context, task);
}
