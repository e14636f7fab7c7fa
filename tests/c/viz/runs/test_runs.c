/* test_runs.c: finding runs below folders, following them, and what is kept of their values. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/memory.h"
#include "log/run_log.h"
#include "viz/draw/png.h"
#include "viz/plot/panel.h"
#include "viz/runs/runs.h"

/* --- a folder of its own for each test --- */

static char folder[64];

static int make_folder(void **state) {
    (void)state;
    strcpy(folder, "/tmp/dnn_runs_XXXXXX");
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state) {
    (void)state;
    char line[128];
    snprintf(line, sizeof line, "rm -rf '%s'", folder);
    return system(line);
}

static const char *below(const char *name) {
    static char path[4][256];
    static int next;
    next = (next + 1) % 4;
    snprintf(path[next], sizeof *path, "%s/%s", folder, name);
    return path[next];
}

static dnn_run_log *open_log(const char *name) {
    dnn_error err = {.text = ""};
    dnn_run_log *log = NULL;
    check_ok(dnn_run_log_open(&log, below(name), &err));
    return log;
}

static dnn_event event_of(int64_t step, const char *tag, dnn_event_kind kind) {
    return (dnn_event){.wall_time = 1.7e9 + (double)step,
                       .step = step,
                       .tag = tag,
                       .tag_size = strlen(tag),
                       .kind = kind};
}

static void log_scalar(dnn_run_log *log, int64_t step, const char *tag, float value) {
    dnn_event e = event_of(step, tag, DNN_EVENT_SCALAR);
    e.scalar = value;
    dnn_run_log_event(log, &e);
}

static void log_bytes(dnn_run_log *log, int64_t step, const char *tag, dnn_event_kind kind,
                      const void *bytes, size_t size) {
    dnn_event e = event_of(step, tag, kind);
    e.bytes = bytes;
    e.size = size;
    e.width = e.height = 2;
    dnn_run_log_event(log, &e);
}

static void log_histogram(dnn_run_log *log, int64_t step) {
    const double limits[] = {-1, 0, 1}, counts[] = {1, (double)step, 2};
    dnn_event e = event_of(step, "weights", DNN_EVENT_HISTOGRAM);
    e.histogram = (dnn_histogram){-1.5, 0.5, 3 + (double)step, 0, 0, 3, limits, counts};
    dnn_run_log_event(log, &e);
}

static void write_run(const char *name, const char *tag, int points) {
    dnn_run_log *log = open_log(name);
    for (int i = 0; i < points; i++)
        log_scalar(log, i, tag, (float)i / 2);
    dnn_run_log_close(log);
}

/* Opens the test's folder and reads all. */
static runs read_all(void) {
    dnn_error err = {.text = ""};
    runs all = {0};
    check_ok(runs_open(&all, folder, &err));
    runs_poll(&all);
    return all;
}

static double seconds(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* --- finding --- */

static void every_run_below_a_folder_is_found_under_a_name_of_its_own(void **state) {
    (void)state;
    write_run("a/try", "cost", 3);
    write_run("b/try", "cost", 3);
    write_run("b/deep/er/run10", "cost", 3);
    write_run("run9", "cost", 3);
    runs all = read_all();
    assert_int_equal(all.count, 4);
    const char *names[] = {"a/try", "b/try", "run9", "run10"};
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(all.items[i]->name, names[i]);
        assert_int_equal(series_count(run_find(all.items[i], "cost", DNN_EVENT_SCALAR)->scalars),
                         3);
    }
    dnn_error err = {.text = ""};
    check_ok(runs_open(&all, below("run9"), &err)); /* again: not twice */
    assert_int_equal(all.count, 4);
    runs_free(&all);
}

static void names_leave_out_what_all_have_in_common(void **state) {
    (void)state;
    char common[64];
    write_run("resnet-adamw-lr0.0001-b64", "cost", 1);
    write_run("resnet-adamw-lr0.3-b64", "cost", 1);
    runs all = read_all();
    assert_string_equal(run_label(all.items[0]), "lr0.0001");
    assert_string_equal(run_label(all.items[1]), "lr0.3");
    runs_common_name(&all, common, sizeof common);
    assert_string_equal(common, "resnet-adamw");
    runs_free(&all);
    write_run("other", "cost", 1);
    all = read_all();
    assert_string_equal(run_label(all.items[0]), "other");
    assert_string_equal(run_label(all.items[1]), "resnet-adamw-lr0.0001-b64");
    runs_free(&all);
}

static void links_to_folders_are_followed_once_and_not_in_circles(void **state) {
    (void)state;
    char line[256];
    write_run("real", "cost", 1);
    snprintf(line, sizeof line, "cd %s && mkdir best && ln -s ../real best/one && ln -s .. best/up",
             folder);
    assert_int_equal(system(line), 0);
    runs all = read_all();
    assert_int_equal(all.count, 1);
    runs_free(&all);
    dnn_error err;
    all = (runs){0};
    snprintf(line, sizeof line, "%s/best", folder);
    check_ok(runs_open(&all, line, &err));
    assert_int_equal(all.count, 1);
    runs_free(&all);
}

static void what_is_no_run_is_refused_with_what_was_found(void **state) {
    (void)state;
    dnn_error err = {.text = ""};
    runs all = {0};
    FILE *f = fopen(below("photo.jpg"), "w");
    assert_non_null(f);
    fclose(f);
    check_fails(runs_open(&all, below("nothing"), &err), DNN_ERROR_FILE, "No such file");
    check_fails(runs_open(&all, folder, &err), DNN_ERROR_FORMAT, "found 1 other file");
    check_fails(runs_open(&all, below("photo.jpg"), &err), DNN_ERROR_FORMAT,
                "expected a folder, or a file events.out.tfevents.*");
    assert_int_equal(all.count, 0);
    runs_free(&all);
}

/* --- following --- */

static void a_growing_run_is_followed_and_a_new_one_found(void **state) {
    (void)state;
    dnn_run_log *log = open_log("first");
    log_scalar(log, 1, "cost", 0.5f);
    check_close(dnn_run_log_flush(log, NULL), DNN_OK, 0);
    runs all = read_all();
    const run *first = all.items[0];
    const run_tag *cost = run_find(first, "cost", DNN_EVENT_SCALAR);
    uint64_t generation = all.generation;
    assert_false(runs_poll(&all));

    log_scalar(log, 2, "cost", 0.25f);
    dnn_run_log_flush(log, NULL);
    assert_true(runs_poll(&all));
    assert_int_equal(series_count(cost->scalars), 2);
    assert_int_equal(first->last_step, 2);
    assert_true(all.generation == generation);

    log_scalar(log, 3, "accuracy", 0.25f);
    dnn_run_log_close(log);
    assert_true(runs_poll(&all));
    assert_true(all.generation > generation);
    assert_ptr_equal(run_find(first, "cost", DNN_EVENT_SCALAR), cost);

    write_run("another", "cost", 1);
    double start = seconds();
    while (all.count < 2 && seconds() - start < 60) {
        runs_poll(&all);
        usleep(50000);
    }
    assert_int_equal(all.count, 2);
    assert_string_equal(all.items[0]->name, "another");
    assert_ptr_equal(all.items[1], first);
    runs_free(&all);
}

static const curve *curve_of(const panel *panels, size_t count, const char *run_name) {
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < panels[i].curve_count; k++)
            if (strcmp(panels[i].curves[k].run->name, run_name) == 0)
                return &panels[i].curves[k];
    fail_msg("%s has no curve", run_name);
    return NULL;
}

static void a_run_keeps_its_colour_when_others_appear(void **state) {
    (void)state;
    panel *panels = NULL;
    size_t count = 0;
    write_run("m", "cost", 2);
    write_run("p", "cost", 2);
    runs all = read_all();
    assert_true(panels_build(&panels, &count, &all));
    assert_int_equal(curve_of(panels, count, "m")->color, 0);
    assert_int_equal(curve_of(panels, count, "p")->color, 1);
    write_run("a", "cost", 2); /* before the others by name */
    for (double start = seconds(); all.count < 3 && seconds() - start < 60; usleep(50000))
        runs_poll(&all);
    runs_poll(&all);
    assert_true(panels_build(&panels, &count, &all));
    assert_int_equal(curve_of(panels, count, "m")->color, 0);
    assert_int_equal(curve_of(panels, count, "p")->color, 1);
    assert_int_equal(curve_of(panels, count, "a")->color, 2);
    panels_free(panels, count);
    runs_free(&all);
}

static void a_resumed_run_replaces_what_it_does_again(void **state) {
    (void)state;
    dnn_run_log *log = open_log("run");
    for (int i = 0; i < 10; i++) {
        log_scalar(log, i, "cost", 1);
        log_histogram(log, i);
    }
    dnn_run_log_close(log);
    log = open_log("run");
    log_scalar(log, 6, "cost", 2);
    log_histogram(log, 6);
    dnn_run_log_close(log);
    runs all = read_all();
    const run_tag *cost = run_find(all.items[0], "cost", DNN_EVENT_SCALAR);
    const run_tag *weights = run_find(all.items[0], "weights", DNN_EVENT_HISTOGRAM);
    assert_int_equal(series_count(cost->scalars), 7);
    assert_true(series_value(cost->scalars, 6) == 2);
    assert_int_equal(weights->histogram_count, 7);
    assert_int_equal(weights->histograms[6].step, 6);
    runs_free(&all);
}

/* --- values --- */

static void a_picture_and_a_text_of_one_name_are_two_tags(void **state) {
    (void)state;
    const uint8_t pixels[16] = {255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 9, 8, 7, 255};
    size_t size;
    uint8_t *png = png_encode(pixels, 2, 2, &size);
    assert_non_null(png);
    dnn_run_log *log = open_log("run");
    log_bytes(log, 1, "photo", DNN_EVENT_IMAGE, "no picture", 10);
    log_bytes(log, 2, "photo", DNN_EVENT_IMAGE, png, size);
    log_bytes(log, 2, "photo", DNN_EVENT_TEXT, "cat 0.98", 8);
    log_bytes(log, 3, "broken", DNN_EVENT_IMAGE, png, size / 2);
    dnn_event odd = event_of(4, "a", DNN_EVENT_TEXT);
    odd.tag = "a\0b"; /* a NUL ends a name */
    odd.tag_size = 3;
    dnn_run_log_event(log, &odd);
    dnn_run_log_close(log);
    free(png);
    runs all = read_all();
    const run_tag *photo = run_find(all.items[0], "photo", DNN_EVENT_IMAGE);
    assert_int_equal(photo->picture.width, 2);
    assert_int_equal(photo->picture_step, 2);
    assert_memory_equal(photo->picture.rgba, pixels, 16);
    assert_string_equal(run_find(all.items[0], "photo", DNN_EVENT_TEXT)->text, "cat 0.98");
    assert_null(run_find(all.items[0], "broken", DNN_EVENT_IMAGE)->picture.rgba);
    assert_string_equal(run_find(all.items[0], "a", DNN_EVENT_TEXT)->text, "");
    assert_null(run_find(all.items[0], "photo", DNN_EVENT_SCALAR));
    runs_free(&all);
}

/* After any number of histograms: the first and the last are there, and all but the last stand at
 * equal distances. */
static void histograms_are_thinned_evenly(void **state) {
    (void)state;
    dnn_run_log *log = open_log("run");
    runs all = {0};
    dnn_error err = {.text = ""};
    check_ok(runs_open(&all, folder, &err));
    for (int step = 0; step < 2600; step++) {
        log_histogram(log, step);
        if (step % 37 != 0 && step < 2590 && (step < 505 || step > 520))
            continue;
        dnn_run_log_flush(log, NULL);
        runs_poll(&all);
        const run_tag *tag = run_find(all.items[0], "weights", DNN_EVENT_HISTOGRAM);
        size_t n = tag->histogram_count;
        assert_in_range(n, step < 512 ? (size_t)step + 1 : 256, HISTOGRAMS_KEPT);
        assert_int_equal(tag->histograms[0].step, 0);
        assert_int_equal(tag->histograms[n - 1].step, step);
        assert_true(tag->histograms[n - 1].counts[1] == step);
        for (size_t i = 1; i + 1 < n; i++)
            assert_int_equal(tag->histograms[i].step, i * tag->histogram_stride);
    }
    dnn_run_log_close(log);
    runs_free(&all);
}

static void epochs_are_read_between_logged_points_and_beyond(void **state) {
    (void)state;
    dnn_run_log *log = open_log("run");
    for (int i = 1; i <= 4; i++)
        log_scalar(log, 100 * i, "epoch", (float)i);
    log_scalar(log, 400, "cost", 1);
    dnn_run_log_close(log);
    write_run("other", "cost", 2);
    runs all = read_all();
    const run *r = all.items[1];
    check_close(run_epoch(r, 100), 1, 1e-12);
    check_close(run_epoch(r, 250), 2.5, 1e-12);
    check_close(run_epoch(r, 0), 0, 1e-12);
    check_close(run_epoch(r, 450), 4.5, 1e-12);
    check_close(run_epoch(r, 400), 4, 1e-12);
    assert_true(isnan(run_epoch(all.items[0], 1)));
    runs_free(&all);
}

static void log_text(dnn_run_log *log, int64_t step, const char *text) {
    dnn_run_log_event(log, &(dnn_event){.wall_time = 1,
                                        .step = step,
                                        .tag = "sample",
                                        .tag_size = 6,
                                        .kind = DNN_EVENT_TEXT,
                                        .bytes = (const uint8_t *)text,
                                        .size = strlen(text)});
}

static void texts_over_time_are_kept(void **state) {
    (void)state;
    dnn_run_log *log = open_log("run");
    log_text(log, 1, "aaa");
    log_text(log, 2, "the cat");
    log_text(log, 3, "the cat"); /* says nothing new */
    log_text(log, 4, "the cat sat");
    dnn_run_log_close(log);
    runs all = read_all();
    const run_tag *tag = run_find(all.items[0], "sample", DNN_EVENT_TEXT);
    assert_string_equal(tag->text, "the cat sat");
    assert_int_equal(tag->earlier_count, 2);
    assert_string_equal(tag->earlier[0].text, "aaa");
    assert_string_equal(tag->earlier[1].text, "the cat");
    assert_int_equal(tag->earlier[1].step, 3);
    log = open_log("run"); /* resumed after step 1 */
    log_text(log, 2, "the dog");
    for (int step = 3; step < 200; step++) {
        char text[32];
        snprintf(text, sizeof text, "step %d", step);
        log_text(log, step, text);
    }
    dnn_run_log_close(log);
    runs_poll(&all);
    assert_int_equal(tag->earlier_count, TEXTS_KEPT);
    assert_string_equal(tag->earlier[0].text, "aaa");
    assert_string_equal(tag->text, "step 199");
    for (size_t i = 1; i < tag->earlier_count; i++)
        assert_true(tag->earlier[i].step > tag->earlier[i - 1].step);
    runs_free(&all);
}

static void running_out_of_memory_loses_values_and_nothing_else(void **state) {
    (void)state;
    dnn_run_log *log = open_log("runs/run");
    for (int i = 0; i < 300; i++) {
        log_scalar(log, i, "cost", 1);
        log_histogram(log, i);
        log_bytes(log, i, "note", DNN_EVENT_TEXT, "text", 4);
    }
    dnn_run_log_close(log);
    uint64_t live = dnn_allocations_live();
    for (uint64_t n = 1; n < 400; n += n < 60 ? 1 : 17) {
        dnn_error err = {.text = ""};
        runs all = {0};
        dnn_fail_allocation(n);
        if (runs_open(&all, folder, &err) == DNN_OK) {
            runs_poll(&all);
            assert_int_equal(all.count, 1);
        }
        dnn_fail_allocation(0);
        runs_free(&all);
        assert_true(dnn_allocations_live() == live);
    }
}

static void fifty_runs_of_ten_tags_are_all_read(void **state) {
    (void)state;
    for (int i = 0; i < 50; i++) {
        char name[32], tag[32];
        snprintf(name, sizeof name, "run%d", i);
        dnn_run_log *log = open_log(name);
        for (int step = 0; step < 200; step++)
            for (int k = 0; k < 10; k++) {
                snprintf(tag, sizeof tag, "grad_norm/%d Linear", k);
                log_scalar(log, step, tag, 1);
            }
        dnn_run_log_close(log);
    }
    runs all = read_all();
    assert_int_equal(all.count, 50);
    assert_string_equal(all.items[49]->name, "run49");
    assert_string_equal(all.items[9]->tags[2]->name, "grad_norm/2 Linear");
    runs_free(&all);
}

#define test(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void) {
    const struct CMUnitTest tests[] = {
        test(every_run_below_a_folder_is_found_under_a_name_of_its_own),
        test(names_leave_out_what_all_have_in_common),
        test(links_to_folders_are_followed_once_and_not_in_circles),
        test(what_is_no_run_is_refused_with_what_was_found),
        test(a_growing_run_is_followed_and_a_new_one_found),
        test(a_run_keeps_its_colour_when_others_appear),
        test(a_resumed_run_replaces_what_it_does_again),
        test(a_picture_and_a_text_of_one_name_are_two_tags),
        test(histograms_are_thinned_evenly),
        test(epochs_are_read_between_logged_points_and_beyond),
        test(texts_over_time_are_kept),
        test(running_out_of_memory_loses_values_and_nothing_else),
        test(fifty_runs_of_ten_tags_are_all_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
