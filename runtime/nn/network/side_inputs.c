/* side_inputs.c: what a forward brings beside X: checked, copied, and put into the calls. */
#include <math.h>

#include "core/memory.h"
#include "nn/network/parts.h"

static bool takes_lengths(const dnn_step *step) {
    return dnn_layer_has(step->layer, DNN_TAKES_LENGTHS);
}

dnn_status dnn_plan_make_lengths(const dnn_network *network, dnn_plan *plan, size_t examples,
                                 dnn_error *err) {
    bool wanted = false;
    for (size_t s = 0; s < network->step_count; s++)
        wanted = wanted || takes_lengths(&network->steps[s]);
    if (!wanted)
        return DNN_OK;
    size_t *lengths = dnn_calloc(examples, sizeof *lengths);
    if (lengths == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "network: out of memory");
    dnn_free(plan->lengths);
    plan->lengths = lengths;
    return DNN_OK;
}

/* Whole numbers from 1 into plan->lengths, and the place of the largest. */
static dnn_status read_lengths(dnn_plan *plan, const dnn_matrix *lengths, size_t *longest,
                               dnn_error *err) {
    bool row = lengths->rows == 1;
    if (dnn_matrix_count(lengths) != plan->examples || (!row && lengths->cols != 1))
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "lengths must be 1 x %zu, a number for each example of X, not %zu x %zu",
                        plan->examples, lengths->rows, lengths->cols);
    *longest = 0;
    for (size_t j = 0; j < plan->examples; j++) {
        double length = dnn_matrix_get(lengths, row ? 0 : j, row ? j : 0);
        if (!(length >= 1 && length <= 0x1p53 && length == floor(length)))
            return dnn_fail(err, DNN_ERROR_ARGUMENT,
                            "the length of example %zu is %g; lengths are whole numbers from 1",
                            j + 1, dnn_shown(length));
        plan->lengths[j] = (size_t)length;
        if (plan->lengths[j] > plan->lengths[*longest])
            *longest = j;
    }
    return DNN_OK;
}

/* A layer that takes lengths has at least so many steps. */
static dnn_status check_steps(const dnn_network *network, const dnn_plan *plan, size_t s,
                              size_t longest, dnn_error *err) {
    size_t steps = dnn_shape_positions(&plan->calls[s].in[0]);
    if (plan->lengths[longest] <= steps)
        return DNN_OK;
    return dnn_network_fail_step(
        network, s,
        dnn_fail(err, DNN_ERROR_ARGUMENT,
                 "the length of example %zu is %zu, and the sequence has %zu steps", longest + 1,
                 plan->lengths[longest], steps),
        err);
}

dnn_status dnn_network_take_side_inputs(dnn_network *network, dnn_plan *plan,
                                        const dnn_side_inputs *side, dnn_error *err) {
    bool given = side->lengths != NULL;
    size_t longest = 0;
    if (given && plan->lengths == NULL)
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "lengths were given, and no layer takes them");
    dnn_status status = given ? read_lengths(plan, side->lengths, &longest, err) : DNN_OK;
    for (size_t s = 0; s < network->step_count && status == DNN_OK; s++) {
        if (!takes_lengths(&network->steps[s]))
            continue;
        plan->calls[s].lengths = given ? plan->lengths : NULL;
        if (given)
            status = check_steps(network, plan, s, longest, err);
    }
    return status;
}
