/* Blending, pictures, text, golden figures, files, and coordinates that nobody should draw. */
#include "check.h"

#include <spng.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/memory.h"
#include "core/random.h"
#include "viz/draw/raster.h"
#include "viz/golden.h"
#include "viz/sample_figure.h"
#include "viz/sample_fonts.h"

static surface surface_of(int width, int height) {
    surface s;
    dnn_error err;
    check_ok(surface_create(&s, width, height, &err));
    return s;
}

static const uint8_t *pixel(const surface *s, int x, int y) {
    return s->rgba + 4 * ((size_t)y * (size_t)s->width + (size_t)x);
}

static void assert_pixel(const surface *s, int x, int y, color expected) {
    const uint8_t *p = pixel(s, x, y);
    color is = (color)p[0] << 24 | (color)p[1] << 16 | (color)p[2] << 8 | p[3];
    if (is != expected)
        fail_msg("pixel %d, %d is %08x, not %08x", x, y, (unsigned)is, (unsigned)expected);
}

static void play(surface *s, display_list *list, float scale) {
    assert_false(list->failed);
    raster_play(list, s, scale);
    display_list_free(list);
}

static void colours_are_laid_over_each_other(void **state) {
    (void)state;
    surface s = surface_of(4, 1);
    display_list list = {0};
    draw_fill(&list, (rect){0, 0, 2, 1}, 0xFFFFFFFF, 0);
    draw_fill(&list, (rect){1, 0, 3, 1}, 0x0000FF80, 0);
    draw_fill(&list, (rect){3, 0, 1, 1}, 0xFF000080, 0);
    play(&s, &list, 1);
    assert_pixel(&s, 0, 0, 0xFFFFFFFF);
    assert_pixel(&s, 1, 0, 0x7F7FFFFF);
    assert_pixel(&s, 2, 0, 0x0000FF80);
    /* Porter and Duff: alpha 1 - (1 - a)^2; red and blue in the ratio a : a (1 - a) */
    const uint8_t *p = pixel(&s, 3, 0);
    check_close(p[3], 255 * (1 - 0.498 * 0.498), 1);
    check_close(p[0], 255 * 0.502 / (1 - 0.498 * 0.498), 2);
    check_close(p[2], 255 - p[0], 2);
    surface_free(&s);
}

static void pictures_have_exact_edges_at_every_scale(void **state) {
    (void)state;
    const uint8_t four[] = {255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 9, 9, 9, 0};
    surface s = surface_of(40, 40);
    for (float scale = 0.5f; scale < 4; scale += 0.25f) {
        display_list list = {0};
        draw_fill(&list, (rect){0, 0, 100, 100}, 0xFFFFFFFF, 0);
        draw_image(&list, (rect){2, 1, 6, 4}, four, 2, 2);
        play(&s, &list, scale);
        for (int y = 0; y < 40; y++)
            for (int x = 0; x < 40; x++) {
                double u = ((x + 0.5) / scale - 2) / 3, v = ((y + 0.5) / scale - 1) / 2;
                bool outside = u < 0 || v < 0 || u >= 2 || v >= 2 || (u >= 1 && v >= 1);
                assert_pixel(&s, x, y,
                             outside  ? 0xFFFFFFFF
                             : v >= 1 ? 0x0000FFFF
                             : u >= 1 ? 0x00FF00FF
                                      : 0xFF0000FF);
            }
    }
    surface_free(&s);
}

static void bars_fill_whole_columns_and_parts_of_their_last_rows(void **state) {
    (void)state;
    const point ends[] = {
        {2.5f, 1.25f},
        {2.5f, 3.5f },
        {3.5f, 3    }, /* beside it */
        {3.5f, 5    },
        {3.4f, NAN  },
        {3.4f, 9    },
        {20,   0    }, /* beyond the surface */
        {20,   9    }
    };
    for (int scale = 1; scale <= 3; scale++) {
        surface s = surface_of(8 * scale, 6 * scale);
        display_list list = {0};
        draw_fill(&list, (rect){0, 0, 8, 6}, 0xFFFFFFFF, 0);
        draw_bars(&list, ends, 8, (stroke){0x000000FF, 1, 0});
        play(&s, &list, (float)scale);
        for (int y = 0; y < 6 * scale; y++)
            for (int x = 0; x < 8 * scale; x++) {
                const point *bar = &ends[x / scale == 3 ? 2 : 0];
                double from = fmax(y, (double)bar[0].y * scale);
                double to = fmin(y + 1, (double)bar[1].y * scale);
                bool there = (x / scale == 2 || x / scale == 3) && to > from;
                check_close(pixel(&s, x, y)[0], there ? 255 * (1 - (to - from)) : 255, 1);
            }
        surface_free(&s);
    }
}

static void bars_that_overlap_are_one_translucent_shape(void **state) {
    (void)state;
    const point ends[] = {
        {2,    1},
        {2,    3},
        {2.5f, 2},
        {2.5f, 5}
    };
    surface s = surface_of(6, 6);
    display_list list = {0};
    draw_fill(&list, (rect){0, 0, 6, 6}, 0xFFFFFFFF, 0);
    draw_bars(&list, ends, 4, (stroke){0x00000080, 3, 0});
    play(&s, &list, 1);
    for (int y = 0; y < 6; y++)
        for (int x = 0; x < 6; x++)
            assert_true(pixel(&s, x, y)[0] == 255 || pixel(&s, x, y)[0] == 127);
    surface_free(&s);
}

typedef struct extent {
    int x0, y0, x1, y1;
    double ink;
} extent;

static extent extent_of(const surface *s) {
    extent e = {s->width, s->height, -1, -1, 0};
    for (int y = 0; y < s->height; y++)
        for (int x = 0; x < s->width; x++)
            if (pixel(s, x, y)[3] > 40) {
                e = (extent){x < e.x0 ? x : e.x0, y < e.y0 ? y : e.y0, x > e.x1 ? x : e.x1,
                             y > e.y1 ? y : e.y1, e.ink + pixel(s, x, y)[3] / 255.0};
            }
    return e;
}

static extent drawn_text(const char *text, text_style style, float scale) {
    surface s = surface_of(200, 200);
    display_list list = {0};
    draw_text(&list, 100 / scale, 100 / scale, text, style);
    play(&s, &list, scale);
    extent e = extent_of(&s);
    surface_free(&s);
    return e;
}

static void text_stands_on_its_baseline_at_its_anchor(void **state) {
    (void)state;
    for (float scale = 1; scale <= 2; scale++) {
        text_style style = {20, 0xFF, FONT_REGULAR, ANCHOR_LEFT, 0};
        extent e = drawn_text("HIH", style, scale);
        int width = e.x1 - e.x0;
        assert_in_range(e.x0, 100, 105);
        assert_int_equal(e.y1, 99);                                  /* H has no descender */
        check_close(e.y1 - e.y0 + 1, 20 * scale * 1493 / 2048, 1.5); /* its height in DejaVu */
        style.anchor = ANCHOR_RIGHT;
        e = drawn_text("HIH", style, scale);
        assert_in_range(e.x1, 95, 100);
        check_close(e.x1 - e.x0, width, 1);
        style.anchor = ANCHOR_MIDDLE;
        e = drawn_text("HIH", style, scale);
        check_close(0.5 * (e.x0 + e.x1), 99.5, 1);
    }
}

static void turned_text_runs_upwards(void **state) {
    (void)state;
    text_style style = {20, 0xFF, FONT_REGULAR, ANCHOR_LEFT, 0};
    extent flat = drawn_text("LIL", style, 1);
    style.angle = 90;
    extent up = drawn_text("LIL", style, 1);
    assert_int_equal(up.y1, 199 - flat.x0);
    assert_int_equal(up.y0, 199 - flat.x1);
    assert_int_equal(up.x0, flat.y0);
    assert_int_equal(up.x1, 99);
    check_close(up.ink, flat.ink, 1e-9);
    style.anchor = ANCHOR_MIDDLE;
    up = drawn_text("LIL", style, 1);
    check_close(0.5 * (up.y0 + up.y1), 100, 2);
}

/* --- golden figures --- */

static void compare_with_golden(const char *name, const theme *t, bool text, int scale, int block,
                                double tolerance) {
    surface s = surface_of(FIGURE_WIDTH * scale, FIGURE_HEIGHT * scale);
    display_list list = {0};
    figure_draw(&list, t, text);
    play(&s, &list, (float)scale);
    golden_check(&s, name, block, tolerance);
    surface_free(&s);
}

/* One level is what another C library's rounding may make of it. */
static void a_figure_without_text_is_the_golden_one_pixel_by_pixel(void **state) {
    (void)state;
    compare_with_golden("figure_light", &theme_light, false, 1, 1, 1);
    compare_with_golden("figure_dark", &theme_dark, false, 1, 1, 1);
}

/* Glyphs differ a little between versions of FreeType, their weight and place do not. */
static void a_figure_with_text_is_the_golden_one_block_by_block(void **state) {
    (void)state;
    compare_with_golden("figure_text", &theme_light, true, 2, 12, 12);
}

/* --- files --- */

static void a_surface_survives_being_written_and_read(void **state) {
    (void)state;
    char folder[] = "/tmp/dnn_raster_XXXXXX", path[64];
    dnn_error err;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a.png", folder);
    surface s = surface_of(7, 5);
    for (int opaque = 0; opaque < 2; opaque++) {
        for (int i = 0; i < 7 * 5 * 4; i++)
            s.rgba[i] = (uint8_t)(opaque && i % 4 == 3 ? 255 : 37 * i);
        check_ok(surface_write_png(&s, path, &err));
        uint8_t *back = read_png(path, 7, 5);
        assert_memory_equal(back, s.rgba, 7 * 5 * 4);
        free(back);
    }
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0); /* and nothing else was left in it */
    check_fails(surface_write_png(&s, path, &err), DNN_ERROR_FILE,
                "a.png: cannot be written: No such file or directory");
    surface_free(&s);
}

static void a_surface_without_pixels_or_memory_is_refused(void **state) {
    (void)state;
    surface s;
    dnn_error err;
    check_fails(surface_create(&s, 0, 5, &err), DNN_ERROR_ARGUMENT,
                "image of 0 x 5 pixels: each side must be from 1 to 16384");
    check_fails(surface_create(&s, 5, 16385, &err), DNN_ERROR_ARGUMENT, "5 x 16385");
    uint64_t live = dnn_allocations_live();
    for (uint64_t n = 1; n <= 5; n++) {
        dnn_fail_allocation(n);
        check_fails(surface_create(&s, 5, 5, &err), DNN_ERROR_MEMORY, "no memory");
        dnn_fail_allocation(0);
        assert_null(s.rgba);
    }
    assert_int_equal(dnn_allocations_live(), live);
}

/* --- what nobody should draw --- */

static float wild(dnn_random *r) {
    static const float odd[] = {NAN,  INFINITY, -INFINITY, 3.4e38f, -3.4e38f, 1e20f, -1e20f,
                                1e9f, -1e9f,    1e-40f,    0,       -0.0f,    16384, 65536};
    if (dnn_random_below(r, 3) == 0)
        return odd[dnn_random_below(r, sizeof odd / sizeof *odd)];
    return (float)(60 * dnn_random_normal(r));
}

static rect wild_rect(dnn_random *r) {
    return (rect){wild(r), wild(r), wild(r), wild(r)};
}

static void whatever_the_coordinates_are_playing_ends_and_stays_within_the_surface(void **state) {
    (void)state;
    dnn_random r = dnn_random_seeded(13);
    const uint8_t two[8] = {1, 2, 3, 255, 4, 5, 6, 128};
    for (int trial = 0; trial < 3000; trial++) {
        surface s =
            surface_of(1 + (int)dnn_random_below(&r, 300), 1 + (int)dnn_random_below(&r, 90));
        display_list list = {0};
        for (int k = 0; k < 8; k++) {
            point p[12];
            for (int i = 0; i < 12; i++)
                p[i] = (point){wild(&r), wild(&r)};
            size_t count = 1 + dnn_random_below(&r, 12);
            stroke line = {0xFF, wild(&r), (uint8_t)dnn_random_below(&r, 256)};
            draw_polyline(&list, p, count, line);
            draw_bars(&list, p, count, line);
            draw_polygon(&list, p, count, 0x80);
            draw_fill(&list, wild_rect(&r), 0xFF, wild(&r));
            draw_image(&list, wild_rect(&r), two, 2, 1);
            draw_text(&list, wild(&r), wild(&r), "x",
                      (text_style){wild(&r), 0xFF, FONT_BOLD, ANCHOR_MIDDLE, wild(&r)});
            draw_clip(&list, wild_rect(&r));
        }
        play(&s, &list, trial % 5 == 0 ? fabsf(wild(&r)) : 1);
        surface_free(&s);
    }
}

/* The working memory is clean after each shape: the same figure comes out the same again. */
static void a_figure_after_wild_shapes_is_the_figure(void **state) {
    (void)state;
    dnn_random r = dnn_random_seeded(14);
    surface clean = surface_of(FIGURE_WIDTH, FIGURE_HEIGHT),
            used = surface_of(FIGURE_WIDTH, FIGURE_HEIGHT);
    display_list list = {0};
    for (int k = 0; k < 2000; k++) {
        point p[5];
        for (int i = 0; i < 5; i++)
            p[i] = (point){wild(&r), wild(&r)};
        draw_polyline(&list, p, 5, (stroke){0xFF, 3, (uint8_t)(k % 4)});
        draw_polygon(&list, p, 5, 0xFF);
        draw_clip(&list, wild_rect(&r));
    }
    play(&used, &list, 1);
    for (int i = 0; i < 2; i++) {
        display_list whole = {0};
        figure_draw(&whole, &theme_dark, false);
        play(i == 0 ? &clean : &used, &whole, 1);
    }
    double worst = 0; /* a running sum of differences leaves rests of 1e-7 */
    for (int i = 0; i < 4 * FIGURE_WIDTH * FIGURE_HEIGHT; i++)
        worst = fmax(worst, abs(clean.rgba[i] - used.rgba[i]));
    check_close(worst, 0, 0);
    surface_free(&clean);
    surface_free(&used);
}

/* Plays a sheet with the key that is filled with a colour; the pixel within it. */
static color play_sheet(surface *s, uint64_t key, color paint) {
    display_list list = {0};
    sheet *own = sheet_create((rect){2, 2, 4, 4}, key);
    draw_fill(&list, (rect){0, 0, 8, 8}, 0xFFFFFFFF, 0);
    draw_fill(&own->list, (rect){0, 0, 8, 8}, paint, 0);
    draw_sheet(&list, own);
    sheet_release(own);
    play(s, &list, 1);
    assert_pixel(s, 1, 3, 0xFFFFFFFF); /* nothing is drawn outside */
    const uint8_t *p = pixel(s, 3, 3);
    return (color)p[0] << 24 | (color)p[1] << 16 | (color)p[2] << 8 | p[3];
}

static void a_sheet_is_drawn_again_only_when_its_key_is_another(void **state) {
    (void)state;
    surface s = surface_of(8, 8);
    display_list empty = {0};
    assert_int_equal(play_sheet(&s, 5, 0x112233FF), 0x112233FF);
    assert_int_equal(play_sheet(&s, 5, 0x445566FF), 0x112233FF);
    assert_int_equal(play_sheet(&s, 6, 0x445566FF), 0x445566FF);
    assert_int_equal(play_sheet(&s, 5, 0x778899FF), 0x778899FF); /* was not on the page */
    assert_int_equal(play_sheet(&s, 0, 0x112233FF), 0x112233FF);
    assert_int_equal(play_sheet(&s, 0, 0x445566FF), 0x445566FF);
    play(&s, &empty, 1);
    surface_free(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(colours_are_laid_over_each_other),
        cmocka_unit_test(bars_fill_whole_columns_and_parts_of_their_last_rows),
        cmocka_unit_test(bars_that_overlap_are_one_translucent_shape),
        cmocka_unit_test(pictures_have_exact_edges_at_every_scale),
        cmocka_unit_test(a_sheet_is_drawn_again_only_when_its_key_is_another),
        cmocka_unit_test(text_stands_on_its_baseline_at_its_anchor),
        cmocka_unit_test(turned_text_runs_upwards),
        cmocka_unit_test(a_figure_without_text_is_the_golden_one_pixel_by_pixel),
        cmocka_unit_test(a_figure_with_text_is_the_golden_one_block_by_block),
        cmocka_unit_test(a_surface_survives_being_written_and_read),
        cmocka_unit_test(a_surface_without_pixels_or_memory_is_refused),
        cmocka_unit_test(whatever_the_coordinates_are_playing_ends_and_stays_within_the_surface),
        cmocka_unit_test(a_figure_after_wild_shapes_is_the_figure),
    };
    return cmocka_run_group_tests(tests, open_fonts, close_fonts);
}
