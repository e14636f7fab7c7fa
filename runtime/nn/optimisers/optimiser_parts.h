/* optimiser_parts.h: what an optimiser is made of; between optimiser.c, which keeps members, groups
 * and state, and step.c, which steps them. */
#ifndef DNN_NN_OPTIMISER_PARTS_H
#define DNN_NN_OPTIMISER_PARTS_H

#include "nn/optimiser.h"

/* Part of a network, or a free matrix. */
typedef struct dnn_member {
    dnn_parameters *parameters; /* NULL: a free matrix */
    size_t first, last;         /* learnt segments [first, last) */
    dnn_matrix values, gradients;
    bool *spent;   /* of a free matrix: as dnn_optimiser_add_tracked has it, or NULL */
    size_t number; /* of a free matrix in its group, from 1 */
    size_t group;
    size_t offset; /* of its elements in a state vector, and how many they are */
    size_t count;
    const void *values_then, *gradients_then; /* of its parameters, when moves were gathered */
} dnn_member;

/* Adjacent elements of one group that this step moves. */
typedef struct dnn_move {
    const dnn_member *member;
    size_t begin; /* in the flat vectors of the member's parameters */
    size_t first; /* elements of this step's moves before it */
    size_t n;
    char *values;
    const char *gradients;
    char *state;
} dnn_move;

struct dnn_optimiser {
    const dnn_optimiser_class *kind;
    dnn_setting settings[DNN_MAX_FIELDS];
    bool check_finite;
    uint64_t steps;
    dnn_dtype dtype; /* of the first member */
    dnn_member *members;
    size_t member_count;
    size_t count; /* elements of all members */
    dnn_group *groups;
    size_t group_count;
    void *state;
    size_t vectors;
    bool settled;    /* settings and state were checked since they last changed */
    dnn_move *moves; /* of the step that is made: room for every segment and matrix */
    size_t move_count, move_room;
    bool gathered; /* the moves are those of any step that moves all there is: see step.c */
};

/* The settings of every group are complete and go together. */
dnn_status dnn_optimiser_check_settings(const dnn_optimiser *optimiser, dnn_error *err);

#endif
