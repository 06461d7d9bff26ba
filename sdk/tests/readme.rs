//! The README's first program is the example `quick_start`, which is compiled and run.

#[test]
fn the_readmes_first_program_is_the_example_quick_start() {
    let readme = include_str!("../README.md");
    let example = include_str!("../examples/quick_start.rs");
    let (_, program) = example.split_once("\n\n").unwrap();
    assert!(readme.contains(&format!("```rust,no_run\n{program}```")), "copy examples/quick_start.rs into the README");
}
