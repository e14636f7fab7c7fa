/* Folders are made with those above them, and a user's files have their places. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/path.h"
#include "temp_folder.h"

static bool is_folder(const char *path) {
    struct stat there;
    return stat(path, &there) == 0 && S_ISDIR(there.st_mode);
}

static void folders_are_made_where_they_are_missing(void **state) {
    (void)state;
    dnn_error err;
    char path[128];
    for (int again = 0; again < 2; again++) {
        snprintf(path, sizeof path, "%s/a//b/c/", folder);
        check_ok(dnn_make_folders(path, 0777, &err));
        assert_true(is_folder(path));
    }
    snprintf(path, sizeof path, "%s/d/e/file", folder);
    check_ok(dnn_make_folders_for(path, 0700, &err));
    assert_int_not_equal(access(path, F_OK), 0);
    *strrchr(path, '/') = '\0';
    struct stat there;
    assert_int_equal(stat(path, &there), 0);
    assert_int_equal(there.st_mode & 0777, 0700);
    check_ok(dnn_make_folders_for("bare", 0777, &err));
    check_ok(dnn_make_folders_for("/file", 0777, &err));
    check_ok(dnn_make_folders("/", 0777, &err));
    check_ok(dnn_make_folders("/proc/self", 0777, &err)); /* there, where nothing can be made */
}

static void what_stands_in_the_way_is_named(void **state) {
    (void)state;
    dnn_error err;
    char path[128], expected[320];
    snprintf(path, sizeof path, "%s/file", folder);
    fclose(fopen(path, "w"));
    snprintf(expected, sizeof expected, "%s: cannot be made: Not a directory", path);
    check_fails(dnn_make_folders(path, 0777, &err), DNN_ERROR_FILE, expected);
    snprintf(expected, sizeof expected, "%s/below: cannot be made: %s: Not a directory", path,
             path);
    strcat(path, "/below");
    check_fails(dnn_make_folders(path, 0777, &err), DNN_ERROR_FILE, expected);
    check_fails(dnn_make_folders("", 0777, &err), DNN_ERROR_ARGUMENT, "empty");
    char *longest = calloc(1, 10001);
    memset(longest, 'x', 10000);
    check_fails(dnn_make_folders(longest, 0777, &err), DNN_ERROR_FILE, "File name too long");
    free(longest);
}

static void a_users_files_are_where_the_specification_has_them(void **state) {
    (void)state;
    char path[64];
    setenv("HOME", "/home/ada", 1);
    setenv("XDG_STATE_HOME", "/state", 1);
    setenv("XDG_CONFIG_HOME", "not/absolute", 1);
    unsetenv("XDG_CACHE_HOME");
    assert_true(dnn_user_path(DNN_USER_STATE, "dnnlua/history", path, sizeof path));
    assert_string_equal(path, "/state/dnnlua/history");
    assert_true(dnn_user_path(DNN_USER_CONFIG, "dnnlua", path, sizeof path));
    assert_string_equal(path, "/home/ada/.config/dnnlua");
    assert_true(dnn_user_path(DNN_USER_CACHE, "dnnlua", path, sizeof path));
    assert_string_equal(path, "/home/ada/.cache/dnnlua");
    assert_false(dnn_user_path(DNN_USER_STATE, "dnnlua/history", path, 10));
    unsetenv("HOME");
    assert_false(dnn_user_path(DNN_USER_CACHE, "dnnlua", path, sizeof path));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(folders_are_made_where_they_are_missing, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(what_stands_in_the_way_is_named, make_folder,
                                        remove_folder),
        cmocka_unit_test(a_users_files_are_where_the_specification_has_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
