//! Throws bytes at the door `gzip`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hedui_fuzz::gzip(bytes));
