/* host.h: what the program dnnlua and the module that it loads say to each other. */
#ifndef DNN_BINDINGS_HOST_H
#define DNN_BINDINGS_HOST_H

#include <stdatomic.h>
#include <stdbool.h>

/* In the registry: true where runs are to open a window unless they say otherwise (dnnlua --view).
 */
#define DNNLUA_VIEW "dnn.view"

/* In the registry: what the global random stream starts from (dnnlua --seed); nil: 0. */
#define DNNLUA_SEED "dnn.seed"

/* In the registry: true where the times of all networks are wanted (dnnlua --profile); the module
 * puts a function in its place that prints them to stderr. */
#define DNNLUA_PROFILE "dnn.profile"

/* In the registry: a function of the module's that the program calls once the script has come to
 * its end without an error. */
#define DNNLUA_AT_END "dnn.at_end"

/* In the registry: a userdata of the module's, whose metamethod __close wakes the collector where
 * the module has it rest; absent at first. A hook calls it before it raises: it could else keep Lua
 * from calling it. */
#define DNNLUA_GUARD "dnn.guard"

/* In the registry: true where this process may start no other (dnnlua --safe). */
#define DNNLUA_SAFE "dnn.safe"

/* In the registry: a light userdata, the program's dnnlua_interruption. */
#define DNNLUA_INTERRUPTION "dnn.interruption"

/* How Ctrl-C passes between a signal handler of the program's and the module. */
typedef struct dnnlua_interruption {
    atomic_bool stop_requested;    /* by the program: the script should finish its batch and end */
    atomic_bool script_polls;      /* by the module: the script checks whether that is so, ... */
    atomic_bool script_knows;      /* ... and has been told that it is */
    atomic_bool at_prompt;         /* by the program: Ctrl-C raises an error, and nothing ends */
    void (*_Atomic request)(void); /* by the module: stops what it computes, ... */
    void (*_Atomic clear)(void);   /* ... until this is called; NULL: it is not loaded */
} dnnlua_interruption;

/* Metatable of the error that ends a script because its window or Ctrl-C asked for that: no
 * failure. */
#define DNNLUA_STOPPED "dnn.Stopped"

/* Registry: the message that the last function to return nil and a message gave. */
#define DNNLUA_FAILURE "dnn.failure"

#endif
