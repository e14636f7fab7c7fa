/* target_run_reader.c: a file that grows by two pieces gives the same values as its records read at
 * once. */
#include <sys/mman.h>
#include <unistd.h>

#include "core/memory.h"
#include "event_file.h"
#include "log/run_reader.h"
#include "target.h"

static void touch(void *context, const dnn_event *event) {
    (void)context;
    touch_event(event);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint64_t live = dnn_allocations_live();
    char path[64];
    int fd = memfd_create("tfevents", 0);
    must_hold(fd >= 0);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    size_t first = size == 0 ? 0 : data[size - 1] * size / 256;
    dnn_run_reader *reader;
    must_hold(dnn_run_reader_open(&reader, path, NULL) == DNN_OK);
    must_hold(write(fd, data, first) == (ssize_t)first);
    size_t values = dnn_run_reader_poll(reader, touch, NULL);
    must_hold(write(fd, data + first, size - first) == (ssize_t)(size - first));
    values += dnn_run_reader_poll(reader, touch, NULL);
    must_hold(values == count_events(data, size));
    must_hold(dnn_run_reader_poll(reader, touch, NULL) == 0);
    must_hold(dnn_run_reader_damage(reader) != NULL);
    dnn_run_reader_close(reader);
    close(fd);
    must_hold(dnn_allocations_live() == live);
    return 0;
}
