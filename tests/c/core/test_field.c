/* Settings are checked against their table, and messages list what there is. */
#include "check.h"

#include "core/field.h"

static const char *const flavours[] = {"sweet", "sour", NULL};
static const dnn_field fields[] = {
    {.name = "units",
     .kind = DNN_FIELD_COUNT,
     .positional = true,
     .required = true,
     .example = 3,
     .doc = "number of units"},
    {.name = "rate",      .kind = DNN_FIELD_REAL, .initial = 0.5, .low = 0, .high = 1, .doc = "a share"},
    {.name = "bias",            .kind = DNN_FIELD_FLAG, .initial = 1, .doc = "with a bias"},
    {.name = "flavour",                       .kind = DNN_FIELD_CHOICE, .choices = flavours, .doc = "taste"},
    {0},
};

static void defaults_fill_what_is_not_required(void **state) {
    (void)state;
    double v[DNN_MAX_FIELDS];
    dnn_field_defaults(fields, v);
    assert_int_equal(dnn_field_count(fields), 4);
    assert_int_equal(dnn_field_count(NULL), 0);
    assert_true(isnan(v[0]));
    assert_true(v[1] == 0.5 && v[2] == 1 && v[3] == 0);
}

static void values_in_range_are_taken(void **state) {
    (void)state;
    dnn_error err;
    double v[DNN_MAX_FIELDS];
    dnn_field_defaults(fields, v);
    check_ok(dnn_field_set("Cake", fields, v, "units", 12288, &err));
    check_ok(dnn_field_set("Cake", fields, v, "rate", 1, &err));
    check_ok(dnn_field_set("Cake", fields, v, "bias", 0, &err));
    check_ok(dnn_field_set_choice("Cake", fields, v, "flavour", "sour", &err));
    assert_true(v[0] == 12288 && v[1] == 1 && v[2] == 0 && v[3] == 1);
    check_ok(dnn_field_complete("Cake", fields, v, &err));
}

static void what_does_not_fit_is_refused_with_a_reason(void **state) {
    (void)state;
    dnn_error err;
    double v[DNN_MAX_FIELDS];
    dnn_field_defaults(fields, v);
    check_fails(dnn_field_set("Cake", fields, v, "units", 2.5, &err), DNN_ERROR_ARGUMENT,
                "Cake: units must be a whole number of at least 1, got 2.5");
    check_fails(dnn_field_set("Cake", fields, v, "units", NAN, &err), DNN_ERROR_ARGUMENT, "nan");
    check_fails(dnn_field_set("Cake", fields, v, "rate", -0.1, &err), DNN_ERROR_ARGUMENT,
                "Cake: rate must be in 0..1, got -0.1");
    check_fails(dnn_field_set("Cake", fields, v, "rate", INFINITY, &err), DNN_ERROR_ARGUMENT,
                "inf");
    check_fails(dnn_field_set("Cake", fields, v, "bias", 2, &err), DNN_ERROR_ARGUMENT,
                "Cake: bias must be true or false, got 2");
    check_fails(dnn_field_set("Cake", fields, v, "flavour", 2, &err), DNN_ERROR_ARGUMENT,
                "no choice number 2");
    check_fails(dnn_field_set_choice("Cake", fields, v, "flavour", "salty", &err),
                DNN_ERROR_ARGUMENT, "Cake: flavour must be one of sweet, sour, got 'salty'");
    check_fails(dnn_field_set_choice("Cake", fields, v, "rate", "high", &err), DNN_ERROR_ARGUMENT,
                "Cake: rate must be a number, got the text 'high'");
    check_fails(dnn_field_set("Cake", fields, v, "rat", 1, &err), DNN_ERROR_ARGUMENT,
                "Cake: unknown option 'rat'; known: units, rate, bias, flavour");
    check_fails(dnn_field_set("Cake", NULL, v, "rat", 1, &err), DNN_ERROR_ARGUMENT, "known: none");
    check_fails(dnn_field_complete("Cake", fields, v, &err), DNN_ERROR_ARGUMENT,
                "Cake: units is missing (number of units)");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_fill_what_is_not_required),
        cmocka_unit_test(values_in_range_are_taken),
        cmocka_unit_test(what_does_not_fit_is_refused_with_a_reason),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
