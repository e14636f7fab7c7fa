/* A run's folder with several logs: at once, after each other, and with nothing in them. */
#include "check.h"

#include <glob.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "log/run_log.h"
#include "log/run_reader.h"
#include "run_sums.h"
#include "temp_folder.h"

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

#define in_folder(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void) {
    const struct CMUnitTest tests[] = {
        in_folder(another_process_that_writes_into_the_folder_is_noticed),
        in_folder(logs_that_two_writers_wrote_at_once_are_told_from_one_that_went_on),
        in_folder(what_is_logged_later_wins_whatever_the_clock_says),
        in_folder(a_log_without_a_value_is_removed_where_there_are_others),
        in_folder(process_numbers_in_names_count_as_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
