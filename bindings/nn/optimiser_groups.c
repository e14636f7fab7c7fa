/* optimiser_groups.c: what an optimiser steps: parameters of networks and free matrices, in groups.
 *
 *     net:parameters()                                            one group
 *     {net:parameters(), other:parameters()}                      one group of several
 *     {{params = net[3]:parameters(), lr = 0.01}, {params = {W, b}, grads = {dW, db}}}
 *
 * A group is an object, opt.groups[i], whose settings can be read and set; setting one to nil lets
 * go of what the group overrides. */
#include <string.h>

#include "bindings/nn/network.h"
#include "bindings/nn/optimiser.h"
#include "bindings/tape/tape.h"

/* --- members --- */

typedef struct adding {
    dnn_optimiser *optimiser; /* NULL: only looks */
    dnn_status status;
    dnn_error err;
} adding;

static void add_part(void *context, dnn_parameters *p, size_t first, size_t count) {
    adding *a = context;
    if (a->optimiser != NULL && a->status == DNN_OK)
        a->status = dnn_optimiser_add(a->optimiser, p, first, count, &a->err);
}

static bool is_parameters(lua_State *L, int index) {
    adding look = {.optimiser = NULL};
    return dnnlua_test_members(L, index, add_part, &look);
}

/* Keeps the value at index alive as long as the optimiser at `self`. */
static void keep(lua_State *L, int self, int index) {
    index = lua_absindex(L, index);
    lua_getiuservalue(L, self, OPTIMISER_MEMBERS);
    lua_pushvalue(L, index);
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
    lua_pop(L, 1);
}

static void keep_matrix(lua_State *L, int self, int index) {
    keep(L, self, index);
    ((dnnlua_optimiser *)lua_touserdata(L, self))->matrices = true;
}

static dnn_optimiser *optimiser_at(lua_State *L, int self) {
    return *((dnnlua_optimiser *)lua_touserdata(L, self))->made;
}

static void add_parameters(lua_State *L, int self, int index) {
    adding a = {.optimiser = optimiser_at(L, self), .status = DNN_OK};

    keep(L, self, index);
    dnnlua_test_members(L, index, add_part, &a);
    dnnlua_check(L, a.status, &a.err);
}

/* Adds the leaf at `values`, which requires a gradient. */
static void add_tracked(lua_State *L, int self, int values, const char *owner) {
    const dnn_matrix *m = dnnlua_test_matrix(L, values);
    dnn_node *node = dnnlua_matrix_of(m)->node;
    dnn_error err;

    if (node->layer != NULL) {
        luaL_error(L,
                   "%s: a Matrix of the list is the result of %s; an optimiser takes matrices that "
                   "were not computed from others",
                   owner, dnn_operator_name(node->layer->kind));
    }
    keep_matrix(L, self, values);
    dnnlua_check(
        L, dnn_optimiser_add_tracked(optimiser_at(L, self), m, &node->gradient, &node->fresh, &err),
        &err);
}

/* Adds the matrix at `values` and its gradient, the element of that number of the list at `grads`.
 */
static void add_matrix(lua_State *L, int self, int values, int grads, lua_Integer number,
                       const char *owner) {
    const dnn_matrix *m = dnnlua_test_matrix(L, values);
    dnn_node *node = dnnlua_matrix_of(m)->node;
    dnn_error err;

    if (node != NULL && !lua_istable(L, grads)) {
        add_tracked(L, self, values, owner);
        return;
    }
    if (!lua_istable(L, grads)) {
        luaL_error(L,
                   "%s: matrices need gradients; have autograd compute them, W:requires_grad_(), "
                   "or give them too: {params = {W, b}, grads = {dW, db}}",
                   owner);
    }
    lua_rawgeti(L, grads, number);
    const dnn_matrix *gradient = dnnlua_test_matrix(L, -1);
    if (gradient == NULL) {
        luaL_error(L, "%s: grads must hold a Matrix for each of params; number %d is %s", owner,
                   (int)number, dnnlua_got(L, -1));
        return;
    }
    keep_matrix(L, self, values);
    keep_matrix(L, self, -1);
    dnnlua_check(L, dnn_optimiser_add_matrix(optimiser_at(L, self), m, gradient, &err), &err);
    lua_pop(L, 1);
}

/* Adds all of the list at `params`; `grads` is the index of the list of the matrices' gradients or
 * of nil. */
static void add_list(lua_State *L, int self, int params, int grads, const char *owner) {
    lua_Integer count = (lua_Integer)dnnlua_list_length(L, params, owner, "params");
    lua_Integer gradients =
        lua_istable(L, grads) ? (lua_Integer)dnnlua_list_length(L, grads, owner, "grads") : 0;
    int top = lua_gettop(L);

    if (count == 0)
        luaL_error(L, "%s: the list of parameters is empty", owner);
    if (gradients > count) {
        luaL_error(L, "%s: params holds %d matrices, and grads %d", owner, (int)count,
                   (int)gradients);
    }
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, params, i);
        if (is_parameters(L, top + 1)) {
            add_parameters(L, self, top + 1);
        } else if (dnnlua_test_matrix(L, top + 1) != NULL) {
            add_matrix(L, self, top + 1, grads, i, owner);
        } else {
            luaL_error(
                L, "%s: number %d of the list must be net:parameters()%s, got %s", owner, (int)i,
                lua_istable(L, grads) ? " or a Matrix" : " or a group, {params = ..., lr = ...}",
                dnnlua_got(L, top + 1));
        }
        lua_settop(L, top);
    }
}

/* --- groups --- */

/* Pushes the list that a field of the group at index is: a list as it is, anything else but nil as
 * a list of one. */
static void push_list(lua_State *L, int group, const char *name) {
    lua_getfield(L, group, name);
    if (!lua_istable(L, -1) && !lua_isnil(L, -1)) {
        lua_createtable(L, 1, 0);
        lua_insert(L, -2);
        lua_rawseti(L, -2, 1);
    }
}

static void check_group_options(lua_State *L, int group, const char *owner,
                                const dnn_field *fields) {
    const char *known[DNN_MAX_FIELDS + 3] = {"params", "grads"};

    for (size_t i = 0; i < dnn_field_count(fields); i++)
        known[i + 2] = fields[i].name;
    dnnlua_check_options(L, group, owner, known);
}

/* The settings of the group at index, which it overrides. */
static void set_overrides(lua_State *L, int self, int group, size_t number, const char *owner) {
    dnn_optimiser *o = optimiser_at(L, self);
    const dnn_field *fields = dnn_optimiser_kind(o)->fields;
    dnn_setting values[DNN_MAX_FIELDS];
    dnn_error err;

    for (size_t i = 0; i < dnn_field_count(fields); i++) {
        if (lua_getfield(L, group, fields[i].name) != LUA_TNIL) {
            dnnlua_set_field(L, owner, fields, values, i);
            dnnlua_check(L, dnn_optimiser_set_group(o, number, i, values[i], &err), &err);
        }
        lua_pop(L, 1);
    }
}

/* Adds the group, a table at index, as number `number`, from 0. */
static void add_group(lua_State *L, int self, int group, size_t number) {
    const dnn_optimiser_class *kind = dnn_optimiser_kind(optimiser_at(L, self));
    dnn_error err;
    int top = lua_gettop(L);

    const char *owner = lua_pushfstring(L, "%s: group %d", kind->name, (int)number + 1);
    check_group_options(L, group, owner, kind->fields);
    if (number > 0)
        dnnlua_check(L, dnn_optimiser_add_group(optimiser_at(L, self), &err), &err);
    push_list(L, group, "params");
    push_list(L, group, "grads");
    if (lua_isnil(L, top + 2))
        luaL_error(L, "%s: params is missing, as in {params = net:parameters(), lr = 0.1}", owner);
    add_list(L, self, top + 2, top + 3, owner);
    set_overrides(L, self, group, number, owner);
    lua_settop(L, top);
}

static bool has_names(lua_State *L, int table) {
    int top = lua_gettop(L);
    bool named = false;

    lua_pushnil(L);
    while (!named && lua_next(L, table) != 0) {
        named = lua_type(L, -2) == LUA_TSTRING;
        lua_pop(L, 1);
    }
    lua_settop(L, top);
    return named;
}

static void raise_not_parameters(lua_State *L, int given, const char *name) {
    bool group = false;

    if (lua_istable(L, given)) {
        lua_pushliteral(L, "params");
        group = lua_rawget(L, given) != LUA_TNIL;
    }
    luaL_error(L, "%s: expected net:parameters(), got %s%s%s", name, dnnlua_got(L, given),
               group                      ? "; groups come in a list: {{params = ...}}"
               : lua_istable(L, given)    ? "; the options come after it, in a table of their own"
               : lua_isfunction(L, given) ? "; methods take a colon"
                                          : "",
               dnnlua_push_usage(L));
}

static void fill_list(lua_State *L, int self, int given) {
    const char *name = dnn_optimiser_kind(optimiser_at(L, self))->name;
    lua_Integer count = (lua_Integer)dnnlua_list_length(L, given, name, "params");

    lua_rawgeti(L, given, 1);
    bool groups = lua_istable(L, -1);
    lua_pop(L, 1);
    lua_pushnil(L); /* no gradients */
    if (!groups)
        add_list(L, self, given, lua_gettop(L), name);
    for (lua_Integer i = 1; groups && i <= count; i++) {
        lua_rawgeti(L, given, i);
        if (!lua_istable(L, -1)) {
            luaL_error(L,
                       "%s: number %d of the list must be a group, {params = ...}, as the first "
                       "is, got %s",
                       name, (int)i, dnnlua_got(L, -1));
        }
        add_group(L, self, lua_gettop(L), (size_t)i - 1);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

/* --- groups as objects --- */

typedef struct dnnlua_group {
    dnnlua_optimiser *of; /* kept alive by the user value */
    size_t number;        /* from 0 */
} dnnlua_group;

static void make_groups(lua_State *L, int self) {
    size_t count = dnn_optimiser_groups(optimiser_at(L, self));

    lua_createtable(L, (int)count, 0);
    for (size_t g = 0; g < count; g++) {
        dnnlua_group *group = lua_newuserdatauv(L, sizeof *group, 1);
        *group = (dnnlua_group){lua_touserdata(L, self), g};
        lua_pushvalue(L, self);
        lua_setiuservalue(L, -2, 1);
        luaL_setmetatable(L, DNNLUA_GROUP);
        lua_rawseti(L, -2, (lua_Integer)g + 1);
    }
    lua_setiuservalue(L, self, OPTIMISER_GROUPS);
}

void dnnlua_optimiser_fill(lua_State *L, int self, int given) {
    const char *name = dnn_optimiser_kind(optimiser_at(L, self))->name;

    if (is_parameters(L, given))
        add_parameters(L, self, given);
    else if (lua_istable(L, given) && !has_names(L, given))
        fill_list(L, self, given);
    else
        raise_not_parameters(L, given, name);
    make_groups(L, self);
}

/* The optimiser of the group at 1, which is open; it is pushed. */
static dnn_optimiser *open_of(lua_State *L) {
    lua_getiuservalue(L, 1, 1);
    return dnnlua_test_optimiser(L, lua_gettop(L));
}

static const dnn_field *fields(void *self, const dnn_setting **values) {
    const dnnlua_group *group = self;
    const dnn_optimiser *o = *group->of->made;

    if (o == NULL)
        return NULL;
    *values = dnn_optimiser_group_settings(o, group->number);
    return dnn_optimiser_kind(o)->fields;
}

/* group.lr = 0.01, or nil: as the optimiser's. */
static void set_field(lua_State *L, void *self, size_t field) {
    size_t number = ((dnnlua_group *)self)->number;
    dnn_optimiser *o = open_of(L);
    const dnn_optimiser_class *kind = dnn_optimiser_kind(o);
    int optimiser = lua_gettop(L);
    dnn_setting values[DNN_MAX_FIELDS];
    dnn_error err;

    if (lua_isnil(L, 3)) {
        dnn_optimiser_inherit(o, number, field);
    } else {
        lua_pushvalue(L, 3);
        dnnlua_set_field(L, kind->name, kind->fields, values, field);
        dnnlua_check(L, dnn_optimiser_set_group(o, number, field, values[field], &err), &err);
    }
    if (dnn_optimiser_vectors_needed(o) > dnn_optimiser_vectors(o))
        dnnlua_optimiser_attach_state(L, optimiser);
}

/* What the script gave as the group's params. */
static void get_params(lua_State *L, void *self) {
    size_t number = ((dnnlua_group *)self)->number;

    lua_getiuservalue(L, 1, 1);
    lua_getiuservalue(L, -1, OPTIMISER_GIVEN);
    if (lua_istable(L, -1) && lua_rawgeti(L, -1, (lua_Integer)number + 1) == LUA_TTABLE) {
        lua_pushliteral(L, "params");
        lua_rawget(L, -2);
    } else if (lua_istable(L, -2)) {
        lua_pop(L, 1); /* a plain list is the one group */
    }
}

/* The settings that the group does not share with the optimiser, by name. */
static void get_own(lua_State *L, void *self) {
    const dnnlua_group *group = self;
    const dnn_setting *values = NULL;
    const dnn_field *of_class = fields(self, &values);

    lua_newtable(L);
    for (size_t i = 0; i < dnn_field_count(of_class); i++) {
        if (dnn_optimiser_overrides(*group->of->made, group->number, i)) {
            dnnlua_push_setting(L, &of_class[i], &values[i]);
            lua_setfield(L, -2, of_class[i].name);
        }
    }
}

static const char *title(lua_State *L, void *self) {
    return lua_pushfstring(L, "group %d", (int)((dnnlua_group *)self)->number + 1);
}

/* "group 2(lr = 0.01, momentum = 0.9, ...)": what it works with. */
static int group_tostring(lua_State *L) {
    void *self = luaL_checkudata(L, 1, DNNLUA_GROUP);
    const dnn_setting *values = NULL;
    const dnn_field *of_class = fields(self, &values);

    dnnlua_push_settings_text(L, title(L, self), of_class, values);
    return 1;
}

static const dnnlua_property properties[] = {
    {"params", get_params, NULL},
    {"own",    get_own,    NULL},
    {NULL,     NULL,       NULL},
};

static const luaL_Reg metamethods[] = {
    {"__tostring", group_tostring},
    {NULL,         NULL          },
};

static const dnnlua_class class = {
    .type = DNNLUA_GROUP,
    .group = "optimiser",
    .title = title,
    .metamethods = metamethods,
    .properties = properties,
    .fields = fields,
    .set_field = set_field,
};

void dnnlua_open_optimiser_group(lua_State *L) {
    dnnlua_open_class(L, &class);
}
