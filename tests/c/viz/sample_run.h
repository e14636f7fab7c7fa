/* sample_run.h: a small run on disk for the tests of the page and the window: one second and one
 * step after the other, from a fixed time on. */
#ifndef DNN_TESTS_VIZ_SAMPLE_RUN_H
#define DNN_TESTS_VIZ_SAMPLE_RUN_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log/run_log.h"
#include "viz/window/view.h"

#define SAMPLE_START 1.7e9
#define SAMPLE_STEPS 200

static inline void sample_scalar(dnn_run_log *log, int step, const char *tag, double value) {
    dnn_run_log_event(log, &(dnn_event){.wall_time = SAMPLE_START + step,
                                        .step = step,
                                        .tag = tag,
                                        .tag_size = strlen(tag),
                                        .kind = DNN_EVENT_SCALAR,
                                        .scalar = (float)value});
}

static inline void sample_text(dnn_run_log *log, const char *tag, const char *text) {
    dnn_run_log_event(log, &(dnn_event){.wall_time = SAMPLE_START,
                                        .tag = tag,
                                        .tag_size = strlen(tag),
                                        .kind = DNN_EVENT_TEXT,
                                        .bytes = (const uint8_t *)text,
                                        .size = strlen(text)});
}

static inline void sample_histogram(dnn_run_log *log, int step, const char *tag) {
    const double limits[] = {-1, 0, 1, 2}, counts[] = {1, 5, 6, 2};
    dnn_run_log_event(log, &(dnn_event){
                               .wall_time = SAMPLE_START + step,
                               .step = step,
                               .tag = tag,
                               .tag_size = strlen(tag),
                               .kind = DNN_EVENT_HISTOGRAM,
                               .histogram = {-2, 2, 14, 3, 9, 4, limits, counts}
    });
}

/* Panels: cost (train, test), grad_norm as curves and as a heat map, weights, settings. */
static inline void sample_run(const char *folder, int steps) {
    dnn_run_log *log;
    if (dnn_run_log_open(&log, folder, NULL) != DNN_OK)
        abort();
    sample_text(log, "settings", "lr = 0.01\nseed = 7");
    for (int i = 1; i <= steps; i++) {
        sample_scalar(log, i, "cost/train", exp(-i / 60.0));
        if (i % 10 == 0) {
            sample_scalar(log, i, "cost/test", exp(-i / 80.0));
            sample_histogram(log, i, "weights/1 Linear");
        }
        sample_scalar(log, i, "grad_norm/1 Linear", exp(-i / 40.0));
        sample_scalar(log, i, "grad_norm/3 Linear", exp(-i / 50.0));
    }
    dnn_run_log_close(log);
}

static inline panel *sample_panel(view *v, panel_kind kind, const char *title) {
    for (size_t i = 0; i < v->panel_count; i++)
        if (v->panels[i].kind == kind && strcmp(v->panels[i].title, title) == 0)
            return &v->panels[i];
    return NULL;
}

static inline bool sample_says(const display_list *list, const char *text) {
    for (size_t i = 0; i < list->count; i++)
        if (list->commands[i].kind == COMMAND_TEXT && strstr(list->commands[i].text, text) != NULL)
            return true;
    return false;
}

#endif
