/* serve.h: the report page of runs that go on, for a browser on this machine: read only, on the
 * loopback address, and only for requests that name it (a page from elsewhere that has its name
 * lead here is refused). */
#ifndef DNN_VIZ_SERVE_H
#define DNN_VIZ_SERVE_H

#include "viz/report/report.h"

typedef struct serve_source {
    /* Brings the report up to date; true when it has changed. Called from one thread. */
    bool (*update)(void *context, report *out);
    void *context;
} serve_source;

/* Serves until a signal ends it (SIGINT, SIGTERM); `port` 0: any free one. Prints the address on
 * `out`. DNN_ERROR_STATE when the port cannot be had. */
dnn_status serve_report(const serve_source *source, int port, FILE *out, dnn_error *err);

#endif
