/* Hyper-parameters as TensorBoard's plugin keeps them, which become settings. */
#include "seen_event.h"

#include "log/event_hparams.h"
#include "log/wire.h"

static uint8_t *put_hparam(uint8_t *p, const char *key, const uint8_t *value, size_t size) {
    uint8_t entry[128];
    uint8_t *end = dnn_wire_put_bytes(entry, 1, key, strlen(key));
    end = dnn_wire_put_bytes(end, 2, value, size);
    return dnn_wire_put_bytes(p, 1, entry, (size_t)(end - entry));
}

/* Summary.Value { tag, metadata { plugin_data { "hparams", content } } }, without a tensor. */
static size_t hparams_event(uint8_t *out, uint32_t field, const uint8_t *info, size_t size) {
    uint8_t content[300], plugin[400], metadata[420], value[500], summary[520];
    uint8_t *p = dnn_wire_put_bytes(content, field, info, size);
    size_t content_size = (size_t)(p - content);
    p = dnn_wire_put_bytes(plugin, 1, "hparams", 7);
    p = dnn_wire_put_bytes(p, 2, content, content_size);
    p = dnn_wire_put_bytes(metadata, 1, plugin, (size_t)(p - plugin));
    size_t metadata_size = (size_t)(p - metadata);
    p = dnn_wire_put_bytes(value, 1, "_hparams_/session_start_info", 28);
    p = dnn_wire_put_bytes(p, 9, metadata, metadata_size);
    p = dnn_wire_put_bytes(summary, 1, value, (size_t)(p - value));
    return (size_t)(dnn_wire_put_bytes(out, 5, summary, (size_t)(p - summary)) - out);
}

static void hyper_parameters_become_settings(void **state) {
    (void)state;
    dnn_error err;
    uint8_t info[300], value[32], payload[700];
    uint8_t *v = dnn_wire_put_double(dnn_wire_put_key(value, 2, DNN_WIRE_FIXED64), 0.001);
    uint8_t *p = put_hparam(info, "lr", value, (size_t)(v - value));
    v = dnn_wire_put_bytes(value, 3, "adam", 4);
    p = put_hparam(p, "optimiser", value, (size_t)(v - value));
    v = dnn_wire_put_varint(dnn_wire_put_key(value, 4, DNN_WIRE_VARINT), 1);
    p = put_hparam(p, "nesterov", value, (size_t)(v - value));
    v = dnn_wire_put_varint(dnn_wire_put_key(value, 4, DNN_WIRE_VARINT), 0);
    p = put_hparam(p, "amsgrad", value, (size_t)(v - value));
    v = dnn_wire_put_bytes(value, 9, "?", 1); /* a kind that is not known */
    p = put_hparam(p, "other", value, (size_t)(v - value));
    p = put_hparam(p, "", value, (size_t)(v - value)); /* without a name: left out */
    seen s = {0};
    size_t size = hparams_event(payload, 3, info, (size_t)(p - info));
    check_ok(dnn_event_read(payload, size, remember, &s, &err));
    assert_int_equal(s.count, 1);
    assert_int_equal(s.last.kind, DNN_EVENT_TEXT);
    static const char expected[] = "lr = 0.001\noptimiser = adam\nnesterov = true\n"
                                   "amsgrad = false\nother = ";
    assert_int_equal(s.last.size, sizeof expected - 1);
    assert_memory_equal(s.bytes, expected, sizeof expected - 1);
    s = (seen){0}; /* an experiment lists names; the end of a session has none */
    size = hparams_event(payload, 2, info, (size_t)(p - info));
    check_ok(dnn_event_read(payload, size, remember, &s, &err));
    assert_int_equal(s.count, 0);
}

/* The start of a session that ends at `end` is read as these settings. */
static void check_settings(const uint8_t *info, const uint8_t *end, const char *expected) {
    dnn_event e = {0};
    char text[150];
    uint8_t content[600];
    size_t size = (size_t)(dnn_wire_put_bytes(content, 3, info, (size_t)(end - info)) - content);
    assert_true(dnn_event_read_hparams(content, size, &e, text, sizeof text));
    assert_int_equal(e.size, strlen(expected));
    assert_memory_equal(e.bytes, expected, e.size);
    assert_memory_equal(e.tag, "settings", e.tag_size);
}

/* A name of the session, a number where a value belongs, NaN, and values that have no room. */
static void hyper_parameters_that_are_odd_do_not_hide_the_others(void **state) {
    (void)state;
    uint8_t value[16], entry[64], info[512], nested[80];
    uint8_t *v = dnn_wire_put_double(dnn_wire_put_key(value, 2, DNN_WIRE_FIXED64), (double)-NAN);
    uint8_t *p = dnn_wire_put_bytes(info, 2, "session", 7);
    p = put_hparam(p, "lr", value, (size_t)(v - value));
    v = dnn_wire_put_bytes(entry, 1, "odd", 3);
    v = dnn_wire_put_varint(dnn_wire_put_key(v, 2, DNN_WIRE_VARINT), 3);
    p = dnn_wire_put_bytes(p, 1, entry, (size_t)(v - entry));
    memset(entry, 'x', sizeof entry);
    p = dnn_wire_put_bytes(p, 1, nested,
                           (size_t)(dnn_wire_put_bytes(nested, 1, entry, sizeof entry) - nested));
    v = dnn_wire_put_bytes(value, 3, "adam", 4);
    p = put_hparam(p, "optimiser", value, (size_t)(v - value));
    check_settings(info, p, "lr = nan\nodd = \noptimiser = adam");
}

/* protobuf: "if the same oneof field, or another of the oneof, comes again, the last one counts".
 */
static void of_several_kinds_of_a_hyper_parameter_the_last_counts(void **state) {
    (void)state;
    uint8_t value[64], info[200];
    uint8_t *v = dnn_wire_put_bytes(value, 3, "adam", 4);
    v = dnn_wire_put_double(dnn_wire_put_key(v, 2, DNN_WIRE_FIXED64), 1);
    v = dnn_wire_put_double(dnn_wire_put_key(v, 2, DNN_WIRE_FIXED64), 0.5);
    uint8_t *p = put_hparam(info, "number", value, (size_t)(v - value));
    v = dnn_wire_put_varint(dnn_wire_put_key(v, 4, DNN_WIRE_VARINT), 1);
    p = put_hparam(p, "flag", value, (size_t)(v - value));
    v = dnn_wire_put_bytes(v, 3, "sgd", 3);
    p = put_hparam(p, "text", value, (size_t)(v - value));
    check_settings(info, p, "number = 0.5\nflag = true\ntext = sgd");
}

/* A number whose digits are longer than its bytes, in room for one entry and not for two. */
static void hyper_parameters_stay_within_their_text(void **state) {
    (void)state;
    dnn_event e = {0};
    char text[201];
    uint8_t value[16], info[160], content[200], *p = info;
    uint8_t *v =
        dnn_wire_put_double(dnn_wire_put_key(value, 2, DNN_WIRE_FIXED64), -1.23456789012345e-100);
    for (int i = 0; i < 2; i++)
        p = put_hparam(p, "n", value, (size_t)(v - value));
    size_t size = (size_t)(dnn_wire_put_bytes(content, 3, info, (size_t)(p - info)) - content);
    text[100] = '!';
    assert_true(dnn_event_read_hparams(content, size, &e, text, 100));
    assert_true(e.size == 26 && text[100] == '!');
    assert_memory_equal(e.bytes, "n = -1.23456789012345e-100", 26);
    assert_false(dnn_event_read_hparams(content, size, &e, text, 80));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hyper_parameters_become_settings),
        cmocka_unit_test(hyper_parameters_that_are_odd_do_not_hide_the_others),
        cmocka_unit_test(of_several_kinds_of_a_hyper_parameter_the_last_counts),
        cmocka_unit_test(hyper_parameters_stay_within_their_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
