/* Saved figures show what they should, under names of their own. */
#include "check.h"

#include "viz/window/export.h"
#include "viz/sample_page.h"

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
        cmocka_unit_test_setup_teardown(a_saved_figure_has_the_panels_in_sight_whole, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_folder_that_takes_no_file_is_named, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(names_of_files_do_not_repeat, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
