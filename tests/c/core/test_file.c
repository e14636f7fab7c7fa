/* A file is replaced whole or stays as it was. */
#include "check_file.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/file.h"

static char folder[64], path[96], temporary[112];

static int make_folder(void **state) {
    (void)state;
    strcpy(folder, "/tmp/dnn-file-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/a.txt", folder);
    snprintf(temporary, sizeof temporary, "%s.tmp", path);
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    unlink(temporary);
    unlink(path);
    return rmdir(folder);
}

static void a_file_is_made_and_replaced(void **state) {
    (void)state;
    dnn_error err;
    check_ok(dnn_file_replace(path, "first", 5, &err));
    assert_holds(path, "first");
    check_ok(dnn_file_replace(path, "2", 1, &err));
    assert_holds(path, "2");
    assert_int_not_equal(access(temporary, F_OK), 0);
}

static void a_folder_that_is_not_there_is_named(void **state) {
    (void)state;
    dnn_error err;
    check_fails(dnn_file_replace("/nowhere/at/all.txt", "x", 1, &err), DNN_ERROR_FILE,
                "/nowhere/at/all.txt: cannot be written: No such file or directory");
}

/* A limit on the size of files stands for a full disk. */
static void a_full_disk_leaves_the_old_file_and_no_other(void **state) {
    (void)state;
    dnn_error err;
    static char large[100000];
    struct rlimit old, small;
    check_ok(dnn_file_replace(path, "old", 3, &err));
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old);
    small = old;
    small.rlim_cur = 1000;
    setrlimit(RLIMIT_FSIZE, &small);
    dnn_status status = dnn_file_replace(path, large, sizeof large, &err);
    setrlimit(RLIMIT_FSIZE, &old);
    check_fails(status, DNN_ERROR_FILE, "a.txt: cannot be written: File too large");
    assert_holds(path, "old");
    assert_int_not_equal(access(temporary, F_OK), 0);
}

static void what_is_no_plain_file_is_written_into_and_stays_what_it_is(void **state) {
    (void)state;
    dnn_error err;
    char target[112];
    struct stat s;
    snprintf(target, sizeof target, "%s/target", folder);
    assert_int_equal(symlink(target, path), 0);
    check_ok(dnn_file_replace(path, "through", 7, &err));
    assert_holds(path, "through");
    assert_int_equal(lstat(path, &s), 0);
    assert_true(S_ISLNK(s.st_mode));
    assert_int_equal(unlink(target), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/dev/full", path), 0);
    check_fails(dnn_file_replace(path, "x", 1, &err), DNN_ERROR_FILE,
                "a.txt: cannot be written: No space left on device");
    assert_int_equal(lstat(path, &s), 0);
    check_fails(dnn_file_replace(folder, "x", 1, &err), DNN_ERROR_FILE, "Is a directory");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_is_made_and_replaced, make_folder, remove_folder),
        cmocka_unit_test(a_folder_that_is_not_there_is_named),
        cmocka_unit_test_setup_teardown(a_full_disk_leaves_the_old_file_and_no_other, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(what_is_no_plain_file_is_written_into_and_stays_what_it_is,
                                        make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
