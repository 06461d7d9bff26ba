//! Fuzz target; its function documents it.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| universal_wallet_fuzz::passkey(data));
