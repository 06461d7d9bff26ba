//! Passkeys against the standard's own test vectors, a second implementation of signatures, and hostile credentials.

mod authenticator;
mod factors;
mod hostile;
mod signatures;
mod vectors;
