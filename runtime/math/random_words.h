/* random_words.h: random bits in bulk, addressed by their place.
 *
 * Word i of a key is word i % 4 of Philox4x32-10 (core/random.h) at counter i / 4, so any part can
 * be drawn by itself, on any thread, and again. */
#ifndef DNN_MATH_RANDOM_WORDS_H
#define DNN_MATH_RANDOM_WORDS_H

#include <stddef.h>
#include <stdint.h>

#define DNN_WORD_BLOCK ((size_t)256) /* words drawn at a time */

/* Words block * DNN_WORD_BLOCK, ... into `words`. */
void dnn_random_words(uint64_t key, uint64_t block, uint32_t words[DNN_WORD_BLOCK]);

#endif
