/* optimiser_state.c: the state of an optimiser as a table, for checkpoints: its name, steps and
 * settings, "group.2.lr" where a group overrides one, "group.2.size" where there are several, and
 * the state vectors as "state.1", ... */
#include <stdio.h>
#include <string.h>

#include "bindings/nn/network.h"
#include "bindings/nn/optimiser.h"

#define GROUP_SIZE "group.%I.size"

/* --- writing --- */

static void put_settings(lua_State *L, const dnn_optimiser *o) {
    const dnn_field *fields = dnn_optimiser_kind(o)->fields;

    for (size_t i = 0; i < dnn_field_count(fields); i++) {
        dnnlua_push_setting(L, &fields[i], &dnn_optimiser_settings(o)[i]);
        lua_setfield(L, 2, fields[i].name);
    }
}

/* Writes nothing for a single group that overrides nothing. */
static void put_groups(lua_State *L, const dnn_optimiser *o) {
    const dnn_field *fields = dnn_optimiser_kind(o)->fields;
    size_t groups = dnn_optimiser_groups(o);
    bool worth = groups > 1;

    for (size_t g = 0; g < groups; g++) {
        for (size_t i = 0; i < dnn_field_count(fields); i++) {
            if (dnn_optimiser_overrides(o, g, i)) {
                lua_pushfstring(L, "group.%I.%s", (lua_Integer)g + 1, fields[i].name);
                dnnlua_push_setting(L, &fields[i], &dnn_optimiser_group_settings(o, g)[i]);
                lua_rawset(L, 2);
                worth = true;
            }
        }
    }
    if (!worth)
        return;
    lua_pushinteger(L, (lua_Integer)groups);
    lua_setfield(L, 2, "groups");
    for (size_t g = 0; g < groups; g++) {
        lua_pushfstring(L, GROUP_SIZE, (lua_Integer)g + 1);
        lua_pushinteger(L, (lua_Integer)dnn_optimiser_group_size(o, g));
        lua_rawset(L, 2);
    }
}

/* opt:state_dict() */
int dnnlua_optimiser_state_dict(lua_State *L) {
    dnn_optimiser *o = dnnlua_check_optimiser(L);
    dnn_error err;

    lua_settop(L, 1);
    lua_newtable(L);
    lua_pushstring(L, dnn_optimiser_kind(o)->name);
    lua_setfield(L, 2, "name");
    lua_pushinteger(L, (lua_Integer)dnn_optimiser_steps(o));
    lua_setfield(L, 2, "steps");
    put_settings(L, o);
    put_groups(L, o);
    for (size_t k = 0; k < dnn_optimiser_vectors(o); k++) {
        lua_pushfstring(L, "state.%I", (lua_Integer)k + 1);
        dnn_matrix *copy = dnnlua_new_matrix(L, dnn_optimiser_dtype(o), dnn_optimiser_count(o), 1);
        dnn_matrix vector = dnn_optimiser_vector(o, k);
        dnnlua_check(L, dnn_matrix_copy(copy, &vector, &err), &err);
        lua_rawset(L, 2);
    }
    return 1;
}

/* --- reading --- */

/* What the table at 2 holds under that name; runs nothing of the script's. */
static int get_state(lua_State *L, const char *name) {
    lua_pushstring(L, name);
    return lua_rawget(L, 2);
}

/* The whole number >= 0 under that name. */
static lua_Integer read_count(lua_State *L, const char *owner, const char *name) {
    int whole;

    get_state(L, name);
    lua_Integer count = lua_tointegerx(L, -1, &whole);
    if (!whole || count < 0) {
        luaL_error(L, "%s: load_state_dict: %s must be a whole number >= 0, got %s", owner, name,
                   dnnlua_got(L, -1));
    }
    lua_pop(L, 1);
    return count;
}

/* Checks that the table at 2 is of this class, and reads the settings. */
static void read_settings(lua_State *L, const dnn_optimiser_class *kind, dnn_setting *settings) {
    if (!lua_istable(L, 2)) {
        luaL_error(L, "%s: load_state_dict: expected a table as from state_dict, got %s",
                   kind->name, dnnlua_got_usage(L, 2));
    }
    if (get_state(L, "name") != LUA_TSTRING || strcmp(lua_tostring(L, -1), kind->name) != 0) {
        luaL_error(L, "%s: load_state_dict: this is the state of another optimiser, %s", kind->name,
                   dnnlua_got(L, -1));
    }
    dnn_field_defaults(kind->fields, settings);
    for (size_t i = 0; i < dnn_field_count(kind->fields); i++)
        if (get_state(L, kind->fields[i].name) != LUA_TNIL || i == 0) /* lr; others may be newer */
            dnnlua_set_field(L, kind->name, kind->fields, settings, i);
    lua_settop(L, 2);
}

static void read_group(lua_State *L, const dnn_optimiser_class *kind, lua_Integer number,
                       dnn_group *group) {
    memset(group, 0, sizeof *group);
    for (size_t i = 0; i < dnn_field_count(kind->fields); i++) {
        const char *name = lua_pushfstring(L, "group.%I.%s", number, kind->fields[i].name);
        if (get_state(L, name) != LUA_TNIL) {
            dnnlua_set_field(L, kind->name, kind->fields, group->settings, i);
            group->overrides[i] = true;
        }
        lua_pop(L, 2);
    }
}

/* Refuses groups in another order, where that shows; states of before have no sizes. */
static void check_group_size(lua_State *L, const dnn_optimiser *o, lua_Integer number) {
    const char *owner = dnn_optimiser_kind(o)->name;
    const char *name = lua_pushfstring(L, GROUP_SIZE, number);
    lua_Integer here = (lua_Integer)dnn_optimiser_group_size(o, (size_t)number - 1);
    bool known = get_state(L, name) != LUA_TNIL;

    lua_pop(L, 1);
    lua_Integer there = known ? read_count(L, owner, name) : here;
    if (there != here) {
        luaL_error(L, "%s: load_state_dict: group %I has %I parameters here and %I in the state",
                   owner, number, here, there);
    }
    lua_pop(L, 1);
}

/* What the groups override, in a block that is pushed. A state that does not say how many there are
 * is one of a single group. */
static const dnn_group *push_groups(lua_State *L, const dnn_optimiser *o) {
    const dnn_optimiser_class *kind = dnn_optimiser_kind(o);
    lua_Integer count = (lua_Integer)dnn_optimiser_groups(o), theirs = 1;

    if (get_state(L, "groups") != LUA_TNIL)
        theirs = read_count(L, kind->name, "groups");
    lua_pop(L, 1);
    if (theirs != count) {
        luaL_error(L, "%s: load_state_dict: groups is %I here and %I in the state", kind->name,
                   count, theirs);
    }
    for (lua_Integer g = 1; g <= count; g++)
        check_group_size(L, o, g);
    dnn_group *groups = lua_newuserdatauv(L, (size_t)count * sizeof *groups, 0);
    for (lua_Integer g = 1; g <= count; g++)
        read_group(L, kind, g, &groups[g - 1]);
    return groups;
}

/* Pushes a block with the state vectors of the table at 2. */
static void *push_vectors(lua_State *L, const dnn_optimiser *o, size_t *vectors) {
    const char *owner = dnn_optimiser_kind(o)->name;
    char name[32];

    for (*vectors = 0;; ++*vectors) {
        snprintf(name, sizeof name, "state.%zu", *vectors + 1);
        bool last = get_state(L, name) == LUA_TNIL;
        lua_pop(L, 1);
        if (last)
            break;
    }
    char *state = dnnlua_new_block(L, dnn_optimiser_state_bytes(o, *vectors));
    for (size_t k = 0; k < *vectors; k++) {
        dnn_matrix vector = dnn_matrix_of(dnn_optimiser_dtype(o), dnn_optimiser_count(o), 1,
                                          state + dnn_optimiser_state_bytes(o, k));
        snprintf(name, sizeof name, "state.%zu", k + 1);
        get_state(L, name);
        const dnn_matrix *theirs = dnnlua_test_matrix(L, -1);
        if (theirs != NULL && theirs->rows != vector.rows && theirs->cols == 1) {
            luaL_error(L,
                       "%s: load_state_dict: the state is of %I parameters, this optimiser has %I",
                       owner, (lua_Integer)theirs->rows, (lua_Integer)vector.rows);
        }
        dnnlua_assign(L, lua_gettop(L), owner, name, &vector);
        lua_pop(L, 1);
    }
    return state;
}

/* opt:load_state_dict(t): takes over all, or raises and changes nothing. */
int dnnlua_optimiser_load_state_dict(lua_State *L) {
    dnn_optimiser *o = dnnlua_check_optimiser(L);
    const dnn_optimiser_class *kind = dnn_optimiser_kind(o);
    dnn_setting settings[DNN_MAX_FIELDS] = {{0}};
    size_t vectors;
    dnn_error err;

    lua_settop(L, 2);
    read_settings(L, kind, settings);
    uint64_t steps = (uint64_t)read_count(L, kind->name, "steps");
    const dnn_group *groups = push_groups(L, o);
    void *state = push_vectors(L, o, &vectors);
    dnnlua_check(L, dnn_optimiser_restore(o, settings, groups, steps, state, vectors, &err), &err);
    lua_setiuservalue(L, 1, OPTIMISER_STATE);
    return 0;
}
