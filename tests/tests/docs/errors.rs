//! Every code that a call can be refused with has its cause and cure on a page.

use universal_wallet_core::error::Code;

use super::page::Page;

#[test]
fn every_code_has_its_cause_and_cure_on_the_page_of_errors_and_no_other_does() {
    let page = Page::read("web-admin/docs/errors.html");
    let rows: Vec<_> = page.text.split("<tr id=\"").skip(1).collect();
    let listed: Vec<_> = rows.iter().map(|row| row.split('"').next().unwrap()).collect();
    let codes: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(listed, codes, "in the order of the contract");
    for (row, code) in rows.iter().zip(Code::ALL) {
        let row = row.split("</tr>").next().unwrap();
        let cells: Vec<_> = row.split("<td>").skip(1).map(|cell| cell.split("</td>").next().unwrap()).collect();
        let [status, cause, cure] = cells.as_slice() else { panic!("{code:?} has three cells: {cells:?}") };
        assert_eq!(*status, code.status().to_string(), "{code:?}");
        assert!(cause.len() > 10 && cure.len() > 10, "{code:?}: {cells:?}");
    }
}
