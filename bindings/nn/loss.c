/* loss.c: losses as Lua objects: constructors from the registry, and the class; loss_run.c runs
 * them. */
#include "bindings/nn/loss.h"

#include <string.h>

#include "nn/registry.h"

dnnlua_loss *dnnlua_check_loss(lua_State *L) {
    return dnnlua_check_self(L, DNNLUA_LOSS, "loss");
}

static bool is_for_each(const dnn_loss_class *kind, const dnn_setting *settings) {
    int i = dnn_field_find(kind->fields, "reduction");

    return i >= 0 && strcmp(kind->fields[i].choices[(size_t)settings[i].number], "none") == 0;
}

/* Pushes a copy, as float64, of the vector among the options at 1, or nil. A number is a vector of
 * one. */
static void push_vector(lua_State *L, const dnn_loss_class *kind) {
    dnn_error err;

    if (!lua_istable(L, 1) || kind->vector == NULL) {
        lua_pushnil(L);
        return;
    }
    if (lua_getfield(L, 1, kind->vector) == LUA_TNIL)
        return;
    if (lua_type(L, -1) == LUA_TNUMBER) {
        double number = lua_tonumber(L, -1);
        dnn_matrix_set(dnnlua_new_matrix(L, DNN_FLOAT64, 1, 1), 0, 0, number);
        return;
    }
    const dnn_matrix *given = dnnlua_check_matrix_named(L, lua_gettop(L), kind->name, kind->vector);
    if (given->rows != 1 && given->cols != 1) {
        luaL_error(L, "%s: %s must be one row or column of numbers, got %d x %d", kind->name,
                   kind->vector, (int)given->rows, (int)given->cols);
    }
    dnn_matrix *copy = dnnlua_new_matrix(L, DNN_FLOAT64, given->rows, given->cols);
    dnnlua_check(L, dnn_matrix_copy(copy, given, &err), &err);
}

/* dnn.BCELoss({reduction = "sum"}); upvalue: the class. */
static int loss_new(lua_State *L) {
    const dnn_loss_class *kind = lua_touserdata(L, lua_upvalueindex(1));
    const char *const extra[] = {kind->vector, NULL};
    dnn_setting settings[DNN_MAX_FIELDS] = {{0}};

    dnnlua_read_fields(L, 1, kind->name, kind->fields, settings, extra);
    lua_settop(L, 1);
    dnnlua_loss *self = lua_newuserdatauv(L, sizeof *self, LOSS_VECTOR);
    *self = (dnnlua_loss){
        .type = DNNLUA_LOSS, .kind = kind, .for_each = is_for_each(kind, settings)};
    memcpy(self->settings, settings, sizeof settings);
    luaL_setmetatable(L, DNNLUA_LOSS);
    push_vector(L, kind);
    self->vector = dnnlua_test_matrix(L, -1);
    lua_setiuservalue(L, 2, LOSS_VECTOR);
    lua_settop(L, 2);
    return 1;
}

static int loss_tostring(lua_State *L) {
    const dnnlua_loss *self = dnnlua_check_loss(L);
    dnnlua_push_settings_text(L, self->kind->name, self->kind->fields, self->settings);
    return 1;
}

/* --- the class --- */

static const char *title(lua_State *L, void *self) {
    (void)L;
    return ((dnnlua_loss *)self)->kind->name;
}

static void get_name(lua_State *L, void *self) {
    lua_pushstring(L, title(L, self));
}

static const dnn_field *fields(void *self, const dnn_setting **values) {
    *values = ((dnnlua_loss *)self)->settings;
    return ((dnnlua_loss *)self)->kind->fields;
}

/* loss.weight: the vector under its name. */
static bool get_vector(lua_State *L, void *self, const char *name) {
    const char *vector = ((dnnlua_loss *)self)->kind->vector;
    bool is = vector != NULL && strcmp(name, vector) == 0;

    if (is)
        lua_getiuservalue(L, 1, LOSS_VECTOR);
    return is;
}

static void add_vector_name(lua_State *L, void *self, int list) {
    const dnn_loss_class *kind = ((dnnlua_loss *)self)->kind;

    if (kind->vector != NULL)
        dnnlua_add_name(L, list, kind->vector);
}

static const dnnlua_property properties[] = {
    {"name", get_name, NULL},
    {NULL,   NULL,     NULL},
};

static const dnnlua_function methods[] = {
    {"forward",  dnnlua_loss_forward,  DNN_LOSS_INPUTS + 2},
    {"backward", dnnlua_loss_backward, 2                  },
    {NULL,       NULL,          0                  },
};

static const luaL_Reg metamethods[] = {
    {"__tostring", loss_tostring},
    {NULL,         NULL         },
};

static const dnnlua_class class = {
    .type = DNNLUA_LOSS,
    .group = "loss",
    .unset = "options are given when a loss is made",
    .title = title,
    .methods = methods,
    .called = "forward",
    .metamethods = metamethods,
    .properties = properties,
    .fields = fields,
    .get = get_vector,
    .names = add_vector_name,
};

void dnnlua_open_loss(lua_State *L) {
    for (size_t i = 0; dnn_loss_classes[i] != NULL; i++) {
        dnnlua_add_constructor(L, loss_new, dnn_loss_classes[i], dnn_loss_classes[i]->name,
                               dnn_loss_classes[i]->fields, 0);
    }
    dnnlua_open_class(L, &class);
}
