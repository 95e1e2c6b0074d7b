#!/bin/sh
# Print one word for a job: status.sh ID prints running, success or failed.
# scontrol knows a job for a while after its end (MinJobAge); where it is known no more, sacct is
# asked, which needs accounting. Requeued and waiting jobs count as running.
set -eu
state=$(scontrol --oneliner show job "$1" 2> /dev/null | sed -n 's/.* JobState=\([A-Z_]*\).*/\1/p')
if [ -z "$state" ]; then
    state=$(sacct --noheader --allocations --parsable2 --format=State --jobs="$1" 2> /dev/null | cut -d ' ' -f 1 || true)
fi
case $state in
    COMPLETED) echo success ;;
    BOOT_FAIL | CANCELLED | DEADLINE | FAILED | NODE_FAIL | OUT_OF_MEMORY | TIMEOUT) echo failed ;;
    *) echo running ;;    # also where nobody could say: asked again later
esac
