// The updates of torch.optim's Adam, SGD and RMSprop, for all parameters at once.
#pragma once

#include <cmath>
#include <cstdint>

namespace {

enum Rule { ADAM, PLAIN, RMSPROP };

}

extern "C" {

struct Optimizer {  // steps.py declares the same fields
    int64_t rule;
    double weight_decay, momentum, epsilon;
    double decay_of_mean, decay_of_square;  // Adam's betas; the second is RMSprop's alpha
    float *step, *mean, *square;  // torch's state; for SGD and RMSprop mean is the momentum buffer, or null
};
}

namespace {

void adam(const Optimizer& o, float learning_rate, float* w, const float* gradient, long n) {
    const double step = *o.step += 1;
    const float decay = float(o.weight_decay), epsilon = float(o.epsilon);
    const float b1 = float(1 - o.decay_of_mean), b2 = float(o.decay_of_square), rest = float(1 - o.decay_of_square);
    const float rate = float(learning_rate / (1 - std::pow(o.decay_of_mean, step)));
    const float correction = float(std::sqrt(1 - std::pow(o.decay_of_square, step)));
    float *mean = o.mean, *square = o.square;
    for (long i = 0; i < n; ++i) {
        const float g = gradient[i] + decay * w[i];
        mean[i] += b1 * (g - mean[i]);
        square[i] = b2 * square[i] + rest * g * g;
        w[i] -= rate * mean[i] / (std::sqrt(square[i]) / correction + epsilon);
    }
}

void sgd(const Optimizer& o, float learning_rate, float* w, const float* gradient, long n) {
    const float decay = float(o.weight_decay), momentum = float(o.momentum);
    float* mean = o.mean;
    for (long i = 0; i < n; ++i) {
        float g = gradient[i] + decay * w[i];
        if (mean) g = mean[i] = momentum * mean[i] + g;
        w[i] -= learning_rate * g;
    }
}

void rmsprop(const Optimizer& o, float learning_rate, float* w, const float* gradient, long n) {
    *o.step += 1;
    const float decay = float(o.weight_decay), momentum = float(o.momentum), epsilon = float(o.epsilon);
    const float alpha = float(o.decay_of_square), rest = float(1 - o.decay_of_square);
    float *mean = o.mean, *square = o.square;
    for (long i = 0; i < n; ++i) {
        float g = gradient[i] + decay * w[i];
        square[i] = alpha * square[i] + rest * g * g;
        g /= std::sqrt(square[i]) + epsilon;
        if (mean) g = mean[i] = momentum * mean[i] + g;
        w[i] -= learning_rate * g;
    }
}

// w -= learning_rate * (the rule's direction).
void update(const Optimizer& o, float learning_rate, float* w, const float* gradient, long n) {
    if (o.rule == ADAM)
        adam(o, learning_rate, w, gradient, n);
    else if (o.rule == PLAIN)
        sgd(o, learning_rate, w, gradient, n);
    else
        rmsprop(o, learning_rate, w, gradient, n);
}

}  // namespace
