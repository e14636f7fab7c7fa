/* target_settings.c: dnnview.conf as somebody else wrote it. What a view takes from it is what a
 * window can show, and what it then writes reads back as the same. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/memory.h"
#include "target.h"
#include "viz/window/state.h"

enum { MOST = 1 << 17 }; /* bytes of a file that is written back: 256 lines and seven */

static char folder[32], inner[sizeof folder + 16], path[sizeof inner + 32];

static void remove_folder(void) {
    unlink(path);
    rmdir(inner);
    rmdir(folder);
}

/* In memory where that can be, since each file is synced. */
static void make_folder(void) {
    snprintf(folder, sizeof folder, "%s/dnn-fuzz-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    must_hold(mkdtemp(folder) != NULL && atexit(remove_folder) == 0);
    snprintf(inner, sizeof inner, "%s/dnnlua", folder);
    snprintf(path, sizeof path, "%s/dnnview.conf", inner);
    must_hold(mkdir(inner, 0700) == 0 && setenv("XDG_STATE_HOME", folder, 1) == 0);
}

static void write_input(const uint8_t *data, size_t size) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    must_hold(fd >= 0 && write(fd, data, size) == (ssize_t)size && close(fd) == 0);
}

static size_t read_back(char text[MOST]) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    must_hold(fd >= 0);
    ssize_t size = read(fd, text, MOST);
    must_hold(size > 0 && size < MOST && close(fd) == 0);
    return (size_t)size;
}

/* Loads what is there into a new view, checks that and writes it back. */
static void load_and_save(void) {
    runs none = {0};
    view v;
    int width = 1200, height = 800;
    view_init(&v, &none, 600, 400);
    state_load(&v, &width, &height);
    must_hold(width >= 200 && width <= 16384 && height >= 150 && height <= 16384);
    must_hold(v.scale >= 0.5f && v.scale <= 4);
    must_hold(v.options.smoothing >= 0 && v.options.smoothing <= MOST_SMOOTHING);
    must_hold(v.options.theme == &theme_dark || v.options.theme == &theme_light);
    must_hold(v.options.x < X_AXIS_COUNT && v.options.x_scale < SCALE_COUNT);
    for (size_t i = 0; i < v.memory_count; i++)
        must_hold(memchr(v.memories[i].panel, '\0', sizeof v.memories[i].panel) != NULL &&
                  memchr(v.memories[i].curve, '\0', sizeof v.memories[i].curve) != NULL &&
                  v.memories[i].y_scale < SCALE_COUNT);
    state_save(&v, width, height);
    view_free(&v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static char first[MOST], second[MOST];
    if (path[0] == '\0')
        make_folder();
    uint64_t live = dnn_allocations_live();
    write_input(data, size);
    load_and_save();
    size_t length = read_back(first);
    load_and_save();
    must_hold(read_back(second) == length && memcmp(first, second, length) == 0);
    must_hold(dnn_allocations_live() == live);
    return 0;
}
