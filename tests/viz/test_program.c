/* dnnview as a program, without a display: what it writes, what it says, and with which status. The
 * environment's DNNVIEW is its path. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "viz/sample_run.h"

static char folder[64], output[1 << 16];

static int make_folder(void **state) {
    (void)state;
    strcpy(folder, "/tmp/dnn-program-XXXXXX");
    if (mkdtemp(folder) == NULL || chdir(folder) != 0)
        return -1;
    unsetenv("DISPLAY");
    unsetenv("WAYLAND_DISPLAY");
    unsetenv("SDL_VIDEODRIVER");
    unsetenv("CLICOLOR_FORCE");
    unsetenv("DNNVIEW_FONT");
    setenv("COLUMNS", "100", 1);
    sample_run("runs/cats", SAMPLE_STEPS);
    sample_run("runs/dogs", SAMPLE_STEPS / 2);
    return mkdir("empty", 0700);
}

static int remove_folder(void **state) {
    (void)state;
    char line[96];
    snprintf(line, sizeof line, "rm -rf %s", folder);
    return chdir("/") != 0 || system(line) != 0;
}

/* Runs dnnview with these arguments; its output and its errors are left in `output`. */
static int dnnview(const char *arguments) {
    char line[1024];
    snprintf(line, sizeof line, "{ \"$DNNVIEW\" %s; } 2>&1 </dev/null", arguments);
    FILE *out = popen(line, "r");
    assert_non_null(out);
    size_t n = fread(output, 1, sizeof output - 1, out);
    output[n] = '\0';
    int status = pclose(out);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void check_says(const char *arguments, int status, const char *part) {
    int came = dnnview(arguments);
    if (came != status || strstr(output, part) == NULL)
        fail_msg("dnnview %s: status %d, expected %d and \"%s\":\n%s", arguments, came, status,
                 part, output);
}

static void a_command_line_that_makes_no_sense_is_status_2(void **state) {
    (void)state;
    check_says("", 2, "which run? Give its folder, as in: dnnview runs/cats");
    check_says("--colour runs/cats", 2, "unknown option '--colour'");
    check_says("--txet runs/cats", 2, "unknown option '--txet'; did you mean '--text'?");
    check_says("runs/cats --csv - --svg -", 2, "one thing at a time goes to the standard output");
    check_says("runs/cats --png", 2, "--png needs a value: FILE");
    check_says("runs/cats --size 12", 2, "--size takes WIDTHxHEIGHT, not '12'");
    check_says("runs/cats --size 800x600x4", 2, "--size takes WIDTHxHEIGHT, not '800x600x4'");
    check_says("runs/cats --x time", 2, "--x takes step|epoch|relative|wall, not 'time'");
    check_says("runs/cats --y=big", 2, "--y takes linear|log|symlog, not 'big'");
    check_says("runs/cats --smooth 1", 2, "--smooth takes 0..0.9999, not '1'");
    check_says("runs/cats --theme red", 2, "--theme takes light|dark, not 'red'");
    check_says("runs/cats --text=yes", 2, "--text takes no value");
    check_says("runs/cats --control x", 2, "--control takes FD, not 'x'");
}

static void what_is_no_run_is_named_with_status_1(void **state) {
    (void)state;
    check_says("nowhere", 1, "nowhere: No such file or directory");
    check_says("empty --text", 1, "empty: holds no run");
    check_says("empty", 1, "no display"); /* a window would wait for a first run */
    check_says("runs/cats empty --text", 1, "empty: holds no run");
    check_says("-- --png", 1, "--png: No such file or directory");
}

static void without_a_display_it_says_what_goes_instead(void **state) {
    (void)state;
    check_says("runs/cats", 1, "neither DISPLAY nor WAYLAND_DISPLAY is set");
    check_says("runs/cats", 1, "--text plots in the terminal and --png FILE writes an image");
}

static void a_file_that_cannot_be_written_is_named(void **state) {
    (void)state;
    check_says("runs/cats --png no/cats.png", 1, "no/cats.png");
    check_says("runs/cats --svg no/cats.svg", 1, "no/cats.svg");
    check_says("runs/cats --csv no/cats.csv", 1, "no/cats.csv");
    check_says("runs/cats --follow", 1, "--text alone plots once");
}

static void output_that_cannot_be_written_is_an_error(void **state) {
    (void)state;
    if (access("/dev/full", W_OK) != 0)
        skip();
    check_says("runs/cats --text >/dev/full", 1, "dnnview: the standard output: No space left");
    check_says("runs/cats --png - >/dev/full", 1, "dnnview: the standard output: No space left");
    check_says("--keys >/dev/full", 1, "dnnview: the standard output: No space left");
}

static size_t read_file(const char *path, char *bytes, size_t size) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t n = fread(bytes, 1, size - 1, file);
    fclose(file);
    bytes[n] = '\0';
    return n;
}

/* Width and height stand in a PNG's first chunk, as big-endian numbers. */
static unsigned png_number(const char *path, size_t at) {
    char bytes[32];
    assert_true(read_file(path, bytes, sizeof bytes) == sizeof bytes - 1);
    const unsigned char *b = (const unsigned char *)bytes + at;
    assert_memory_equal(bytes, "\x89PNG\r\n\x1a\n", 8);
    return (unsigned)b[0] << 24 | (unsigned)b[1] << 16 | (unsigned)b[2] << 8 | b[3];
}

static unsigned png_height(const char *path) {
    return png_number(path, 20);
}

static void check_png_size(const char *path, unsigned width, unsigned height) {
    assert_int_equal(png_number(path, 16), width);
    assert_int_equal(png_height(path), height);
}

static void pictures_have_the_size_that_was_asked_for(void **state) {
    (void)state;
    check_says("runs/cats --png a.png", 0, "");
    check_png_size("a.png", 1200, 800);
    check_says("runs/cats --png b.png --size 640x480 --scale 2 --theme dark", 0, "");
    check_png_size("b.png", 1280, 960);
    check_says("runs/cats --png c.png --size 640x480 --all", 0, "");
    assert_true(png_height("c.png") > 480);
}

static void one_call_writes_all_kinds_of_files(void **state) {
    (void)state;
    char text[1 << 16];
    check_says("runs --png c.png --svg c.svg --csv c.csv --only cost --log --smooth 0.9", 0, "");
    assert_string_equal(output, "");
    read_file("c.svg", text, sizeof text);
    assert_non_null(strstr(text, "<svg"));
    read_file("c.csv", text, sizeof text);
    assert_non_null(strstr(text, "run,tag,step,wall_time,value\ncats,cost/train,1,"));
    assert_non_null(strstr(text, "\ndogs,cost/test,100,"));
    assert_null(strstr(text, "grad_norm"));
    check_says("runs/cats --csv h.csv --only weights", 0, "");
    read_file("h.csv", text, sizeof text);
    assert_non_null(strstr(text, "run,tag,step,wall_time,value,from,to\n"
                                 "cats,weights/1 Linear,10,1700000010.000000,1,-2,-1\n"
                                 "cats,weights/1 Linear,10,1700000010.000000,5,-1,0\n"));
}

static void text_is_plotted_within_the_columns_and_plain_in_a_pipe(void **state) {
    (void)state;
    check_says("runs/cats --text", 0, "cost");
    assert_null(strchr(output, '\033'));
    assert_non_null(strstr(output, "grad norm by layer"));
    for (const char *line = output; *line != '\0'; line += strcspn(line, "\n") + 1) {
        size_t characters = 0;
        for (const char *c = line; *c != '\n'; c++)
            characters += ((unsigned char)*c & 0xC0) != 0x80;
        assert_true(characters <= 100);
    }
    for (int rows = 8; rows < 20; rows++) { /* in few lines too no number is over the title */
        char low[64];
        snprintf(low, sizeof low, "runs/cats --text --size 60x%d --only cost", rows);
        check_says(low, 0, " cost");
    }
    check_says("runs/cats --text --size 60x20 --only cost", 0, "test");
    size_t lines = 0;
    for (const char *c = output; *c != '\0'; c++)
        lines += *c == '\n';
    assert_int_equal(lines, 20);
}

static void a_torn_run_shows_what_is_there(void **state) {
    (void)state;
    assert_int_equal(system("mkdir torn && head -c 20000 runs/cats/* > torn/events.out.tfevents.1.x"
                            " && head -c 3 /dev/urandom >> torn/events.out.tfevents.1.x"),
                     0);
    check_says("torn --png torn.png", 0, "");
    check_png_size("torn.png", 1200, 800);
}

static void the_manual_page_and_the_version_are_there(void **state) {
    (void)state;
    const char *const words[] = {"usage: dnnview [options] RUN...",
                                 "--png FILE",
                                 "--follow",
                                 "NO_COLOR",
                                 "exit status",
                                 "--only PATTERN"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        check_says("--help", 0, words[i]);
    check_says("-h", 0, "usage");
    check_says("--version", 0, "dnnview ");
}

static void the_installed_manual_page_has_every_option(void **state) {
    (void)state;
    static char page[1 << 15];
    char path[512], entry[64];
    const char *docs = getenv("DOCS");
    if (docs == NULL)
        skip();
    snprintf(path, sizeof path, "%s/dnnview.1", docs);
    read_file(path, page, sizeof page);
    check_says("--help", 0, "options\n");
    size_t options = 0;
    for (const char *line = strstr(output, "\n  --"); line != NULL;
         line = strstr(line + 1, "\n  --")) {
        snprintf(entry, sizeof entry, "\n.It Fl -%.*s", (int)strcspn(line + 5, " \n"), line + 5);
        if (strstr(page, entry) == NULL)
            fail_msg("docs/dnnview.1 lacks%s", entry);
        options++;
    }
    assert_true(options >= 20);
}

static char *read_manual(void) {
    static char text[1 << 16];
    char path[512];
    const char *docs = getenv("DOCS");
    if (docs == NULL)
        skip();
    snprintf(path, sizeof path, "%s/dnnview.md", docs);
    read_file(path, text, sizeof text);
    return text;
}

static void the_manual_lists_the_keys_and_the_options_that_there_are(void **state) {
    (void)state;
    const char *manual = read_manual();
    check_says("--keys", 0, "Shift+Tab");
    if (strstr(manual, output) == NULL)
        fail_msg("docs/dnnview.md does not hold what dnnview --keys says:\n%s", output);
    check_says("--help", 0, "options\n");
    char *options = strstr(output, "options\n") + strlen("options\n");
    *strstr(options, "\nexamples\n") = '\0';
    if (strstr(manual, options) == NULL)
        fail_msg("docs/dnnview.md does not hold what dnnview --help says:\n%s", options);
}

/* What TensorFlow's writers leave out or do otherwise; the files are others', and may be absent. */
static void logs_of_other_programs_are_read(void **state) {
    (void)state;
    char arguments[512], text[1 << 12];
    const char *docs = getenv("DOCS");
    struct stat info;
    snprintf(arguments, sizeof arguments, "%s/../../shared/cases/files/run_int_scalar",
             docs == NULL ? "" : docs);
    if (stat(arguments, &info) != 0)
        skip();
    strcat(arguments, " --csv n.csv");
    check_says(arguments, 0, "");
    read_file("n.csv", text, sizeof text);
    assert_non_null(strstr(text, ",n,0,1700000000.000000,100\n"));
    assert_non_null(strstr(text, ",n,2,1700000002.000000,102\n"));
    snprintf(arguments, sizeof arguments, "%s/../../shared/cases/files/run_plugin_once --csv p.csv",
             docs);
    check_says(arguments, 0, "");
    read_file("p.csv", text, sizeof text);
    assert_non_null(strstr(text, ",loss,0,1700000000.000000,10\n"));
    assert_non_null(strstr(text, ",loss,9,1700000009.000000,1\n"));
}

static void a_pattern_that_no_tag_matches_is_named_with_status_1(void **state) {
    (void)state;
    check_says("runs --text --only csot", 1, "no tag matches --only 'csot'; did you mean 'cost'?");
    check_says("runs --csv none.csv --only 'weight/*'", 1, "did you mean 'weights'?");
    check_says("runs --png none.png --only nosuch", 1, "no tag matches --only 'nosuch'\n");
    assert_int_equal(access("none.csv", F_OK) | access("none.png", F_OK), -1);
}

static void a_dash_is_the_standard_output(void **state) {
    (void)state;
    check_says("runs --only cost --csv -", 0, "run,tag,step,wall_time,value\n");
    check_says("runs --only cost --svg -", 0, "</svg>\n");
    check_says("runs --only cost --html -", 0, "</html>");
    check_says("runs --only cost --png -", 0, "PNG\r\n");
    assert_int_equal(access("-", F_OK), -1);
}

static void names_of_folders_cannot_steer_the_terminal(void **state) {
    (void)state;
    assert_int_equal(system("mkdir named && cp -r runs/cats \"$(printf 'named/a\\033[31mb')\" && "
                            "cp -r runs/cats named/c"),
                     0);
    check_says("named --text", 0, "a?[31mb");
    assert_null(strchr(output, '\033'));
    assert_int_equal(system("for f in named/a*/events*; do head -c 7 $f >>\"$f\"; done"), 0);
    check_says("named --csv n.csv", 0, "a?[31mb: ends inside a record");
    assert_null(strchr(output, '\033'));
}

static void several_runs_are_listed_in_words(void **state) {
    (void)state;
    check_says("runs --text", 0, "cost/test");
    const char *list = strstr(output, "run   state");
    assert_non_null(list);
    assert_non_null(strstr(list, "cats  finished  200"));
    assert_non_null(strstr(list, "0.082085")); /* exp(-200 / 80) */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_line_that_makes_no_sense_is_status_2),
        cmocka_unit_test(what_is_no_run_is_named_with_status_1),
        cmocka_unit_test(without_a_display_it_says_what_goes_instead),
        cmocka_unit_test(a_file_that_cannot_be_written_is_named),
        cmocka_unit_test(output_that_cannot_be_written_is_an_error),
        cmocka_unit_test(pictures_have_the_size_that_was_asked_for),
        cmocka_unit_test(one_call_writes_all_kinds_of_files),
        cmocka_unit_test(text_is_plotted_within_the_columns_and_plain_in_a_pipe),
        cmocka_unit_test(logs_of_other_programs_are_read),
        cmocka_unit_test(several_runs_are_listed_in_words),
        cmocka_unit_test(a_pattern_that_no_tag_matches_is_named_with_status_1),
        cmocka_unit_test(a_dash_is_the_standard_output),
        cmocka_unit_test(names_of_folders_cannot_steer_the_terminal),
        cmocka_unit_test(a_torn_run_shows_what_is_there),
        cmocka_unit_test(the_manual_page_and_the_version_are_there),
        cmocka_unit_test(the_installed_manual_page_has_every_option),
        cmocka_unit_test(the_manual_lists_the_keys_and_the_options_that_there_are),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
