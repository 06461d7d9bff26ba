//! Distributors with a float and a key, ready for load: of the edge and of the JavaScript baseline.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use universal_wallet_sdk::key::{PREFIX, checksum};
use universal_wallet_tests::distributor::{ALL, Distributor};
use universal_wallet_tests::edge::Edge;
use uuid::Uuid;

/// A float that no run exhausts.
const FLOAT: &str = "900000000000.00";
/// Number of forged keys.
const FORGED: usize = 1024;

/// The parts of a distributor that the load needs.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    /// The distributor's ID.
    pub(crate) id: String,
    /// A key that reads, and whose cash-ins need no checker.
    pub(crate) key: String,
}

impl Prepared {
    /// A path of the distributor API.
    pub(crate) fn path(&self, of: &str) -> String {
        format!("/api/v1/distributors/{}{of}", self.id)
    }
}

/// Settings of a key that no run exhausts.
pub(crate) fn settings(auto_approve: &str) -> Value {
    json!({
        "label": "Till 7", "permissions": ALL, "maxTransactionAmount": "1000.00", "maxDailyVolume": FLOAT,
        "autoApproveLimit": auto_approve,
    })
}

/// A new distributor with a float.
pub(crate) fn distributor(edge: &Edge) -> Distributor<'_> {
    let distributor = edge.empty_distributor();
    distributor.top_up(FLOAT);
    distributor
}

/// Operations that a new distributor has: more than a page of its list.
const OPERATIONS: usize = 120;

/// A new distributor of the edge, with some operations.
pub(crate) fn ours(edge: &Edge) -> Prepared {
    let distributor = distributor(edge);
    let key = distributor.key(settings("1000.00"));
    for _ in 0..OPERATIONS {
        distributor.cash_in(&key, "+2348031234567", "1.00").ok();
    }
    Prepared { id: distributor.id, key: key.secret }
}

/// A new distributor of the whole job in JavaScript, with the same settings but for `changes`.
pub(crate) fn in_javascript(edge: &Edge, changes: &Value) -> Result<Prepared> {
    let key = format!("{PREFIX}{}", random(52));
    let id = Uuid::new_v4().to_string();
    let hash = Sha256::digest(key.as_bytes()).iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    let cents = |amount: &str| amount.replace('.', "");
    let mut settings = json!({
        "distributorID": id, "keyHash": hash, "permissions": ALL, "allowedIPs": [], "expiresAt": 1_u64 << 50,
        "maxTransaction": cents("1000.00"), "maxDaily": cents(FLOAT), "autoApprove": cents("1000.00"),
        "float": cents(FLOAT),
    });
    if let (Some(settings), Some(changes)) = (settings.as_object_mut(), changes.as_object()) {
        settings.extend(changes.clone());
    }
    let answer = edge.post("/setup").json(settings).send();
    ensure!(answer.status == 204, "{answer}");
    Ok(Prepared { id, key })
}

/// Makes the operations that a list shows.
pub(crate) fn operations_in_javascript(edge: &Edge, of: &Prepared) -> Result<()> {
    for _ in 0..OPERATIONS {
        let body = json!({ "operationType": "cash-in", "amount": "1.00", "phoneTo": "+2348031234567" });
        let answer = edge.post(&of.path("/operations")).bearer(&of.key).json(body).send();
        ensure!(answer.status == 200, "{answer}");
    }
    Ok(())
}

/// Keys of the right form and checksum that nobody minted.
pub(crate) fn forged() -> Vec<String> {
    let forge = |_| {
        let before = format!("{PREFIX}{}", random(46));
        let check = checksum(before.as_bytes());
        format!("{before}{}", String::from_utf8_lossy(&check))
    };
    (0..FORGED).map(forge).collect()
}

fn random(length: usize) -> String {
    let mut text = format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
    text.truncate(length);
    text
}
