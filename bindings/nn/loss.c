/* loss.c: losses as Lua objects: constructors from the registry, forward and backward.
 *
 * A loss keeps the A and Y of its last forward for backward. The gradient is a matrix of the loss's
 * own, overwritten by the next backward and made anew only for another shape. */
#include <string.h>

#include "bindings/nn/network.h"
#include "nn/registry.h"

enum { LOSS_A = 1, LOSS_Y, LOSS_GRADIENT };

static dnnlua_loss *check_loss(lua_State *L) {
    return dnnlua_check_self(L, DNNLUA_LOSS, "loss");
}

/* dnn.BCELoss({reduction = "sum"}); upvalue: the class. */
static int loss_new(lua_State *L) {
    const dnn_loss_class *kind = lua_touserdata(L, lua_upvalueindex(1));
    double settings[DNN_MAX_FIELDS] = {0};

    dnnlua_read_fields(L, 1, kind->name, kind->fields, settings, NULL);
    dnnlua_loss *self = lua_newuserdatauv(L, sizeof *self, LOSS_GRADIENT);
    self->kind = kind;
    memcpy(self->settings, settings, sizeof settings);
    luaL_setmetatable(L, DNNLUA_LOSS);
    return 1;
}

/* cost = loss:forward(A, Y) */
static int loss_forward(lua_State *L) {
    const dnnlua_loss *self = check_loss(L);
    const dnn_matrix *A = dnnlua_check_matrix_named(L, 2, self->kind->name, "A");
    const dnn_matrix *Y = dnnlua_check_matrix_named(L, 3, self->kind->name, "Y");
    dnn_error err;
    double cost;

    dnnlua_check(L, dnn_loss_forward(self->kind, self->settings, A, Y, &cost, &err), &err);
    lua_settop(L, 3);
    lua_setiuservalue(L, 1, LOSS_Y);
    lua_setiuservalue(L, 1, LOSS_A);
    lua_pushnumber(L, cost);
    return 1;
}

/* Pushes the matrix for the gradient, of A's shape and type. */
static dnn_matrix *push_gradient(lua_State *L, const dnn_matrix *A) {
    lua_getiuservalue(L, 1, LOSS_GRADIENT);
    dnn_matrix *dA = dnnlua_test_matrix(L, -1);

    if (dA == NULL || dA->rows != A->rows || dA->cols != A->cols || dA->dtype != A->dtype) {
        dA = dnnlua_new_matrix(L, A->dtype, A->rows, A->cols);
        lua_pushvalue(L, -1);
        lua_setiuservalue(L, 1, LOSS_GRADIENT);
    }
    return dA;
}

/* dA = loss:backward() */
static int loss_backward(lua_State *L) {
    const dnnlua_loss *self = check_loss(L);
    dnn_error err;

    lua_getiuservalue(L, 1, LOSS_A);
    lua_getiuservalue(L, 1, LOSS_Y);
    const dnn_matrix *A = dnnlua_test_matrix(L, -2), *Y = dnnlua_test_matrix(L, -1);
    if (A == NULL) {
        return luaL_error(L, "%s: backward needs a forward first: loss:forward(A, Y)",
                          self->kind->name);
    }
    dnn_matrix *dA = push_gradient(L, A);
    dnnlua_check(L, dnn_loss_backward(self->kind, self->settings, A, Y, dA, &err), &err);
    return 1;
}

static const luaL_Reg methods[] = {
    {"forward",  loss_forward },
    {"backward", loss_backward},
    {NULL,       NULL         },
};

/* loss.name, a setting, or a method (upvalue 1 holds them). */
static int loss_index(lua_State *L) {
    static const char *const fields[] = {"name", "reduction", NULL};
    const dnnlua_loss *self = check_loss(L);

    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) {
        return 1;
    }
    dnnlua_nearest nearest = {.wanted = dnnlua_field_name(L, 2), .group = "loss"};
    if (strcmp(nearest.wanted, "name") == 0) {
        lua_pushstring(L, self->kind->name);
    } else if (!dnnlua_push_setting_named(L, self->kind->fields, self->settings, nearest.wanted)) {
        dnnlua_offer(&nearest, methods, fields);
        return dnnlua_no_such_field(L, self->kind->name, &nearest);
    }
    return 1;
}

static int loss_newindex(lua_State *L) {
    return luaL_error(L, "%s: '%s' cannot be set; options are given when a loss is made",
                      check_loss(L)->kind->name, dnnlua_field_name(L, 2));
}

static int loss_tostring(lua_State *L) {
    const dnnlua_loss *self = check_loss(L);
    dnnlua_push_settings_text(L, self->kind->name, self->kind->fields, self->settings);
    return 1;
}

static const luaL_Reg metamethods[] = {
    {"__call",     loss_forward },
    {"__newindex", loss_newindex},
    {"__tostring", loss_tostring},
    {NULL,         NULL         },
};

void dnnlua_open_loss(lua_State *L) {
    for (size_t i = 0; dnn_loss_classes[i] != NULL; i++) {
        lua_pushlightuserdata(L, (void *)dnn_loss_classes[i]);
        lua_pushcclosure(L, loss_new, 1);
        lua_setfield(L, -2, dnn_loss_classes[i]->name);
    }
    luaL_newmetatable(L, DNNLUA_LOSS);
    luaL_setfuncs(L, metamethods, 0);
    luaL_newlib(L, methods);
    lua_pushcclosure(L, loss_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
}
