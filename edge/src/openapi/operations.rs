//! Operations in the console, always through an approval; events and the hash-chained log.

use serde_json::json;
use universal_wallet_core::audit::verify::Verified;
use universal_wallet_core::error::Code;
use universal_wallet_core::operations::responses::{CashOutPage, OperationView, Receipt};

use super::key::{
    StatementView, cash_outs_example, csv_example, json_lines_example, operation_example, receipt_example,
    statement_example, with_new_operation,
};
use super::operation::{Operation, Tag};
use super::{bodies, parameters};
use crate::http::routes::Route;
use crate::objects::distributor::answers::{AuditItem, MerchantName, Page};

const TAG: Tag = Tag {
    name: "Console: operations",
    description: "Cash-in and cash-out by a signed-in person, always through an approval.",
};
const AUDIT: Tag = Tag {
    name: "Console: audit",
    description: "The hash-chained log of every change of the distributor, and news of changes.",
};

pub(super) fn descriptions() -> Vec<Operation> {
    let new = |route, id, summary| Operation::new(route, id, TAG, summary);
    vec![
        new(Route::ListConsoleOperations, "listConsoleOperations", "List operations, newest first")
            .about("As the distributor API lists them.")
            .parameters(parameters::operations())
            .answers::<Vec<OperationView>>(200, "A page of operations.", json!([operation_example()]))
            .with_header("Link"),
        new(Route::GetConsoleOperation, "getConsoleOperation", "Read one operation")
            .about("As the distributor API tells it.")
            .answers::<OperationView>(200, "The operation.", operation_example()),
        new(Route::ExportConsoleOperations, "exportConsoleOperations", "Export the ledger as a stream")
            .about("As the distributor API tells it.")
            .parameters(parameters::export())
            .answers_as::<String>("text/csv", 200, "The ledger.", csv_example())
            .answers_as::<String>("application/x-ndjson", 200, "The ledger.", json_lines_example())
            .with_header("Content-Disposition"),
        new(Route::GetConsoleStatement, "getConsoleStatement", "Read the statement of a day")
            .about("As the distributor API tells it.")
            .parameters([parameters::statement()])
            .answers::<StatementView>(200, "The statement.", statement_example())
            .answers_as::<String>("text/csv", 200, "The statement.", json!("sequenceNumber,at,type"))
            .answers_as::<String>("application/xml", 200, "The statement.", json!("<Document/>")),
        new(Route::GetConsoleMerchantName, "getConsoleMerchantName", "Read a merchant's name")
            .about("So that the name is seen before the money goes.")
            .answers::<MerchantName>(200, "The merchant.", json!({ "shortCode": "100000", "name": "ABC Store" })),
        with_new_operation(
            new(Route::RequestOperation, "requestOperation", "Ask for a cash-in or cash-out")
                .about("Needs the role maker. It always waits for another person; no key's limits apply.")
                .idempotent(),
        )
        .answers::<Receipt>(200, "The operation and where it stands.", {
            let mut receipt = receipt_example();
            receipt["status"] = "pending".into();
            receipt
        })
        .refuses(&[
            Code::InvalidAmount,
            Code::UnknownMerchant,
            Code::InsufficientBalance,
            Code::NoCashOutRequest,
            Code::RoleRequired,
            Code::DistributorSuspended,
            Code::RateLimited,
        ]),
        new(Route::ListConsoleCashOuts, "listConsoleCashOuts", "List customers' open cash-out requests, oldest first")
            .about("As the distributor API lists them.")
            .parameters([parameters::limit(), parameters::cursor()])
            .answers::<CashOutPage>(200, "A page of requests.", cash_outs_example()),
        new(Route::RequestProcessCashOut, "requestProcessCashOut", "Ask for a cash-out request to be paid out")
            .about("Needs the role maker. It always waits for another person.")
            .idempotent()
            .body("ProcessCashOut", bodies::process_cash_out(), json!({ "cashOutFulfillmentType": "cash" }))
            .answers::<Receipt>(200, "The operation and where it stands.", {
                let mut receipt = receipt_example();
                receipt["status"] = "pending".into();
                receipt
            })
            .refuses(&[Code::InvalidAmount, Code::RoleRequired, Code::DistributorSuspended, Code::InvalidState]),
        Operation::new(Route::ListenToEvents, "listenToEvents", AUDIT, "Listen to what changes")
            .about(
                "A WebSocket of {\"type\",\"id\",\"at\"}, one message for each change. It closes with 4401 when the \
                 session ends and with 4403 when the membership does.",
            )
            .parameters([parameters::upgrade(), parameters::shown_person("person", "query")])
            .answers_nothing(101, "The WebSocket is open.")
            .refuses(&[Code::InvalidRequest, Code::CrossSiteRequest]),
        Operation::new(Route::ListAudit, "listAudit", AUDIT, "List the hash-chained log, newest first")
            .about("Every change of the distributor with its kind, actor and time, and the hashes that link the entries.")
            .parameters([parameters::limit(), parameters::cursor()])
            .answers::<Page<AuditItem>>(
                200,
                "A page of entries.",
                json!({
                    "items": [{
                        "sequenceNumber": 7, "at": "2026-11-24T17:00:00.000Z", "kind": "api-key.requested",
                        "actor": { "type": "user", "id": "usr_36e48800-22ce-4ea0-b37a-198f7978cd53", "name": "Mary Maker" },
                        "subject": "key_36e48800-22ce-4ea0-b37a-198f7978cd53", "details": { "label": "Till 7" },
                        "hash": "5e".repeat(32), "previousHash": "4d".repeat(32), "text": "{\"n\":7}",
                    }],
                    "nextCursor": "",
                }),
            ),
        Operation::new(Route::VerifyAudit, "verifyAudit", AUDIT, "Verify the log")
            .about(
                "Checks hashes, states and the head that the issuer keeps, 1,000 entries a call; nextFrom says where to \
                 go on. Few verifications run at a time, and let other calls go first.",
            )
            .parameters([parameters::from_entry()])
            .answers::<Verified>(
                200,
                "Result of the verification.",
                json!({
                    "valid": true, "entries": 42, "head": "5e".repeat(32), "anchoredEntries": 40,
                    "anchoredAt": "2026-11-24T18:07:48.000Z",
                }),
            )
            .refuses(&[Code::RateLimited]),
    ]
}
