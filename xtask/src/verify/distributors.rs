//! All distributors: their chains and positions, and their records of each wallet.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::Value;

use super::issuer::Issuer;
use super::money::Money;
use super::totals::Totals;

/// The totals of one wallet over all distributors, or the part of a page of entries.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Expected {
    /// Arrived money, less captured money.
    pub(super) balance: Money,
    pub(super) arriving: Money,
    pub(super) leaving: Money,
    pub(super) held: Money,
    pub(super) releasing: Money,
}

/// The totals read from all distributors.
#[derive(Debug, Default)]
pub(super) struct Distributors {
    pub(super) wallets: BTreeMap<String, Expected>,
    pub(super) problems: Vec<String>,
    number: usize,
    entries: u64,
    issued: Money,
    balances: Money,
    processing: Money,
    moved: Money,
}

impl Distributors {
    /// Reads and verifies each distributor.
    pub(super) fn read(issuer: &Issuer) -> Result<Self> {
        let mut all = Self::default();
        let mut cursor = String::new();
        loop {
            let page = issuer.get(&format!("/distributors?cursor={cursor}"))?;
            for item in page.get("items").and_then(Value::as_array).context("a list without items")? {
                let id = item.get("distributorID").and_then(Value::as_str).context("a distributor without ID")?;
                all.read_one(issuer, id)?;
            }
            page.get("nextCursor").and_then(Value::as_str).unwrap_or_default().clone_into(&mut cursor);
            if cursor.is_empty() {
                return Ok(all);
            }
        }
    }

    fn read_one(&mut self, issuer: &Issuer, id: &str) -> Result<()> {
        let mut from = 1;
        loop {
            let page = issuer.get(&format!("/distributors/{id}/verify?from={from}"))?;
            for wallet in page.get("wallets").and_then(Value::as_array).into_iter().flatten() {
                self.add_wallet(wallet)?;
            }
            for problem in page.get("problems").and_then(Value::as_array).into_iter().flatten() {
                self.problems.push(format!("distributor {id}: {}", problem.as_str().unwrap_or_default()));
            }
            if let Some(entry) = page.get("brokenAt") {
                self.problems.push(format!("distributor {id}: the chain breaks at entry {entry}"));
            }
            let Some(next) = page.get("nextFrom").and_then(Value::as_u64) else {
                self.entries += page.get("entries").and_then(Value::as_u64).unwrap_or_default();
                break;
            };
            from = next;
        }
        let position = match issuer.get(&format!("/distributors/{id}")) {
            Ok(position) => position,
            // On a damaged chain nothing but its verification answers.
            Err(error) => {
                self.problems.push(format!("distributor {id}: {error}"));
                return Ok(());
            }
        };
        let of = |member| Money::of(&position, member);
        self.number += 1;
        self.issued = self.issued + of("issued")?;
        self.balances = self.balances + of("balance")?;
        self.processing = self.processing + of("processing")?;
        self.moved = self.moved + of("cashedIn")? - of("cashedOut")?;
        if of("balance")? != of("available")? + of("held")? {
            self.problems.push(format!("distributor {id}: the float is not what is available and held"));
        }
        Ok(())
    }

    fn add_wallet(&mut self, wallet: &Value) -> Result<()> {
        let name = wallet.get("wallet").and_then(Value::as_str).context("a wallet without name")?;
        let of = |member| Money::of(wallet, member);
        let sums = self.wallets.entry(name.to_owned()).or_default();
        sums.balance = sums.balance + of("cashedIn")? - of("cashedOut")?;
        sums.arriving = sums.arriving + of("arriving")?;
        sums.leaving = sums.leaving + of("leaving")?;
        sums.held = sums.held + of("held")?;
        sums.releasing = sums.releasing + of("releasing")?;
        Ok(())
    }

    /// The money on its way.
    pub(super) fn on_its_way(&self) -> Money {
        let releasing: Money = self.wallets.values().map(|wallet| wallet.releasing).sum();
        self.processing + releasing
    }

    /// Checks that all issued money is somewhere, and returns the sums.
    pub(super) fn conserved(&self, wallets: &Totals, problems: &mut Vec<String>) -> String {
        let Self { number, entries, issued, balances, processing, moved, .. } = self;
        let arriving: Money = self.wallets.values().map(|wallet| wallet.arriving).sum();
        let leaving: Money = self.wallets.values().map(|wallet| wallet.leaving).sum();
        // Money on its way may be in a wallet already, or not yet.
        let fits = *issued == *balances + *moved + arriving
            && *processing == arriving + leaving
            && wallets.balance >= *moved - leaving
            && wallets.balance <= *moved + arriving;
        if !fits {
            problems.push(format!(
                "money is not conserved: {issued} issued; {balances} in floats, {} in wallets, {processing} on its way",
                wallets.balance
            ));
        }
        format!(
            "{number} distributors, {entries} entries, {} wallets; {issued} issued = {balances} in floats + {} in \
             wallets + {processing} on its way",
            wallets.number, wallets.balance
        )
    }
}
