/* A file takes its name when it is whole and on disk; until then the old one stands. */
#include "check_file.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/draft.h"

static char folder[64], path[96];

static int make_folder(void **state) {
    (void)state;
    strcpy(folder, "/tmp/dnn-draft-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/a.bin", folder);
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    unlink(path);
    return rmdir(folder); /* fails when anything else was left */
}

static dnn_status write_file(const char *text, dnn_error *err) {
    dnn_draft draft;
    dnn_status status = dnn_draft_begin(&draft, path, err);
    if (status != DNN_OK)
        return status;
    status = dnn_draft_write(&draft, text, strlen(text), err);
    if (status == DNN_OK)
        return dnn_draft_finish(&draft, err);
    dnn_draft_abandon(&draft);
    return status;
}

static size_t files_in_folder(void) {
    DIR *listing = opendir(folder);
    size_t count = 0;
    for (struct dirent *entry; (entry = readdir(listing)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(listing);
    return count;
}

static void the_old_file_stands_until_the_new_one_is_finished(void **state) {
    (void)state;
    dnn_error err;
    dnn_draft draft;
    check_ok(write_file("old", &err));
    check_ok(dnn_draft_begin(&draft, path, &err));
    check_ok(dnn_draft_write(&draft, "ne", 2, &err));
    assert_holds(path, "old");
    assert_int_equal(files_in_folder(), 2);
    check_ok(dnn_draft_write(&draft, "w", 1, &err));
    check_ok(dnn_draft_write(&draft, NULL, 0, &err));
    check_ok(dnn_draft_finish(&draft, &err));
    assert_holds(path, "new");
    assert_int_equal(files_in_folder(), 1);
}

static void an_abandoned_draft_leaves_nothing(void **state) {
    (void)state;
    dnn_error err;
    dnn_draft draft;
    check_ok(dnn_draft_begin(&draft, path, &err));
    check_ok(dnn_draft_write(&draft, "x", 1, &err));
    dnn_draft_abandon(&draft);
    assert_int_equal(files_in_folder(), 0);
}

static void two_drafts_of_one_file_do_not_mix(void **state) {
    (void)state;
    dnn_error err;
    dnn_draft first, second;
    check_ok(dnn_draft_begin(&first, path, &err));
    check_ok(dnn_draft_begin(&second, path, &err));
    check_ok(dnn_draft_write(&first, "first", 5, &err));
    check_ok(dnn_draft_write(&second, "second", 6, &err));
    check_ok(dnn_draft_finish(&second, &err));
    assert_holds(path, "second");
    check_ok(dnn_draft_finish(&first, &err));
    assert_holds(path, "first");
}

static void who_could_read_the_old_file_can_read_the_new_one_and_nobody_else(void **state) {
    (void)state;
    dnn_error err;
    struct stat there;
    check_ok(write_file("old", &err));
    assert_int_equal(chmod(path, 0640), 0);
    check_ok(write_file("new", &err));
    assert_int_equal(stat(path, &there), 0);
    assert_int_equal(there.st_mode & 0777, 0640);
}

static void only_a_plain_file_is_replaced(void **state) {
    (void)state;
    dnn_error err;
    dnn_draft draft;
    check_fails(dnn_draft_begin(&draft, folder, &err), DNN_ERROR_FILE, "is a folder");
    check_fails(dnn_draft_begin(&draft, "/dev/null", &err), DNN_ERROR_FILE, "is no plain file");
    check_fails(dnn_draft_begin(&draft, "/nowhere/at/all", &err), DNN_ERROR_FILE,
                "/nowhere/at/all: cannot be written: No such file or directory");
    assert_int_equal(symlink("/dev/null", path), 0);
    check_fails(dnn_draft_begin(&draft, path, &err), DNN_ERROR_FILE, "is a symbolic link");
    assert_int_equal(files_in_folder(), 1);
}

/* A limit on the size of files stands for a full disk. */
static void a_full_disk_leaves_the_old_file_and_no_other(void **state) {
    (void)state;
    dnn_error err;
    static char large[100000];
    struct rlimit old, small;
    check_ok(write_file("old", &err));
    memset(large, 'x', sizeof large - 1);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old);
    small = old;
    small.rlim_cur = 1000;
    setrlimit(RLIMIT_FSIZE, &small);
    dnn_status status = write_file(large, &err);
    setrlimit(RLIMIT_FSIZE, &old);
    check_fails(status, DNN_ERROR_FILE, "a.bin: cannot be written: File too large");
    assert_holds(path, "old");
    assert_int_equal(files_in_folder(), 1);
}

#define draft_test(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)

int main(void) {
    const struct CMUnitTest tests[] = {
        draft_test(the_old_file_stands_until_the_new_one_is_finished),
        draft_test(an_abandoned_draft_leaves_nothing),
        draft_test(two_drafts_of_one_file_do_not_mix),
        draft_test(who_could_read_the_old_file_can_read_the_new_one_and_nobody_else),
        draft_test(only_a_plain_file_is_replaced),
        draft_test(a_full_disk_leaves_the_old_file_and_no_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
