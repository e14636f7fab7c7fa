/* Damage of a log is told once, and not while it grows. */
#include "check.h"

#include "viz/window/damage.h"
#include "viz/sample_page.h"

/* The event file of a run in the folder, changed by a command of the shell. */
static void change_file(const char *shell) {
    char line[300];
    snprintf(line, sizeof line, "cd %s/cats && f=$(echo events*) && %s", folder, shell);
    assert_int_equal(system(line), 0);
}

static void damage_of_a_log_is_said_once_in_the_status_line(void **state) {
    (void)state;
    page p;
    open_page(&p);
    assert_false(damage_say(&p.v));
    change_file("head -c 7 $f >>$f"); /* as if its writer had been killed */
    runs_poll(&p.all);
    assert_true(damage_say(&p.v));
    assert_string_equal(p.v.status,
                        "the log of cats ends inside a record: its last 7 bytes are left out");
    assert_false(damage_say(&p.v));
    change_file("printf '%40s' '' >>$f");
    runs_poll(&p.all);
    assert_true(damage_say(&p.v));
    assert_string_equal(p.v.status, "the log of cats: 1 file was given up at a damaged length");
    assert_false(damage_say(&p.v));
    close_page(&p);
}

static void the_end_of_a_log_that_grows_is_waited_for(void **state) {
    (void)state;
    page p;
    open_page(&p);
    p.v.attached = true;
    change_file("head -c 7 $f >>$f");
    runs_poll(&p.all);
    assert_false(damage_say(&p.v));
    p.v.attached = false;
    p.v.ended = true;
    assert_true(damage_say(&p.v));
    close_page(&p);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(damage_of_a_log_is_said_once_in_the_status_line,
                                        make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(the_end_of_a_log_that_grows_is_waited_for, make_folder,
                                        remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
