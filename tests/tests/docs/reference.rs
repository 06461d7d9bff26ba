//! The Rust of the API reference runs, call after call.

use std::process::Command;

use universal_wallet_tests::edge::Edge;

use super::demo::Demo;
use super::output;

#[test]
fn the_rust_of_the_reference_runs() {
    let edge = Edge::start();
    let demo = Demo::new(&edge);
    demo.cash_out_request();
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["run", "--quiet", "--manifest-path", manifest, "--example", "reference"]).envs(demo.environment());
    let ended = cargo.output().unwrap();
    assert!(ended.status.success(), "{}", demo.without_secrets(&String::from_utf8_lossy(&ended.stderr)));
    let printed = String::from_utf8(ended.stdout).unwrap();
    let expected = "49000.00 NGN, 49000.00 of it available\nTill 1 may do […]\nop_… is pending\nop_… is pending\n\
                    op_… is rejected\n…Z op_… 1000.00\n+2348031234567 asks for 700.00\nop_… is completed";
    output::check("text", &printed, expected, "tests/examples/reference.rs");
}
