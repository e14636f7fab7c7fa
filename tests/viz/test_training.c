/* From end to end: `dnnlua --view train_cats.lua` on a virtual display opens the real dnnview, and
 * its pixels are read from the display's memory, which VIRTUAL_SCREEN names. */
#include "check.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "viz/draw/theme.h"

#define FIND_WINDOW "xdotool search --name 'dnnview$'"

static struct {
    char folder[64];
    const uint8_t *file; /* the screen as X's window dump */
    size_t file_size;
    pid_t trainer;
    FILE *said; /* by the trainer */
    char line[512];
} t;

static double now(void) {
    struct timespec when;
    clock_gettime(CLOCK_MONOTONIC, &when);
    return (double)when.tv_sec + (double)when.tv_nsec * 1e-9;
}

static void rest(void) {
    nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
}

/* Waits until something is so. No test measures time: the limit is there for what would never come.
 */
#define until(condition)                                                                           \
    do {                                                                                           \
        double begin_ = now();                                                                     \
        while (!(condition)) {                                                                     \
            rest();                                                                                \
            if (now() - begin_ > 120)                                                              \
                fail_msg("%s did not come true; the training said: %s", #condition, t.line);       \
        }                                                                                          \
    } while (0)

/* --- the screen --- */

static uint32_t dump_number(size_t field) {
    const uint8_t *b = t.file + 4 * field;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

enum { DUMP_SIZE, DUMP_HEIGHT = 5, DUMP_ROW = 12, DUMP_COLORS = 19, DUMP_COLOR_BYTES = 12 };

static const uint32_t *screen_pixels(size_t *count) {
    size_t start = dump_number(DUMP_SIZE) + dump_number(DUMP_COLORS) * DUMP_COLOR_BYTES;
    *count = (size_t)dump_number(DUMP_ROW) * dump_number(DUMP_HEIGHT) / 4;
    assert_true(start + 4 * *count <= t.file_size);
    return (const uint32_t *)(const void *)(t.file + start);
}

/* Pixels of the colour of a curve. */
static size_t count_curve_pixels(void) {
    color c = theme_series(&theme_light, 0).color >> 8;
    size_t count, found = 0;
    const uint32_t *pixels = screen_pixels(&count);
    for (size_t i = 0; i < count; i++)
        found += (pixels[i] & 0xFFFFFF) == c;
    return found;
}

static uint64_t hash_screen(void) {
    uint64_t hash = 0xCBF29CE484222325u; /* FNV-1a */
    size_t count;
    const uint32_t *pixels = screen_pixels(&count);
    for (size_t i = 0; i < count; i++)
        hash = (hash ^ pixels[i]) * 0x100000001B3u;
    return hash;
}

static bool has_window(void) {
    return system(FIND_WINDOW " >/dev/null 2>&1") == 0;
}

/* The key is released once the window is gone, or the next window would get it repeated. */
static void close_window(void) {
    assert_int_equal(system(FIND_WINDOW " windowfocus --sync"), 0);
    assert_int_equal(system("xdotool keydown q"), 0);
    until(!has_window());
    assert_int_equal(system("xdotool keyup q"), 0);
}

/* --- the training --- */

static int make_folder(void **state) {
    (void)state;
    const char *path = getenv("VIRTUAL_SCREEN");
    struct stat info;
    memset(&t, 0, sizeof t);
    strcpy(t.folder, "/tmp/dnn-training-XXXXXX");
    int file = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    if (mkdtemp(t.folder) == NULL || chdir(t.folder) != 0 || file < 0 || fstat(file, &info) != 0)
        return -1;
    t.file_size = (size_t)info.st_size;
    t.file = mmap(NULL, t.file_size, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    setenv("XDG_STATE_HOME", t.folder, 1);
    return t.file == MAP_FAILED;
}

static int remove_folder(void **state) {
    (void)state;
    char line[96];
    if (t.said != NULL)
        fclose(t.said);
    if (t.trainer > 0 && kill(t.trainer, SIGKILL) == 0)
        waitpid(t.trainer, NULL, 0);
    munmap((void *)t.file, t.file_size);
    snprintf(line, sizeof line, "rm -rf %s", t.folder);
    return chdir("/") != 0 || system(line) != 0;
}

static void start_training(const char *iterations) {
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    t.trainer = fork();
    if (t.trainer == 0) {
        dup2(ends[1], STDOUT_FILENO);
        dup2(ends[1], STDERR_FILENO);
        execl(getenv("DNNLUA"), "dnnlua", "--view", getenv("TRAIN_CATS"), "--iterations",
              iterations, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    t.said = fdopen(ends[0], "r");
    setvbuf(t.said, NULL, _IONBF, 0); /* or forget would miss what is in the buffer */
}

/* Reads what the training says up to such a line. */
static void hear(const char *part) {
    do
        if (fgets(t.line, sizeof t.line, t.said) == NULL)
            fail_msg("the training ended without saying: %s", part);
    while (strstr(t.line, part) == NULL);
}

/* Passes over what the training has said so far. */
static void forget(void) {
    char bytes[4096];
    int fd = fileno(t.said), flags = fcntl(fd, F_GETFL);
    fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    while (read(fd, bytes, sizeof bytes) > 0)
        continue;
    fcntl(fd, F_SETFL, flags);
}

static int end_of_training(void) {
    int status;
    assert_int_equal(waitpid(t.trainer, &status, 0), t.trainer);
    t.trainer = 0;
    return status;
}

static void curves_grow_and_the_training_goes_on_without_its_window(void **state) {
    (void)state;
    start_training("1000000");
    until(count_curve_pixels() > 50);
    assert_true(has_window());
    uint64_t before = hash_screen();
    until(hash_screen() != before);
    close_window();
    forget();
    hear("Cost after iteration ");
    hear("Cost after iteration ");
    kill(t.trainer, SIGINT);
    hear("test accuracy: ");
    end_of_training();
}

static void a_training_that_ends_leaves_its_window(void **state) {
    (void)state;
    start_training("20");
    hear("test accuracy: ");
    assert_int_equal(end_of_training(), 0);
    until(count_curve_pixels() > 50);
    close_window();
}

static void ctrl_c_stops_the_training_and_leaves_the_window(void **state) {
    (void)state;
    start_training("1000000");
    hear("Cost after iteration 100:");
    until(has_window());
    kill(t.trainer, SIGINT);
    hear("finishing the batch; Ctrl-C again ends at once");
    hear("test accuracy: ");
    int status = end_of_training();
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT); /* as shells expect */
    assert_true(has_window());
    close_window();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(curves_grow_and_the_training_goes_on_without_its_window,
                                        make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_training_that_ends_leaves_its_window, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(ctrl_c_stops_the_training_and_leaves_the_window,
                                        make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
