// The two sums that all layers use, over rows of positions.
#pragma once

#include "vectors.h"

namespace {

// Tiles that fit in registers. Product: CHANNELS x (BUDGET / CHANNELS) sums; the other registers hold
// the inputs of one step and one weight. Weight gradient: GRAD x K sums, GRAD gradients, one input.
constexpr int BUDGET = REGISTERS * 3 / 4, CHANNELS = REGISTERS / 4, GRAD = (REGISTERS - 1) / (K + 1);
constexpr long BLOCK = 12 * WIDTH;  // positions that all channels process before the next block

// ---- products: out[o][p] = bias[o] + sum over k of w[o][k] * x[k][p]

struct Rows {  // a matrix: row k is contiguous and starts at first + start[k] + shift
    const float* first;
    const long* start;
    long shift = 0;
    const float* row(long k) const { return first + (start[k] + shift); }
};

std::vector<long> starts(long n, long pitch) {
    std::vector<long> out(n);
    for (long k = 0; k < n; ++k) out[k] = k * pitch;
    return out;
}

struct Product {
    const float* weight;  // w[o][k] is weight[o * per_channel + k * per_k]
    long per_channel, per_k;
    const float* bias;          // [channels], or null
    long channels, begin, end;  // the range of k: the first convolution skips rows of zeros
};

// N channels x V contiguous vectors, starting at position p.
template <int N, int V, class T> void product_tile(const Product& m, Rows x, long o, long p, float* out, long pitch) {
    constexpr long width = sizeof(T) / sizeof(float);
    T sum[N][V];
    for (int n = 0; n < N; ++n)
        for (int v = 0; v < V; ++v) sum[n][v] = T{} + (m.bias ? m.bias[o + n] : 0.0f);
    const float* w = m.weight + o * m.per_channel + m.begin * m.per_k;
    for (long k = m.begin; k < m.end; ++k, w += m.per_k) {
        const float* in = x.row(k) + p;
        T value[V];
        for (int v = 0; v < V; ++v) value[v] = load<T>(in + v * width);
        for (int n = 0; n < N; ++n)
            for (int v = 0; v < V; ++v) sum[n][v] += w[n * m.per_channel] * value[v];
    }
    for (int n = 0; n < N; ++n)
        for (int v = 0; v < V; ++v) store(out + (o + n) * pitch + p + v * width, sum[n][v]);
}

// N channels of positions [p, end). The last vector overlaps the previous one and repeats its sums;
// only a row shorter than one vector is processed float by float.
template <int N> void product_span(const Product& m, Rows x, long o, long p, long end, float* out, long pitch) {
    constexpr int V = std::min(4, BUDGET / N);
    for (; p + V * WIDTH <= end; p += V * WIDTH) product_tile<N, V, Vec>(m, x, o, p, out, pitch);
    if (V > 2 && p + 2 * WIDTH <= end) product_tile<N, 2, Vec>(m, x, o, p, out, pitch), p += 2 * WIDTH;
    for (; p + WIDTH <= end; p += WIDTH) product_tile<N, 1, Vec>(m, x, o, p, out, pitch);
    if (p < end && end >= WIDTH)
        product_tile<N, 1, Vec>(m, x, o, end - WIDTH, out, pitch);
    else
        for (; p < end; ++p) product_tile<N, 1, float>(m, x, o, p, out, pitch);
}

// Write the first `length` floats of each row of out [channels][pitch].
void product(const Product& m, Rows x, long length, float* out, long pitch) {
    const long tile = tile_size(m.channels, CHANNELS);
    for (long p = 0; p < length; p += BLOCK)
        for (long o = 0; o < m.channels; o += tile)
            with_constant<CHANNELS>(std::min(tile, m.channels - o), [&](auto n) {
                product_span<n>(m, x, o, p, std::min(p + BLOCK, length), out, pitch);
            });
}

// ---- weight gradient: dw[o][k] = sum over rows y and p of g[o][y][p] * x[k][y][p]

struct Gradient {
    const float* g;  // [channels][g_pitch], one row after another
    long g_pitch, channels;
    long n;             // floats per row
    long g_row, x_row;  // from one row to the next
    float* dw;          // dw[o][k] is dw[o * depth + k]
    long depth;
};

template <int N, int M> void gradient_tile(const Gradient& m, Rows x, long o, long k, long first, long end) {
    Vec sum[N][M];  // set by the first row; there is at least one row
    for (long y = first; y < end; ++y) {
        Vec row[N][M] = {};  // adding row sums rounds less than one long sum
        const float* g = m.g + o * m.g_pitch + y * m.g_row;
        auto step = [&](auto read) {
            Vec gradient[N];
            for (int i = 0; i < N; ++i) gradient[i] = read(g + i * m.g_pitch);
            for (int j = 0; j < M; ++j) {
                const Vec value = in_register(read(x.row(k + j) + y * m.x_row));
                for (int i = 0; i < N; ++i) row[i][j] += gradient[i] * value;
            }
        };
        const long n = m.n;
        for (long p = 0; p + WIDTH <= n; p += WIDTH) step([p](const float* at) { return load<Vec>(at + p); });
        if (n < WIDTH)
            step([n](const float* at) {
                Vec v{};
                std::memcpy(&v, at, n * sizeof(float));
                return v;
            });
        else if (n % WIDTH)
            step([n](const float* at) { return without_covered(load<Vec>(at + n - WIDTH), n); });
        for (int i = 0; i < N; ++i)
            for (int j = 0; j < M; ++j) sum[i][j] = y == first ? row[i][j] : sum[i][j] + row[i][j];
    }
    for (int i = 0; i < N; ++i)
        for (int j = 0; j < M; ++j) m.dw[(o + i) * m.depth + k + j] += total(sum[i][j]);
}

// Add to dw. first(k) and end(k) are the range of rows y, equal for K consecutive k.
template <class First, class End> void weight_gradient(const Gradient& m, Rows x, First first, End end) {
    const long tile = tile_size(m.channels, GRAD);
    for (long o = 0; o < m.channels; o += tile)
        for (long k = 0; k < m.depth; k += K)
            with_constant<GRAD>(std::min(tile, m.channels - o), [&](auto N) {
                with_constant<K>(std::min<long>(K, m.depth - k),
                                 [&](auto M) { gradient_tile<N, M>(m, x, o, k, first(k), end(k)); });
            });
}

}  // namespace
