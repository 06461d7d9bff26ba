//! The answers that the reference platform prints: fewer members, times without fractions, identifiers of another form.

use futures_util::TryStreamExt;
use serde_json::Value;
use universal_wallet_sdk::wire::{CashOutFulfillmentType, OperationType};
use universal_wallet_sdk::{Client, Error, Phone};

use crate::secrets::everything;
use crate::server::{DISTRIBUTOR, Play, Server, json};

const BALANCE: &str = include_str!("../reference/balance.json");
const OPERATIONS: &str = include_str!("../reference/operations.json");
const RECEIPT: &str = include_str!("../reference/receipt.json");
const CASH_OUTS: &str = include_str!("../reference/cash-outs.json");
const PROCESSED: &str = include_str!("../reference/process-cash-out.json");
const ERROR: &str = include_str!("../reference/error.json");

/// A key as that platform prints one: 48 characters and no checksum.
const KEY: &str = "uwk_DlbWVU3Vjd11Le43kka6enGNjyd6xtbrBkNHMngl2aNz2Cm7";

fn client(server: &Server) -> Client {
    let builder = Client::builder(&server.url, DISTRIBUTOR.parse().unwrap(), KEY.parse().unwrap());
    builder.repeat_writes(false).build().unwrap()
}

fn phone() -> Phone {
    "+234 8123456781".parse().unwrap()
}

#[tokio::test]
async fn the_balance_is_read_and_nothing_is_made_up_beside_it() {
    let server = Server::start([json(200, "", BALANCE)]).await;
    let balance = client(&server).balance().send().await.unwrap();
    assert_eq!(balance.to_string(), "50000.00");
    assert_eq!((balance.available, balance.held, balance.currency), (None, None, None));
    assert_eq!(server.received()[0].header("authorization"), Some(format!("Bearer {KEY}").as_str()));
}

#[tokio::test]
async fn operations_without_a_status_are_read_and_count_neither_as_completed_nor_as_ended() {
    let server = Server::start([json(200, "", OPERATIONS)]).await;
    let page = client(&server).operations().limit(10).offset(0).page().await.unwrap();
    assert!(server.received()[0].line.contains("/operations?offset=0&limit=10 "), "{}", server.received()[0].line);
    let [customer, merchant, paid] = page.items.as_slice() else { panic!("{page:?}") };
    for operation in &page.items {
        assert_eq!(operation.status, None);
        assert!(!operation.is_completed() && !operation.has_ended());
    }
    assert_eq!(customer.created_at.to_string(), "2026-02-12T10:30:00.000Z");
    assert_eq!(customer.phone_to.as_ref().map(Phone::as_str), Some("+234 8123456781"));
    assert_eq!((merchant.merchant_short_code, &merchant.wallet_operation_id), (Some(100_000), &None));
    assert_eq!((&paid.operation_type, &paid.memo), (&OperationType::CashOutFulfillment, &None));
    assert_eq!(paid.cash_out_fulfillment_id.as_deref(), Some("receipt-12345"));
}

#[tokio::test]
async fn a_receipt_without_a_status_says_that_the_operation_exists_and_no_more() {
    let server = Server::start([json(200, "", RECEIPT)]).await;
    let receipt = client(&server).cash_in(phone(), 5000).send().await.unwrap();
    assert_eq!(receipt.status, None);
    assert!(!receipt.is_completed() && !receipt.is_pending() && !receipt.replayed);
    assert!(receipt.to_string().ends_with("exists, its status is not told"), "{receipt}");
}

#[tokio::test]
async fn an_identifier_of_another_form_goes_back_as_it_came() {
    let server = Server::start([json(200, "", CASH_OUTS), json(200, "", PROCESSED)]).await;
    let client = client(&server);
    let page = client.cash_outs().page().await.unwrap();
    let request = &page.items[0];
    assert_eq!((request.operation_id.as_str(), request.expires_at, page.next_cursor), ("op-123", None, None));
    let how = CashOutFulfillmentType::BankTransfer;
    let receipt = client.process_cash_out(&request.operation_id, how).reference("TX-9").send().await.unwrap();
    assert_eq!(receipt.operation_id, request.operation_id);
    assert!(server.received()[1].line.starts_with(&format!("PUT /api/v1/distributors/{DISTRIBUTOR}/cashouts/op-123 ")));
}

#[tokio::test]
async fn a_hostile_identifier_leads_nowhere_else() {
    let server = Server::start([json(200, "", CASH_OUTS)]).await;
    let client = client(&server);
    for (id, segment) in [("../balance?x#y", "..%2Fbalance%3Fx%23y"), ("a%2e%2e/", "a%252e%252e%2F")] {
        let _ = client.with_max_attempts(1).operation(&id.parse().unwrap()).send().await;
        let line = server.received().last().unwrap().line.clone();
        assert_eq!(line, format!("GET /api/v1/distributors/{DISTRIBUTOR}/operations/{segment} HTTP/1.1"));
    }
}

#[tokio::test]
async fn an_error_without_a_code_is_told_and_no_code_is_made_up() {
    let server = Server::start([json(401, "", ERROR)]).await;
    let failed = client(&server).balance().send().await.unwrap_err();
    assert!(failed.is_unauthorized() && !failed.is_outcome_unknown(), "{failed}");
    assert_eq!((failed.code(), failed.request_id(), failed.message()), (None, None, Some("The key is not valid")));
    // That platform's keys have no checksum, so a wrong one means nothing.
    assert_eq!(failed.to_string(), "The key is not valid (401 Unauthorized)");
}

#[tokio::test]
async fn a_stream_goes_on_by_offset_where_there_are_no_cursors_and_repeats_nothing() {
    let all: Vec<Value> = serde_json::from_str(OPERATIONS).unwrap();
    let page = |items: &[Value]| json(200, "", &Value::from(items.to_vec()).to_string());
    // A new operation arrived meanwhile, so the second page begins with the last one of the first.
    let server = Server::start([page(&all[..2]), page(&all[1..]), page(&[])]).await;
    let items: Vec<_> = client(&server).operations().limit(2).stream().try_collect().await.unwrap();
    let ids: Vec<_> = items.iter().map(|item| item.operation_id.as_str()).collect();
    assert_eq!(ids, all.iter().map(|item| item["operationID"].as_str().unwrap()).collect::<Vec<_>>());
    let lines: Vec<_> = server.received().into_iter().map(|call| call.line).collect();
    assert!(lines[1].contains("?offset=2&limit=2 ") && lines[2].contains("?offset=4&limit=2 "), "{lines:?}");
}

#[tokio::test]
async fn a_write_is_not_repeated_where_the_server_knows_no_idempotency_keys() {
    for play in [Play::Close, json(503, "retry-after: 0\r\n", ERROR)] {
        let server = Server::start([play, json(200, "", RECEIPT)]).await;
        let failed = client(&server).cash_in(phone(), 5000).send().await.unwrap_err();
        assert!(failed.is_outcome_unknown() && server.received().len() == 1, "{failed}");
    }
    let server = Server::start([Play::Close, json(200, "", BALANCE)]).await;
    client(&server).balance().send().await.unwrap();
}

/// Reads a fixture the way it is meant to be read.
async fn read(server: &Server, name: &str) -> Result<(), Error> {
    let client = client(server).with_max_attempts(1);
    match name {
        "balance" => client.balance().send().await.map(drop),
        "operations" => client.operations().page().await.map(drop),
        "receipt" => client.cash_in(phone(), 1).send().await.map(drop),
        "cash-outs" => client.cash_outs().page().await.map(drop),
        "processed" => {
            let id = "op-123".parse().unwrap();
            client.process_cash_out(&id, CashOutFulfillmentType::Cash).send().await.map(drop)
        }
        _ => unreachable!("{name}"),
    }
}

const FIXTURES: [(&str, &str); 5] = [
    ("balance", BALANCE),
    ("operations", OPERATIONS),
    ("receipt", RECEIPT),
    ("cash-outs", CASH_OUTS),
    ("processed", PROCESSED),
];

/// The JSON pointer of every member of a document.
fn pointers(value: &Value) -> Vec<String> {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, member)| (name.clone(), member)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(place, item)| (place.to_string(), item)).collect(),
        _ => Vec::new(),
    };
    let below = |(name, member): (String, &Value)| {
        let deeper = pointers(member).into_iter().map(|pointer| format!("/{name}{pointer}")).collect::<Vec<_>>();
        [vec![format!("/{name}")], deeper].concat()
    };
    members.into_iter().flat_map(below).collect()
}

/// A member as the client names it: `/items/0/from` is `items[0].from`.
fn shown(pointer: &str) -> String {
    let mut shown = String::new();
    for name in pointer.split('/').skip(1) {
        match name.parse::<usize>() {
            Ok(_) => shown += &["[", name, "]"].concat(),
            Err(_) if shown.is_empty() => shown += name,
            Err(_) => shown += &[".", name].concat(),
        }
    }
    shown
}

#[tokio::test]
async fn a_member_of_a_wrong_type_is_named_and_its_value_is_not() {
    for (name, fixture) in FIXTURES {
        let document: Value = serde_json::from_str(fixture).unwrap();
        let pointers = pointers(&document);
        let wrong = pointers.iter().map(|pointer| {
            let mut document = document.clone();
            let member = document.pointer_mut(pointer).unwrap();
            *member = if member.is_number() { "8031234567".into() } else { 8_031_234_567_u64.into() };
            json(200, "", &document.to_string())
        });
        let server = Server::start(wrong).await;
        for pointer in &pointers {
            let failed = read(&server, name).await.unwrap_err();
            let member = format!("`{}`", shown(pointer));
            assert!(failed.to_string().contains(&member), "{name} {pointer}: {failed}");
            assert!(!everything(&failed).contains("8031234"), "{failed:?}");
        }
    }
}

#[tokio::test]
async fn a_missing_member_is_named() {
    let server = Server::start([json(200, "", "{}"), json(200, "", r#"[{"operationID":"op-1"}]"#)]).await;
    let failed = read(&server, "receipt").await.unwrap_err();
    assert!(failed.to_string().contains("its member `operationID` is missing"), "{failed}");
    let failed = read(&server, "operations").await.unwrap_err();
    assert!(failed.to_string().contains("its member `[0].distributorID` is missing"), "{failed}");
}

#[tokio::test]
async fn a_truncated_answer_is_no_answer() {
    for (name, fixture) in FIXTURES {
        let fixture = fixture.trim_end();
        let cuts: Vec<_> = (0..fixture.len()).step_by(1 + fixture.len() / 40).collect();
        let server = Server::start(cuts.iter().map(|length| json(200, "", &fixture[..*length]))).await;
        for length in cuts {
            let failed = read(&server, name).await.unwrap_err();
            assert!(failed.to_string().contains("not JSON"), "{name} {length}: {failed}");
        }
    }
}

#[tokio::test]
async fn an_errors_member_of_a_wrong_type_is_named_too() {
    let server = Server::start([json(400, "", r#"{"error":"Bad Request","message":8031234567}"#)]).await;
    let failed = read(&server, "balance").await.unwrap_err();
    assert!(failed.to_string().contains("400") && failed.to_string().contains("`message`"), "{failed}");
    assert!(!everything(&failed).contains("8031234"), "{failed:?}");
}
