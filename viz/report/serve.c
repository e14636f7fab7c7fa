/* serve.c: two answers, the page and its data, by libmicrohttpd.
 *
 * The server has no thread of its own: the loop below polls the runs and lets it answer, so nothing
 * is locked. Data are written once for each change, not for each request. */
#include "viz/report/serve.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>

#include "core/clock.h"
#include "core/text_stream.h"

#define BEAT_MS 200 /* between two looks for new values */

typedef struct server {
    const serve_source *source;
    int port;
    report report;
    char *page, *data; /* the page is the same for all time */
    size_t page_size, data_size;
    uint64_t version;
    bool failed; /* out of memory */
} server;

static volatile sig_atomic_t ended;

static void on_signal(int number) {
    (void)number;
    ended = 1;
}

/* --- texts --- */

static void write_page(server *s) {
    FILE *out = dnn_text_open(&s->page, &s->page_size);
    s->failed = out == NULL || !report_write_page(NULL, out);
    s->failed = !dnn_text_close(out) || s->failed;
}

static void write_data(server *s) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = dnn_text_open(&text, &size);
    s->report.version = ++s->version;
    bool good = out != NULL && report_write_data(&s->report, out);
    good = dnn_text_close(out) && good;
    if (!good) {
        free(text);
        s->failed = true;
        return;
    }
    free(s->data);
    s->data = text;
    s->data_size = size;
}

/* --- answers --- */

static enum MHD_Result answer(struct MHD_Connection *c, unsigned status, const char *type,
                              const char *text, size_t size) {
    struct MHD_Response *r =
        MHD_create_response_from_buffer(size, (void *)(uintptr_t)text, MHD_RESPMEM_MUST_COPY);
    if (r == NULL)
        return MHD_NO;
    MHD_add_response_header(r, "Content-Type", type);
    MHD_add_response_header(r, "Cache-Control", "no-store");
    MHD_add_response_header(r, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(r, "Cross-Origin-Resource-Policy", "same-origin");
    enum MHD_Result result = MHD_queue_response(c, status, r);
    MHD_destroy_response(r);
    return result;
}

static enum MHD_Result refuse(struct MHD_Connection *c, unsigned status, const char *why) {
    return answer(c, status, "text/plain; charset=utf-8", why, strlen(why));
}

/* The names that this machine has for itself; any other in the Host header is a name from elsewhere
 * that leads here. */
static bool is_own_host(const char *host, int port) {
    static const char *const names[] = {"localhost", "127.0.0.1"};
    char expected[64];
    for (int i = 0; host != NULL && i < 2; i++) {
        snprintf(expected, sizeof expected, "%s:%d", names[i], port);
        if (strcmp(host, expected) == 0 || (port == 80 && strcmp(host, names[i]) == 0))
            return true;
    }
    return false;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *c, const char *path,
                                  const char *method, const char *http, const char *body,
                                  size_t *body_size, void **state) {
    server *s = context;
    (void)http, (void)body, (void)body_size, (void)state;
    const char *known = MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, "version");
    if (!is_own_host(MHD_lookup_connection_value(c, MHD_HEADER_KIND, "Host"), s->port))
        return refuse(c, MHD_HTTP_FORBIDDEN, "dnnview answers to localhost alone\n");
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0)
        return refuse(c, MHD_HTTP_METHOD_NOT_ALLOWED, "dnnview is read only\n");
    if (strcmp(path, "/") == 0)
        return answer(c, MHD_HTTP_OK, "text/html; charset=utf-8", s->page, s->page_size);
    if (strcmp(path, "/data") != 0)
        return refuse(c, MHD_HTTP_NOT_FOUND, "not found\n");
    if (known != NULL && strtoull(known, NULL, 10) == s->version)
        return answer(c, MHD_HTTP_NO_CONTENT, "application/json", "", 0);
    return answer(c, MHD_HTTP_OK, "application/json", s->data, s->data_size);
}

/* --- the loop --- */

static void wait_for_requests(struct MHD_Daemon *daemon) {
    fd_set reads, writes, problems;
    int most = 0;
    FD_ZERO(&reads);
    FD_ZERO(&writes);
    FD_ZERO(&problems);
    if (MHD_get_fdset(daemon, &reads, &writes, &problems, &most) == MHD_YES) {
        struct timeval beat = {.tv_usec = BEAT_MS * 1000};
        select(most + 1, &reads, &writes, &problems, &beat);
    }
    MHD_run(daemon);
}

static void catch_signals(void) {
    struct sigaction caught = {.sa_handler = on_signal};
    sigaction(SIGINT, &caught, NULL);
    sigaction(SIGTERM, &caught, NULL);
}

static struct MHD_Daemon *start(server *s, int port) {
    struct sockaddr_in loopback = {.sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return MHD_start_daemon(MHD_NO_FLAG, (uint16_t)port, NULL, NULL, on_request, s,
                            MHD_OPTION_SOCK_ADDR, &loopback, MHD_OPTION_CONNECTION_LIMIT, 32u,
                            MHD_OPTION_CONNECTION_TIMEOUT, 30u, MHD_OPTION_END);
}

dnn_status serve_report(const serve_source *source, int port, FILE *out, dnn_error *err) {
    server s = {.source = source, .port = port};
    struct MHD_Daemon *daemon = start(&s, port);
    if (daemon == NULL)
        return dnn_fail(err, DNN_ERROR_STATE,
                        "port %d of the loopback address is not free; --serve 0 takes any that is",
                        port);
    s.port = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
    catch_signals();
    write_page(&s);
    fprintf(out, "http://localhost:%d/\n", s.port);
    fflush(out);
    double looked = 0;
    while (!ended && !s.failed) {
        double now = dnn_clock_seconds();
        if (now - looked >= BEAT_MS * 1e-3 || s.data == NULL) {
            looked = now;
            if (source->update(source->context, &s.report) || s.data == NULL)
                write_data(&s);
        }
        wait_for_requests(daemon);
    }
    MHD_stop_daemon(daemon);
    free(s.page);
    free(s.data);
    return s.failed ? dnn_fail(err, DNN_ERROR_MEMORY, "no memory for the page") : DNN_OK;
}
