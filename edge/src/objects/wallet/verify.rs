//! Verification that a wallet's entries and holds are consistent, read from storage and not from memory.

use std::collections::BTreeMap;

use universal_wallet_core::error::InternalError;
use universal_wallet_core::text::json_text;
use universal_wallet_core::total::Total;
use universal_wallet_core::wallet::{Hold, HoldStatus};

use super::store::SqlWallet;
use crate::messages::to_wallet::WalletVerified;
use crate::platform::sql_values::Exact;
use crate::platform::storage::NONE;

/// Number of entries read at once.
const PAGE: usize = 1000;

/// Verifies every entry and every hold.
pub(super) fn verify(wallet: &SqlWallet) -> Result<WalletVerified, InternalError> {
    let mut found = WalletVerified {
        entries: 0,
        balance: Total::default(),
        held: Total::default(),
        announcing: Total::default(),
        problems: Vec::new(),
    };
    if wallet.made {
        let taken = entries(wallet, &mut found)?;
        holds(wallet, &mut found, taken)?;
    }
    let loaded = Total::default().plus(wallet.funds.balance);
    let held = Total::default().plus(wallet.funds.held);
    if loaded != found.balance || held.minor() != found.held.minor() + found.announcing.minor() {
        found.problems.push("what is in memory differs from what is stored".into());
    }
    Ok(found)
}

/// Sums up the entries; returns the outgoing amounts by operation.
fn entries(wallet: &SqlWallet, found: &mut WalletVerified) -> Result<BTreeMap<String, i64>, InternalError> {
    let mut taken = BTreeMap::new();
    loop {
        let rows: Vec<(u64, String, Exact, Exact)> = wallet.db.rows(
            "SELECT n, lower(hex(operation)), CAST(minor AS TEXT), CAST(balance AS TEXT) FROM entries WHERE n > ? \
             ORDER BY n LIMIT ?",
            (found.entries, PAGE),
        )?;
        if rows.is_empty() {
            return Ok(taken);
        }
        for (number, operation, Exact(minor), Exact(left)) in rows {
            let WalletVerified { entries, balance, problems, .. } = found;
            if number != *entries + 1 {
                problems.push(format!("entry {} is missing", *entries + 1));
            }
            *entries = number;
            *balance = balance.plus_minor(minor);
            if i128::from(left) != balance.minor() {
                let said = Total::default().plus_minor(left);
                problems.push(format!("entry {number} leaves {balance} and says {said}"));
            }
            if minor < 0 {
                taken.insert(operation, minor);
            }
        }
    }
}

/// Sums up the holds; each captured one has an entry, and no other has one.
fn holds(
    wallet: &SqlWallet,
    found: &mut WalletVerified,
    mut taken: BTreeMap<String, i64>,
) -> Result<(), InternalError> {
    let rows: Vec<(String, String, String)> =
        if wallet.holds { wallet.db.rows("SELECT id, status, doc FROM holds ORDER BY id", NONE)? } else { Vec::new() };
    for (id, status, doc) in rows {
        let Ok(hold) = json_text::read::<Hold>(&doc) else {
            found.problems.push(format!("hold {id} cannot be read"));
            continue;
        };
        if hold.status.as_str() != status || hold.id.to_string() != id {
            found.problems.push(format!("hold {id} and its columns differ"));
        }
        match hold.status {
            HoldStatus::Held => found.held = found.held.plus(hold.amount),
            HoldStatus::Announcing => found.announcing = found.announcing.plus(hold.amount),
            HoldStatus::Captured | HoldStatus::Released => {}
        }
        let captured = (hold.status == HoldStatus::Captured).then(|| -hold.amount.minor());
        if taken.remove(&hold.id.uuid().simple().to_string()) != captured {
            found.problems.push(format!("hold {id} and its entry differ"));
        }
    }
    found.problems.extend(taken.keys().map(|operation| format!("the entry of {operation} belongs to no hold")));
    Ok(())
}
