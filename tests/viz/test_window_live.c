/* The window beside a training: new points come soon, and otherwise it rests. */
#include <fcntl.h>
#include <sys/wait.h>

#include "sample_window.h"
#include "viz/window/screen.h"

static void check_new_points_come(dnn_run_log *log) {
    static int logged;
    for (int i = 0; i < 5; i++) {
        dnn_run_log_scalar(log, SAMPLE_STEPS + ++logged, "cost/train", 0.5);
        until(t.all.items[0]->last_step == SAMPLE_STEPS + logged && !t.w.stale);
    }
}

static void new_points_come_while_someone_is_there_and_afterwards(void **state) {
    (void)state;
    dnn_run_log *log;
    assert_int_equal(dnn_run_log_open(&log, "cats", NULL), DNN_OK);
    check_new_points_come(log);
    until(SDL_GetTicks64() - t.w.touched > WINDOW_ATTENTION);
    check_new_points_come(log);
    dnn_run_log_close(log);
}

/* With the 100 ms that a value may rest with its writer, it shows within a second and a half. */
static void looking_for_new_points_costs_half_a_per_cent_of_a_core_where_nobody_is(void **state) {
    (void)state;
    window w = {0};
    const uint64_t alone = WINDOW_ATTENTION + 1;
    assert_int_equal(window_beat(&w, 0), WINDOW_BEAT);
    assert_int_equal(window_beat(&w, alone), WINDOW_SLOWER);
    w.cost = 5; /* milliseconds */
    assert_int_equal(window_beat(&w, 0), WINDOW_BEAT);
    assert_int_equal(window_beat(&w, alone), 1000);
    w.cost = 1000;
    assert_int_equal(window_beat(&w, 0), WINDOW_SLOWER);
    assert_int_equal(window_beat(&w, alone), WINDOW_SLOWEST);
    assert_true(WINDOW_SLOWEST + 100 < 1500);
    w.touched = alone;
    assert_int_equal(window_beat(&w, alone), WINDOW_SLOWER);
}

static void the_scale_of_the_first_window_is_that_of_the_desktop(void **state) {
    (void)state;
    assert_true(screen_scale_of("Xcursor.size:\t24\nXft.dpi:\t192\nXft.hinting:\t1\n") == 2);
    assert_true(screen_scale_of("Xft.dpi: 120") == 1.25f);
    assert_true(screen_scale_of("Xft.dpi:\t96\n") == 1);
    assert_true(screen_scale_of("Xft.dpi: many") == 0);
    assert_true(screen_scale_of(NULL) == 0);
}

static void an_idle_window_draws_nothing(void **state) {
    (void)state;
    until(!t.w.stale);
    for (int i = 0; i < 5; i++)
        step();
    for (int i = 0; i < 60; i++) {
        char words[sizeof t.w.words];
        uint64_t frames = t.w.frames;
        strcpy(words, t.w.words);
        step();
        if (strcmp(words, t.w.words) == 0) /* the header's; "3 s ago" */
            assert_int_equal(t.w.frames, frames);
    }
}

static void damage_of_the_log_is_said(void **state) {
    (void)state;
    until(!t.w.stale);
    assert_int_equal(system("f=$(echo cats/events*) && printf '%40s' '' >>$f"), 0);
    until(strstr(t.v.status, "the log of cats: 1 file was given up at a damaged length") != NULL);
    until(!t.w.stale);
    t.v.status[0] = '\0';
    for (int i = 0; i < 120; i++)
        step();
    assert_string_equal(t.v.status, ""); /* once */
}

static void a_training_that_dies_leaves_the_window_open(void **state) {
    (void)state;
    close(t.trainer.fd);
    t.trainer.fd = -1;
    until(!t.v.attached);
    xdotool("key space");
    until(strstr(t.v.status, "no training listens") != NULL);
    assert_true(t.open);
}

/* --- the program --- */

/* The window of a run that is only about to begin, as dnn.Run starts it; *trainer is the other end
 * of its channel. */
static pid_t start_program(int *trainer) {
    char fd[16];
    int ends[2];
    const char *program = getenv("DNNVIEW");
    if (program == NULL)
        skip();
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    snprintf(fd, sizeof fd, "%d", ends[1]);
    fcntl(ends[1], F_SETFD, 0);
    *trainer = ends[0];
    pid_t pid = fork();
    if (pid == 0) {
        execl(program, program, "--control", fd, "--size", "500x400", "new", (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    return pid;
}

static void the_program_waits_for_a_run_shows_it_and_remembers(void **state) {
    (void)state;
    int channel, status = -1;
    char line[DNN_CONTROL_LINE];
    pid_t pid = start_program(&channel);
    assert_int_equal(system("xdotool search --sync --name '^new' windowfocus mousemove --window %1 "
                            "250 200 >/dev/null"),
                     0);
    sample_run("new", 50);
    dnn_control trainer = {.fd = channel};
    xdotool("key space");
    assert_true(dnn_control_receive(&trainer, line, 60000));
    assert_string_equal(line, "pause");
    xdotool("key t");
    for (int i = 0; i < 600 && system("grep -q cost new-*.svg 2>/dev/null") != 0; i++) {
        xdotool("key v");
        SDL_Delay(100);
    }
    xdotool("key q");
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_false(dnn_control_receive(&trainer, line, 0));
    assert_int_equal(trainer.fd, -1); /* the window is gone, and the trainer knows */
    assert_int_equal(system("grep -q 'theme = dark' dnnlua/dnnview.conf && "
                            "grep -q 'width = 500' dnnlua/dnnview.conf && grep -q cost new-*.svg"),
                     0);
}

/* As xkill does it: the training goes on, without a window. */
static void a_window_that_is_killed_leaves_the_training(void **state) {
    (void)state;
    int channel, status = -1;
    char line[DNN_CONTROL_LINE];
    pid_t pid = start_program(&channel);
    assert_int_equal(system("xdotool search --sync --name '^new' windowkill >/dev/null"), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    dnn_control trainer = {.fd = channel};
    while (dnn_control_receive(&trainer, line, 60000))
        continue;
    assert_int_equal(trainer.fd, -1);
    dnn_control_send(&trainer, "rate 0.1"); /* is lost, and nothing else */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        window_test(new_points_come_while_someone_is_there_and_afterwards),
        cmocka_unit_test(looking_for_new_points_costs_half_a_per_cent_of_a_core_where_nobody_is),
        cmocka_unit_test(the_scale_of_the_first_window_is_that_of_the_desktop),
        window_test(an_idle_window_draws_nothing),
        window_test(damage_of_the_log_is_said),
        window_test(a_training_that_dies_leaves_the_window_open),
        window_test(the_program_waits_for_a_run_shows_it_and_remembers),
        window_test(a_window_that_is_killed_leaves_the_training),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
