//! What the daemon's fuzz targets share: a bound on memory, which without a sanitizer libFuzzer cannot set.

use std::alloc::System;

use cap::Cap;

/// The most bytes at once: the longest stream of `frames`, a few times over. An allocation past it ends the process.
#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, 32 * 1024 * 1024);
