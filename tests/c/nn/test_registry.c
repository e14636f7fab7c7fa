/* Everything in the registry is complete and can be found by its name. */
#include "nets.h"

static void every_row_is_found_by_its_name_and_documented(void **state) {
    (void)state;
    for (size_t k = 0; dnn_layer_classes[k] != NULL; k++) {
        const dnn_layer_class *c = dnn_layer_classes[k];
        assert_ptr_equal(dnn_layer_class_find(c->name), c);
        assert_non_null(c->doc);
        bool view = (c->flags & DNN_VIEW) != 0,
             computes = c->forward != NULL && c->backward != NULL;
        assert_int_equal((c->compile != NULL) + view + computes, 1); /* just one of the three */
        assert_true(c->commit == NULL || c->saved != NULL);
    }
    for (size_t k = 0; dnn_loss_classes[k] != NULL; k++) {
        const dnn_loss_class *c = dnn_loss_classes[k];
        assert_ptr_equal(dnn_loss_class_find(c->name), c);
        assert_true(c->doc != NULL &&
                    (c->elementwise != NULL ||
                     (c->check != NULL && (c->column != NULL || c->forward != NULL))));
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
    dnn_setting values[DNN_MAX_FIELDS];
    assert_true(dnn_field_count(fields) <= DNN_MAX_FIELDS);
    dnn_field_defaults(fields, values);
    for (size_t f = 0; f < dnn_field_count(fields); f++) {
        const dnn_field *field = &fields[f];
        double value = field->required ? field->example : field->initial;
        assert_non_null(field->doc);
        if (field->optional && !field->required) /* may be left out; then the class fills it in */
            assert_true(field->initial < 0);
        else if (field->kind == DNN_FIELD_CHOICE)
            check_ok(dnn_field_set_text(owner, fields, values, field->name,
                                        field->choices[(size_t)value], &err));
        else if (field->kind != DNN_FIELD_TEXT)
            check_ok(dnn_field_set(owner, fields, values, field->name, value, &err));
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

/* What every class of layers gives with the example settings: a layer that describes itself. */
static void every_layer_is_made_from_its_examples(void **state) {
    (void)state;
    for (size_t k = 0; dnn_layer_classes[k] != NULL; k++) {
        const dnn_layer_class *c = dnn_layer_classes[k];
        dnn_error err;
        dnn_layer *layer;
        char text[160];
        check_ok(dnn_layer_create(&layer, c, &err));
        for (size_t f = 0; f < dnn_field_count(c->fields); f++)
            if (c->fields[f].required)
                check_ok(dnn_field_set(c->name, c->fields, layer->settings, c->fields[f].name,
                                       c->fields[f].example, &err));
        check_ok(dnn_layer_finish(layer, &err));
        dnn_layer_describe(layer, text, sizeof text);
        assert_memory_equal(text, c->name, strlen(c->name));
        dnn_layer_release(layer);
    }
    assert_int_equal(dnn_allocations_live(), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_found_by_its_name_and_documented),
        cmocka_unit_test(every_setting_is_documented_and_its_default_is_allowed),
        cmocka_unit_test(every_layer_is_made_from_its_examples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
