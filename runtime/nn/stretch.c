/* stretch.c: one task of the thread pool per stretch. */
#include "nn/stretch.h"

#include "core/threads.h"

typedef struct job {
    size_t n;
    dnn_stretch_task *run;
    void *context;
} job;

static void run_stretch(void *context, size_t task) {
    const job *j = context;
    size_t begin = task * DNN_STRETCH;
    size_t end = j->n - begin < DNN_STRETCH ? j->n : begin + DNN_STRETCH;
    j->run(j->context, begin, end);
}

void dnn_for_stretches(size_t n, dnn_stretch_task *run, void *context) {
    if (n <= DNN_STRETCH) {
        run(context, 0, n);
        return;
    }
    job j = {n, run, context};
    dnn_parallel((n + DNN_STRETCH - 1) / DNN_STRETCH, run_stretch, &j);
}
