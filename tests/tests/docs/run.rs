//! Every code block of the guides runs as printed, against a real edge. A page is one session of a shell: `sh` blocks are
//! its lines, `js` blocks run in Node, `rust` blocks are the examples of this crate, and a `json` or `text` block
//! is the output of the block before it; a test of its own compares `log`. Other blocks are part of a file they name.

use std::env;
use std::fs;
use std::process::{Command, Stdio};

use universal_wallet_tests::edge::Setup;

use super::demo::Demo;
use super::output;
use super::page::{Block, Page, root};

/// Commands that change the reader's machine or account are not run: their own help must list them and their options.
const PRELUDE: &str = r#"
set -euo pipefail
knows() {
  local help word
  help=$(command "$@" --help 2>&1 < /dev/null) || { echo "$* is not known: $help" >&2; exit 1; }
  for word in "$@"; do
    case $word in --*) grep -qe "${word%%=*}" <<< "$help" || { echo "$1 knows no $word" >&2; exit 1; } ;; esac
  done
}
cargo() {
  case "$*" in
    xtask*) (cd "$ROOT" && knows cargo "$@") ;;
    run) ;;
    *universal-wallet) echo "the registry's crate of that name is somebody else's" >&2; return 1 ;;
    *) knows cargo "$@"; [ "$1" != new ] || mkdir -p "$2" ;;
  esac
}
npx() { (cd "$ROOT" && knows "$@"); }
git() { mkdir -p universal-wallet-edge; }
"#;

/// The command of a block in the page's session; none for a block that is another one's output.
fn command(page: &Page, block: &Block) -> Option<String> {
    match block.language.as_str() {
        "sh" => Some(block.text.clone()),
        "js" => Some(format!("node --input-type=module <<'END_OF_BLOCK'\n{}\nEND_OF_BLOCK", block.text)),
        "json" | "text" | "log" => None,
        _ => {
            let file = block.file.as_deref().unwrap_or_else(|| panic!("{}: a block names no file", page.name));
            let whole = fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
            let there = unindented(&whole).contains(&unindented(&block.text));
            assert!(there, "{}: this is not in {file}:\n{}", page.name, block.text);
            let name = file.strip_prefix("tests/examples/").and_then(|name| name.strip_suffix(".rs"));
            Some(match name.filter(|_| block.text.contains("fn main()")) {
                Some(name) => {
                    format!("command cargo run --quiet --manifest-path \"$ROOT/tests/Cargo.toml\" --example {name}")
                }
                None => String::new(),
            })
        }
    }
}

fn unindented(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.fold(String::from("\n"), |text, line| text + line + "\n")
}

fn runs_as_printed(name: &str) {
    let page = Page::read(name);
    let edge = Setup::new().var("RATE_LIMIT_PER_KEY", "100").start();
    let demo = Demo::new(&edge);
    let blocks = page.blocks();
    let mut script = PRELUDE.to_owned();
    for (number, block) in blocks.iter().enumerate() {
        if let Some(command) = command(&page, block) {
            let begins = format!("\nprintf '\\n\\036{number}\\n'\n");
            script.extend([begins, demo.filled_in(&command), "\n".to_owned()]);
        }
    }
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("session"), &script).unwrap();
    let path = env::join_paths(
        [root().join("node_modules/.bin")].into_iter().chain(env::split_paths(&env::var_os("PATH").unwrap())),
    );
    let mut bash = Command::new("bash");
    bash.arg("session").current_dir(&folder).env("PATH", path.unwrap()).env("ROOT", root());
    let ended = bash.stdin(Stdio::null()).output().unwrap();
    let printed = String::from_utf8(ended.stdout).unwrap();
    let said = demo.without_secrets(&format!("{printed}\n{}", String::from_utf8_lossy(&ended.stderr)));
    assert!(ended.status.success(), "{name}: {}\n{said}", ended.status);

    let of = |number: usize| {
        let marked = printed.split('\u{1e}').find_map(|part| part.strip_prefix(&format!("{number}\n")));
        marked.unwrap_or_else(|| panic!("{name}: block {number} did not run"))
    };
    let mut last = None;
    for (number, block) in blocks.iter().enumerate() {
        if ["json", "text"].contains(&block.language.as_str()) {
            let before = last.unwrap_or_else(|| panic!("{name}: what prints block {number}?"));
            output::check(&block.language, of(before), &block.text, &format!("{name}, block {number}"));
        } else if block.language != "log" {
            last = Some(number);
        }
    }
}

macro_rules! pages {
    ($($test:ident $file:literal),* $(,)?) => {
        $(#[test] fn $test() { runs_as_printed($file); })*

        #[test]
        fn every_page_with_code_is_among_these() {
            let known = [$($file),*];
            for page in Page::guides() {
                let none = page.blocks().is_empty();
                assert_eq!(known.contains(&page.name.as_str()), !none, "{}: list it in tests/tests/docs/run.rs", page.name);
            }
        }
    };
}

pages! {
    the_readme_runs "README.md",
    get_started_runs "docs/guides/get-started.md",
    cash_in_runs "docs/guides/cash-in.md",
    cash_out_runs "docs/guides/cash-out.md",
    statements_run "docs/guides/statements.md",
    errors_runs "docs/guides/errors.md",
    reference_runs "docs/guides/reference.md",
    security_runs "docs/guides/security.md",
    issuers_runs "docs/guides/issuers.md",
    limits_runs "docs/guides/limits.md",
    migration_runs "docs/guides/migration.md",
    webhooks_runs "docs/guides/webhooks.md",
    monitoring_runs "docs/guides/monitoring.md",
    deploying_runs "docs/guides/deploying.md",
}
