/* optimiser.c: dnn.optim: constructors from the registry, step, settings that can change between
 * steps.
 *
 * An optimiser keeps its Parameters objects alive, and with them their networks, and its free
 * matrices; its state is a block of Lua's memory. A network may be closed while the optimiser is
 * there: every method looks first. */
#include "bindings/nn/optimiser.h"

#include <string.h>

#include "bindings/handle.h"
#include "bindings/run/run.h"
#include "bindings/tape/tape.h"
#include "nn/registry.h"

#define MADE "made optimiser" /* the metatable of OPTIMISER_MADE, never handed out */

/* --- whether it can be used --- */

typedef struct known {
    const dnn_optimiser *optimiser;
    bool all;
} known;

static void look_for(void *context, dnn_parameters *p, size_t first, size_t count) {
    known *k = context;
    (void)first, (void)count;
    k->all = k->all && dnn_optimiser_has(k->optimiser, p);
}

/* Raises unless the networks of all members of the optimiser at index are open and the same. */
static void require_open(lua_State *L, int index, const dnn_optimiser *optimiser) {
    int top = lua_gettop(L);
    known k = {optimiser, true};

    lua_getiuservalue(L, index, OPTIMISER_MEMBERS);
    lua_Integer count = (lua_Integer)lua_rawlen(L, -1);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, -1, i);
        dnnlua_test_members(L, lua_gettop(L), look_for, &k);
        lua_pop(L, 1);
    }
    if (!k.all) {
        luaL_error(L,
                   "%s: a layer whose parameters it steps has since become part of another "
                   "network; make a new optimiser of that network's parameters",
                   dnn_optimiser_kind(optimiser)->name);
    }
    lua_settop(L, top);
}

dnn_optimiser *dnnlua_test_optimiser(lua_State *L, int index) {
    dnnlua_optimiser *self = dnnlua_test_object(L, index, DNNLUA_OPTIMISER);

    if (self == NULL)
        return NULL;
    if (*self->made == NULL)
        luaL_error(L, "this optimiser is closed");
    if (!self->filled || self->looked != dnnlua_networks_closed()) {
        require_open(L, index, *self->made);
        self->looked = dnnlua_networks_closed();
    }
    return *self->made;
}

dnn_optimiser *dnnlua_check_optimiser(lua_State *L) {
    dnnlua_check_self(L, DNNLUA_OPTIMISER, "opt");
    return dnnlua_test_optimiser(L, 1);
}

/* --- making one --- */

void dnnlua_optimiser_attach_state(lua_State *L, int index) {
    dnnlua_optimiser *self = lua_touserdata(L, index);
    dnn_optimiser *o = *self->made;
    void *state = NULL;
    size_t bytes, room = 0;
    dnn_error err;

    while ((bytes = dnn_optimiser_state_bytes(o, dnn_optimiser_vectors_needed(o))) > room ||
           state == NULL) { /* again, as a finaliser may have changed a setting */
        state = dnnlua_new_block(L, bytes);
        room = bytes;
    }
    size_t kept = dnn_optimiser_vectors(o);
    const void *before = kept > 0 ? dnn_optimiser_vector(o, 0).data : NULL;
    dnnlua_check(L, dnn_optimiser_attach(o, state, &err), &err);
    if (before != NULL)
        memcpy(state, before, dnn_optimiser_state_bytes(o, kept));
    lua_setiuservalue(L, index, OPTIMISER_STATE); /* what it held before may go from here on */
}

static int destroy_made(lua_State *L) {
    dnn_optimiser **made = luaL_checkudata(L, 1, MADE);

    dnn_optimiser_destroy(*made);
    *made = NULL;
    return 0;
}

/* Pushes an optimiser without members. */
static dnnlua_optimiser *push_new(lua_State *L, const dnn_optimiser_class *kind) {
    dnn_error err;
    dnnlua_optimiser *self = lua_newuserdatauv(L, sizeof *self, OPTIMISER_USER_VALUES);
    dnn_optimiser **made = dnnlua_new_handle(L, MADE);

    *self = (dnnlua_optimiser){.type = DNNLUA_OPTIMISER, .made = made};
    lua_setiuservalue(L, -2, OPTIMISER_MADE);
    luaL_setmetatable(L, DNNLUA_OPTIMISER);
    dnnlua_check(L, dnn_optimiser_create(made, kind, &err), &err);
    return self;
}

/* dnn.optim.SGD(net:parameters(), {lr = 0.1}); upvalue: the class. */
static int optimiser_new(lua_State *L) {
    const dnn_optimiser_class *kind = lua_touserdata(L, lua_upvalueindex(1));
    dnn_setting settings[DNN_MAX_FIELDS] = {{0}};
    dnn_error err;

    lua_settop(L, 2);
    dnnlua_optimiser *self = push_new(L, kind);
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, 3, OPTIMISER_GIVEN);
    lua_newtable(L);
    lua_setiuservalue(L, 3, OPTIMISER_MEMBERS);
    dnnlua_optimiser_fill(L, 3, 1);
    dnnlua_read_fields(L, 2, kind->name, kind->fields, settings, NULL);
    for (size_t i = 0; i < dnn_field_count(kind->fields); i++)
        dnnlua_check(L, dnn_optimiser_set(*self->made, i, settings[i], &err), &err);
    dnnlua_test_optimiser(L, 3); /* reading the options may have closed a network */
    dnnlua_optimiser_attach_state(L, 3);
    self->filled = true;
    lua_settop(L, 3);
    return 1;
}

/* --- steps --- */

/* The runs that watch its networks show the step that was refused. */
static void show_not_finite(lua_State *L, const dnn_error *err) {
    lua_getiuservalue(L, 1, OPTIMISER_MEMBERS);
    int members = lua_gettop(L);
    lua_Integer count = (lua_Integer)lua_rawlen(L, members);

    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, members, i);
        if (dnnlua_test_matrix(L, -1) == NULL) {
            dnnlua_push_network_of(L, lua_gettop(L));
            dnnlua_run_not_finite(L, lua_gettop(L), err);
        }
        lua_settop(L, members);
    }
}

/* The free matrices among the members, after their numbers or gradients have changed. */
static void note_matrices(lua_State *L, void (*note)(dnnlua_matrix *m)) {
    if (!((const dnnlua_optimiser *)lua_touserdata(L, 1))->matrices)
        return;
    lua_getiuservalue(L, 1, OPTIMISER_MEMBERS);
    lua_Integer count = (lua_Integer)lua_rawlen(L, -1);

    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, -1, i);
        const dnn_matrix *m = dnnlua_test_matrix(L, -1);
        if (m != NULL)
            note(dnnlua_matrix_of(m));
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
}

static void note_step(dnnlua_matrix *m) {
    if (m->version != NULL)
        (*m->version)++;
    if (m->node != NULL && m->node->fresh)
        m->node->gradient_seen = *m->node->gradient_version;
}

static void note_zero(dnnlua_matrix *m) {
    if (m->node != NULL)
        dnn_node_zero_gradient(m->node);
}

/* opt:step() */
static int optimiser_step(lua_State *L) {
    dnn_optimiser *o = dnnlua_check_optimiser(L);
    dnn_error err;
    dnn_status status = dnn_optimiser_step(o, &err);

    if (status == DNN_ERROR_NUMERIC) {
        dnn_fail_context(&err, status, "%s: ", dnn_optimiser_kind(o)->name);
        show_not_finite(L, &err);
    }
    dnnlua_check(L, status, &err);
    note_matrices(L, note_step);
    return 0;
}

/* opt:zero_grad() */
static int optimiser_zero_grad(lua_State *L) {
    dnn_optimiser_zero_grad(dnnlua_check_optimiser(L));
    note_matrices(L, note_zero);
    return 0;
}

/* --- as text --- */

/* Pushes "\n  group 2(lr = 0.01)", the settings that the group overrides, or "". */
static void push_overrides(lua_State *L, const dnn_optimiser *optimiser, size_t group) {
    const dnn_field *all = dnn_optimiser_kind(optimiser)->fields;
    dnn_field fields[DNN_MAX_FIELDS + 1] = {{0}};
    dnn_setting values[DNN_MAX_FIELDS];
    size_t count = 0;

    for (size_t i = 0; i < dnn_field_count(all); i++) {
        if (dnn_optimiser_overrides(optimiser, group, i)) {
            values[count] = dnn_optimiser_group_settings(optimiser, group)[i];
            fields[count++] = all[i];
        }
    }
    if (count == 0) {
        lua_pushliteral(L, "");
        return;
    }
    lua_pushfstring(L, "\n  group %d", (int)group + 1);
    dnnlua_push_settings_text(L, lua_tostring(L, -1), fields, values);
    lua_remove(L, -2);
}

/* "SGD(lr = 0.1, ...)", and a line for each group that overrides something. */
static int optimiser_tostring(lua_State *L) {
    const dnnlua_optimiser *self = luaL_checkudata(L, 1, DNNLUA_OPTIMISER);
    const dnn_optimiser *o = *self->made;

    if (o == NULL) {
        lua_pushliteral(L, "Optimiser (closed)");
        return 1;
    }
    const dnn_optimiser_class *kind = dnn_optimiser_kind(o);
    dnnlua_push_settings_text(L, kind->name, kind->fields, dnn_optimiser_settings(o));
    for (size_t g = 0; g < dnn_optimiser_groups(o); g++) {
        push_overrides(L, o, g);
        lua_concat(L, 2);
    }
    return 1;
}

/* --- fields --- */

static dnn_optimiser *of(void *self) {
    return *((dnnlua_optimiser *)self)->made;
}

static const char *title(lua_State *L, void *self) {
    (void)L;
    return of(self) != NULL ? dnn_optimiser_kind(of(self))->name : "Optimiser";
}

static const dnn_field *fields(void *self, const dnn_setting **values) {
    if (of(self) == NULL)
        return NULL;
    *values = dnn_optimiser_settings(of(self));
    return dnn_optimiser_kind(of(self))->fields;
}

static void get_name(lua_State *L, void *self) {
    lua_pushstring(L, title(L, self));
}

static void get_steps(lua_State *L, void *self) {
    lua_pushinteger(L, of(self) != NULL ? (lua_Integer)dnn_optimiser_steps(of(self)) : 0);
}

static void get_parameters(lua_State *L, void *self) {
    (void)self;
    lua_getiuservalue(L, 1, OPTIMISER_GIVEN);
}

static void get_groups(lua_State *L, void *self) {
    (void)self;
    lua_getiuservalue(L, 1, OPTIMISER_GROUPS);
}

static void get_check_finite(lua_State *L, void *self) {
    lua_pushboolean(L, of(self) != NULL && dnn_optimiser_checks_finite(of(self)));
}

static void set_check_finite(lua_State *L, void *self) {
    bool check = dnnlua_check_flag(L, title(L, self), "check_finite");
    dnn_optimiser_set_check_finite(dnnlua_test_optimiser(L, 1), check);
}

/* opt.lr = 0.01. Momentum that is switched on later starts from rest, as at the first step; other
 * state stays. */
static void set_field(lua_State *L, void *self, size_t field) {
    dnn_optimiser *o = dnnlua_test_optimiser(L, 1);
    dnn_setting values[DNN_MAX_FIELDS];
    dnn_error err;

    dnnlua_set_field(L, title(L, self), dnn_optimiser_kind(o)->fields, values, field);
    dnnlua_check(L, dnn_optimiser_set(o, field, values[field], &err), &err);
    if (dnn_optimiser_vectors_needed(o) > dnn_optimiser_vectors(o))
        dnnlua_optimiser_attach_state(L, 1);
}

static const dnnlua_property properties[] = {
    {"name",         get_name,         NULL            },
    {"parameters",   get_parameters,   NULL            },
    {"groups",       get_groups,       NULL            },
    {"steps",        get_steps,        NULL            },
    {"check_finite", get_check_finite, set_check_finite},
    {NULL,           NULL,             NULL            },
};

/* --- the class --- */

static const dnnlua_function methods[] = {
    {"step",            optimiser_step,                   1},
    {"zero_grad",       optimiser_zero_grad,              1},
    {"state_dict",      dnnlua_optimiser_state_dict,      1},
    {"load_state_dict", dnnlua_optimiser_load_state_dict, 2},
    {NULL,              NULL,                             0},
};

static const luaL_Reg metamethods[] = {
    {"__tostring", optimiser_tostring},
    {NULL,         NULL              },
};

static const dnnlua_class class = {
    .type = DNNLUA_OPTIMISER,
    .group = "optimiser",
    .title = title,
    .methods = methods,
    .metamethods = metamethods,
    .properties = properties,
    .fields = fields,
    .set_field = set_field,
};

void dnnlua_open_optimiser(lua_State *L) {
    lua_newtable(L);
    for (size_t i = 0; dnn_optimiser_classes[i] != NULL; i++) {
        dnnlua_add_constructor(L, optimiser_new, dnn_optimiser_classes[i],
                               dnn_optimiser_classes[i]->name, dnn_optimiser_classes[i]->fields, 1);
    }
    lua_setfield(L, -2, "_optim"); /* dnn.optim, with what is written in Lua */
    dnnlua_define_handle(L, MADE, destroy_made, NULL);
    dnnlua_open_class(L, &class);
    dnnlua_open_optimiser_group(L);
    dnnlua_open_optimiser_keeping(L);
}
