/* seen_event.h: the events that a reader passes on, kept for the tests. */
#ifndef DNN_TESTS_SEEN_EVENT_H
#define DNN_TESTS_SEEN_EVENT_H

#include "check.h"

#include <stdio.h>
#include <stdlib.h>

#include "log/event.h"
#include "log/record.h"

/* What a visit saw, copied. */
typedef struct seen {
    int count;
    dnn_event last;
    char tag[64];
    uint8_t bytes[128];
    double limits[8], counts[8];
    uint8_t numbers[64];
} seen;

static inline void remember(void *context, const dnn_event *e) {
    seen *s = context;
    s->count++;
    s->last = *e;
    snprintf(s->tag, sizeof s->tag, "%.*s", (int)e->tag_size, e->tag);
    if (e->size <= sizeof s->bytes && e->size > 0)
        memcpy(s->bytes, e->bytes, e->size);
    if (e->kind == DNN_EVENT_MATRIX && 4 * e->rows * e->columns <= sizeof s->numbers)
        memcpy(s->numbers, e->numbers, 4 * e->rows * e->columns);
    if (e->kind == DNN_EVENT_HISTOGRAM && e->histogram.buckets <= 8) {
        memcpy(s->limits, e->histogram.limits, e->histogram.buckets * sizeof(double));
        memcpy(s->counts, e->histogram.counts, e->histogram.buckets * sizeof(double));
    }
}

/* Writes, checks the bound, reads. */
static inline seen round_trip(const dnn_event *e) {
    dnn_error err = {0};
    uint8_t *record = malloc(dnn_event_bound(e));
    size_t n = dnn_event_write(e, record);
    assert_true(n <= dnn_event_bound(e));
    const uint8_t *payload = NULL;
    size_t size = 0, used = 0;
    assert_int_equal(dnn_record_read(record, n, &payload, &size, &used), DNN_RECORD_OK);
    assert_int_equal(used, n);
    seen s = {0};
    check_ok(dnn_event_read(payload, size, remember, &s, &err));
    assert_int_equal(s.count, 1);
    assert_true(s.last.wall_time == e->wall_time && s.last.step == e->step);
    free(record);
    return s;
}

#endif
