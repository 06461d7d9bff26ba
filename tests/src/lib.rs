//! End-to-end tests on the real runtime.
