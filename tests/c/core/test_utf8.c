/* UTF-8 is read as RFC 3629 defines it, whatever the bytes are. */
#include "check.h"

#include "core/utf8.h"

static void every_character_comes_back(void **state) {
    (void)state;
    char bytes[DNN_UTF8_MAX];
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        uint32_t back = 1;
        size_t size = dnn_utf8_put(c, bytes);
        bool surrogate = c >= 0xD800 && c <= 0xDFFF;
        assert_int_equal(dnn_utf8_decode(bytes, size, &back), surrogate ? 0 : size);
        assert_true(surrogate || back == c);
        assert_int_equal(dnn_utf8_decode(bytes, size - 1, &back), 0); /* cut */
    }
}

static void what_rfc_3629_forbids_is_refused(void **state) {
    (void)state;
    const char *const forbidden[] = {
        "\x80",         "\xBF",         "\xC0\x80",         "\xC1\xBF",         "\xE0\x80\x80",
        "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",
        "\xFF",         "\xC3(",        "\xE2\x82("};
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++) {
        uint32_t c;
        const char *at = forbidden[i];
        assert_int_equal(dnn_utf8_decode(at, strlen(at), &c), 0);
        assert_false(dnn_utf8_valid(at, strlen(at)));
        assert_int_equal(dnn_utf8_next(&at), DNN_UTF8_REPLACEMENT);
        assert_ptr_equal(at, forbidden[i] + 1);
    }
    assert_true(dnn_utf8_valid("", 0));
    assert_true(dnn_utf8_valid("na\xC3\xAFve \xE2\x82\xAC \xF0\x9F\x90\x88", 16));
}

static void a_text_is_walked_to_its_end(void **state) {
    (void)state;
    const char *at = "a\xC3\xA9\xFF\xE2\x82\xAC";
    const uint32_t expected[] = {'a', 0xE9, DNN_UTF8_REPLACEMENT, 0x20AC, 0, 0};
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(dnn_utf8_next(&at), expected[i]);
}

static void no_cut_goes_through_a_character(void **state) {
    (void)state;
    const char *text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x90\x88";
    const size_t cuts[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10};
    for (size_t size = 0; size <= 10; size++)
        assert_int_equal(dnn_utf8_cut(text, size), cuts[size]);
    assert_int_equal(dnn_utf8_cut("\x80\x80\x80\x80\x80\x80", 5), 5); /* no character at all */
}

static void control_characters_cannot_steer_a_terminal(void **state) {
    (void)state;
    char text[] = "a\x1B[31mb\x07\x7F\tc\nd\xC2\x9B"
                  "2Je\xC2\xA9\xC3\xA9\xE2\x80\xAE\xE2\x81\xA6\xE2\x80\x93";
    dnn_utf8_disarm(text);
    assert_string_equal(text, "a?[31mb??\tc\nd??2Je\xC2\xA9\xC3\xA9??????\xE2\x80\x93");
}

static void bytes_that_are_not_utf8_cannot_steer_a_terminal_either(void **state) {
    (void)state;
    char text[] = "\x9B"
                  "31ma\xFF\xEF\xBF\xBD\xED\xA0\x80\xC3\xA9\xC3";
    dnn_utf8_disarm(text);
    assert_string_equal(text, "?31ma?\xEF\xBF\xBD???\xC3\xA9?"); /* U+FFFD itself stays */
}

static void a_name_stays_in_its_line(void **state) {
    (void)state;
    char name[] = "a\nb\tc\r\x1B\x9B\xC3\xA9";
    dnn_utf8_disarm_line(name);
    assert_string_equal(name, "a?b?c???\xC3\xA9");
}

static void what_steers_a_terminal_is_told_from_what_it_shows(void **state) {
    (void)state;
    const uint32_t steers[] = {1,      0x1B,   0x7F,   0x9B,   0xAD,   0x61C, 0x200B,
                               0x200E, 0x2028, 0x2029, 0x202E, 0x2069, 0xFEFF};
    const uint32_t shows[] = {0,      ' ',    '~',    0xA0,   0xE9,   0x200C,
                              0x200D, 0x2013, 0x202F, 0x206A, 0x1F600};
    for (size_t i = 0; i < sizeof steers / sizeof *steers; i++)
        assert_true(dnn_utf8_steers(steers[i]));
    for (size_t i = 0; i < sizeof shows / sizeof *shows; i++)
        assert_false(dnn_utf8_steers(shows[i]));
}

static void a_message_carries_no_control_characters_and_no_half_character(void **state) {
    (void)state;
    dnn_error err;
    dnn_fail(&err, DNN_ERROR_FILE, "%s: missing", "a\x1B]0;title\x07");
    assert_string_equal(err.text, "a?]0;title?: missing");
    dnn_fail_context(&err, DNN_ERROR_FILE, "%s: ", "\x1B[2J");
    assert_string_equal(err.text, "?[2J: a?]0;title?: missing");
    char name[1024];
    for (size_t i = 0; i < sizeof name - 2; i += 2)
        memcpy(name + i, "\xC3\xA9", 3);
    dnn_fail(&err, DNN_ERROR_FILE, "%s", name);
    assert_true(dnn_utf8_valid(err.text, strlen(err.text)));
    dnn_fail(&err, DNN_ERROR_FILE, "x%s", name);
    assert_true(dnn_utf8_valid(err.text, strlen(err.text)));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_character_comes_back),
        cmocka_unit_test(what_rfc_3629_forbids_is_refused),
        cmocka_unit_test(a_text_is_walked_to_its_end),
        cmocka_unit_test(no_cut_goes_through_a_character),
        cmocka_unit_test(control_characters_cannot_steer_a_terminal),
        cmocka_unit_test(bytes_that_are_not_utf8_cannot_steer_a_terminal_either),
        cmocka_unit_test(a_name_stays_in_its_line),
        cmocka_unit_test(what_steers_a_terminal_is_told_from_what_it_shows),
        cmocka_unit_test(a_message_carries_no_control_characters_and_no_half_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
