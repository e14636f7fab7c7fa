/* test_runs.c: finding runs below folders, and following them. */
#include "viz/logged_runs.h"

#include <sys/stat.h>
#include <time.h>

#include "core/memory.h"
#include "viz/plot/panel.h"

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

static void a_name_has_no_more_parts_of_the_path_than_it_needs(void **state) {
    (void)state;
    const char *const paths[] = {"n/p/x", "m/xy", "k/yx", "m/p/x", "n/q/x", "j/yx"};
    const char *const names[] = {"j/yx", "k/yx", "m/p/x", "n/p/x", "q/x", "xy"};
    for (size_t i = 0; i < 6; i++)
        write_run(paths[i], "cost", 1);
    runs all = read_all();
    assert_int_equal(all.count, 6);
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(all.items[i]->name, names[i]);
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

/* --- values --- */

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

int main(void) {
    const struct CMUnitTest tests[] = {
        test(every_run_below_a_folder_is_found_under_a_name_of_its_own),
        test(a_name_has_no_more_parts_of_the_path_than_it_needs),
        test(names_leave_out_what_all_have_in_common),
        test(links_to_folders_are_followed_once_and_not_in_circles),
        test(what_is_no_run_is_refused_with_what_was_found),
        test(a_growing_run_is_followed_and_a_new_one_found),
        test(a_run_keeps_its_colour_when_others_appear),
        test(running_out_of_memory_loses_values_and_nothing_else),
        test(fifty_runs_of_ten_tags_are_all_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
