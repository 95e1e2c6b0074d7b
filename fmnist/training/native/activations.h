// Activations and poolings, forward and backward.
#pragma once

#include "vectors.h"

namespace {

// ---- activations: value(x), and backward(g, a) with the gradient g and the activation's output a

struct Tanh {
    // Odd rational approximation on [-7.9, 7.9] with Eigen's coefficients: errors of a few ulp. Beyond
    // that range tanh is 1 in float. NaN fails both comparisons, so it reaches the result.
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

struct None {
    template <class T> static T value(T x) { return x; }
    template <class T> static T backward(T g, T) { return g; }
};

// ---- poolings of a 2x2 window a[4], in reading order

struct Average {
    template <class T> static T value(const T* a) { return ((a[0] + a[1]) + (a[2] + a[3])) * 0.25f; }
    template <class T> static void backward(T g, const T*, T* shares) {
        for (int k = 0; k < 4; ++k) shares[k] = g * 0.25f;
    }
};

struct Max {  // as in PyTorch: the first of equal values wins, and NaN wins over numbers
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

}  // namespace
