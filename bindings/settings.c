/* settings.c: the settings of layers, losses and optimisers as Lua values and as text. */
#include <math.h>

#include "bindings/properties.h"

/* A whole number as an integer, so that it prints without ".0". */
static void push_count(lua_State *L, double value) {
    lua_pushinteger(L, (lua_Integer)value);
}

static void push_numbers(lua_State *L, const double *numbers, size_t count) {
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        if (numbers[i] == floor(numbers[i]))
            push_count(L, numbers[i]);
        else
            lua_pushnumber(L, numbers[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

void dnnlua_push_setting(lua_State *L, const dnn_field *field, const dnn_setting *value) {
    if (field->optional && field->kind != DNN_FIELD_TEXT && value->number < 0) { /* left out */
        lua_pushnil(L);
        return;
    }
    if (dnn_field_word(field, value) != NULL) {
        lua_pushstring(L, dnn_field_word(field, value));
        return;
    }
    switch (field->kind) {
    case DNN_FIELD_COUNT:
        push_count(L, value->number);
        break;
    case DNN_FIELD_PAIR:
    case DNN_FIELD_ENDS:
    case DNN_FIELD_SIDES:
    case DNN_FIELD_FACTORS:
        push_numbers(L, value->numbers, dnn_field_numbers(field->kind));
        break;
    case DNN_FIELD_REAL:
        lua_pushnumber(L, value->number);
        break;
    case DNN_FIELD_FLAG:
        lua_pushboolean(L, value->number != 0);
        break;
    case DNN_FIELD_CHOICE:
        lua_pushstring(L, field->choices[(size_t)value->number]);
        break;
    case DNN_FIELD_TEXT:
        lua_pushstring(L, value->text); /* NULL becomes nil */
        break;
    }
}

/* As Lua writes it: "0.1", "3", "true"; a pair as "3 x 3", four as "{1, 1, 0, 0}". */
static void add_setting(lua_State *L, luaL_Buffer *text, const dnn_field *field,
                        const dnn_setting *value) {
    if (dnn_field_numbers(field->kind) > 1) {
        char numbers[128];
        dnn_field_text(field, value, numbers, sizeof numbers);
        luaL_addstring(text, numbers);
        return;
    }
    dnnlua_push_setting(L, field, value);
    luaL_tolstring(L, -1, NULL);
    lua_remove(L, -2);
    luaL_addvalue(text);
}

void dnnlua_push_settings_text(lua_State *L, const char *owner, const dnn_field *fields,
                               const dnn_setting *values) {
    luaL_Buffer text;

    luaL_buffinit(L, &text);
    luaL_addstring(&text, owner);
    luaL_addchar(&text, '(');
    for (size_t i = 0; i < dnn_field_count(fields); i++) {
        luaL_addstring(&text, i > 0 ? ", " : "");
        luaL_addstring(&text, fields[i].name);
        luaL_addstring(&text, " = ");
        add_setting(L, &text, &fields[i], &values[i]);
    }
    luaL_addchar(&text, ')');
    luaL_pushresult(&text);
}
