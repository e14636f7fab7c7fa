/* Tests of listing and decoding folders of pictures, made here in a folder of their own. */
#include "interrupting.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/memory.h"
#include "core/threads.h"
#include "data/folder.h"
#include "data/image.h"

static dnn_error err;
static char root[] = "/tmp/dnn-test-folder-XXXXXX";

static void clear(void) {
    char command[96];
    snprintf(command, sizeof command, "find %s -mindepth 1 -delete", root);
    assert_int_equal(system(command), 0);
}

static void touch(const char *name) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s", root, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fclose(file);
}

static void make_folder(const char *name) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s", root, name);
    assert_int_equal(mkdir(path, 0700), 0);
}

static void picture(const char *name, size_t size, uint8_t level) {
    char path[256];
    uint8_t pixels[64 * 64 * 3];
    memset(pixels, level, sizeof pixels);
    snprintf(path, sizeof path, "%s/%s", root, name);
    check_ok(dnn_image_write_png(path, pixels, size, size, 3, &err));
}

/* The list's file names (after the root) are these, in this order, with these labels. */
static void check_files(const char *const *names, const uint32_t *labels, size_t count) {
    dnn_folder folder;
    check_ok(dnn_folder_list(&folder, root, &err));
    assert_int_equal(folder.file_count, count);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(folder.files[i] + strlen(root) + 1, names[i]);
        assert_int_equal(folder.labels[i], labels[i]);
    }
    dnn_folder_free(&folder);
}

static void check_refused(dnn_status status, const char *text) {
    dnn_folder folder;
    char expected[600];
    uint64_t live = dnn_allocations_live();
    snprintf(expected, sizeof expected, "%s%s", root, text);
    check_fails(dnn_folder_list(&folder, root, &err), status, expected);
    assert_int_equal(dnn_allocations_live(), live);
}

static void files_named_by_class_are_sorted_with_numbers_by_value(void **state) {
    (void)state;
    clear();
    const char *made[] = {"dog.1.jpg", "cat.10.jpg", "cat.2.JPG",  "cat.1.png", "dog.03.jpeg",
                          "dog.2.jpg", "notes.txt",  ".cat.7.jpg", "cat.5.gif"};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        touch(made[i]);
    check_files((const char *[]){"cat.1.png", "cat.2.JPG", "cat.10.jpg", "dog.1.jpg", "dog.2.jpg",
                                 "dog.03.jpeg"},
                (uint32_t[]){0, 0, 0, 1, 1, 1}, 6);
}

static void subfolders_are_classes(void **state) {
    (void)state;
    clear();
    make_folder("dogs");
    make_folder("cats");
    make_folder("empty");
    make_folder("cats/deeper");
    touch("dogs/b.jpg");
    touch("dogs/IMG_10.jpg");
    touch("dogs/IMG_9.jpg");
    touch("cats/x.1.2.png");
    touch("cats/deeper/no.jpg");
    touch("readme.txt");
    dnn_folder folder;
    check_ok(dnn_folder_list(&folder, root, &err));
    assert_int_equal(folder.class_count, 2);
    assert_string_equal(folder.classes[0], "cats");
    assert_string_equal(folder.classes[1], "dogs");
    dnn_folder_free(&folder);
    check_files(
        (const char *[]){"cats/x.1.2.png", "dogs/IMG_9.jpg", "dogs/IMG_10.jpg", "dogs/b.jpg"},
        (uint32_t[]){0, 1, 1, 1}, 4);
}

static void a_slash_at_the_end_changes_nothing(void **state) {
    (void)state;
    clear();
    touch("cat.1.jpg");
    touch("dog.1.jpg");
    char path[64];
    snprintf(path, sizeof path, "%s/", root);
    dnn_folder folder;
    check_ok(dnn_folder_list(&folder, path, &err));
    assert_int_equal(folder.file_count, 2);
    assert_null(strstr(folder.files[0], "//"));
    dnn_folder_free(&folder);
}

static void says_what_a_folder_lacks(void **state) {
    (void)state;
    dnn_folder folder;
    clear();
    touch("notes.txt");
    check_refused(DNN_ERROR_FORMAT,
                  ": holds no pictures (.jpg, .jpeg, .png); expected one subfolder per "
                  "class or files named like cat.1.jpg");
    touch("cat.1.jpg");
    touch("cat.2.jpg");
    check_refused(DNN_ERROR_FORMAT,
                  ": all 2 pictures are of one class, 'cat'; expected two classes or more");
    touch("IMG_1234.jpg");
    check_refused(DNN_ERROR_FORMAT,
                  "/IMG_1234.jpg: has no class in its name; expected one subfolder per "
                  "class or files named like cat.1.jpg");
    make_folder("dogs");
    touch("dogs/1.jpg");
    check_refused(DNN_ERROR_FORMAT,
                  ": holds 3 pictures beside subfolders that hold 1; expected one "
                  "subfolder per class or files named like cat.1.jpg, not both");
    check_fails(dnn_folder_list(&folder, "nowhere", &err), DNN_ERROR_FILE,
                "nowhere: No such file or directory; expected a folder of pictures");
    check_fails(dnn_folder_list(&folder, "/dev/null", &err), DNN_ERROR_FILE,
                "/dev/null: Not a directory; expected a folder of pictures");
}

static void packs_what_it_could_decode_on_any_number_of_threads(void **state) {
    (void)state;
    clear();
    picture("cat.1.png", 64, 10);
    picture("cat.2.png", 16, 20);
    touch("cat.3.png");
    picture("cat.4.png", 7, 40);
    picture("dog.1.png", 16, 50);
    picture("dog.2.png", 1, 60);
    dnn_folder folder;
    check_ok(dnn_folder_list(&folder, root, &err));
    const uint8_t levels[] = {20, 40, 50};
    for (size_t threads = 1; threads <= 3; threads++) {
        dnn_set_threads(threads);
        uint8_t pixels[4 * 8 * 8 * 3], ok[4];
        dnn_error errors[4];
        size_t good;
        check_ok(dnn_folder_decode(&folder, 1, 5, 8, 3, pixels, ok, errors, &good, &err));
        assert_int_equal(good, 3);
        assert_memory_equal(ok, ((uint8_t[]){1, 0, 1, 1}), 4);
        assert_non_null(
            strstr(errors[1].text, "/cat.3.png: is empty; expected a JPEG or PNG picture"));
        for (size_t i = 0; i < 3 * 8 * 8 * 3; i++)
            assert_int_equal(pixels[i], levels[i / (8 * 8 * 3)]);
    }
    dnn_folder_free(&folder);
}

static void listing_and_decoding_end_when_they_are_asked_to(void **state) {
    (void)state;
    clear();
    for (int i = 0; i < 30; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s.%d.png", i % 2 == 0 ? "cat" : "dog", i);
        picture(name, 64, (uint8_t)(5 * i));
    }
    dnn_folder folder;
    uint64_t live = dnn_allocations_live();
    check_interrupted(dnn_folder_list(&folder, root, &err) == DNN_OK
                          ? (dnn_folder_free(&folder), DNN_OK)
                          : err.status);
    assert_int_equal(dnn_allocations_live(), live);
    check_ok(dnn_folder_list(&folder, root, &err));
    uint8_t pixels[30 * 8 * 8], ok[30];
    dnn_error errors[30];
    size_t good;
    check_interrupted(dnn_folder_decode(&folder, 0, 30, 8, 1, pixels, ok, errors, &good, &err));
    assert_int_equal(good, 0);
    check_ok(dnn_folder_decode(&folder, 0, 30, 8, 1, pixels, ok, errors, &good, &err));
    assert_int_equal(good, 30);
    for (size_t k = 0; k < 30; k++)
        assert_int_equal(pixels[64 * k], k < 15 ? 10 * k : 10 * (k - 15) + 5);
    dnn_folder_free(&folder);
}

static void shuffles_by_the_stream_alone_and_keeps_labels_with_files(void **state) {
    (void)state;
    clear();
    for (int i = 1; i <= 20; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s.%d.jpg", i % 3 == 0 ? "cat" : "dog", i);
        touch(name);
    }
    dnn_folder a, b;
    check_ok(dnn_folder_list(&a, root, &err));
    check_ok(dnn_folder_list(&b, root, &err));
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

static void survives_every_failed_allocation(void **state) {
    (void)state;
    clear();
    make_folder("a");
    make_folder("b");
    touch("a/1.jpg");
    touch("b/1.jpg");
    uint64_t live = dnn_allocations_live();
    dnn_status status = DNN_ERROR_MEMORY;
    for (uint64_t n = 1; status != DNN_OK; n++) {
        dnn_folder folder;
        dnn_fail_allocation(n);
        status = dnn_folder_list(&folder, root, &err);
        dnn_fail_allocation(0);
        assert_true(status == DNN_OK || status == DNN_ERROR_MEMORY);
        dnn_folder_free(&folder);
        assert_int_equal(dnn_allocations_live(), live);
    }
}

static int make_root(void **state) {
    (void)state;
    return mkdtemp(root) == NULL;
}

static int remove_root(void **state) {
    (void)state;
    clear();
    return rmdir(root);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_named_by_class_are_sorted_with_numbers_by_value),
        cmocka_unit_test(subfolders_are_classes),
        cmocka_unit_test(a_slash_at_the_end_changes_nothing),
        cmocka_unit_test(says_what_a_folder_lacks),
        cmocka_unit_test(packs_what_it_could_decode_on_any_number_of_threads),
        cmocka_unit_test(listing_and_decoding_end_when_they_are_asked_to),
        cmocka_unit_test(shuffles_by_the_stream_alone_and_keeps_labels_with_files),
        cmocka_unit_test(survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, make_root, remove_root);
}
