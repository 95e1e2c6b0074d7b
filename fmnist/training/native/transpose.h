// Transpose a matrix, one square of whole vectors at a time.
#pragma once

#include <utility>

#include "vectors.h"

namespace {

#if defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)  // GCC from 12 on, Clang
#define HAS_SHUFFLES
#endif
#endif

#ifdef HAS_SHUFFLES
// Lanes of a and b in turn, starting at lane `first`.
template <int first, int... lane> Vec interleaved(Vec a, Vec b, std::integer_sequence<int, lane...>) {
    return __builtin_shufflevector(a, b, (first + lane / 2 + lane % 2 * WIDTH)...);
}

// Transpose WIDTH rows: interleave their upper and lower halves, log2(WIDTH) times.
void transpose_square(const float* in, long in_pitch, float* out, long out_pitch) {
    constexpr std::make_integer_sequence<int, WIDTH> lanes{};
    Vec row[WIDTH], dealt[WIDTH];
    for (int r = 0; r < WIDTH; ++r) row[r] = load<Vec>(in + r * in_pitch);
    for (int n = 1; n < WIDTH; n *= 2) {
        for (int r = 0; r < WIDTH / 2; ++r) {
            dealt[2 * r] = interleaved<0>(row[r], row[r + WIDTH / 2], lanes);
            dealt[2 * r + 1] = interleaved<WIDTH / 2>(row[r], row[r + WIDTH / 2], lanes);
        }
        std::copy_n(dealt, WIDTH, row);
    }
    for (int r = 0; r < WIDTH; ++r) store(out + r * out_pitch, row[r]);
}
#else
void transpose_square(const float* in, long in_pitch, float* out, long out_pitch) {
    for (int r = 0; r < WIDTH; ++r)
        for (int c = 0; c < WIDTH; ++c) out[c * out_pitch + r] = in[r * in_pitch + c];
}
#endif

// out [columns][rows] = in [rows][columns]. The last squares overlap the previous ones.
void transpose(const float* in, long rows, long columns, float* out) {
    if (rows < WIDTH || columns < WIDTH) {
        for (long r = 0; r < rows; ++r)
            for (long c = 0; c < columns; ++c) out[c * rows + r] = in[r * columns + c];
        return;
    }
    for (long r = 0; r < rows; r += WIDTH)
        for (long c = 0; c < columns; c += WIDTH) {
            const long top = std::min(r, rows - WIDTH), left = std::min(c, columns - WIDTH);
            transpose_square(in + top * columns + left, columns, out + left * rows + top, rows);
        }
}

}  // namespace
