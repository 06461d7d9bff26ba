//! The compiler of Debian's `rustc-web` packages, for machines where rustup cannot download the wasm32 target.
//!
//! Debian ships the standard library's source with it but not the library for this target, so it is built once and put
//! in the compiler's search path. Nothing of rustup's is changed.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::TARGET;
use super::version::Version;
use crate::command::{find, output, run};
use crate::{say, workspace};

/// Debian's compiler.
pub(crate) const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";
const CARGO_CLIPPY: &str = "/usr/bin/cargo-clippy";
const LINKER: &str = "/usr/bin/wasm-ld";
const PACKAGES: [&str; 5] = ["rustc-web", "cargo-web", "rust-web-clippy", "rust-web-src", "lld"];
const LIBRARIES: &str = "/usr/lib/rustlib/wasm32-unknown-unknown/lib";

/// Whether Debian's compiler is installed, with its cargo, its clippy and the linker, and new enough.
pub(crate) fn rustc_is_there() -> bool {
    let version = output(Command::new(RUSTC).arg("--version")).ok().and_then(|text| Version::find(&text));
    version >= oldest() && [CARGO, CARGO_CLIPPY, LINKER].iter().all(|file| Path::new(file).is_file())
}

/// Whether this is a Debian on which this process may install packages.
pub(crate) fn can_install() -> bool {
    find("apt-get").is_some() && output(Command::new("id").arg("-u")).is_ok_and(|id| id == "0")
}

/// Installs the packages and builds the standard library for the target.
pub(crate) fn install() -> Result<()> {
    say::step("rustup cannot; installing Debian's Rust compiler for wasm32 instead (once; packages of some 200 MB)");
    install_packages(&PACKAGES)?;
    if !rustc_is_there() {
        let oldest = env!("CARGO_PKG_RUST_VERSION");
        bail!("Debian's packages {} brought no Rust {oldest} or newer", PACKAGES.join(", "));
    }
    say::step("Building Rust's standard library for wasm32 (once; about a minute)");
    let folder = workspace::target().join("wasm-std");
    build_std(&folder)?;
    let built = folder.join("target").join(TARGET).join("release/deps");
    put_libraries(&built).with_context(|| format!("could not put the library into {LIBRARIES}"))?;
    fs::remove_dir_all(&folder).with_context(|| format!("could not remove {}", folder.display()))
}

/// Replaces the target's libraries. The one that the compiler cannot do without comes last, so that an interrupted copy
/// is repeated.
fn put_libraries(built: &Path) -> io::Result<()> {
    fs::create_dir_all(LIBRARIES)?;
    for file in rlibs(Path::new(LIBRARIES))? {
        fs::remove_file(file)?;
    }
    let mut files = rlibs(built)?;
    files.retain(|file| !is_named(file, "libwasm_std-"));
    files.sort_by_key(|file| is_named(file, "libcore-"));
    for file in files {
        fs::copy(&file, Path::new(LIBRARIES).join(file.file_name().unwrap_or_default()))?;
    }
    Ok(())
}

fn rlibs(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let files: io::Result<Vec<_>> = fs::read_dir(folder)?.map(|file| Ok(file?.path())).collect();
    Ok(files?.into_iter().filter(|file| file.extension() == Some(OsStr::new("rlib"))).collect())
}

fn is_named(file: &Path, beginning: &str) -> bool {
    file.file_name().is_some_and(|name| name.to_string_lossy().starts_with(beginning))
}

/// The workspace's own `rust-version`.
fn oldest() -> Option<Version> {
    Version::find(concat!(env!("CARGO_PKG_RUST_VERSION"), ".0"))
}

/// Debian's cargo, without rustup's proxy in its environment. It would look for its clippy on PATH and find
/// rustup's.
pub(crate) fn cargo(subcommand: &str) -> Command {
    let mut command = Command::new(if subcommand == "clippy" { CARGO_CLIPPY } else { CARGO });
    for name in ["RUSTUP_TOOLCHAIN", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "LD_LIBRARY_PATH"] {
        command.env_remove(name);
    }
    command.arg(subcommand).env("CARGO", CARGO).env("RUSTC", RUSTC).env("RUSTDOC", "/usr/bin/rustdoc");
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", LINKER);
    command
}

/// Installs packages through the system's package manager.
pub(crate) fn install_packages(packages: &[&str]) -> Result<()> {
    for arguments in [&["update"][..], &["install", "--no-install-recommends"]] {
        let mut command = Command::new("apt-get");
        command.args(arguments).args(["-qq", "-y", "-o=Dpkg::Use-Pty=0"]).env("DEBIAN_FRONTEND", "noninteractive");
        if arguments.len() > 1 {
            command.args(packages);
        }
        let result = run(command.stdout(std::io::stderr()));
        result.context("Debian's package manager failed: check the network connection, then try again")?;
    }
    Ok(())
}

/// Builds the standard library as the dependency of an empty crate.
fn build_std(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("could not remove {}", folder.display()))?;
    }
    fs::create_dir_all(folder.join("src")).with_context(|| format!("could not create {}", folder.display()))?;
    let manifest = "[package]\nname = \"wasm_std\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n";
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::write(folder.join("src/lib.rs"), "#![no_std]\n")?;
    let mut command = cargo("build");
    command
        .args(["-Zbuild-std=std,panic_abort,proc_macro,test", "--target", TARGET, "--release"])
        .arg("--target-dir")
        .arg(folder.join("target"))
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", "-Cembed-bitcode=yes")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .current_dir(folder);
    run(&mut command).context("could not build the standard library for wasm32")
}
