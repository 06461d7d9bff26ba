//! The sentence of every refusal that a caller can meet.

mod http;
mod issuer;
mod keys;
mod operations;
mod people;

use std::fmt::Write as _;
use std::thread;

use expect_test::expect_file;
use serde_json::Value;
use universal_wallet_core::error::Code;
use universal_wallet_tests::answer::Answer;

use super::mask::Mask;

/// Refused calls, a line each: status, code, call, sentence, and the fields where they tell more than it.
#[derive(Default)]
struct Sheet(String);

impl Sheet {
    /// Starts a section of the following calls.
    fn title(&mut self, title: &str) {
        let gap = if self.0.is_empty() { "" } else { "\n" };
        writeln!(self.0, "{gap}# {title}").unwrap();
    }

    /// Adds a call, which must have been refused.
    #[track_caller]
    fn add(&mut self, answer: &Answer) {
        assert!(answer.status >= 400, "{answer}");
        let body = answer.json();
        let (code, sentence) = (answer.code(), body["message"].as_str().unwrap());
        let told =
            |error: &Value| format!("{}: {}", error["field"].as_str().unwrap(), error["message"].as_str().unwrap());
        let fields: Vec<String> = body["errors"].as_array().into_iter().flatten().map(told).collect();
        let more = fields.len() > 1 || fields.iter().any(|field| !sentence.contains(field));
        let fields = if more { format!("  [{}]", fields.join("; ")) } else { String::new() };
        let call = in_general(&answer.call);
        writeln!(self.0, "{} {code}  {call}  {sentence}{fields}", answer.status).unwrap();
    }
}

/// A call without the IDs in its path.
fn in_general(call: &str) -> String {
    let (path, query) = call.split_once('?').map_or((call, None), |(path, query)| (path, Some(query)));
    let shown =
        |segment: &str| if Mask::default().masked(segment) == segment { segment.to_owned() } else { "*".into() };
    let path: Vec<String> = path.split('/').map(shown).collect();
    query.map_or_else(|| path.join("/"), |query| format!("{}?{query}", path.join("/")))
}

#[test]
fn refusals_say_what_is_wrong_and_what_to_do() {
    let groups: [fn(&mut Sheet); 5] =
        [http::refusals, operations::refusals, keys::refusals, people::refusals, issuer::refusals];
    let sheets: Vec<String> = thread::scope(|scope| {
        let sheet_of = |group: fn(&mut Sheet)| {
            scope.spawn(move || {
                let mut sheet = Sheet::default();
                group(&mut sheet);
                sheet.0
            })
        };
        groups.map(sheet_of).into_iter().map(|group| group.join().unwrap()).collect()
    });
    expect_file!["../refusals.txt"].assert_eq(&sheets.join("\n"));
}

#[test]
fn every_code_has_a_sentence() {
    let text = include_str!("../refusals.txt");
    for code in Code::ALL {
        let line = format!("\n{} {}  ", code.status(), code.as_str());
        assert!(text.contains(&line), "no call is refused with {}", code.as_str());
    }
}
