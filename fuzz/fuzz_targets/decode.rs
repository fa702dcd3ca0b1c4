//! Throws bytes at the door `decode`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hedui_fuzz::decode(bytes));
