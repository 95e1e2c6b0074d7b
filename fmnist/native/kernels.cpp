// One stage of LeNet-5, forward and backward: 5x5 convolution, batch normalisation or
// none, activation, 2x2 pooling.
//
// Layout: every activation is [channel][row][column][image], the batch innermost. A shift
// by one column is then a shift by `batch` floats, so a whole row of outputs is one long
// vector, whatever the channel count, and 5x5 windows need neither gathers nor padding.
//
// Plain C++17 with the vector types of GCC and Clang; one thread, one fixed order of
// summation: equal inputs give equal bytes. No -ffast-math: NaN and infinity must travel
// as they do in PyTorch, so that a run that diverges is seen to diverge.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

namespace {

#if defined(__AVX512F__)
constexpr int WIDTH = 16, REGISTERS = 32;
#elif defined(__AVX2__)
constexpr int WIDTH = 8, REGISTERS = 16;
#else
constexpr int WIDTH = 4, REGISTERS = 16;
#endif

typedef float Vec __attribute__((vector_size(WIDTH * sizeof(float))));
constexpr int K = 5;      // the kernels' side
constexpr int SIDE = 28;  // the images' side
constexpr int PAD = 2;    // zero columns on either side of an image, for the first convolution

// Register tiles. Convolution: CHANNELS x (budget / channels) accumulators, which leaves
// registers for one step's inputs and one weight. Weight gradient: GRAD_CHANNELS x K sums,
// as many gradients and one input.
constexpr int BUDGET = REGISTERS * 3 / 4, CHANNELS = REGISTERS / 4, GRAD_CHANNELS = (REGISTERS - 1) / (K + 1);
constexpr long BLOCK = 12 * WIDTH;  // floats of a row that all channels share before moving on

template <class T> T load(const float* p) { T v; std::memcpy(&v, p, sizeof v); return v; }
template <class T> void store(float* p, T v) { std::memcpy(p, &v, sizeof v); }

// Call f(position, kind) over n floats: whole vectors first, then single floats.
template <class F> void sweep(long n, F f) {
    long p = 0;
    for (; p + WIDTH <= n; p += WIDTH) f(p, Vec{});
    for (; p < n; ++p) f(p, 0.0f);
}

// Call f with n (1..N) as a compile-time constant, so that its tile stays in registers.
template <int N, class F> void with_constant(int n, F f) {
    if (n == N) f(std::integral_constant<int, N>{});
    else if constexpr (N > 1) with_constant<N - 1>(n, f);
}

struct Sum {  // of one row in float; rows are added up in double by the callers
    Vec lanes{};
    float rest = 0;
    void add(Vec v) { lanes += v; }
    void add(float v) { rest += v; }
    double value() const {
        double total = rest;
        for (int i = 0; i < WIDTH; ++i) total += lanes[i];
        return total;
    }
};

// ---- activations: value(x), and backward(g, a) from the activation's own output a

struct Tanh {
    // Odd rational approximation on [-7.9, 7.9] (Eigen's coefficients), a few ulp; beyond
    // that tanh is 1 in float. Written so that NaN fails every comparison and passes.
    template <class T> static T value(T x) {
        const T limit = T{} + 7.90531110763549805f;
        x = x > limit ? limit : x;
        x = x < -limit ? -limit : x;
        T s = x * x;
        T p = s * -2.76076847742355e-16f + 2.00018790482477e-13f;
        p = p * s + -8.60467152213735e-11f;
        p = p * s + 5.12229709037114e-08f;
        p = p * s + 1.48572235717979e-05f;
        p = p * s + 6.37261928875436e-04f;
        p = p * s + 4.89352455891786e-03f;
        T q = s * 1.19825839466702e-06f + 1.18534705686654e-04f;
        q = q * s + 2.26843463243900e-03f;
        q = q * s + 4.89352518554385e-03f;
        return x * p / q;
    }
    template <class T> static T backward(T g, T a) { return g * (1.0f - a * a); }
};

struct Relu {
    template <class T> static T value(T x) { return x <= T{} ? T{} : x; }
    template <class T> static T backward(T g, T a) { return a <= T{} ? T{} : g; }
};

struct LeakyRelu {
    template <class T> static T value(T x) { return x > T{} ? x : x * 0.01f; }
    template <class T> static T backward(T g, T a) { return a > T{} ? g : g * 0.01f; }
};

// ---- poolings of a 2x2 window a[4], in reading order

struct Average {
    template <class T> static T value(const T* a) { return ((a[0] + a[1]) + (a[2] + a[3])) * 0.25f; }
    template <class T> static void backward(T g, const T*, T* shares) {
        for (int k = 0; k < 4; ++k) shares[k] = g * 0.25f;
    }
};

struct Max {  // as in PyTorch: of equals the first wins, and NaN beats all
    template <class T> static auto beats(T v, T best) { return (v > best) | (v != v); }
    template <class T> static T value(const T* a) {
        T best = a[0];
        for (int k = 1; k < 4; ++k) best = beats(a[k], best) ? a[k] : best;
        return best;
    }
    template <class T> static void backward(T g, const T* a, T* shares) {
        T best = a[0];
        shares[0] = g;
        for (int k = 1; k < 4; ++k) {
            auto wins = beats(a[k], best);
            best = wins ? a[k] : best;
            for (int j = 0; j < k; ++j) shares[j] = wins ? T{} : shares[j];
            shares[k] = wins ? g : T{};
        }
    }
};

// ---- convolution: out[o][y][p] = bias[o] + sum over i, ky, kx of w[o][i][ky][kx] * in[i][y+ky-pad][p + kx*batch]

struct Convolution {
    const float* input;   // [in_channels][in_rows][in_columns][batch]
    long in_channels, in_rows, in_columns;
    long pad_rows;        // rows of zeros above and below, which are skipped, not stored
    long pad_columns;     // columns of zeros at both sides: stored, but skipped where a tile sees no other
    const float* weight;  // packed, see below
    const float* bias;    // [channels], or null
    float* output;        // [channels][rows][columns][batch]
    long channels, rows, columns, batch;

    const float* input_row(long i, long row) const { return input + (i * in_rows + row) * in_columns * batch; }
    float* output_row(long o, long row) const { return output + (o * rows + row) * columns * batch; }
    long first_ky(long y) const { return std::max(0L, pad_rows - y); }
    long end_ky(long y) const { return std::min<long>(K, in_rows + pad_rows - y); }
    // The taps that reach beyond the zero columns from any position of [p, end).
    long first_kx(long end) const { return end > pad_columns * batch ? 0 : pad_columns - (end - 1) / batch; }
    long end_kx(long p) const {
        const long edge = in_columns - pad_columns;  // the first column of the right-hand zeros
        return p < (edge - K + 1) * batch ? K : edge - p / batch;
    }
};

long tile_size(long channels, long most) {  // equal tiles: 12 channels are 6 + 6, not 8 + 4
    long tiles = (channels + most - 1) / most;
    return (channels + tiles - 1) / tiles;
}

// Pack weights as [tile][input channel][ky][kx][channel of the tile], one tile's side by
// side. `at(o, i, ky, kx)` reads the original.
template <class F> std::vector<float> packed(long channels, long in_channels, F at) {
    std::vector<float> out;
    out.reserve(channels * in_channels * K * K);
    const long tile = tile_size(channels, CHANNELS);
    for (long o0 = 0; o0 < channels; o0 += tile)
        for (long i = 0; i < in_channels; ++i)
            for (long k = 0; k < K * K; ++k)
                for (long o = o0; o < std::min(o0 + tile, channels); ++o) out.push_back(at(o, i, k / K, k % K));
    return out;
}

// N channels x V neighbouring vectors of one output row, from position p on.
template <int N, int V, class T> void convolve_tile(const Convolution& c, long o0, long y, long p) {
    constexpr long width = sizeof(T) / sizeof(float);
    T sum[N][V];
    for (int n = 0; n < N; ++n)
        for (int v = 0; v < V; ++v) sum[n][v] = T{} + (c.bias ? c.bias[o0 + n] : 0.0f);
    const float* tile = c.weight + o0 * c.in_channels * K * K;
    const long first = c.first_kx(p + V * width), end = c.end_kx(p);
    for (long i = 0; i < c.in_channels; ++i)
        for (long ky = c.first_ky(y); ky < c.end_ky(y); ++ky) {
            const float* in = c.input_row(i, y + ky - c.pad_rows) + first * c.batch + p;
            const float* w = tile + ((i * K + ky) * K + first) * N;
            for (long kx = first; kx < end; ++kx, in += c.batch, w += N) {
                T x[V];
                for (int v = 0; v < V; ++v) x[v] = load<T>(in + v * width);
                for (int n = 0; n < N; ++n)
                    for (int v = 0; v < V; ++v) sum[n][v] += w[n] * x[v];
            }
        }
    for (int n = 0; n < N; ++n)
        for (int v = 0; v < V; ++v) store(c.output_row(o0 + n, y) + p + v * width, sum[n][v]);
}

// N channels of positions [p, end) of a row. The last vector overlaps the one before it
// (the same sums again); only a row shorter than one vector goes float by float.
template <int N> void convolve_span(const Convolution& c, long o0, long y, long p, long end) {
    constexpr int V = std::min(4, BUDGET / N);
    for (; p + V * WIDTH <= end; p += V * WIDTH) convolve_tile<N, V, Vec>(c, o0, y, p);
    for (; p + WIDTH <= end; p += WIDTH) convolve_tile<N, 1, Vec>(c, o0, y, p);
    if (p < end && end >= WIDTH) convolve_tile<N, 1, Vec>(c, o0, y, end - WIDTH);
    else for (; p < end; ++p) convolve_tile<N, 1, float>(c, o0, y, p);
}

void convolve_row(const Convolution& c, long y) {
    const long length = c.columns * c.batch, tile = tile_size(c.channels, CHANNELS);
    for (long p = 0; p < length; p += BLOCK)
        for (long o = 0; o < c.channels; o += tile)
            with_constant<CHANNELS>(std::min(tile, c.channels - o), [&](auto n) {
                convolve_span<n>(c, o, y, p, std::min(p + BLOCK, length));
            });
}

// ---- weight gradient: dw[o][i][ky][kx] = sum over y, p of g[o][y][p] * in[i][y+ky-pad][p + kx*batch]

// The last vector of a row of n floats, with zeros for what whole vectors already covered.
Vec load_rest(const float* row, long n) {
    static const float lanes[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    if (n >= WIDTH) return load<Vec>(lanes) < float(WIDTH - n % WIDTH) ? Vec{} : load<Vec>(row + n - WIDTH);
    Vec v{};
    std::memcpy(&v, row, n * sizeof(float));
    return v;
}

// Add one row's products to total[N][K]; g's channels are `stride` floats apart.
template <int N> void add_products(const float* g, long stride, const float* in, long shift, long n, Vec (*total)[K]) {
    Vec sum[N][K] = {};  // of this row alone: sums of row sums round less than one long sum
    auto step = [&](auto read) {
        Vec gradient[N];
        for (int o = 0; o < N; ++o) gradient[o] = read(g + o * stride);
        for (int kx = 0; kx < K; ++kx) {
            Vec x = read(in + kx * shift);
            for (int o = 0; o < N; ++o) sum[o][kx] += gradient[o] * x;
        }
    };
    for (long p = 0; p + WIDTH <= n; p += WIDTH) step([p](const float* row) { return load<Vec>(row + p); });
    if (n % WIDTH) step([n](const float* row) { return load_rest(row, n); });
    for (int o = 0; o < N; ++o)
        for (int kx = 0; kx < K; ++kx) total[o][kx] += sum[o][kx];
}

// c describes the forward convolution; gradient is [channels][rows][pitch], all floats.
template <int N>
void weight_gradient_tile(const Convolution& c, const float* gradient, long pitch, long o0, long i, float* out) {
    Vec sum[K][N][K] = {};
    for (long y = 0; y < c.rows; ++y)
        for (long ky = c.first_ky(y); ky < c.end_ky(y); ++ky)
            add_products<N>(gradient + (o0 * c.rows + y) * pitch, c.rows * pitch, c.input_row(i, y + ky - c.pad_rows),
                            c.batch, c.columns * c.batch, sum[ky]);
    for (int o = 0; o < N; ++o)
        for (int k = 0; k < K * K; ++k) {
            float* target = out + ((o0 + o) * c.in_channels + i) * K * K + k;
            *target = 0;
            for (int lane = 0; lane < WIDTH; ++lane) *target += sum[k / K][o][k % K][lane];
        }
}

void weight_gradient(const Convolution& c, const float* gradient, long pitch, float* out) {
    const long tile = tile_size(c.channels, GRAD_CHANNELS);
    for (long o = 0; o < c.channels; o += tile)
        for (long i = 0; i < c.in_channels; ++i)
            with_constant<GRAD_CHANNELS>(std::min(tile, c.channels - o), [&](auto n) {
                weight_gradient_tile<n>(c, gradient, pitch, o, i, out);
            });
}

// ---- a stage

struct Affine { float centre, scale, shift; };  // y = (x - centre) * scale + shift

}  // namespace

extern "C" {

struct Stage {  // lenet5.py holds its twin
    int64_t batch, in_channels, in_rows, in_columns, pad_rows, channels, rows, columns;
    int64_t activation;  // 0 tanh, 1 relu, 2 leaky relu
    int64_t pooling;     // 0 average, 1 max
    int64_t training;    // batch normalisation: 1 batch statistics, 0 running ones
    const float *weight, *bias;    // [channels][in_channels][5][5], [channels]
    const float *gamma, *beta;     // [channels]; null: no batch normalisation
    float *running_mean, *running_var;
    float *mean, *inverse_std;     // [channels], written by forward, read by backward
    double epsilon, momentum;
};

}

namespace {

template <class F> void with_functions(const Stage& s, F f) {
    auto with_pooling = [&](auto activation) { s.pooling ? f(activation, Max{}) : f(activation, Average{}); };
    if (s.activation == 0) with_pooling(Tanh{});
    else if (s.activation == 1) with_pooling(Relu{});
    else with_pooling(LeakyRelu{});
}

Affine normalisation(const Stage& s, long c) {
    if (!s.gamma) return {0, 1, 0};
    return {s.mean[c], s.gamma[c] * s.inverse_std[c], s.beta[c]};
}

template <class A> void activate(const float* x, float* y, long n, Affine f) {
    sweep(n, [=](long p, auto kind) {
        using T = decltype(kind);
        store(y + p, A::value((load<T>(x + p) - f.centre) * f.scale + f.shift));
    });
}

// Two rows a[2][2 * half][batch] become one row out[half][batch].
template <class P> void pool(const float* a, float* out, long half, long batch) {
    for (long x = 0; x < half; ++x) {
        const float *top = a + 2 * x * batch, *bottom = top + 2 * half * batch;
        sweep(batch, [=](long p, auto kind) {
            using T = decltype(kind);
            const T window[4] = {load<T>(top + p), load<T>(top + batch + p), load<T>(bottom + p),
                                 load<T>(bottom + batch + p)};
            store(out + x * batch + p, P::value(window));
        });
    }
}

// The way back through pool and activate: g [half][batch] becomes two rows, `pitch` apart.
template <class A, class P> void unpool(const float* g, const float* a, float* out, long pitch, long half, long batch) {
    for (long x = 0; x < half; ++x) {
        const float *top = a + 2 * x * batch, *bottom = top + 2 * half * batch;
        float *out_top = out + 2 * x * batch, *out_bottom = out_top + pitch;
        sweep(batch, [=](long p, auto kind) {
            using T = decltype(kind);
            const T window[4] = {load<T>(top + p), load<T>(top + batch + p), load<T>(bottom + p),
                                 load<T>(bottom + batch + p)};
            T shares[4];
            P::backward(load<T>(g + x * batch + p), window, shares);
            store(out_top + p, A::backward(shares[0], window[0]));
            store(out_top + batch + p, A::backward(shares[1], window[1]));
            store(out_bottom + p, A::backward(shares[2], window[2]));
            store(out_bottom + batch + p, A::backward(shares[3], window[3]));
        });
    }
}

// Fill in mean and inverse_std of channel c, whose plane holds rows of n floats.
void channel_statistics(const Stage& s, long c, const float* plane, long n) {
    double mean = s.running_mean[c], variance = s.running_var[c];
    if (s.training) {
        const double count = double(s.rows) * n;
        double sum = 0, squares = 0;
        for (long y = 0; y < s.rows; ++y) {
            Sum row;
            sweep(n, [&](long p, auto kind) { row.add(load<decltype(kind)>(plane + y * n + p)); });
            sum += row.value();
        }
        mean = sum / count;
        for (long y = 0; y < s.rows; ++y) {
            Sum row;
            sweep(n, [&](long p, auto kind) {
                auto d = load<decltype(kind)>(plane + y * n + p) - float(mean);
                row.add(d * d);
            });
            squares += row.value();
        }
        variance = squares / count;
        s.running_mean[c] = float((1 - s.momentum) * s.running_mean[c] + s.momentum * mean);
        s.running_var[c] = float((1 - s.momentum) * s.running_var[c] + s.momentum * squares / (count - 1));
    }
    s.mean[c] = float(mean);
    s.inverse_std[c] = float(1 / std::sqrt(variance + s.epsilon));
}

// The way back through batch normalisation, in place: rows g of n floats, `pitch` apart.
void normalisation_backward(const Stage& s, long c, const float* x, float* g, long pitch, long n, float* grad_gamma,
                            float* grad_beta) {
    const float mean = s.mean[c], inverse_std = s.inverse_std[c], scale = s.gamma[c] * inverse_std;
    double sum = 0, products = 0;
    for (long y = 0; y < s.rows; ++y) {
        Sum row, row_products;
        sweep(n, [&](long p, auto kind) {
            using T = decltype(kind);
            const T gradient = load<T>(g + y * pitch + p);
            row.add(gradient);
            row_products.add(gradient * ((load<T>(x + y * n + p) - mean) * inverse_std));
        });
        sum += row.value();
        products += row_products.value();
    }
    grad_beta[c] = float(sum);
    grad_gamma[c] = float(products);
    // In training the batch's mean and variance depend on x as well.
    const double count = s.training ? double(s.rows) * n : INFINITY;
    const float centre = float(sum / count), slope = float(products / count);
    for (long y = 0; y < s.rows; ++y)
        sweep(n, [&](long p, auto kind) {
            using T = decltype(kind);
            const T normal = (load<T>(x + y * n + p) - mean) * inverse_std;
            store(g + y * pitch + p, (load<T>(g + y * pitch + p) - centre - normal * slope) * scale);
        });
}

Convolution forward_convolution(const Stage& s, const float* input, const float* weight, float* output) {
    return {input, s.in_channels, s.in_rows, s.in_columns, s.pad_rows, s.pad_rows, weight, s.bias, output, s.channels,
            s.rows, s.columns, s.batch};
}

}  // namespace

extern "C" {

// Gather images [n][28][28] into zero-padded columns [28][32][batch]. Returns 0, or 1
// where an index is out of range.
int gather_images(const float* images, int64_t n, const int64_t* indices, int64_t batch, float* out) {
    for (long b = 0; b < batch; ++b)
        if (indices[b] < 0 || indices[b] >= n) return 1;
    for (long y = 0; y < SIDE; ++y) {
        float* row = out + y * (SIDE + 2 * PAD) * batch;
        std::fill_n(row, PAD * batch, 0.0f);
        for (long x = 0; x < SIDE; ++x)
            for (long b = 0; b < batch; ++b)
                row[(PAD + x) * batch + b] = images[(indices[b] * SIDE + y) * SIDE + x];
        std::fill_n(row + (PAD + SIDE) * batch, PAD * batch, 0.0f);
    }
    return 0;
}

// Write pooled [channels][rows/2][columns/2][batch] and, for the way back, kept
// [channels][rows][columns][batch]: the activations, or with batch normalisation the
// convolution's output.
void stage_forward(const Stage* stage, const float* input, float* kept, float* pooled) {
    const Stage& s = *stage;
    const auto weight = packed(s.channels, s.in_channels, [&](long o, long i, long ky, long kx) {
        return s.weight[((o * s.in_channels + i) * K + ky) * K + kx];
    });
    const Convolution c = forward_convolution(s, input, weight.data(), kept);
    const long n = s.columns * s.batch, half = s.columns / 2;
    std::vector<float> scratch(s.gamma ? 2 * n : 0);
    with_functions(s, [&](auto activation, auto pooling) {
        auto finish = [&](long o, long y) {  // rows y, y + 1 while they are in the cache
            float* rows = c.output_row(o, y);
            float* activated = s.gamma ? scratch.data() : rows;
            activate<decltype(activation)>(rows, activated, 2 * n, normalisation(s, o));
            pool<decltype(pooling)>(activated, pooled + (o * s.rows + y) / 2 * half * s.batch, half, s.batch);
        };
        for (long y = 0; y < s.rows; y += 2) {
            convolve_row(c, y);
            convolve_row(c, y + 1);
            for (long o = 0; !s.gamma && o < s.channels; ++o) finish(o, y);
        }
        for (long o = 0; s.gamma && o < s.channels; ++o) {
            channel_statistics(s, o, c.output_row(o, 0), n);
            for (long y = 0; y < s.rows; y += 2) finish(o, y);
        }
    });
}

// Write the gradients of weight, bias, gamma, beta (the last two with batch normalisation
// only) and of the input, where grad_input is not null.
void stage_backward(const Stage* stage, const float* input, const float* kept, const float* grad_pooled,
                    float* grad_weight, float* grad_bias, float* grad_gamma, float* grad_beta,
                    float* grad_input) {
    const Stage& s = *stage;
    const long n = s.columns * s.batch, half = s.columns / 2, margin = grad_input ? (K - 1) * s.batch : 0;
    const long pitch = n + 2 * margin;
    std::vector<float> scratch(s.gamma ? 2 * n : 0);
    // [channels][rows][pitch]: the gradient of the convolution's output, between zero columns
    // if it is to be convolved again. Kept between calls: fresh pages cost more than the sums.
    static thread_local std::vector<float> workspace;
    if (long(workspace.size()) < s.channels * s.rows * pitch) workspace.resize(s.channels * s.rows * pitch);
    float* gradient = workspace.data();
    for (long o = 0; o < s.channels; ++o) {
        const float* x = kept + o * s.rows * n;
        float* g = gradient + o * s.rows * pitch + margin;
        with_functions(s, [&](auto activation, auto pooling) {
            using A = decltype(activation);
            for (long y = 0; y < s.rows; y += 2) {
                if (s.gamma) activate<A>(x + y * n, scratch.data(), 2 * n, normalisation(s, o));
                unpool<A, decltype(pooling)>(grad_pooled + (o * s.rows + y) / 2 * half * s.batch,
                                             s.gamma ? scratch.data() : x + y * n, g + y * pitch, pitch, half, s.batch);
            }
        });
        if (s.gamma) normalisation_backward(s, o, x, g, pitch, n, grad_gamma, grad_beta);
        double total = 0;
        for (long y = 0; y < s.rows; ++y) {
            Sum row;
            sweep(n, [&](long p, auto kind) { row.add(load<decltype(kind)>(g + y * pitch + p)); });
            total += row.value();
            std::fill_n(g + y * pitch - margin, margin, 0.0f);
            std::fill_n(g + y * pitch + n, margin, 0.0f);
        }
        grad_bias[o] = float(total);
    }
    weight_gradient(forward_convolution(s, input, nullptr, nullptr), gradient + margin, pitch, grad_weight);
    if (!grad_input) return;
    // The input's gradient is the output's, convolved with the flipped, transposed weights.
    const auto weight = packed(s.in_channels, s.channels, [&](long i, long o, long ky, long kx) {
        return s.weight[((o * s.in_channels + i) * K + K - 1 - ky) * K + K - 1 - kx];
    });
    const Convolution c{gradient, s.channels, s.rows, s.columns + 2 * (K - 1), K - 1, K - 1, weight.data(), nullptr,
                        grad_input, s.in_channels, s.in_rows, s.in_columns, s.batch};
    for (long y = 0; y < s.in_rows; ++y) convolve_row(c, y);
}

}  // extern "C"
