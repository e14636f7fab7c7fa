/* Everything in the registry is complete and can be found by its name. */
#include "nets.h"

static void every_row_is_found_by_its_name_and_documented(void **state) {
    (void)state;
    for (size_t k = 0; dnn_layer_classes[k] != NULL; k++) {
        const dnn_layer_class *c = dnn_layer_classes[k];
        assert_ptr_equal(dnn_layer_class_find(c->name), c);
        assert_true(c->doc != NULL && c->forward != NULL && c->backward != NULL);
    }
    for (size_t k = 0; dnn_loss_classes[k] != NULL; k++) {
        const dnn_loss_class *c = dnn_loss_classes[k];
        assert_ptr_equal(dnn_loss_class_find(c->name), c);
        assert_true(c->doc != NULL && c->check != NULL && c->forward != NULL);
    }
    for (size_t k = 0; dnn_optimiser_classes[k] != NULL; k++) {
        const dnn_optimiser_class *c = dnn_optimiser_classes[k];
        assert_ptr_equal(dnn_optimiser_class_find(c->name), c);
        assert_true(c->doc != NULL && c->update != NULL);
        assert_string_equal(c->fields[0].name, "lr");
    }
    assert_null(dnn_layer_class_find("Conv9d"));
    assert_null(dnn_loss_class_find(""));
    assert_null(dnn_optimiser_class_find("sgd"));
}

/* Every setting's default lies in its own range, and a required one has an example that does. */
static void check_fields(const char *owner, const dnn_field *fields) {
    dnn_error err;
    double values[DNN_MAX_FIELDS];
    assert_true(dnn_field_count(fields) <= DNN_MAX_FIELDS);
    dnn_field_defaults(fields, values);
    for (size_t f = 0; f < dnn_field_count(fields); f++) {
        double value = fields[f].required ? fields[f].example : fields[f].initial;
        check_ok(dnn_field_set(owner, fields, values, fields[f].name, value, &err));
        assert_non_null(fields[f].doc);
    }
    check_ok(dnn_field_complete(owner, fields, values, &err));
}

static void every_setting_is_documented_and_its_default_is_allowed(void **state) {
    (void)state;
    for (size_t k = 0; dnn_layer_classes[k] != NULL; k++)
        check_fields(dnn_layer_classes[k]->name, dnn_layer_classes[k]->fields);
    for (size_t k = 0; dnn_loss_classes[k] != NULL; k++)
        check_fields(dnn_loss_classes[k]->name, dnn_loss_classes[k]->fields);
    for (size_t k = 0; dnn_optimiser_classes[k] != NULL; k++)
        check_fields(dnn_optimiser_classes[k]->name, dnn_optimiser_classes[k]->fields);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_found_by_its_name_and_documented),
        cmocka_unit_test(every_setting_is_documented_and_its_default_is_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
