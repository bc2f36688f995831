//! What the engine says of the modelled interpreter lock, in the words of the wire.

use crate::engine::InterpreterUse;
use crate::wire::InterpreterLockUse;

pub(super) const fn interpreter_lock(used: InterpreterUse) -> InterpreterLockUse {
    InterpreterLockUse {
        held_nanos: used.held_nanos,
        waited_nanos: used.waited_nanos,
        handovers: used.handovers,
        forced: used.forced,
    }
}
