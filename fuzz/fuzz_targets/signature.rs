//! Throws bytes at the door `signature`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hedui_fuzz::signature(bytes));
