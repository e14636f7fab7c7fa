/* test_run_values.c: what is kept of a run's values, and read off them. */
#include "viz/logged_runs.h"

#include <math.h>

#include "viz/draw/png.h"

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

/* Where the first was ended just after the step from which the second goes on. */
static void a_resumed_run_replaces_the_last_step_too(void **state) {
    (void)state;
    dnn_run_log *log = open_log("run");
    for (int i = 0; i < 4; i++) {
        log_scalar(log, i, "cost", 1);
        log_histogram(log, i);
    }
    log_scalar(log, 3, "cost", 2); /* two in one step of one log both stay */
    log_scalar(log, 3, "test", 1);
    dnn_run_log_close(log);
    runs all = read_all();
    const run_tag *cost = run_find(all.items[0], "cost", DNN_EVENT_SCALAR);
    assert_int_equal(series_count(cost->scalars), 5);
    log = open_log("run");
    log_scalar(log, 3, "cost", 3);
    log_histogram(log, 3);
    log_scalar(log, 4, "cost", 4);
    log_scalar(log, 6, "test", 2);
    dnn_run_log_close(log);
    runs_poll(&all);
    const run_tag *weights = run_find(all.items[0], "weights", DNN_EVENT_HISTOGRAM);
    assert_int_equal(series_count(cost->scalars), 5);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(series_step(cost->scalars, (size_t)i), i);
        assert_true(series_value(cost->scalars, (size_t)i) == (float)(i < 3 ? 1 : i));
    }
    assert_int_equal(weights->histogram_count, 4);
    assert_int_equal(series_count(run_find(all.items[0], "test", DNN_EVENT_SCALAR)->scalars), 2);
    runs_free(&all);
}

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

static void log_counts(dnn_run_log *log, int64_t step, dnn_histogram h) {
    dnn_event e = event_of(step, "weights", DNN_EVENT_HISTOGRAM);
    e.histogram = h;
    dnn_run_log_event(log, &e);
}

static void values_that_are_in_no_bucket_are_not_finite(void **state) {
    (void)state;
    const double limits[] = {-1, 0, 1}, counts[] = {1, 1, 2}, none[] = {0};
    dnn_run_log *log = open_log("run");
    log_counts(log, 1, (dnn_histogram){-2, 1, 4, -2, 6, 3, limits, counts});
    log_counts(log, 2, (dnn_histogram){-2, 1, 7, -2, 6, 3, limits, counts});
    log_counts(log, 3, (dnn_histogram){0, 0, 5, 0, 0, 1, none, none});
    log_counts(log, 4, (dnn_histogram){-2, 1, NAN, -2, 6, 3, limits, counts});
    dnn_run_log_close(log);
    runs all = read_all();
    const run_tag *weights = run_find(all.items[0], "weights", DNN_EVENT_HISTOGRAM);
    static const double counted[] = {4, 4, 0, 4}, missing[] = {0, 3, 5, 0};
    for (size_t i = 0; i < 4; i++) {
        const histogram_at *h = &weights->histograms[i];
        assert_true(h->count == counted[i]);
        assert_true(h->not_finite == missing[i]);
        assert_true(i == 2 ? isnan(h->mean) && isnan(h->deviation)
                           : h->mean == -0.5 && fabs(h->deviation - sqrt(1.25)) < 1e-12);
    }
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

int main(void) {
    const struct CMUnitTest tests[] = {
        test(a_resumed_run_replaces_what_it_does_again),
        test(a_resumed_run_replaces_the_last_step_too),
        test(a_picture_and_a_text_of_one_name_are_two_tags),
        test(histograms_are_thinned_evenly),
        test(values_that_are_in_no_bucket_are_not_finite),
        test(epochs_are_read_between_logged_points_and_beyond),
        test(texts_over_time_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
