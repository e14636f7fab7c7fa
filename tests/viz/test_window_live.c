/* The window beside a training: new points come soon, and otherwise it rests. */
#include <fcntl.h>
#include <sys/wait.h>

#include "sample_window.h"

/* The best of five times, so that a busy machine does not matter. */
static void check_new_points_come_soon(dnn_run_log *log) {
    static int logged;
    uint64_t best = UINT64_MAX;
    for (int i = 0; i < 5; i++) {
        uint64_t begin = SDL_GetTicks64();
        dnn_run_log_scalar(log, SAMPLE_STEPS + ++logged, "cost/train", 0.5);
        until(t.all.items[0]->last_step == SAMPLE_STEPS + logged && !t.w.stale);
        uint64_t taken = SDL_GetTicks64() - begin;
        best = taken < best ? taken : best;
    }
    if (best >= 250)
        fail_msg("it took %d ms", (int)best);
}

static void a_new_point_is_on_the_screen_within_250_ms(void **state) {
    (void)state;
    dnn_run_log *log;
    assert_int_equal(dnn_run_log_open(&log, "cats", NULL), DNN_OK);
    check_new_points_come_soon(log);
    for (uint64_t begin = SDL_GetTicks64(); SDL_GetTicks64() - begin < 1700;)
        step(); /* until the window takes itself to be alone */
    check_new_points_come_soon(log);
    dnn_run_log_close(log);
}

static void an_idle_window_draws_nothing(void **state) {
    (void)state;
    until(!t.w.stale);
    for (int i = 0; i < 5; i++)
        step();
    uint64_t frames = t.w.frames;
    for (int i = 0; i < 60; i++)
        step();
    assert_true(t.w.frames <= frames + 1); /* the header's words may have changed */
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

/* --- the program --- */

static pid_t start_program(int channel) {
    char fd[16];
    const char *program = getenv("DNNVIEW");
    if (program == NULL)
        skip();
    snprintf(fd, sizeof fd, "%d", channel);
    fcntl(channel, F_SETFD, 0);
    pid_t pid = fork();
    if (pid == 0) {
        execl(program, program, "--control", fd, "--size", "500x400", "new", (char *)NULL);
        _exit(127);
    }
    return pid;
}

/* The window of a run that is only about to begin, as dnn.Run starts it. */
static void the_program_waits_for_a_run_shows_it_and_remembers(void **state) {
    (void)state;
    int ends[2], status = -1;
    char line[DNN_CONTROL_LINE];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    pid_t pid = start_program(ends[1]);
    close(ends[1]);
    assert_int_equal(system("xdotool search --sync --name '^new' windowfocus mousemove --window %1 "
                            "250 200 >/dev/null"),
                     0);
    sample_run("new", 50);
    dnn_control trainer = {.fd = ends[0]};
    xdotool("key space");
    assert_true(dnn_control_receive(&trainer, line, 5000));
    assert_string_equal(line, "pause");
    SDL_Delay(300);
    xdotool("key t sleep 0.2 key v sleep 0.2 key q");
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_false(dnn_control_receive(&trainer, line, 0));
    assert_int_equal(trainer.fd, -1); /* the window is gone, and the trainer knows */
    assert_int_equal(system("grep -q 'theme = dark' dnnlua/dnnview.conf && "
                            "grep -q 'width = 500' dnnlua/dnnview.conf && grep -q cost new-*.svg"),
                     0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        window_test(a_new_point_is_on_the_screen_within_250_ms),
        window_test(an_idle_window_draws_nothing),
        window_test(damage_of_the_log_is_said),
        window_test(the_program_waits_for_a_run_shows_it_and_remembers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
