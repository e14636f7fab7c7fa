/* Settings are checked against their table, and messages list what there is. */
#include "check.h"

#include "core/field.h"

enum { UNITS, RATE, BIAS, FLAVOUR, LAYERS, SIZE, STRIDE, MARGIN, LABEL, FIELDS };

static const char *const flavours[] = {"sweet", "sour", NULL};
static const dnn_field fields[] = {
    [UNITS] = {.name = "units",
               .kind = DNN_FIELD_COUNT,
               .positional = true,
               .required = true,
               .low = 1,
               .example = 3,
               .doc = "number of units"},
    [RATE] = {.name = "rate",
               .kind = DNN_FIELD_REAL,
               .initial = 0.5,
               .low = 0,
               .high = 1,
               .doc = "a share"},
    [BIAS] = {.name = "bias",                 .kind = DNN_FIELD_FLAG, .initial = 1, .doc = "with a bias"},
    [FLAVOUR] = {.name = "flavour", .kind = DNN_FIELD_CHOICE, .choices = flavours, .doc = "taste"},
    [LAYERS] = {.name = "layers",           .kind = DNN_FIELD_COUNT, .doc = "a count from 0"},
    [SIZE] =
        {.name = "size",           .kind = DNN_FIELD_PAIR, .initial = 2, .low = 1, .doc = "height and width"},
    [STRIDE] = {.name = "stride",
               .kind = DNN_FIELD_PAIR,
               .low = 1,
               .optional = true,
               .doc = "the size where it is left out"},
    [MARGIN] = {.name = "margin",                        .kind = DNN_FIELD_SIDES, .doc = "left, right, ..."},
    [LABEL] = {.name = "label",                        .kind = DNN_FIELD_TEXT, .doc = "a name"},
    {.name = NULL}
};

static const dnn_field required_text[] = {
    {.name = "path",    .kind = DNN_FIELD_TEXT, .required = true, .doc = "a file"},
    {.name = "pair", .kind = DNN_FIELD_PAIR, .required = true, .doc = "two numbers"},
    {.name = NULL                }
};

static void defaults_fill_what_is_not_required(void **state) {
    (void)state;
    dnn_setting v[DNN_MAX_FIELDS];
    dnn_field_defaults(fields, v);
    assert_int_equal(dnn_field_count(fields), FIELDS);
    assert_int_equal(dnn_field_count(NULL), 0);
    assert_true(isnan(v[UNITS].number));
    assert_true(v[RATE].number == 0.5 && v[BIAS].number == 1 && v[FLAVOUR].number == 0);
    assert_true(v[SIZE].pair[0] == 2 && v[SIZE].pair[1] == 2);
    assert_true(v[STRIDE].pair[0] < 0 && v[STRIDE].pair[1] < 0);
    assert_null(v[LABEL].text);
}

static void values_in_range_are_taken(void **state) {
    (void)state;
    dnn_error err;
    dnn_setting v[DNN_MAX_FIELDS];
    dnn_field_defaults(fields, v);
    check_ok(dnn_field_set("Cake", fields, v, "units", 12288, &err));
    check_ok(dnn_field_set("Cake", fields, v, "rate", 1, &err));
    check_ok(dnn_field_set("Cake", fields, v, "bias", 0, &err));
    check_ok(dnn_field_set("Cake", fields, v, "layers", 0, &err));
    check_ok(dnn_field_set_text("Cake", fields, v, "flavour", "sour", &err));
    check_ok(dnn_field_set_text("Cake", fields, v, "label", "birthday", &err));
    check_ok(dnn_field_set_numbers("Cake", fields, v, "size", (double[]){3, 4}, 2, &err));
    check_ok(dnn_field_set_numbers("Cake", fields, v, "margin", (double[]){1, 2, 3, 4}, 4, &err));
    check_ok(dnn_field_set("Cake", fields, v, "stride", 5, &err));
    assert_true(v[UNITS].number == 12288 && v[RATE].number == 1 && v[BIAS].number == 0);
    assert_true(v[FLAVOUR].number == 1 && v[LAYERS].number == 0);
    assert_true(v[SIZE].pair[0] == 3 && v[SIZE].pair[1] == 4);
    assert_true(v[STRIDE].pair[0] == 5 && v[STRIDE].pair[1] == 5);
    assert_true(v[MARGIN].sides[0] == 1 && v[MARGIN].sides[3] == 4);
    assert_string_equal(v[LABEL].text, "birthday");
    check_ok(dnn_field_complete("Cake", fields, v, &err));
}

static void numbers_that_do_not_fit_are_refused_with_a_reason(void **state) {
    (void)state;
    dnn_error err;
    dnn_setting v[DNN_MAX_FIELDS];
    dnn_field_defaults(fields, v);
    static const struct {
        const char *name;
        double value;
        const char *message;
    } wrong[] = {
        {"units",   2.5,         "Cake: units must be a whole number of at least 1, got 2.5"},
        {"units",   (double)NAN, "units must be a whole number of at least 1, got nan"      },
        {"units",   0,           "got 0"                                                    },
        {"layers",  -1,          "Cake: layers must be a whole number of at least 0, got -1"},
        {"rate",    -0.1,        "Cake: rate must be in 0..1, got -0.1"                     },
        {"rate",    INFINITY,    "inf"                                                      },
        {"bias",    2,           "Cake: bias must be true or false, got 2"                  },
        {"flavour", 2,           "Cake: flavour must be one of sweet, sour, got 2"          },
        {"size",    0,
         "Cake: size must be a whole number of at least 1, or a pair of them, {height, width}, "
         "got 0"                                                                            },
        {"stride",  -1,          "got -1"                                                   },
        {"label",   1,           "Cake: label must be a string, got 1"                      },
        {"rat",     1,
         "Cake: unknown option 'rat'; known: units, rate, bias, flavour, layers, size, stride, "
         "margin, label"                                                                            },
    };
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++)
        check_fails(dnn_field_set("Cake", fields, v, wrong[k].name, wrong[k].value, &err),
                    DNN_ERROR_ARGUMENT, wrong[k].message);
    check_fails(dnn_field_set("Cake", NULL, v, "rat", 1, &err), DNN_ERROR_ARGUMENT, "known: none");
    check_fails(dnn_field_complete("Cake", fields, v, &err), DNN_ERROR_ARGUMENT,
                "Cake: units is missing (number of units)");
}

static void pairs_and_texts_that_do_not_fit_are_refused_with_a_reason(void **state) {
    (void)state;
    dnn_error err;
    dnn_setting v[DNN_MAX_FIELDS];
    dnn_field_defaults(fields, v);
    static const double odd[] = {3, 2.5}, shares[] = {0.1, 0.2}, three[] = {1, 2, 3};
    check_fails(dnn_field_set_numbers("Cake", fields, v, "size", odd, 2, &err), DNN_ERROR_ARGUMENT,
                "got {3, 2.5}");
    check_fails(dnn_field_set_numbers("Cake", fields, v, "rate", shares, 2, &err),
                DNN_ERROR_ARGUMENT, "Cake: rate must be a number, got {0.1, 0.2}");
    check_fails(dnn_field_set_numbers("Cake", fields, v, "margin", three, 3, &err),
                DNN_ERROR_ARGUMENT,
                "Cake: margin must be a whole number of at least 0, or four of them, {left, right, "
                "top, bottom}, got {1, 2, 3}");
    check_fails(dnn_field_set_text("Cake", fields, v, "flavour", "salty", &err), DNN_ERROR_ARGUMENT,
                "Cake: flavour must be one of sweet, sour, got 'salty'");
    check_fails(dnn_field_set_text("Cake", fields, v, "rate", "high", &err), DNN_ERROR_ARGUMENT,
                "Cake: rate must be a number, got the text 'high'");
    check_fails(dnn_field_set_text("Cake", fields, v, "rat", "x", &err), DNN_ERROR_ARGUMENT,
                "unknown option 'rat'");
    assert_true(v[RATE].number == 0.5 && v[SIZE].pair[1] == 2 && v[FLAVOUR].number == 0);
    dnn_field_defaults(required_text, v);
    check_fails(dnn_field_complete("File", required_text, v, &err), DNN_ERROR_ARGUMENT,
                "File: path is missing (a file)");
    v[0].text = "x";
    check_fails(dnn_field_complete("File", required_text, v, &err), DNN_ERROR_ARGUMENT,
                "File: pair is missing (two numbers)");
}

static void a_line_of_settings_is_read(void **state) {
    (void)state;
    dnn_error err;
    dnn_setting v[DNN_MAX_FIELDS];
    dnn_field_defaults(fields, v);
    check_ok(dnn_field_parse("Cake", fields, v, NULL, &err));
    check_ok(dnn_field_parse("Cake", fields, v, "", &err));
    check_ok(dnn_field_parse("Cake", fields, v, " units=7  flavour=sour\tsize=3,2 stride=2", &err));
    check_ok(dnn_field_parse("Cake", fields, v, "bias=false rate=2.5e-1 margin=4,3,2,1", &err));
    assert_true(v[MARGIN].sides[0] == 4 && v[MARGIN].sides[1] == 3 && v[MARGIN].sides[3] == 1);
    assert_true(v[UNITS].number == 7 && v[FLAVOUR].number == 1 && v[RATE].number == 0.25);
    assert_true(v[SIZE].pair[0] == 3 && v[SIZE].pair[1] == 2 && v[STRIDE].pair[1] == 2);
    assert_true(v[BIAS].number == 0);
    check_ok(dnn_field_parse("Cake", fields, v, "bias=true", &err));
    assert_true(v[BIAS].number == 1 && v[UNITS].number == 7);
}

static void a_line_that_cannot_be_read_is_explained(void **state) {
    (void)state;
    dnn_error err;
    dnn_setting v[DNN_MAX_FIELDS];
    static const struct {
        const char *line, *message;
    } wrong[] = {
        {"units",         "Cake: expected name=value, got 'units'"               },
        {"unit=3",        "Cake: unknown option 'unit'"                          },
        {"units=",        "units must be a whole number of at least 1, got the"  },
        {"units=3x",      "got the text '3x'"                                    },
        {"units=1,2",     "got {1, 2}"                                           },
        {"size=1,2,3",    "got {1, 2, 3}"                                        },
        {"size=1,2,3,4,5", "got the text '1,2,3,4,5'"                            },
        {"margin=1,,3,4", "got the text '1,,3,4'"                                },
        {"bias=yes",      "Cake: bias must be true or false, got the text 'yes'" },
        {"flavour=salty", "Cake: flavour must be one of sweet, sour, got 'salty'"},
        {"label=x",       "Cake: label cannot be given in a line of settings"    },
    };
    dnn_field_defaults(fields, v);
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++)
        check_fails(dnn_field_parse("Cake", fields, v, wrong[k].line, &err), DNN_ERROR_ARGUMENT,
                    wrong[k].message);
}

static void check_text(int field, dnn_setting value, const char *expected) {
    char text[40];
    assert_int_equal(dnn_field_text(&fields[field], &value, text, sizeof text), strlen(expected));
    assert_string_equal(text, expected);
}

static void values_are_written_as_a_person_writes_them(void **state) {
    (void)state;
    check_text(RATE, (dnn_setting){.number = 0.1}, "0.1");
    check_text(UNITS, (dnn_setting){.number = 12288}, "12288");
    check_text(BIAS, (dnn_setting){.number = 0}, "false");
    check_text(FLAVOUR, (dnn_setting){.number = 1}, "sour");
    check_text(SIZE,
               (dnn_setting){
                   .pair = {3, 5}
    },
               "3 x 5");
    check_text(STRIDE,
               (dnn_setting){
                   .pair = {-1, -1}
    },
               "none");
    check_text(MARGIN,
               (dnn_setting){
                   .sides = {1, 2, 0, 4}
    },
               "{1, 2, 0, 4}");
    check_text(LABEL, (dnn_setting){.text = "x y"}, "x y");
    char cut[3];
    assert_int_equal(
        dnn_field_text(&fields[UNITS], &(dnn_setting){.number = 12288}, cut, sizeof cut), 5);
    assert_string_equal(cut, "12");
}

static const char *const words[] = {"same", "valid", NULL};
static const dnn_field spatial[] = {
    {.name = "padding", .kind = DNN_FIELD_PAIR, .choices = words, .doc = "around it"},
    {.name = "ends", .kind = DNN_FIELD_ENDS, .doc = "left and right"},
    {.name = "scale", .kind = DNN_FIELD_FACTORS, .low = 0, .high = 8, .initial = 1, .doc = "factors"},
    {.name = NULL}};

static void check_spatial(int field, const char *line, const char *expected) {
    dnn_error err;
    dnn_setting v[DNN_MAX_FIELDS];
    char text[40];
    dnn_field_defaults(spatial, v);
    check_ok(dnn_field_parse("Conv", spatial, v, line, &err));
    dnn_field_text(&spatial[field], &v[field], text, sizeof text);
    assert_string_equal(text, expected);
}

static void words_stand_for_whole_numbers(void **state) {
    (void)state;
    dnn_error err;
    dnn_setting v[DNN_MAX_FIELDS];
    dnn_field_defaults(spatial, v);
    assert_null(dnn_field_word(&spatial[0], &v[0]));
    check_ok(dnn_field_set_text("Conv", spatial, v, "padding", "valid", &err));
    assert_string_equal(dnn_field_word(&spatial[0], &v[0]), "valid");
    assert_true(v[0].pair[0] == -2 && v[0].pair[1] == -2);
    assert_false(dnn_field_is_default(&spatial[0], &v[0]));
    check_spatial(0, "padding=same", "same");
    check_spatial(0, "padding=3,1", "3 x 1");
    check_fails(dnn_field_parse("Conv", spatial, v, "padding=full", &err), DNN_ERROR_ARGUMENT,
                "Conv: padding must be a whole number of at least 0, or a pair of them, {height, "
                "width}, or 'same', or 'valid', got 'full'");
    check_fails(dnn_field_set("Conv", spatial, v, "padding", -1, &err), DNN_ERROR_ARGUMENT, "got -1");
}

static void pairs_may_be_ends_or_factors(void **state) {
    (void)state;
    dnn_error err;
    dnn_setting v[DNN_MAX_FIELDS];
    check_spatial(1, "ends=2", "{2, 2}");
    check_spatial(1, "ends=2,0", "{2, 0}");
    check_spatial(2, "scale=0.5,3", "0.5 x 3");
    check_fails(dnn_field_parse("Conv", spatial, v, "ends=1.5", &err), DNN_ERROR_ARGUMENT,
                "ends must be a whole number of at least 0, or a pair of them, {left, right}");
    check_fails(dnn_field_parse("Conv", spatial, v, "scale=1,9", &err), DNN_ERROR_ARGUMENT,
                "scale must be in 0..8, or a pair of such numbers, {height, width}, got {1, 9}");
}

static void a_value_knows_whether_it_is_the_default(void **state) {
    (void)state;
    dnn_error err;
    dnn_setting v[DNN_MAX_FIELDS];
    dnn_field_defaults(fields, v);
    for (size_t i = 0; i < FIELDS; i++)
        assert_true(dnn_field_is_default(&fields[i], &v[i]) == !fields[i].required);
    check_ok(dnn_field_parse("Cake", fields, v,
                             "units=1 rate=0 bias=false flavour=sour layers=1 size=2,3 stride=1 "
                             "margin=0,0,0,1",
                             &err));
    v[LABEL].text = "x";
    for (size_t i = 0; i < FIELDS; i++)
        assert_false(dnn_field_is_default(&fields[i], &v[i]));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_fill_what_is_not_required),
        cmocka_unit_test(values_in_range_are_taken),
        cmocka_unit_test(numbers_that_do_not_fit_are_refused_with_a_reason),
        cmocka_unit_test(pairs_and_texts_that_do_not_fit_are_refused_with_a_reason),
        cmocka_unit_test(a_line_of_settings_is_read),
        cmocka_unit_test(a_line_that_cannot_be_read_is_explained),
        cmocka_unit_test(values_are_written_as_a_person_writes_them),
        cmocka_unit_test(words_stand_for_whole_numbers),
        cmocka_unit_test(pairs_may_be_ends_or_factors),
        cmocka_unit_test(a_value_knows_whether_it_is_the_default),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
