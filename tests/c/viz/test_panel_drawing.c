/* test_panel_drawing.c: what must be seen: spikes at every zoom, values that are not finite, the
 * smoothed line; heat maps, pictures, settings. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>

#include "sample_runs.h"
#include "viz/raster.h"

static int open_fonts(void **state) {
    (void)state;
    dnn_error err = {.text = ""};
    check_ok(fonts_open(&err));
    return 0;
}

static int close_fonts(void **state) {
    (void)state;
    fonts_close();
    return 0;
}

/* One run with curves, drawn in the panel of a kind. */
typedef struct scene {
    sample sample;
    panel *panels, *panel;
    size_t count;
    page_options options;
    display_list list;
} scene;

static void build(scene *s, panel_kind kind, const char *title, float width, float height) {
    s->options = (page_options){.scale = 1, .theme = &theme_light};
    assert_true(panels_build(&s->panels, &s->count, &s->sample.all));
    s->panel = find_panel(s->panels, s->count, kind, title);
    assert_non_null(s->panel);
    s->panel->area = (rect){0, 0, width, height};
}

static void draw(scene *s) {
    display_list_clear(&s->list);
    panel_draw(s->panel, &s->options, NULL, &s->list);
    assert_false(s->list.failed);
}

static void clean(scene *s) {
    panels_free(s->panels, s->count);
    display_list_free(&s->list);
    sample_free(&s->sample);
}

/* The highest place that a line of the colour reaches within a stretch of x. */
static float highest(const display_list *list, color c, float from, float to) {
    float top = INFINITY;
    for (size_t i = 0; i < list->count; i++) {
        const command *line = &list->commands[i];
        if ((line->kind != COMMAND_POLYLINE && line->kind != COMMAND_BARS) ||
            line->stroke.color != c)
            continue;
        for (size_t k = 0; k < line->count; k++)
            if (line->points[k].x >= from && line->points[k].x <= to && line->points[k].y < top)
                top = line->points[k].y;
    }
    return top;
}

/* --- spikes --- */

#define MILLION 1000000
#define SPIKE   654321

static double with_spike(double i) {
    return i == SPIKE ? 10 : 1 + 0.1 * sin(i * 0.7);
}

static void one_spike_among_a_million_is_drawn_at_every_width_and_zoom(void **state) {
    (void)state;
    scene s = {0};
    sample_curve(sample_run(&s.sample, "run"), "cost", MILLION, with_spike);
    build(&s, PANEL_CURVES, "cost", 600, 300);
    panel *p = s.panel;
    for (float width = 140; width < 2000; width *= 1.37f)
        for (float scale = 1; scale <= 2; scale++) {
            s.options.scale = scale;
            p->area.w = width;
            panel_fit(p, &s.options);
            draw(&s);
            for (int zoom = 0; zoom < 45; zoom++) {
                float x = p->plot.x + p->plot.w * (float)axis_place(&p->x, SPIKE);
                float y = p->plot.y + p->plot.h * (1 - (float)axis_place(&p->y, 10));
                check_close(highest(&s.list, theme_series(s.options.theme, 0).color, x - 1, x + 1),
                            y, 0.7); /* a bar's end is as far out as a round one */
                panel_zoom(p, (point){x + 3 - (float)(zoom % 3), y}, 1.4f, 1);
                draw(&s);
            }
        }
    clean(&s);
}

/* Whether each pixel row from the spike's top to the noise has ink in the columns around it. */
static bool has_whole_spike(const surface *s, float x, float top, float bottom) {
    for (int row = (int)top + 1; row < (int)bottom; row++) {
        bool ink = false;
        for (int column = (int)x - 2; column <= (int)x + 2; column++) {
            const uint8_t *pixel = s->rgba + 4 * ((size_t)row * (size_t)s->width + (size_t)column);
            ink = ink || pixel[0] < 140; /* blue on white */
        }
        if (!ink)
            return false;
    }
    return true;
}

static void a_spike_is_there_in_the_pixels_whole_and_dashed(void **state) {
    (void)state;
    dnn_error err = {.text = ""};
    for (int dash = 0; dash < DASH_COUNT; dash++) {
        scene s = {0};
        sample_curve(sample_run(&s.sample, "run"), "cost", MILLION, with_spike);
        build(&s, PANEL_CURVES, "cost", 500, 250);
        panel *p = s.panel;
        p->curves[0].dash = dash;
        draw(&s);
        for (int zoom = 0; zoom < 12; zoom++) {
            surface pixels;
            check_ok(surface_create(&pixels, 500, 250, &err));
            raster_play(&s.list, &pixels, 1);
            float x = p->plot.x + p->plot.w * (float)axis_place(&p->x, SPIKE);
            float top = p->plot.y + p->plot.h * (1 - (float)axis_place(&p->y, 10));
            float bottom = p->plot.y + p->plot.h * (1 - (float)axis_place(&p->y, 1.2));
            assert_true(zoom >= 9 || has_whole_spike(&pixels, x, top, bottom));
            surface_free(&pixels);
            panel_zoom(p, (point){x, top}, 3, 1);
            draw(&s);
        }
        clean(&s);
    }
}

/* --- dense curves --- */

static double restless(double i) {
    return sin(i * i) + 0.3 * sin(i * 0.001) + (i > 12000 && i < 16000 ? -3 : 0);
}

/* The highest and the lowest row of a plot with ink in the columns of pixels around one. */
static void find_ink(const surface *s, rect plot, int x, int around, int *top, int *bottom) {
    *top = s->height;
    *bottom = 0;
    for (int y = (int)plot.y; y < (int)(plot.y + plot.h) - 1; y++)
        for (int k = x - around; k <= x + around; k++)
            if (s->rgba[4 * ((size_t)y * (size_t)s->width + (size_t)k)] < 128) {
                *top = *top < y ? *top : y;
                *bottom = y;
            }
}

/* The line's width spreads its extremes over neighbouring columns. */
static void bars_reach_as_far_as_the_line_through_all_points(void **state) {
    (void)state;
    enum { WIDTH = 500, HEIGHT = 250, POINTS = 20000 };
    static point points[POINTS];
    dnn_error err = {.text = ""};
    for (int scale = 1; scale <= 2; scale++) {
        scene s = {0};
        surface bars, line;
        display_list all = {0};
        sample_curve(sample_run(&s.sample, "run"), "cost", POINTS, restless);
        build(&s, PANEL_CURVES, "cost", WIDTH, HEIGHT);
        s.options.scale = (float)scale;
        draw(&s);
        assert_non_null(find_kind(&s.list, COMMAND_BARS, theme_series(s.options.theme, 0).color));
        const panel *p = s.panel;
        for (int i = 0; i < POINTS; i++)
            points[i] =
                (point){p->plot.x + p->plot.w * (float)axis_place(&p->x, i),
                        p->plot.y + p->plot.h * (1 - (float)axis_place(&p->y, restless(i)))};
        draw_fill(&all, (rect){0, 0, WIDTH, HEIGHT}, 0xFFFFFFFF, 0);
        draw_polyline(&all, points, POINTS, (stroke){0x000000FF, 1, 0});
        check_ok(surface_create(&bars, WIDTH * scale, HEIGHT * scale, &err));
        check_ok(surface_create(&line, WIDTH * scale, HEIGHT * scale, &err));
        raster_play(&s.list, &bars, (float)scale);
        raster_play(&all, &line, (float)scale);
        rect plot = {0, p->plot.y * (float)scale, 0, p->plot.h * (float)scale};
        int last = (int)points[POINTS - 1].x * scale - 4;
        for (int x = (int)(p->plot.x + 4) * scale; x < last; x++) {
            int top, bottom, least, most;
            find_ink(&bars, plot, x, 0, &top, &bottom);
            find_ink(&line, plot, x, scale, &least, &most);
            assert_in_range(top, least - 1, HEIGHT * scale);
            assert_in_range(bottom, 0, most + 1);
            find_ink(&line, plot, x, 0, &top, &bottom);
            find_ink(&bars, plot, x, scale, &least, &most);
            assert_in_range(top, least - 1, HEIGHT * scale);
            assert_in_range(bottom, 0, most + 1);
        }
        display_list_free(&all);
        surface_free(&bars);
        surface_free(&line);
        clean(&s);
    }
}

/* On a logarithmic x the first values stand far apart. */
static void a_dense_curve_has_no_gap_where_its_points_are_sparse(void **state) {
    (void)state;
    dnn_error err = {.text = ""};
    scene s = {0};
    surface pixels;
    sample_curve(sample_run(&s.sample, "run"), "cost", 20000, restless);
    build(&s, PANEL_CURVES, "cost", 500, 250);
    s.options.x_scale = SCALE_LOG;
    draw(&s);
    check_ok(surface_create(&pixels, 500, 250, &err));
    raster_play(&s.list, &pixels, 1);
    const panel *p = s.panel;
    int last = (int)(p->plot.x + p->plot.w * (float)axis_place(&p->x, 19999)) - 1;
    for (int x = (int)p->plot.x + 3; x < last; x++) {
        int top, bottom;
        find_ink(&pixels, p->plot, x, 0, &top, &bottom);
        if (top > bottom)
            fail_msg("nothing is drawn in column %d", x);
    }
    surface_free(&pixels);
    clean(&s);
}

static double gentle(double i) {
    return sin(i / 30000);
}

static void a_smooth_curve_of_many_points_stays_a_line(void **state) {
    (void)state;
    scene s = {0};
    sample_curve(sample_run(&s.sample, "run"), "cost", 200000, gentle);
    build(&s, PANEL_CURVES, "cost", 500, 250);
    draw(&s);
    color paint = theme_series(s.options.theme, 0).color;
    const command *line = find_kind(&s.list, COMMAND_POLYLINE, paint);
    assert_null(find_kind(&s.list, COMMAND_BARS, paint));
    assert_true(line->count < 1100);
    for (size_t i = 0; i < line->count; i++) {
        double x = axis_value(&s.panel->x, (line->points[i].x - s.panel->plot.x) / s.panel->plot.w);
        double y = 1 - (line->points[i].y - s.panel->plot.y) / s.panel->plot.h;
        check_close(y, axis_place(&s.panel->y, gentle(x)), 1 / s.panel->plot.h);
    }
    clean(&s);
}

static double with_burst(double i) {
    return i == 54321 ? 1000 : 1 + 0.1 * sin(i * 0.7);
}

static double without_burst(double i) {
    return 1 + 0.1 * sin(i * 0.9);
}

static color pixel_at(const command *image, size_t x, size_t y) {
    const uint8_t *p = image->pixels + 4 * (y * image->width + x);
    return (color)p[0] << 24 | (color)p[1] << 16 | (color)p[2] << 8 | p[3];
}

static void a_burst_of_one_step_is_in_the_heat_map_at_every_width(void **state) {
    (void)state;
    scene s = {0};
    run *r = sample_run(&s.sample, "run");
    sample_curve(r, "grad_norm/1 Linear", 100000, without_burst);
    sample_curve(r, "grad_norm/2 Linear", 100000, with_burst);
    build(&s, PANEL_HEAT, "grad_norm", 600, 300);
    for (float width = 240; width < 2000; width *= 1.4f) {
        s.panel->area.w = width;
        draw(&s);
        const panel *p = s.panel;
        const command *image = find_kind(&s.list, COMMAND_IMAGE, 0);
        assert_int_equal(image->height, 2);
        check_close((double)image->width, p->plot.w, 1);
        color burst = theme_heat(s.options.theme, axis_place(&p->y, 1000));
        size_t at = (size_t)((double)image->width * axis_place(&p->x, 54321));
        for (size_t x = 0; x < image->width; x++) {
            assert_true((pixel_at(image, x, 1) == burst) == (x == at));
            assert_true(pixel_at(image, x, 0) != burst);
        }
    }
    clean(&s);
}

/* --- values that are not finite --- */

static double sometimes_missing(double i) {
    return i == 300 ? (double)NAN : i == 600 ? (double)INFINITY : 0.5 + i / 2000;
}

static void values_that_are_not_finite_are_marked_and_break_the_line(void **state) {
    (void)state;
    for (size_t n = 1000; n <= 100000; n *= 100) {
        scene s = {0};
        sample_curve(sample_run(&s.sample, "run"), "cost", n, sometimes_missing);
        build(&s, PANEL_CURVES, "cost", 2400, 300);
        draw(&s);
        float marked[8];
        size_t marks = 0, pieces = 0;
        for (size_t i = 0; i < s.list.count; i++) {
            const command *c = &s.list.commands[i];
            if (c->kind == COMMAND_POLYGON && c->stroke.color == theme_light.warning && marks < 8)
                marked[marks++] = c->points[2].x;
            pieces += c->kind == COMMAND_POLYLINE &&
                      c->stroke.color == theme_series(&theme_light, 0).color;
        }
        const panel *p = s.panel;
        if (n == 1000) {
            assert_int_equal(marks, 2);
            assert_int_equal(pieces, 3);
            check_close(marked[0], p->plot.x + p->plot.w * axis_place(&p->x, 300), 1);
            check_close(marked[1], p->plot.x + p->plot.w * axis_place(&p->x, 600), 1);
        } else {
            assert_in_range(marks, 1, 2);
        }
        assert_true(isfinite(p->y.high) && p->y.high < 100);
        clean(&s);
    }
}

/* --- smoothing --- */

static double noisy(double i) {
    return exp(-i / 300) + 0.2 * sin(i * i);
}

/* The average as its definition says it, by sums of weights b^age over the values so far. */
static double average_of(double (*value)(double), size_t at, double b) {
    double sum = 0, weights = 0, weight = 1;
    for (size_t age = 0; age <= at; age++, weight *= b) {
        sum += weight * (float)value((double)(at - age));
        weights += weight;
    }
    return sum / weights;
}

static void smoothing_is_the_exponential_average_also_when_points_come_and_go(void **state) {
    (void)state;
    scene s = {0};
    run_tag *tag = sample_curve(sample_run(&s.sample, "run"), "cost", 500, noisy);
    build(&s, PANEL_CURVES, "cost", 600, 300);
    const double weights[] = {0.5, 0.9, 0.999};
    for (size_t w = 0; w < 3; w++) {
        s.options.smoothing = weights[w];
        draw(&s);
        for (size_t i = series_count(tag->scalars), n = i + 40; i < n; i++)
            sample_point(tag, (int64_t)i, noisy((double)i));
        draw(&s);
        const series *average = s.panel->curves[0].smoothed.average;
        assert_int_equal(series_count(average), series_count(tag->scalars));
        for (size_t i = 0; i < series_count(average); i += 13)
            check_close(series_value(average, i), average_of(noisy, i, weights[w]), 1e-6);
    }
    series_add(tag->scalars, 100, 5000, (float)noisy(100)); /* resumed: 101 points are left */
    draw(&s);
    const series *average = s.panel->curves[0].smoothed.average;
    assert_int_equal(series_count(average), 101);
    check_close(series_value(average, 100), average_of(noisy, 100, 0.999), 1e-6);

    color line = theme_series(&theme_light, 0).color;
    assert_non_null(find_kind(&s.list, COMMAND_POLYLINE, line));
    size_t ghosts = 0;
    for (size_t i = 0; i < s.list.count; i++)
        ghosts += s.list.commands[i].kind == COMMAND_POLYLINE &&
                  (s.list.commands[i].stroke.color | 0xFF) == line &&
                  (s.list.commands[i].stroke.color & 0xFF) < 0x80;
    assert_int_equal(ghosts, 1);
    clean(&s);
}

static double step_at_300(double i) {
    return i < 300 ? 1 : 0;
}

static void curves_that_are_logged_more_and_less_often_are_smoothed_alike(void **state) {
    (void)state;
    scene s = {0};
    run *r = sample_run(&s.sample, "run");
    run_tag *test = sample_tag(r, "cost/test", DNN_EVENT_SCALAR);
    sample_curve(r, "cost/train", 1000, step_at_300);
    for (int step = 0; step < 1000; step += 20)
        sample_point(test, step, step_at_300(step));
    build(&s, PANEL_CURVES, "cost", 600, 300);
    s.options.smoothing = 0.99;
    draw(&s);
    const series *train = s.panel->curves[0].smoothed.average;
    const series *sparse = s.panel->curves[1].smoothed.average;
    assert_int_equal(series_count(sparse), 50);
    /* By its definition, from step 300 on it falls as 0.99^steps; the sparse curve can know that
     * only up to the 20 steps between its points. */
    for (size_t i = 16; i < 50; i++) {
        double step = (double)series_step(sparse, i);
        double fall = (1 - pow(0.99, 300)) * pow(0.99, step - 300 + 1) / (1 - pow(0.99, step + 1));
        check_close(series_value(train, (size_t)step), fall, 1e-5);
        check_close(series_value(sparse, i), fall, 0.2 * fall);
    }
    clean(&s);
}

static void bounded_smoothing_ends_at_the_same_average(void **state) {
    (void)state;
    scene s = {0}, whole = {0};
    sample_curve(sample_run(&s.sample, "run"), "cost", 500, noisy);
    sample_curve(sample_run(&whole.sample, "run"), "cost", 500, noisy);
    build(&s, PANEL_CURVES, "cost", 600, 300);
    build(&whole, PANEL_CURVES, "cost", 600, 300);
    s.options.smoothing = whole.options.smoothing = 0.9;
    draw(&whole);
    const series *expected = whole.panel->curves[0].smoothed.average;
    const size_t counts[] = {120, 240, 360, 480, 500}, left[] = {0, 0, 0, 0, 100};
    for (int i = 0; i < 5; i++) {
        size_t most = 120;
        s.options.smooth_left = &most;
        draw(&s);
        assert_int_equal(series_count(s.panel->curves[0].smoothed.average), counts[i]);
        assert_int_equal(most, left[i]);
    }
    for (size_t i = 0; i < 500; i++)
        assert_true(series_value(s.panel->curves[0].smoothed.average, i) ==
                    series_value(expected, i));
    clean(&s);
    clean(&whole);
}

static double with_zeros(double i) {
    return fmod(i, 10) == 3 ? 0 : 0.002 + i / 1000;
}

static void a_logarithmic_view_fits_what_is_positive(void **state) {
    (void)state;
    scene s = {0};
    sample_curve(sample_run(&s.sample, "run"), "ratio", 1000, with_zeros);
    build(&s, PANEL_CURVES, "ratio", 600, 300);
    draw(&s);
    assert_int_equal(s.panel->y.scale, SCALE_LOG);
    assert_true(s.panel->y.low < 0.002 && s.panel->y.low > 0.001);
    clean(&s);
}

/* --- pictures and text --- */

static double falls_to_zero(double i) {
    return i >= 700 && i < 703 ? 0 : i > 900 ? -1 : 1000 - i;
}

/* The title's note, which is the only text in this colour above the plot. */
static const char *note_of(const scene *s) {
    for (size_t i = 0; i < s->list.count; i++) {
        const command *c = &s->list.commands[i];
        if (c->kind == COMMAND_TEXT && c->anchor == ANCHOR_RIGHT && c->area.y < 40 &&
            c->stroke.color == s->options.theme->muted)
            return c->text;
    }
    return "";
}

static void a_logarithmic_scale_says_what_it_does_not_show(void **state) {
    (void)state;
    scene s = {0};
    run *r = sample_run(&s.sample, "run");
    sample_curve(r, "cost/a", 903, falls_to_zero);
    sample_curve(r, "cost/b", 10, falls_to_zero);
    build(&s, PANEL_CURVES, "cost", 600, 300);
    draw(&s);
    assert_string_equal(note_of(&s), "");
    panel_set_scale(s.panel, SCALE_LOG);
    draw(&s);
    assert_string_equal(note_of(&s), "5 values ≤ 0 not shown");
    s.panel->held = true;
    s.panel->x.high = 700;
    draw(&s);
    assert_string_equal(note_of(&s), "1 value ≤ 0 not shown");
    s.options.x_scale = SCALE_LOG;
    draw(&s);
    assert_string_equal(note_of(&s), "5 values ≤ 0 not shown, 2 points at a step ≤ 0 not shown");
    s.panel->curves[0].hidden = true;
    draw(&s);
    assert_string_equal(note_of(&s), "1 point at a step ≤ 0 not shown");
    clean(&s);
}

static void many_values_that_are_not_shown_are_not_counted_one_by_one(void **state) {
    (void)state;
    scene s = {0};
    sample_curve(sample_run(&s.sample, "run"), "cost", MILLION, restless);
    build(&s, PANEL_CURVES, "cost", 600, 300);
    panel_set_scale(s.panel, SCALE_LOG);
    draw(&s);
    assert_memory_equal(note_of(&s), "over 99 values ≤ 0 not shown · ", 33);
    s.panel->area.w = 250; /* the last value gives way */
    draw(&s);
    assert_string_equal(note_of(&s), "over 99 values ≤ 0 not shown");
    clean(&s);
}

static void a_picture_is_enlarged_by_a_whole_factor_in_the_middle(void **state) {
    (void)state;
    uint8_t pixels[12 * 8 * 4] = {0};
    scene s = {0};
    run *r = sample_run(&s.sample, "run");
    run_tag *tag = sample_tag(r, "photo/1", DNN_EVENT_IMAGE);
    tag->picture = (picture){12, 8, pixels};
    tag->picture_step = 42;
    sample_tag(r, "photo/1", DNN_EVENT_TEXT)->text = (char *)"cat 0.98";
    build(&s, PANEL_PICTURE, "photo", 300, 220);
    draw(&s);
    const command *image = find_kind(&s.list, COMMAND_IMAGE, 0);
    check_close(image->area.w / 12, image->area.h / 8, 1e-6);
    check_close(fmod(image->area.w, 12), 0, 1e-6);
    check_close(image->area.x + image->area.w / 2, 150, 1);
    assert_non_null(find_text(&s.list, "cat 0.98"));
    assert_non_null(find_text(&s.list, "step 42"));
    clean(&s);
}

static void settings_are_a_table_with_a_column_for_each_run(void **state) {
    (void)state;
    scene s = {0};
    const char *texts[] = {"rate = 0.1\nlayers: 3\n",
                           "| key | value |\n|---|---|\n| rate | 0.02 |\n| layers | 3 |\n"};
    for (int i = 0; i < 2; i++)
        sample_tag(sample_run(&s.sample, i == 0 ? "a" : "b"), "settings", DNN_EVENT_TEXT)->text =
            (char *)texts[i];
    build(&s, PANEL_TEXT, "settings", 400, 200);
    draw(&s);
    const command *key = find_text(&s.list, "rate"), *first = find_text(&s.list, "0.1"),
                  *second = find_text(&s.list, "0.02"), *same = find_text(&s.list, "3");
    assert_true(key->area.x < first->area.x && first->area.x < second->area.x);
    assert_true(key->area.y == first->area.y && first->area.y == second->area.y);
    assert_int_equal(first->style, FONT_BOLD); /* where they differ */
    assert_int_equal(same->style, FONT_REGULAR);
    assert_null(find_text(&s.list, "key"));
    clean(&s);
}

static void a_text_is_wrapped_between_its_words(void **state) {
    (void)state;
    scene s = {0};
    const char *text = "the quick brown fox jumps over the lazy dog and runs away from "
                       "Donaudampfschifffahrtsgesellschaftskapitaenswitwenrentenbescheid";
    sample_tag(sample_run(&s.sample, "a"), "note", DNN_EVENT_TEXT)->text = (char *)text;
    build(&s, PANEL_TEXT, "note", 180, 300);
    draw(&s);
    char joined[512] = "";
    for (size_t i = 0; i < s.list.count; i++) {
        const command *c = &s.list.commands[i];
        if (c->kind != COMMAND_TEXT || c->style == FONT_BOLD)
            continue;
        assert_true(text_width(c->text, c->size, c->style) <= 180 - 2 * 12);
        strcat(joined, c->text);
    }
    size_t k = 0;
    for (const char *c = text; *c != '\0'; c++) { /* all of it, but for blanks at breaks */
        if (joined[k] == *c)
            k++;
        else
            assert_int_equal(*c, ' ');
    }
    assert_int_equal(joined[k], '\0');
    clean(&s);
}

static void a_call_is_no_setting_and_columns_have_letters_of_one_width(void **state) {
    (void)state;
    const char *const texts[] = {"SGD(lr = 0.1, momentum = 0.9)", "one  \ntwo  \n",
                                 "#  layer   output\n1  Linear  20"};
    const char *const first_lines[] = {texts[0], "one  ", "#  layer   output"};
    const font_style styles[] = {FONT_REGULAR, FONT_REGULAR, FONT_MONO};
    for (int i = 0; i < 3; i++) {
        scene s = {0};
        sample_tag(sample_run(&s.sample, "a"), "note", DNN_EVENT_TEXT)->text = (char *)texts[i];
        build(&s, PANEL_TEXT, "note", 400, 200);
        draw(&s);
        const command *line = find_text(&s.list, first_lines[i]);
        assert_non_null(line);
        assert_int_equal(line->style, styles[i]);
        clean(&s);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_spike_among_a_million_is_drawn_at_every_width_and_zoom),
        cmocka_unit_test(a_spike_is_there_in_the_pixels_whole_and_dashed),
        cmocka_unit_test(bars_reach_as_far_as_the_line_through_all_points),
        cmocka_unit_test(a_dense_curve_has_no_gap_where_its_points_are_sparse),
        cmocka_unit_test(a_smooth_curve_of_many_points_stays_a_line),
        cmocka_unit_test(a_burst_of_one_step_is_in_the_heat_map_at_every_width),
        cmocka_unit_test(values_that_are_not_finite_are_marked_and_break_the_line),
        cmocka_unit_test(smoothing_is_the_exponential_average_also_when_points_come_and_go),
        cmocka_unit_test(curves_that_are_logged_more_and_less_often_are_smoothed_alike),
        cmocka_unit_test(bounded_smoothing_ends_at_the_same_average),
        cmocka_unit_test(a_logarithmic_view_fits_what_is_positive),
        cmocka_unit_test(a_logarithmic_scale_says_what_it_does_not_show),
        cmocka_unit_test(many_values_that_are_not_shown_are_not_counted_one_by_one),
        cmocka_unit_test(a_picture_is_enlarged_by_a_whole_factor_in_the_middle),
        cmocka_unit_test(settings_are_a_table_with_a_column_for_each_run),
        cmocka_unit_test(a_text_is_wrapped_between_its_words),
        cmocka_unit_test(a_call_is_no_setting_and_columns_have_letters_of_one_width),
    };
    return cmocka_run_group_tests(tests, open_fonts, close_fonts);
}
