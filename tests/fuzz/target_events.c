/* target_events.c: records and the events in them, each payload in a block of its own. */
#include <string.h>

#include "event_file.h"
#include "log/record.h"
#include "target.h"

static void touch(void *context, const dnn_event *event) {
    (void)context;
    touch_event(event);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    for (size_t at = 0;;) {
        const uint8_t *payload;
        size_t payload_size, used;
        dnn_record_status status =
            dnn_record_read(data + at, size - at, &payload, &payload_size, &used);
        if (status == DNN_RECORD_INCOMPLETE || status == DNN_RECORD_LOST)
            break;
        must_hold(used > payload_size && used <= size - at);
        uint8_t *copy = malloc(payload_size > 0 ? payload_size : 1);
        must_hold(copy != NULL);
        memcpy(copy, payload, payload_size);
        dnn_error err = {0};
        must_hold((dnn_event_read(copy, payload_size, touch, NULL, &err) == DNN_OK) ==
                  (err.text[0] == '\0'));
        free(copy);
        at += used;
    }
    return 0;
}
