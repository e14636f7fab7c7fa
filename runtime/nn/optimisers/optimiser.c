/* optimiser.c: what every optimiser keeps: members, groups with their settings, state. */
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "nn/optimisers/optimiser_parts.h"

dnn_status dnn_optimiser_create(dnn_optimiser **out, const dnn_optimiser_class *kind,
                                dnn_error *err) {
    dnn_optimiser *o = dnn_calloc(1, sizeof *o);
    if (o == NULL)
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: out of memory", kind->name);
    o->kind = kind;
    o->check_finite = true;
    dnn_field_defaults(kind->fields, o->settings);
    dnn_status status = dnn_optimiser_add_group(o, err);
    if (status != DNN_OK) {
        dnn_optimiser_destroy(o);
        return status;
    }
    *out = o;
    return DNN_OK;
}

void dnn_optimiser_destroy(dnn_optimiser *optimiser) {
    if (optimiser == NULL)
        return;
    dnn_free(optimiser->members);
    dnn_free(optimiser->groups);
    dnn_free(optimiser->moves);
    dnn_free(optimiser);
}

const dnn_optimiser_class *dnn_optimiser_kind(const dnn_optimiser *optimiser) {
    return optimiser->kind;
}

uint64_t dnn_optimiser_steps(const dnn_optimiser *optimiser) {
    return optimiser->steps;
}

bool dnn_optimiser_checks_finite(const dnn_optimiser *optimiser) {
    return optimiser->check_finite;
}

void dnn_optimiser_set_check_finite(dnn_optimiser *optimiser, bool check) {
    optimiser->check_finite = check;
}

/* --- members --- */

/* A block of `count` + 1 rows with the `count` old ones in it; NULL when there is no memory. */
static void *grow(const dnn_optimiser *o, void *rows, size_t count, size_t size, dnn_error *err) {
    void *larger = dnn_calloc(count + 1, size);
    if (larger == NULL) {
        dnn_fail(err, DNN_ERROR_MEMORY, "%s: out of memory", o->kind->name);
        return NULL;
    }
    if (count != 0)
        memcpy(larger, rows, count * size);
    dnn_free(rows);
    return larger;
}

dnn_status dnn_optimiser_add_group(dnn_optimiser *optimiser, dnn_error *err) {
    dnn_group *groups =
        grow(optimiser, optimiser->groups, optimiser->group_count, sizeof *groups, err);
    if (groups == NULL)
        return DNN_ERROR_MEMORY;
    optimiser->groups = groups;
    optimiser->settled = false;
    memcpy(groups[optimiser->group_count].settings, optimiser->settings,
           sizeof optimiser->settings);
    optimiser->group_count++;
    return DNN_OK;
}

/* Adds a member of so many elements, which a step moves in at most `moves` pieces. */
static dnn_status add_member(dnn_optimiser *o, dnn_member member, size_t moves, dnn_dtype dtype,
                             dnn_error *err) {
    if (o->member_count != 0 && dtype != o->dtype)
        return dnn_fail(err, DNN_ERROR_TYPE,
                        "%s: an optimiser steps numbers of one type, but these are %s and %s",
                        o->kind->name, dnn_dtype_info(o->dtype)->name, dnn_dtype_info(dtype)->name);
    dnn_move *room = dnn_calloc(o->move_room + moves + 1, sizeof *room);
    dnn_member *members = grow(o, o->members, o->member_count, sizeof *members, err);
    if (members != NULL)
        o->members = members;
    if (room == NULL || members == NULL) {
        dnn_free(room);
        return dnn_fail(err, DNN_ERROR_MEMORY, "%s: out of memory", o->kind->name);
    }
    dnn_free(o->moves);
    o->moves = room;
    o->gathered = false;
    o->move_room += moves;
    member.group = o->group_count - 1;
    member.offset = o->count;
    members[o->member_count++] = member;
    o->count += member.count;
    o->dtype = dtype;
    return DNN_OK;
}

static dnn_status check_new_segments(const dnn_optimiser *o, const dnn_member *new,
                                     dnn_error *err) {
    for (size_t k = 0; k < o->member_count; k++) {
        const dnn_member *m = &o->members[k];
        size_t first = m->first > new->first ? m->first : new->first;
        size_t last = m->last < new->last ? m->last : new->last;
        if (m->parameters == new->parameters && first < last)
            return dnn_fail(err, DNN_ERROR_ARGUMENT,
                            "%s: %s: %s comes twice; a parameter belongs to one group",
                            o->kind->name, new->parameters->segments[first].owner,
                            new->parameters->segments[first].value.name);
    }
    return DNN_OK;
}

dnn_status dnn_optimiser_add(dnn_optimiser *optimiser, dnn_parameters *parameters, size_t first,
                             size_t count, dnn_error *err) {
    size_t learnt = parameters->learnt_count, last = first + count;
    dnn_member member = {.parameters = parameters, .first = first < learnt ? first : learnt};
    member.last = last < learnt ? last : learnt;
    dnn_status status = check_new_segments(optimiser, &member, err);
    if (status != DNN_OK)
        return status;
    size_t moves = 0;
    for (size_t k = member.first; k < member.last; k++) {
        const dnn_segment *segment = &parameters->segments[k];
        member.count += segment->value.rows * segment->value.cols;
        moves += segment->live != NULL ? segment->value.cols : 1;
    }
    return add_member(optimiser, member, moves, parameters->dtype, err);
}

/* The free matrices of the group that is being filled. */
static size_t matrices_in_group(const dnn_optimiser *o) {
    size_t n = 0;
    for (size_t k = 0; k < o->member_count; k++)
        n += o->members[k].parameters == NULL && o->members[k].group == o->group_count - 1;
    return n;
}

static dnn_status check_new_matrix(const dnn_optimiser *o, const dnn_matrix *values,
                                   const dnn_matrix *gradients, size_t number, dnn_error *err) {
    const char *name = o->kind->name;
    dnn_status status = dnn_matrix_require_real(values, name, err);
    if (status == DNN_OK)
        status = dnn_matrix_require_same_type(values, gradients, name, err);
    if (status != DNN_OK)
        return status;
    if (values->rows != gradients->rows || values->cols != gradients->cols)
        return dnn_fail(err, DNN_ERROR_SHAPE,
                        "%s: matrix %zu of the list is %zu x %zu, and its gradient %zu x %zu", name,
                        number, values->rows, values->cols, gradients->rows, gradients->cols);
    if (!dnn_matrix_is_contiguous(values) || !dnn_matrix_is_contiguous(gradients))
        return dnn_fail(err, DNN_ERROR_ARGUMENT,
                        "%s: matrix %zu of the list or its gradient is a view with gaps between "
                        "its columns; take the whole matrix, or a copy",
                        name, number);
    for (size_t k = 0; k < o->member_count; k++) {
        const dnn_member *m = &o->members[k];
        const dnn_parameters *p = m->parameters;
        dnn_matrix flat = p == NULL ? m->values : dnn_matrix_of(p->dtype, p->count, 1, p->values);
        if (flat.data != NULL && dnn_matrix_overlap(values, &flat))
            return dnn_fail(err, DNN_ERROR_ARGUMENT,
                            "%s: matrix %zu of the list comes twice; a matrix belongs to one group",
                            name, number);
    }
    return DNN_OK;
}

dnn_status dnn_optimiser_add_matrix(dnn_optimiser *optimiser, const dnn_matrix *values,
                                    const dnn_matrix *gradients, dnn_error *err) {
    return dnn_optimiser_add_tracked(optimiser, values, gradients, NULL, err);
}

dnn_status dnn_optimiser_add_tracked(dnn_optimiser *optimiser, const dnn_matrix *values,
                                     const dnn_matrix *gradients, bool *spent, dnn_error *err) {
    size_t number = matrices_in_group(optimiser) + 1;
    dnn_status status = check_new_matrix(optimiser, values, gradients, number, err);
    if (status != DNN_OK)
        return status;
    dnn_member member = {.values = *values,
                         .gradients = *gradients,
                         .spent = spent,
                         .number = number,
                         .count = dnn_matrix_count(values)};
    return add_member(optimiser, member, 1, values->dtype, err);
}

size_t dnn_optimiser_groups(const dnn_optimiser *optimiser) {
    return optimiser->group_count;
}

dnn_dtype dnn_optimiser_dtype(const dnn_optimiser *optimiser) {
    return optimiser->dtype;
}

size_t dnn_optimiser_count(const dnn_optimiser *optimiser) {
    return optimiser->count;
}

size_t dnn_optimiser_group_size(const dnn_optimiser *optimiser, size_t group) {
    size_t n = 0;

    for (size_t k = 0; k < optimiser->member_count; k++)
        n += optimiser->members[k].group == group ? optimiser->members[k].count : 0;
    return n;
}

bool dnn_optimiser_has(const dnn_optimiser *optimiser, const dnn_parameters *parameters) {
    for (size_t k = 0; k < optimiser->member_count; k++)
        if (optimiser->members[k].parameters == parameters)
            return true;
    return false;
}

/* --- settings --- */

const dnn_setting *dnn_optimiser_settings(const dnn_optimiser *optimiser) {
    return optimiser->settings;
}

const dnn_setting *dnn_optimiser_group_settings(const dnn_optimiser *optimiser, size_t group) {
    return optimiser->groups[group].settings;
}

bool dnn_optimiser_overrides(const dnn_optimiser *optimiser, size_t group, size_t field) {
    return optimiser->groups[group].overrides[field];
}

/* Sets values[field], checked. */
static dnn_status set_checked(const dnn_optimiser *o, dnn_setting *values, size_t field,
                              dnn_setting value, dnn_error *err) {
    const dnn_field *fields = o->kind->fields;
    const char *owner = o->kind->name, *name = fields[field].name;
    size_t count = dnn_field_numbers(fields[field].kind);
    if (count > 1)
        return dnn_field_set_numbers(owner, fields, values, name, value.numbers, count, err);
    if (fields[field].kind == DNN_FIELD_TEXT)
        return dnn_field_set_text(owner, fields, values, name, value.text, err);
    return dnn_field_set(owner, fields, values, name, value.number, err);
}

void dnn_optimiser_inherit(dnn_optimiser *optimiser, size_t group, size_t field) {
    optimiser->settled = false;
    optimiser->groups[group].overrides[field] = false;
    optimiser->groups[group].settings[field] = optimiser->settings[field];
}

dnn_status dnn_optimiser_set(dnn_optimiser *optimiser, size_t field, dnn_setting value,
                             dnn_error *err) {
    dnn_status status = set_checked(optimiser, optimiser->settings, field, value, err);
    optimiser->settled = false;
    for (size_t g = 0; status == DNN_OK && g < optimiser->group_count; g++)
        if (!optimiser->groups[g].overrides[field])
            dnn_optimiser_inherit(optimiser, g, field);
    return status;
}

dnn_status dnn_optimiser_set_group(dnn_optimiser *optimiser, size_t group, size_t field,
                                   dnn_setting value, dnn_error *err) {
    dnn_group *g = &optimiser->groups[group];
    dnn_status status = set_checked(optimiser, g->settings, field, value, err);
    optimiser->settled = false;
    if (status == DNN_OK)
        g->overrides[field] = true;
    return status;
}

/* Whether settings are complete and go together; `group` counts from 0. */
static dnn_status check_settings(const dnn_optimiser *o, const dnn_setting *settings, size_t group,
                                 dnn_error *err) {
    const dnn_optimiser_class *kind = o->kind;
    dnn_status status = dnn_field_complete(kind->name, kind->fields, settings, err);
    if (status == DNN_OK && kind->check != NULL && kind->check(settings, err) != DNN_OK)
        status = dnn_fail_context(err, DNN_ERROR_ARGUMENT, "%s: ", kind->name);
    if (status != DNN_OK && o->group_count > 1)
        dnn_fail_context(err, status, "group %zu: ", group + 1);
    return status;
}

dnn_status dnn_optimiser_check_settings(const dnn_optimiser *optimiser, dnn_error *err) {
    dnn_status status = DNN_OK;
    for (size_t g = 0; status == DNN_OK && g < optimiser->group_count; g++)
        status = check_settings(optimiser, optimiser->groups[g].settings, g, err);
    return status;
}

/* --- state --- */

size_t dnn_optimiser_vectors_needed(const dnn_optimiser *optimiser) {
    size_t most = 0;
    for (size_t g = 0; g < optimiser->group_count; g++) {
        size_t vectors = optimiser->kind->state_vectors(optimiser->groups[g].settings);
        most = vectors > most ? vectors : most;
    }
    return most;
}

size_t dnn_optimiser_state_bytes(const dnn_optimiser *optimiser, size_t vectors) {
    return vectors * optimiser->count * dnn_dtype_info(optimiser->dtype)->size;
}

size_t dnn_optimiser_vectors(const dnn_optimiser *optimiser) {
    return optimiser->vectors;
}

dnn_matrix dnn_optimiser_vector(const dnn_optimiser *optimiser, size_t k) {
    size_t bytes = dnn_optimiser_state_bytes(optimiser, k);
    return dnn_matrix_of(optimiser->dtype, optimiser->count, 1, (char *)optimiser->state + bytes);
}

dnn_status dnn_optimiser_attach(dnn_optimiser *optimiser, void *state, dnn_error *err) {
    dnn_status status = dnn_optimiser_check_settings(optimiser, err);
    if (status != DNN_OK)
        return status;
    size_t vectors = dnn_optimiser_vectors_needed(optimiser);
    size_t bytes = dnn_optimiser_state_bytes(optimiser, vectors);
    if (bytes != 0)
        memset(state, 0, bytes);
    optimiser->state = state;
    optimiser->gathered = false;
    optimiser->vectors = vectors;
    optimiser->settled = false;
    return DNN_OK;
}

/* What group g of the optimiser becomes with these settings of the optimiser, and of groups. */
static dnn_group restored_group(const dnn_optimiser *o, const dnn_setting *settings,
                                const dnn_group *groups, size_t g) {
    dnn_group group = groups != NULL ? groups[g] : o->groups[g];
    for (size_t i = 0; i < DNN_MAX_FIELDS; i++)
        if (!group.overrides[i])
            group.settings[i] = settings[i];
    return group;
}

dnn_status dnn_optimiser_restore(dnn_optimiser *optimiser,
                                 const dnn_setting settings[DNN_MAX_FIELDS],
                                 const dnn_group *groups, uint64_t steps, void *state,
                                 size_t vectors, dnn_error *err) {
    dnn_optimiser *o = optimiser;
    for (size_t g = 0; g < o->group_count; g++) {
        dnn_group group = restored_group(o, settings, groups, g);
        dnn_status status = check_settings(o, group.settings, g, err);
        if (status != DNN_OK)
            return status;
        size_t needed = o->kind->state_vectors(group.settings);
        if (needed > vectors)
            return dnn_fail(err, DNN_ERROR_STATE,
                            "%s: with these settings its state has %zu vectors, got %zu",
                            o->kind->name, needed, vectors);
    }
    for (size_t g = 0; g < o->group_count; g++)
        o->groups[g] = restored_group(o, settings, groups, g);
    memcpy(o->settings, settings, sizeof o->settings);
    o->steps = steps;
    o->state = state;
    o->gathered = false;
    o->vectors = vectors;
    o->settled = false;
    return DNN_OK;
}
