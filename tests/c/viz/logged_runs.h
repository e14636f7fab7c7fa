/* logged_runs.h: a folder of its own for each test, runs that are logged there, and reading them.
 */
#ifndef DNN_TESTS_VIZ_LOGGED_RUNS_H
#define DNN_TESTS_VIZ_LOGGED_RUNS_H

#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "log/run_log.h"
#include "temp_folder.h"
#include "viz/runs/runs.h"

static inline const char *below(const char *name) {
    static char path[4][256];
    static int next;
    next = (next + 1) % 4;
    snprintf(path[next], sizeof *path, "%s/%s", folder, name);
    return path[next];
}

static inline dnn_run_log *open_log(const char *name) {
    dnn_error err = {.text = ""};
    dnn_run_log *log = NULL;
    check_ok(dnn_run_log_open(&log, below(name), &err));
    return log;
}

static inline dnn_event event_of(int64_t step, const char *tag, dnn_event_kind kind) {
    return (dnn_event){.wall_time = 1.7e9 + (double)step,
                       .step = step,
                       .tag = tag,
                       .tag_size = strlen(tag),
                       .kind = kind};
}

static inline void log_scalar(dnn_run_log *log, int64_t step, const char *tag, float value) {
    dnn_event e = event_of(step, tag, DNN_EVENT_SCALAR);
    e.scalar = value;
    dnn_run_log_event(log, &e);
}

static inline void log_bytes(dnn_run_log *log, int64_t step, const char *tag, dnn_event_kind kind,
                             const void *bytes, size_t size) {
    dnn_event e = event_of(step, tag, kind);
    e.bytes = bytes;
    e.size = size;
    e.width = e.height = 2;
    dnn_run_log_event(log, &e);
}

static inline void log_histogram(dnn_run_log *log, int64_t step) {
    const double limits[] = {-1, 0, 1}, counts[] = {1, (double)step, 2};
    dnn_event e = event_of(step, "weights", DNN_EVENT_HISTOGRAM);
    e.histogram = (dnn_histogram){-1.5, 0.5, 3 + (double)step, 0, 0, 3, limits, counts};
    dnn_run_log_event(log, &e);
}

static inline void write_run(const char *name, const char *tag, int points) {
    dnn_run_log *log = open_log(name);
    for (int i = 0; i < points; i++)
        log_scalar(log, i, tag, (float)i / 2);
    dnn_run_log_close(log);
}

/* Opens the test's folder and reads all. */
static inline runs read_all(void) {
    dnn_error err = {.text = ""};
    runs all = {0};
    check_ok(runs_open(&all, folder, &err));
    runs_poll(&all);
    return all;
}

/* A test in a folder of its own. */
#define test(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

#endif
