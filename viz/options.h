/* options.h: the command line of dnnview. */
#ifndef DNN_VIZ_OPTIONS_H
#define DNN_VIZ_OPTIONS_H

#include <stdio.h>

#include "core/error.h"
#include "viz/plot/panel.h"

typedef struct options {
    char **paths; /* the runs: points into argv */
    int path_count;
    const char *figure; /* a file instead of runs, "-": standard input */
    const char *png, *svg, *csv, *html, *only;
    bool text, follow, all, keys, help, version;
    int serve;         /* a port, -1: not given */
    int width, height; /* 0: not given */
    double scale;      /* 0: not given */
    const char *theme; /* NULL: not given; so too the -1 below */
    int x, x_scale, y_scale;
    double smoothing;
    int control; /* a descriptor, -1: none */
} options;

/* DNN_ERROR_ARGUMENT with a message that names the option and what it takes. */
dnn_status options_parse(options *out, int argc, char **argv, dnn_error *err);

/* The manual page. */
void options_help(FILE *out);

#endif
