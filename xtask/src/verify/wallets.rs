//! Each wallet, compared with the distributors' records of it.

use anyhow::Result;
use serde_json::Value;

use super::distributors::Distributors;
use super::issuer::Issuer;
use super::money::Money;
use super::totals::Totals;

/// Checks every wallet that any distributor knows.
pub(super) fn check(issuer: &Issuer, distributors: &Distributors, problems: &mut Vec<String>) -> Result<Totals> {
    let mut totals = Totals::default();
    for (name, expected) in &distributors.wallets {
        let path = match name.split_once(':') {
            Some(("phone", phone)) => format!("/wallets/{phone}/verify"),
            Some((_, short_code)) => format!("/merchants/{short_code}/verify"),
            None => continue,
        };
        let wallet = match issuer.get(&path) {
            Ok(wallet) => wallet,
            Err(error) => {
                problems.push(format!("wallet {name}: {error}"));
                continue;
            }
        };
        for problem in wallet.get("problems").and_then(Value::as_array).into_iter().flatten() {
            problems.push(format!("wallet {name}: {}", problem.as_str().unwrap_or_default()));
        }
        let (balance, held) = (Money::of(&wallet, "balance")?, Money::of(&wallet, "held")?);
        let least = expected.balance - expected.leaving;
        let most = expected.balance + expected.arriving;
        if balance < least || balance > most {
            problems.push(format!("wallet {name}: it has {balance}, and the distributors' operations come to {least}"));
        }
        if held < expected.held || held > expected.held + expected.leaving + expected.releasing {
            let known = expected.held;
            problems.push(format!("wallet {name}: it holds {held}, and the distributors know of requests for {known}"));
        }
        totals.number += 1;
        totals.balance = totals.balance + balance;
    }
    Ok(totals)
}
