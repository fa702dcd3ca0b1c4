//! Throws bytes at the door `parquet`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hedui_fuzz::parquet(bytes));
