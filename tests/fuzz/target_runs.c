/* target_runs.c: what a run's tags hold is in order, whatever its file says. */
#include <string.h>

#include "core/memory.h"
#include "event_file.h"
#include "run_folder.h"
#include "target.h"

static void check_scalars(const run *r, const series *s) {
    size_t n = series_count(s);
    for (size_t i = 1; i < n; i++)
        must_hold(series_step(s, i - 1) <= series_step(s, i));
    series_range all = series_summary(s, 0, n);
    for (size_t i = 0; i < n; i++) {
        float value = series_value(s, i);
        must_hold(value - value != 0 || (all.low <= value && value <= all.high));
        run_epoch(r, series_step(s, i));
    }
}

static void check_tag(const run *r, const run_tag *tag) {
    must_hold(strlen(tag->name) == tag->name_size);
    must_hold(run_find(r, tag->name, tag->kind) == tag);
    if (tag->kind == DNN_EVENT_SCALAR)
        check_scalars(r, tag->scalars);
    for (size_t i = 0; i < tag->histogram_count; i++)
        touch_event(&(dnn_event){
            .kind = DNN_EVENT_HISTOGRAM,
            .histogram = {.buckets = tag->histograms[i].buckets,
                          .limits = tag->histograms[i].limits,
                          .counts = tag->histograms[i].counts}
        });
    if (tag->picture.rgba != NULL)
        touch_event(&(dnn_event){.kind = DNN_EVENT_IMAGE,
                                 .bytes = tag->picture.rgba,
                                 .size = tag->picture.width * tag->picture.height * 4});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint64_t live = dnn_allocations_live();
    runs all;
    read_as_run(&all, data, size);
    const run *r = all.items[0];
    must_hold(!r->incomplete);
    for (size_t i = 0; i < r->tag_count; i++)
        check_tag(r, r->tags[i]);
    runs_free(&all);
    must_hold(dnn_allocations_live() == live);
    return 0;
}
