// The three losses of fmnist/training/losses.py, with the gradients of the logits.
#pragma once

#include <cmath>
#include <cstdint>

namespace {

constexpr int CLASSES = 10;
enum LossKind { CROSS_ENTROPY, MSE, MULTI_MARGIN };

// p = softmax(x); returns the log of its denominator.
double softmax(const float* x, double* p) {
    double most = x[0], sum = 0;
    for (int c = 1; c < CLASSES; ++c) most = x[c] > most ? x[c] : most;
    for (int c = 0; c < CLASSES; ++c) sum += p[c] = std::exp(x[c] - most);
    for (int c = 0; c < CLASSES; ++c) p[c] /= sum;
    return std::log(sum) + most;
}

// One image's loss; writes its gradient g.
double cross_entropy(const float* x, int64_t label, double* g) {
    const double log_sum = softmax(x, g);
    g[label] -= 1;
    return log_sum - x[label];
}

// sum over c of (p - target)^2 / CLASSES, where p = softmax(x).
double squared_error(const float* x, int64_t label, double* g) {
    double p[CLASSES], loss = 0, mean = 0;
    softmax(x, p);
    for (int c = 0; c < CLASSES; ++c) {
        const double error = p[c] - (c == label);
        loss += error * error / CLASSES;
        g[c] = 2 * error / CLASSES;
        mean += p[c] * g[c];
    }
    for (int c = 0; c < CLASSES; ++c) g[c] = p[c] * (g[c] - mean);
    return loss;
}

// sum over the wrong c of max(0, 1 - x[label] + x[c]) / CLASSES.
double multi_margin(const float* x, int64_t label, double* g) {
    double loss = 0;
    for (int c = 0; c < CLASSES; ++c) g[c] = 0;
    for (int c = 0; c < CLASSES; ++c) {
        const float margin = 1 - x[label] + x[c];
        if (c == label || !(margin > 0)) continue;
        loss += margin / CLASSES;
        g[c] += 1.0 / CLASSES;
        g[label] -= 1.0 / CLASSES;
    }
    return loss;
}

// One image's loss; writes its part of the gradient of the batch's mean loss.
double image_loss(int64_t kind, const float* x, int64_t label, int64_t batch, float* gradient) {
    double g[CLASSES];
    const double loss = kind == CROSS_ENTROPY ? cross_entropy(x, label, g)
                        : kind == MSE         ? squared_error(x, label, g)
                                              : multi_margin(x, label, g);
    for (int c = 0; c < CLASSES; ++c) gradient[c] = float(g[c] / double(batch));
    return loss;
}

// The class of the largest logit. As in PyTorch the first of equal logits wins, and NaN wins over numbers.
int64_t predicted(const float* x) {
    int64_t best = 0;
    for (int c = 1; c < CLASSES && x[best] == x[best]; ++c)
        if (x[c] > x[best] || x[c] != x[c]) best = c;
    return best;
}

}  // namespace
