/* step.c: one step of all members.
 *
 * A step first gathers what it moves: adjacent segments of one group that are learnt, not frozen
 * and whose gradients are new become one move, so that a network that is one group is one flat
 * pass. All moves together are cut into chunks as if they were one vector: a small one does not
 * wake a thread for itself, and the cut does not depend on the number of threads. */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "core/interrupt.h"
#include "math/reduce.h"
#include "nn/chunk.h"
#include "nn/network/runs.h"
#include "nn/optimisers/optimiser_parts.h"

static size_t size_of(const dnn_optimiser *o) {
    return dnn_dtype_info(o->dtype)->size;
}

/* --- what a step moves --- */

/* Appends n elements that begin at `values`, or lengthens the last move by them. */
static void add_move(dnn_optimiser *o, const dnn_member *member, size_t begin, size_t n,
                     size_t state) {
    dnn_move *last = o->move_count != 0 ? &o->moves[o->move_count - 1] : NULL;
    const dnn_parameters *p = member->parameters;
    char *address = o->state == NULL ? NULL : (char *)o->state + state * size_of(o);
    if (last != NULL && p != NULL && last->member->parameters == p &&
        last->member->group == member->group && last->begin + last->n == begin &&
        (address == NULL || last->state + last->n * size_of(o) == address)) {
        last->n += n;
        return;
    }
    o->moves[o->move_count++] = (dnn_move){
        .member = member,
        .begin = begin,
        .first = last != NULL ? last->first + last->n : 0,
        .n = n,
        .values = (char *)(p != NULL ? p->values : member->values.data) + begin * size_of(o),
        .gradients =
            (const char *)(p != NULL ? p->gradients : member->gradients.data) + begin * size_of(o),
        .state = address,
    };
}

/* Of a sparse value, the columns whose gradient is not 0. */
static void gather_segment(dnn_optimiser *o, const dnn_member *member, const dnn_segment *segment) {
    const dnn_live *live = segment->live;
    size_t rows = segment->value.rows, count = live == NULL ? 1 : live->count;
    size_t place =
        member->offset + segment->offset - member->parameters->segments[member->first].offset;
    for (size_t k = 0; k < count; k++) {
        size_t skip = live == NULL ? 0 : live->columns[k] * rows;
        add_move(o, member, segment->offset + skip,
                 live == NULL ? rows * segment->value.cols : rows, place + skip);
    }
}

static void gather_segments(dnn_optimiser *o, const dnn_member *member) {
    for (size_t k = member->first; k < member->last; k++)
        if (dnn_segment_moves(&member->parameters->segments[k], true))
            gather_segment(o, member, &member->parameters->segments[k]);
}

/* Whether all of the member moves. */
static bool moves_whole(const dnn_member *member) {
    const dnn_parameters *p = member->parameters;
    for (size_t k = member->first; p != NULL && k < member->last; k++)
        if (p->segments[k].live != NULL || !dnn_segment_moves(&p->segments[k], true))
            return false;
    return p != NULL;
}

/* Whether the moves of the last step are those of this one, as they are in most trainings. */
static bool are_gathered(const dnn_optimiser *o) {
    bool same = o->gathered;
    for (size_t k = 0; same && k < o->member_count; k++) {
        const dnn_member *m = &o->members[k];
        same = m->parameters->values == m->values_then &&
               m->parameters->gradients == m->gradients_then && moves_whole(m);
    }
    return same;
}

static void note_gathered(dnn_optimiser *o) {
    o->gathered = true;
    for (size_t k = 0; k < o->member_count; k++) {
        dnn_member *m = &o->members[k];
        o->gathered = o->gathered && moves_whole(m);
        m->values_then = m->parameters == NULL ? NULL : m->parameters->values;
        m->gradients_then = m->parameters == NULL ? NULL : m->parameters->gradients;
    }
}

static void gather(dnn_optimiser *o) {
    if (are_gathered(o))
        return;
    o->move_count = 0;
    for (size_t k = 0; k < o->member_count; k++) {
        const dnn_member *member = &o->members[k];
        if (member->parameters != NULL)
            gather_segments(o, member);
        else if (member->count != 0 && (member->spent == NULL || !*member->spent))
            add_move(o, member, 0, member->count, member->offset);
    }
    note_gathered(o);
}

static size_t moved(const dnn_optimiser *o) {
    if (o->move_count == 0)
        return 0;
    const dnn_move *last = &o->moves[o->move_count - 1];
    return last->first + last->n;
}

/* --- all moves as one vector --- */

typedef struct walk {
    const dnn_optimiser *optimiser;
    void (*visit)(struct walk *w, const dnn_move *move, size_t begin, size_t end);
    atomic_bool failed;
} walk;

/* The move in which element `index` of all lies. */
static const dnn_move *find_move(const dnn_optimiser *o, size_t index) {
    size_t low = 0, high = o->move_count - 1;
    while (low < high) {
        size_t middle = (low + high + 1) / 2;
        if (o->moves[middle].first <= index)
            low = middle;
        else
            high = middle - 1;
    }
    return &o->moves[low];
}

static void walk_chunk(void *context, size_t begin, size_t end) {
    walk *w = context;
    const dnn_move *move = find_move(w->optimiser, begin);
    for (; begin < end; move++) {
        size_t stop = move->first + move->n < end ? move->first + move->n : end;
        w->visit(w, move, begin - move->first, stop - move->first);
        begin = stop;
    }
}

/* Whether no visit has failed. */
static bool walk_moves(const dnn_optimiser *o,
                       void (*visit)(walk *w, const dnn_move *move, size_t begin, size_t end)) {
    walk w = {o, visit, false};
    dnn_for_chunks(moved(o), walk_chunk, &w);
    return !atomic_load_explicit(&w.failed, memory_order_relaxed);
}

/* --- gradients that are not finite --- */

static void check_move(walk *w, const dnn_move *move, size_t begin, size_t end) {
    const dnn_optimiser *o = w->optimiser;
    if (!dnn_all_finite(o->dtype, move->gradients + begin * size_of(o), end - begin, NULL))
        atomic_store_explicit(&w->failed, true, memory_order_relaxed);
}

static dnn_status check_matrix(const dnn_optimiser *o, const dnn_member *member, dnn_error *err) {
    const dnn_matrix *g = &member->gradients;
    size_t where;
    char list[32] = "the list";
    if (dnn_all_finite(g->dtype, g->data, member->count, &where))
        return DNN_OK;
    if (o->group_count > 1)
        snprintf(list, sizeof list, "group %zu", member->group + 1);
    return dnn_fail(err, DNN_ERROR_NUMERIC,
                    "matrix %zu of %s: its gradient(%zu, %zu) is %g; nothing was updated; try a "
                    "smaller learning rate, and look for values in X that are not finite",
                    member->number, list, where % g->rows + 1, where / g->rows + 1,
                    dnn_shown(dnn_matrix_get(g, where % g->rows, where / g->rows)));
}

static dnn_status check_finite(const dnn_optimiser *o, dnn_error *err) {
    dnn_status status = DNN_OK;
    if (walk_moves(o, check_move))
        return DNN_OK;
    for (size_t k = 0; status == DNN_OK && k < o->move_count; k++) {
        const dnn_move *m = &o->moves[k];
        status = m->member->parameters == NULL
                     ? check_matrix(o, m->member, err)
                     : dnn_parameters_check_finite(m->member->parameters, m->begin, m->begin + m->n,
                                                   err);
    }
    return status;
}

/* --- the step --- */

static void update_move(walk *w, const dnn_move *move, size_t begin, size_t end) {
    const dnn_optimiser *o = w->optimiser;
    const dnn_member *member = move->member;
    size_t offset = begin * size_of(o);
    dnn_span span = {.settings = o->groups[member->group].settings,
                     .steps = o->steps,
                     .dtype = o->dtype,
                     .n = end - begin,
                     .values = move->values + offset,
                     .gradients = move->gradients + offset,
                     .state = move->state == NULL ? NULL : move->state + offset,
                     .stride = o->count};
    if (member->parameters != NULL)
        dnn_change_before(member->parameters, move->begin + begin, move->begin + end);
    o->kind->update(&span);
    if (member->parameters != NULL)
        dnn_change_after(member->parameters, move->begin + begin, move->begin + end);
}

static void mark_spent(dnn_optimiser *o) {
    for (size_t k = 0; k < o->member_count; k++) {
        const dnn_member *m = &o->members[k];
        if (m->parameters != NULL)
            m->parameters->steps++;
        for (size_t s = m->first; m->parameters != NULL && s < m->last; s++)
            if (dnn_segment_moves(&m->parameters->segments[s], true))
                m->parameters->segments[s].spent = true;
        if (m->spent != NULL)
            *m->spent = true;
    }
}

/* The step itself, made whole. */
static void update_all(dnn_optimiser *o) {
    dnn_parameters *last = NULL;
    for (size_t k = 0; k < o->move_count; k++) {
        dnn_parameters *p = o->moves[k].member->parameters;
        if (p != NULL && p != last)
            dnn_change_open(p);
        last = p;
    }
    o->steps++;
    walk_moves(o, update_move);
    for (size_t k = 0; k < o->move_count; k++)
        if (o->moves[k].member->parameters != NULL)
            dnn_change_close(o->moves[k].member->parameters);
    mark_spent(o);
}

/* Why there is nothing to move. */
static dnn_status fail_without_moves(const dnn_optimiser *o, dnn_error *err) {
    bool frozen = true;
    for (size_t k = 0; k < o->member_count; k++) {
        const dnn_member *m = &o->members[k];
        for (size_t s = m->first; m->parameters != NULL && s < m->last; s++)
            frozen = frozen && m->parameters->segments[s].frozen;
        frozen = frozen && m->spent == NULL;
    }
    return dnn_fail(err, DNN_ERROR_STATE,
                    frozen ? "%s: all of its parameters are frozen (requires_grad = false)"
                           : "%s: there are no new gradients; call net:backward(dA) first, and "
                             "then step once",
                    o->kind->name);
}

/* Settings and state, where they have changed since the last step. */
static dnn_status check_settled(dnn_optimiser *o, dnn_error *err) {
    if (o->settled)
        return DNN_OK;
    dnn_status status = dnn_optimiser_check_settings(o, err);
    if (status != DNN_OK)
        return status;
    if (dnn_optimiser_vectors_needed(o) > o->vectors)
        return dnn_fail(err, DNN_ERROR_STATE,
                        "%s: the new settings need state that this optimiser was made without; "
                        "make a new one with them",
                        o->kind->name);
    o->settled = true;
    return DNN_OK;
}

static dnn_status check_attached(const dnn_optimiser *o, dnn_error *err) {
    for (size_t k = 0; k < o->member_count; k++) {
        const dnn_parameters *p = o->members[k].parameters;
        if (p != NULL && p->count != 0 && (p->gradients == NULL || p->values == NULL))
            return dnn_fail(err, DNN_ERROR_STATE,
                            "%s: the network's parameters are not attached yet", o->kind->name);
    }
    return DNN_OK;
}

dnn_status dnn_optimiser_step(dnn_optimiser *optimiser, dnn_error *err) {
    dnn_status status = check_settled(optimiser, err);
    if (status == DNN_OK)
        status = check_attached(optimiser, err);
    if (status != DNN_OK)
        return status;
    gather(optimiser);
    if (optimiser->move_count == 0 && optimiser->count != 0)
        return fail_without_moves(optimiser, err);
    if (optimiser->check_finite)
        status = check_finite(optimiser, err);
    if (status == DNN_OK)
        status = dnn_interrupt_check(err); /* from here on the step is made whole */
    if (status == DNN_OK)
        update_all(optimiser);
    return status;
}

bool dnn_optimiser_waits(const dnn_optimiser *optimiser) {
    for (size_t k = 0; k < optimiser->member_count; k++) {
        const dnn_member *m = &optimiser->members[k];
        if (m->parameters == NULL && m->spent != NULL && !*m->spent)
            return true;
        for (size_t s = m->first; m->parameters != NULL && s < m->last; s++)
            if (dnn_segment_moves(&m->parameters->segments[s], true))
                return true;
    }
    return false;
}

void dnn_optimiser_zero_grad(dnn_optimiser *optimiser) {
    for (size_t k = 0; k < optimiser->member_count; k++) {
        dnn_member *m = &optimiser->members[k];
        if (m->parameters == NULL)
            dnn_matrix_clear(&m->gradients);
        for (size_t s = m->first; m->parameters != NULL && s < m->last; s++) {
            dnn_matrix gradients = dnn_segment_gradients(m->parameters, s);
            dnn_matrix_clear(&gradients);
            m->parameters->segments[s].spent = true;
            if (m->parameters->segments[s].live != NULL)
                dnn_live_none(m->parameters->segments[s].live);
        }
    }
}
