/* trainer.c: requests as lines, and the answers as words of the status line. */
#include "viz/window/trainer.h"

#include <stdlib.h>
#include <string.h>

void trainer_attach(dnn_control *channel, int fd, view *v) {
    *channel = (dnn_control){.fd = fd};
    v->attached = fd >= 0;
}

void trainer_send(dnn_control *channel, request wanted, view *v) {
    static const char *const lines[REQUEST_COUNT] = {
        [REQUEST_PAUSE] = "pause",
        [REQUEST_RESUME] = "resume",
        [REQUEST_STEP] = "step",
        [REQUEST_STOP] = "stop",
        [REQUEST_CHECKPOINT] = "checkpoint",
        [REQUEST_RATE_UP] = "rate 1.25",
        [REQUEST_RATE_DOWN] = "rate 0.8",
    };
    static const char *const words[REQUEST_COUNT] = {
        [REQUEST_PAUSE] = "pausing after this batch",
        [REQUEST_RESUME] = "going on",
        [REQUEST_STEP] = "one batch",
        [REQUEST_STOP] = "stopping after this batch",
        [REQUEST_CHECKPOINT] = "saving a checkpoint",
        [REQUEST_RATE_UP] = "learning rate × 1.25",
        [REQUEST_RATE_DOWN] = "learning rate × 0.8",
    };
    if (lines[wanted] == NULL)
        return;
    dnn_control_send(channel, lines[wanted]);
    view_say(v, "%s", words[wanted]);
}

static const char *after(const char *line, const char *word) {
    size_t n = strlen(word);
    return strncmp(line, word, n) == 0 ? line + n : NULL;
}

static void take_in(const char *line, view *v) {
    const char *rest;
    if ((rest = after(line, "paused ")) != NULL) {
        v->paused = true;
        view_say(v, "the training waits after step %s", rest);
    } else if (after(line, "running") != NULL) {
        v->paused = false;
        view_say(v, "the training goes on");
    } else if ((rest = after(line, "rate ")) != NULL) {
        view_say(v, "the learning rate is now %s", rest);
    } else if (strcmp(line, "stopping") == 0) {
        v->paused = false;
        view_say(v, "the training stops and keeps its result");
    } else {
        view_say(v, "%s", line); /* "saved PATH", or why something cannot be done */
    }
}

bool trainer_listen(dnn_control *channel, view *v) {
    char line[DNN_CONTROL_LINE];
    bool any = false;
    while (dnn_control_receive(channel, line, 0)) {
        take_in(line, v);
        any = true;
    }
    if (channel->fd < 0 && v->attached) {
        v->attached = v->paused = v->stop_asked = false;
        v->ended = true;
        view_say(v, "the training has ended");
        any = true;
    }
    return any;
}
