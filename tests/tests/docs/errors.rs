//! Every code that a call can be refused with has its cause and cure on a page.

use universal_wallet_core::error::Code;

use super::page::Page;

#[test]
fn every_code_has_its_cause_and_cure_on_the_page_of_errors_and_no_other_does() {
    let page = Page::read("docs/guides/errors.md");
    let rows: Vec<Vec<_>> = page
        .text
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|row| row.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    let listed: Vec<_> = rows.iter().map(|row| row[0].trim_matches('`')).collect();
    let codes: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(listed, codes, "in the order of the contract");
    for (row, code) in rows.iter().zip(Code::ALL) {
        let [_, status, cause, cure] = row.as_slice() else { panic!("{code:?} has four cells: {row:?}") };
        assert_eq!(*status, code.status().to_string(), "{code:?}");
        assert!(cause.len() > 10 && cure.len() > 10, "{code:?}: {row:?}");
    }
}
