/* What a reader of a run says where the run changes under it or is damaged in several places. */
#include "check.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "log/run_log.h"
#include "log/run_reader.h"
#include "temp_folder.h"

static char log_path[512];

/* Ten scalars of cost, each a record of 42 bytes after the first 40. */
static void write_log(void) {
    dnn_error err;
    dnn_run_log *log;
    check_ok(dnn_run_log_open(&log, folder, &err));
    for (int i = 1; i <= 10; i++)
        dnn_run_log_scalar(log, i, "cost", 1);
    snprintf(log_path, sizeof log_path, "%s", dnn_run_log_path(log));
    dnn_run_log_close(log);
}

static void damage_log(off_t at) {
    int fd = open(log_path, O_WRONLY);
    assert_int_equal(pwrite(fd, "#", 1, at), 1);
    close(fd);
}

static void count(void *context, const dnn_event *e) {
    (void)e;
    ++*(size_t *)context;
}

static void damage_in_several_places_is_counted(void **state) {
    (void)state;
    dnn_error err;
    dnn_run_reader *reader;
    size_t seen = 0;
    for (int file = 0; file < 2; file++) {
        write_log();
        damage_log(40 + 42 + 20);     /* inside the second scalar's payload */
        damage_log(40 + 3 * 42 + 20); /* the fourth's */
        damage_log(40 + 6 * 42 + 1);  /* the seventh's length */
    }
    check_ok(dnn_run_reader_open(&reader, folder, &err));
    dnn_run_reader_poll(reader, count, &seen);
    assert_int_equal(seen, 2 * 4);
    assert_non_null(
        strstr(dnn_run_reader_damage(reader),
               ": 4 damaged records were skipped; 2 files were given up at a damaged length"));
    assert_int_equal(dnn_run_reader_torn(reader), 0);
    dnn_run_reader_close(reader);
}

static void a_folder_that_is_gone_is_said_until_it_is_back(void **state) {
    (void)state;
    dnn_error err;
    dnn_run_reader *reader;
    char aside[80];
    size_t seen = 0;
    write_log();
    check_ok(dnn_run_reader_open(&reader, folder, &err));
    assert_int_equal(dnn_run_reader_poll(reader, count, &seen), 10);
    snprintf(aside, sizeof aside, "%s.aside", folder);
    assert_int_equal(rename(folder, aside), 0);
    FILE *file = fopen(folder, "w"); /* a file of its name */
    assert_non_null(file);
    fclose(file);
    assert_int_equal(dnn_run_reader_poll(reader, count, &seen), 0);
    assert_true(dnn_run_reader_failed(reader));
    assert_non_null(strstr(dnn_run_reader_damage(reader), ": cannot be read: Not a directory"));
    unlink(folder);
    assert_int_equal(dnn_run_reader_poll(reader, count, &seen), 0);
    assert_non_null(strstr(dnn_run_reader_damage(reader), ": cannot be read: No such file"));
    assert_int_equal(rename(aside, folder), 0);
    assert_int_equal(dnn_run_reader_poll(reader, count, &seen), 0);
    assert_string_equal(dnn_run_reader_damage(reader), "");
    dnn_run_reader_close(reader);
}

#define in_folder(f) cmocka_unit_test_setup_teardown(f, make_folder, remove_folder)

int main(void) {
    const struct CMUnitTest tests[] = {
        in_folder(damage_in_several_places_is_counted),
        in_folder(a_folder_that_is_gone_is_said_until_it_is_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
