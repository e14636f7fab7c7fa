/* Text is measured and drawn without a screen, whatever bytes it is made of. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/memory.h"
#include "core/random.h"
#include "viz/sample_fonts.h"

static double ink(const glyph_line *line) {
    double sum = 0;
    for (int i = 0; line != NULL && i < line->width * line->height; i++)
        sum += line->coverage[i] / 255.0;
    return sum;
}

static void widths_add_up_and_grow_with_the_size(void **state) {
    (void)state;
    float one = text_width("nnnnnnnn", 12, FONT_REGULAR);
    check_close(text_width("nnnnnnnnnnnnnnnn", 12, FONT_REGULAR), 2 * one, 0.3);
    check_close(text_width("nnnnnnnn", 24, FONT_REGULAR), 2 * one, 0.3);
    check_close(text_width("nnnnnnnn", 12.1f, FONT_REGULAR), one * 12.1 / 12, 0.3);
    assert_true(text_width("nnnnnnnn", 12, FONT_BOLD) > one);
    check_close(text_width("iiii", 12, FONT_MONO), text_width("WWWW", 12, FONT_MONO), 1);
    check_close(text_width("", 12, FONT_REGULAR), 0, 0);
    check_close(text_width("x", 0, FONT_REGULAR), 0, 0);
    check_close(text_width("x", NAN, FONT_REGULAR), 0, 0);
    check_close(text_width("x", INFINITY, FONT_REGULAR), 0, 0);
    /* DejaVu Sans: n advances 1298 of 2048 units per em */
    check_close(one, 8 * 12 * 1298.0 / 2048, 0.5);
}

static void
a_line_has_ink_of_about_its_width_and_four_times_as_much_at_twice_the_size(void **state) {
    (void)state;
    const glyph_line *line = text_coverage("learning rate", 20, FONT_REGULAR, 1);
    assert_non_null(line);
    check_close(line->width, text_width("learning rate", 20, FONT_REGULAR), 3);
    assert_in_range(line->ascent, 15, 22);
    assert_true(line->height > line->ascent);
    double small = ink(line);
    check_close(ink(text_coverage("learning rate", 20, FONT_REGULAR, 2)) / small, 4, 0.2);
    check_close(ink(text_coverage("learning rate", 40, FONT_REGULAR, 1)) / small, 4, 0.2);
}

static void where_nothing_is_seen_there_is_no_line(void **state) {
    (void)state;
    assert_null(text_coverage("", 12, FONT_REGULAR, 1));
    assert_null(text_coverage("x", 0, FONT_REGULAR, 1));
    assert_null(text_coverage("x", 12, FONT_REGULAR, NAN));
    assert_null(text_coverage("x", 1e9f, FONT_REGULAR, 1));
    assert_true(ink(text_coverage("\t\n ", 12, FONT_REGULAR, 1)) == 0);
}

static void any_bytes_are_drawn(void **state) {
    (void)state;
    dnn_random r = dnn_random_seeded(6);
    char text[3000];
    for (int trial = 0; trial < 200; trial++) {
        size_t length = dnn_random_below(&r, trial == 0 ? sizeof text - 1 : 40);
        for (size_t i = 0; i < length; i++)
            text[i] = (char)(1 + dnn_random_below(&r, 255));
        text[length] = '\0';
        text_coverage(text, 11, FONT_REGULAR, 1);
        assert_true(text_width(text, 11, FONT_REGULAR) >= 0);
    }
    assert_true(ink(text_coverage("\xFF", 20, FONT_REGULAR, 1)) >
                5); /* the replacement character */
}

static void the_cache_is_bounded_and_a_line_drawn_again_is_the_same(void **state) {
    (void)state;
    double before = ink(text_coverage("cost 0.125", 11, FONT_REGULAR, 1));
    for (int i = 0; i < 5000; i++) {
        char text[32];
        snprintf(text, sizeof text, "%d", i);
        text_coverage(text, 8, FONT_REGULAR, 1);
    }
    uint64_t live = dnn_allocations_live();
    for (int i = 5000; i < 8000; i++) {
        char text[32];
        snprintf(text, sizeof text, "%d", i);
        text_coverage(text, 8, FONT_REGULAR, 1);
    }
    assert_true(dnn_allocations_live() <= 2 * 2048);
    assert_true(dnn_allocations_live() < live + 400);
    check_close(ink(text_coverage("cost 0.125", 11, FONT_REGULAR, 1)), before, 0);
}

static void drawing_the_same_again_allocates_nothing(void **state) {
    (void)state;
    text_coverage("epoch", 11, FONT_REGULAR, 1);
    text_width("epoch", 11, FONT_REGULAR);
    uint64_t count = dnn_allocation_count();
    text_coverage("epoch", 11, FONT_REGULAR, 1);
    text_width("epoch", 11, FONT_REGULAR);
    assert_int_equal(dnn_allocation_count(), count);
}

static void without_memory_there_is_no_line_until_there_is_some(void **state) {
    (void)state;
    for (uint64_t n = 1; n <= 2; n++) {
        char text[16];
        snprintf(text, sizeof text, "memory %d", (int)n);
        dnn_fail_allocation(n);
        assert_null(text_coverage(text, 11, FONT_REGULAR, 1));
        dnn_fail_allocation(0);
    }
    assert_non_null(text_coverage("memory 1", 11, FONT_REGULAR, 1));
    assert_non_null(text_coverage("memory 2", 11, FONT_REGULAR, 1));
}

static void the_users_folder_comes_first_and_then_the_systems(void **state) {
    (void)state;
    dnn_error err;
    fonts_close();
    assert_true(text_width("guess", 10, FONT_REGULAR) > 20); /* a guess, not 0 */
    assert_null(text_coverage("x", 10, FONT_REGULAR, 1));
    char folder[] = "/tmp/dnn_font_XXXXXX"; /* a folder without fonts */
    assert_non_null(mkdtemp(folder));
    setenv("DNNVIEW_FONT", folder, 1);
    check_ok(fonts_open(&err));
    assert_int_equal(rmdir(folder), 0);
    unsetenv("DNNVIEW_FONT");
    check_ok(fonts_open(&err));
}

/* A process that may open no more files finds no font. */
static void a_missing_font_is_named_with_its_places_and_its_package(void **state) {
    (void)state;
    dnn_error err;
    struct rlimit before, none;
    fonts_close();
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = (struct rlimit){0, before.rlim_max};
    setenv("DNNVIEW_FONT", "/my/fonts", 1);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    dnn_status status = fonts_open(&err);
    setrlimit(RLIMIT_NOFILE, &before);
    unsetenv("DNNVIEW_FONT");
    assert_int_equal(status, DNN_ERROR_FILE);
    assert_string_equal(
        err.text,
        "font DejaVuSans.ttf: not found in DNNVIEW_FONT (/my/fonts) nor in "
        "/usr/share/fonts/truetype/dejavu, /usr/share/fonts/dejavu-sans-fonts, "
        "/usr/share/fonts/dejavu, /usr/share/fonts/TTF, /usr/local/share/fonts/dejavu; install "
        "Debian's package fonts-dejavu-core, or set DNNVIEW_FONT to the folder that has it");
    check_ok(fonts_open(&err));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(widths_add_up_and_grow_with_the_size),
        cmocka_unit_test(
            a_line_has_ink_of_about_its_width_and_four_times_as_much_at_twice_the_size),
        cmocka_unit_test(where_nothing_is_seen_there_is_no_line),
        cmocka_unit_test(any_bytes_are_drawn),
        cmocka_unit_test(the_cache_is_bounded_and_a_line_drawn_again_is_the_same),
        cmocka_unit_test(drawing_the_same_again_allocates_nothing),
        cmocka_unit_test(without_memory_there_is_no_line_until_there_is_some),
        cmocka_unit_test(a_missing_font_is_named_with_its_places_and_its_package),
        cmocka_unit_test(the_users_folder_comes_first_and_then_the_systems),
    };
    return cmocka_run_group_tests(tests, open_fonts, close_fonts);
}
