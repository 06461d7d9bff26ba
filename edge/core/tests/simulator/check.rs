//! Invariants checked after every command, and periodic checks of everything stored.

use universal_wallet_core::approvals::model::{Approval, ApprovalStatus};
use universal_wallet_core::keys::model::{Key, KeyStatus};
use universal_wallet_core::operations::model::CashOutRequestStatus;
use universal_wallet_core::store::Store;
use universal_wallet_core::wallet::WalletStore;

use super::apply_operations::status;
use super::model::{About, AskState, KeyState, MAX_BALANCE, Minor, OperationState, RequestState};
use super::world::{Desk, World};
use crate::support::DAY_MS;

fn key_status(state: KeyState) -> KeyStatus {
    match state {
        KeyState::Pending => KeyStatus::Pending,
        KeyState::Approved => KeyStatus::Approved,
        KeyState::Active => KeyStatus::Active,
        KeyState::Expired => KeyStatus::Expired,
        KeyState::Revoked => KeyStatus::Revoked,
        KeyState::Rejected => KeyStatus::Rejected,
        KeyState::Withdrawn => KeyStatus::Withdrawn,
        KeyState::Lapsed => KeyStatus::Lapsed,
    }
}

fn approval_status(state: AskState) -> ApprovalStatus {
    match state {
        AskState::Pending => ApprovalStatus::Pending,
        AskState::Approved => ApprovalStatus::Approved,
        AskState::Rejected => ApprovalStatus::Rejected,
        AskState::Withdrawn => ApprovalStatus::Withdrawn,
        AskState::Expired => ApprovalStatus::Expired,
    }
}

fn request_status(state: RequestState) -> CashOutRequestStatus {
    match state {
        RequestState::Open => CashOutRequestStatus::Open,
        RequestState::Taken => CashOutRequestStatus::Taken,
        RequestState::Paid => CashOutRequestStatus::Paid,
        RequestState::Cancelled => CashOutRequestStatus::Cancelled,
        RequestState::Expired => CashOutRequestStatus::Expired,
    }
}

impl World {
    /// Checks the float after every command.
    pub(crate) fn check_books(&self, office: usize) {
        let Desk { store, model, .. } = &self.offices[office];
        let book = store.head().book;
        assert_eq!(Minor::from(book.balance.minor()), model.balance, "balance");
        assert_eq!(Minor::from(book.held.minor()), model.held(), "held is the sum of what is pending");
        assert_eq!(book.issued.minor(), model.issued, "issued");
        assert_eq!(book.charged.minor(), model.charged, "cash-ins");
        assert_eq!(book.cashed_out.minor(), model.cashed_out, "cash-outs");
        assert!(book.held <= book.balance, "more is held than there is");
        assert!((0..=MAX_BALANCE).contains(&model.balance));
        assert_eq!(Minor::from(store.incoming().minor()), model.incoming(), "what may yet come");
    }

    /// Money is neither made nor lost: all issued money is in a float, in a wallet, or in transit.
    pub(crate) fn check_conservation(&self) {
        let mut issued = 0;
        let mut found = 0;
        for desk in &self.offices {
            let book = desk.store.head().book;
            issued += book.issued.minor();
            found += Minor::from(book.balance.minor());
            for operation in desk.store.on_the_way() {
                let facts = &operation.facts;
                let pocket = self.wallets.get(&facts.wallet());
                let moved = pocket.is_some_and(|pocket| pocket.store.brought(facts.id).is_some_and(|minor| minor != 0));
                // A cash-in is in transit until its wallet has it, a cash-out from then on.
                if moved != facts.is_cash_in() {
                    found += Minor::from(facts.amount.minor());
                }
            }
        }
        found += self.wallets.values().map(|pocket| Minor::from(pocket.store.funds().balance.minor())).sum::<Minor>();
        assert_eq!(found, issued, "money is conserved");
    }

    /// Everything stored equals the model.
    pub(crate) fn check_all(&self) {
        for desk in &self.offices {
            check_operations(desk);
            check_keys(desk);
            check_approvals(desk);
            for (id, request) in &desk.model.requests {
                let stored = desk.store.request(*id).unwrap().unwrap();
                assert_eq!(stored.status, request_status(request.state), "{id}");
                if request.state == RequestState::Open {
                    assert_eq!(stored.expires_at.unix_ms(), request.expires, "{id}");
                }
            }
            assert_eq!(desk.store.requests.len(), desk.model.requests.len());
        }
        self.check_wallets();
        self.check_conservation();
    }

    /// Nothing is in transit any more.
    pub(crate) fn check_settled(&self) {
        let mut in_wallets = 0;
        for desk in &self.offices {
            assert!(desk.store.on_the_way().next().is_none(), "`processing` empties by itself");
            let book = desk.store.head().book;
            in_wallets += book.charged.minor() - book.cashed_out.minor();
            desk.store.must_verify();
        }
        let found = self.wallets.values().map(|pocket| Minor::from(pocket.store.funds().balance.minor()));
        assert_eq!(found.sum::<Minor>(), in_wallets, "wallets hold what was cashed in less what was cashed out");
    }
}

fn check_operations(desk: &Desk) {
    let Desk { store, model, .. } = desk;
    assert_eq!(store.operations.len(), model.operations.len());
    let mut volumes = std::collections::BTreeMap::<(usize, i64), Minor>::new();
    for operation in &model.operations {
        let stored = store.operation_at(operation.number).unwrap();
        assert_eq!(stored.state.status, status(operation.state), "{}", operation.id);
        assert_eq!((stored.facts.maker.id, stored.facts.wallet()), (operation.maker, operation.wallet.clone()));
        assert_ne!(operation.decided_by, Some(operation.maker), "nobody decides their own request");
        let decided = matches!(operation.state, OperationState::Processing | OperationState::Completed);
        let was_decided = decided || operation.state == OperationState::Failed;
        assert_eq!(was_decided, operation.automatic || operation.decided_by.is_some(), "{}", operation.id);
        let moved = stored.state.float.is_some();
        let moves = operation.state == OperationState::Failed
            || decided && (operation.paid.is_none() || operation.state == OperationState::Completed);
        assert_eq!(moved, moves, "{} has an entry that changed the float", operation.id);
        let given_back = [OperationState::Rejected, OperationState::Expired, OperationState::Failed];
        if !given_back.contains(&operation.state) {
            let Some(key) = operation.key else { continue };
            *volumes.entry((model.keys[key].line, operation.day)).or_default() += operation.amount;
        }
    }
    for ((line, day), spent) in &model.volumes {
        let stored = store.volume(model.keys[*line].id, *day).unwrap();
        assert_eq!(Minor::from(stored.minor()), *spent, "the volume of a day");
        assert_eq!(volumes.get(&(*line, *day)).copied().unwrap_or(0), *spent, "the volume is the sum of what counts");
        let limit = model.keys[*line].limits.day;
        assert!(limit.is_none_or(|most| *spent <= most), "the volume of a day is within its limit");
    }
}

fn check_keys(desk: &Desk) {
    assert_eq!(desk.store.keys.len(), desk.model.keys.len());
    for key in &desk.model.keys {
        let stored: Key = (*desk.store.key(key.id).unwrap().unwrap()).clone();
        assert_eq!(stored.status, key_status(key.state), "{}", key.id);
        assert_eq!((stored.maker.id, stored.lineage), (key.maker, desk.model.keys[key.line].id));
        let limits = &stored.settings;
        let minor = |amount: universal_wallet_sdk::Amount| Minor::from(amount.minor());
        assert_eq!(limits.max_transaction_amount.map(minor), key.limits.most, "{}", key.id);
        assert_eq!(limits.max_daily_volume.map(minor), key.limits.day, "{}", key.id);
        assert_eq!(minor(limits.auto_approve_limit), key.limits.auto, "{}", key.id);
        let granted = matches!(key.state, KeyState::Approved | KeyState::Active);
        assert!(!granted || key.checker.is_some_and(|checker| checker != key.maker), "two people agree to a key");
        if key.claimed && key.state == KeyState::Active {
            assert_eq!(stored.expires_at.unwrap().unix_ms(), key.expires, "{}", key.id);
        }
        if key.state == KeyState::Approved {
            assert_eq!(stored.claim_until().unwrap().unix_ms(), key.decided_at.unwrap() + DAY_MS);
        }
    }
}

fn check_approvals(desk: &Desk) {
    assert_eq!(desk.store.all_approvals().len(), desk.model.asks.len());
    for ask in &desk.model.asks {
        let stored: Approval = desk.store.approval(ask.id).unwrap().unwrap();
        assert_eq!(stored.status, approval_status(ask.state), "{}", ask.id);
        assert_eq!(stored.decided_by.as_ref().map(|person| person.id), ask.decided_by, "{}", ask.id);
        assert_eq!((stored.maker.id, stored.expires_at.unix_ms()), (ask.maker, ask.expires));
        if ask.state == AskState::Approved || ask.state == AskState::Rejected {
            assert_ne!(ask.decided_by, Some(ask.maker), "nobody decides their own request");
        }
        let named = match ask.about {
            About::Key(key) => {
                stored.subject["keyID"].as_str().unwrap_or_default() == desk.model.keys[key].id.to_string()
            }
            About::Operation(it) => {
                stored.subject["operationID"].as_str().unwrap_or_default() == desk.model.operations[it].id.to_string()
            }
        };
        assert!(named, "{} is about what it was asked for", ask.id);
    }
}
