/* A file takes its name when it is whole and on disk; until then the old one stays. */
#include "check_file.h"

#include <dirent.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/atomic_file.h"
#include "temp_folder.h"

static char path[96]; /* of a file in the folder */

static int make_path(void **state) {
    int failed = make_folder(state);
    snprintf(path, sizeof path, "%s/a.bin", folder);
    return failed;
}

static int remove_path(void **state) {
    (void)state;
    return remove_emptied_folder(path);
}

static dnn_status write_file(const char *text, dnn_error *err) {
    dnn_atomic_file file;
    dnn_status status = dnn_atomic_file_begin(&file, path, err);
    if (status != DNN_OK)
        return status;
    status = dnn_atomic_file_write(&file, text, strlen(text), err);
    if (status == DNN_OK)
        return dnn_atomic_file_finish(&file, err);
    dnn_atomic_file_abandon(&file);
    return status;
}

static size_t files_in_folder(void) {
    DIR *listing = opendir(folder);
    size_t count = 0;
    for (struct dirent *entry; (entry = readdir(listing)) != NULL;)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(listing);
    return count;
}

static void the_old_file_stands_until_the_new_one_is_finished(void **state) {
    (void)state;
    dnn_error err;
    dnn_atomic_file file;
    check_ok(write_file("old", &err));
    check_ok(dnn_atomic_file_begin(&file, path, &err));
    check_ok(dnn_atomic_file_write(&file, "ne", 2, &err));
    assert_holds(path, "old");
    assert_int_equal(files_in_folder(), 2);
    check_ok(dnn_atomic_file_write(&file, "w", 1, &err));
    check_ok(dnn_atomic_file_write(&file, NULL, 0, &err));
    check_ok(dnn_atomic_file_finish(&file, &err));
    assert_holds(path, "new");
    assert_int_equal(files_in_folder(), 1);
}

static void an_abandoned_file_leaves_nothing(void **state) {
    (void)state;
    dnn_error err;
    dnn_atomic_file file;
    check_ok(dnn_atomic_file_begin(&file, path, &err));
    check_ok(dnn_atomic_file_write(&file, "x", 1, &err));
    dnn_atomic_file_abandon(&file);
    assert_int_equal(files_in_folder(), 0);
}

static void two_writers_of_one_file_do_not_mix(void **state) {
    (void)state;
    dnn_error err;
    dnn_atomic_file first, second;
    check_ok(dnn_atomic_file_begin(&first, path, &err));
    check_ok(dnn_atomic_file_begin(&second, path, &err));
    check_ok(dnn_atomic_file_write(&first, "first", 5, &err));
    check_ok(dnn_atomic_file_write(&second, "second", 6, &err));
    check_ok(dnn_atomic_file_finish(&second, &err));
    assert_holds(path, "second");
    check_ok(dnn_atomic_file_finish(&first, &err));
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

static void root_leaves_a_file_to_the_one_it_belongs_to(void **state) {
    (void)state;
    dnn_error err;
    struct stat there;
    if (geteuid() != 0)
        skip();
    check_ok(write_file("old", &err));
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(chown(path, 1234, 2345), 0);
    check_ok(write_file("new", &err));
    assert_int_equal(stat(path, &there), 0);
    assert_int_equal(there.st_uid, 1234);
    assert_int_equal(there.st_gid, 2345);
    assert_int_equal(there.st_mode & 0777, 0640);
}

static void a_group_that_could_not_read_the_old_file_cannot_read_the_new_one(void **state) {
    (void)state;
    dnn_error err;
    struct stat there;
    if (geteuid() != 0)
        skip();
    check_ok(write_file("old", &err));
    assert_int_equal(chown(path, 0, 2345), 0);
    assert_int_equal(chmod(path, 0662), 0);
    assert_int_equal(chmod(folder, 0777), 0);
    pid_t child = fork();
    if (child == 0)
        _exit(setgroups(0, NULL) != 0 || setgid(1234) != 0 || setuid(1234) != 0 ||
              write_file("new", &err) != DNN_OK);
    int how;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_int_equal(how, 0);
    assert_int_equal(stat(path, &there), 0);
    assert_int_equal(there.st_uid, 1234);
    assert_int_equal(there.st_gid, 1234);
    assert_int_equal(there.st_mode & 0777, 0622);
}

static void only_a_regular_file_is_replaced(void **state) {
    (void)state;
    dnn_error err;
    dnn_atomic_file file;
    check_fails(dnn_atomic_file_begin(&file, folder, &err), DNN_ERROR_FILE, "is a folder");
    check_fails(dnn_atomic_file_begin(&file, "/dev/null", &err), DNN_ERROR_FILE,
                "is not a regular file");
    check_fails(dnn_atomic_file_begin(&file, "/nowhere/at/all", &err), DNN_ERROR_FILE,
                "/nowhere/at/all: cannot be written: No such file or directory");
    assert_int_equal(symlink("/dev/null", path), 0);
    check_fails(dnn_atomic_file_begin(&file, path, &err), DNN_ERROR_FILE, "is a symbolic link");
    assert_int_equal(files_in_folder(), 1);
}

/* A limit on the size of files acts as a full disk. */
static void a_full_disk_leaves_the_old_file_and_no_other(void **state) {
    (void)state;
    dnn_error err;
    static char large[100000];
    struct rlimit old, small;
    check_ok(write_file("old", &err));
    memset(large, 'x', sizeof large - 1);
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

/* --- what is there already --- */

static void a_read_only_file_is_kept_from_root_too(void **state) {
    (void)state;
    dnn_error err;
    check_ok(write_file("best", &err));
    assert_int_equal(chmod(path, 0444), 0);
    check_fails(write_file("new", &err), DNN_ERROR_FILE,
                "a.bin: is read-only and was not replaced");
    check_fails(dnn_atomic_file_replace(path, "new", 3, &err), DNN_ERROR_FILE, "is read-only");
    check_fails(dnn_atomic_file_check(path, &err), DNN_ERROR_FILE, "is read-only");
    assert_holds(path, "best");
    assert_int_equal(files_in_folder(), 1);
    assert_int_equal(chmod(path, 0644), 0);
    check_ok(write_file("new", &err));
}

static void a_file_of_the_old_fixed_name_is_left_alone(void **state) {
    (void)state;
    dnn_error err;
    char beside[112];
    snprintf(beside, sizeof beside, "%s.tmp", path);
    assert_int_equal(symlink("/etc/passwd", beside), 0);
    check_ok(dnn_atomic_file_replace(path, "first", 5, &err));
    assert_holds(path, "first");
    struct stat info;
    assert_int_equal(lstat(beside, &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    assert_int_equal(unlink(beside), 0);
}

static void nobody_else_can_read_a_private_file_while_it_is_written(void **state) {
    (void)state;
    dnn_error err;
    dnn_atomic_file file;
    struct stat info;
    check_ok(write_file("old", &err));
    assert_int_equal(chmod(path, 0600), 0);
    check_ok(dnn_atomic_file_begin(&file, path, &err));
    assert_int_equal(fstat(file.fd, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    dnn_atomic_file_abandon(&file);
}

static void a_name_of_255_bytes_can_be_written(void **state) {
    (void)state;
    dnn_error err;
    char longest[400];
    int n = snprintf(longest, sizeof longest, "%s/", folder);
    for (int i = 0; i < 127; i++)
        memcpy(longest + n + 2 * i, "\xC3\xA9", 2); /* é */
    strcpy(longest + n + 254, "x");
    check_ok(dnn_atomic_file_replace(longest, "here", 4, &err));
    assert_holds(longest, "here");
    assert_int_equal(unlink(longest), 0);
    strcat(longest, "y");
    check_fails(dnn_atomic_file_replace(longest, "here", 4, &err), DNN_ERROR_FILE,
                "cannot be written: File name too long");
    assert_int_equal(files_in_folder(), 0);
}

static void checking_a_place_leaves_nothing_there(void **state) {
    (void)state;
    dnn_error err;
    check_ok(dnn_atomic_file_check(path, &err));
    check_fails(dnn_atomic_file_check("/nowhere/at/all", &err), DNN_ERROR_FILE,
                "/nowhere/at/all: cannot be written: No such file or directory");
    check_fails(dnn_atomic_file_check("/tmp/", &err), DNN_ERROR_FILE, "/tmp/: is a folder");
    check_fails(dnn_atomic_file_check("", &err), DNN_ERROR_FILE, "No such file");
    assert_int_equal(files_in_folder(), 0);
}

/* --- devices and links --- */

static void a_device_is_written_into_and_a_link_to_a_file_is_refused(void **state) {
    (void)state;
    dnn_error err;
    char target[112];
    struct stat info;
    snprintf(target, sizeof target, "%s/target", folder);
    check_ok(dnn_atomic_file_replace(target, "kept", 4, &err));
    assert_int_equal(symlink(target, path), 0);
    check_fails(dnn_atomic_file_replace(path, "x", 1, &err), DNN_ERROR_FILE, "is a symbolic link");
    assert_holds(target, "kept");
    assert_int_equal(unlink(target), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/dev/full", path), 0);
    check_fails(dnn_atomic_file_replace(path, "x", 1, &err), DNN_ERROR_FILE,
                "a.bin: cannot be written: No space left on device");
    assert_int_equal(lstat(path, &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    check_ok(dnn_atomic_file_replace("/dev/null", "x", 1, &err));
    check_fails(dnn_atomic_file_replace(folder, "x", 1, &err), DNN_ERROR_FILE, "is a folder");
}

/* --- killed writers --- */

/* Leaves a temporary file behind, as a killed program does; the child says when it is there. */
static pid_t writer(int *until_there) {
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        dnn_atomic_file file;
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (dnn_atomic_file_begin(&file, path, NULL) != DNN_OK || write(ready[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    char byte;
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    *until_there = ready[0];
    return child;
}

/* A process sweeps a folder once; this one has not seen it yet, or sees many others in between. */
static void forget_folder(void) {
    dnn_error err;
    for (int i = 0; i < 64; i++) {
        char other[64] = "/tmp/dnn-atomic-XXXXXX", inside[96];
        assert_non_null(mkdtemp(other));
        snprintf(inside, sizeof inside, "%s/a", other);
        check_ok(dnn_atomic_file_check(inside, &err));
        rmdir(other);
    }
}

static void what_a_killed_writer_left_is_cleared_and_what_a_living_one_writes_is_not(void **state) {
    (void)state;
    dnn_error err;
    int dead_end, living_end;
    pid_t dead = writer(&dead_end);
    kill(dead, SIGKILL);
    waitpid(dead, NULL, 0);
    pid_t living = writer(&living_end); /* the first thing it did was to sweep */
    assert_int_equal(files_in_folder(), 1);
    dead = writer(&dead_end);
    assert_int_equal(files_in_folder(), 2);
    kill(dead, SIGKILL);
    waitpid(dead, NULL, 0);
    forget_folder();
    check_ok(write_file("new", &err));
    assert_int_equal(files_in_folder(), 2); /* the new one, and the living one's */
    kill(living, SIGKILL);
    waitpid(living, NULL, 0);
    forget_folder();
    check_ok(write_file("newer", &err));
    assert_int_equal(files_in_folder(), 1);
    close(dead_end);
    close(living_end);
}

static void two_processes_of_equal_number_do_not_disturb_each_other(void **state) {
    (void)state;
    char name[2][96];
    for (int i = 0; i < 2; i++) { /* the name depends on no process number */
        dnn_atomic_file file;
        assert_int_equal(dnn_atomic_file_begin(&file, path, NULL), DNN_OK);
        snprintf(name[i], sizeof name[i], "%s", file.temporary);
        assert_null(strstr(file.temporary, ".tmp"));
        dnn_atomic_file_abandon(&file);
    }
    assert_string_not_equal(name[0], name[1]);
}

/* Readers of a file that several processes replace meet only whole ones. */
static void many_writers_never_tear_a_file(void **state) {
    (void)state;
    static char text[100000];
    pid_t children[4];
    for (int c = 0; c < 4; c++) {
        if ((children[c] = fork()) == 0) {
            memset(text, 'a' + c, sizeof text);
            for (int i = 0; i < 50; i++)
                if (dnn_atomic_file_replace(path, text, sizeof text, NULL) != DNN_OK)
                    _exit(1);
            _exit(0);
        }
    }
    for (int left = 4, status; left > 0;) {
        left -= waitpid(-1, &status, WNOHANG) > 0;
        FILE *file = fopen(path, "rb");
        if (file == NULL)
            continue;
        static char got[sizeof text + 1];
        size_t size = fread(got, 1, sizeof got, file);
        fclose(file);
        assert_int_equal(size, sizeof text);
        assert_int_equal(got[0], got[size - 1]);
    }
    assert_int_equal(files_in_folder(), 1);
}

#define file_test(f) cmocka_unit_test_setup_teardown(f, make_path, remove_path)

int main(void) {
    const struct CMUnitTest tests[] = {
        file_test(the_old_file_stands_until_the_new_one_is_finished),
        file_test(an_abandoned_file_leaves_nothing),
        file_test(two_writers_of_one_file_do_not_mix),
        file_test(who_could_read_the_old_file_can_read_the_new_one_and_nobody_else),
        file_test(root_leaves_a_file_to_the_one_it_belongs_to),
        file_test(a_group_that_could_not_read_the_old_file_cannot_read_the_new_one),
        file_test(only_a_regular_file_is_replaced),
        file_test(a_full_disk_leaves_the_old_file_and_no_other),
        file_test(a_read_only_file_is_kept_from_root_too),
        file_test(a_file_of_the_old_fixed_name_is_left_alone),
        file_test(nobody_else_can_read_a_private_file_while_it_is_written),
        file_test(a_name_of_255_bytes_can_be_written),
        file_test(checking_a_place_leaves_nothing_there),
        file_test(a_device_is_written_into_and_a_link_to_a_file_is_refused),
        file_test(what_a_killed_writer_left_is_cleared_and_what_a_living_one_writes_is_not),
        file_test(two_processes_of_equal_number_do_not_disturb_each_other),
        file_test(many_writers_never_tear_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
