/* A window on a Wayland desktop whose scale is 2. */
#include "sample_window.h"

static void the_page_has_all_pixels_of_the_screen(void **state) {
    (void)state;
    dnn_error err;
    runs all = {0};
    view v;
    window w;
    dnn_control none = {.fd = -1};
    int width, height;
    check_ok(fonts_open(&err));
    view_init(&v, &all, 400, 300);
    check_ok(window_open(&w, &v, &none, 400, 300, &err));
    assert_string_equal(SDL_GetCurrentVideoDriver(), "wayland");
    w.more = read_more;
    w.context = &all;
    uint64_t begin = SDL_GetTicks64();
    while ((w.frames == 0 || w.density < 2) && SDL_GetTicks64() - begin < 60000)
        window_step(&w, 10);
    SDL_GetWindowSize(w.sdl, &width, &height);
    assert_true(w.density == 2 && w.frames > 0);
    assert_true(v.width == (float)width && v.height == (float)height);
    assert_int_equal(w.pixels.width, 2 * width);
    assert_int_equal(w.pixels.height, 2 * height);
    SDL_GetRendererOutputSize(w.renderer, &width, &height);
    assert_int_equal(w.pixels.width, width);
    assert_int_equal(w.pixels.height, height);
    window_close(&w);
    view_free(&v);
    fonts_close();
    assert_int_equal(dnn_allocations_live(), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_page_has_all_pixels_of_the_screen)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
