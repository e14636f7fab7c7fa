/* What a listing of a folder of images takes, passes over and refuses. */
#include "image_folder.h"

#include "core/memory.h"

/* The list's file names (after the folder) are these, in this order, with these labels. */
static void check_files(const char *const *names, const uint32_t *labels, size_t count) {
    dnn_folder list;
    check_ok(dnn_folder_list(&list, folder, NULL, 0, &err));
    assert_int_equal(list.file_count, count);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(list.files[i] + strlen(folder) + 1, names[i]);
        assert_int_equal(list.labels[i], labels[i]);
    }
    dnn_folder_free(&list);
}

static void check_refused(dnn_status status, const char *text) {
    dnn_folder list;
    char expected[600];
    uint64_t live = dnn_allocations_live();
    snprintf(expected, sizeof expected, "%s%s", folder, text);
    check_fails(dnn_folder_list(&list, folder, NULL, 0, &err), status, expected);
    assert_int_equal(dnn_allocations_live(), live);
}

static void files_named_by_class_are_sorted_with_numbers_by_value(void **state) {
    (void)state;
    const char *made[] = {"dog.1.jpg", "cat.10.jpg", "cat.2.JPG",  "cat.1.png", "dog.03.jpeg",
                          "dog.2.jpg", "notes.txt",  ".cat.7.jpg", "cat.5.tiff"};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++)
        put_empty(made[i]);
    check_files((const char *[]){"cat.1.png", "cat.2.JPG", "cat.10.jpg", "dog.1.jpg", "dog.2.jpg",
                                 "dog.03.jpeg"},
                (uint32_t[]){0, 0, 0, 1, 1, 1}, 6);
}

static void subfolders_are_classes(void **state) {
    (void)state;
    put_folder("dogs");
    put_folder("cats");
    put_folder("empty");
    put_folder("cats/deeper");
    put_empty("dogs/b.jpg");
    put_empty("dogs/IMG_10.jpg");
    put_empty("dogs/IMG_9.jpg");
    put_empty("cats/x.1.2.png");
    put_empty("cats/deeper/no.jpg");
    put_empty("readme.txt");
    dnn_folder list;
    check_ok(dnn_folder_list(&list, folder, NULL, 0, &err));
    assert_int_equal(list.class_count, 2);
    assert_string_equal(list.classes[0], "cats");
    assert_string_equal(list.classes[1], "dogs");
    dnn_folder_free(&list);
    check_files(
        (const char *[]){"cats/x.1.2.png", "dogs/IMG_9.jpg", "dogs/IMG_10.jpg", "dogs/b.jpg"},
        (uint32_t[]){0, 1, 1, 1}, 4);
}

/* The list says of these paths why they were passed over, in this order. */
static void check_skipped(const dnn_folder *list, const char *const *lines, size_t count) {
    assert_int_equal(list->skipped_count, count);
    for (size_t i = 0; i < count; i++)
        assert_string_equal(list->skipped[i] + strlen(folder) + 1, lines[i]);
}

static void put_link(const char *target, const char *name) {
    assert_int_equal(symlink(target, inside(name).path), 0);
}

static void links_are_followed_and_broken_ones_are_named(void **state) {
    (void)state;
    put_folder("cats");
    put_folder("dogs");
    put_empty("cats/1.png");
    put_empty("dogs/1.png");
    put_empty("dogs/desktop.ini");
    put_link("cats", "kittens");
    put_link("1.png", "dogs/2.png");
    put_link("nowhere.png", "dogs/3.png");
    put_link("/dev/null", "dogs/4.png");
    dnn_folder list;
    check_ok(dnn_folder_list(&list, folder, NULL, 0, &err));
    assert_int_equal(list.class_count, 3);
    assert_string_equal(list.classes[2], "kittens");
    check_skipped(
        &list, (const char *[]){"dogs/3.png: is a broken link", "dogs/4.png: is not an image"}, 2);
    dnn_folder_free(&list);
    check_files((const char *[]){"cats/1.png", "dogs/1.png", "dogs/2.png", "kittens/1.png"},
                (uint32_t[]){0, 1, 1, 2}, 4);
    check_ok(dnn_folder_list(&list, inside("").path, NULL, 0, &err));
    assert_int_equal(list.file_count, 4);
    assert_null(strstr(list.files[0], "//"));
    dnn_folder_free(&list);
}

static void names_what_it_passes_over(void **state) {
    (void)state;
    put_folder("ants");
    put_folder("ants/deeper");
    put_folder("bees");
    put_folder("scans");
    put_empty("ants/1.jpg");
    put_empty("ants/deeper/2.jpg");
    put_empty("ants/Thumbs.db");
    put_empty("ants/.hidden");
    put_empty("bees/1.webp");
    put_empty("bees/2.HEIC");
    put_empty("scans/1.tif");
    put_empty("notes.txt");
    dnn_folder list;
    check_ok(dnn_folder_list(&list, folder, NULL, 0, &err));
    assert_int_equal(list.class_count, 2);
    assert_int_equal(list.train_count, 2);
    check_skipped(
        &list,
        (const char *[]){"ants/deeper: is a folder inside a class: it is not looked into",
                         "bees/2.HEIC: is HEIC, which is not read: convert it to PNG or JPEG",
                         "notes.txt: is not an image",
                         "scans/1.tif: is TIFF, which is not read: convert it to PNG or JPEG",
                         "scans: holds no readable images, so it is not a class"},
        5);
    dnn_folder_free(&list);
}

static void given_classes_fix_the_labels(void **state) {
    (void)state;
    put_empty("ant.1.jpg");
    put_empty("cat.1.jpg");
    put_empty("dog.1.jpg");
    put_empty("dog.2.jpg");
    const char *const classes[] = {"dog", "wolf", "cat"}, *const others[] = {"fox"};
    dnn_folder list;
    check_ok(dnn_folder_list(&list, folder, classes, 3, &err));
    assert_int_equal(list.class_count, 3);
    assert_int_equal(list.file_count, 3);
    assert_memory_equal(list.labels, ((uint32_t[]){2, 0, 0}), 3 * sizeof(uint32_t));
    assert_int_equal(list.skipped_count, 1);
    assert_non_null(
        strstr(list.skipped[0], ": class 'ant' is not in classes: its images (1) are left out"));
    dnn_folder_free(&list);
    check_fails(dnn_folder_list(&list, folder, others, 1, &err), DNN_ERROR_FORMAT,
                ": holds no images of the 1 classes given");
}

static void train_and_test_are_the_two_sets(void **state) {
    (void)state;
    for (const char **name = (const char *[]){"train", "train/a", "train/b", "val", "val/b", NULL};
         *name != NULL; name++)
        put_folder(*name);
    put_empty("train/a/1.png");
    put_empty("train/b/1.png");
    put_empty("train/b/2.png");
    put_empty("val/b/1.png");
    dnn_folder list;
    check_ok(dnn_folder_list(&list, folder, NULL, 0, &err));
    assert_int_equal(list.file_count, 4);
    assert_int_equal(list.train_count, 3);
    assert_memory_equal(list.labels, ((uint32_t[]){0, 1, 1, 1}), 4 * sizeof(uint32_t));
    dnn_random random = dnn_random_seeded(1);
    check_ok(dnn_folder_shuffle(&list, &random, &err));
    assert_non_null(strstr(list.files[3], "/val/b/1.png"));
    dnn_folder_free(&list);
    put_folder("val/c");
    put_empty("val/c/1.png");
    check_fails(dnn_folder_list(&list, folder, NULL, 0, &err), DNN_ERROR_FORMAT,
                ": class 'c' is in the second set (");
}

static void unlabelled_images_beside_train_are_pointed_out(void **state) {
    (void)state;
    put_folder("train");
    put_folder("test1");
    put_empty("train/cat.1.jpg");
    put_empty("train/dog.1.jpg");
    put_empty("test1/1.jpg");
    dnn_folder list;
    for (int round = 0; round < 2; round++) {
        check_ok(dnn_folder_list(&list, folder, NULL, 0, &err));
        assert_int_equal(list.file_count, 2);
        assert_int_equal(list.train_count, 2);
        check_skipped(
            &list,
            (const char *[]){
                "test1: is beside train/ and is not read; the second set is test/, val/ or "
                "valid/, with classes as in train/",
                "test: is beside train/, but its images have no classes: it is left out"},
            (size_t)round + 1);
        dnn_folder_free(&list);
        if (round == 0)
            put_folder("test");
        if (round == 0)
            put_empty("test/1.jpg");
    }
}

static void a_slash_at_the_end_changes_nothing(void **state) {
    (void)state;
    put_empty("cat.1.jpg");
    put_empty("dog.1.jpg");
    dnn_folder list;
    check_ok(dnn_folder_list(&list, inside("").path, NULL, 0, &err));
    assert_int_equal(list.file_count, 2);
    assert_null(strstr(list.files[0], "//"));
    dnn_folder_free(&list);
}

static void says_what_a_folder_lacks(void **state) {
    (void)state;
    dnn_folder list;
    put_empty("notes.txt");
    check_refused(DNN_ERROR_FORMAT,
                  ": holds no images (JPEG, PNG, WebP, GIF, BMP); expected one subfolder per "
                  "class or files named like cat.1.jpg");
    put_empty("cat.1.jpg");
    put_empty("cat.2.jpg");
    check_refused(DNN_ERROR_FORMAT,
                  ": all 2 images are of one class, 'cat'; expected two classes or more");
    put_empty("IMG_1234.jpg");
    check_refused(DNN_ERROR_FORMAT,
                  "/IMG_1234.jpg: has no class in its name; expected one subfolder per "
                  "class or files named like cat.1.jpg");
    put_folder("dogs");
    put_empty("dogs/1.jpg");
    check_refused(DNN_ERROR_FORMAT, ": holds 3 images beside subfolders that hold 1; expected one "
                                    "subfolder per class or files named like cat.1.jpg, not both");
    check_fails(dnn_folder_list(&list, "nowhere", NULL, 0, &err), DNN_ERROR_FILE,
                "nowhere: No such file or directory; expected a folder of images");
    check_fails(dnn_folder_list(&list, "/dev/null", NULL, 0, &err), DNN_ERROR_FILE,
                "/dev/null: Not a directory; expected a folder of images");
}

static void survives_every_failed_allocation(void **state) {
    (void)state;
    put_folder("a");
    put_folder("b");
    put_empty("a/1.jpg");
    put_empty("b/1.jpg");
    uint64_t live = dnn_allocations_live();
    dnn_status status = DNN_ERROR_MEMORY;
    for (uint64_t n = 1; status != DNN_OK; n++) {
        dnn_folder list;
        dnn_fail_allocation(n);
        status = dnn_folder_list(&list, folder, NULL, 0, &err);
        dnn_fail_allocation(0);
        assert_true(status == DNN_OK || status == DNN_ERROR_MEMORY);
        dnn_folder_free(&list);
        assert_int_equal(dnn_allocations_live(), live);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        in_folder(files_named_by_class_are_sorted_with_numbers_by_value),
        in_folder(subfolders_are_classes),
        in_folder(links_are_followed_and_broken_ones_are_named),
        in_folder(names_what_it_passes_over),
        in_folder(given_classes_fix_the_labels),
        in_folder(train_and_test_are_the_two_sets),
        in_folder(unlabelled_images_beside_train_are_pointed_out),
        in_folder(a_slash_at_the_end_changes_nothing),
        in_folder(says_what_a_folder_lacks),
        in_folder(survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
