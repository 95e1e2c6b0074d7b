#!/bin/sh
# Submit one job and print its id, and nothing else: submit.sh RULE THREADS MEM_MB MINUTES GPUS SCRIPT
# Other clusters: the same numbers under other names; not tested:
#   SGE: qsub -terse -cwd -N "$rule" -pe smp "$threads" -l "h_vmem=$((mem_mb / threads))M,h_rt=$((minutes * 60))" -o "$logs" -e "$logs" "$script"
#   LSF: bsub -J "$rule" -n "$threads" -M "${mem_mb}MB" -W "$minutes" -o "$logs/%J.log" "$script" | sed 's/[^<]*<\([0-9]*\)>.*/\1/'
set -eu
rule=$1 threads=$2 mem_mb=$3 minutes=$4 gpus=$5 script=$6
logs=results/logs/cluster
mkdir -p "$logs"

set -- --parsable --job-name="$rule" --output="$logs/%j.log" --requeue \
    --ntasks=1 --cpus-per-task="$threads" --mem="$mem_mb" --time="$minutes"
if [ "$gpus" -gt 0 ]; then
    set -- "$@" --gpus="$gpus"
fi
id=$(sbatch "$@" "$script")
echo "${id%%;*}"    # where there are several clusters, `;cluster` follows the id
