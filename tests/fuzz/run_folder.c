/* run_folder.c: the folder is made once and removed at exit; its file is written for each input. */
#include "run_folder.h"

#include <unistd.h>

#include "event_file.h"
#include "target.h"

static char folder[] = "/tmp/dnn-fuzz-XXXXXX", path[sizeof folder + 32];

static void remove_folder(void) {
    unlink(path);
    rmdir(folder);
}

static void make_folder(void) {
    must_hold(mkdtemp(folder) != NULL && atexit(remove_folder) == 0);
    snprintf(path, sizeof path, "%s/events.out.tfevents.1", folder);
}

void read_as_run(runs *all, const uint8_t *data, size_t size) {
    if (path[0] == '\0')
        make_folder();
    unlink(path);
    *all = (runs){0};
    size_t first = size == 0 ? 0 : data[size - 1] * size / 256;
    append_to_file(path, data, first);
    must_hold(runs_open(all, folder, NULL) == DNN_OK && all->count == 1);
    runs_poll(all);
    append_to_file(path, data + first, size - first);
    runs_poll(all);
}
