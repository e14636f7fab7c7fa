/* optimiser.c: dnn.optim: constructors from the registry, step, settings that can change between
 * steps.
 *
 * An optimiser keeps the Parameters object alive, and with it the network; its state is a block of
 * Lua's memory. */
#include <stdio.h>
#include <string.h>

#include "nn/registry.h"
#include "bindings/run/run.h"

enum { OPTIMISER_PARAMETERS = 1, OPTIMISER_STATE };

/* The optimiser at index, whose network is open. */
static dnn_optimiser *open_optimiser(lua_State *L, int index) {
    dnn_optimiser *self = lua_touserdata(L, index);

    lua_getiuservalue(L, index, OPTIMISER_PARAMETERS);
    self->parameters = dnnlua_test_parameters(L, -1);
    lua_pop(L, 1);
    return self;
}

static dnn_optimiser *check_optimiser(lua_State *L) {
    dnnlua_check_self(L, DNNLUA_OPTIMISER, "opt");
    return open_optimiser(L, 1);
}

/* Gives the optimiser at index zeroed state for its settings. */
static void attach_state(lua_State *L, int index) {
    dnn_error err;
    void *state = dnnlua_new_block(L, dnn_optimiser_state_bytes(open_optimiser(L, index)));

    lua_setiuservalue(L, index, OPTIMISER_STATE);
    dnnlua_check(L, dnn_optimiser_attach(open_optimiser(L, index), state, &err), &err);
}

/* dnn.optim.SGD(net:parameters(), {lr = 0.1}); upvalue: the class. */
static int optimiser_new(lua_State *L) {
    const dnn_optimiser_class *kind = lua_touserdata(L, lua_upvalueindex(1));
    double settings[DNN_MAX_FIELDS] = {0};

    if (dnnlua_test_parameters(L, 1) == NULL) {
        return luaL_error(L, "%s: expected net:parameters(), got %s%s", kind->name,
                          dnnlua_got(L, 1),
                          lua_istable(L, 1)      ? "; the options come behind it, in a table of "
                                                   "their own"
                          : lua_isfunction(L, 1) ? "; methods take a colon"
                                                 : "");
    }
    dnnlua_read_fields(L, 2, kind->name, kind->fields, settings, NULL);
    dnn_optimiser *self = lua_newuserdatauv(L, sizeof *self, OPTIMISER_STATE);
    dnn_optimiser_init(self, kind, dnnlua_test_parameters(L, 1));
    memcpy(self->settings, settings, sizeof settings);
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, OPTIMISER_PARAMETERS);
    luaL_setmetatable(L, DNNLUA_OPTIMISER);
    attach_state(L, lua_gettop(L));
    return 1;
}

/* opt:step() */
static int optimiser_step(lua_State *L) {
    dnn_optimiser *self = check_optimiser(L);
    dnn_error err;

    dnnlua_require_gradients(L, self->parameters, self->kind->name);
    dnn_status status = dnn_optimiser_step(self, &err);
    if (status == DNN_ERROR_NUMERIC) {
        dnn_fail_context(&err, status, "%s: ", self->kind->name);
        lua_getiuservalue(L, 1, OPTIMISER_PARAMETERS);
        dnnlua_push_network_of(L, -1);
        dnnlua_run_not_finite(L, lua_gettop(L), &err);
    }
    dnnlua_check(L, status, &err);
    return 0;
}

/* opt:zero_grad() */
static int optimiser_zero_grad(lua_State *L) {
    dnn_parameters_zero_grad(check_optimiser(L)->parameters);
    return 0;
}

/* --- state --- */

/* State vector k, counted from 0, as a column. */
static dnn_matrix state_vector(const dnn_parameters *p, void *state, size_t k) {
    size_t bytes = p->count * dnn_dtype_info(p->dtype)->size;
    return dnn_matrix_of(p->dtype, p->count, 1, (char *)state + k * bytes);
}

/* opt:state_dict(): its name, settings and steps, and the state vectors as "state.1", ... */
static int optimiser_state_dict(lua_State *L) {
    const dnn_optimiser *self = check_optimiser(L);
    const dnn_field *fields = self->kind->fields;
    dnn_error err;

    lua_newtable(L);
    lua_pushstring(L, self->kind->name);
    lua_setfield(L, 2, "name");
    lua_pushinteger(L, (lua_Integer)self->steps);
    lua_setfield(L, 2, "steps");
    for (size_t i = 0; i < dnn_field_count(fields); i++) {
        dnnlua_push_setting(L, &fields[i], self->settings[i]);
        lua_setfield(L, 2, fields[i].name);
    }
    for (size_t k = 0; k < self->vectors; k++) {
        lua_pushfstring(L, "state.%I", (lua_Integer)k + 1);
        dnn_matrix *copy =
            dnnlua_new_matrix(L, self->parameters->dtype, self->parameters->count, 1);
        dnn_matrix vector = state_vector(check_optimiser(L)->parameters, self->state, k);
        dnnlua_check(L, dnn_matrix_copy(copy, &vector, &err), &err);
        lua_rawset(L, 2);
    }
    return 1;
}

/* What the table at 2 holds under that name; runs nothing of the script's. */
static int get_state(lua_State *L, const char *name) {
    lua_pushstring(L, name);
    return lua_rawget(L, 2);
}

/* Checks that the table at 2 is of this class, and reads settings and steps. */
static uint64_t read_state(lua_State *L, const dnn_optimiser_class *kind, double *settings) {
    int whole;

    if (!lua_istable(L, 2)) {
        luaL_error(L, "%s: load_state_dict: expected a table as from state_dict, got %s",
                   kind->name, dnnlua_got(L, 2));
    }
    if (get_state(L, "name") != LUA_TSTRING || strcmp(lua_tostring(L, -1), kind->name) != 0) {
        luaL_error(L, "%s: load_state_dict: this is the state of another optimiser, %s", kind->name,
                   dnnlua_got(L, -1));
    }
    get_state(L, "steps");
    lua_Integer steps = lua_tointegerx(L, -1, &whole);
    if (!whole || steps < 0) {
        luaL_error(L, "%s: load_state_dict: steps must be a whole number >= 0, got %s", kind->name,
                   dnnlua_got(L, -1));
    }
    dnn_field_defaults(kind->fields, settings);
    for (size_t i = 0; i < dnn_field_count(kind->fields); i++) {
        get_state(L, kind->fields[i].name);
        dnnlua_set_field(L, kind->name, kind->fields, settings, i);
    }
    lua_settop(L, 2);
    return (uint64_t)steps;
}

/* Pushes a block with the state vectors of the table at 2. */
static void *push_vectors(lua_State *L, const char *owner, size_t *vectors) {
    const dnn_parameters *p = check_optimiser(L)->parameters;
    char name[32];

    for (*vectors = 0;; ++*vectors) {
        snprintf(name, sizeof name, "state.%zu", *vectors + 1);
        if (get_state(L, name) == LUA_TNIL) {
            break;
        }
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    void *state = dnnlua_new_block(L, *vectors * p->count * dnn_dtype_info(p->dtype)->size);
    p = check_optimiser(L)->parameters;
    for (size_t k = 0; k < *vectors; k++) {
        dnn_matrix vector = state_vector(p, state, k);
        snprintf(name, sizeof name, "state.%zu", k + 1);
        get_state(L, name);
        dnnlua_assign(L, lua_gettop(L), owner, name, &vector);
        lua_pop(L, 1);
    }
    return state;
}

/* opt:load_state_dict(t): takes over all, or raises and changes nothing. */
static int optimiser_load_state_dict(lua_State *L) {
    const dnn_optimiser_class *kind = check_optimiser(L)->kind;
    double settings[DNN_MAX_FIELDS] = {0};
    size_t vectors;
    dnn_error err;

    lua_settop(L, 2);
    uint64_t steps = read_state(L, kind, settings);
    void *state = push_vectors(L, kind->name, &vectors);
    dnnlua_check(
        L, dnn_optimiser_restore(check_optimiser(L), settings, steps, state, vectors, &err), &err);
    lua_setiuservalue(L, 1, OPTIMISER_STATE);
    return 0;
}

static const luaL_Reg methods[] = {
    {"step",            optimiser_step           },
    {"zero_grad",       optimiser_zero_grad      },
    {"state_dict",      optimiser_state_dict     },
    {"load_state_dict", optimiser_load_state_dict},
    {NULL,              NULL                     },
};

/* --- fields --- */

static int no_such_field(lua_State *L, const dnn_optimiser *self, const char *name) {
    static const char *const fields[] = {"name", "parameters", "steps", "check_finite", NULL};
    dnnlua_nearest nearest = {.wanted = name, .group = "optimiser"};

    dnnlua_offer(&nearest, methods, fields);
    for (size_t i = 0; i < dnn_field_count(self->kind->fields); i++) {
        dnnlua_nearest_offer(&nearest, self->kind->fields[i].name);
    }
    return dnnlua_no_such_field(L, self->kind->name, &nearest);
}

/* opt.lr and the other settings, opt.steps, opt.check_finite, opt.name, opt.parameters, or a method
 * (upvalue 1 holds them). */
static int optimiser_index(lua_State *L) {
    const dnn_optimiser *self = luaL_checkudata(L, 1, DNNLUA_OPTIMISER);
    const char *name = dnnlua_field_name(L, 2);

    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) {
        return 1;
    }
    if (strcmp(name, "steps") == 0) {
        lua_pushinteger(L, (lua_Integer)self->steps);
    } else if (strcmp(name, "check_finite") == 0) {
        lua_pushboolean(L, self->check_finite);
    } else if (strcmp(name, "name") == 0) {
        lua_pushstring(L, self->kind->name);
    } else if (strcmp(name, "parameters") == 0) {
        lua_getiuservalue(L, 1, OPTIMISER_PARAMETERS);
    } else if (!dnnlua_push_setting_named(L, self->kind->fields, self->settings, name)) {
        return no_such_field(L, self, name);
    }
    return 1;
}

/* opt.lr = 0.01. Momentum that is switched on later starts from rest, as at the first step. */
static int optimiser_newindex(lua_State *L) {
    const char *name = dnnlua_field_name(L, 2);
    dnn_optimiser *self = check_optimiser(L);
    const dnn_optimiser_class *kind = self->kind;
    int i = dnn_field_find(kind->fields, name);

    if (strcmp(name, "check_finite") == 0) {
        if (!lua_isboolean(L, 3)) {
            return luaL_error(L, "%s: check_finite must be true or false, got %s", kind->name,
                              dnnlua_got(L, 3));
        }
        self->check_finite = lua_toboolean(L, 3);
        return 0;
    }
    if (strcmp(name, "steps") == 0 || strcmp(name, "name") == 0 ||
        strcmp(name, "parameters") == 0) {
        return luaL_error(L, "%s: '%s' cannot be set", kind->name, name);
    }
    if (i < 0) {
        return no_such_field(L, self, name);
    }
    lua_pushvalue(L, 3);
    dnnlua_set_field(L, kind->name, kind->fields, self->settings, (size_t)i);
    if (kind->state_vectors(self->settings) > self->vectors) {
        attach_state(L, 1);
    }
    return 0;
}

static int optimiser_tostring(lua_State *L) {
    const dnn_optimiser *self = luaL_checkudata(L, 1, DNNLUA_OPTIMISER);
    dnnlua_push_settings_text(L, self->kind->name, self->kind->fields, self->settings);
    return 1;
}

/* --- the class --- */

static const luaL_Reg metamethods[] = {
    {"__newindex", optimiser_newindex},
    {"__tostring", optimiser_tostring},
    {NULL,         NULL              },
};

void dnnlua_open_optimiser(lua_State *L) {
    lua_newtable(L);
    for (size_t i = 0; dnn_optimiser_classes[i] != NULL; i++) {
        lua_pushlightuserdata(L, (void *)dnn_optimiser_classes[i]);
        lua_pushcclosure(L, optimiser_new, 1);
        lua_setfield(L, -2, dnn_optimiser_classes[i]->name);
    }
    lua_setfield(L, -2, "optim");
    luaL_newmetatable(L, DNNLUA_OPTIMISER);
    luaL_setfuncs(L, metamethods, 0);
    luaL_newlib(L, methods);
    lua_pushcclosure(L, optimiser_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
}
