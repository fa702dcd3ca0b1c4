//! Throws bytes at the door `xlsx`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hedui_fuzz::xlsx(bytes));
