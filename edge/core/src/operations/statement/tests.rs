//! Tests of statements in their three forms.

use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::audit::chain::Book;
use crate::people::model::Actor;

fn lines() -> (Vec<Line>, Statement) {
    let minor = |minor: i64| Amount::from_minor(minor).unwrap();
    let moves = [
        ("float.topped-up", 10_000, json!({ "reference": "a, \"b\" & <c>" })),
        ("operation.created", 7_000, json!({})),
        ("api-key.requested", 7_000, json!({})),
        ("operation.returned", 10_000, json!({})),
        ("operation.captured", 10_500, json!({})),
        ("float.redeemed", 500, json!({ "reference": "bank" })),
    ];
    let (mut before, mut totals, mut lines) = (minor(0), DayTotals::default(), Vec::new());
    for (number, (kind, after, details)) in (1..).zip(moves) {
        let content = Content {
            number,
            at: Timestamp::from_unix_ms(1_764_201_600_000),
            kind: kind.into(),
            actor: Actor::System,
            subject: format!("op_{number}"),
            details,
            book: Book { balance: minor(after), ..Book::default() },
            states: Vec::new(),
        };
        let line = Line::of(before, content, &Digest::ZERO).unwrap();
        before = minor(after);
        if let Some(line) = line {
            totals.add(line.movement, line.amount.size());
            lines.push(line);
        }
    }
    let statement = Statement {
        distributor_id: DistributorID::from_uuid(Uuid::from_u128(1)),
        date: "2025-11-27".into(),
        is_final: true,
        opening_balance: minor(0),
        closing_balance: before,
        currency: "NGN".into(),
        totals,
        head: Digest::ZERO,
    };
    (lines, statement)
}

fn written(format: Format) -> String {
    let (lines, statement) = lines();
    let mut text = statement.beginning(format, Timestamp::from_unix_ms(1_764_288_000_000)).unwrap();
    for (place, line) in lines.iter().enumerate() {
        text += &line.text(format, "NGN", place == 0).unwrap();
    }
    text + ending(format)
}

#[test]
fn the_json_form_adds_up() {
    let statement: Value = serde_json::from_str(&written(Format::Json)).unwrap();
    assert_eq!(statement["totals"]["cashIns"], json!({ "count": 1, "amount": "30.00" }));
    assert_eq!(statement["totals"]["redemptions"], json!({ "count": 1, "amount": "100.00" }));
    let amounts: Vec<_> = statement["entries"].as_array().unwrap().iter().map(|entry| &entry["amount"]).collect();
    assert_eq!(amounts, ["100.00", "-30.00", "30.00", "5.00", "-100.00"]);
    assert_eq!((&statement["final"], &statement["closingBalance"]), (&json!(true), &json!("5.00")));
    assert_eq!(statement["entries"][0].get("operationID"), None);
}

#[test]
fn the_csv_form_has_nine_columns_in_every_line() {
    let text = written(Format::Csv).replace("\"a, \"\"b\"\" & <c>\"", "quoted");
    assert_eq!(text.lines().count(), 8 + 5);
    for line in text.lines() {
        assert_eq!(line.matches(',').count(), 8, "{line}");
    }
}

#[test]
fn the_camt_form_is_in_the_order_of_the_schema_and_its_sums_agree() {
    let text = written(Format::Camt053);
    let mut rest = text.as_str();
    for element in [
        "<Document",
        "<BkToCstmrStmt>",
        "<GrpHdr><MsgId>",
        "<CreDtTm>",
        "</GrpHdr>",
        "<Stmt><Id>",
        "<CreDtTm>",
        "<FrToDt>",
        "<Acct><Id><Othr><Id>",
        "<Ccy>NGN",
        "<Cd>OPBD",
        "<Cd>CLBD",
        "<TxsSummry><TtlNtries>",
        "<NbOfNtries>5<",
        "<Sum>265.00<",
        "<Amt>5.00<",
        "<CdtDbtInd>CRDT",
        "<TtlCdtNtries><NbOfNtries>3<",
        "<Sum>135.00<",
        "<TtlDbtNtries><NbOfNtries>2<",
        "<Sum>130.00<",
        "<Ntry>",
        "</Stmt>",
        "</Document>",
    ] {
        let (_, after) = rest.split_once(element).unwrap_or_else(|| panic!("{element} is missing in {rest}"));
        rest = after;
    }
    assert!(text.contains("a, \"b\" &amp; &lt;c&gt;"), "{text}");
    for id in text.split("<MsgId>").skip(1).chain(text.split("<Stmt><Id>").skip(1)) {
        assert!(id.split('<').next().unwrap().len() <= 35);
    }
}
