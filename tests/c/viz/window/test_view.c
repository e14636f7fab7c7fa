/* The page: panels have their places, and states outlive new data. */
#include "check.h"

#include "core/memory.h"
#include "viz/sample_page.h"
#include "viz/window/layout.h"

static void a_page_without_values_says_what_it_waits_for(void **state) {
    (void)state;
    page p = {0};
    view_init(&p.v, &p.all, 600, 400);
    p.v.waiting = "runs/cats";
    assert_true(view_update(&p.v));
    draw(&p);
    assert_true(sample_says(&p.list, "waiting for the first values of runs/cats"));
    close_page(&p);
}

static void speed_is_written_as_people_read_it(void **state) {
    (void)state;
    const double rates[] = {94437, 1234567, 51.26, 0.0123456, 999.9};
    const char *const words[] = {"94\u2009400", "1\u2009230\u2009000", "51.3", "0.0123",
                                 "1\u2009000"};
    for (int i = 0; i < 5; i++) {
        page p = {0};
        dnn_run_log *log;
        char expected[64], about[200], name[32];
        dnn_error err;
        snprintf(name, sizeof name, "speed%d", i);
        check_ok(dnn_run_log_open(&log, in_folder(name), &err));
        for (int step = 0; step < 2000; step++) /* of an exact wall time, as far as doubles go */
            dnn_run_log_event(log, &(dnn_event){.wall_time = 1e6 + step / rates[i],
                                                .step = step,
                                                .tag = "cost",
                                                .tag_size = 4,
                                                .kind = DNN_EVENT_SCALAR});
        check_ok(dnn_run_log_flush(log, &err));
        check_ok(runs_open(&p.all, in_folder(name), &err));
        runs_poll(&p.all);
        view_init(&p.v, &p.all, 600, 400);
        p.v.attached = true;
        page_describe(&p.v, about, sizeof about);
        snprintf(expected, sizeof expected, "running · step 1\u2009999 · %s steps/s", words[i]);
        assert_string_equal(about, expected);
        dnn_run_log_close(log); /* a closed run says so at once */
        assert_true(runs_poll(&p.all));
        page_describe(&p.v, about, sizeof about);
        assert_memory_equal(about, "finished", 8);
        close_page(&p);
    }
}

static bool overlap(rect a, rect b) {
    return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

static void panels_stand_on_the_page_stay_readable_and_do_not_overlap(void **state) {
    (void)state;
    page p;
    open_page(&p);
    for (float width = 150; width < 2500; width *= 1.3f)
        for (float height = 300; height < 1500; height *= 1.7f) {
            p.v.width = width, p.v.height = height;
            view_layout(&p.v);
            for (size_t i = 0; i < p.v.shown_count; i++) {
                rect a = p.v.panels[p.v.shown[i]].area;
                assert_true(a.x >= 0 && a.y >= p.v.header && a.x + a.w <= width);
                assert_true(a.y + a.h <= p.v.header + p.v.content);
                assert_true(a.w >= fminf(PANEL_LEAST_WIDTH, width - 2 * PAGE_MARGIN) - 1);
                assert_true(a.h >= PANEL_LEAST_HEIGHT - 1);
                for (size_t k = 0; k < i; k++)
                    assert_false(overlap(a, p.v.panels[p.v.shown[k]].area));
            }
        }
    close_page(&p);
}

/* The same run with as many tags as a watched network has. */
static void open_watched_page(page *p) {
    open_page(p);
    dnn_run_log *log;
    const char *const groups[] = {"update_ratio", "dead_units", "weight", "bias"};
    assert_int_equal(dnn_run_log_open(&log, in_folder("cats"), NULL), DNN_OK);
    for (int group = 0; group < 4; group++)
        for (int layer = 1; layer <= 7; layer += 2) {
            char tag[64];
            snprintf(tag, sizeof tag, "%s/%d Linear", groups[group], layer);
            if (group < 2)
                sample_scalar(log, SAMPLE_STEPS, tag, layer);
            else
                sample_histogram(log, SAMPLE_STEPS, tag);
        }
    sample_scalar(log, SAMPLE_STEPS, "accuracy", 0.5);
    dnn_run_log_close(log);
    assert_true(runs_poll(&p->all));
    assert_true(view_update(&p->v));
}

static void the_four_panels_that_matter_most_lead_the_page_and_whole_rows_fill_it(void **state) {
    (void)state;
    page p;
    open_watched_page(&p);
    view_layout(&p.v);
    rect small = sample_panel(&p.v, PANEL_CURVES, "update_ratio")->area;
    const panel *lead[] = {
        sample_panel(&p.v, PANEL_CURVES, "cost"), sample_panel(&p.v, PANEL_CURVES, "accuracy"),
        sample_panel(&p.v, PANEL_CURVES, "grad_norm"), sample_panel(&p.v, PANEL_HEAT, "grad_norm")};
    for (int i = 0; i < 4; i++) {
        rect a = lead[i]->area;
        check_close(a.x, i % 2 == 0 ? PAGE_MARGIN : (p.v.width + PAGE_MARGIN) / 2, 1);
        assert_true(a.w * a.h > 2 * small.w * small.h);
        assert_true(a.y + a.h < small.y);
    }
    check_close(small.y + small.h, p.v.height - p.v.footer, 1);
    rect hidden = sample_panel(&p.v, PANEL_HISTOGRAM, "weight/1 Linear")->area;
    assert_true(hidden.y > p.v.height - p.v.footer);
    check_close(hidden.y, sample_panel(&p.v, PANEL_HISTOGRAM, "weight/7 Linear")->area.y, 0);
    assert_true(hidden.y < sample_panel(&p.v, PANEL_HISTOGRAM, "bias/1 Linear")->area.y);
    close_page(&p);
}

static void a_small_page_shows_whole_panels(void **state) {
    (void)state;
    page p;
    open_watched_page(&p);
    for (float height = 260; height < 700; height += 20) {
        p.v.width = 400, p.v.height = height;
        draw(&p);
        size_t in_sight = 0;
        for (size_t i = 0; i < p.v.shown_count; i++) {
            rect a = p.v.panels[p.v.shown[i]].area;
            bool whole = a.y + a.h <= height - p.v.footer + 0.5f;
            assert_true(whole || a.y >= height - p.v.footer);
            in_sight += whole;
        }
        assert_in_range(in_sight, 1, 3);
    }
    close_page(&p);
}

static void a_few_panels_fill_the_page(void **state) {
    (void)state;
    const char *const patterns[] = {"cost", "grad_norm", "[cg]*"}; /* 1, 2, 3 panels */
    for (size_t i = 0; i < 3; i++) {
        page p;
        open_page(&p);
        view_free(&p.v);
        view_init(&p.v, &p.all, 1200, 800);
        p.v.only = patterns[i];
        assert_true(view_update(&p.v));
        assert_int_equal(p.v.shown_count, i + 1);
        float covered = 0;
        for (size_t k = 0; k <= i; k++)
            covered += p.v.panels[p.v.shown[k]].area.w * p.v.panels[p.v.shown[k]].area.h;
        assert_true(page_scroll_track(&p.v).w == 0);
        assert_true(covered > 0.95f * 1180 * (800 - p.v.header - p.v.footer));
        close_page(&p);
    }
}

static void a_low_page_scrolls_to_its_last_panel_and_no_further(void **state) {
    (void)state;
    page p;
    open_page(&p);
    p.v.width = 500, p.v.height = 400;
    p.v.scroll = 1e6f;
    view_layout(&p.v);
    rect last = p.v.panels[p.v.shown[p.v.shown_count - 1]].area;
    check_close(last.y + last.h, p.v.height - p.v.footer, 1.5);
    assert_true(page_scroll_track(&p.v).w > 0);
    p.v.scroll = -5;
    view_layout(&p.v);
    assert_true(p.v.scroll == 0);
    close_page(&p);
}

static void a_pattern_leaves_out_other_tags_and_their_panels(void **state) {
    (void)state;
    const struct {
        const char *pattern;
        size_t panels, curves;
    } cases[] = {
        {"cost",      1, 2},
        {"cost/test", 1, 1},
        {"grad_norm", 2, 2},
        {"*1 Linear", 3, 1},
        {"nothing",   0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        page p;
        open_page(&p);
        view_free(&p.v);
        view_init(&p.v, &p.all, 1200, 800);
        p.v.only = cases[i].pattern;
        assert_true(view_update(&p.v));
        assert_int_equal(p.v.shown_count, cases[i].panels);
        if (cases[i].panels > 0)
            assert_int_equal(p.v.panels[p.v.shown[0]].curve_count, cases[i].curves);
        draw(&p);
        assert_int_equal(sample_says(&p.list, "no values fit the pattern 'nothing'"),
                         cases[i].panels == 0);
        close_page(&p);
    }
}

static void focus_and_hidden_curves_stay_with_their_panel_when_new_tags_come(void **state) {
    (void)state;
    page p;
    open_page(&p);
    panel *norms = sample_panel(&p.v, PANEL_CURVES, "grad_norm");
    norms->curves[1].hidden = true;
    p.v.focus = p.v.maximised = (int)(norms - p.v.panels);
    dnn_run_log *log;
    assert_int_equal(dnn_run_log_open(&log, in_folder("cats"), NULL), DNN_OK);
    sample_scalar(log, SAMPLE_STEPS, "accuracy", 0.5);
    dnn_run_log_close(log);
    assert_true(runs_poll(&p.all));
    assert_true(view_update(&p.v));
    norms = sample_panel(&p.v, PANEL_CURVES, "grad_norm");
    assert_non_null(sample_panel(&p.v, PANEL_CURVES, "accuracy"));
    assert_ptr_equal(&p.v.panels[p.v.focus], norms);
    assert_ptr_equal(&p.v.panels[p.v.maximised], norms);
    assert_true(norms->curves[1].hidden && !norms->curves[0].hidden);
    close_page(&p);
}

static void panels_without_memory_are_no_panels(void **state) {
    (void)state;
    page p;
    open_page(&p);
    bool built = false;
    for (uint64_t n = 1; !built; n++) {
        p.v.built_of = NULL;
        dnn_fail_allocation(n);
        built = view_update(&p.v);
        dnn_fail_allocation(0);
        assert_true(built || p.v.shown_count == 0);
        draw(&p);
    }
    assert_int_equal(p.v.shown_count, 5);
    close_page(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_without_values_says_what_it_waits_for),
        cmocka_unit_test_setup_teardown(speed_is_written_as_people_read_it, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(panels_stand_on_the_page_stay_readable_and_do_not_overlap,
                                        make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(
            the_four_panels_that_matter_most_lead_the_page_and_whole_rows_fill_it, make_folder,
            remove_folder),
        cmocka_unit_test_setup_teardown(a_small_page_shows_whole_panels, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_few_panels_fill_the_page, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_low_page_scrolls_to_its_last_panel_and_no_further,
                                        make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_pattern_leaves_out_other_tags_and_their_panels,
                                        make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(
            focus_and_hidden_curves_stay_with_their_panel_when_new_tags_come, make_folder,
            remove_folder),
        cmocka_unit_test_setup_teardown(panels_without_memory_are_no_panels, make_folder,
                                        remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
