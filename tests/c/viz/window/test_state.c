/* A window is as it was the last time. */
#include "check.h"

#include <sys/stat.h>
#include <unistd.h>

#include "viz/sample_page.h"
#include "viz/window/state.h"

static void a_window_is_as_it_was_the_last_time(void **state) {
    (void)state;
    page p;
    int width = 0, height = 0;
    open_page(&p);
    p.v.options.theme = &theme_dark;
    p.v.options.x = X_RELATIVE;
    p.v.options.x_scale = SCALE_LOG;
    p.v.options.smoothing = 0.95;
    p.v.scale = 1.5f;
    sample_panel(&p.v, PANEL_CURVES, "cost")->y_scale = SCALE_SYMLOG;
    sample_panel(&p.v, PANEL_CURVES, "cost")->curves[1].hidden = true;
    state_save(&p.v, 900, 700);
    close_page(&p);

    open_page(&p);
    view_free(&p.v);
    view_init(&p.v, &p.all, 1200, 800);
    state_load(&p.v, &width, &height);
    assert_true(view_update(&p.v));
    assert_int_equal(width, 900);
    assert_int_equal(height, 700);
    assert_ptr_equal(p.v.options.theme, &theme_dark);
    assert_int_equal(p.v.options.x, X_RELATIVE);
    assert_int_equal(p.v.options.x_scale, SCALE_LOG);
    assert_true(p.v.options.smoothing == 0.95 && p.v.scale == 1.5f);
    panel *cost = sample_panel(&p.v, PANEL_CURVES, "cost");
    assert_int_equal(cost->y_scale, SCALE_SYMLOG);
    assert_true(cost->curves[1].hidden && !cost->curves[0].hidden);
    draw(&p);
    assert_int_equal(sample_panel(&p.v, PANEL_CURVES, "grad_norm")->y_scale, SCALE_LOG);
    close_page(&p);
}

static void a_remembered_epoch_is_the_step_until_epochs_are_logged(void **state) {
    (void)state;
    page p;
    dnn_run_log *log;
    dnn_error err;
    int width = 0, height = 0;
    open_page(&p);
    p.v.options.x = X_EPOCH;
    state_save(&p.v, 900, 700);
    close_page(&p);

    for (int time = 0; time < 2; time++) { /* what is remembered stays as it is */
        open_page(&p);
        view_free(&p.v);
        view_init(&p.v, &p.all, 1200, 800);
        state_load(&p.v, &width, &height);
        assert_true(view_update(&p.v));
        assert_int_equal(p.v.options.x, X_STEP);
        assert_string_equal(p.v.status, "no epochs were logged: x is the step");
        state_save(&p.v, 900, 700);
        if (time == 0)
            close_page(&p);
    }
    p.v.status[0] = '\0';
    check_ok(dnn_run_log_open(&log, in_folder("cats"), &err));
    sample_scalar(log, SAMPLE_STEPS + 1, "epoch", 1);
    dnn_run_log_close(log);
    for (int i = 0; i < 600 && p.v.options.x == X_STEP; i++) {
        runs_poll(&p.all);
        assert_true(view_update(&p.v));
        usleep(100000);
    }
    assert_int_equal(p.v.options.x, X_EPOCH);
    assert_string_equal(p.v.status, "");
    close_page(&p);
}

static void panels_of_other_runs_are_remembered_too(void **state) {
    (void)state;
    page p = {0};
    int width = 0, height = 0;
    char text[4096] = "";
    view_init(&p.v, &p.all, 600, 400);
    state_load(&p.v, &width, &height);
    assert_true(view_update(&p.v));
    state_save(&p.v, 600, 400);
    FILE *file = fopen(in_folder("dnnlua/dnnview.conf"), "r");
    assert_non_null(file);
    assert_true(fread(text, 1, sizeof text - 1, file) > 0);
    fclose(file);
    assert_non_null(strstr(text, "y cost = symlog"));
    assert_non_null(strstr(text, "hide cost = test"));
    close_page(&p);
}

static void what_cannot_be_read_of_the_state_is_passed_over(void **state) {
    (void)state;
    page p = {0};
    int width = 11, height = 12;
    FILE *file = fopen(in_folder("dnnlua/dnnview.conf"), "w");
    assert_non_null(file);
    fputs(
        "width = -4\nheight = many\nscale = 1e9\nsmoothing = nan\nx = y\n = \ny = log\ny a = wide\n"
        "nonsense\n\xff\xfe = \xff\nhide  = \n",
        file);
    for (int i = 0; i < 1000; i++)
        fprintf(file, "y panel%d = log\n", i);
    for (int i = 0; i < 4096; i++)
        fputs("nonsense\n", file);
    fputs("width = 300\n", file); /* nobody reads so far */
    fclose(file);
    view_init(&p.v, &p.all, 600, 400);
    state_load(&p.v, &width, &height);
    assert_int_equal(width, 11);
    assert_int_equal(height, 12);
    assert_true(p.v.scale == 1 && p.v.options.smoothing == 0 && p.v.options.x == X_STEP);
    close_page(&p);
}

static void a_pipe_in_place_of_the_state_is_not_waited_for(void **state) {
    (void)state;
    page p = {0};
    int width = 11, height = 12;
    assert_int_equal(unlink(in_folder("dnnlua/dnnview.conf")), 0);
    assert_int_equal(mkfifo(in_folder("dnnlua/dnnview.conf"), 0600), 0);
    view_init(&p.v, &p.all, 600, 400);
    alarm(60);
    state_load(&p.v, &width, &height);
    state_save(&p.v, width, height);
    alarm(0);
    assert_int_equal(width, 11);
    assert_int_equal(unlink(in_folder("dnnlua/dnnview.conf")), 0);
    state_load(&p.v, &width, &height); /* nothing is there */
    assert_int_equal(width, 11);
    view_free(&p.v);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_remembered_epoch_is_the_step_until_epochs_are_logged,
                                        make_folder, remove_folder),
        cmocka_unit_test_setup(a_window_is_as_it_was_the_last_time, make_folder),
        cmocka_unit_test(panels_of_other_runs_are_remembered_too),
        cmocka_unit_test(what_cannot_be_read_of_the_state_is_passed_over),
        cmocka_unit_test_teardown(a_pipe_in_place_of_the_state_is_not_waited_for, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
