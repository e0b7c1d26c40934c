//! The device as a pure state machine, and the loop that runs its effects.
