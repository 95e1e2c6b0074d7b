"""Hand-written CPU kernels for LeNet-5: `kernels.cpp`, its build, and its autograd functions."""
