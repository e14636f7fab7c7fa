/* side_inputs.c: what a forward brings beside X: checked, copied, and put into the calls. */
#include <math.h>

#include "core/memory.h"
#include "nn/network/parts.h"
#include "nn/network/record.h"

static bool takes_lengths(const dnn_step *step) {
    return dnn_layer_has(step->layer, DNN_TAKES_LENGTHS) && !step->no_lengths;
}

static bool any_takes_lengths(const dnn_network *network) {
    for (size_t s = 0; s < network->step_count; s++)
        if (takes_lengths(&network->steps[s]))
            return true;
    return false;
}

dnn_status dnn_plan_make_lengths(const dnn_network *network, dnn_plan *plan, size_t examples,
                                 dnn_error *err) {
    if (!any_takes_lengths(network))
        return DNN_OK;
    size_t *lengths = dnn_calloc(examples, sizeof *lengths);
    if (lengths == NULL)
        return dnn_network_fail_memory(err);
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

/* A layer that takes lengths has at least so many steps: of attention to a memory, the memory. */
static dnn_status check_steps(const dnn_network *network, const dnn_plan *plan, size_t s,
                              size_t longest, dnn_error *err) {
    const dnn_call *call = &plan->calls[s];
    size_t steps = dnn_shape_positions(&call->in[call->inputs - 1]);
    if (plan->lengths[longest] <= steps)
        return DNN_OK;
    return dnn_network_fail_step(
        network, s,
        dnn_fail(err, DNN_ERROR_ARGUMENT,
                 "the length of example %zu is %zu, and the sequence has %zu steps", longest + 1,
                 plan->lengths[longest], steps),
        err);
}

static dnn_status take_lengths(dnn_network *network, dnn_plan *plan, const dnn_matrix *lengths,
                               dnn_error *err) {
    size_t longest = 0;
    if (lengths != NULL && plan->lengths == NULL)
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "lengths were given, but no layer takes them");
    dnn_status status = lengths != NULL ? read_lengths(plan, lengths, &longest, err) : DNN_OK;
    for (size_t s = 0; s < network->step_count && status == DNN_OK; s++) {
        if (!takes_lengths(&network->steps[s]))
            continue;
        plan->calls[s].lengths = lengths != NULL ? plan->lengths : NULL;
        if (lengths != NULL)
            status = check_steps(network, plan, s, longest, err);
    }
    return status;
}

/* --- masks --- */

/* True when all numbers of an additive mask are 0 or 1, and not all 0: a comparison's result that
 * was converted. */
static bool looks_boolean(const dnn_matrix *mask) {
    size_t ones = 0;
    for (size_t j = 0; j < mask->cols && mask->dtype != DNN_UINT8; j++)
        for (size_t i = 0; i < mask->rows; i++) {
            double x = dnn_matrix_get(mask, i, j);
            if (x != 0 && x != 1)
                return false;
            ones += x == 1;
        }
    return ones > 0;
}

static dnn_status copy_mask(dnn_plan *plan, const dnn_matrix *mask, dnn_error *err) {
    dnn_matrix *copy = &plan->mask;
    dnn_status status = DNN_OK;
    if (looks_boolean(mask))
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "the mask is %s and all 0 and 1; numbers are added to the scores: convert a "
                        "boolean one with mask:byte(), which hides where it is 1",
                        dnn_dtype_info(mask->dtype)->name);
    if (copy->data == NULL || copy->dtype != mask->dtype || copy->rows != mask->rows ||
        copy->cols != mask->cols) {
        dnn_matrix_free(copy);
        status = dnn_matrix_create(copy, mask->dtype, mask->rows, mask->cols, err);
    }
    return status == DNN_OK ? dnn_matrix_copy(copy, mask, err) : status;
}

/* A mask says which steps of X see which others of X, so that attention to a memory has none. */
static bool takes_mask(const dnn_step *step) {
    return step->inputs == 1 && dnn_layer_has(step->layer, DNN_TAKES_MASK);
}

static dnn_status take_mask(dnn_network *network, dnn_plan *plan, const dnn_matrix *mask,
                            dnn_error *err) {
    bool taken = false;
    for (size_t s = 0; s < network->step_count; s++) {
        if (!takes_mask(&network->steps[s]))
            continue;
        plan->calls[s].mask = mask != NULL ? &plan->mask : NULL;
        taken = true;
    }
    if (mask == NULL)
        return DNN_OK;
    return taken ? copy_mask(plan, mask, err)
                 : dnn_fail(err, DNN_ERROR_ARGUMENT, "a mask was given, but no layer takes one");
}

dnn_status dnn_network_take_side_inputs(dnn_network *network, dnn_plan *plan,
                                        const dnn_side_inputs *side, dnn_error *err) {
    if (side->cache != NULL && (side->lengths != NULL || side->mask != NULL))
        return dnn_fail(err, DNN_ERROR_ARGUMENT, "a cache goes without lengths and mask");
    dnn_status status = take_lengths(network, plan, side->lengths, err);
    if (status == DNN_OK)
        status = take_mask(network, plan, side->mask, err);
    return status == DNN_OK ? dnn_network_take_cache(network, plan, side->cache, err) : status;
}

/* --- of a recorded forward --- */

size_t dnn_network_side_bytes(const dnn_side_inputs *side, size_t examples) {
    size_t mask = side->mask == NULL ? 0
                                     : dnn_matrix_count(side->mask) *
                                           dnn_dtype_info(side->mask->dtype)->size;
    return dnn_align_up(examples * sizeof(size_t)) + dnn_align_up(sizeof(dnn_matrix)) + mask;
}

/* A plan of nothing but the shapes, for the checks above. */
static dnn_status describe_steps(const dnn_network *network, dnn_plan *plan, dnn_error *err) {
    size_t at = 0;
    plan->calls = dnn_calloc(network->step_count, sizeof *plan->calls);
    plan->in = dnn_calloc(network->input_count, sizeof *plan->in);
    if (plan->calls == NULL || plan->in == NULL)
        return dnn_network_fail_memory(err);
    for (size_t s = 0; s < network->step_count; s++) {
        const dnn_step *step = &network->steps[s];
        plan->calls[s] =
            (dnn_call){.layer = step->layer, .inputs = step->inputs, .in = &plan->in[at]};
        for (size_t i = 0; i < step->inputs; i++)
            plan->in[at++] = network->shapes[step->input[i]];
    }
    return DNN_OK;
}

/* A matrix of the given mask's shape in `memory`. */
static dnn_matrix *lay_mask(const dnn_matrix *given, void *memory) {
    dnn_matrix *mask = memory;
    *mask = dnn_matrix_of(given->dtype, given->rows, given->cols,
                          (char *)memory + dnn_align_up(sizeof *mask));
    return mask;
}

dnn_status dnn_network_record_side(dnn_network *network, const dnn_side_inputs *side,
                                   size_t examples, void *memory, dnn_recorded_side *out,
                                   dnn_error *err) {
    dnn_plan plan = {.examples = examples};
    *out = (dnn_recorded_side){NULL, NULL};
    if (side->cache != NULL)
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "X requires a gradient, and a forward with a cache has none; give "
                        "X:detach(), or call it in dnn.no_grad");
    plan.lengths = any_takes_lengths(network) ? memory : NULL;
    dnn_matrix *mask = NULL;
    if (side->mask != NULL) { /* it is copied there, as into a plan's own */
        mask = lay_mask(side->mask, (char *)memory + dnn_align_up(examples * sizeof(size_t)));
        plan.mask = *mask;
    }
    dnn_status status = describe_steps(network, &plan, err);
    if (status == DNN_OK)
        status = dnn_network_take_side_inputs(network, &plan, side, err);
    if (status == DNN_OK && side->lengths != NULL)
        out->lengths = memory;
    if (status == DNN_OK)
        out->mask = mask;
    dnn_free(plan.calls);
    dnn_free(plan.in);
    return status;
}

void dnn_network_give_side(const dnn_network *network, size_t step, const dnn_recorded_side *side,
                           dnn_node_call *call) {
    const dnn_step *s = &network->steps[step];
    call->lengths = takes_lengths(s) ? side->lengths : NULL;
    call->mask = takes_mask(s) ? side->mask : NULL;
}
