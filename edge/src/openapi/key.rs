//! The distributor API, used by keys.

use serde_json::{Value, json};
use universal_wallet_core::error::Code;
use universal_wallet_core::operations::responses::{CashOutPage, OperationView, Receipt};
use universal_wallet_core::operations::statement::{Line, Statement};
use universal_wallet_core::responses::{Balance, KeyInfo};

use super::operation::{Operation, Tag};
use super::{bodies, parameters};
use crate::http::routes::Route;
use crate::objects::distributor::answers::MerchantName;

const TAG: Tag = Tag {
    name: "Distributor API",
    description: "A distributor's own systems call it with an API key: reading the float and operations, cash-in and cash-out.",
};

/// Example of a completed operation.
pub(super) fn operation_example() -> Value {
    json!({
        "operationID": "op_36e48800-22ce-4ea0-b37a-198f7978cd53",
        "distributorID": "36e48800-22ce-4ea0-b37a-198f7978cd53",
        "operationType": "cash-in",
        "status": "completed",
        "amount": "1500.00",
        "phoneTo": "+234 803 123 4567",
        "memo": "Receipt 123",
        "walletOperationID": "wo_36e48800-22ce-4ea0-b37a-198f7978cd53",
        "sequenceNumber": 42,
        "blockchainID": format!("tx_{}", "5e".repeat(32)),
        "lastError": null,
        "createdAt": "2026-11-24T18:07:48.000Z",
        "updatedAt": "2026-11-24T18:07:48.120Z",
    })
}

/// Example of a write's answer.
pub(super) fn receipt_example() -> Value {
    json!({ "operationID": "op_36e48800-22ce-4ea0-b37a-198f7978cd53", "status": "completed" })
}

/// Example of a page of open requests.
pub(super) fn cash_outs_example() -> Value {
    json!({
        "items": [{
            "cursor": "2a-0123456789ab",
            "operationID": "op_36e48800-22ce-4ea0-b37a-198f7978cd53",
            "type": "cash-out",
            "from": "+2348031234567",
            "amount": "200.00",
            "memo": null,
            "createdAt": "2026-11-24T18:07:48.000Z",
            "expiresAt": "2026-11-25T18:07:48.000Z",
        }],
        "nextCursor": "",
        "limit": 100,
    })
}

/// Example of an export's first lines.
pub(super) fn csv_example() -> Value {
    let hash = "5e".repeat(32);
    format!(
        "sequenceNumber,at,kind,operationID,change,balance,held,blockchainID\n5,2026-11-24T18:07:48.000Z,\
         float.topped-up,op_36e48800-22ce-4ea0-b37a-198f7978cd53,50000.00,50000.00,0.00,tx_{hash}\n"
    )
    .into()
}

/// Example of an export's first line.
pub(super) fn json_lines_example() -> Value {
    let line = json!({
        "sequenceNumber": 5, "at": "2026-11-24T18:07:48.000Z", "kind": "float.topped-up",
        "operationID": "op_36e48800-22ce-4ea0-b37a-198f7978cd53", "change": "50000.00", "balance": "50000.00",
        "held": "0.00", "blockchainID": format!("tx_{}", "5e".repeat(32)),
    });
    format!("{line}\n").into()
}

/// Adds examples of the three bodies of a new operation.
pub(super) fn with_new_operation(operation: Operation) -> Operation {
    operation
        .with_body("NewOperation", bodies::new_operation(), true)
        .example(
            "customer",
            json!({ "operationType": "cash-in", "amount": "1500.00", "phoneTo": "+234 803 123 4567", "memo": "Receipt 123" }),
        )
        .example(
            "merchant",
            json!({ "operationType": "cash-in", "amount": "1500.00", "merchantToShortCode": "100000" }),
        )
        .example(
            "payOut",
            json!({
                "operationType": "cash-out-fulfillment", "amount": "200.00", "phoneFrom": "+2348031234567",
                "cashOutFulfillmentType": "cash",
            }),
        )
}

const LIMITS: [Code; 2] = [Code::TransactionLimitExceeded, Code::DailyVolumeExceeded];

pub(super) fn descriptions() -> Vec<Operation> {
    let new = |route, id, summary| Operation::new(route, id, TAG, summary);
    vec![
        new(Route::GetBalance, "getBalance", "Read the float")
            .about("The distributor's whole float, its available part, and the part held by pending cash-ins.")
            .answers::<Balance>(
                200,
                "The float.",
                json!({ "balance": "50000.00", "available": "45000.00", "held": "5000.00", "currency": "NGN" }),
            ),
        new(Route::ListOperations, "listOperations", "List operations, newest first")
            .about(
                "A page of the distributor's operations. The Link header leads to the next page, and stays exact while \
                 operations arrive; the last page has none.",
            )
            .parameters(parameters::operations())
            .answers::<Vec<OperationView>>(200, "A page of operations.", json!([operation_example()]))
            .with_header("Link"),
        with_new_operation(
            new(Route::CreateOperation, "createOperation", "Cash in, or pay a customer out")
                .about(
                    "A cash-in credits a customer's phone or a merchant. A cash-out pays the oldest open request of that \
                     customer and amount; no wallet is debited without its owner's request. Within the key's \
                     autoApproveLimit it is carried out at once, else it waits for a checker. Send an Idempotency-Key, \
                     and repeat the call with it when no answer came.",
                )
                .idempotent(),
        )
        .answers::<Receipt>(200, "The operation and where it stands.", receipt_example())
        .refuses(&LIMITS)
        .refuses(&[
            Code::InvalidAmount,
            Code::UnknownMerchant,
            Code::InsufficientBalance,
            Code::NoCashOutRequest,
            Code::DistributorSuspended,
        ]),
        new(Route::ExportOperations, "exportOperations", "Export the ledger as a stream")
            .about(
                "A line for each change of the float, oldest first, as CSV or JSON Lines; with filters, those of the \
                 operations that meet all of them.",
            )
            .parameters(parameters::export())
            .answers_as::<String>("text/csv", 200, "The ledger.", csv_example())
            .answers_as::<String>("application/x-ndjson", 200, "The ledger.", json_lines_example())
            .with_header("Content-Disposition"),
        new(Route::GetStatement, "getStatement", "Read the statement of a day")
            .about("Balances, totals and entries of one UTC day. Of a day that is not over, final is false.")
            .parameters([parameters::statement()])
            .answers::<StatementView>(200, "The statement.", statement_example())
            .answers_as::<String>("text/csv", 200, "The statement.", json!("sequenceNumber,at,type"))
            .answers_as::<String>("application/xml", 200, "The statement.", json!("<Document/>")),
        new(Route::GetMerchantName, "getMerchantName", "Read a merchant's name")
            .about("So that the name is seen before the money goes.")
            .answers::<MerchantName>(200, "The merchant.", json!({ "shortCode": "100000", "name": "ABC Store" })),
        new(Route::GetOperation, "getOperation", "Read one operation")
            .about("A cash-out can be read from the moment on that it is being paid.")
            .answers::<OperationView>(200, "The operation.", operation_example()),
        new(Route::WithdrawOperation, "withdrawOperation", "Withdraw a pending operation")
            .about("Withdraws a pending operation of this key or of a predecessor in its line of rotations.")
            .answers::<OperationView>(200, "The operation, rejected.", {
                let mut withdrawn = operation_example();
                withdrawn["status"] = "rejected".into();
                withdrawn["lastError"] = "Withdrawn by the API key \"Till 7\".".into();
                withdrawn["walletOperationID"] = Value::Null;
                withdrawn["sequenceNumber"] = Value::Null;
                withdrawn["blockchainID"] = Value::Null;
                withdrawn
            })
            .refuses(&[Code::NotTheMaker, Code::InvalidState]),
        new(Route::ListCashOuts, "listCashOuts", "List customers' open cash-out requests, oldest first")
            .about("Customers' open cash-out requests to this distributor.")
            .parameters([parameters::limit(), parameters::cursor()])
            .answers::<CashOutPage>(200, "A page of requests.", cash_outs_example()),
        new(Route::ProcessCashOut, "processCashOut", "Pay a cash-out request out")
            .about(
                "Takes the request: from now on its customer cannot cancel it. The same body again answers the present \
                 state; after a rejection it is a new attempt.",
            )
            .idempotent()
            .body(
                "ProcessCashOut",
                bodies::process_cash_out(),
                json!({ "cashOutFulfillmentType": "bank-transfer", "transactionID": "BANK-4711" }),
            )
            .answers::<Receipt>(200, "The operation and where it stands.", receipt_example())
            .refuses(&LIMITS)
            .refuses(&[Code::InvalidAmount, Code::InvalidState, Code::DistributorSuspended]),
        new(Route::GetCallingKey, "getCallingKey", "Read the calling key")
            .about("Permissions and limits of the key, and the rest of today's volume.")
            .answers::<KeyInfo>(200, "The key.", calling_key_example()),
    ]
}

fn calling_key_example() -> Value {
    json!({
        "keyID": "key_36e48800-22ce-4ea0-b37a-198f7978cd53",
        "label": "Till 7",
        "permissions": ["read-balance", "perform-operations"],
        "maxTransactionAmount": "1000.00",
        "maxDailyVolume": "20000.00",
        "dailyVolumeRemaining": "18500.00",
        "allowedIPs": ["203.0.113.0/24"],
        "autoApproveLimit": "500.00",
        "expiresAt": "2027-11-24T18:07:48.000Z",
    })
}

/// A statement with its entries.
#[derive(serde::Serialize, schemars::JsonSchema)]
#[schemars(rename = "DayStatement")]
pub(super) struct StatementView {
    #[serde(flatten)]
    statement: Statement,
    /// Entries that changed the float, oldest first.
    entries: Vec<Line>,
}

pub(super) fn statement_example() -> Value {
    let sum = |count: u64, amount: &str| json!({ "count": count, "amount": amount });
    json!({
        "distributorID": "36e48800-22ce-4ea0-b37a-198f7978cd53",
        "date": "2026-11-27",
        "final": true,
        "openingBalance": "50000.00",
        "closingBalance": "48500.00",
        "currency": "NGN",
        "totals": {
            "cashIns": sum(1, "1500.00"), "cashInsReturned": sum(0, "0.00"), "cashOuts": sum(0, "0.00"),
            "topUps": sum(0, "0.00"), "redemptions": sum(0, "0.00"),
        },
        "head": "5e".repeat(32),
        "entries": [{
            "sequenceNumber": 7, "at": "2026-11-27T17:00:00.000Z", "type": "cash-in",
            "operationID": "op_36e48800-22ce-4ea0-b37a-198f7978cd53", "amount": "-1500.00", "balance": "48500.00",
            "blockchainID": format!("tx_{}", "5e".repeat(32)),
        }],
    })
}
