//! Requests on the wire match the contract.

use universal_wallet_sdk::id::OperationID;
use universal_wallet_sdk::request::{ExportFormat, StatementFormat};
use universal_wallet_sdk::wire::{CashOutFulfillmentType, OperationStatus, OperationType, Permission};
use universal_wallet_sdk::{Amount, Client, Date, Decimal, Phone, ShortCode};

use crate::server::{DISTRIBUTOR, Server, balance, error, json, key, key_text, receipt};

const OPERATION: &str = "op_36e48800-22ce-4ea0-b37a-198f7978cd53";

fn operation() -> OperationID {
    OPERATION.parse().unwrap()
}

fn operation_json(status: &str) -> String {
    format!(
        r#"{{"operationID":"{OPERATION}","distributorID":"{DISTRIBUTOR}","operationType":"cash-in","status":"{status}",
        "amount":"12.50","phoneTo":"+234 803 123 4567","walletOperationID":null,"sequenceNumber":null,
        "blockchainID":null,"lastError":null,"createdAt":"2026-11-24T18:07:48.000Z",
        "updatedAt":"2026-11-24T18:07:48.000Z","aFieldOfALaterVersion":[]}}"#
    )
}

#[tokio::test]
async fn a_read_carries_the_key_to_the_distributors_own_address() {
    let server = Server::start([balance()]).await;
    let answer = server.client().balance().send().await.unwrap();
    assert_eq!(Decimal::from(answer.available.unwrap()), Decimal::from(45_000));
    assert_eq!(answer.currency.as_deref(), Some("NGN"));

    let calls = server.received();
    assert_eq!(calls[0].line, format!("GET /api/v1/distributors/{DISTRIBUTOR}/balance HTTP/1.1"));
    assert_eq!(calls[0].header("authorization"), Some(format!("Bearer {}", key_text()).as_str()));
    assert_eq!(calls[0].header("accept"), Some("application/json"));
    assert_eq!(calls[0].header("idempotency-key"), None);
}

#[tokio::test]
async fn a_base_url_keeps_its_path_and_loses_its_trailing_slashes() {
    let server = Server::start([balance()]).await;
    let url = format!("{}/wallet/v2//", server.url);
    let client = Client::builder(url, DISTRIBUTOR.parse().unwrap(), key()).build().unwrap();
    client.balance().send().await.unwrap();
    assert!(server.received()[0].line.starts_with("GET /wallet/v2/api/v1/distributors/"));
}

#[tokio::test]
async fn a_cash_in_names_its_customer_or_its_merchant() {
    let server = Server::start([receipt(), receipt()]).await;
    let client = server.client();
    let phone: Phone = "+234 803 123 4567".parse().unwrap();
    let sent = client.cash_in(phone, 1500).memo("till 7").idempotency_key("sale-1".parse().unwrap()).send().await;
    assert!(sent.unwrap().is_completed());
    let short_code: ShortCode = "100000".parse().unwrap();
    client.cash_in(short_code, Decimal::new(125, 1)).send().await.unwrap();

    let calls = server.received();
    assert_eq!(calls[0].line, format!("POST /api/v1/distributors/{DISTRIBUTOR}/operations HTTP/1.1"));
    assert_eq!(calls[0].header("idempotency-key"), Some("sale-1"));
    assert_eq!(calls[0].header("content-type"), Some("application/json"));
    assert_eq!(
        calls[0].body,
        r#"{"operationType":"cash-in","amount":"1500.00","phoneTo":"+234 803 123 4567","memo":"till 7"}"#
    );
    assert_eq!(calls[1].body, r#"{"operationType":"cash-in","amount":"12.50","merchantToShortCode":"100000"}"#);
    assert_eq!(calls[1].header("idempotency-key").map(str::len), Some(36), "the SDK makes a key");
}

#[tokio::test]
async fn an_amount_that_would_be_rounded_or_moves_nothing_is_never_sent() {
    let server = Server::start([]).await;
    let client = server.client();
    let short_code: ShortCode = "100000".parse().unwrap();
    for amount in [Decimal::new(12_505, 3), Decimal::new(-1, 0), Decimal::ZERO, Decimal::from(10_u64.pow(15))] {
        let error = client.cash_in(short_code, amount).send().await.unwrap_err();
        assert!(error.is_invalid_input() && !error.is_outcome_unknown(), "{amount}: {error}");
    }
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn both_ways_to_pay_out_say_how() {
    let server = Server::start([receipt(), receipt()]).await;
    let client = server.client();
    let phone: Phone = "+2348031234567".parse().unwrap();
    client.cash_out(phone, 20, CashOutFulfillmentType::Cash).reference("r-1").send().await.unwrap();
    client
        .process_cash_out(&operation(), CashOutFulfillmentType::BankTransfer)
        .reference("r-2")
        .memo("paid")
        .idempotency_key("k".parse().unwrap())
        .send()
        .await
        .unwrap();

    let calls = server.received();
    assert_eq!(
        calls[0].body,
        r#"{"operationType":"cash-out-fulfillment","amount":"20.00","phoneFrom":"+2348031234567","cashOutFulfillmentType":"cash","cashOutFulfillmentID":"r-1"}"#
    );
    assert_eq!(calls[1].line, format!("PUT /api/v1/distributors/{DISTRIBUTOR}/cashouts/{OPERATION} HTTP/1.1"));
    assert_eq!(calls[1].header("idempotency-key"), Some("k"));
    assert_eq!(calls[1].body, r#"{"cashOutFulfillmentType":"bank-transfer","transactionID":"r-2","memo":"paid"}"#);
}

#[tokio::test]
async fn operations_come_in_pages_with_the_links_cursor() {
    let page = format!("[{}]", operation_json("pending"));
    let link = "link: <https://elsewhere.example/x?cursor=a%2Fb>; rel=\"next\"\r\n";
    let server = Server::start([json(200, link, &page), json(200, "", "[]")]).await;
    let client = server.client();
    let list = || client.operations().limit(1).status(OperationStatus::Pending).operation_type(OperationType::CashIn);
    let first = list().page().await.unwrap();
    assert_eq!(first.items[0].amount, "12.50".parse::<Amount>().unwrap());
    let second = list().cursor(first.next_cursor.unwrap()).page().await.unwrap();
    assert_eq!((second.items.len(), second.next_cursor), (0, None));

    let path = format!("GET /api/v1/distributors/{DISTRIBUTOR}/operations");
    let calls = server.received();
    assert_eq!(calls[0].line, format!("{path}?limit=1&status=pending&operationType=cash%2Din HTTP/1.1"));
    assert_eq!(calls[1].line, format!("{path}?cursor=a%2Fb&limit=1&status=pending&operationType=cash%2Din HTTP/1.1"));
}

#[tokio::test]
async fn every_filter_is_a_parameter_of_the_list() {
    let server = Server::start([json(200, "", "[]"), json(200, "", "[]")]).await;
    let client = server.client();
    let day: Date = "2026-11-24".parse().unwrap();
    let list = client
        .operations()
        .phone("+234 803-123 4567".parse().unwrap())
        .reference("slip 12")
        .amount(Decimal::new(25_050, 2));
    list.key("key_1".parse().unwrap()).from(day.start()).to(day).page().await.unwrap();
    client.operations().offset(200).limit(100).page().await.unwrap();
    let calls = server.received();
    let query = "?phone=%2B2348031234567&reference=slip%2012&keyID=key%5F1&amount=250%2E50&\
                 from=2026%2D11%2D24T00%3A00%3A00%2E000Z&to=2026%2D11%2D24 ";
    assert!(calls[0].line.contains(query), "{}", calls[0].line);
    assert!(calls[1].line.contains("?offset=200&limit=100 "), "{}", calls[1].line);
    let failed = client.operations().amount(Decimal::new(1, 3)).page().await.unwrap_err();
    assert!(failed.is_invalid_input());
}

#[tokio::test]
async fn a_merchants_name_is_asked_for_by_its_short_code() {
    let server =
        Server::start([json(200, "", r#"{"shortCode":"100000","name":"A shop"}"#), error(404, "not_found", "")]).await;
    let client = server.client();
    let merchant = client.merchant("100000".parse().unwrap()).send().await.unwrap();
    assert_eq!((merchant.short_code.number(), merchant.name.as_str()), (100_000, "A shop"));
    assert!(client.merchant("100001".parse().unwrap()).send().await.unwrap_err().is_not_found());
    assert!(server.received()[0].line.contains("/merchants/100000 "));
}

#[tokio::test]
async fn a_days_statement_is_read_exactly_or_fetched_as_a_file() {
    let total = |count: u64, amount: &str| format!(r#"{{"count":{count},"amount":"{amount}"}}"#);
    let body = format!(
        r#"{{"date":"2026-11-24","final":true,"openingBalance":"100.00","closingBalance":"90071992547409.93",
        "currency":"NGN","totals":{{"cashIns":{},"cashOuts":{},"topUps":{},"redemptions":{}}},"entries":[
        {{"sequenceNumber":7,"at":"2026-11-24T18:07:48.000Z","type":"cash-in","operationID":"{OPERATION}",
        "amount":"-12.50","balance":"87.50","blockchainID":"tx_1"}},
        {{"sequenceNumber":8,"at":"2026-11-24T18:07:49.000Z","type":"top-up","reference":"TOP-1",
        "amount":"90071992547322.43","balance":"90071992547409.93","blockchainID":"tx_2"}}],"head":"ab"}}"#,
        total(1, "12.50"),
        total(0, "0.00"),
        total(1, "90071992547322.43"),
        total(0, "0.00"),
    );
    let server = Server::start([json(200, "", &body), json(200, "", "<Document/>")]).await;
    let client = server.client();
    let day: Date = "2026-11-24".parse().unwrap();
    let statement = client.statement(day).send().await.unwrap();
    assert!(statement.is_final && statement.date == day);
    let [cash_in, top_up] = statement.entries.as_slice() else { panic!("{statement:?}") };
    assert_eq!((cash_in.amount, &cash_in.operation_id), (Decimal::new(-1250, 2), &Some(operation())));
    assert_eq!((top_up.amount.to_string().as_str(), top_up.reference.as_deref()), ("90071992547322.43", Some("TOP-1")));
    let sum: Decimal = statement.entries.iter().map(|entry| entry.amount).sum();
    assert_eq!(Decimal::from(statement.opening_balance) + sum, Decimal::from(statement.closing_balance));

    let mut file = client.statement_file(day, StatementFormat::Camt053).send().await.unwrap();
    assert_eq!(file.chunk().await.unwrap().unwrap(), b"<Document/>");
    let calls = server.received();
    assert!(calls[0].line.contains("/statements/2026-11-24?format=json "), "{}", calls[0].line);
    assert!(calls[1].line.contains("/statements/2026-11-24?format=camt053 "), "{}", calls[1].line);
}

#[tokio::test]
async fn cash_out_requests_come_in_pages() {
    let body = format!(
        r#"{{"items":[{{"cursor":"c1","operationID":"{OPERATION}","type":"cash-out","from":"+2348031234567",
        "amount":"5.00","memo":null,"createdAt":"2026-11-24T18:07:48.000Z","expiresAt":"2026-11-25T18:07:48.000Z"}}],
        "nextCursor":"c1","limit":1}}"#
    );
    let server = Server::start([json(200, "", &body)]).await;
    let page = server.client().cash_outs().limit(1).cursor("c0").page().await.unwrap();
    assert_eq!((page.items[0].operation_id.clone(), page.next_cursor.as_deref()), (operation(), Some("c1")));
    assert!(server.received()[0].line.contains("/cashouts?cursor=c0&limit=1 "));
}

#[tokio::test]
async fn words_and_fields_of_a_later_version_survive() {
    let key = r#"{"keyID":"key_36e48800-22ce-4ea0-b37a-198f7978cd53","label":"till","permissions":["read-balance",
        "read-minds"],"maxTransactionAmount":null,"maxDailyVolume":"10.00","dailyVolumeRemaining":"9.99",
        "allowedIPs":["10.0.0.0/8"],"autoApproveLimit":"0.00","expiresAt":"2027-11-24T18:07:48.000Z","new":{}}"#;
    let server = Server::start([json(200, "", &operation_json("reversed")), json(200, "", key)]).await;
    let client = server.client();
    let operation = client.operation(&operation()).send().await.unwrap();
    assert_eq!(operation.status, Some(OperationStatus::Other("reversed".into())));
    let info = client.key_info().send().await.unwrap();
    assert_eq!(info.permissions, [Permission::ReadBalance, Permission::Other("read-minds".into())]);
    assert!(server.received()[1].line.contains("/api-key "));
}

#[tokio::test]
async fn an_error_of_the_api_is_told_in_full() {
    let body = r#"{"error":"Bad Request","message":"One field is wrong.","code":"a_later_code","requestID":"r-9",
        "errors":[{"field":"memo","message":"It is too long."}]}"#;
    let server = Server::start([json(400, "", body), error(403, "daily_volume_exceeded", "")]).await;
    let client = server.client();
    let error = client.balance().send().await.unwrap_err();
    assert_eq!((error.status(), error.code(), error.request_id()), (Some(400), Some("a_later_code"), Some("r-9")));
    assert_eq!(error.field_errors()[0].field, "memo");
    assert_eq!(error.to_string(), "One field is wrong. (400 a_later_code, request r-9)");
    let error = client.balance().send().await.unwrap_err();
    assert!(error.is_limit_exceeded() && !error.is_retryable());
}

#[tokio::test]
async fn every_call_can_be_spawned() {
    fn spawnable<T: Send + 'static>(_: T) {}
    let client = Server::start([]).await.client();
    let merchant: ShortCode = "100000".parse().unwrap();
    let how = || CashOutFulfillmentType::Cash;
    spawnable(client.balance().send());
    spawnable(client.operation(&operation()).send());
    spawnable(client.operations().page());
    spawnable(client.cash_outs().page());
    spawnable(client.cash_in(merchant, 1).send());
    spawnable(client.cash_out("+2348031234567".parse().unwrap(), 1, how()).send());
    spawnable(client.process_cash_out(&operation(), how()).send());
    spawnable(client.withdraw(&operation()).send());
    spawnable(client.wait_for(&operation(), std::time::Duration::ZERO).send());
    let export = client.export(ExportFormat::Csv);
    spawnable(async { export.send().await?.chunk().await });
    #[cfg(feature = "stream")]
    spawnable((client.operations().stream(), client.cash_outs().stream()));
}
