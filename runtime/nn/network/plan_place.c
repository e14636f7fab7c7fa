/* plan_place.c: where the buffers of a network stand in one block of memory.
 *
 * Every output, gradient and saved block has a life: from the moment it is written to the moment it
 * is last read, on a clock on which step s of n runs forward at time s and backward at 2 n - 1 - s.
 * Blocks whose lives do not overlap may share memory; the largest are placed first, each at the
 * lowest place that is free during its life. A layer that may work in place writes over its input
 * where nobody reads that afterwards, and a view has no memory of its own. Where the network keeps
 * its buffers, all lives but those in scratch last for ever. */
#include <stdlib.h>

#include "core/memory.h"
#include "nn/network/parts.h"

#define NONE SIZE_MAX

/* Memory that one or more buffers share. */
typedef struct block {
    size_t bytes, first, last; /* life, both ends included */
    size_t offset;
} block;

typedef struct planner {
    dnn_network *network;
    dnn_plan *plan;
    size_t *last_read;     /* per buffer: when its content is needed for the last time */
    size_t *last_consumer; /* per buffer: the last step that reads it */
    size_t *consumers;     /* per buffer */
    size_t *A_block, *dA_block, *saved_block; /* per buffer or step; NONE */
    size_t *head, *tail; /* per step: the one whose forward may do it, or itself; and the last that
                            its forward may do */
    block *blocks;
    size_t count, *order;
} planner;

/* --- who reads what, and when --- */

static size_t backward_time(const planner *p, size_t step) {
    return 2 * p->network->step_count - 1 - step;
}

static void find_readers(planner *p) {
    const dnn_network *network = p->network;
    for (size_t s = 0; s < network->step_count; s++) {
        const dnn_step *step = &network->steps[s];
        bool view = dnn_step_is_view(step, p->plan->training);
        for (size_t i = 0; i < step->inputs; i++) {
            size_t b = step->input[i];
            size_t read = p->plan->backward && !view && dnn_layer_has(step->layer, DNN_READS_X)
                              ? backward_time(p, s)
                              : s;
            p->consumers[b]++;
            p->last_consumer[b] = s;
            p->last_read[b] = read > p->last_read[b] ? read : p->last_read[b];
        }
        if (p->plan->backward && !view && dnn_layer_has(step->layer, DNN_READS_A))
            p->last_read[step->output] = backward_time(p, s);
    }
    p->last_read[network->step_count] = 2 * network->step_count; /* the network's output stays */
    p->consumers[network->step_count]++;
}

/* Whether the only reader of a rectifier's output does its backward, too, whose gradients share
 * memory. */
static bool is_gated(const planner *p, size_t s) {
    const dnn_step *step = &p->network->steps[s];
    size_t in = step->input[0], out = step->output;
    return dnn_layer_has(step->layer, DNN_RECTIFIES) && in != 0 && p->consumers[in] == 1 &&
           out != p->network->step_count && p->consumers[out] == 1 &&
           dnn_layer_has(p->network->steps[p->last_consumer[out]].layer, DNN_GATES);
}

/* Then backward reads the reader's output, and the rectifier's no longer. */
static void find_gates(planner *p) {
    for (size_t s = 0; s < p->network->step_count && p->plan->backward; s++) {
        if (!is_gated(p, s))
            continue;
        size_t out = p->network->steps[s].output, reader = p->last_consumer[out];
        size_t result = p->network->steps[reader].output, when = backward_time(p, reader);
        p->plan->calls[s].gated = p->plan->calls[reader].gates = true;
        p->last_read[out] = reader;
        p->last_read[result] = p->last_read[result] < when ? when : p->last_read[result];
    }
}

/* --- blocks --- */

static size_t add_block(planner *p, size_t bytes, size_t first, size_t last) {
    p->blocks[p->count] = (block){dnn_align_up(bytes), first, last, 0};
    return p->count++;
}

static size_t bytes_of(const planner *p, size_t buffer) {
    return dnn_shape_count(&p->network->shapes[buffer]) * p->plan->capacity *
           dnn_dtype_info(p->network->dtype)->size;
}

/* Of a copy of X: ids may have any type. */
static size_t bytes_of_input(const planner *p) {
    size_t size = dnn_dtype_info(p->network->dtype)->size;
    return bytes_of(p, 0) / size * (dnn_network_takes_ids(p->network) ? sizeof(double) : size);
}

/* Whether everything that stands in a block has been read for the last time by time `when`. */
static bool is_free_after(const planner *p, size_t in_block, size_t when) {
    for (size_t b = 1; b <= p->network->step_count; b++)
        if (p->A_block[b] == in_block && p->last_read[b] > when)
            return false;
    return true;
}

/* Nothing that stood in a block before a step that works in place can be read afterwards. */
static void overwrite(planner *p, size_t in_block) {
    for (size_t b = 1; b <= p->network->step_count; b++)
        if (p->A_block[b] == in_block)
            p->plan->kept[b] = false;
}

/* Whether a class may write over its input, with what this plan keeps. */
static bool works_in_place(const planner *p, const dnn_layer *layer) {
    return dnn_layer_has(layer, DNN_IN_PLACE) ||
           (!p->plan->backward &&
            (dnn_layer_has(layer, DNN_IN_PLACE_IN_EVALUATION) || layer->kind->elementwise != NULL));
}

/* A step whose input nobody else sees may be done by the forward of the one that writes it. */
static void link(planner *p, size_t s) {
    size_t in = p->network->steps[s].input[0];
    if (in == 0 || p->network->steps[s].inputs != 1 || p->consumers[in] != 1 ||
        p->last_read[in] > s)
        return;
    dnn_call *calls = p->plan->calls;
    size_t head = p->head[p->network->producer[in]], tail = p->tail[head];
    const dnn_layer_class *kind = calls[head].layer->kind;
    if (kind->takes == NULL || !kind->takes(&calls[head], &calls[s]))
        return;
    calls[tail].next = &calls[s];
    p->plan->next[tail] = p->tail[head] = s;
    p->head[s] = head;
    p->plan->done[s] = true;
    p->plan->kept[in] = false;
}

/* A scaling that the step which writes its input may take into its weights. */
static void fold(planner *p, size_t s) {
    size_t producer = p->network->producer[p->network->steps[s].input[0]];
    p->plan->folds[producer] = s;
    p->head[s] = producer;
}

static void place_outputs(planner *p, bool all) {
    const dnn_network *network = p->network;
    size_t end = 2 * network->step_count;
    for (size_t s = 0; s < network->step_count; s++) {
        const dnn_step *step = &network->steps[s];
        size_t in = step->input[0], out = step->output;
        bool same_size = bytes_of(p, in) == bytes_of(p, out);
        bool view = dnn_step_is_view(step, p->plan->training);
        bool in_place = !all && works_in_place(p, step->layer) && same_size && step->inputs == 1 &&
                        in != 0 && p->consumers[in] == 1 && p->A_block[in] != NONE &&
                        is_free_after(p, p->A_block[in], s);
        if (view || in_place) { /* a view of X itself has no block */
            p->A_block[out] = p->A_block[in];
            if (p->A_block[out] != NONE && p->blocks[p->A_block[out]].last < p->last_read[out])
                p->blocks[p->A_block[out]].last = p->last_read[out];
            if (!view)
                overwrite(p, p->A_block[in]);
            p->plan->kept[out] = true;
            if (in_place && dnn_step_takes(network, p->plan, network->producer[in], s))
                fold(p, s);
            else if (in_place)
                link(p, s);
            continue;
        }
        if (!all)
            link(p, s);
        size_t last = p->last_read[out] > s ? p->last_read[out] : s;
        p->A_block[out] = add_block(p, bytes_of(p, out), p->head[s], all ? end : last);
    }
    for (size_t b = 1; b < network->buffer_count && !all; b++)
        p->plan->kept[b] =
            p->plan->kept[b] &&
            (p->A_block[b] == NONE || p->blocks[p->A_block[b]].last >= network->step_count);
}

/* dA of a buffer lives from the backward of its last consumer to that of its producer. */
static void place_gradients(planner *p, bool all) {
    const dnn_network *network = p->network;
    size_t n = network->step_count;
    for (size_t b = n; b >= 1 && p->plan->backward; b--) {
        size_t producer = network->producer[b];
        size_t first = b == n ? n : backward_time(p, p->last_consumer[b]);
        const dnn_step *consumer = &network->steps[p->last_consumer[b]];
        bool view = b != n && dnn_step_is_view(consumer, p->plan->training);
        bool in_place = b != n && !all && dnn_layer_has(consumer->layer, DNN_IN_PLACE) &&
                        consumer->inputs == 1 && bytes_of(p, b) == bytes_of(p, consumer->output);
        if ((view || in_place) && p->consumers[b] == 1) {
            size_t shared = p->dA_block[consumer->output];
            p->dA_block[b] = shared;
            if (p->blocks[shared].last < backward_time(p, producer))
                p->blocks[shared].last = backward_time(p, producer);
            p->plan->dkept[b] = all;
            continue;
        }
        p->dA_block[b] =
            add_block(p, bytes_of(p, b), first, all ? 2 * n : backward_time(p, producer));
        p->plan->dkept[b] = all;
    }
}

/* Layers that look up for one other alone, which may read the table instead. */
static void find_lookups(planner *p, bool all) {
    const dnn_network *network = p->network;
    for (size_t s = 0; s < network->step_count; s++) {
        const dnn_step *step = &network->steps[s];
        size_t out = step->output, reader = p->last_consumer[out];
        if (!dnn_layer_has(step->layer, DNN_LOOKS_UP) || out == network->step_count ||
            p->consumers[out] != 1 || !dnn_layer_has(network->steps[reader].layer, DNN_READS_TABLE))
            continue;
        size_t table = dnn_step_segment(step, 0),
               count = network->parameters.segments[table].value.cols,
               columns = p->plan->capacity * dnn_shape_positions(&network->shapes[out]);
        if (!dnn_lookup_pays(count, columns))
            continue;
        p->plan->lookups[s] = (dnn_lookup){.count = count, .kept = all};
        p->plan->calls[s].lookup = p->plan->calls[reader].lookup = &p->plan->lookups[s];
    }
}

/* What calls save and the scratch that one of them needs at a time. */
static void place_working_memory(planner *p) {
    const dnn_network *network = p->network;
    size_t scratch = 0, fold = 0;
    for (size_t s = 0; s < network->step_count; s++) {
        const dnn_layer_class *kind = network->steps[s].layer->kind;
        const dnn_call *call = &p->plan->calls[s];
        bool kept =
            p->plan->backward || !p->plan->done[s]; /* nobody asks a linked pooling who won */
        size_t bytes = kind->saved == NULL || !kept ? 0 : kind->saved(call);
        p->saved_block[s] = bytes == 0 ? NONE
                                       : add_block(p, bytes, p->head[s],
                                                   p->plan->backward ? backward_time(p, s) : s);
        /* What is committed after the last step must still be there. */
        if (bytes > 0 && kind->commit != NULL &&
            p->blocks[p->saved_block[s]].last < network->step_count)
            p->blocks[p->saved_block[s]].last = network->step_count;
        bytes = kind->scratch == NULL ? 0 : kind->scratch(call);
        scratch = bytes > scratch ? bytes : scratch;
        bytes = p->plan->folds[s] == NONE ? 0 : dnn_fold_bytes(call);
        fold = bytes > fold ? bytes : fold;
    }
    p->plan->scratch_offset = add_block(p, scratch, 0, 2 * network->step_count);
    p->plan->fold_offset = add_block(p, fold, 0, 2 * network->step_count);
}

/* --- offsets --- */

static _Thread_local const block *sorted; /* for qsort */

static int larger_first(const void *a, const void *b) {
    const size_t i = *(const size_t *)a, j = *(const size_t *)b;
    if (sorted[i].bytes != sorted[j].bytes)
        return sorted[i].bytes > sorted[j].bytes ? -1 : 1;
    return i < j ? -1 : 1;
}

static bool lives_overlap(const block *a, const block *b) {
    return a->first <= b->last && b->first <= a->last;
}

/* The lowest offset at which the block overlaps none of those placed before it. */
static void place_block(planner *p, size_t placed) {
    block *now = &p->blocks[p->order[placed]];
    bool moved = true;
    now->offset = 0;
    while (moved) {
        moved = false;
        for (size_t k = 0; k < placed; k++) {
            const block *other = &p->blocks[p->order[k]];
            if (lives_overlap(now, other) && now->offset < other->offset + other->bytes &&
                other->offset < now->offset + now->bytes) {
                now->offset = other->offset + other->bytes;
                moved = true;
            }
        }
    }
}

/* Where all live for ever, one stands after the other in the order in which they are written. */
static size_t place_blocks(planner *p, bool all) {
    size_t total = 0;
    for (size_t k = 0; k < p->count; k++)
        p->order[k] = k;
    sorted = p->blocks;
    if (!all)
        qsort(p->order, p->count, sizeof *p->order, larger_first);
    for (size_t k = 0; k < p->count; k++) {
        block *now = &p->blocks[p->order[k]];
        if (all)
            now->offset = total;
        else
            place_block(p, k);
        total = now->offset + now->bytes > total ? now->offset + now->bytes : total;
    }
    return total;
}

static void take_offsets(planner *p) {
    dnn_plan *plan = p->plan;
    for (size_t b = 0; b < p->network->buffer_count; b++) {
        plan->A_offset[b] = p->A_block[b] == NONE ? NONE : p->blocks[p->A_block[b]].offset;
        plan->dA_offset[b] = p->dA_block[b] == NONE ? NONE : p->blocks[p->dA_block[b]].offset;
    }
    for (size_t s = 0; s < p->network->step_count; s++)
        plan->saved_offset[s] =
            p->saved_block[s] == NONE ? NONE : p->blocks[p->saved_block[s]].offset;
    plan->scratch_offset = p->blocks[plan->scratch_offset].offset;
    plan->fold_offset = p->blocks[plan->fold_offset].offset;
}

/* --- all of them --- */

dnn_status dnn_plan_place(dnn_network *network, dnn_plan *plan, dnn_error *err) {
    size_t n = network->step_count, b = network->buffer_count;
    bool all = plan->keep == DNN_KEEP_ALL || (plan->keep == DNN_KEEP_TRAINING && plan->training);
    size_t most = 2 * b + n + 3;
    size_t *numbers = dnn_calloc(5 * b + 3 * n + most, sizeof *numbers);
    block *blocks = dnn_calloc(most, sizeof *blocks);
    if (numbers == NULL || blocks == NULL) {
        dnn_free(numbers);
        dnn_free(blocks);
        return dnn_network_fail_memory(err);
    }
    planner p = {.network = network,
                 .plan = plan,
                 .last_read = numbers,
                 .last_consumer = numbers + b,
                 .consumers = numbers + 2 * b,
                 .A_block = numbers + 3 * b,
                 .dA_block = numbers + 4 * b,
                 .saved_block = numbers + 5 * b,
                 .head = numbers + 5 * b + n,
                 .tail = numbers + 5 * b + 2 * n,
                 .order = numbers + 5 * b + 3 * n,
                 .blocks = blocks};
    for (size_t i = 0; i < b; i++) {
        p.A_block[i] = p.dA_block[i] = NONE;
        plan->kept[i] = true;
        plan->dkept[i] = false;
    }
    for (size_t s = 0; s < n; s++) {
        plan->folds[s] = plan->next[s] = NONE;
        plan->done[s] = false;
        p.head[s] = p.tail[s] = s;
    }
    find_readers(&p);
    if (!all)
        find_gates(&p);
    place_outputs(&p, all);
    place_gradients(&p, all);
    find_lookups(&p, all);
    place_working_memory(&p);
    if (plan->copies_input)
        p.A_block[0] = add_block(&p, bytes_of_input(&p), 0, 2 * n);
    plan->bytes = place_blocks(&p, all);
    take_offsets(&p);
    dnn_free(numbers);
    dnn_free(blocks);
    return DNN_OK;
}
