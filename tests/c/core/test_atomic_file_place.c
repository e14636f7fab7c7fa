/* What is where a file is to be written decides whether it is replaced, and to whom the new one
 * belongs. */
#include "check_file.h"

#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/replaced_file.h"
#include "interrupting.h"

#define PIPED ((size_t)1 << 18)

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

/* The folder is in /dev, where links of the system's are, and in which anybody may put some. */
static void a_link_in_shared_memory_is_refused_too(void **state) {
    (void)state;
    dnn_error err;
    char link[64];
    snprintf(link, sizeof link, "/dev/shm/dnn-atomic-%ld", (long)getpid());
    check_ok(write_file("kept", &err));
    if (symlink(path, link) != 0)
        skip();
    dnn_status status = dnn_atomic_file_replace(link, "x", 1, &err);
    assert_int_equal(unlink(link), 0);
    check_fails(status, DNN_ERROR_FILE, "is a symbolic link");
    assert_holds(path, "kept");
}

static void the_name_of_an_open_file_is_written_into(void **state) {
    (void)state;
    dnn_error err;
    char name[2][32];
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    snprintf(name[0], sizeof name[0], "/dev/fd/%d", fd);
    snprintf(name[1], sizeof name[1], "/proc/self/fd/%d", fd);
    check_ok(dnn_atomic_file_replace(name[0], "a", 1, &err));
    check_ok(dnn_atomic_file_replace(name[1], "b", 1, &err));
    close(fd);
    assert_holds(path, "ab");
}

static void a_device_is_written_into_and_a_link_is_refused(void **state) {
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
    check_fails(dnn_atomic_file_replace(path, "x", 1, &err), DNN_ERROR_FILE, "is a symbolic link");
    check_fails(dnn_atomic_file_replace("/dev/full", "x", 1, &err), DNN_ERROR_FILE,
                "/dev/full: cannot be written: No space left on device");
    assert_int_equal(lstat(path, &info), 0);
    assert_true(S_ISLNK(info.st_mode));
    check_ok(dnn_atomic_file_replace("/dev/null", "x", 1, &err));
    check_fails(dnn_atomic_file_replace(folder, "x", 1, &err), DNN_ERROR_FILE, "is a folder");
}

static void *read_soon(void *bytes) {
    struct timespec while_it_waits = {.tv_nsec = 50000000};
    nanosleep(&while_it_waits, NULL);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = 0, size = 0;
    while (fd >= 0 && (got = read(fd, (char *)bytes + size, PIPED - (size_t)size)) > 0)
        size += got;
    close(fd);
    return NULL;
}

static void
a_pipe_is_written_into_when_it_is_read_and_the_wait_for_that_can_be_ended(void **state) {
    (void)state;
    dnn_error err;
    pthread_t reader;
    static char sent[PIPED], received[PIPED]; /* more than a pipe holds */
    memset(sent, 'x', sizeof sent);
    assert_int_equal(mkfifo(path, 0600), 0);
    alarm(60);
    assert_int_equal(pthread_create(&reader, NULL, read_soon, received), 0);
    check_ok(dnn_atomic_file_replace(path, sent, sizeof sent, &err));
    pthread_join(reader, NULL);
    assert_memory_equal(sent, received, sizeof sent);
    check_interrupted(dnn_atomic_file_replace(path, sent, sizeof sent, &err));
    alarm(0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        file_test(who_could_read_the_old_file_can_read_the_new_one_and_nobody_else),
        file_test(root_leaves_a_file_to_the_one_it_belongs_to),
        file_test(a_group_that_could_not_read_the_old_file_cannot_read_the_new_one),
        file_test(only_a_regular_file_is_replaced),
        file_test(a_read_only_file_is_kept_from_root_too),
        file_test(a_file_of_the_old_fixed_name_is_left_alone),
        file_test(nobody_else_can_read_a_private_file_while_it_is_written),
        file_test(a_link_in_shared_memory_is_refused_too),
        file_test(the_name_of_an_open_file_is_written_into),
        file_test(a_device_is_written_into_and_a_link_is_refused),
        file_test(a_pipe_is_written_into_when_it_is_read_and_the_wait_for_that_can_be_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
