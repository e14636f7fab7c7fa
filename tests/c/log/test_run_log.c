/* What is logged is on disk within moments, survives a kill and a full disk, and can be followed.
 */
#include "check.h"

#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/memory.h"
#include "log/run_log.h"
#include "log/run_reader.h"
#include "temp_folder.h"

typedef struct sums {
    size_t count;
    double sum;
    int64_t last_step;
} sums;

static void add_up(void *context, const dnn_event *e) {
    sums *s = context;
    s->count++;
    s->sum += (double)e->scalar;
    s->last_step = e->step;
}

static sums read_all(const char *path) {
    dnn_error err;
    dnn_run_reader *reader;
    sums s = {0};
    check_ok(dnn_run_reader_open(&reader, path, &err));
    size_t visited = dnn_run_reader_poll(reader, add_up, &s);
    assert_int_equal(visited, s.count);
    assert_string_equal(dnn_run_reader_damage(reader), "");
    dnn_run_reader_close(reader);
    return s;
}

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

static void another_process_that_writes_into_the_folder_is_noticed(void **state) {
    (void)state;
    dnn_error err;
    dnn_run_log *log, *second;
    int there[2];
    assert_int_equal(pipe(there), 0);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (dnn_run_log_open(&log, folder, NULL) != DNN_OK || write(there[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    char byte;
    assert_int_equal(read(there[0], &byte, 1), 1);
    check_ok(dnn_run_log_open(&log, folder, &err));
    assert_non_null(dnn_run_log_other(log));
    assert_non_null(strstr(dnn_run_log_other(log), "events.out.tfevents."));
    dnn_run_log_close(log);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    check_ok(dnn_run_log_open(&log, folder, &err)); /* it was killed: nobody writes */
    assert_null(dnn_run_log_other(log));
    check_ok(dnn_run_log_open(&second, folder, &err)); /* this process's own do not count */
    assert_null(dnn_run_log_other(second));
    dnn_run_log_close(second);
    dnn_run_log_close(log);
}

static void logs_that_two_writers_wrote_at_once_are_told_from_one_that_went_on(void **state) {
    (void)state;
    dnn_error err;
    dnn_run_log *first, *second;
    dnn_run_reader *reader;
    sums s = {0};
    check_ok(dnn_run_log_open(&first, folder, &err));
    dnn_run_log_scalar(first, 1, "cost", 1);
    dnn_run_log_close(first);
    check_ok(dnn_run_log_open(&first, folder, &err));
    dnn_run_log_scalar(first, 2, "cost", 1);
    check_ok(dnn_run_log_flush(first, &err));
    assert_int_equal(read_all(folder).count, 2); /* which sees to it that there is no damage */
    check_ok(dnn_run_log_open(&second, folder, &err));
    dnn_run_log_scalar(second, 2, "cost", 2);
    dnn_run_log_scalar(first, 3, "cost", 1);
    dnn_run_log_close(second);
    dnn_run_log_close(first);
    check_ok(dnn_run_reader_open(&reader, folder, &err));
    dnn_run_reader_poll(reader, add_up, &s);
    assert_non_null(strstr(dnn_run_reader_damage(reader),
                           ": two processes logged into it at once; of what both logged, the later "
                           "file's is shown"));
    dnn_run_reader_close(reader);
}

static void last_value(void *context, const dnn_event *e) {
    ((double *)context)[e->step] = (double)e->scalar;
}

/* Logs `value` at each of three steps from `first` on, as at `ahead` seconds from now, into a file
 * whose name says that time, too. */
static void log_three_steps(int first, double value, int ahead) {
    dnn_error err;
    dnn_run_log *log;
    char name[PATH_MAX];
    check_ok(dnn_run_log_open(&log, folder, &err));
    for (int step = first; step < first + 3; step++)
        dnn_run_log_event(log, &(dnn_event){.wall_time = (double)time(NULL) + ahead,
                                            .step = step,
                                            .tag = "cost",
                                            .tag_size = 4,
                                            .kind = DNN_EVENT_SCALAR,
                                            .scalar = (float)value});
    snprintf(name, sizeof name, "%s/events.out.tfevents.%lld.host.1.0", folder,
             (long long)time(NULL) + ahead);
    if (ahead > 0)
        assert_int_equal(rename(dnn_run_log_path(log), name), 0);
    dnn_run_log_close(log);
}

static void what_is_logged_later_wins_whatever_the_clock_says(void **state) {
    (void)state;
    dnn_error err;
    dnn_run_reader *reader;
    double seen[6] = {0};
    log_three_steps(1, 1, 3600); /* before the clock is set back */
    log_three_steps(2, 2, 0);
    log_three_steps(3, 3, 0);
    check_ok(dnn_run_reader_open(&reader, folder, &err));
    assert_int_equal(dnn_run_reader_poll(reader, last_value, seen), 9);
    assert_string_equal(dnn_run_reader_damage(reader), "");
    assert_true(seen[1] == 1 && seen[2] == 2 && seen[3] == 3 && seen[5] == 3);
    dnn_run_reader_close(reader);
}

static size_t event_files(void) {
    char pattern[160];
    glob_t found;
    snprintf(pattern, sizeof pattern, "%s/events.out.tfevents.*", folder);
    size_t count = glob(pattern, 0, NULL, &found) == 0 ? found.gl_pathc : 0;
    globfree(&found);
    return count;
}

/* A log that is introduced by a text, and then by a value if `more`. */
static dnn_run_log *introduce_log(bool more) {
    dnn_error err;
    dnn_run_log *log;
    check_ok(dnn_run_log_open(&log, folder, &err));
    dnn_run_log_event(log, &(dnn_event){.tag = "settings", .tag_size = 8, .kind = DNN_EVENT_TEXT});
    dnn_run_log_introduced(log);
    if (more)
        dnn_run_log_scalar(log, 1, "cost", 1);
    check_ok(dnn_run_log_flush(log, &err));
    return log;
}

static void a_log_without_a_value_is_removed_where_there_are_others(void **state) {
    (void)state;
    dnn_error err;
    dnn_run_reader *reader;
    sums s = {0};
    dnn_run_log_close(introduce_log(false));
    assert_int_equal(event_files(), 1);
    dnn_run_log_close(introduce_log(true));
    assert_int_equal(event_files(), 2);
    check_ok(dnn_run_reader_open(&reader, folder, &err));
    dnn_run_reader_poll(reader, add_up, &s);
    assert_true(dnn_run_reader_closed(reader));
    for (int again = 0; again < 2; again++) {
        dnn_run_log *log = introduce_log(false);
        assert_int_equal(event_files(), 3);
        dnn_run_reader_poll(reader, add_up, &s);
        assert_false(dnn_run_reader_closed(reader));
        dnn_run_log_close(log);
        assert_int_equal(event_files(), 2);
        dnn_run_reader_poll(reader, add_up, &s);
        assert_true(dnn_run_reader_closed(reader));
    }
    assert_string_equal(dnn_run_reader_damage(reader), "");
    assert_int_equal(s.count, 5);
    dnn_run_reader_close(reader);
}

/* As logs had before that were opened in one second. */
static void process_numbers_in_names_count_as_numbers(void **state) {
    (void)state;
    dnn_error err;
    dnn_run_log *log;
    dnn_run_reader *reader;
    char name[PATH_MAX];
    double seen[2] = {0};
    for (int pid = 999; pid <= 1000; pid++) {
        check_ok(dnn_run_log_open(&log, folder, &err));
        dnn_run_log_scalar(log, 1, "cost", pid);
        snprintf(name, sizeof name, "%s/events.out.tfevents.1700000000.host.%d.0", folder, pid);
        assert_int_equal(rename(dnn_run_log_path(log), name), 0);
        dnn_run_log_close(log);
    }
    check_ok(dnn_run_reader_open(&reader, folder, &err));
    assert_int_equal(dnn_run_reader_poll(reader, last_value, seen), 2);
    assert_true(seen[1] == 1000);
    dnn_run_reader_close(reader);
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
        in_folder(flush_fails_when_the_file_was_removed),
        in_folder(another_process_that_writes_into_the_folder_is_noticed),
        in_folder(logs_that_two_writers_wrote_at_once_are_told_from_one_that_went_on),
        in_folder(what_is_logged_later_wins_whatever_the_clock_says),
        in_folder(a_log_without_a_value_is_removed_where_there_are_others),
        in_folder(process_numbers_in_names_count_as_numbers),
        in_folder(a_file_cut_anywhere_gives_its_whole_records),
        in_folder(damage_is_skipped_and_said),
        in_folder(what_is_no_run_or_cannot_be_written_is_said_so),
        in_folder(running_out_of_memory_at_opening_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
