#!/bin/sh
# Plays a runner that panics at its start, as seen by its parent: message and backtrace, then the code of an abort.
{
    printf '\nthread '\''main'\'' (4711) panicked at src/runner/serve.rs:42:7:\n'
    printf 'the pool has no room\nwith 3 workers\nstack backtrace:\n'
    frame=0
    while [ "$frame" -lt 60 ]; do
        printf '%4d: core::panicking::panic_fmt\n             at /rustc/0000/library/core/src/panicking.rs:80:14\n' "$frame"
        frame=$((frame + 1))
    done
    printf 'note: Some details are omitted, run with `RUST_BACKTRACE=full` for a verbose backtrace.\n'
} >&2
exit 134
