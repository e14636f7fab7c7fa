/* Files are opened above the standard descriptors, written whole, and other programs started with
 * the descriptors they are meant to have. */
#include "check_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/descriptor.h"
#include "core/process.h"

/* Runs in a child, whose status is 0 when all is well. */
static int in_child(int (*run)(void)) {
    int status;
    pid_t child = fork();
    if (child == 0)
        _exit(run());
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* In a child without standard descriptors, as after `program <&- >&- 2>&-`. */
static int opens_above_standard(void) {
    for (int fd = 0; fd < 3; fd++)
        close(fd);
    int fd = dnn_open("/dev/null", O_RDONLY, 0);
    if (fd < 3 || (fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0)
        return 1;
    int ends[2];
    if (pipe(ends) != 0 || dnn_above_standard(ends[0]) < 3 || dnn_above_standard(ends[1]) < 3)
        return 2;
    return fcntl(0, F_GETFD) < 0 && fcntl(1, F_GETFD) < 0 && fcntl(2, F_GETFD) < 0 ? 0 : 3;
}

static void the_standard_descriptors_are_left_alone(void **state) {
    (void)state;
    assert_int_equal(in_child(opens_above_standard), 0);
}

static void failures_say_why(void **state) {
    (void)state;
    assert_int_equal(dnn_open("/nowhere/at/all", O_RDONLY, 0), -1);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(dnn_above_standard(-1), -1);
    size_t written = 1;
    int full = dnn_open("/dev/full", O_WRONLY, 0);
    assert_int_equal(dnn_write_all(full, "x", 1, &written), ENOSPC);
    assert_int_equal(written, 0);
    close(full);
    assert_int_equal(dnn_sync_folder_of("/nowhere/at/all"), ENOENT);
    assert_int_equal(dnn_sync_folder_of("/etc/passwd"), 0);
    assert_int_equal(dnn_sync_folder_of("bare"), 0);
}

static void bytes_are_read_at_their_place_and_fewer_where_the_file_ends(void **state) {
    (void)state;
    char bytes[8] = "";
    size_t got;
    FILE *file = tmpfile();
    assert_non_null(file);
    fputs("0123456789", file);
    fflush(file);
    assert_int_equal(dnn_read_at(fileno(file), bytes, 4, 3, &got), 0);
    assert_int_equal(got, 4);
    assert_memory_equal(bytes, "3456", 4);
    assert_int_equal(dnn_read_at(fileno(file), bytes, 8, 7, &got), 0);
    assert_int_equal(got, 3);
    assert_memory_equal(bytes, "789", 3);
    fclose(file);
    int folder = dnn_open("/", O_RDONLY, 0);
    assert_int_equal(dnn_read_at(folder, bytes, 8, 0, &got), EISDIR);
    assert_int_equal(got, 0);
    close(folder);
}

static void a_process_is_waited_for_with_or_without_patience(void **state) {
    (void)state;
    int how;
    pid_t pid = fork();
    if (pid == 0) {
        usleep(100000);
        _exit(3);
    }
    assert_false(dnn_wait(pid, WNOHANG, &how));
    assert_true(dnn_wait(pid, 0, &how));
    assert_true(WIFEXITED(how) && WEXITSTATUS(how) == 3);
    assert_true(dnn_wait(pid, 0, &how)); /* nothing is known of it any more */
    assert_int_equal(how, 0);
}

static void nothing(int number) {
    (void)number;
}

/* A pipe that is read slowly, and signals that break calls off: every byte still comes through. */
static void all_bytes_are_written_in_pieces_and_between_signals(void **state) {
    (void)state;
    int ends[2], status;
    static char bytes[1 << 20];
    assert_int_equal(pipe(ends), 0);
    struct sigaction action = {.sa_handler = nothing}; /* without SA_RESTART */
    sigaction(SIGUSR1, &action, NULL);
    pid_t parent = getpid(), child = fork();
    if (child == 0) {
        size_t sum = 0;
        close(ends[1]);
        for (ssize_t n; (n = read(ends[0], bytes, 10000)) > 0; sum += (size_t)n)
            kill(parent, SIGUSR1);
        _exit(sum == sizeof bytes ? 0 : 1);
    }
    close(ends[0]);
    size_t written;
    assert_int_equal(dnn_write_all(ends[1], bytes, sizeof bytes, &written), 0);
    assert_int_equal(written, sizeof bytes);
    close(ends[1]);
    while (waitpid(child, &status, 0) < 0)
        assert_int_equal(errno, EINTR);
    assert_int_equal(status, 0);
}

static void limit_files(rlim_t bytes) {
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
}

static int write_past_the_limit(void) {
    char path[] = "/tmp/dnn-descriptor-XXXXXX";
    struct sigaction action;
    sigset_t now;
    size_t written;
    int fd = mkstemp(path);
    unlink(path);
    limit_files(10);
    if (dnn_write_all(fd, "0123456789abcdef", 16, &written) != EFBIG || written != 10)
        return 1;
    sigaction(SIGXFSZ, NULL, &action);
    if (action.sa_handler != SIG_DFL)
        return 2;
    pthread_sigmask(SIG_SETMASK, NULL, &now);
    if (sigismember(&now, SIGXFSZ))
        return 3;
    return sigpending(&now) == 0 && !sigismember(&now, SIGXFSZ) ? 0 : 4;
}

/* stdio's and whatever else a program does not write by dnn_write_all. */
static int survive_the_limit(void) {
    char *const arguments[] = {"sh", "-c", "kill -XFSZ $$", NULL};
    int how;
    pid_t pid;
    FILE *file = tmpfile();
    dnn_survive_file_limit();
    limit_files(10);
    if (fputs("0123456789abcdef", file) < 0 || fflush(file) == 0 || errno != EFBIG)
        return 1;
    how = system("kill -XFSZ $$");
    if (!WIFSIGNALED(how) || WTERMSIG(how) != SIGXFSZ)
        return 2;
    if (dnn_spawn(&pid, "sh", arguments, NULL, 0, false) != 0 || !dnn_wait(pid, 0, &how))
        return 3;
    return WIFSIGNALED(how) && WTERMSIG(how) == SIGXFSZ ? 0 : 4;
}

static int ignore_as_the_parent_does(void) {
    struct sigaction action;
    signal(SIGXFSZ, SIG_IGN);
    dnn_survive_file_limit();
    sigaction(SIGXFSZ, NULL, &action);
    return action.sa_handler == SIG_IGN ? 0 : 1;
}

static void the_limit_on_the_size_of_files_is_an_error_and_no_end(void **state) {
    (void)state;
    assert_int_equal(in_child(write_past_the_limit), 0);
    assert_int_equal(in_child(survive_the_limit), 0);
    assert_int_equal(in_child(ignore_as_the_parent_does), 0);
}

static void a_program_is_given_its_descriptors_in_any_order(void **state) {
    (void)state;
    char path[] = "/tmp/dnn-descriptor-XXXXXX",
         *const arguments[] = {"sh", "-c",
                               "read line; echo out $line; echo error >&2; echo three >&3", NULL};
    int out = mkstemp(path), input[2], status;
    pid_t pid;
    assert_int_equal(pipe(input), 0);
    assert_int_equal(write(input[1], "hello\n", 6), 6);
    /* what is to be 0 is in 3 and the other way round */
    int zero = dup2(input[0], 103), three = dup2(out, 104);
    const int files[] = {zero, out, DNN_SPAWN_NULL, three};
    assert_int_equal(dnn_spawn(&pid, "sh", arguments, files, 4, true), 0);
    waitpid(pid, &status, 0);
    assert_int_equal(status, 0);
    assert_holds(path, "out hello\nthree\n");
    assert_int_equal(dnn_spawn(&pid, "/nowhere/at/all", arguments, files, 4, false), ENOENT);
    assert_int_equal(dnn_spawn(&pid, "sh", arguments, files, DNN_SPAWN_MAX + 1, false), EINVAL);
    unlink(path);
    close(out);
    close(zero);
    close(three);
    close(input[0]);
    close(input[1]);
}

static void clocks_go_forward(void **state) {
    (void)state;
    int64_t start = dnn_clock_nanoseconds();
    double seconds = dnn_clock_seconds();
    assert_true(dnn_clock_nanoseconds() >= start);
    assert_true(dnn_clock_seconds() >= seconds);
    check_close(seconds, 1e-9 * (double)start, 60);
    check_close(dnn_clock_coarse(), seconds, 60);
    assert_true(dnn_clock_wall() > 1.7e9);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_standard_descriptors_are_left_alone),
        cmocka_unit_test(failures_say_why),
        cmocka_unit_test(bytes_are_read_at_their_place_and_fewer_where_the_file_ends),
        cmocka_unit_test(a_process_is_waited_for_with_or_without_patience),
        cmocka_unit_test(all_bytes_are_written_in_pieces_and_between_signals),
        cmocka_unit_test(the_limit_on_the_size_of_files_is_an_error_and_no_end),
        cmocka_unit_test(a_program_is_given_its_descriptors_in_any_order),
        cmocka_unit_test(clocks_go_forward),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
