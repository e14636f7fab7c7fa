/* properties.c: __index and __newindex of every class that has a table of its fields. */
#include "bindings/properties.h"

#include <string.h>

enum { UP_METHODS = 1, UP_PROPERTIES, UP_CLASS }; /* upvalues; the prompt reads the methods */

/* Registry: classes by type. Not in the metatables, where a script could put one's into another's.
 */
#define CLASSES "dnn.classes"

static const char *title_of(lua_State *L, const dnnlua_class *class, void *self) {
    if (class->title != NULL)
        return class->title(L, self);
    return strncmp(class->type, "dnn.", 4) == 0 ? class->type + 4 : class->type;
}

static const dnn_field *fields_of(const dnnlua_class *class, void *self,
                                  const dnn_setting **values) {
    return class->fields != NULL ? class->fields(self, values) : NULL;
}

/* --- names --- */

void dnnlua_add_name(lua_State *L, int list, const char *name) {
    list = lua_absindex(L, list);
    lua_pushstring(L, name);
    lua_rawseti(L, list, (lua_Integer)lua_rawlen(L, list) + 1);
}

/* Pushes the list; `self` may be NULL, then of what all objects have. */
static void push_names(lua_State *L, const dnnlua_class *class, void *self) {
    const dnn_setting *values;

    lua_newtable(L);
    int list = lua_gettop(L);
    for (const dnnlua_property *p = class->properties; p != NULL && p->name != NULL; p++)
        dnnlua_add_name(L, list, p->name);
    if (self == NULL)
        return;
    const dnn_field *fields = fields_of(class, self, &values);
    for (size_t i = 0; i < dnn_field_count(fields); i++)
        dnnlua_add_name(L, list, fields[i].name);
    if (class->names != NULL)
        class->names(L, self, list);
    lua_settop(L, list);
}

bool dnnlua_push_names(lua_State *L, int index) {
    bool named = lua_type(L, index) == LUA_TSTRING;
    int top = lua_gettop(L);

    index = lua_absindex(L, index);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, CLASSES);
    if (named)
        lua_pushvalue(L, index);
    else if (luaL_getmetafield(L, index, "__name") == LUA_TNIL)
        lua_pushliteral(L, "");
    lua_rawget(L, -2);
    const dnnlua_class *class = lua_touserdata(L, -1);
    lua_settop(L, top);
    void *self = named || class == NULL ? NULL : luaL_testudata(L, index, class->type);
    if (class == NULL || (self == NULL && !named))
        return false;
    push_names(L, class, self);
    return true;
}

/* Raises "Linear has no field 'wieght'; did you mean 'weight'?". */
static int raise_no_field(lua_State *L, const dnnlua_class *class, void *self) {
    dnn_nearest nearest = {.wanted = dnnlua_field_name(L, 2), .group = class->group};

    for (const dnnlua_function *m = class->methods; m != NULL && m->name != NULL; m++)
        dnn_nearest_offer(&nearest, m->name);
    push_names(L, class, self);
    lua_Integer count = (lua_Integer)lua_rawlen(L, -1);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, -1, i);
        dnn_nearest_offer(&nearest, lua_tostring(L, -1)); /* the list keeps it alive */
        lua_pop(L, 1);
    }
    return dnnlua_no_such_field(L, title_of(L, class, self), &nearest);
}

/* --- reading and setting --- */

/* The property that the key at 2 names, or NULL. */
static const dnnlua_property *find_property(lua_State *L) {
    lua_pushvalue(L, 2);
    lua_rawget(L, lua_upvalueindex(UP_PROPERTIES));
    const dnnlua_property *property = lua_touserdata(L, -1);
    lua_pop(L, 1);
    return property;
}

/* Pushes the setting of that name. */
static bool push_field(lua_State *L, const dnnlua_class *class, void *self, const char *name) {
    const dnn_setting *values;
    const dnn_field *fields = fields_of(class, self, &values);
    int i = dnn_field_find(fields, name);

    if (i >= 0)
        dnnlua_push_setting(L, &fields[i], &values[i]);
    return i >= 0;
}

static int index_object(lua_State *L) {
    if (lua_gettop(L) != 2) /* as Lua calls it, and a script seldom does */
        lua_settop(L, 2);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(UP_METHODS)) != LUA_TNIL)
        return 1; /* which looks at the object itself */
    const dnnlua_class *class = lua_touserdata(L, lua_upvalueindex(UP_CLASS));
    void *self = luaL_checkudata(L, 1, class->type);
    if (class->item != NULL && lua_isinteger(L, 2)) {
        class->item(L, self, lua_tointeger(L, 2));
        return 1;
    }
    const dnnlua_property *property = find_property(L);
    if (property != NULL) {
        property->get(L, self);
        return 1;
    }
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : NULL;
    if (name != NULL &&
        ((class->get != NULL && class->get(L, self, name)) || push_field(L, class, self, name)))
        return 1;
    return raise_no_field(L, class, self);
}

static int raise_cannot_set(lua_State *L, const dnnlua_class *class, void *self) {
    return luaL_error(L, "%s: '%s' cannot be set%s%s", title_of(L, class, self),
                      dnnlua_field_name(L, 2), class->unset != NULL ? "; " : "",
                      class->unset != NULL ? class->unset : "");
}

static bool is_method_or_item(lua_State *L, const dnnlua_class *class) {
    lua_pushvalue(L, 2);
    bool is = lua_rawget(L, lua_upvalueindex(UP_METHODS)) != LUA_TNIL;
    lua_pop(L, 1);
    return is || (class->item != NULL && lua_isinteger(L, 2));
}

/* Whether `get` answers to the name. */
static bool is_read_only(lua_State *L, const dnnlua_class *class, void *self, const char *name) {
    int top = lua_gettop(L);
    bool is = name != NULL && class->get != NULL && class->get(L, self, name);

    lua_settop(L, top);
    return is;
}

static int set_property(lua_State *L, const dnnlua_class *class, void *self,
                        const dnnlua_property *property) {
    if (property->set == NULL)
        return raise_cannot_set(L, class, self);
    property->set(L, self);
    return 0;
}

static int set_object(lua_State *L) {
    const dnnlua_class *class = lua_touserdata(L, lua_upvalueindex(UP_CLASS));
    void *self = luaL_checkudata(L, 1, class->type);
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : NULL;
    const dnn_setting *values;

    lua_settop(L, 3);
    const dnnlua_property *property = find_property(L);
    if (property != NULL)
        return set_property(L, class, self, property);
    if (name != NULL && class->set != NULL && class->set(L, self, name))
        return 0;
    const dnn_field *fields = fields_of(class, self, &values);
    int field = name != NULL ? dnn_field_find(fields, name) : -1;
    if (field >= 0 && class->set_field != NULL) {
        class->set_field(L, self, (size_t)field);
        return 0;
    }
    if (field >= 0 || is_method_or_item(L, class) || is_read_only(L, class, self, name))
        return raise_cannot_set(L, class, self);
    return raise_no_field(L, class, self);
}

bool dnnlua_check_flag(lua_State *L, const char *owner, const char *name) {
    if (!lua_isboolean(L, 3))
        luaL_error(L, "%s: %s must be true or false, got %s", owner, name, dnnlua_got(L, 3));
    return lua_toboolean(L, 3);
}

/* --- opening --- */

/* Sets field `name` of the metatable below the two tables on top of the stack to a function that
 * has these and the class as upvalues. */
static void set_accessor(lua_State *L, const dnnlua_class *class, const char *name,
                         lua_CFunction function) {
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    lua_pushlightuserdata(L, (void *)class);
    lua_pushcclosure(L, function, 3);
    lua_setfield(L, -4, name);
}

void dnnlua_open_class(lua_State *L, const dnnlua_class *class) {
    luaL_getsubtable(L, LUA_REGISTRYINDEX, CLASSES);
    lua_pushlightuserdata(L, (void *)class);
    lua_setfield(L, -2, class->type);
    lua_pop(L, 1);
    luaL_newmetatable(L, class->type);
    if (class->metamethods != NULL)
        luaL_setfuncs(L, class->metamethods, 0);
    lua_newtable(L);
    if (class->methods != NULL)
        dnnlua_register(L, class->methods);
    if (class->called != NULL) {
        lua_getfield(L, -1, class->called);
        lua_setfield(L, -3, "__call");
    }
    lua_newtable(L);
    for (const dnnlua_property *p = class->properties; p != NULL && p->name != NULL; p++) {
        lua_pushlightuserdata(L, (void *)p);
        lua_setfield(L, -2, p->name);
    }
    set_accessor(L, class, "__index", index_object);
    set_accessor(L, class, "__newindex", set_object);
    lua_pop(L, 3);
}

void dnnlua_add_constructor(lua_State *L, lua_CFunction run, const void *kind, const char *name,
                            const dnn_field *fields, int more) {
    int most = more;

    for (size_t i = 0; i < dnn_field_count(fields); i++)
        most += fields[i].positional;
    lua_pushlightuserdata(L, (void *)kind);
    dnnlua_push_function(L, (dnnlua_function){name, run, most + (fields != NULL)}, 1);
    lua_setfield(L, -2, name);
}
