/* What stands in the file, command by command; that it is XML whatever the texts are. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/memory.h"
#include "core/random.h"
#include "core/utf8.h"
#include "viz/draw/svg.h"
#include "viz/sample_figure.h"

/* Writes the list, frees it, and returns the file's text. */
static char *written(display_list *list) {
    dnn_error err;
    char path[] = "/tmp/dnn_svg_XXXXXX";
    close(mkstemp(path));
    check_ok(svg_write(list, 100, 50.5f, path, &err));
    display_list_free(list);
    FILE *file = fopen(path, "rb");
    fseek(file, 0, SEEK_END);
    size_t size = (size_t)ftell(file);
    rewind(file);
    char *text = malloc(size + 1);
    assert_int_equal(fread(text, 1, size, file), size);
    text[size] = '\0';
    fclose(file);
    unlink(path);
    return text;
}

/* The only element of a file is this one. */
static void expect_element(display_list *list, const char *element) {
    char *text = written(list);
    char *begin = strchr(strstr(text, "<svg"), '\n') + 1, *end = strstr(begin, "</svg>");
    *end = '\0';
    assert_string_equal(begin, element);
    free(text);
}

/* A small reader of XML: tags are closed in order, attributes quoted and named once, entities
 * known, characters those that XML 1.0 has. Fails the test where it is not so. */
static void check_text(const char *begin, const char *end) {
    const char *s = begin;
    while (s < end) {
        const char *before = s;
        uint32_t c = dnn_utf8_next(&s);
        if (c == 0xFFFD)
            assert_memory_equal(before, "\xEF\xBF\xBD", 3);
        assert_true(c == '\t' || c == '\n' || c == '\r' || c >= 0x20);
        assert_true(c != 0xFFFE && c != 0xFFFF && c != '<');
        if (c == '&')
            assert_true(strncmp(s, "amp;", 4) == 0 || strncmp(s, "lt;", 3) == 0 ||
                        strncmp(s, "gt;", 3) == 0);
    }
}

static void check_xml(const char *text) {
    char open[16][32];
    int depth = 0;
    const char *s = strstr(text, "?>");
    assert_non_null(s);
    for (s += 2; *s != '\0';) {
        const char *tag = strchr(s, '<');
        check_text(s, tag == NULL ? s + strlen(s) : tag);
        if (tag == NULL)
            break;
        const char *end = strchr(tag, '>');
        assert_non_null(end);
        check_text(tag + 1, end);
        size_t name = strcspn(tag + 1 + (tag[1] == '/'), " />");
        assert_in_range(name, 1, 31);
        if (tag[1] == '/') {
            assert_true(depth > 0);
            depth--;
            assert_true(strlen(open[depth]) == name && strncmp(tag + 2, open[depth], name) == 0);
        } else if (end[-1] != '/') {
            assert_true(depth < 16);
            snprintf(open[depth++], sizeof *open, "%.*s", (int)name, tag + 1);
        }
        int quotes = 0;
        for (const char *q = tag; q < end; q++)
            quotes += *q == '"';
        assert_int_equal(quotes % 2, 0);
        s = end + 1;
    }
    assert_int_equal(depth, 0);
}

static void each_command_is_one_short_element(void **state) {
    (void)state;
    display_list list = {0};
    draw_fill(&list, (rect){1, 2.25f, 30, 40.126f}, 0x11AAFFFF, 0);
    expect_element(&list,
                   "<rect x=\"1\" y=\"2.25\" width=\"30\" height=\"40.13\" fill=\"#11aaff\"/>\n");
    draw_fill(&list, (rect){0, 0, 30, 4}, 0x11AAFF80, 8);
    expect_element(&list,
                   "<rect x=\"0\" y=\"0\" width=\"30\" height=\"4\" rx=\"2\" fill=\"#11aaff\" "
                   "fill-opacity=\"0.502\"/>\n");
    point p[] = {
        {1,       2   },
        {3,       4.5f},
        {-0.001f, 1e9f}
    };
    draw_polyline(&list, p, 3, (stroke){0x000000FF, 1.5f, 0});
    expect_element(&list, "<path d=\"M1 2L3 4.5L0 1e+09\" fill=\"none\" stroke=\"#000000\" "
                          "stroke-width=\"1.5\"/>\n");
    draw_polyline(&list, p, 2, (stroke){0x000000FF, 2, 1});
    expect_element(&list, "<path d=\"M1 2L3 4.5\" fill=\"none\" stroke=\"#000000\" "
                          "stroke-width=\"2\" stroke-dasharray=\"12 6\"/>\n");
    const point ends[] = {
        {1, 2  },
        {1, 5  },
        {2, NAN},
        {2, 3  },
        {3, 3  },
        {3, 4  }
    };
    draw_bars(&list, ends, 6, (stroke){0x000000FF, 1, 0});
    expect_element(&list, "<path d=\"M1 2L1 5M3 3L3 4\" fill=\"none\" stroke=\"#000000\" "
                          "stroke-width=\"1\"/>\n");
    draw_polygon(&list, p, 2, 0x010203FF);
    expect_element(&list, "<path d=\"M1 2L3 4.5Z\" fill-rule=\"evenodd\" fill=\"#010203\"/>\n");
}

static void text_stays_text_with_its_font(void **state) {
    (void)state;
    display_list list = {0};
    draw_text(&list, 5, 6, "cost", (text_style){11, 0x1F2328FF, FONT_REGULAR, ANCHOR_LEFT, 0});
    expect_element(&list, "<text x=\"5\" y=\"6\" font-size=\"11\" fill=\"#1f2328\">cost</text>\n");
    draw_text(&list, 5, 6, "y", (text_style){9.5f, 0xFF, FONT_BOLD, ANCHOR_MIDDLE, 90});
    expect_element(&list,
                   "<text transform=\"translate(5 6) rotate(-90)\" font-size=\"9.5\" "
                   "font-weight=\"bold\" text-anchor=\"middle\" fill=\"#000000\">y</text>\n");
    draw_text(&list, 0, 0, "m", (text_style){10, 0xFF, FONT_MONO, ANCHOR_RIGHT, 0});
    expect_element(&list, "<text x=\"0\" y=\"0\" font-size=\"10\" font-family=\"DejaVu Sans Mono, "
                          "monospace\" text-anchor=\"end\" fill=\"#000000\">m</text>\n");
}

static void markup_and_control_characters_in_texts_are_harmless(void **state) {
    (void)state;
    display_list list = {0};
    draw_text(&list, 0, 0, "a<b> & \"c\" \x01\x7F\t\xFF\xEF\xBF\xBF.", (text_style){.size = 10});
    expect_element(&list,
                   "<text x=\"0\" y=\"0\" font-size=\"10\" fill=\"#000000\" fill-opacity=\"0\">"
                   "a&lt;b&gt; &amp; \"c\"    \xEF\xBF\xBD .</text>\n");
    dnn_random r = dnn_random_seeded(15);
    for (int trial = 0; trial < 300; trial++) {
        char bytes[64];
        size_t length = 1 + dnn_random_below(&r, sizeof bytes - 1);
        for (size_t i = 0; i < length; i++)
            bytes[i] = (char)(1 + dnn_random_below(&r, 255));
        bytes[length] = '\0';
        draw_text(&list, 0, 0, bytes, (text_style){.size = 10});
        char *text = written(&list);
        check_xml(text);
        free(text);
    }
}

static void a_clip_holds_what_comes_until_the_next(void **state) {
    (void)state;
    display_list list = {0};
    draw_clip(&list, (rect){1, 2, 3, 4});
    draw_fill(&list, (rect){0, 0, 1, 1}, 0xFF, 0);
    draw_clip(&list, (rect){5, 6, 7, 8});
    draw_unclip(&list);
    expect_element(
        &list,
        "<clipPath id=\"clip1\"><rect x=\"1\" y=\"2\" width=\"3\" height=\"4\"/></clipPath>\n"
        "<g clip-path=\"url(#clip1)\">\n"
        "<rect x=\"0\" y=\"0\" width=\"1\" height=\"1\" fill=\"#000000\"/>\n"
        "</g>\n"
        "<clipPath id=\"clip2\"><rect x=\"5\" y=\"6\" width=\"7\" height=\"8\"/></clipPath>\n"
        "<g clip-path=\"url(#clip2)\">\n"
        "</g>\n");
}

static void what_is_not_finite_breaks_a_line_and_a_lone_point_is_a_dot(void **state) {
    (void)state;
    display_list list = {0};
    point p[] = {
        {1,   1       },
        {2,   2       },
        {NAN, 3       },
        {4,   4       },
        {5,   INFINITY},
        {6,   6       },
        {7,   7       }
    };
    draw_polyline(&list, p, 7, (stroke){0x000000FF, 3, 0});
    expect_element(&list, "<path d=\"M1 1L2 2M6 6L7 7\" fill=\"none\" stroke=\"#000000\" "
                          "stroke-width=\"3\"/>\n"
                          "<circle cx=\"4\" cy=\"4\" r=\"1.5\" fill=\"#000000\"/>\n");
    point box[] = {
        {0, 0},
        {9, 0},
        {9, 9},
        {0, 0}
    };
    draw_polyline(&list, box, 4, (stroke){0x000000FF, 3, 0});
    expect_element(&list, "<path d=\"M0 0L9 0L9 9L0 0Z\" fill=\"none\" stroke=\"#000000\" "
                          "stroke-width=\"3\"/>\n");
    draw_fill(&list, (rect){NAN, 0, 1, 1}, 0xFF, 0);
    draw_polygon(&list, &p[2], 1, 0xFF);
    draw_text(&list, 0, INFINITY, "x", (text_style){.size = 10});
    expect_element(&list, "");
}

/* Reads base64 back, by the table of RFC 4648. */
static size_t base64_read(const char *text, uint8_t *out) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t count = 0;
    uint32_t held = 0;
    int bits = 0;
    for (; *text != '=' && *text != '"'; text++) {
        held = held << 6 | (uint32_t)(strchr(digits, *text) - digits);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out[count++] = (uint8_t)(held >> bits);
        }
    }
    return count;
}

static void a_picture_is_a_whole_png_in_base64(void **state) {
    (void)state;
    uint8_t pixels[3 * 2 * 4], png[4096];
    for (size_t i = 0; i < sizeof pixels; i++)
        pixels[i] = (uint8_t)(i % 4 == 3 ? 255 : 40 * i);
    for (int width = 1; width <= 3; width++) {
        display_list list = {0};
        draw_image(&list, (rect){1, 2, 30, 20}, pixels, (size_t)width, 2);
        char *text = written(&list), *data = strstr(text, "base64,");
        check_xml(text);
        assert_non_null(strstr(text, "<image x=\"1\" y=\"2\" width=\"30\" height=\"20\""));
        size_t count = base64_read(data + strlen("base64,"), png);
        assert_true(count > 8 && memcmp(png, "\x89PNG\r\n\x1a\n", 8) == 0);
        assert_memory_equal(png + count - 8, "IEND\xAE\x42\x60\x82", 8);
        free(text);
    }
}

static void a_whole_figure_is_xml(void **state) {
    (void)state;
    display_list list = {0};
    figure_draw(&list, &theme_light, true);
    char *text = written(&list);
    check_xml(text);
    assert_non_null(strstr(text, "width=\"100\" height=\"50.5\" viewBox=\"0 0 100 50.5\""));
    assert_non_null(strstr(text, "font-family=\"DejaVu Sans, sans-serif\""));
    assert_true(strlen(text) < 60000);
    free(text);
}

static void what_cannot_be_written_is_said(void **state) {
    (void)state;
    dnn_error err;
    display_list list = {0};
    figure_draw(&list, &theme_light, true);
    char folder[] = "/tmp/dnn_svg_XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    assert_int_equal(rmdir(folder), 0);
    snprintf(path, sizeof path, "%s/a.svg", folder);
    check_fails(svg_write(&list, 100, 100, path, &err), DNN_ERROR_FILE,
                "a.svg: cannot be written: No such file or directory");
    check_fails(svg_write(&list, 0, 100, "a.svg", &err), DNN_ERROR_ARGUMENT,
                "a.svg: an image of 0 x 100 points cannot be written");
    uint64_t live = dnn_allocations_live();
    dnn_fail_allocation(2);
    check_fails(svg_write(&list, 9, 9, "a.svg", &err), DNN_ERROR_MEMORY, "a.svg: no memory");
    dnn_fail_allocation(0);
    assert_int_equal(dnn_allocations_live(), live);
    display_list_free(&list);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_command_is_one_short_element),
        cmocka_unit_test(text_stays_text_with_its_font),
        cmocka_unit_test(markup_and_control_characters_in_texts_are_harmless),
        cmocka_unit_test(a_clip_holds_what_comes_until_the_next),
        cmocka_unit_test(what_is_not_finite_breaks_a_line_and_a_lone_point_is_a_dot),
        cmocka_unit_test(a_picture_is_a_whole_png_in_base64),
        cmocka_unit_test(a_whole_figure_is_xml),
        cmocka_unit_test(what_cannot_be_written_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
