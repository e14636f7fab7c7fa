/* settings.c: the settings of layers, losses and optimisers as Lua values and as text. */
#include "bindings/nn/network.h"

void dnnlua_push_setting(lua_State *L, const dnn_field *field, double value) {
    switch (field->kind) {
    case DNN_FIELD_COUNT:
        lua_pushinteger(L, (lua_Integer)value);
        break;
    case DNN_FIELD_REAL:
        lua_pushnumber(L, value);
        break;
    case DNN_FIELD_FLAG:
        lua_pushboolean(L, value != 0);
        break;
    case DNN_FIELD_CHOICE:
        lua_pushstring(L, field->choices[(size_t)value]);
        break;
    }
}

bool dnnlua_push_setting_named(lua_State *L, const dnn_field *fields, const double *values,
                               const char *name) {
    int i = dnn_field_find(fields, name);

    if (i >= 0) {
        dnnlua_push_setting(L, &fields[i], values[i]);
    }
    return i >= 0;
}

void dnnlua_push_settings_text(lua_State *L, const char *owner, const dnn_field *fields,
                               const double *values) {
    luaL_Buffer text;

    luaL_buffinit(L, &text);
    luaL_addstring(&text, owner);
    luaL_addchar(&text, '(');
    for (size_t i = 0; i < dnn_field_count(fields); i++) {
        luaL_addstring(&text, i > 0 ? ", " : "");
        luaL_addstring(&text, fields[i].name);
        luaL_addstring(&text, " = ");
        dnnlua_push_setting(L, &fields[i], values[i]);
        luaL_tolstring(L, -1, NULL);
        lua_remove(L, -2);
        luaL_addvalue(&text);
    }
    luaL_addchar(&text, ')');
    luaL_pushresult(&text);
}
