/* options.c: the table of options that may end a call, and constructors' arguments from a field
 * table. */
#include <stdint.h>
#include <string.h>

#include "bindings/dnnlua.h"

/* Further keys that a constructor reads itself, at most; see dnnlua_read_fields. */
#define MAX_EXTRA 8

static bool is_known(const char *const *known, const char *name) {
    for (; *known != NULL; known++)
        if (strcmp(*known, name) == 0)
            return true;
    return false;
}

static const char *push_unknown(lua_State *L, const char *function, const char *const *known,
                                const char *name) {
    dnn_nearest nearest = {.wanted = name, .group = function};
    luaL_Buffer names;

    luaL_buffinit(L, &names);
    for (size_t i = 0; known[i] != NULL; i++) {
        dnnlua_nearest_option(L, &nearest, known[i]);
        luaL_addstring(&names, i > 0 ? ", " : "");
        luaL_addstring(&names, known[i]);
    }
    if (known[0] == NULL)
        luaL_addstring(&names, "none");
    if (nearest.name != NULL) {
        luaL_addstring(&names, " (did you mean '");
        luaL_addstring(&names, nearest.name);
        luaL_addstring(&names, "'?)");
    }
    luaL_pushresult(&names);
    return lua_pushfstring(L, "%s: unknown option '%s'; known: %s", function, name,
                           lua_tostring(L, -1));
}

/* What is wrong with the value at index as a table of options: pushes the message and returns it;
 * NULL where nothing is, or where there are no options. */
static const char *push_fault(lua_State *L, int index, const char *function,
                              const char *const *known) {
    const char *first = known[0] != NULL ? known[0] : "name";

    if (lua_isnoneornil(L, index))
        return NULL;
    if (!lua_istable(L, index)) {
        const char *got = dnnlua_got_usage(L, index);
        const char *expected =
            known[0] == NULL ? "no arguments"
                             : lua_pushfstring(L, "a table of options, as in {%s = ...}", first);
        return lua_pushfstring(L, "%s: expected %s, got %s", function, expected, got);
    }
    lua_pushnil(L);
    while (lua_next(L, index)) {
        lua_pop(L, 1);
        if (lua_type(L, -1) != LUA_TSTRING) {
            return lua_pushfstring(
                L,
                "%s: options are named, as in {%s = ...}, but the table has the key %s; "
                "positional arguments go in parentheses",
                function, first, dnnlua_got(L, -1));
        }
        if (!is_known(known, lua_tostring(L, -1)))
            return push_unknown(L, function, known, lua_tostring(L, -1));
    }
    return NULL;
}

void dnnlua_check_options(lua_State *L, int index, const char *function, const char *const *known) {
    const char *fault = push_fault(L, lua_absindex(L, index), function, known);

    if (fault != NULL)
        luaL_error(L, "%s", fault);
}

int dnnlua_options_fault(lua_State *L) {
    const char *function = luaL_checkstring(L, 1);
    luaL_checktype(L, 3, LUA_TTABLE);
    size_t count = lua_rawlen(L, 3);
    luaL_argcheck(L, count < 1000, 3, "too many options");
    luaL_checkstack(L, (int)count, "too many options");
    const char **known = dnnlua_new_block(L, (count + 1) * sizeof *known);

    for (size_t k = 0; k < count; k++) { /* the strings stay on the stack */
        lua_rawgeti(L, 3, (lua_Integer)k + 1);
        known[k] = luaL_checkstring(L, -1);
    }
    known[count] = NULL;
    lua_pushstring(L, push_fault(L, 2, function, known));
    return 1;
}

int dnnlua_find_options(lua_State *L, int index, const char *function) {
    if (!lua_istable(L, index))
        return index + 1;
    if (!lua_isnone(L, index + 1))
        luaL_error(L, "%s: the table of options must come last%s", function, dnnlua_push_usage(L));
    return index;
}

/* The option on top of the stack is not what it should be. */
static void wrong_option(lua_State *L, const char *function, const char *name,
                         const char *expected) {
    luaL_error(L, "%s: %s must be %s, got %s", function, name, expected, dnnlua_got_usage(L, -1));
}

/* Pushes an option; false (and nil) when it is not given. */
static bool get_option(lua_State *L, int index, const char *name) {
    if (!lua_istable(L, index)) {
        lua_pushnil(L);
        return false;
    }
    return lua_getfield(L, index, name) != LUA_TNIL;
}

dnn_dtype dnnlua_option_dtype(lua_State *L, int index, dnn_dtype fallback) {
    get_option(L, index, "dtype");
    dnn_dtype dtype = dnnlua_opt_dtype(L, -1, fallback);
    lua_pop(L, 1);
    return dtype;
}

double dnnlua_option_number(lua_State *L, int index, const char *function, const char *name,
                            double fallback) {
    double value = fallback;

    if (get_option(L, index, name)) {
        if (lua_type(L, -1) != LUA_TNUMBER)
            wrong_option(L, function, name, "a number");
        value = lua_tonumber(L, -1);
    }
    lua_pop(L, 1);
    return value;
}

bool dnnlua_option_flag(lua_State *L, int index, const char *function, const char *name,
                        bool fallback) {
    bool value = fallback;

    if (get_option(L, index, name)) {
        if (!lua_isboolean(L, -1))
            wrong_option(L, function, name, "true or false");
        value = lua_toboolean(L, -1);
    }
    lua_pop(L, 1);
    return value;
}

dnn_matrix *dnnlua_option_out(lua_State *L, int index, const char *function) {
    if (!get_option(L, index, "out"))
        return NULL;
    dnn_matrix *out = dnnlua_test_matrix(L, -1);
    if (out == NULL)
        wrong_option(L, function, "out", "a Matrix");
    dnnlua_begin_write(L, out);
    return out;
}

dnn_matrix *dnnlua_check_out(lua_State *L, int index, const char *function) {
    static const char *const known[] = {"out", NULL};

    dnnlua_check_options(L, index, function, known);
    return dnnlua_option_out(L, index, function);
}

/* --- constructors' arguments --- */

/* What a setting of this kind must be. */
static const char *wanted(dnn_field_kind kind) {
    switch (kind) {
    case DNN_FIELD_COUNT:
    case DNN_FIELD_REAL:
        break;
    case DNN_FIELD_FLAG:
        return "true or false";
    case DNN_FIELD_CHOICE:
    case DNN_FIELD_TEXT:
        return "a string";
    case DNN_FIELD_PAIR:
    case DNN_FIELD_FACTORS:
        return "a number or a pair, {height, width}";
    case DNN_FIELD_ENDS:
        return "a number or a pair, {left, right}";
    case DNN_FIELD_SIDES:
        return "a number or four, {left, right, top, bottom}";
    }
    return "a number";
}

/* Whether the value on top of the stack is a table of `count` numbers, which are read. */
static bool read_numbers(lua_State *L, double *numbers, size_t count) {
    int top = lua_gettop(L);
    bool good = count > 1 && dnnlua_is_list(L, top, count);

    for (size_t i = 0; good && i < count; i++) {
        good = lua_rawgeti(L, top, (lua_Integer)i + 1) == LUA_TNUMBER;
        numbers[i] = lua_tonumber(L, -1);
    }
    lua_settop(L, top);
    return good;
}

void dnnlua_set_field(lua_State *L, const char *owner, const dnn_field *fields, dnn_setting *values,
                      size_t i) {
    const char *name = fields[i].name;
    dnn_field_kind kind = fields[i].kind;
    bool text = kind == DNN_FIELD_CHOICE || kind == DNN_FIELD_TEXT;
    size_t count = dnn_field_numbers(kind);
    double numbers[DNN_FIELD_NUMBERS];
    dnn_error err;
    dnn_status status;

    if ((text || fields[i].choices != NULL) && lua_type(L, -1) == LUA_TSTRING) {
        status = dnn_field_set_text(owner, fields, values, name, lua_tostring(L, -1), &err);
    } else if (kind == DNN_FIELD_FLAG && lua_isboolean(L, -1)) {
        status = dnn_field_set(owner, fields, values, name, lua_toboolean(L, -1), &err);
    } else if (!text && kind != DNN_FIELD_FLAG && lua_type(L, -1) == LUA_TNUMBER) {
        status = dnn_field_set(owner, fields, values, name, lua_tonumber(L, -1), &err);
    } else if (read_numbers(L, numbers, count)) {
        status = dnn_field_set_numbers(owner, fields, values, name, numbers, count, &err);
    } else {
        status = dnn_fail(&err, DNN_ERROR_ARGUMENT, "%s: %s must be %s, got %s", owner, name,
                          wanted(kind), dnnlua_got_usage(L, -1));
    }
    dnnlua_check(L, status, &err);
}

/* `given` has a bit for each field that an argument has set already. */
static void read_options(lua_State *L, int index, const char *owner, const dnn_field *fields,
                         dnn_setting *values, const char *const *extra, uint64_t given) {
    _Static_assert(DNN_MAX_FIELDS <= 64, "a bit for each");
    const char *known[DNN_MAX_FIELDS + MAX_EXTRA + 1];
    size_t count = 0;

    for (size_t i = 0; i < dnn_field_count(fields); i++)
        known[count++] = fields[i].name;
    for (; extra != NULL && *extra != NULL; extra++)
        known[count++] = *extra;
    known[count] = NULL;
    dnnlua_check_options(L, index, owner, known);
    for (size_t i = 0; i < dnn_field_count(fields); i++) {
        bool named = get_option(L, index, fields[i].name);
        if (named && (given >> i & 1) != 0)
            luaL_error(L, "%s: %s is given twice, as an argument and as an option", owner,
                       fields[i].name);
        if (named)
            dnnlua_set_field(L, owner, fields, values, i);
        lua_pop(L, 1);
    }
}

/* Whether the value at index is the table of options, rather than several numbers, such as
 * {height, width}, for the field whose turn it is. */
static bool is_options(lua_State *L, int index, const dnn_field *field) {
    if (!lua_istable(L, index) || dnn_field_numbers(field->kind) == 1)
        return lua_istable(L, index);
    bool list = lua_rawgeti(L, index, 1) != LUA_TNIL;
    lua_pop(L, 1);
    return !list;
}

int dnnlua_read_fields(lua_State *L, int index, const char *owner, const dnn_field *fields,
                       dnn_setting *values, const char *const *extra) {
    dnn_error err;
    int options = 0;
    uint64_t given = 0;

    index = lua_absindex(L, index);
    dnn_field_defaults(fields, values);
    for (size_t i = 0; i < dnn_field_count(fields); i++) {
        if (!fields[i].positional)
            continue;
        if (is_options(L, index, &fields[i]))
            break;
        if (!lua_isnoneornil(L, index)) {
            lua_pushvalue(L, index);
            dnnlua_set_field(L, owner, fields, values, i);
            lua_pop(L, 1);
            given |= UINT64_C(1) << i;
        }
        index++;
    }
    if (!lua_isnoneornil(L, index)) {
        read_options(L, index, owner, fields, values, extra, given);
        options = index;
    }
    dnnlua_check(L, dnn_field_complete(owner, fields, values, &err), &err);
    return options;
}
