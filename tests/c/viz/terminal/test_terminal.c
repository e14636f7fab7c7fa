/* The terminal as a player of display lists: dots where a line goes, words where they stand. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "viz/terminal/color_index.h"
#include "viz/terminal/terminal.h"

static char *play(const display_list *list, int columns, int rows, terminal_colors colors) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_true(terminal_play(list, &theme_dark, columns, rows, colors, out));
    assert_int_equal(fclose(out), 0);
    return text;
}

static void check_plays(display_list *list, int columns, int rows, terminal_colors colors,
                        const char *expected) {
    char *text = play(list, columns, rows, colors);
    assert_string_equal(text, expected);
    free(text);
    display_list_free(list);
}

/* The middle of a dot, counted from the top left. */
static point dot(int column, int row) {
    return (point){((float)column + 0.5f) * CELL_WIDTH / 2, ((float)row + 0.5f) * CELL_HEIGHT / 4};
}

static const stroke line = {0x5566EEFF, 1.5f, 0};

static void a_line_sets_the_dots_that_it_passes(void **state) {
    (void)state;
    display_list list = {0};
    draw_line(&list, dot(0, 0), dot(7, 0), line);
    check_plays(&list, 4, 1, COLORS_NONE, "⠉⠉⠉⠉");
    draw_line(&list, dot(2, 0), dot(2, 7), line);
    check_plays(&list, 3, 2, COLORS_NONE, " ⡇\n ⡇");
    draw_line(&list, dot(0, 0), dot(3, 3), line);
    check_plays(&list, 2, 1, COLORS_NONE, "⠑⢄");
    const point ends[] = {dot(0, 0), dot(0, 3), dot(3, 1), dot(3, 2)};
    draw_bars(&list, ends, 4, line);
    check_plays(&list, 2, 1, COLORS_NONE, "⡇⠰");
}

static void nothing_is_drawn_outside_the_clip_or_the_screen(void **state) {
    (void)state;
    display_list list = {0};
    draw_clip(&list, (rect){CELL_WIDTH, 0, CELL_WIDTH, CELL_HEIGHT});
    draw_line(&list, dot(-50, 0), dot(700, 0), line);
    draw_unclip(&list);
    draw_line(&list, (point){NAN, 1}, (point){-3, 3}, line);
    draw_line(&list, (point){INFINITY, 1}, (point){-3, 3}, line);
    check_plays(&list, 4, 1, COLORS_NONE, " ⠉");
}

static void words_stand_where_their_anchor_says(void **state) {
    (void)state;
    display_list list = {0};
    const float y = CELL_HEIGHT * 0.75f, middle = 5 * CELL_WIDTH;
    draw_text(&list, 0, y, "ab", (text_style){11, theme_dark.text, FONT_REGULAR, ANCHOR_LEFT, 0});
    draw_text(&list, middle, y, "cd",
              (text_style){11, theme_dark.text, FONT_REGULAR, ANCHOR_MIDDLE, 0});
    draw_text(&list, 10 * CELL_WIDTH, y, "é€",
              (text_style){11, theme_dark.text, FONT_REGULAR, ANCHOR_RIGHT, 0});
    draw_text(&list, middle, y, "up", (text_style){11, theme_dark.text, FONT_REGULAR, 0, 90});
    check_plays(&list, 10, 1, COLORS_NONE, "ab  cd  é€");
}

static void a_cell_of_a_picture_is_two_pixels_or_without_colours_a_shade(void **state) {
    (void)state;
    const uint8_t pixels[] = {255, 0, 0, 255, 0, 0, 255, 255}; /* red above blue */
    const uint8_t grey[] = {0, 0, 0, 255, 128, 128, 128, 255, 255, 255, 255, 255};
    display_list list = {0};
    draw_image(&list, (rect){0, 0, CELL_WIDTH, CELL_HEIGHT}, pixels, 1, 2);
    check_plays(&list, 1, 1, COLORS_TRUE, "\033[0m\033[38;2;255;0;0m\033[48;2;0;0;255m▀\033[0m");
    draw_image(&list, (rect){0, 0, CELL_WIDTH, CELL_HEIGHT}, pixels, 1, 2);
    check_plays(&list, 1, 1, COLORS_256, "\033[0m\033[38;5;196m\033[48;5;21m▀\033[0m");
    draw_image(&list, (rect){0, 0, 3 * CELL_WIDTH, CELL_HEIGHT}, grey, 3, 1);
    check_plays(&list, 3, 1, COLORS_NONE, " ▒█");
}

static void a_marker_of_a_value_that_is_not_finite_is_an_arrow(void **state) {
    (void)state;
    const point corners[] = {dot(2, 0), dot(4, 0), dot(3, 1)};
    display_list list = {0};
    draw_polygon(&list, corners, 3, theme_dark.warning);
    check_plays(&list, 4, 1, COLORS_NONE, " ▼");
    draw_polygon(&list, corners, 3, theme_dark.text); /* as under a histogram */
    check_plays(&list, 4, 1, COLORS_NONE, "");
}

static void colours_are_set_only_where_they_change(void **state) {
    (void)state;
    display_list list = {0};
    draw_line(&list, dot(0, 0), dot(3, 0), line);
    draw_line(&list, dot(4, 0), dot(7, 0), (stroke){0xFF0000FF, 1.5f, 0});
    check_plays(&list, 4, 1, COLORS_TRUE,
                "\033[0m\033[38;2;85;102;238m⠉⠉\033[0m\033[38;2;255;0;0m⠉⠉\033[0m");
}

static void grids_and_ghosts_are_left_out(void **state) {
    (void)state;
    display_list list = {0};
    draw_line(&list, dot(0, 0), dot(7, 0), (stroke){theme_dark.grid, 1, 0});
    draw_line(&list, dot(0, 0), dot(7, 0), (stroke){0x5566EE40, 1, 0});
    check_plays(&list, 4, 1, COLORS_NONE, "");
}

static void dashes_tell_lines_apart_without_colours(void **state) {
    (void)state;
    display_list list = {0};
    draw_line(&list, dot(0, 0), dot(79, 0), line);
    char *solid = play(&list, 40, 1, COLORS_NONE);
    display_list_free(&list);
    for (uint8_t dash = 1; dash < DASH_COUNT; dash++) {
        draw_line(&list, dot(0, 0), dot(79, 0), (stroke){line.color, 1.5f, dash});
        char *dashed = play(&list, 40, 1, COLORS_NONE);
        assert_string_not_equal(solid, dashed);
        free(dashed);
        display_list_free(&list);
    }
    free(solid);
}

static void colours_are_for_terminals_that_want_them(void **state) {
    (void)state;
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    setenv("TERM", "xterm-256color", 1);
    setenv("COLORTERM", "truecolor", 1);
    unsetenv("NO_COLOR");
    assert_int_equal(terminal_colors_of(fds[1]), COLORS_NONE); /* a pipe */
    int terminal = posix_openpt(2 /* O_RDWR */);
    if (terminal >= 0) {
        assert_int_equal(terminal_colors_of(terminal), COLORS_TRUE);
        unsetenv("COLORTERM");
        assert_int_equal(terminal_colors_of(terminal), COLORS_256);
        setenv("NO_COLOR", "1", 1);
        assert_int_equal(terminal_colors_of(terminal), COLORS_NONE);
        unsetenv("NO_COLOR");
        setenv("TERM", "dumb", 1);
        assert_int_equal(terminal_colors_of(terminal), COLORS_NONE);
        close(terminal);
    }
    close(fds[0]);
    close(fds[1]);
}

/* Of 4 x 4 pixels of a colour between the terminal's, as many have the upper level of a channel as
 * it is near to that; what it has stays as it is, and so do greys. */
static void colours_between_those_of_a_terminal_are_dithered(void **state) {
    (void)state;
    unsigned sum = 0;
    for (int y = 0; y < 4; y++)
        for (int x = 0; x < 4; x++) {
            color c = color_dithered(0x0073FFFF, x, y); /* 115: half way from 95 to 135 */
            unsigned green = c >> 16 & 0xFF;
            assert_true(green == 95 || green == 135);
            assert_true(c >> 24 == 0 && (c >> 8 & 0xFF) == 255);
            sum += green;
            assert_int_equal(color_dithered(0x808182FF, x, y), 0x808182FF);
        }
    assert_int_equal(sum, 16 * 115);
    assert_int_equal(color_index(0xFF0000FF), 196);
    assert_int_equal(color_index(0x808080FF), 244);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_sets_the_dots_that_it_passes),
        cmocka_unit_test(nothing_is_drawn_outside_the_clip_or_the_screen),
        cmocka_unit_test(words_stand_where_their_anchor_says),
        cmocka_unit_test(colours_between_those_of_a_terminal_are_dithered),
        cmocka_unit_test(a_cell_of_a_picture_is_two_pixels_or_without_colours_a_shade),
        cmocka_unit_test(a_marker_of_a_value_that_is_not_finite_is_an_arrow),
        cmocka_unit_test(colours_are_set_only_where_they_change),
        cmocka_unit_test(grids_and_ghosts_are_left_out),
        cmocka_unit_test(dashes_tell_lines_apart_without_colours),
        cmocka_unit_test(colours_are_for_terminals_that_want_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
