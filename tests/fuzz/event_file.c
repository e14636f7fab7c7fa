/* event_file.c: reading in the plainest way, and writing. */
#include "event_file.h"

#include "log/record.h"
#include "target.h"

double touch_event(const dnn_event *event) {
    double sum = event->wall_time + (double)event->step + (double)event->scalar;
    for (size_t i = 0; i < event->tag_size; i++)
        sum += event->tag[i];
    for (size_t i = 0; i < event->size; i++)
        sum += event->bytes[i];
    must_hold(event->kind < DNN_EVENT_KIND_COUNT);
    if (event->kind == DNN_EVENT_HISTOGRAM) {
        must_hold(event->histogram.buckets <= DNN_HISTOGRAM_MAX_BUCKETS);
        for (size_t i = 0; i < event->histogram.buckets; i++)
            sum += event->histogram.limits[i] + event->histogram.counts[i];
    }
    return sum;
}

static void count(void *context, const dnn_event *event) {
    touch_event(event);
    *(size_t *)context += event->kind != DNN_EVENT_END;
}

size_t count_events(const uint8_t *file, size_t size) {
    size_t events = 0, at = 0;
    for (;;) {
        const uint8_t *payload;
        size_t payload_size, used;
        dnn_record_status status =
            dnn_record_read(file + at, size - at, &payload, &payload_size, &used);
        if (status == DNN_RECORD_INCOMPLETE || status == DNN_RECORD_LOST)
            return events;
        must_hold(used > payload_size && used <= size - at);
        if (status == DNN_RECORD_OK)
            dnn_event_read(payload, payload_size, count, &events, NULL);
        at += used;
    }
}

void append_to_file(const char *path, const uint8_t *bytes, size_t size) {
    FILE *file = fopen(path, "ab");
    must_hold(file != NULL && fwrite(bytes, 1, size, file) == size && fclose(file) == 0);
}
