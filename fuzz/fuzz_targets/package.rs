//! Throws bytes at the door `package`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hedui_fuzz::package(bytes));
