//! What the engine says of interpreters and of their modelled lock, in the words of the wire.

use crate::engine::{self, InterpreterFacts, InterpreterUse};
use crate::wire::{Collections, InterpreterLockUse, PythonFacts};

pub(super) fn python_facts(facts: &InterpreterFacts) -> PythonFacts {
    PythonFacts {
        name: facts.name.clone(),
        version: facts.version.clone(),
        free_threaded: facts.free_threaded,
        start_method: facts.start_method.clone(),
        library: facts.library.clone(),
        engine_start_nanos: facts.engine_start_nanos,
    }
}

pub(super) const fn collections(collections: engine::Collections) -> Collections {
    Collections {
        count: collections.count,
        nanos: collections.nanos,
        longest_nanos: collections.longest_nanos,
    }
}

pub(super) const fn interpreter_lock(used: InterpreterUse) -> InterpreterLockUse {
    InterpreterLockUse {
        held_nanos: used.held_nanos,
        waited_nanos: used.waited_nanos,
        handovers: used.handovers,
        forced: used.forced,
    }
}
