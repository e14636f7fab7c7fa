/* options.c: the command line: lua's options with lua's meaning, and long ones of the program's
 * own.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bindings/printable.h"
#include "bindings/program/program.h"
#include "core/threads.h"

static const char usage[] =
    "usage: dnnlua [options] [script [arguments]]\n"
    "\n"
    "Runs a Lua script, given by its path or by the name of an installed one. Without a script,\n"
    "reads statements from a prompt, or from standard input where that is not a terminal.\n"
    "\n"
    "  -e STAT        run a statement; the global `dnn` is the module\n"
    "  -l MODULE      require a module into a global of the same name\n"
    "  -l NAME=MODULE require a module into the global NAME\n"
    "  -i             start the prompt after the script\n"
    "  -v             print the version and continue\n"
    "  -E             ignore LUA_INIT, LUA_PATH, LUA_CPATH and the prompt's start-up file\n"
    "  -W             turn warnings on, including those about undefined globals\n"
    "  --seed N       seed dnn's random stream and math.random with N\n"
    "  --threads N    use N threads\n"
    "  --profile      print where the time goes, layer by layer, at the end\n"
    "  --view         open a window for each run that the script logs (dnn.Run)\n"
    "  --safe         for a script that you do not trust: let it write only in this folder, start\n"
    "                 no program and load no C module; see docs/safe.md\n"
    "  --memory N     with --safe: at most N MiB (2048)\n"
    "  --time N       with --safe: at most N seconds (600)\n"
    "  --traceback    show the module's own functions in tracebacks too\n"
    "  --version      print the version\n"
    "  -h, --help     print this help\n"
    "  -              read the script from standard input\n"
    "  --             end of options\n";

/* What is at one place of the command line. */
typedef struct option {
    char letter; /* 0: the options have ended */
    bool complete;
    const char *word, *value;
} option;

static const struct {
    const char *name;
    char letter; /* how next_option names it; no short option, except for -h */
    bool has_value;
} long_options[] = {
    {"--help",      'h', false},
    {"--memory",    'm', true },
    {"--profile",   'p', false},
    {"--safe",      'S', false},
    {"--seed",      's', true },
    {"--threads",   't', true },
    {"--time",      'x', true },
    {"--traceback", 'T', false},
    {"--version",   'V', false},
    {"--view",      'w', false},
};

/* --name, --name VALUE or --name=VALUE. */
static option long_option(int argc, char **argv, int *i, const char *word) {
    size_t length = strcspn(word, "=");
    for (size_t k = 0; k < sizeof long_options / sizeof *long_options; k++) {
        const char *name = long_options[k].name;
        bool attached = word[length] == '=';
        if (strlen(name) != length || strncmp(name, word, length) != 0)
            continue;
        option found = {.letter = long_options[k].letter, .word = name};
        if (attached)
            found.value = word + length + 1;
        else if (long_options[k].has_value && *i < argc)
            found.value = argv[(*i)++];
        found.complete = long_options[k].has_value == (found.value != NULL);
        return attached && !found.complete ? (option){.letter = '?', .word = word} : found;
    }
    return (option){.letter = '?', .word = word};
}

/* The option at argv[*i]; moves *i after it and its value, or to the script. Like lua, takes no
 * letters together (-iv), and no separate value that begins with a dash (-e -x). */
static option next_option(int argc, char **argv, int *i) {
    const char *word = *i < argc ? argv[*i] : "";
    if (word[0] != '-' || word[1] == '\0')
        return (option){.letter = '\0'};
    ++*i;
    if (strcmp(word, "--") == 0)
        return (option){.letter = '\0'};
    if (word[1] == '-')
        return long_option(argc, argv, i, word);
    option found = {.letter = word[1], .word = word, .complete = true};
    if (word[1] == 'e' || word[1] == 'l') {
        if (word[2] != '\0')
            found.value = word + 2;
        else if (*i < argc && argv[*i][0] != '-')
            found.value = argv[(*i)++];
        found.complete = found.value != NULL;
    } else if (strchr("EWhiv", word[1]) == NULL || word[2] != '\0') {
        found.letter = '?';
    }
    return found;
}

static void reject(const char *message) {
    fputs("dnnlua: ", stderr);
    dnnlua_print_text(stderr, message);
    fprintf(stderr, "\n%s", usage);
    exit(2);
}

static long long whole_number(const option *given, long long low, long long high,
                              const char *wanted) {
    char *end;
    errno = 0;
    long long number = strtoll(given->value, &end, 10);
    if (*end != '\0' || end == given->value || errno != 0 || number < low || number > high) {
        char message[256];
        snprintf(message, sizeof message, "%s needs %s, got '%s'", given->word, wanted,
                 given->value);
        reject(message);
    }
    return number;
}

static void take_option(options *all, const option *given) {
    _Static_assert(DNN_MAX_THREADS == 256, "said in the message about threads");
    char message[256];
    if (given->letter == '?' || !given->complete) {
        snprintf(message, sizeof message,
                 given->letter == '?' ? "unknown option '%s'" : "'%s' needs an argument",
                 given->word);
        reject(message);
    }
    switch (given->letter) {
    case 'h':
        fputs(usage, stdout);
        exit(0);
    case 'V':
        puts(PROGRAM_BANNER);
        exit(0);
    case 'i':
        all->prompt = all->version = true;
        break;
    case 'v':
        all->version = true;
        break;
    case 'e':
        all->statements = true;
        break;
    case 'l':
        all->modules = true;
        break;
    case 'W':
        all->warnings = true;
        break;
    case 'E':
        all->no_environment = true;
        break;
    case 's':
        all->seeded = true;
        all->seed = whole_number(given, LUA_MININTEGER, LUA_MAXINTEGER, "a whole number");
        break;
    case 't':
        whole_number(given, 1, DNN_MAX_THREADS, "a whole number from 1 to 256");
        all->threads = given->value;
        break;
    case 'S':
        all->safe = true;
        break;
    case 'm':
        all->memory = (size_t)whole_number(given, 1, 1 << 20, "a whole number from 1 to 1048576");
        break;
    case 'x':
        all->time = (unsigned)whole_number(given, 1, 31536000, "a whole number from 1 to 31536000");
        break;
    case 'T':
        all->traceback = true;
        break;
    case 'p':
        all->profile = true;
        break;
    case 'w':
        all->view = true;
        break;
    }
}

/* What does not go together. */
static void check_safe(options *all, int argc) {
    if (!all->safe && (all->memory > 0 || all->time > 0))
        reject("'--memory' and '--time' are for '--safe'");
    if (all->safe && (all->prompt || all->view))
        reject("'--safe' works with neither '-i' nor '--view'");
    if (all->safe && all->script == argc && !all->statements)
        reject("'--safe' needs a script");
    all->memory = all->memory > 0 ? all->memory : 2048;
    all->time = all->time > 0 ? all->time : 600;
}

options parse_options(int argc, char **argv) {
    options all = {0};
    int i = 1;
    for (option given; (given = next_option(argc, argv, &i)).letter != '\0';)
        take_option(&all, &given);
    all.script = i;
    check_safe(&all, argc);
    return all;
}

action next_action(int argc, char **argv, int *i) {
    option given;
    do {
        given = next_option(argc, argv, i);
    } while (given.letter != '\0' && strchr("elW", given.letter) == NULL);
    return (action){given.letter, given.value};
}
