/* Lines come whole, nobody waits who does not ask to, and a gone partner is noticed. */
#include "check.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/clock.h"
#include "log/control.h"

/* A channel: `near` is the end under test, `far` a plain socket. */
typedef struct channel {
    dnn_control near;
    int far;
} channel;

static channel open_channel(void) {
    int fds[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    return (channel){.near = {.fd = fds[0]}, .far = fds[1]};
}

static void close_channel(channel *c) {
    if (c->near.fd >= 0)
        close(c->near.fd);
    close(c->far);
}

static void say(const channel *c, const char *bytes) {
    assert_int_equal(write(c->far, bytes, strlen(bytes)), strlen(bytes));
}

static void lines_come_one_by_one_however_they_were_sent(void **state) {
    (void)state;
    channel c = open_channel();
    char line[DNN_CONTROL_LINE];
    say(&c, "pause\nrate 0.5\n\nste");
    assert_true(dnn_control_receive(&c.near, line, 0));
    assert_string_equal(line, "pause");
    assert_true(dnn_control_receive(&c.near, line, 0));
    assert_string_equal(line, "rate 0.5");
    assert_true(dnn_control_receive(&c.near, line, 0));
    assert_string_equal(line, "");
    assert_false(dnn_control_receive(&c.near, line, 0));
    say(&c, "p\n");
    assert_true(dnn_control_receive(&c.near, line, 0));
    assert_string_equal(line, "step");
    close_channel(&c);
}

static void nothing_to_read_takes_as_long_as_was_asked(void **state) {
    (void)state;
    channel c = open_channel();
    char line[DNN_CONTROL_LINE];
    double start = dnn_clock_seconds();
    for (int i = 0; i < 100; i++)
        assert_false(dnn_control_receive(&c.near, line, 0));
    assert_true(dnn_clock_seconds() - start < 2);
    assert_false(dnn_control_receive(&c.near, line, 60));
    assert_true(dnn_clock_seconds() - start >= 0.06);
    assert_true(c.near.fd >= 0);
    close_channel(&c);
}

static void *say_resume_later(void *far) {
    usleep(50000);
    return write(*(int *)far, "resume\n", 7) == 7 ? far : NULL;
}

static void waiting_for_ever_ends_with_the_line(void **state) {
    (void)state;
    channel c = open_channel();
    char line[DNN_CONTROL_LINE];
    pthread_t speaker;
    assert_int_equal(pthread_create(&speaker, NULL, say_resume_later, &c.far), 0);
    assert_true(dnn_control_receive(&c.near, line, -1));
    assert_string_equal(line, "resume");
    pthread_join(speaker, NULL);
    close_channel(&c);
}

static void the_last_words_of_a_gone_partner_are_heard(void **state) {
    (void)state;
    channel c = open_channel();
    char line[DNN_CONTROL_LINE];
    say(&c, "stop\nhalf a li");
    close(c.far);
    assert_true(dnn_control_receive(&c.near, line, -1));
    assert_string_equal(line, "stop");
    assert_false(dnn_control_receive(&c.near, line, -1));
    assert_int_equal(c.near.fd, -1);
    assert_false(dnn_control_receive(&c.near, line, -1)); /* and does not wait for ever */
    dnn_control_send(&c.near, "running 1");
}

/* A partner that goes without reading what it was sent resets the connection. */
static void a_partner_that_leaves_words_unread_is_gone(void **state) {
    (void)state;
    channel c = open_channel();
    char line[DNN_CONTROL_LINE];
    dnn_control_send(&c.near, "running 1");
    close(c.far);
    assert_false(dnn_control_receive(&c.near, line, -1));
    assert_int_equal(c.near.fd, -1);
}

static void a_line_longer_than_any_of_ours_ends_the_conversation(void **state) {
    (void)state;
    channel c = open_channel();
    char line[DNN_CONTROL_LINE], flood[DNN_CONTROL_LINE + 1];
    memset(flood, 'x', sizeof flood - 1);
    flood[sizeof flood - 1] = '\0';
    say(&c, flood);
    assert_false(dnn_control_receive(&c.near, line, 0));
    assert_int_equal(c.near.fd, -1);
    close_channel(&c);

    c = open_channel(); /* the longest that fits does */
    flood[DNN_CONTROL_LINE - 1] = '\n';
    say(&c, flood);
    assert_true(dnn_control_receive(&c.near, line, 0));
    assert_int_equal(strlen(line), DNN_CONTROL_LINE - 1);
    close_channel(&c);
}

static void what_is_sent_is_a_line(void **state) {
    (void)state;
    channel c = open_channel();
    char bytes[64] = {0};
    dnn_control_send(&c.near, "paused 120");
    dnn_control_send(&c.near, "rate 0.00375");
    assert_int_equal(read(c.far, bytes, sizeof bytes), 11 + 13);
    assert_string_equal(bytes, "paused 120\nrate 0.00375\n");
    char flood[DNN_CONTROL_LINE + 1];
    memset(flood, 'x', sizeof flood - 1);
    flood[sizeof flood - 1] = '\0';
    dnn_control_send(&c.near, flood); /* too long: lost */
    assert_int_equal(recv(c.far, bytes, sizeof bytes, MSG_DONTWAIT), -1);
    close_channel(&c);
}

static void sending_never_waits_and_never_kills(void **state) {
    (void)state;
    channel c = open_channel();
    for (int i = 0; i < 100000; i++) /* more than a socket holds */
        dnn_control_send(&c.near, "running 1");
    assert_true(c.near.fd >= 0);
    close(c.far);
    dnn_control_send(&c.near, "running 2"); /* SIGPIPE would end the test */
    char line[DNN_CONTROL_LINE];
    assert_false(dnn_control_receive(&c.near, line, 0));
    assert_int_equal(c.near.fd, -1);
}

/* A window that asks for two things and is closed: the answer to the first does not arrive. */
static void an_answer_that_does_not_arrive_loses_no_request(void **state) {
    (void)state;
    channel c = open_channel();
    char line[DNN_CONTROL_LINE];
    say(&c, "rate 0.5\ncheckpoint\n");
    close(c.far);
    assert_true(dnn_control_receive(&c.near, line, 0));
    dnn_control_send(&c.near, "rate 0.005");
    assert_true(dnn_control_receive(&c.near, line, 0));
    assert_string_equal(line, "checkpoint");
    dnn_control_send(&c.near, "saved");
    assert_false(dnn_control_receive(&c.near, line, 0));
    assert_int_equal(c.near.fd, -1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_come_one_by_one_however_they_were_sent),
        cmocka_unit_test(nothing_to_read_takes_as_long_as_was_asked),
        cmocka_unit_test(waiting_for_ever_ends_with_the_line),
        cmocka_unit_test(the_last_words_of_a_gone_partner_are_heard),
        cmocka_unit_test(a_partner_that_leaves_words_unread_is_gone),
        cmocka_unit_test(a_line_longer_than_any_of_ours_ends_the_conversation),
        cmocka_unit_test(what_is_sent_is_a_line),
        cmocka_unit_test(sending_never_waits_and_never_kills),
        cmocka_unit_test(an_answer_that_does_not_arrive_loses_no_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
