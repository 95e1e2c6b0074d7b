// Winograd's transforms between planes of images and the points where products are taken.
#pragma once

#include "vectors.h"

namespace {

// ---- Winograd's transforms
//
// Four outputs Y (2 x 2) of a 5 x 5 window w are Y = A' [(G w G') * (B' d B)] A. Here d is the 6 x 6
// input of these outputs, and * is elementwise (Lavin & Gray 2015). The sum over channels needs 36
// products instead of 4 * 25. The matrices interpolate at 0, 1, -1, 2, -1/2 and infinity. The
// textbook has -2 in place of -1/2, which doubles the rounding errors.

constexpr int OUT = 2, IN = OUT + K - 1, POINTS = IN * IN;

struct OfOutput {  // A'
    static constexpr int ROWS = OUT, COLUMNS = IN;
    static constexpr float at(int r, int c) {
        constexpr float m[ROWS][COLUMNS] = {{1, 1, 1, 1, 1, 0}, {0, 1, -1, 2, -1 / 2.f, 1}};
        return m[r][c];
    }
};
struct OfWeight {  // G
    static constexpr int ROWS = IN, COLUMNS = K;
    static constexpr float at(int r, int c) {
        constexpr float m[ROWS][COLUMNS] = {{1, 0, 0, 0, 0},
                                            {-1 / 3.f, -1 / 3.f, -1 / 3.f, -1 / 3.f, -1 / 3.f},
                                            {1 / 3.f, -1 / 3.f, 1 / 3.f, -1 / 3.f, 1 / 3.f},
                                            {1 / 15.f, 2 / 15.f, 4 / 15.f, 8 / 15.f, 16 / 15.f},
                                            {-16 / 15.f, 8 / 15.f, -4 / 15.f, 2 / 15.f, -1 / 15.f},
                                            {0, 0, 0, 0, 1}};
        return m[r][c];
    }
};
struct OfInput {  // B'
    static constexpr int ROWS = IN, COLUMNS = IN;
    static constexpr float at(int r, int c) {
        constexpr float m[ROWS][COLUMNS] = {{1, 1.5f, -2, -1.5f, 1, 0}, {0, -1, -2.5f, -0.5f, 1, 0},
                                            {0, 1, 0.5f, -2.5f, 1, 0},  {0, -0.5f, -1, 0.5f, 1, 0},
                                            {0, 2, -1, -2, 1, 0},       {0, 1, 1.5f, -2, -1.5f, 1}};
        return m[r][c];
    }
};
template <class M> struct Transposed {  // the backward pass of a linear map
    static constexpr int ROWS = M::COLUMNS, COLUMNS = M::ROWS;
    static constexpr float at(int r, int c) { return M::at(c, r); }
};

// Row R of M times in[0], in[stride], ..., starting at column C. Zeros of M cost nothing.
template <class M, int R, int C, class T> [[gnu::always_inline]] inline void add_row(const T* in, int stride, T& sum) {
    constexpr float factor = M::at(R, C);
    if constexpr (factor == 1)
        sum += in[C * stride];
    else if constexpr (factor != 0)
        sum += factor * in[C * stride];
    if constexpr (C + 1 < M::COLUMNS) add_row<M, R, C + 1>(in, stride, sum);
}

// out = M in, for vectors of ROWS and COLUMNS values.
template <class M, int R = 0, class T>
[[gnu::always_inline]] inline void multiply(const T* in, int in_stride, T* out, int out_stride) {
    T sum = -T{};  // -0: the compiler can drop the addition of the first term
    add_row<M, R, 0>(in, in_stride, sum);
    out[R * out_stride] = sum;
    if constexpr (R + 1 < M::ROWS) multiply<M, R + 1>(in, in_stride, out, out_stride);
}

// out = M in M', for squares: get(row, column) reads in, put(row, column, value) writes out.
template <class M, class T, class Get, class Put> void both_ways(Get get, Put put) {
    T half[M::ROWS * M::COLUMNS], line[M::COLUMNS], result[M::ROWS];
    for (int c = 0; c < M::COLUMNS; ++c) {
        for (int r = 0; r < M::COLUMNS; ++r) line[r] = get(r, c);
        multiply<M>(line, 1, half + c, M::COLUMNS);
    }
    for (int r = 0; r < M::ROWS; ++r) {
        multiply<M>(half + r * M::COLUMNS, 1, result, 1);
        for (int c = 0; c < M::ROWS; ++c) put(r, c, result[c]);
    }
}

// Consecutive tiles of planes [channel][side][side][batch]; tiles are two positions apart.
struct Tiles {
    long first, count, across, batch;
    long length() const { return count * batch; }
    // Floats from one point's matrix to the next: an even number of cache lines of 16 floats. Matrices of
    // 2^n lines are 2^n + 2 lines apart: 2^n lines apart, all 36 would compete for the same cache sets.
    long pitch(long channels) const { return (channels * length() / 16 | 1) * 16 + 16; }
    long corner(long t, long side) const { return ((first + t) / across * side + (first + t) % across) * OUT * batch; }
};

// points [36][channel][tile][image] = M patch M', for the square patch at each tile's corner.
template <class M> void to_points(const Tiles& tiles, const float* planes, long channels, long side, float* points) {
    const long n = tiles.length(), pitch = tiles.pitch(channels), batch = tiles.batch;
    for (long c = 0; c < channels; ++c)
        for (long t = 0; t < tiles.count; ++t) {
            const float* from = planes + c * side * side * batch + tiles.corner(t, side);
            float* to = points + c * n + t * batch;
            sweep_again(batch, [=](long p, auto kind) {
                using T = decltype(kind);
                both_ways<M, T>([=](long r, long c) { return load<T>(from + p + (r * side + c) * batch); },
                                [=](long r, long c, T value) { store(to + p + (r * IN + c) * pitch, value); });
            });
        }
}

// The patch at each tile's corner = M points M' + bias; with ADD, add M points M' to the patch.
template <class M, bool ADD>
void from_points(const Tiles& tiles, const float* points, long channels, long side, const float* bias, float* planes) {
    const long n = tiles.length(), pitch = tiles.pitch(channels), batch = tiles.batch;
    for (long c = 0; c < channels; ++c)
        for (long t = 0; t < tiles.count; ++t) {
            const float* from = points + c * n + t * batch;
            const float shift = ADD ? 0 : bias[c];
            float* to = planes + c * side * side * batch + tiles.corner(t, side);
            sweep_again(batch, [=](long p, auto kind) {
                using T = decltype(kind);
                both_ways<M, T>([=](long r, long c) { return load<T>(from + p + (r * IN + c) * pitch); },
                                [=](long r, long c, T value) {
                                    float* target = to + p + (r * side + c) * batch;
                                    if constexpr (!ADD)
                                        store(target, value + shift);
                                    else
                                        store(target, load<T>(target) + uncovered(value, p, batch));
                                });
            });
        }
}

}  // namespace
