//! Makes the binary find `libtensorflowlite_c.so` with no environment variable set:
//! the library is copied beside the binary, and the run path looks there first, then in
//! the folder a package installs it to.

use std::{env, fs, path::PathBuf};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-link-arg=-Wl,-rpath,$ORIGIN:$ORIGIN/../lib/bccscope");

    let arch = env::var("CARGO_CFG_TARGET_ARCH").unwrap_or_default();
    let library = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default())
        .join(".deps/tflite")
        .join(&arch)
        .join("libtensorflowlite_c.so");
    println!("cargo:rerun-if-changed={}", library.display());
    // OUT_DIR is target/[triple/]profile/build/bccscope-*/out
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let Some(profile_dir) = out.ancestors().nth(3) else {
        println!("cargo:warning=unexpected OUT_DIR {}", out.display());
        return;
    };
    if let Err(e) = fs::copy(&library, profile_dir.join("libtensorflowlite_c.so")) {
        println!(
            "cargo:warning={} not copied beside the binary ({e}): run scripts/setup.sh first",
            library.display()
        );
    }
}
