/* Which name in a file is which value of a network. */
#include "weights_files.h"

#include "store/weights_match.h"

/* As this program's first versions wrote them, a bias as a matrix of one column. */
static void files_that_count_layers_from_1_are_read(void **state) {
    (void)state;
    dnn_error err;
    write_foreign(
        (foreign[]){
            {"1.weight", 2, {2, 2}, NULL},
            {"1.bias",    2, {2, 1}, NULL},
            {"3.weight",          2, {1, 2}, NULL},
            {"3.bias",      2, {1, 1}, NULL},
            {.name = NULL     }
    },
        1);
    net n = make(DNN_FLOAT64, 2, 2, 1);
    check_ok(dnn_weights_load(n.network, path, NULL, 0, &err));
    dnn_matrix first = value_of(&n, "0.weight"), bias = value_of(&n, "0.bias"),
               last = value_of(&n, "2.weight");
    check_matrix(&first, (double[]){1, 2, 3, 4}, 0);
    check_matrix(&bias, (double[]){5, 6}, 0);
    check_matrix(&last, (double[]){7, 8}, 0);
    free_net(&n);
}

static void a_layer_by_itself_has_names_without_a_number(void **state) {
    (void)state;
    dnn_error err;
    net n = net_of(DNN_FLOAT32, linear(2, 1), NULL, 1);
    write_foreign(
        (foreign[]){
            {"weight", 2, {1, 2}, NULL},
            {"bias",  1, {1}, NULL},
            {.name = NULL       }
    },
        1);
    check_ok(dnn_weights_load(n.network, path, NULL, 0, &err));
    dnn_matrix weight = value_of(&n, "weight");
    check_matrix(&weight, (double[]){1, 2}, 0);
    write_foreign(
        (foreign[]){
            {"1.weight", 2, {1, 2}, NULL},
            {"1.bias",    1, {1}, NULL},
            {.name = NULL         }
    },
        4);
    check_ok(dnn_weights_load(n.network, path, NULL, 0, &err));
    check_matrix(&weight, (double[]){4, 5}, 0);
    free_net(&n);
}

static void modules_with_names_are_mapped_to_places(void **state) {
    (void)state;
    dnn_error err;
    write_foreign(
        (foreign[]){
            {"fc1.weight", 2, {2, 2}, NULL},
            {"fc1.bias",      1, {2}, NULL},
            {"head.out.weight",            2, {1, 2}, NULL},
            {"head.out.bias",      1, {1}, NULL},
            {.name = NULL       }
    },
        1);
    net n = make(DNN_FLOAT32, 2, 2, 1);
    check_load_fails(&n, NULL, 0, DNN_ERROR_SHAPE,
                     "modules with names are mapped to places, as in {names = {fc1 = \"0\"}}");
    const dnn_name_map half[] = {
        {"fc1",  "0"},
        {"head", "2"}
    };
    check_load_fails(&n, half, 2, DNN_ERROR_SHAPE,
                     "2.weight (Linear, 1 x 2) is missing in the file");
    const dnn_name_map maps[] = {
        {"fc",       "2"},
        {"fc1",      "0"},
        {"head.out", "2"}
    };
    check_ok(dnn_weights_load(n.network, path, maps, 3, &err)); /* "fc" is not "fc1" */
    dnn_matrix first = value_of(&n, "0.weight"), last = value_of(&n, "2.weight");
    check_matrix(&first, (double[]){1, 2, 3, 4}, 0);
    check_matrix(&last, (double[]){7, 8}, 0);
    free_net(&n);
}

static void a_prefix_of_all_names_is_mapped_away(void **state) {
    (void)state;
    dnn_error err;
    write_foreign(
        (foreign[]){
            {"net.0.weight", 2, {1, 2}, NULL},
            {"net.0.bias",        1, {1}, NULL},
            {.name = NULL             }
    },
        1);
    net n = make_net(DNN_FLOAT32, CHILDREN(linear(2, 1)), 3);
    const dnn_name_map maps[] = {
        {"net", ""}
    };
    check_ok(dnn_weights_load(n.network, path, maps, 1, &err));
    dnn_matrix weight = value_of(&n, "0.weight");
    check_matrix(&weight, (double[]){1, 2}, 0);
    free_net(&n);
}

/* An empty "from" puts all names under a place; a whole name may be mapped to another. */
static void whole_names_and_all_names_can_be_mapped(void **state) {
    (void)state;
    dnn_error err;
    const dnn_name_map all[] = {
        {"", "0"}
    };
    const dnn_name_map whole[] = {
        {"weight", "0.weight"},
        {"bias",   "0.bias"  }
    };
    net n = make_net(DNN_FLOAT32, CHILDREN(linear(2, 1), plain("ReLU")), 3);
    dnn_matrix weight = value_of(&n, "0.weight");
    for (int i = 0; i < 2; i++) {
        write_foreign(
            (foreign[]){
                {"weight", 2, {1, 2}, NULL},
                {"bias",  1, {1}, NULL},
                {.name = NULL       }
        },
            1 + i);
        check_ok(dnn_weights_load(n.network, path, i == 0 ? all : whole, i == 0 ? 1 : 2, &err));
        check_matrix(&weight, (double[]){1 + i, 2 + i}, 0);
    }
    free_net(&n);
}

/* PyTorch's older files have no count of batches; nothing else may be missing. */
static void a_counter_may_be_missing_and_nothing_else(void **state) {
    (void)state;
    dnn_error err;
    foreign some[4] = {
        {"0.weight", 1, {2}, NULL},
        {"0.bias",       1, {2}, NULL},
        {"0.running_mean",          1, {2}, NULL},
        {.name = NULL  }
    };
    write_foreign(some, 1);
    net n = make_net(DNN_FLOAT32, CHILDREN(layer_of("BatchNorm1d", "num_features=2")), 1);
    check_load_fails(&n, NULL, 0, DNN_ERROR_SHAPE,
                     "0.running_var (BatchNorm1d, 2 x 1) is missing in the file");
    write_foreign(
        (foreign[]){
            some[0], some[1], some[2], {"0.running_var", 1, {2}, NULL},
               {.name = NULL           }
    },
        1);
    check_ok(dnn_weights_load(n.network, path, NULL, 0, &err));
    dnn_matrix variance = value_of(&n, "0.running_var");
    check_matrix(&variance, (double[]){7, 8}, 0);
    free_net(&n);
}

static void what_does_not_fit_is_listed_and_what_is_too_much_named(void **state) {
    (void)state;
    write_foreign(
        (foreign[]){
            {"0.weight", 2, {1, 2}, NULL},
            {"0.bias",    1, {1}, NULL},
            {"1.weight",          2, {3, 4}, NULL},
            {.name = NULL     }
    },
        1);
    net n = make_net(DNN_FLOAT32, CHILDREN(linear(2, 1)), 3);
    check_load_fails(&n, NULL, 0, DNN_ERROR_SHAPE,
                     "1.weight (3 x 4) in the file has no place in this network");
    free_net(&n);
    n = make_net(DNN_FLOAT32, CHILDREN(linear(1, 2)), 3);
    check_load_fails(&n, NULL, 0, DNN_ERROR_SHAPE,
                     "weight is 2 x 1 here, 1 x 2 in the file, its transpose");
    free_net(&n);
}

static void sizes_are_given_by_axes_where_those_are_known(void **state) {
    (void)state;
    dnn_error err;
    size_t order[2];
    write_foreign(
        (foreign[]){
            {"0.weight", 2, {1, 2}, NULL},
            {"0.bias",    1, {1}, NULL},
            {"1.weight",          3, {2, 3, 4}, NULL},
            {.name = NULL     }
    },
        1);
    net n = make_net(DNN_FLOAT32, CHILDREN(linear(2, 1)), 3);
    check_load_fails(&n, NULL, 0, DNN_ERROR_SHAPE,
                     "1.weight (2 x 3 x 4) in the file has no place in this network");
    const dnn_tensor plain = {.name = "extra", .matrix = dnn_matrix_of(DNN_FLOAT32, 3, 4, NULL)};
    check_fails(dnn_weights_match(n.network, &plain, 1, NULL, 0, "in the list", order, &err),
                DNN_ERROR_SHAPE, "extra (3 x 4) in the list has no place in this network");
    free_net(&n);
}

static void without_tensors_all_is_missing(void **state) {
    (void)state;
    dnn_error err;
    size_t order[4];
    char where[700];
    net n = make(DNN_FLOAT32, 2, 2, 1);
    write_foreign((foreign[]){{.name = NULL}}, 1);
    check_load_fails(&n, NULL, 0, DNN_ERROR_SHAPE,
                     "0.weight (Linear, 2 x 2) is missing in the file");
    check_load_fails(&n, NULL, 0, DNN_ERROR_SHAPE, "was it saved from another network?");
    memset(where, 'x', sizeof where - 1); /* more than a message holds: its beginning */
    where[sizeof where - 1] = '\0';
    check_fails(dnn_weights_match(n.network, NULL, 0, NULL, 0, where, order, &err), DNN_ERROR_SHAPE,
                "0.weight (Linear, 2 x 2) is missing xxxx");
    assert_null(strstr(err.text, "0.bias"));
    free_net(&n);
}

/* PyTorch's state_dict has both names of a module that is called twice. */
static void a_layer_that_is_called_twice_may_have_both_names(void **state) {
    (void)state;
    dnn_error err;
    dnn_layer *layer = linear(1, 1);
    dnn_layer_retain(layer);
    net n = make_net(DNN_FLOAT32, CHILDREN(layer, plain("Tanh"), layer), 3);
    write_foreign(
        (foreign[]){
            {"0.weight", 2, {1, 1}, NULL},
            {"0.bias",    1, {1}, NULL},
            {"2.weight",          2, {1, 1}, NULL},
            {"2.bias",      1, {1}, NULL},
            {.name = NULL     }
    },
        1);
    check_ok(dnn_weights_load(n.network, path, NULL, 0, &err));
    dnn_matrix weight = value_of(&n, "0.weight");
    check_matrix(&weight, (double[]){1}, 0);
    check_ok(dnn_weights_save(n.network, path, NULL, 0, &err));
    check_ok(dnn_weights_load(n.network, path, NULL, 0, &err)); /* with one name */
    free_net(&n);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        weights_test(files_that_count_layers_from_1_are_read),
        weights_test(a_layer_by_itself_has_names_without_a_number),
        weights_test(modules_with_names_are_mapped_to_places),
        weights_test(a_prefix_of_all_names_is_mapped_away),
        weights_test(whole_names_and_all_names_can_be_mapped),
        weights_test(a_counter_may_be_missing_and_nothing_else),
        weights_test(what_does_not_fit_is_listed_and_what_is_too_much_named),
        weights_test(sizes_are_given_by_axes_where_those_are_known),
        weights_test(without_tensors_all_is_missing),
        weights_test(a_layer_that_is_called_twice_may_have_both_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
