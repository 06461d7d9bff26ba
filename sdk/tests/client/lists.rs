//! Lists as streams of their items, and the ledger as a stream of its parts.

use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use universal_wallet_sdk::id::OperationID;
use universal_wallet_sdk::request::ExportFormat;

use crate::server::{DISTRIBUTOR, Play, Server, answer, error, json};

fn id(number: u8) -> OperationID {
    format!("op_{}", DISTRIBUTOR.replace("36e48800", &format!("{number:08}"))).parse().unwrap()
}

fn operation(number: u8) -> String {
    format!(
        r#"{{"operationID":"{}","distributorID":"{DISTRIBUTOR}","operationType":"cash-in","status":"completed",
        "amount":"1.00","walletOperationID":null,"sequenceNumber":9007199254740993,"blockchainID":null,
        "lastError":null,"createdAt":"2026-11-24T18:07:48.000Z","updatedAt":"2026-11-24T18:07:48.000Z"}}"#,
        id(number)
    )
}

fn request(number: u8) -> String {
    format!(
        r#"{{"cursor":"c","operationID":"{}","type":"cash-out","from":"+2348031234567","amount":"5.00","memo":null,
        "createdAt":"2026-11-24T18:07:48.000Z","expiresAt":"2026-11-25T18:07:48.000Z"}}"#,
        id(number)
    )
}

fn next(cursor: &str) -> String {
    format!("link: </x?cursor={cursor}>; rel=\"next\"\r\n")
}

#[tokio::test]
async fn a_stream_of_operations_goes_through_all_pages_and_passing_failures() {
    let server = Server::start([
        json(200, &next("a"), &format!("[{},{}]", operation(1), operation(2))),
        error(503, "unavailable", "retry-after: 0\r\n"),
        // A filtered page may be empty and not the last.
        json(200, &next("b"), "[]"),
        json(200, "", &format!("[{}]", operation(3))),
    ])
    .await;
    let items: Vec<_> = server.client().operations().limit(2).stream().try_collect().await.unwrap();
    assert_eq!(items.iter().map(|item| item.operation_id.clone()).collect::<Vec<_>>(), [id(1), id(2), id(3)]);
    assert_eq!(items[0].sequence_number, Some(9_007_199_254_740_993));
    let lines: Vec<_> = server.received().into_iter().map(|call| call.line).collect();
    assert!(lines[2].contains("?cursor=a&limit=2 ") && lines[3].contains("?cursor=b&limit=2 "), "{lines:?}");
}

#[tokio::test]
async fn a_stream_of_cash_out_requests_ends_with_the_empty_cursor() {
    let page = |number, cursor| {
        json(200, "", &format!(r#"{{"items":[{}],"nextCursor":"{cursor}","limit":1}}"#, request(number)))
    };
    let server = Server::start([page(1, "a"), page(2, "")]).await;
    let items: Vec<_> = server.client().cash_outs().cursor("0").stream().try_collect().await.unwrap();
    assert_eq!(items.iter().map(|item| item.operation_id.clone()).collect::<Vec<_>>(), [id(1), id(2)]);
    assert!(server.received()[0].line.contains("?cursor=0 "));
}

#[tokio::test]
async fn a_stream_ends_with_its_first_error() {
    let server =
        Server::start([json(200, &next("a"), &format!("[{}]", operation(1))), error(403, "ip_not_allowed", "")]).await;
    let mut stream = server.client().operations().stream();
    assert_eq!(stream.next().await.unwrap().unwrap().operation_id, id(1));
    assert_eq!(stream.next().await.unwrap().unwrap_err().code(), Some("ip_not_allowed"));
    assert!(stream.next().await.is_none());
}

#[tokio::test]
async fn a_list_that_never_advances_is_an_error() {
    let server = Server::start(vec![json(200, &next("a"), "[]"); 9]).await;
    let failed = server.client().operations().stream().next().await.unwrap().unwrap_err();
    assert!(failed.to_string().contains("does not end"), "{failed}");
    assert_eq!(server.received().len(), 2);
}

#[tokio::test]
async fn an_export_comes_in_parts_and_is_never_taken_for_whole_where_it_broke_off() {
    let whole = answer(200, "", "sequenceNumber,at\n1,2026-11-24T18:07:48.000Z\n");
    let Play::Bytes(mut cut) = whole.clone() else { unreachable!() };
    cut.pop();
    let busy = error(503, "unavailable", "retry-after: 0\r\n");
    let server = Server::start([busy, whole, Play::Bytes(cut), error(403, "permission_denied", "")]).await;
    let client = server.client();
    let (from, to) = ("2026-11-24T00:00:00.000Z".parse().unwrap(), "2026-11-25T00:00:00.000Z".parse().unwrap());
    let export = || client.export(ExportFormat::Csv).from(from).to(to);
    let ledger = export().send().await.unwrap().stream().try_concat().await.unwrap();
    assert!(ledger.ends_with(b".000Z\n"));
    let line = "operations/export?format=csv&from=2026%2D11%2D24T00%3A00%3A00%2E000Z&to=2026%2D11%2D25";
    assert!(server.received()[1].line.contains(line), "{}", server.received()[1].line);

    let broken = export().send().await.unwrap().stream().try_concat().await.unwrap_err();
    assert!(broken.is_retryable() && !broken.is_timeout(), "{broken}");
    let refused = export().send().await.unwrap_err();
    assert_eq!((refused.status(), refused.code()), (Some(403), Some("permission_denied")));
}

#[tokio::test]
async fn an_export_that_stands_still_ends_with_the_attempts_time() {
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n";
    let server = Server::start([Play::Drip(head.into(), Duration::from_secs(60))]).await;
    let client = server.builder().attempt_timeout(Duration::from_millis(200)).build().unwrap();
    let mut download = client.export(ExportFormat::JsonLines).send().await.unwrap();
    assert!(download.chunk().await.unwrap_err().is_timeout());
}
