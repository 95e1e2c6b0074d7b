// Vectors of floats, as wide as the processor's, and loops over rows of any length.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace {

#if defined(__AVX512F__)
constexpr int WIDTH = 16, REGISTERS = 32;
#elif defined(__AVX2__)
constexpr int WIDTH = 8, REGISTERS = 16;
#else
constexpr int WIDTH = 4, REGISTERS = 16;
#endif

typedef float Vec __attribute__((vector_size(WIDTH * sizeof(float))));
constexpr int K = 5;  // side of the convolutions' kernels

template <class T> T load(const float* p) {
    T v;
    std::memcpy(&v, p, sizeof v);
    return v;
}
template <class T> void store(float* p, T v) { std::memcpy(p, &v, sizeof v); }

// Keep a value in a register: GCC would load it again for each use.
inline Vec in_register(Vec v) {
#if defined(__x86_64__)
    asm("" : "+v"(v));
#elif defined(__aarch64__)
    asm("" : "+w"(v));
#endif
    return v;
}

// Call f with n (1..N) as a compile-time constant, so that f's tile stays in registers.
template <int N, class F> void with_constant(int n, F f) {
    if (n == N)
        f(std::integral_constant<int, N>{});
    else if constexpr (N > 1)
        with_constant<N - 1>(n, f);
}

// Call f(position, kind) over n floats: whole vectors first, then single floats.
template <class F> void sweep(long n, F f) {
    long p = 0;
    for (; p + WIDTH <= n; p += WIDTH) f(p, Vec{});
    for (; p < n; ++p) f(p, 0.0f);
}

// As sweep, for an f that may process a float twice: the last vector overlaps the previous one.
template <class F> void sweep_again(long n, F f) {
    long p = 0;
    for (; p + WIDTH <= n; p += WIDTH) f(p, Vec{});
    if (p < n && n >= WIDTH)
        f(n - WIDTH, Vec{});
    else
        for (; p < n; ++p) f(p, 0.0f);
}

// The last vector of a row of n floats, with zeros in the lanes that earlier vectors covered.
Vec without_covered(Vec v, long n) {
    static const float lanes[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    return load<Vec>(lanes) < float(WIDTH - n % WIDTH) ? Vec{} : v;
}

template <int N> struct Lanes {
    typedef float type __attribute__((vector_size(N * sizeof(float))));
};
template <int N> float total(typename Lanes<N>::type v) {  // add the two halves, then their halves
    if constexpr (N == 1) {
        return v[0];
    } else {
        typename Lanes<N / 2>::type low, high;
        std::memcpy(&low, &v, sizeof low);
        std::memcpy(&high, reinterpret_cast<const char*>(&v) + sizeof low, sizeof high);
        return total<N / 2>(low + high);
    }
}
float total(Vec v) { return total<WIDTH>(v); }

// The floats at p that sweep_again has not processed before; zeros in place of the others.
Vec uncovered(Vec v, long p, long n) { return p % WIDTH ? without_covered(v, n) : v; }
float uncovered(float v, long, long) { return v; }

struct Sum {  // sum of one row in float; callers add rows in double
    Vec lanes{};
    float rest = 0;
    void add(Vec v) { lanes += v; }
    void add(float v) { rest += v; }
    double value() const { return double(total(lanes)) + rest; }
};

long tile_size(long n, long most) {  // tiles of equal size: 6 + 6 for 12 channels, not 8 + 4
    const long tiles = (n + most - 1) / most;
    return (n + tiles - 1) / tiles;
}

// Request large pages: tens of megabytes in small pages exceed the processor's address cache (TLB).
void in_large_pages(float* first, long n) {
#if defined(__linux__)
    constexpr uintptr_t SMALL = 4096;
    const uintptr_t begin = (uintptr_t(first) + SMALL - 1) / SMALL * SMALL, end = uintptr_t(first + n) / SMALL * SMALL;
    if (end > begin) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);  // failure is no error
#endif
}

// Reuse memory between calls: new pages cost more time than the sums.
float* scratch(std::vector<float>& kept, long n) {
    if (long(kept.size()) < n) {
        kept.reserve(n);
        in_large_pages(kept.data(), n);  // before their first use
        kept.resize(n);
    }
    return kept.data();
}

}  // namespace
