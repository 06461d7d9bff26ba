//! What distributors and wallets tell each other: messages that are lost, doubled, delayed and
//! overtake each other, sent again until they are acknowledged.

use universal_wallet::Amount;
use universal_wallet::id::OperationID;
use universal_wallet_core::distributor::cash_outs::{self, Wanted};
use universal_wallet_core::distributor::decide_operation;
use universal_wallet_core::refusal::Code;
use universal_wallet_core::store::Store;
use universal_wallet_core::wallet::{self, HoldStatus, WalletStore};

use super::model::{Minor, Request, RequestState};
use super::model_money::HoldState;
use super::world::World;
use crate::support::{DAY_MS, run};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Credit(Amount),
    Capture,
    Release,
}

#[derive(Clone, Debug)]
pub(crate) enum Message {
    /// A wallet's owner asks to be paid out.
    Announce { office: usize, wallet: String, id: OperationID },
    /// The distributor's answer.
    Announced { wallet: String, id: OperationID, result: Result<(), Code> },
    /// A wallet is told.
    Tell { office: usize, wallet: String, id: OperationID, what: What },
    /// It acknowledges.
    Done { office: usize, id: OperationID, what: What },
}

impl World {
    /// Everything that is not acknowledged is sent again. Of one announcement only one is under way
    /// at a time.
    pub(crate) fn send(&mut self) {
        let mut due = Vec::new();
        for (office, desk) in self.offices.iter().enumerate() {
            for operation in desk.store.on_the_way() {
                let what = if operation.cash_in { What::Credit(operation.amount) } else { What::Capture };
                due.push(Message::Tell { office, wallet: operation.wallet.clone(), id: operation.id, what });
            }
            for request in desk.store.unreleased() {
                let wallet = universal_wallet_core::operation::phone_wallet(&request.from);
                due.push(Message::Tell { office, wallet, id: request.id, what: What::Release });
            }
        }
        for (name, pocket) in &self.wallets {
            for hold in pocket.store.holds().filter(|hold| hold.status == HoldStatus::Announcing) {
                let under_way = self.network.iter().any(|message| {
                    matches!(message, Message::Announce { id, .. } | Message::Announced { id, .. } if *id == hold.id)
                });
                let office = self.offices.iter().position(|desk| desk.id == hold.distributor).unwrap();
                if !under_way {
                    due.push(Message::Announce { office, wallet: name.clone(), id: hold.id });
                }
            }
        }
        // What waits to be told waits longer than one message in a hundred commands.
        for message in due {
            if self.network.len() < 40 {
                self.network.push(message);
            }
        }
    }

    /// A message arrives.
    pub(crate) fn carry(&mut self, message: Message) {
        match message {
            Message::Announce { office, wallet, id } => self.announce(office, &wallet, id),
            Message::Announced { wallet, id, result } => {
                let pocket = self.wallet(&wallet);
                if result.is_ok() {
                    wallet::announced(&mut pocket.store, id).unwrap();
                    pocket.model.announced(id);
                } else {
                    wallet::release(&mut pocket.store, id).unwrap();
                    pocket.model.release(id);
                }
            }
            Message::Tell { office, wallet, id, what } => {
                let now = self.at();
                let pocket = self.wallet(&wallet);
                match what {
                    What::Credit(amount) => {
                        wallet::credit(&mut pocket.store, id, amount, now).unwrap();
                        pocket.model.credit(id, Minor::from(amount.minor()));
                    }
                    What::Capture => {
                        wallet::capture(&mut pocket.store, id, now).expect("a hold that was paid out is there");
                        pocket.model.capture(id);
                    }
                    What::Release => {
                        wallet::release(&mut pocket.store, id).unwrap();
                        pocket.model.release(id);
                    }
                }
                self.network.push(Message::Done { office, id, what });
            }
            Message::Done { office, id, what } => {
                self.settle(office, self.now);
                let now = self.at();
                let desk = &mut self.offices[office];
                if what == What::Release {
                    desk.store.request_released(id).unwrap();
                    return;
                }
                decide_operation::arrived(&mut desk.store, now, id).unwrap();
                let index = desk.model.operations.iter().rposition(|operation| operation.id == id).unwrap();
                desk.model.arrived(index);
            }
        }
    }

    fn announce(&mut self, office: usize, wallet: &str, id: OperationID) {
        self.settle(office, self.now);
        let hold = self.wallets[wallet].store.hold(id).unwrap().unwrap();
        let now = self.at();
        let (from, amount, memo) = (hold.from, hold.amount, hold.memo);
        let wanted = Wanted { id, from, amount, memo, created_at: now };
        let desk = &mut self.offices[office];
        let result = run(&mut desk.store, |store| cash_outs::open(store, now, wanted));
        let known = desk.model.requests.contains_key(&id);
        let expected = if known { Ok(()) } else { desk.model.must_not_be_suspended() };
        assert_eq!(result, expected, "a request is announced");
        if !known && result.is_ok() {
            let request = Request {
                wallet: wallet.into(),
                amount: Minor::from(amount.minor()),
                state: RequestState::Open,
                expires: self.now + DAY_MS,
                put_back_at: None,
                operation: None,
            };
            desk.model.requests.insert(id, request);
            desk.model.order.push(id);
        }
        self.network.push(Message::Announced { wallet: wallet.into(), id, result });
    }

    /// Everything is told and acknowledged, nothing is lost any more.
    pub(crate) fn drain(&mut self) {
        for _ in 0..10_000 {
            self.send();
            if self.network.is_empty() {
                return;
            }
            while let Some(message) = self.network.pop() {
                self.carry(message);
            }
        }
        panic!("what is on its way does not become less");
    }

    /// Wallets in the rules are as the model has them.
    pub(crate) fn check_wallets(&self) {
        for (name, pocket) in &self.wallets {
            let funds = pocket.store.funds();
            assert_eq!(Minor::from(funds.balance.minor()), pocket.model.balance, "the balance of {name}");
            assert_eq!(Minor::from(funds.held.minor()), pocket.model.held(), "what {name} holds");
            for hold in pocket.store.holds() {
                let (amount, state) = pocket.model.holds[&hold.id];
                let expected = match state {
                    HoldState::Announcing => HoldStatus::Announcing,
                    HoldState::Held => HoldStatus::Held,
                    HoldState::Captured => HoldStatus::Captured,
                    HoldState::Released => HoldStatus::Released,
                };
                assert_eq!((Minor::from(hold.amount.minor()), hold.status), (amount, expected), "{}", hold.id);
            }
            pocket.store.must_add_up();
        }
    }
}
