/* A file takes its name when it is whole and on disk; until then the old one stays. */
#include "check_file.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/replaced_file.h"

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

int main(void) {
    const struct CMUnitTest tests[] = {
        file_test(the_old_file_stands_until_the_new_one_is_finished),
        file_test(an_abandoned_file_leaves_nothing),
        file_test(two_writers_of_one_file_do_not_mix),
        file_test(a_full_disk_leaves_the_old_file_and_no_other),
        file_test(a_name_of_255_bytes_can_be_written),
        file_test(checking_a_place_leaves_nothing_there),
        file_test(what_a_killed_writer_left_is_cleared_and_what_a_living_one_writes_is_not),
        file_test(two_processes_of_equal_number_do_not_disturb_each_other),
        file_test(many_writers_never_tear_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
