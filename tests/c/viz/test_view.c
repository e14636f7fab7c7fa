/* The page: panels have their places, states outlive new data and the session, a replay and a
 * figure show what they should. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/memory.h"
#include "viz/damage.h"
#include "viz/export.h"
#include "viz/layout.h"
#include "viz/page.h"
#include "viz/sample_run.h"
#include "viz/state.h"

static char folder[64];

typedef struct page {
    runs all;
    view v;
    display_list list;
} page;

static int make_folder(void **state) {
    (void)state;
    strcpy(folder, "/tmp/dnn-view-XXXXXX");
    return mkdtemp(folder) == NULL || setenv("XDG_STATE_HOME", folder, 1) != 0;
}

static int remove_folder(void **state) {
    (void)state;
    char line[96];
    snprintf(line, sizeof line, "rm -rf %s", folder);
    return system(line);
}

static const char *in_folder(const char *name) {
    static char path[160];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void open_page(page *p) {
    dnn_error err;
    *p = (page){0};
    sample_run(in_folder("cats"), SAMPLE_STEPS);
    check_ok(runs_open(&p->all, in_folder("cats"), &err));
    runs_poll(&p->all);
    view_init(&p->v, &p->all, 1200, 800);
    assert_true(view_update(&p->v));
}

static void draw(page *p) {
    display_list_clear(&p->list);
    view_draw(&p->v, &p->list);
}

static void close_page(page *p) {
    view_free(&p->v);
    runs_free(&p->all);
    display_list_free(&p->list);
}

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
        dnn_run_log_close(log);
        check_ok(runs_open(&p.all, in_folder(name), &err));
        runs_poll(&p.all);
        view_init(&p.v, &p.all, 600, 400);
        p.v.attached = true;
        page_describe(&p.v, about, sizeof about);
        snprintf(expected, sizeof expected, "running · step 1\u2009999 · %s steps/s", words[i]);
        assert_string_equal(about, expected);
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

/* --- damage --- */

/* The event file of a run in the folder, changed by a command of the shell. */
static void change_file(const char *shell) {
    char line[300];
    snprintf(line, sizeof line, "cd %s/cats && f=$(echo events*) && %s", folder, shell);
    assert_int_equal(system(line), 0);
}

static void damage_of_a_log_is_said_once_in_the_status_line(void **state) {
    (void)state;
    page p;
    open_page(&p);
    assert_false(damage_say(&p.v));
    change_file("head -c 7 $f >>$f"); /* as if its writer had been killed */
    runs_poll(&p.all);
    assert_true(damage_say(&p.v));
    assert_string_equal(p.v.status,
                        "the log of cats ends inside a record: its last 7 bytes are left out");
    assert_false(damage_say(&p.v));
    change_file("printf '%40s' '' >>$f");
    runs_poll(&p.all);
    assert_true(damage_say(&p.v));
    assert_string_equal(p.v.status, "the log of cats: 1 file was given up at a damaged length");
    assert_false(damage_say(&p.v));
    close_page(&p);
}

static void the_end_of_a_log_that_grows_is_waited_for(void **state) {
    (void)state;
    page p;
    open_page(&p);
    p.v.attached = true;
    change_file("head -c 7 $f >>$f");
    runs_poll(&p.all);
    assert_false(damage_say(&p.v));
    p.v.attached = false;
    p.v.ended = true;
    assert_true(damage_say(&p.v));
    close_page(&p);
}

/* --- replay --- */

static const series *curve_of(const runs *all, const char *tag) {
    return run_find(all->items[0], tag, DNN_EVENT_SCALAR)->scalars;
}

static void a_replay_shows_what_had_come_by_then(void **state) {
    (void)state;
    page p;
    open_page(&p);
    replay *r = &p.v.replay;
    assert_true(replay_start(r, &p.all));
    assert_true(view_update(&p.v));
    check_close(r->duration, SAMPLE_STEPS, 0); /* the settings came one second before step 1 */
    assert_int_equal(series_count(curve_of(&r->shown, "cost/train")), 0);
    for (double position = 0; position <= SAMPLE_STEPS; position += 12.5) {
        assert_true(replay_seek(r, &p.all, position));
        assert_int_equal(series_count(curve_of(&r->shown, "cost/train")), (int)position);
        assert_int_equal(series_count(curve_of(&r->shown, "cost/test")), (int)position / 10);
        const run_tag *weights =
            run_find(r->shown.items[0], "weights/1 Linear", DNN_EVENT_HISTOGRAM);
        assert_int_equal(weights->histogram_count, (int)position / 10);
        draw(&p);
    }
    assert_true(replay_seek(r, &p.all, 20));
    assert_true(view_update(&p.v));
    assert_int_equal(series_count(curve_of(&r->shown, "cost/train")), 20);
    draw(&p);
    replay_stop(r);
    assert_true(view_update(&p.v));
    assert_int_equal(series_count(curve_of(view_runs(&p.v), "cost/train")), SAMPLE_STEPS);
    draw(&p);
    close_page(&p);
}

static void a_replay_without_memory_leaves_the_runs_as_they_are(void **state) {
    (void)state;
    page p;
    open_page(&p);
    bool started = false;
    for (uint64_t n = 1; !started; n++) {
        dnn_fail_allocation(n);
        started = replay_start(&p.v.replay, &p.all);
        dnn_fail_allocation(0);
        assert_true(started == p.v.replay.on);
    }
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

/* --- what is remembered --- */

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
    for (int i = 0; i < 30 && p.v.options.x == X_STEP; i++) {
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
    fclose(file);
    view_init(&p.v, &p.all, 600, 400);
    state_load(&p.v, &width, &height);
    assert_int_equal(width, 11);
    assert_int_equal(height, 12);
    assert_true(p.v.scale == 1 && p.v.options.smoothing == 0 && p.v.options.x == X_STEP);
    close_page(&p);
}

/* --- files --- */

static char *file_of(const char *name) {
    static char text[1 << 20];
    FILE *file = fopen(in_folder(name), "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static int height_of(const char *svg) {
    int width = 0, height = 0;
    const char *size = strstr(svg, "width=\"");
    assert_non_null(size);
    assert_int_equal(sscanf(size, "width=\"%d\" height=\"%d\"", &width, &height), 2);
    assert_int_equal(width, 500);
    return height;
}

static void a_saved_figure_has_the_panels_in_sight_whole(void **state) {
    (void)state;
    page p;
    dnn_error err;
    open_page(&p);
    p.v.width = 500, p.v.height = 400;
    p.v.help = true;
    for (float scroll = 0; scroll < 900; scroll += 37.5f) {
        p.v.scroll = scroll;
        draw(&p);
        float content = p.v.content, shown = p.v.scroll, top = INFINITY, bottom = 0;
        check_ok(export_svg(&p.v, in_folder("page.svg"), &err));
        const char *svg = file_of("page.svg");
        assert_true(p.v.width == 500 && p.v.height == 400 && p.v.scroll == shown);
        assert_true(p.v.help && !p.v.bare && p.v.content == content);
        for (size_t i = 0; i < p.v.shown_count; i++) {
            rect a = p.v.panels[p.v.shown[i]].area;
            float seen = fminf(a.y + a.h, 400 - p.v.footer) - fmaxf(a.y, p.v.header);
            bool in_sight = seen >= a.h / 2;
            char title[128];
            snprintf(title, sizeof title, ">%s%s</text>", p.v.panels[p.v.shown[i]].title,
                     p.v.panels[p.v.shown[i]].kind == PANEL_HEAT ? " by layer" : "");
            for (char *c = title; *c != '\0'; c++)
                *c = *c == '_' ? ' ' : *c;
            assert_true((strstr(svg, title) != NULL) == in_sight);
            top = in_sight ? fminf(top, a.y) : top;
            bottom = in_sight ? fmaxf(bottom, a.y + a.h) : bottom;
        }
        check_close(height_of(svg), (double)(p.v.header + bottom - top + PAGE_MARGIN), 1);
    }
    p.v.whole = true;
    p.v.bare = true;
    draw(&p);
    check_ok(export_svg(&p.v, in_folder("page.svg"), &err));
    check_close(height_of(file_of("page.svg")), (double)(p.v.header + p.v.content + PAGE_MARGIN),
                1);
    close_page(&p);
}

static void a_folder_that_takes_no_file_is_named(void **state) {
    (void)state;
    page p;
    dnn_error err;
    open_page(&p);
    check_fails(export_svg(&p.v, in_folder("no/page.svg"), &err), DNN_ERROR_FILE, "no/page.svg");
    check_fails(export_png(&p.v, in_folder("no/page.png"), 1, &err), DNN_ERROR_FILE, "no/page.png");
    check_fails(export_csv(&p.v, in_folder("no/page.csv"), &err), DNN_ERROR_FILE, "no/page.csv");
    close_page(&p);
}

static void names_of_files_do_not_repeat(void **state) {
    (void)state;
    page p;
    char first[256], second[256], here[4096];
    open_page(&p);
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(folder), 0);
    export_name(&p.v, "png", first, sizeof first);
    assert_int_equal(strncmp(first, "cats-20", 7), 0);
    assert_non_null(strstr(first, ".png"));
    fclose(fopen(first, "w"));
    export_name(&p.v, "png", second, sizeof second);
    assert_string_not_equal(first, second);
    assert_int_equal(chdir(here), 0);
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
        cmocka_unit_test_setup_teardown(damage_of_a_log_is_said_once_in_the_status_line,
                                        make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(the_end_of_a_log_that_grows_is_waited_for, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_replay_shows_what_had_come_by_then, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_replay_without_memory_leaves_the_runs_as_they_are,
                                        make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(panels_without_memory_are_no_panels, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_remembered_epoch_is_the_step_until_epochs_are_logged,
                                        make_folder, remove_folder),
        cmocka_unit_test_setup(a_window_is_as_it_was_the_last_time, make_folder),
        cmocka_unit_test(panels_of_other_runs_are_remembered_too),
        cmocka_unit_test_teardown(what_cannot_be_read_of_the_state_is_passed_over, remove_folder),
        cmocka_unit_test_setup_teardown(a_saved_figure_has_the_panels_in_sight_whole, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_folder_that_takes_no_file_is_named, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(names_of_files_do_not_repeat, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
