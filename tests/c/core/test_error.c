/* Failures carry text that fits its buffer. */
#include "check.h"

static void text_is_formatted_and_status_returned(void **state) {
    (void)state;
    dnn_error err;
    assert_int_equal(dnn_fail(&err, DNN_ERROR_SHAPE, "%d x %d", 3, 4), DNN_ERROR_SHAPE);
    assert_int_equal(err.status, DNN_ERROR_SHAPE);
    assert_string_equal(err.text, "3 x 4");
}

static void context_goes_before_the_text(void **state) {
    (void)state;
    dnn_error err;
    dnn_fail(&err, DNN_ERROR_FILE, "no such file");
    dnn_fail_context(&err, DNN_ERROR_FILE, "photos/%s: ", "cat.1.jpg");
    assert_string_equal(err.text, "photos/cat.1.jpg: no such file");
}

static void long_texts_are_cut_and_null_is_allowed(void **state) {
    (void)state;
    char lengthy[2000];
    memset(lengthy, 'x', sizeof lengthy - 1);
    lengthy[sizeof lengthy - 1] = '\0';
    dnn_error err;
    dnn_fail(&err, DNN_ERROR_STATE, "%s", lengthy);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    dnn_fail_context(&err, DNN_ERROR_STATE, "%s", lengthy);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    assert_int_equal(dnn_fail(NULL, DNN_ERROR_STATE, "x"), DNN_ERROR_STATE);
}

static void every_status_has_a_name(void **state) {
    (void)state;
    for (int a = 0; a < DNN_STATUS_COUNT; a++)
        for (int b = 0; b < a; b++)
            assert_string_not_equal(dnn_status_name((dnn_status)a), dnn_status_name((dnn_status)b));
    assert_string_equal(dnn_status_name((dnn_status)DNN_STATUS_COUNT), "unknown");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_formatted_and_status_returned),
        cmocka_unit_test(context_goes_before_the_text),
        cmocka_unit_test(long_texts_are_cut_and_null_is_allowed),
        cmocka_unit_test(every_status_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
