/* properties.h: the fields of a class of objects, as one table of (name, get, set).
 *
 * A noun describes its class in a constant dnnlua_class and opens it; reading and setting fields,
 * the messages about unknown names, the prompt's completion and dnn._fields come from
 * there:
 *
 *     static void get_steps(lua_State *L, void *self) {
 *         lua_pushinteger(L, (lua_Integer)dnn_optimiser_steps(*(dnn_optimiser **)self));
 *     }
 *
 *     static const dnnlua_property properties[] = {
 *         {"steps",        get_steps,        NULL            },
 *         {"check_finite", get_check_finite, set_check_finite},
 *         {NULL,           NULL,             NULL            },
 *     };
 *
 *     static const dnnlua_class class = {
 *         .type = DNNLUA_OPTIMISER, .group = "optimiser", .title = title,
 *         .methods = methods, .metamethods = metamethods, .properties = properties,
 *         .fields = fields, .set_field = set_field,
 *     };
 *
 *     void dnnlua_open_optimiser(lua_State *L) { dnnlua_open_class(L, &class); ... }
 *
 * A name is looked for among methods, properties, what depends on the object (`get`) and
 * settings (`fields`), in this order. The object is at index 1, and `self` is its userdata.
 * Getters push one value; setters find the new one at index 3, and raise when it does not fit. */
#ifndef DNN_BINDINGS_PROPERTIES_H
#define DNN_BINDINGS_PROPERTIES_H

#include "bindings/arguments.h"
#include "bindings/dnnlua.h"

typedef struct dnnlua_property {
    const char *name;
    void (*get)(lua_State *L, void *self);
    void (*set)(lua_State *L, void *self); /* NULL: cannot be set */
} dnnlua_property;

typedef struct dnnlua_class {
    const char *type;  /* the metatable's name: DNNLUA_LOSS */
    const char *group; /* where other libraries' names are looked up (synonyms.c): "loss" */
    const char *unset; /* why most fields cannot be set: "options are given when a loss is made";
                          NULL: no reason is given */

    /* How messages call the object: "MSELoss"; may push a string. NULL: the type without "dnn.". */
    const char *(*title)(lua_State *L, void *self);

    const dnnlua_function *methods; /* ended by a row without a name; NULL: none */
    const luaL_Reg *metamethods;    /* the same; but __call is the method of this name: */
    const char *called; /* what a call of the object runs, as "forward"; NULL: nothing */
    const dnnlua_property *properties; /* the same */

    /* The settings of the object and their values, which are read like properties; NULL where it
     * has none. set_field sets the one of that place to the value at 3; NULL: they cannot be set.
     */
    const dnn_field *(*fields)(void *self, const dnn_setting **values);
    void (*set_field)(lua_State *L, void *self, size_t field);

    /* Names that depend on the object (a layer's weight). get pushes the value and returns true, or
     * pushes nothing; set returns false for names that are not its own; names adds them all with
     * dnnlua_add_name. Each may be NULL. */
    bool (*get)(lua_State *L, void *self, const char *name);
    bool (*set)(lua_State *L, void *self, const char *name);
    void (*names)(lua_State *L, void *self, int list);

    /* object[i] for a whole number i: pushes a value, maybe nil. NULL: no such fields. */
    void (*item)(lua_State *L, void *self, lua_Integer i);
} dnnlua_class;

/* Registers the class's metatable with its methods, metamethods, __index and __newindex. */
void dnnlua_open_class(lua_State *L, const dnnlua_class *class);

/* Adds the constructor of a class of the registry to the table on top of the stack: `run` with the
 * class as its upvalue, which takes the positional fields, an options table and `more` arguments.
 */
void dnnlua_add_constructor(lua_State *L, lua_CFunction run, const void *kind, const char *name,
                            const dnn_field *fields, int more);

/* Appends a name to the list at that index. */
void dnnlua_add_name(lua_State *L, int list, const char *name);

/* Pushes a list of the names of fields (not of methods) of the object at index, or, when that is a
 * string, of what all objects of the type of this name have; pushes nothing and returns false when
 * its type is not a class opened here. */
bool dnnlua_push_names(lua_State *L, int index);

/* The boolean at index 3, or "SGD: check_finite must be true or false, got 1". */
bool dnnlua_check_flag(lua_State *L, const char *owner, const char *name);

/* --- settings.c --- */

/* Pushes a setting as a number, boolean or text, a pair as a table of two; what was left out, and a
 * text that is not there, as nil. */
void dnnlua_push_setting(lua_State *L, const dnn_field *field, const dnn_setting *value);

/* Pushes "SGD(lr = 0.1, momentum = 0)". */
void dnnlua_push_settings_text(lua_State *L, const char *owner, const dnn_field *fields,
                               const dnn_setting *values);

#endif
