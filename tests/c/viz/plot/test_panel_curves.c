/* What must be seen of curves: spikes at every zoom, all points of a dense one. */
#include "check.h"

#include "viz/draw/raster.h"
#include "viz/sample_scene.h"

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
            if (s->rgba[4 * ((size_t)y * (size_t)s->width + (size_t)k)] <
                185) { /* pale bands too */
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
        assert_non_null(find_kind(&s.list, COMMAND_BARS, 0));
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

static double wave(double i) {
    return sin(i * i) + i / 1000;
}

static void noise_is_a_pale_band_with_a_line_of_the_means(void **state) {
    (void)state;
    scene s = {0};
    sample_curve(sample_run(&s.sample, "run"), "cost", 20000, wave);
    build(&s, PANEL_CURVES, "cost", 500, 250);
    draw(&s);
    color paint = theme_series(s.options.theme, 0).color;
    const command *line = find_kind(&s.list, COMMAND_POLYLINE, paint);
    const command *band = find_kind(&s.list, COMMAND_BARS, 0);
    assert_non_null(band);
    assert_true((band->stroke.color | 0xFF) == paint && (band->stroke.color & 0xFF) < 128);
    assert_true(band < line); /* behind it */
    for (size_t i = 0; i < line->count; i++) {
        double x = axis_value(&s.panel->x, (line->points[i].x - s.panel->plot.x) / s.panel->plot.w);
        double y =
            axis_value(&s.panel->y, 1 - (line->points[i].y - s.panel->plot.y) / s.panel->plot.h);
        check_close(y, x / 1000, 0.5);
    }
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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_spike_among_a_million_is_drawn_at_every_width_and_zoom),
        cmocka_unit_test(a_spike_is_there_in_the_pixels_whole_and_dashed),
        cmocka_unit_test(bars_reach_as_far_as_the_line_through_all_points),
        cmocka_unit_test(a_dense_curve_has_no_gap_where_its_points_are_sparse),
        cmocka_unit_test(noise_is_a_pale_band_with_a_line_of_the_means),
        cmocka_unit_test(a_smooth_curve_of_many_points_stays_a_line),
        cmocka_unit_test(a_burst_of_one_step_is_in_the_heat_map_at_every_width),
    };
    return cmocka_run_group_tests(tests, open_fonts, close_fonts);
}
