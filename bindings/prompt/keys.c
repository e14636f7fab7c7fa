/* keys.c: bytes, signals and escape sequences of the terminal as keys.
 *
 * Bytes are read one by one, so that what is typed ahead stays for the programs that an input
 * starts; only a paste is read in pieces. Signals are let through while waiting, and nowhere else.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "bindings/prompt/parts.h"
#include "core/utf8.h"

enum {
    ESCAPE = 033,
    END_OF_INPUT = -1, /* what next_byte returns in place of a byte */
    SIGNALLED = -2,
    TIMED_OUT = -3,
    SEQUENCE_MILLISECONDS = 50, /* within which the rest of an escape sequence comes */
    STOP_MILLISECONDS = 100     /* within which SIGTSTP stops the program */
};

/* --- signals --- */

static const int caught[] = {SIGINT, SIGWINCH, SIGCONT, SIGTERM, SIGHUP, SIGQUIT};
enum { CAUGHT = sizeof caught / sizeof *caught };

static volatile sig_atomic_t arrived[CAUGHT];
static struct sigaction before[CAUGHT];
static int wake[2] = {-1, -1}; /* a pipe: the module's threads take signals too, and would not end a
                                  wait of this one */

static void note_signal(int number) {
    int error = errno;
    if (number == SIGINT && is_same_interrupt())
        return;
    for (int i = 0; i < CAUGHT; i++)
        arrived[i] |= caught[i] == number;
    ssize_t written = write(wake[1], "", 1);
    (void)written; /* a full pipe wakes as well */
    errno = error;
}

/* Terminals then mark what is pasted, see read_paste. */
static void ask_for_marked_pastes(bool marked) {
    const char *sequence = marked ? "\033[?2004h" : "\033[?2004l";
    if (write(STDOUT_FILENO, sequence, strlen(sequence)) < 0)
        return; /* the next draw will meet it */
}

void begin_keys(void) {
    struct sigaction noting = {.sa_handler = note_signal, .sa_flags = SA_RESTART};
    if (wake[0] < 0 && pipe2(wake, O_CLOEXEC | O_NONBLOCK) != 0)
        wake[0] = wake[1] = -1; /* signals wait for the next key */
    for (int i = 0; i < CAUGHT; i++) {
        arrived[i] = false;
        sigaction(caught[i], &noting, &before[i]);
        if (before[i].sa_handler == SIG_IGN) /* as nohup wants it */
            sigaction(caught[i], &before[i], NULL);
    }
    ask_for_marked_pastes(true);
}

void end_keys(void) {
    ask_for_marked_pastes(false);
    for (int i = 0; i < CAUGHT; i++) {
        sigaction(caught[i], &before[i], NULL);
        if (arrived[i])
            raise(caught[i]); /* it is for who comes now */
    }
}

/* The key that a signal is, or 0. */
static wchar_t signal_key(EditLine *el) {
    for (int i = 0; i < CAUGHT; i++) {
        bool is_key = caught[i] == SIGINT || caught[i] == SIGWINCH || caught[i] == SIGCONT;
        if (!arrived[i] || !is_key)
            continue;
        arrived[i] = false;
        if (caught[i] == SIGINT) {
            obey_interrupt();
            return KEY_CANCEL;
        }
        if (caught[i] == SIGWINCH)
            return KEY_REDRAW;
        libedit.set(el, EL_PREP_TERM, 0); /* the shell has had the terminal meanwhile */
        libedit.set(el, EL_PREP_TERM, 1);
        ask_for_marked_pastes(true);
        return KEY_RESUME;
    }
    return 0;
}

/* True when a signal has arrived that is not a key: end_keys raises it. */
static bool must_end(void) {
    for (int i = 0; i < CAUGHT; i++)
        if (arrived[i])
            return true;
    return false;
}

/* --- bytes --- */

enum { PIECE = 4096 };
static unsigned char waiting[PIECE + 4]; /* read, and not yet taken; room to put a character back */
static size_t first_waiting, behind_waiting;

/* Waits for ever when milliseconds is negative. */
static int wait_for_bytes(int milliseconds) {
    struct pollfd sources[] = {
        {.fd = STDIN_FILENO, .events = POLLIN},
        {.fd = wake[0],      .events = POLLIN}
    };
    char signals[64];
    int ready = poll(sources, 2, milliseconds);
    if (ready <= 0)
        return ready == 0 ? TIMED_OUT : errno == EINTR ? SIGNALLED : END_OF_INPUT;
    return read(wake[0], signals, sizeof signals) > 0 ? SIGNALLED : 0;
}

/* The next byte. Reads up to `size` of them. */
static int next_byte(size_t size, int milliseconds) {
    if (first_waiting == behind_waiting) {
        int failure = wait_for_bytes(milliseconds);
        if (failure != 0)
            return failure;
        ssize_t count = read(STDIN_FILENO, waiting, size);
        if (count <= 0)
            return END_OF_INPUT;
        first_waiting = 0;
        behind_waiting = (size_t)count;
    }
    return waiting[first_waiting++];
}

/* The last bytes taken are the next again. */
static void put_back(const char *bytes, size_t count) {
    size_t rest = behind_waiting - first_waiting;
    memmove(waiting + count, waiting + first_waiting, rest);
    memcpy(waiting, bytes, count);
    first_waiting = 0;
    behind_waiting = count + rest;
}

static int next_of_sequence(void) {
    int byte;
    do {
        byte = next_byte(1, SEQUENCE_MILLISECONDS);
    } while (byte == SIGNALLED);
    return byte;
}

/* --- keys --- */

static const struct {
    const char *sequence; /* after ESC [ or ESC O */
    wchar_t key;
} sequences[] = {
    {"A",    KEY_UP        },
    {"B",    KEY_DOWN      },
    {"C",    KEY_RIGHT     },
    {"D",    KEY_LEFT      },
    {"H",    KEY_HOME      },
    {"F",    KEY_END       },
    {"1~",   KEY_HOME      },
    {"7~",   KEY_HOME      },
    {"4~",   KEY_END       },
    {"8~",   KEY_END       },
    {"3~",   KEY_DELETE    },
    {"5~",   KEY_PAGE_UP   },
    {"6~",   KEY_PAGE_DOWN },
    {"1;5C", KEY_WORD_RIGHT},
    {"1;3C", KEY_WORD_RIGHT},
    {"1;5D", KEY_WORD_LEFT },
    {"1;3D", KEY_WORD_LEFT },
    {"1;5A", KEY_PAGE_UP   },
    {"1;5B", KEY_PAGE_DOWN },
    {"Z",    KEY_SHIFT_TAB },
    {"200~", KEY_PASTE     },
};

/* The key of the sequence after ESC and `introducer`; 0 for one that means nothing here, of which
 * nothing is left over. */
static wchar_t read_sequence(int introducer) {
    char sequence[16];
    size_t length = 0;
    int byte;
    do {
        byte = next_of_sequence();
        if (byte < 0x20 || byte > 0x7E)
            return 0;
        if (length < sizeof sequence - 1)
            sequence[length++] = (char)byte;
    } while (introducer == '[' && byte < 0x40);
    sequence[length] = '\0';
    for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++)
        if (strcmp(sequences[i].sequence, sequence) == 0)
            return sequences[i].key;
    return 0;
}

/* What follows an ESC. Alone it is a key itself, before another key it is Alt. */
static wchar_t read_escape(void) {
    int byte = next_of_sequence();
    if (byte == '[' || byte == 'O')
        return read_sequence(byte);
    if (byte == '\r' || byte == '\n')
        return KEY_NEWLINE;
    if (byte >= 0) /* libedit's bindings know what Alt and a letter is */
        put_back(&(char){(char)byte}, 1);
    return ESCAPE;
}

/* The character that begins with a byte; 0 for a control character that keyboards do not have. */
static wchar_t read_character(int byte) {
    char bytes[DNN_UTF8_MAX] = {(char)byte};
    size_t length = dnn_utf8_length((char)byte), count = 1, used;
    while (count < length) {
        int next = next_of_sequence();
        if (next < 0)
            break;
        bytes[count++] = (char)next;
        if (!dnn_utf8_continues((char)next))
            break;
    }
    wchar_t wide = decode_character(bytes, count, &used);
    put_back(bytes + used, count - used);
    return wide >= 0x80 && wide < 0xA0 ? 0 : wide;
}

bool keys_are_waiting(void) {
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    return first_waiting < behind_waiting || poll(&input, 1, 0) > 0;
}

/* As the terminal does on Ctrl-Z. SIGCONT is a key; where nobody would send it, the program was not
 * stopped. */
static void stop_program(EditLine *el) {
    struct pollfd signals = {.fd = wake[0], .events = POLLIN};
    ask_for_marked_pastes(false);
    libedit.set(el, EL_PREP_TERM, 0);
    kill(0, SIGTSTP);
    if (poll(&signals, 1, STOP_MILLISECONDS) == 0)
        note_signal(SIGCONT);
}

int read_key(EditLine *el, wchar_t *key) {
    while ((*key = signal_key(el)) == 0) {
        int byte = must_end() ? END_OF_INPUT : next_byte(1, -1);
        if (byte == END_OF_INPUT)
            return 0;
        if (byte == SIGNALLED)
            continue;
        if (byte == ESCAPE)
            *key = read_escape();
        else if (byte == 'C' - '@')
            *key = KEY_CANCEL;
        else if (byte == 'Z' - '@')
            stop_program(el);
        else
            *key = read_character(byte);
        if (*key != 0) {
            end_interrupt_burst();
            break;
        }
    }
    return 1;
}

void read_paste(text *pasted) {
    static const char end[] = "\033[201~";
    size_t matched = 0; /* bytes of the end that were read */
    int byte, last = 0;

    while (matched < sizeof end - 1) {
        byte = next_byte(PIECE, -1);
        if (byte == END_OF_INPUT)
            return;
        if (byte == SIGNALLED)
            continue;
        if (byte == end[matched]) {
            matched++;
            continue;
        }
        if (matched > 1) /* but for the escape it was text */
            add_bytes(pasted, end + 1, matched - 1);
        matched = byte == end[0];
        if (byte == '\r' || (byte == '\n' && last != '\r'))
            add_bytes(pasted, "\n", 1);
        else if (byte == '\t' || (byte >= ' ' && byte != 0x7F))
            add_bytes(pasted, &(char){(char)byte}, 1);
        last = byte;
    }
}
