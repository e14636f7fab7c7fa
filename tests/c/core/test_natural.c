/* Names are ordered as people order them, and any set of names has one order. */
#include "check.h"

#include <string.h>

#include "core/natural.h"

static int sign(int x) {
    return (x > 0) - (x < 0);
}

static void check_ordered(const char *const *names, size_t count) {
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < count; k++)
            if (sign(dnn_natural_compare(names[i], names[k])) != (i > k) - (i < k))
                fail_msg("\"%s\" and \"%s\" are in the wrong order", names[i], names[k]);
}

static void whole_numbers_are_ordered_by_value(void **state) {
    (void)state;
    const char *const names[] = {"",         "1 Linear",  "2 ReLU",   "10 Linear", "10 Linear/a",
                                 "layer1.w", "layer02.w", "layer2.w", "layer10.w"};
    check_ordered(names, sizeof names / sizeof *names);
}

static void decimals_are_numbers(void **state) {
    (void)state;
    const char *const names[] = {"lr 0.0003", "lr 0.001", "lr 0.01", "lr 0.0100001", "lr 0.1",
                                 "lr 0.5/a",  "lr 1",     "lr 1.05", "lr 1.5",       "lr 10"};
    check_ordered(names, sizeof names / sizeof *names);
}

static void exponents_are_part_of_numbers(void **state) {
    (void)state;
    const char *const rates[] = {"lr0",      "lr1e-12", "lr1e-5", "lr3e-05",     "lr0.0001",
                                 "lr3.5e-4", "lr1e-3",  "lr0.3",  "lr1.26",      "lr1.5e0",
                                 "lr2",      "lr9.9e1", "lr100",  "lr1.064e+06", "lr3E6"};
    check_ordered(rates, sizeof rates / sizeof *rates);
    check_ordered((const char *const[]){"1e2x", "1e10x", "2e1x"}, 3); /* in words there are none */
}

static void points_between_more_than_two_numbers_or_after_a_word_only_separate(void **state) {
    (void)state;
    const char *const paths[] = {"3.2.weight", "3.10.weight", "10.0.weight"};
    const char *const files[] = {"cat.2.jpg", "cat.9.jpg", "cat.10.jpg", "cat.100.jpg"};
    const char *const versions[] = {"1.2.9", "1.2.10", "1.10.1"};
    check_ordered(paths, 3);
    check_ordered(files, 4);
    check_ordered(versions, 3);
}

static void zeros_at_the_ends_decide_last(void **state) {
    (void)state;
    const char *const names[] = {"01", "1", "1.0", "1.00", "1.01"};
    check_ordered(names, 5);
}

static void numbers_of_any_length_are_compared(void **state) {
    (void)state;
    const char *const names[] = {"99999999999999999999999999999998",
                                 "99999999999999999999999999999999",
                                 "100000000000000000000000000000000"};
    check_ordered(names, 3);
}

/* Every triple of short names over four characters: the order is total. */
static void check_total(const char *letters) {
    static char names[400][5];
    size_t count = 0;
    for (int length = 0; length <= 4; length++)
        for (int n = 0; n < 1 << (2 * length) && count < 400; n++, count++) {
            memset(names[count], 0, sizeof *names);
            for (int i = 0; i < length; i++)
                names[count][i] = letters[n >> (2 * i) & 3];
        }
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < count; k++) {
            int order = sign(dnn_natural_compare(names[i], names[k]));
            assert_int_equal(order, -sign(dnn_natural_compare(names[k], names[i])));
            assert_int_equal(order == 0, i == k);
        }
    for (size_t i = 0; i < count; i += 3)
        for (size_t k = 1; k < count; k += 3)
            for (size_t m = 2; m < count; m += 5)
                if (dnn_natural_compare(names[i], names[k]) < 0 &&
                    dnn_natural_compare(names[k], names[m]) < 0)
                    assert_true(dnn_natural_compare(names[i], names[m]) < 0);
}

static void any_three_names_agree(void **state) {
    (void)state;
    check_total("01.a");
    check_total("01e-");
    check_total("01e.");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers_are_ordered_by_value),
        cmocka_unit_test(decimals_are_numbers),
        cmocka_unit_test(exponents_are_part_of_numbers),
        cmocka_unit_test(points_between_more_than_two_numbers_or_after_a_word_only_separate),
        cmocka_unit_test(zeros_at_the_ends_decide_last),
        cmocka_unit_test(numbers_of_any_length_are_compared),
        cmocka_unit_test(any_three_names_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
