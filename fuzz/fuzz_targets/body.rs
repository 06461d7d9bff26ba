//! A fuzzer's entry; see the function that it calls.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| universal_wallet_fuzz::body(data));
