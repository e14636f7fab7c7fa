/* layer_graph.h: the layers of a network as a watching run logs them: a text, a table in Markdown
 * with a row for each step, "| step | place | layer | input | output | parameters |". */
#ifndef DNN_VIZ_LAYER_GRAPH_H
#define DNN_VIZ_LAYER_GRAPH_H

#include "viz/runs/runs.h"

#define LAYER_INPUTS ((size_t)8) /* of a layer; more are not shown */

typedef struct layer_node {
    char place[32], kind[48], settings[128]; /* "3.1", "Conv2d", "3 -> 8, kernel_size = 3 x 3" */
    char output[96];                         /* "16 x 16 x 8" */
    double parameters;
    size_t inputs[LAYER_INPUTS]; /* earlier rows, from 1; 0: the network's input */
    size_t input_count;
} layer_node;

/* Whether a text is such a table. */
bool layer_graph_is(const char *text);

/* The rows, 65,536 at most, in an array to be freed; NULL when there are none or memory is out. */
layer_node *layer_graph_read(const char *text, size_t *count);

/* The gradient norm of a layer that its run logged last; NaN: none. */
double layer_grad_norm(const run *r, const layer_node *node);

#endif
