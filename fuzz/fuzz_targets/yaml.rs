//! Throws bytes at the door `yaml`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hedui_fuzz::yaml(bytes));
