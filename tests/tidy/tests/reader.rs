//! The readers and rules on made-up trees: each finds its fault, and nothing in a tree without one.

#![allow(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

use universal_wallet_tidy::graph::Graph;
use universal_wallet_tidy::layers::{self, Area, Layer};
use universal_wallet_tidy::leftovers;
use universal_wallet_tidy::tree::Tree;

const MANIFEST: (&str, &str) = ("a/Cargo.toml", "[package]\nname = \"crate-a\"\n");

/// The imports of a made-up tree with one crate in `a`.
fn graph(files: &[(&str, &str)]) -> Graph {
    universal_wallet_tidy::imports(&Tree::made_up(&[&[MANIFEST], files].concat())).unwrap()
}

fn imports(files: &[(&str, &str)]) -> Vec<String> {
    graph(files).imports().map(|(from, to, _)| format!("{from} {to}").replace("a/src/", "")).collect()
}

fn circles(files: &[(&str, &str)]) -> usize {
    graph(files).circles().len()
}

#[test]
fn a_circle_is_found_also_over_three_files() {
    let root = ("a/src/lib.rs", "mod x; mod y; mod z;");
    let (x, y) = (("a/src/x.rs", "use crate::y::Y;"), ("a/src/y.rs", "fn f() { super::z::f() }"));
    assert_eq!(circles(&[root, x, y, ("a/src/z.rs", "use crate::x;")]), 1);
    assert_eq!(circles(&[root, x, y, ("a/src/z.rs", "")]), 0);
}

#[test]
fn an_import_leads_to_the_file_that_it_names() {
    let messages = ("a/src/messages/mod.rs", "mod call; pub use call::Call;");
    let call = ("a/src/messages/call.rs", "pub struct Call;");
    let user = ("a/src/user.rs", "use crate::{messages::{self, Call as C,}, };");
    let root = ("a/src/lib.rs", "mod messages; mod user;");
    assert_eq!(imports(&[root, messages, call, user]), ["messages/mod.rs messages/call.rs", "user.rs messages/mod.rs"]);
}

#[test]
fn paths_count_in_macros_and_through_names_and_globs() {
    let files = |user| [("a/src/lib.rs", ""), ("a/src/p/mod.rs", ""), ("a/src/p/db.rs", ""), ("a/src/user.rs", user)];
    for user in [
        "fn f() { vec![crate::p::db::one()]; }",
        "use crate::p::db as base; fn f() { base::one() }",
        "mod inner { use super::super::p::db::One; }",
        "pub(in crate::p) use self::super::p::db::*;",
    ] {
        assert_eq!(imports(&files(user)), ["user.rs p/db.rs"], "{user}");
    }
    assert_eq!(imports(&files("use crate::p::*; fn f() { db::one() }")), ["user.rs p/db.rs", "user.rs p/mod.rs"]);
    assert!(imports(&files("/// [`One`](crate::p::db::One)\nfn f() { \"crate::p\"; other::p::db() }")).is_empty());
}

#[test]
fn tests_are_left_out() {
    let root = ("a/src/lib.rs", "mod x; mod y; #[cfg(test)] mod z;");
    let z = ("a/src/z.rs", "use crate::x;");
    for x in ["#[cfg(test)] mod tests { use crate::y; }", "#[cfg(all(test, unix))] use crate::{y, z};"] {
        assert!(imports(&[root, ("a/src/x.rs", x), ("a/src/y.rs", ""), z]).is_empty(), "{x}");
    }
    let not_test = "#[cfg(test)] mod tests { } use crate::y;";
    assert_eq!(imports(&[root, ("a/src/x.rs", not_test), ("a/src/y.rs", ""), z]), ["x.rs y.rs"]);
}

#[test]
fn javascript_imports_are_read() {
    let files = |x| [("j/x.js", x), ("j/y.js", "")];
    for x in [
        "import {\n  a,\n  b,\n} from \"./y.js\";",
        "export * from './y.js'",
        "import \"../j/y.js\";",
        "const a = /['\"`]/; const b = `${{ c: \"}\" }} '`; await import(\"./y.js\");",
    ] {
        assert_eq!(imports(&files(x)), ["j/x.js j/y.js"], "{x}");
    }
    for x in ["/** @type {import(\"./y.js\").A} */", "// import \"./y.js\"", "import \"y.js\"", "a.from, \"./y.js\""] {
        assert!(imports(&files(x)).is_empty(), "{x}");
    }
    assert!(universal_wallet_tidy::imports(&Tree::made_up(&[("x.js", "const a = \"no end")])).is_err());
}

#[test]
fn breaches_of_layers_are_found() {
    const AREA: Area = Area {
        folder: "a/src/",
        rows: &[
            &[Layer { name: "up", paths: &["up/"] }, Layer { name: "beside", paths: &["beside.rs"] }],
            &[Layer { name: "down", paths: &["down.rs", "up/but_down.rs"] }],
        ],
    };
    let breaches = |up, beside, down| {
        let files = [("up/mod.rs", up), ("beside.rs", beside), ("down.rs", down), ("up/but_down.rs", "")];
        let files = files.map(|(file, text)| (format!("a/src/{file}"), text));
        layers::breaches(&AREA, &graph(&files.each_ref().map(|(file, text)| (file.as_str(), *text))))
    };
    assert!(
        breaches("use crate::down; use self::but_down::x;", "use crate::down;", "use crate::up::but_down;").is_empty()
    );
    assert!(breaches("", "", "use crate::up;")[0].contains("a layer above"));
    assert!(breaches("use crate::beside;", "", "")[0].contains("a layer beside"));
    let stray = layers::breaches(&AREA, &graph(&[("a/src/stray.rs", "")]));
    assert!(stray[0].contains("belongs to no layer") && stray[1].contains("not in the tree"), "{stray:?}");
}

#[test]
fn leftovers_are_found() {
    let tree = |text| Tree::made_up(&[("a.rs", text)]);
    let prelude = |text| leftovers::prelude_imports(&tree(text)).unwrap().len();
    assert_eq!(prelude("use std::string::String; mod tests { use core::{fmt, option::Option}; }"), 2);
    assert_eq!(prelude("use std::vec::IntoIter; use crate::string::String; use std::string::String as Text;"), 0);
    let names = |text| leftovers::old_names(&tree(text)).unwrap().len();
    assert_eq!(names("const MOST_ROWS: u8 = LEAST_ROWS; enum Then {}"), 3);
    assert_eq!(names("const MAX_ROWS: &str = \"MOST_ROWS\"; struct Then; enum Thence {}"), 0);
    let comments = |text| leftovers::what_comments(&tree(text)).len();
    assert_eq!(comments("    /// What is left.\n// What came"), 2);
    assert_eq!(comments("/// What is left?\n/// Whatever.\nlet a = \"What is\";"), 0);
    let long = "\n".repeat(401);
    assert_eq!(leftovers::lengths(&tree(&long), &[]).len(), 1);
    assert_eq!(leftovers::lengths(&tree(&long), &[("a.rs", "a table")]).len(), 0);
    assert_eq!(leftovers::lengths(&tree(""), &[("a.rs", "a table")]).len(), 1);
}
