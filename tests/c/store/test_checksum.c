/* A file with a checksum is read back, however its matrices lie in memory and whatever program
 * wrote the same contents again; with any bit changed it is refused. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>

#include "store/safetensors.h"
#include "store_file.h"

/* Without truncating the file, after which some file systems wait for the disk. */
static void write_byte(size_t at, char byte) {
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, (long)at, SEEK_SET), 0);
    assert_int_equal(fputc(byte, file), (unsigned char)byte);
    assert_int_equal(fclose(file), 0);
}

static dnn_status open_and_close(dnn_error *err) {
    dnn_safetensors *file;
    dnn_status status = dnn_safetensors_open(&file, path, err);
    dnn_safetensors_close(file);
    return status;
}

/* The text of the checksum's note. */
static void read_checksum(char text[64]) {
    dnn_error err;
    dnn_safetensors *file;
    check_ok(dnn_safetensors_open(&file, path, &err));
    snprintf(text, 64, "%s", dnn_safetensors_find_note(file, DNN_CHECKSUM_NOTE));
    dnn_safetensors_close(file);
}

static float weights[6] = {1, 4, 2, 5, 3, 6};
static double biases[3] = {0.5, -2, 7}, counters[2] = {3, 4};

static const dnn_tensor tensors[] = {
    {.name = "w", .matrix = {weights, 2, 3, 2, DNN_FLOAT32}, .vector = true},
    {.name = "b", .matrix = {biases, 3, 1, 3, DNN_FLOAT64},  .vector = true},
};
static const dnn_note notes[] = {
    {"step",            "20"     },
    {DNN_CHECKSUM_NOTE, "a guess"}
};

static void a_checkpoint_with_any_bit_changed_is_refused(void **state) {
    (void)state;
    dnn_error err;
    char bytes[1024];
    dnn_tensor all[] = {tensors[0], tensors[1], tensors[1]};
    all[2].name = "n";
    all[2].matrix = dnn_matrix_of(DNN_FLOAT64, 2, 1, counters);
    all[2].shaped = all[2].whole = true;
    all[2].rank = 3;
    all[2].size[0] = all[2].size[2] = 1;
    all[2].size[1] = 2;
    const dnn_note marked[] = {
        notes[0], notes[1], {DNN_CHECKPOINT_NOTE, "1"}
    };
    check_ok(dnn_safetensors_write(path, all, 3, marked, 3, &err));
    check_ok(open_and_close(&err));
    size_t size = read_file(bytes, sizeof bytes);
    for (size_t bit = 0; bit < 8 * size; bit++) {
        write_byte(bit / 8, (char)(bytes[bit / 8] ^ 1 << bit % 8));
        assert_int_equal(open_and_close(&err), DNN_ERROR_FORMAT);
        write_byte(bit / 8, bytes[bit / 8]);
    }
    check_ok(open_and_close(&err));
    write_byte(size - 1, (char)(bytes[size - 1] ^ 1));
    check_fails(open_and_close(&err), DNN_ERROR_FORMAT,
                "a.st: is damaged: its contents do not match its checksum");
}

static void a_checkpoint_without_a_checksum_is_refused(void **state) {
    (void)state;
    dnn_error err;
    const dnn_note mark = {DNN_CHECKPOINT_NOTE, "1"};
    check_ok(dnn_safetensors_write(path, tensors, 2, &mark, 1, &err));
    check_fails(open_and_close(&err), DNN_ERROR_FORMAT,
                "a.st: is damaged: a checkpoint has a checksum, and this one has none");
    check_ok(dnn_safetensors_write(path, tensors, 2, notes, 1, &err));
    check_ok(open_and_close(&err)); /* any other file may have none */
}

static void a_view_has_the_checksum_of_its_numbers(void **state) {
    (void)state;
    dnn_error err;
    char of_view[64], of_copy[64];
    float numbers[] = {1, 2, 3};
    dnn_tensor view = {
        .name = "v", .matrix = {weights, 1, 3, 2, DNN_FLOAT32}
    };
    check_ok(dnn_safetensors_write(path, &view, 1, notes, 2, &err));
    read_checksum(of_view);
    view.matrix = dnn_matrix_of(DNN_FLOAT32, 1, 3, numbers);
    check_ok(dnn_safetensors_write(path, &view, 1, notes, 2, &err));
    read_checksum(of_copy);
    assert_string_equal(of_view, of_copy);
}

static void tensors_longer_than_what_is_read_at_once_are_summed_whole(void **state) {
    (void)state;
    dnn_error err;
    size_t count = 400000, size = 4 * count + 512;
    float *numbers = calloc(count, sizeof *numbers);
    char *bytes = malloc(size);
    dnn_tensor tensor = {
        .name = "long", .matrix = {numbers, 2, count / 4, 4, DNN_FLOAT32}
    };
    check_ok(dnn_safetensors_write(path, &tensor, 1, notes, 2, &err));
    check_ok(open_and_close(&err));
    size = read_file(bytes, size);
    for (size_t at = 1; at < 2 * count; at += count / 3) {
        write_byte(size - at, (char)(bytes[size - at] ^ 1));
        assert_int_equal(open_and_close(&err), DNN_ERROR_FORMAT);
        write_byte(size - at, bytes[size - at]);
    }
    free(bytes);
    free(numbers);
}

/* The same contents as another program's header has them: other order, spaces, escapes. */
static void the_checksum_does_not_depend_on_how_the_header_is_spelled(void **state) {
    (void)state;
    dnn_error err;
    char text[64], header[512], bytes[1024];
    check_ok(dnn_safetensors_write(path, tensors, 2, notes, 2, &err));
    read_checksum(text);
    int length = snprintf(header, sizeof header,
                          "{\"w\": {\"shape\": [2, 3], \"data_offsets\": [0, 24], \"dtype\": "
                          "\"F32\"}, \"b\": {\"dtype\": \"F64\", \"shape\": [3], \"data_offsets\": "
                          "[24, 48]}, \"__metadata__\": {\"dnn.checksum\": \"%s\", \"st\\u0065p\": "
                          "\"20\"}}",
                          text);
    const float w[] = {1, 2, 3, 4, 5, 6};
    uint64_t size = (uint64_t)length;
    memcpy(bytes, &size, sizeof size);
    memcpy(bytes + 8, header, size);
    memcpy(bytes + 8 + size, w, sizeof w);
    memcpy(bytes + 8 + size + sizeof w, biases, sizeof biases);
    write_file(bytes, 8 + size + sizeof w + sizeof biases);
    check_ok(open_and_close(&err));
    write_byte(8 + size, (char)(bytes[8 + size] ^ 1));
    assert_int_equal(open_and_close(&err), DNN_ERROR_FORMAT);
}

#define in_folder(f) cmocka_unit_test_setup_teardown(f, make_path, remove_path)

int main(void) {
    const struct CMUnitTest tests[] = {
        in_folder(a_checkpoint_with_any_bit_changed_is_refused),
        in_folder(a_checkpoint_without_a_checksum_is_refused),
        in_folder(a_view_has_the_checksum_of_its_numbers),
        in_folder(tensors_longer_than_what_is_read_at_once_are_summed_whole),
        in_folder(the_checksum_does_not_depend_on_how_the_header_is_spelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
