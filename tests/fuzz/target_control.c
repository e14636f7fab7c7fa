/* target_control.c: lines come whole however they are cut on the way; the first that is too long
 * ends the conversation. The first byte of the input says how it is cut. */
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log/control.h"
#include "target.h"

/* The lines that are still to come. */
typedef struct script {
    const uint8_t *at, *end;
} script;

static void hear_lines(dnn_control *control, script *s) {
    char line[DNN_CONTROL_LINE];
    memset(line, 'x', sizeof line);
    while (dnn_control_receive(control, line, 0)) {
        const uint8_t *stop = memchr(s->at, '\n', (size_t)(s->end - s->at));
        must_hold(stop != NULL && (size_t)(stop - s->at) < sizeof line);
        must_hold(memcmp(line, s->at, (size_t)(stop - s->at)) == 0 && line[stop - s->at] == '\0');
        s->at = stop + 1;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    int ends[2];
    if (size == 0)
        return 0;
    must_hold(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    dnn_control control = {.fd = ends[0]};
    script s = {data + 1, data + size};
    size_t piece = data[0] * (size_t)5 + 1;
    for (const uint8_t *p = s.at; p < s.end && control.fd >= 0; p += piece) {
        size_t left = (size_t)(s.end - p), n = piece < left ? piece : left;
        must_hold(send(ends[1], p, n, MSG_NOSIGNAL) == (ssize_t)n);
        hear_lines(&control, &s);
    }
    close(ends[1]);
    hear_lines(&control, &s);
    must_hold(control.fd == -1);
    const uint8_t *stop = memchr(s.at, '\n', (size_t)(s.end - s.at));
    must_hold(stop == NULL || (size_t)(stop - s.at) >= DNN_CONTROL_LINE);
    return 0;
}
