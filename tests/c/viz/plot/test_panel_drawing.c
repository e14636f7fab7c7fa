/* What must be seen besides lines: values that are not finite or have no place; pictures, settings.
 */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>

#include "viz/sample_scene.h"

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

static double wave(double i) {
    return sin(i);
}

static void many_values_that_are_not_shown_are_not_counted_one_by_one(void **state) {
    (void)state;
    scene s = {0};
    sample_curve(sample_run(&s.sample, "run"), "cost", 1000000, wave);
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
    build(&s, PANEL_IMAGES, "photo", 300, 220);
    draw(&s);
    const command *image = find_kind(&s.list, COMMAND_IMAGE, 0);
    check_close(image->area.w / 12, image->area.h / 8, 1e-6);
    check_close(fmod(image->area.w, 12), 0, 1e-6);
    check_close(image->area.x + image->area.w / 2, 150, 1);
    assert_non_null(find_text(&s.list, "cat 0.98"));
    assert_non_null(find_text(&s.list, "step 42"));
    tag->picture = (picture){2, 48, pixels}; /* its words are wider than it */
    s.panel->area.h = 110;
    draw(&s);
    image = find_kind(&s.list, COMMAND_IMAGE, 0);
    assert_true(image->area.w < 10);
    const command *words = find_text(&s.list, "cat 0.98");
    assert_non_null(words);
    check_close(words->area.x + words->area.w / 2, image->area.x + image->area.w / 2, 1.5);
    clean(&s);
}

static void settings_of_runs_are_a_row_each_and_only_what_differs_is_a_column(void **state) {
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
                  *second = find_text(&s.list, "0.02"), *run_a = find_text(&s.list, "a");
    assert_true(key->area.x == first->area.x && first->area.x == second->area.x);
    assert_true(key->area.y < first->area.y && first->area.y < second->area.y);
    assert_true(run_a->area.y == first->area.y && run_a->area.x < first->area.x);
    assert_non_null(find_text(&s.list, "in all: layers 3"));
    assert_null(find_text(&s.list, "key"));
    s.panel->curves[1].hidden = true; /* one run: all of its settings in rows */
    draw(&s);
    assert_true(find_text(&s.list, "layers")->area.y == find_text(&s.list, "3")->area.y);
    clean(&s);
}

static void settings_that_find_no_room_are_counted(void **state) {
    (void)state;
    scene s = {0};
    char texts[8][256];
    const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h"};
    for (int i = 0; i < 8; i++) {
        texts[i][0] = '\0';
        for (int k = 0; k < 12; k++)
            sprintf(texts[i] + strlen(texts[i]), "setting%d = %d\n", k, i * k + i);
        sample_tag(sample_run(&s.sample, names[i]), "settings", DNN_EVENT_TEXT)->text = texts[i];
    }
    build(&s, PANEL_TEXT, "settings", 400, 120);
    draw(&s);
    assert_non_null(find_text(&s.list, "setting0"));
    bool columns = false, rows = false;
    for (size_t i = 0; i < s.list.count; i++) {
        const command *c = &s.list.commands[i];
        if (c->kind != COMMAND_TEXT)
            continue;
        columns = columns || (strstr(c->text, "more") != NULL && c->area.y < 60);
        rows = rows || (strstr(c->text, "more") != NULL && c->area.y > 60);
        assert_true(c->area.x + text_width(c->text, c->size, c->style) <= 400);
        assert_true(c->area.y <= 120);
    }
    assert_true(columns && rows);
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
        cmocka_unit_test(values_that_are_not_finite_are_marked_and_break_the_line),
        cmocka_unit_test(a_logarithmic_view_fits_what_is_positive),
        cmocka_unit_test(a_logarithmic_scale_says_what_it_does_not_show),
        cmocka_unit_test(many_values_that_are_not_shown_are_not_counted_one_by_one),
        cmocka_unit_test(a_picture_is_enlarged_by_a_whole_factor_in_the_middle),
        cmocka_unit_test(settings_of_runs_are_a_row_each_and_only_what_differs_is_a_column),
        cmocka_unit_test(settings_that_find_no_room_are_counted),
        cmocka_unit_test(a_text_is_wrapped_between_its_words),
        cmocka_unit_test(a_call_is_no_setting_and_columns_have_letters_of_one_width),
    };
    return cmocka_run_group_tests(tests, open_fonts, close_fonts);
}
