/* control.c: lines over a socket that nobody waits on unless asked to. */
#include "log/control.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void hang_up(dnn_control *c) {
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
    c->used = 0;
}

/* Takes the first whole line out of what is pending. */
static bool take_line(dnn_control *c, char *line) {
    char *end = memchr(c->pending, '\n', c->used);
    if (end == NULL)
        return false;
    size_t length = (size_t)(end - c->pending);
    memcpy(line, c->pending, length);
    line[length] = '\0';
    c->used -= length + 1;
    memmove(c->pending, end + 1, c->used);
    return true;
}

bool dnn_control_receive(dnn_control *control, char *line, int milliseconds) {
    while (!take_line(control, line)) {
        struct pollfd wait = {.fd = control->fd, .events = POLLIN};
        if (control->fd < 0 || poll(&wait, 1, milliseconds) <= 0)
            return false;
        ssize_t n = recv(control->fd, control->pending + control->used,
                         sizeof control->pending - control->used, MSG_DONTWAIT);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            return false;
        if (n <= 0) { /* closed or failed */
            hang_up(control);
            return false;
        }
        control->used += (size_t)n;
        bool whole = memchr(control->pending, '\n', control->used) != NULL;
        if (!whole && control->used == sizeof control->pending) { /* longer than any line of ours */
            hang_up(control);
            return false;
        }
    }
    return true;
}

/* A partner that is gone may have said something before: the channel stays open until that is read.
 */
void dnn_control_send(dnn_control *control, const char *line) {
    char text[DNN_CONTROL_LINE];
    int n = snprintf(text, sizeof text, "%s\n", line);
    if (control->fd >= 0 && n >= 0 && n < (int)sizeof text)
        (void)send(control->fd, text, (size_t)n, MSG_DONTWAIT | MSG_NOSIGNAL);
}
