/* Decoding and shuffling the images of a folder. */
#include "image_folder.h"
#include "interrupting.h"

#include "core/memory.h"
#include "core/threads.h"

static void packs_what_it_could_decode_on_any_number_of_threads(void **state) {
    (void)state;
    put_image("cat.1.png", 64, 10);
    put_image("cat.2.png", 16, 20);
    put_empty("cat.3.png");
    put_image("cat.4.png", 7, 40);
    put_image("dog.1.png", 16, 50);
    put_image("dog.2.png", 1, 60);
    dnn_folder list;
    check_ok(dnn_folder_list(&list, folder, NULL, 0, &err));
    const uint8_t levels[] = {20, 40, 50};
    for (size_t threads = 1; threads <= 3; threads++) {
        dnn_set_threads(threads);
        uint8_t pixels[4 * 8 * 8 * 3], ok[4];
        dnn_error errors[4];
        size_t good;
        check_ok(dnn_folder_decode(&list, 1, 5,
                                   &(dnn_image_target){8, 8, DNN_FIT_STRETCH, {.channels = 3}},
                                   pixels, ok, errors, &good, &err));
        assert_int_equal(good, 3);
        assert_memory_equal(ok, ((uint8_t[]){1, 0, 1, 1}), 4);
        assert_non_null(strstr(
            errors[1].text,
            "/cat.3.png: expected an image (JPEG, PNG, WebP, GIF or BMP), but the file is empty"));
        for (size_t i = 0; i < 3 * 8 * 8 * 3; i++)
            assert_int_equal(pixels[i], levels[i / (8 * 8 * 3)]);
    }
    dnn_folder_free(&list);
}

static void listing_and_decoding_end_when_they_are_asked_to(void **state) {
    (void)state;
    for (int i = 0; i < 30; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s.%d.png", i % 2 == 0 ? "cat" : "dog", i);
        put_image(name, 64, (uint8_t)(5 * i));
    }
    dnn_folder list;
    uint64_t live = dnn_allocations_live();
    check_interrupted(dnn_folder_list(&list, folder, NULL, 0, &err) == DNN_OK
                          ? (dnn_folder_free(&list), DNN_OK)
                          : err.status);
    assert_int_equal(dnn_allocations_live(), live);
    check_ok(dnn_folder_list(&list, folder, NULL, 0, &err));
    const dnn_image_target small = {8, 8, DNN_FIT_STRETCH, {.channels = 1}};
    uint8_t pixels[30 * 8 * 8], ok[30];
    dnn_error errors[30];
    size_t good;
    check_interrupted(dnn_folder_decode(&list, 0, 30, &small, pixels, ok, errors, &good, &err));
    assert_int_equal(good, 0);
    check_ok(dnn_folder_decode(&list, 0, 30, &small, pixels, ok, errors, &good, &err));
    assert_int_equal(good, 30);
    for (size_t k = 0; k < 30; k++)
        assert_int_equal(pixels[64 * k], k < 15 ? 10 * k : 10 * (k - 15) + 5);
    dnn_folder_free(&list);
}

static void shuffles_by_the_stream_alone_and_keeps_labels_with_files(void **state) {
    (void)state;
    for (int i = 1; i <= 20; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s.%d.jpg", i % 3 == 0 ? "cat" : "dog", i);
        put_empty(name);
    }
    dnn_folder a, b;
    check_ok(dnn_folder_list(&a, folder, NULL, 0, &err));
    check_ok(dnn_folder_list(&b, folder, NULL, 0, &err));
    dnn_random one = dnn_random_seeded(5), same = dnn_random_seeded(5);
    size_t moved = 0;
    check_ok(dnn_folder_shuffle(&a, &one, &err));
    for (size_t i = 0; i < 20; i++) {
        moved += strcmp(a.files[i], b.files[i]) != 0;
        assert_int_equal(a.labels[i], strstr(a.files[i], "/cat.") != NULL ? 0 : 1);
    }
    assert_true(moved > 10);
    check_ok(dnn_folder_shuffle(&b, &same, &err));
    for (size_t i = 0; i < 20; i++)
        assert_string_equal(a.files[i], b.files[i]);
    dnn_folder_free(&a);
    dnn_folder_free(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        in_folder(packs_what_it_could_decode_on_any_number_of_threads),
        in_folder(listing_and_decoding_end_when_they_are_asked_to),
        in_folder(shuffles_by_the_stream_alone_and_keeps_labels_with_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
