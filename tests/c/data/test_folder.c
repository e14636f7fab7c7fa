/* Tests of listing and decoding folders of images, made here in a folder of their own. */
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

static void image(const char *name, size_t size, uint8_t level) {
    char path[256];
    uint8_t pixels[64 * 64 * 3];
    memset(pixels, level, sizeof pixels);
    snprintf(path, sizeof path, "%s/%s", root, name);
    check_ok(dnn_image_write_png(path, pixels, size, size, 3, &err));
}

/* The list's file names (after the root) are these, in this order, with these labels. */
static void check_files(const char *const *names, const uint32_t *labels, size_t count) {
    dnn_folder folder;
    check_ok(dnn_folder_list(&folder, root, NULL, 0, &err));
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
    check_fails(dnn_folder_list(&folder, root, NULL, 0, &err), status, expected);
    assert_int_equal(dnn_allocations_live(), live);
}

static void files_named_by_class_are_sorted_with_numbers_by_value(void **state) {
    (void)state;
    clear();
    const char *made[] = {"dog.1.jpg", "cat.10.jpg", "cat.2.JPG",  "cat.1.png", "dog.03.jpeg",
                          "dog.2.jpg", "notes.txt",  ".cat.7.jpg", "cat.5.tiff"};
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
    check_ok(dnn_folder_list(&folder, root, NULL, 0, &err));
    assert_int_equal(folder.class_count, 2);
    assert_string_equal(folder.classes[0], "cats");
    assert_string_equal(folder.classes[1], "dogs");
    dnn_folder_free(&folder);
    check_files(
        (const char *[]){"cats/x.1.2.png", "dogs/IMG_9.jpg", "dogs/IMG_10.jpg", "dogs/b.jpg"},
        (uint32_t[]){0, 1, 1, 1}, 4);
}

/* The list says of these paths why they were passed over, in this order. */
static void check_skipped(const dnn_folder *folder, const char *const *lines, size_t count) {
    assert_int_equal(folder->skipped_count, count);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(folder->skipped[i] + strlen(root) + 1, lines[i]);
}

static void link_to(const char *target, const char *name) {
    char path[256];
    snprintf(path, sizeof path, "%s/%s", root, name);
    assert_int_equal(symlink(target, path), 0);
}

static void links_are_followed_and_broken_ones_are_named(void **state) {
    (void)state;
    clear();
    make_folder("cats");
    make_folder("dogs");
    touch("cats/1.png");
    touch("dogs/1.png");
    touch("dogs/desktop.ini");
    link_to("cats", "kittens");
    link_to("1.png", "dogs/2.png");
    link_to("nowhere.png", "dogs/3.png");
    link_to("/dev/null", "dogs/4.png");
    dnn_folder folder;
    check_ok(dnn_folder_list(&folder, root, NULL, 0, &err));
    assert_int_equal(folder.class_count, 3);
    assert_string_equal(folder.classes[2], "kittens");
    check_skipped(&folder,
                  (const char *[]){"dogs/3.png: is a broken link", "dogs/4.png: is not an image"},
                  2);
    dnn_folder_free(&folder);
    check_files((const char *[]){"cats/1.png", "dogs/1.png", "dogs/2.png", "kittens/1.png"},
                (uint32_t[]){0, 1, 1, 2}, 4);
    char with_slash[64];
    snprintf(with_slash, sizeof with_slash, "%s/", root);
    check_ok(dnn_folder_list(&folder, with_slash, NULL, 0, &err));
    assert_int_equal(folder.file_count, 4);
    assert_null(strstr(folder.files[0], "//"));
    dnn_folder_free(&folder);
}

static void names_what_it_passes_over(void **state) {
    (void)state;
    clear();
    make_folder("ants");
    make_folder("ants/deeper");
    make_folder("bees");
    make_folder("scans");
    touch("ants/1.jpg");
    touch("ants/deeper/2.jpg");
    touch("ants/Thumbs.db");
    touch("ants/.hidden");
    touch("bees/1.webp");
    touch("bees/2.HEIC");
    touch("scans/1.tif");
    touch("notes.txt");
    dnn_folder folder;
    check_ok(dnn_folder_list(&folder, root, NULL, 0, &err));
    assert_int_equal(folder.class_count, 2);
    assert_int_equal(folder.train_count, 2);
    check_skipped(
        &folder,
        (const char *[]){"ants/deeper: is a folder inside a class: it is not looked into",
                         "bees/2.HEIC: is HEIC, which is not read: convert it to PNG or JPEG",
                         "notes.txt: is not an image",
                         "scans/1.tif: is TIFF, which is not read: convert it to PNG or JPEG",
                         "scans: holds no readable images, so it is not a class"},
        5);
    dnn_folder_free(&folder);
}

static void given_classes_fix_the_labels(void **state) {
    (void)state;
    clear();
    touch("ant.1.jpg");
    touch("cat.1.jpg");
    touch("dog.1.jpg");
    touch("dog.2.jpg");
    const char *const classes[] = {"dog", "wolf", "cat"}, *const others[] = {"fox"};
    dnn_folder folder;
    check_ok(dnn_folder_list(&folder, root, classes, 3, &err));
    assert_int_equal(folder.class_count, 3);
    assert_int_equal(folder.file_count, 3);
    assert_memory_equal(folder.labels, ((uint32_t[]){2, 0, 0}), 3 * sizeof(uint32_t));
    assert_int_equal(folder.skipped_count, 1);
    assert_non_null(
        strstr(folder.skipped[0], ": class 'ant' is not in classes: its images (1) are left out"));
    dnn_folder_free(&folder);
    check_fails(dnn_folder_list(&folder, root, others, 1, &err), DNN_ERROR_FORMAT,
                ": holds no images of the 1 classes given");
}

static void train_and_test_are_the_two_sets(void **state) {
    (void)state;
    clear();
    for (const char **name = (const char *[]){"train", "train/a", "train/b", "val", "val/b", NULL};
         *name != NULL; name++)
        make_folder(*name);
    touch("train/a/1.png");
    touch("train/b/1.png");
    touch("train/b/2.png");
    touch("val/b/1.png");
    dnn_folder folder;
    check_ok(dnn_folder_list(&folder, root, NULL, 0, &err));
    assert_int_equal(folder.file_count, 4);
    assert_int_equal(folder.train_count, 3);
    assert_memory_equal(folder.labels, ((uint32_t[]){0, 1, 1, 1}), 4 * sizeof(uint32_t));
    dnn_random random = dnn_random_seeded(1);
    check_ok(dnn_folder_shuffle(&folder, &random, &err));
    assert_non_null(strstr(folder.files[3], "/val/b/1.png"));
    dnn_folder_free(&folder);
    make_folder("val/c");
    touch("val/c/1.png");
    check_fails(dnn_folder_list(&folder, root, NULL, 0, &err), DNN_ERROR_FORMAT,
                ": class 'c' is in the second set (");
}

static void unlabelled_images_beside_train_are_pointed_out(void **state) {
    (void)state;
    clear();
    make_folder("train");
    make_folder("test1");
    touch("train/cat.1.jpg");
    touch("train/dog.1.jpg");
    touch("test1/1.jpg");
    dnn_folder folder;
    for (int round = 0; round < 2; round++) {
        check_ok(dnn_folder_list(&folder, root, NULL, 0, &err));
        assert_int_equal(folder.file_count, 2);
        assert_int_equal(folder.train_count, 2);
        check_skipped(
            &folder,
            (const char *[]){
                "test1: is beside train/ and is not read; the second set is test/, val/ or "
                "valid/, with classes as in train/",
                "test: is beside train/, but its images have no classes: it is left out"},
            (size_t)round + 1);
        dnn_folder_free(&folder);
        if (round == 0)
            make_folder("test");
        if (round == 0)
            touch("test/1.jpg");
    }
}

static void a_slash_at_the_end_changes_nothing(void **state) {
    (void)state;
    clear();
    touch("cat.1.jpg");
    touch("dog.1.jpg");
    char path[64];
    snprintf(path, sizeof path, "%s/", root);
    dnn_folder folder;
    check_ok(dnn_folder_list(&folder, path, NULL, 0, &err));
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
                  ": holds no images (JPEG, PNG, WebP, GIF, BMP); expected one subfolder per "
                  "class or files named like cat.1.jpg");
    touch("cat.1.jpg");
    touch("cat.2.jpg");
    check_refused(DNN_ERROR_FORMAT,
                  ": all 2 images are of one class, 'cat'; expected two classes or more");
    touch("IMG_1234.jpg");
    check_refused(DNN_ERROR_FORMAT,
                  "/IMG_1234.jpg: has no class in its name; expected one subfolder per "
                  "class or files named like cat.1.jpg");
    make_folder("dogs");
    touch("dogs/1.jpg");
    check_refused(DNN_ERROR_FORMAT, ": holds 3 images beside subfolders that hold 1; expected one "
                                    "subfolder per class or files named like cat.1.jpg, not both");
    check_fails(dnn_folder_list(&folder, "nowhere", NULL, 0, &err), DNN_ERROR_FILE,
                "nowhere: No such file or directory; expected a folder of images");
    check_fails(dnn_folder_list(&folder, "/dev/null", NULL, 0, &err), DNN_ERROR_FILE,
                "/dev/null: Not a directory; expected a folder of images");
}

static void packs_what_it_could_decode_on_any_number_of_threads(void **state) {
    (void)state;
    clear();
    image("cat.1.png", 64, 10);
    image("cat.2.png", 16, 20);
    touch("cat.3.png");
    image("cat.4.png", 7, 40);
    image("dog.1.png", 16, 50);
    image("dog.2.png", 1, 60);
    dnn_folder folder;
    check_ok(dnn_folder_list(&folder, root, NULL, 0, &err));
    const uint8_t levels[] = {20, 40, 50};
    for (size_t threads = 1; threads <= 3; threads++) {
        dnn_set_threads(threads);
        uint8_t pixels[4 * 8 * 8 * 3], ok[4];
        dnn_error errors[4];
        size_t good;
        check_ok(dnn_folder_decode(&folder, 1, 5,
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
    dnn_folder_free(&folder);
}

static void listing_and_decoding_end_when_they_are_asked_to(void **state) {
    (void)state;
    clear();
    for (int i = 0; i < 30; i++) {
        char name[32];
        snprintf(name, sizeof name, "%s.%d.png", i % 2 == 0 ? "cat" : "dog", i);
        image(name, 64, (uint8_t)(5 * i));
    }
    dnn_folder folder;
    uint64_t live = dnn_allocations_live();
    check_interrupted(dnn_folder_list(&folder, root, NULL, 0, &err) == DNN_OK
                          ? (dnn_folder_free(&folder), DNN_OK)
                          : err.status);
    assert_int_equal(dnn_allocations_live(), live);
    check_ok(dnn_folder_list(&folder, root, NULL, 0, &err));
    const dnn_image_target small = {8, 8, DNN_FIT_STRETCH, {.channels = 1}};
    uint8_t pixels[30 * 8 * 8], ok[30];
    dnn_error errors[30];
    size_t good;
    check_interrupted(dnn_folder_decode(&folder, 0, 30, &small, pixels, ok, errors, &good, &err));
    assert_int_equal(good, 0);
    check_ok(dnn_folder_decode(&folder, 0, 30, &small, pixels, ok, errors, &good, &err));
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
    check_ok(dnn_folder_list(&a, root, NULL, 0, &err));
    check_ok(dnn_folder_list(&b, root, NULL, 0, &err));
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
        status = dnn_folder_list(&folder, root, NULL, 0, &err);
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
        cmocka_unit_test(links_are_followed_and_broken_ones_are_named),
        cmocka_unit_test(names_what_it_passes_over),
        cmocka_unit_test(given_classes_fix_the_labels),
        cmocka_unit_test(train_and_test_are_the_two_sets),
        cmocka_unit_test(unlabelled_images_beside_train_are_pointed_out),
        cmocka_unit_test(a_slash_at_the_end_changes_nothing),
        cmocka_unit_test(says_what_a_folder_lacks),
        cmocka_unit_test(packs_what_it_could_decode_on_any_number_of_threads),
        cmocka_unit_test(listing_and_decoding_end_when_they_are_asked_to),
        cmocka_unit_test(shuffles_by_the_stream_alone_and_keeps_labels_with_files),
        cmocka_unit_test(survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, make_root, remove_root);
}
