/* run_sums.h: all values of a run, added up. */
#ifndef DNN_TESTS_RUN_SUMS_H
#define DNN_TESTS_RUN_SUMS_H

#include "check.h"
#include "log/run_reader.h"

typedef struct sums {
    size_t count;
    double sum;
    int64_t last_step;
} sums;

static inline void add_up(void *context, const dnn_event *e) {
    sums *s = context;
    s->count++;
    s->sum += (double)e->scalar;
    s->last_step = e->step;
}

/* Of a run without damage. */
static inline sums read_all(const char *path) {
    dnn_error err;
    dnn_run_reader *reader;
    sums s = {0};
    check_ok(dnn_run_reader_open(&reader, path, &err));
    size_t visited = dnn_run_reader_poll(reader, add_up, &s);
    assert_int_equal(visited, s.count);
    assert_string_equal(dnn_run_reader_damage(reader), "");
    dnn_run_reader_close(reader);
    return s;
}

#endif
