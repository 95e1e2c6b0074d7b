"""A process of test_gpu_leases.py: lock a GPU, print its index, and keep it until killed."""

import sys
from pathlib import Path

from fmnist.runs.gpu_leases import lease_gpu

print(lease_gpu(sys.argv[2].split(","), Path(sys.argv[1])), flush=True)
sys.stdin.read()
