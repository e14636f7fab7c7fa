/* What is logged is on disk within moments, survives a kill and a full disk, and can be followed.
 */
#include "check.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/memory.h"
#include "log/run_log.h"
#include "log/run_reader.h"
#include "run_sums.h"
#include "temp_folder.h"

static void scalars_come_back_after_close(void **state) {
    (void)state;
    dnn_error err;
    dnn_run_log *log;
    uint64_t live = dnn_allocations_live();
    char deep[160];
    snprintf(deep, sizeof deep, "%s/runs/cats/1", folder);
    check_ok(dnn_run_log_open(&log, deep, &err));
    for (int i = 1; i <= 50000; i++) /* more than the first buffer holds */
        dnn_run_log_scalar(log, i, "cost", 1);
    assert_false(dnn_run_log_problem(log, &err));
    dnn_run_log_close(log);
    sums s = read_all(deep);
    assert_int_equal(s.count, 50000);
    assert_int_equal(s.last_step, 50000);
    assert_true(s.sum == 50000);
    assert_int_equal(dnn_allocations_live(), live);
}

static void what_is_logged_is_followed_while_it_is_written(void **state) {
    (void)state;
    dnn_error err;
    dnn_run_log *log;
    dnn_run_reader *reader;
    sums s = {0};
    check_ok(dnn_run_log_open(&log, folder, &err));
    check_ok(dnn_run_reader_open(&reader, folder, &err));
    dnn_run_log_scalar(log, 1, "cost", 2);
    for (int tries = 0; s.count == 0 && tries < 200; tries++) {
        usleep(10000);
        dnn_run_reader_poll(reader, add_up, &s);
    }
    assert_int_equal(s.count, 1);
    dnn_run_log_scalar(log, 2, "cost", 3);
    check_ok(dnn_run_log_flush(log, &err));
    assert_int_equal(dnn_run_reader_poll(reader, add_up, &s), 1);
    assert_int_equal(dnn_run_reader_poll(reader, add_up, &s), 0);
    assert_false(dnn_run_reader_closed(reader));
    dnn_run_log *resumed; /* a second file in the folder is found too */
    check_ok(dnn_run_log_open(&resumed, folder, &err));
    dnn_run_log_scalar(resumed, 3, "cost", 4);
    dnn_run_log_close(resumed);
    assert_int_equal(dnn_run_reader_poll(reader, add_up, &s), 1);
    assert_true(s.sum == 9);
    assert_true(dnn_run_reader_closed(reader));
    dnn_run_log_scalar(log, 4, "cost", 1); /* the other one goes on */
    check_ok(dnn_run_log_flush(log, &err));
    assert_int_equal(dnn_run_reader_poll(reader, add_up, &s), 1);
    assert_false(dnn_run_reader_closed(reader));
    dnn_run_reader_close(reader);
    dnn_run_log_close(log);
}

/* A folder is listed again only if its time stamp has changed, once it cannot change unseen. */
static void a_file_that_comes_into_an_old_folder_is_found(void **state) {
    (void)state;
    dnn_error err;
    dnn_run_log *log, *resumed;
    dnn_run_reader *reader;
    sums s = {0};
    check_ok(dnn_run_log_open(&log, folder, &err));
    check_ok(dnn_run_reader_open(&reader, folder, &err));
    usleep(2100000);
    for (int i = 1; i <= 3; i++) {
        dnn_run_log_scalar(log, i, "cost", 2);
        check_ok(dnn_run_log_flush(log, &err));
        assert_int_equal(dnn_run_reader_poll(reader, add_up, &s), 1);
    }
    check_ok(dnn_run_log_open(&resumed, folder, &err));
    dnn_run_log_scalar(resumed, 4, "cost", 4);
    dnn_run_log_close(resumed);
    assert_int_equal(dnn_run_reader_poll(reader, add_up, &s), 1);
    assert_true(s.sum == 10);
    dnn_run_reader_close(reader);
    dnn_run_log_close(log);
}

static void a_killed_process_leaves_a_log_that_opens(void **state) {
    (void)state;
    int ready[2];
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        dnn_run_log *log;
        if (dnn_run_log_open(&log, folder, NULL) != DNN_OK)
            _exit(1);
        for (int i = 1;; i++) {
            dnn_run_log_scalar(log, i, "cost", 1);
            if (i == 1000) {
                usleep(400000); /* four times what may be lost */
                if (write(ready[1], "x", 1) != 1)
                    _exit(1);
            }
        }
    }
    char byte;
    assert_int_equal(read(ready[0], &byte, 1), 1);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_true(read_all(folder).count >= 1000);
}

static void a_process_that_exits_without_closing_loses_nothing(void **state) {
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        dnn_run_log *log;
        if (dnn_run_log_open(&log, folder, NULL) != DNN_OK)
            _exit(1);
        for (int i = 1; i <= 1000; i++)
            dnn_run_log_scalar(log, i, "cost", 1);
        exit(0);
    }
    waitpid(child, NULL, 0);
    assert_int_equal(read_all(folder).count, 1000);
}

static void *log_thousand(void *log) {
    for (int i = 1; i <= 1000; i++)
        dnn_run_log_scalar(log, i, "cost", 1);
    return NULL;
}

static void calls_from_several_threads_do_not_mix(void **state) {
    (void)state;
    dnn_error err;
    dnn_run_log *log;
    check_ok(dnn_run_log_open(&log, folder, &err));
    pthread_t threads[4];
    for (int t = 0; t < 4; t++)
        assert_int_equal(pthread_create(&threads[t], NULL, log_thousand, log), 0);
    for (int t = 0; t < 4; t++)
        pthread_join(threads[t], NULL);
    dnn_run_log_close(log);
    assert_int_equal(read_all(folder).count, 4000);
}

/* A limit on the file's size acts as a full disk: writes fail in the middle of a buffer. */
static void a_full_disk_keeps_every_whole_record_and_the_log_recovers(void **state) {
    (void)state;
    dnn_error err;
    dnn_run_log *log;
    struct rlimit old, small;
    getrlimit(RLIMIT_FSIZE, &old);
    small = old;
    small.rlim_cur = 5000;
    check_ok(dnn_run_log_open(&log, folder, &err));
    for (int i = 1; i <= 100; i++)
        dnn_run_log_scalar(log, i, "cost", 1);
    check_ok(dnn_run_log_flush(log, &err));
    setrlimit(RLIMIT_FSIZE, &small);
    for (int i = 101; i <= 1000; i++)
        dnn_run_log_scalar(log, i, "cost", 1);
    check_fails(dnn_run_log_flush(log, &err), DNN_ERROR_FILE, "File too large");
    assert_true(dnn_run_log_problem(log, &err));
    assert_non_null(strstr(err.text, "training continues, but its log is incomplete"));
    assert_false(dnn_run_log_problem(log, &err));
    assert_int_equal(read_all(folder).count, (5000 - 40) / 42); /* all records that fit */
    check_fails(dnn_run_log_flush(log, &err), DNN_ERROR_FILE, "File too large");
    assert_int_equal(read_all(folder).count, (5000 - 40) / 42);
    setrlimit(RLIMIT_FSIZE, &old);
    dnn_run_log_close(log);
    assert_int_equal(read_all(folder).count, 1000);
}

static void flush_says_how_much_found_no_room_and_is_lost(void **state) {
    (void)state;
    dnn_error err;
    dnn_run_log *log;
    static char text[1 << 20];
    memset(text, 'x', sizeof text);
    check_ok(dnn_run_log_open(&log, folder, &err));
    dnn_fail_allocation(1);
    dnn_run_log_event(log, &(dnn_event){.step = 1,
                                        .tag = "t",
                                        .tag_size = 1,
                                        .kind = DNN_EVENT_TEXT,
                                        .bytes = (const uint8_t *)text,
                                        .size = sizeof text});
    dnn_fail_allocation(0);
    dnn_run_log_scalar(log, 2, "cost", 1);
    assert_true(dnn_run_log_problem(log, &err));
    assert_int_equal(dnn_run_log_flush(log, NULL), DNN_OK);
    check_fails(dnn_run_log_flush(log, &err), DNN_ERROR_FILE,
                "1 of the values that were logged are lost");
    check_ok(dnn_run_log_flush(log, &err));
    dnn_run_log_close(log);
    assert_int_equal(read_all(folder).count, 1);
}

static void flush_fails_when_the_file_was_removed(void **state) {
    (void)state;
    dnn_error err;
    dnn_run_log *log;
    check_ok(dnn_run_log_open(&log, folder, &err));
    dnn_run_log_scalar(log, 1, "cost", 1);
    check_ok(dnn_run_log_flush(log, &err));
    assert_int_equal(unlink(dnn_run_log_path(log)), 0);
    check_fails(dnn_run_log_flush(log, &err), DNN_ERROR_FILE, "the file has been removed");
    dnn_run_log_scalar(log, 2, "cost", 1);
    check_fails(dnn_run_log_flush(log, &err), DNN_ERROR_FILE, "the file has been removed");
    assert_true(dnn_run_log_problem(log, &err));
    assert_non_null(strstr(err.text, "the file has been removed; training continues"));
    dnn_run_log_close(log);
}

static size_t torn_bytes(const char *path) {
    dnn_run_reader *reader;
    sums s = {0};
    assert_int_equal(dnn_run_reader_open(&reader, path, NULL), DNN_OK);
    dnn_run_reader_poll(reader, add_up, &s);
    size_t bytes = dnn_run_reader_torn(reader);
    dnn_run_reader_close(reader);
    return bytes;
}

static void a_file_cut_anywhere_gives_its_whole_records(void **state) {
    (void)state;
    dnn_error err;
    dnn_run_log *log;
    check_ok(dnn_run_log_open(&log, folder, &err));
    for (int i = 1; i <= 3; i++)
        dnn_run_log_scalar(log, i, "cost", 1);
    char path[4096];
    strcpy(path, dnn_run_log_path(log));
    dnn_run_log_close(log);
    struct stat info;
    stat(path, &info);
    size_t last = 3;
    for (off_t size = info.st_size - 1; size >= 0; size--) {
        assert_int_equal(truncate(path, size), 0);
        size_t count = read_all(path).count, whole = 40 + 42 * count; /* their size */
        assert_true(count == last || count + 1 == last);
        assert_int_equal(torn_bytes(path), size < 40 ? size : size - (off_t)whole);
        last = count;
    }
    assert_int_equal(last, 0);
}

static void damage_is_skipped_and_said(void **state) {
    (void)state;
    dnn_error err;
    dnn_run_log *log;
    dnn_run_reader *reader;
    check_ok(dnn_run_log_open(&log, folder, &err));
    for (int i = 1; i <= 10; i++)
        dnn_run_log_scalar(log, i, "cost", 1);
    int fd = open(dnn_run_log_path(log), O_WRONLY);
    dnn_run_log_close(log);
    assert_int_equal(pwrite(fd, "#", 1, 40 + 42 + 20), 1); /* inside the second scalar's payload */
    sums s = {0};
    check_ok(dnn_run_reader_open(&reader, folder, &err));
    dnn_run_reader_poll(reader, add_up, &s);
    assert_int_equal(s.count, 9);
    assert_non_null(strstr(dnn_run_reader_damage(reader), ": 1 damaged record was skipped"));
    dnn_run_reader_close(reader);
    assert_int_equal(pwrite(fd, "#", 1, 40 + 42 + 1), 1); /* and its length */
    close(fd);
    s = (sums){0};
    check_ok(dnn_run_reader_open(&reader, folder, &err));
    dnn_run_reader_poll(reader, add_up, &s);
    assert_int_equal(s.count, 1);
    assert_non_null(
        strstr(dnn_run_reader_damage(reader), ": 1 file was given up at a damaged length"));
    dnn_run_reader_close(reader);
}

static void what_is_no_run_or_cannot_be_written_is_said_so(void **state) {
    (void)state;
    dnn_error err;
    dnn_run_reader *reader;
    dnn_run_log *log;
    check_fails(dnn_run_reader_open(&reader, folder, &err), DNN_ERROR_FORMAT,
                "not a run: no file named events.out.tfevents.* in it");
    check_fails(dnn_run_reader_open(&reader, "/nowhere/at/all", &err), DNN_ERROR_FILE,
                "/nowhere/at/all: No such file or directory");
    check_fails(dnn_run_log_open(&log, "/dev/null/runs", &err), DNN_ERROR_FILE,
                "run folder /dev/null/runs: cannot be");
    assert_null(log);
}

static void running_out_of_memory_at_opening_leaks_nothing(void **state) {
    (void)state;
    uint64_t live = dnn_allocations_live();
    for (uint64_t n = 1; n <= 4; n++) {
        dnn_run_log *log;
        dnn_fail_allocation(n);
        if (dnn_run_log_open(&log, folder, NULL) == DNN_OK)
            dnn_run_log_close(log);
        dnn_fail_allocation(0);
        assert_int_equal(dnn_allocations_live(), live);
    }
    for (uint64_t n = 1; n <= 6; n++) {
        dnn_run_reader *reader;
        dnn_fail_allocation(n);
        if (dnn_run_reader_open(&reader, folder, NULL) == DNN_OK)
            dnn_run_reader_close(reader);
        dnn_fail_allocation(0);
        assert_int_equal(dnn_allocations_live(), live);
    }
}

#define in_folder(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void) {
    const struct CMUnitTest tests[] = {
        in_folder(scalars_come_back_after_close),
        in_folder(what_is_logged_is_followed_while_it_is_written),
        in_folder(a_file_that_comes_into_an_old_folder_is_found),
        in_folder(a_killed_process_leaves_a_log_that_opens),
        in_folder(a_process_that_exits_without_closing_loses_nothing),
        in_folder(calls_from_several_threads_do_not_mix),
        in_folder(a_full_disk_keeps_every_whole_record_and_the_log_recovers),
        in_folder(flush_says_how_much_found_no_room_and_is_lost),
        in_folder(flush_fails_when_the_file_was_removed),
        in_folder(a_file_cut_anywhere_gives_its_whole_records),
        in_folder(damage_is_skipped_and_said),
        in_folder(what_is_no_run_or_cannot_be_written_is_said_so),
        in_folder(running_out_of_memory_at_opening_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
