/* One writer at a time in a folder, in this process and in others. */
#include "check.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/folder_lock.h"
#include "temp_folder.h"

static void a_folder_is_locked_until_it_is_closed(void **state) {
    (void)state;
    dnn_error err;
    pid_t holder;
    int first, second;

    for (int again = 0; again < 2; again++) {
        check_ok(dnn_folder_lock(folder, &first, &holder, &err));
        assert_true(first > 2);
        assert_int_equal(dnn_folder_lock(folder, &second, &holder, &err), DNN_ERROR_STATE);
        assert_int_equal(second, -1);
        assert_true(holder == getpid() || holder == 0);
        close(first);
    }
}

static void another_process_is_named_and_lets_go_when_it_is_killed(void **state) {
    (void)state;
    dnn_error err;
    pid_t holder;
    int fd, ready[2];
    char byte;

    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        if (dnn_folder_lock(folder, &fd, &holder, NULL) == DNN_OK && write(ready[1], "", 1) == 1)
            pause();
        _exit(1);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(dnn_folder_lock(folder, &fd, &holder, &err), DNN_ERROR_STATE);
    assert_true(holder == child || holder == 0);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    check_ok(dnn_folder_lock(folder, &fd, &holder, &err));
    close(fd);
    close(ready[0]);
    close(ready[1]);
}

static void what_is_no_folder_is_named(void **state) {
    (void)state;
    dnn_error err;
    pid_t holder;
    int fd;

    assert_int_equal(dnn_folder_lock("/dev/null", &fd, &holder, &err), DNN_ERROR_FILE);
    assert_string_equal(err.text, "/dev/null: cannot be opened: Not a directory");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_folder_is_locked_until_it_is_closed, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(another_process_is_named_and_lets_go_when_it_is_killed,
                                        make_folder, remove_folder),
        cmocka_unit_test(what_is_no_folder_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
