/* test_settings.c: which texts are settings. */
#include <string.h>

#include "check.h"
#include "viz/runs/settings.h"

static bool is_setting(const char *text, const char *key, const char *value) {
    setting found[4];
    char word[64];
    if (parse_settings(text, found, 4) != 1)
        return false;
    copy_piece(word, sizeof word, found[0].key);
    if (strcmp(word, key) != 0)
        return false;
    copy_piece(word, sizeof word, found[0].value);
    return strcmp(word, value) == 0;
}

static void a_key_and_a_value_are_a_setting(void **state) {
    (void)state;
    assert_true(is_setting("lr = 0.1", "lr", "0.1"));
    assert_true(is_setting("lr=0.1", "lr", "0.1"));
    assert_true(is_setting("lr: 0.1", "lr", "0.1"));
    assert_true(is_setting("lr:\t0.1", "lr", "0.1"));
    assert_true(is_setting("note:", "note", ""));
    assert_true(is_setting("| lr | 0.1 |", "lr", "0.1"));
}

static void a_colon_within_a_word_makes_no_setting(void **state) {
    (void)state;
    setting found[4];
    assert_int_equal(parse_settings("run:watch(net) would name the layer", found, 4), 0);
    assert_int_equal(parse_settings("https://example.org/data", found, 4), 0);
    assert_int_equal(parse_settings("lr: 0.1\nfrom 12:30 on", found, 4), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_and_a_value_are_a_setting),
        cmocka_unit_test(a_colon_within_a_word_makes_no_setting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
