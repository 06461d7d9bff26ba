//! Messages between distributors and wallets: lost, duplicated, delayed and reordered, and sent again until
//! acknowledged.

use universal_wallet_core::error::Code;
use universal_wallet_core::id::OperationID;
use universal_wallet_core::operations;
use universal_wallet_core::operations::cash_outs::Wanted;
use universal_wallet_core::store::Store;
use universal_wallet_core::wallet;
use universal_wallet_core::wallet::{Credited, Hold, HoldStatus, WalletStore};
use universal_wallet_sdk::Amount;

use super::model::{Minor, Request, RequestState};
use super::model_money::HoldState;
use super::world::World;
use crate::support::{DAY_MS, code_of, run};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Movement {
    Credit(Amount),
    Capture,
    Release,
}

#[derive(Clone, Debug)]
pub(crate) enum Message {
    /// A wallet announces its owner's cash-out request.
    Announce { office: usize, wallet: String, id: OperationID, announcement: u32 },
    /// The distributor's answer.
    Announced { wallet: String, id: OperationID, announcement: u32, result: Result<(), Code> },
    /// A distributor tells a wallet of a movement.
    Tell { office: usize, wallet: String, id: OperationID, movement: Movement },
    /// The wallet acknowledges, or refuses a cash-in.
    Done { office: usize, id: OperationID, movement: Movement, taken: bool },
}

impl World {
    /// Sends everything unacknowledged again.
    pub(crate) fn send(&mut self) {
        let mut due = Vec::new();
        for (office, desk) in self.offices.iter().enumerate() {
            for operation in desk.store.on_the_way() {
                let facts = &operation.facts;
                let movement = if facts.is_cash_in() { Movement::Credit(facts.amount) } else { Movement::Capture };
                due.push(Message::Tell { office, wallet: facts.wallet(), id: facts.id, movement });
            }
            for request in desk.store.unreleased() {
                let wallet = universal_wallet_core::operations::model::phone_wallet(&request.from);
                due.push(Message::Tell { office, wallet, id: request.id, movement: Movement::Release });
            }
        }
        for (name, pocket) in &mut self.wallets {
            let waiting: Vec<Hold> =
                pocket.store.holds().filter(|hold| hold.status == HoldStatus::Announcing).collect();
            for Hold { id, distributor, .. } in waiting {
                let office = self.offices.iter().position(|desk| desk.id == distributor).unwrap();
                let announcement = wallet::announce(&mut pocket.store, id).unwrap();
                due.push(Message::Announce { office, wallet: name.clone(), id, announcement });
            }
        }
        // The network has a capacity; the rest is sent next time.
        for message in due {
            if self.network.len() < 40 {
                self.network.push(message);
            }
        }
    }

    /// Delivers a message.
    pub(crate) fn carry(&mut self, message: Message) {
        match message {
            Message::Announce { office, wallet, id, announcement } => {
                self.announce(office, &wallet, id, announcement);
            }
            Message::Announced { wallet, id, announcement, result } => {
                let pocket = self.wallet(&wallet);
                if result.is_ok() {
                    wallet::announced(&mut pocket.store, id).unwrap();
                    pocket.model.announced(id);
                } else if wallet::refused(&mut pocket.store, id, announcement).unwrap() {
                    pocket.model.release(id);
                }
            }
            Message::Tell { office, wallet, id, movement } => {
                let taken = self.tell(&wallet, id, movement);
                self.network.push(Message::Done { office, id, movement, taken });
            }
            Message::Done { office, id, movement, taken } => self.done(office, id, movement, taken),
        }
    }

    /// Delivers a movement to a wallet; returns whether the wallet takes it.
    fn tell(&mut self, wallet: &str, id: OperationID, movement: Movement) -> bool {
        let now = self.at();
        let pocket = self.wallet(wallet);
        match movement {
            Movement::Credit(amount) => {
                let taken = wallet::credit(&mut pocket.store, id, amount, now);
                let expected = pocket.model.credit(id, Minor::from(amount.minor()));
                assert_eq!(
                    taken == Ok(Credited::Taken),
                    expected,
                    "a wallet refuses only a cash-in that would pass the maximum balance"
                );
                return expected;
            }
            Movement::Capture => {
                wallet::capture(&mut pocket.store, id, now).expect("a hold that was paid out is there");
                pocket.model.capture(id);
            }
            Movement::Release => {
                wallet::release(&mut pocket.store, id).unwrap();
                pocket.model.release(id);
            }
        }
        true
    }

    /// Delivers a wallet's acknowledgement.
    fn done(&mut self, office: usize, id: OperationID, movement: Movement, taken: bool) {
        self.settle(office, self.now);
        let now = self.at();
        let desk = &mut self.offices[office];
        match (movement, taken) {
            (Movement::Release, _) => desk.store.request_released(id).unwrap(),
            (_, true) => {
                operations::lifecycle::arrived(&mut desk.store, now, id).unwrap();
                desk.model.arrived(id);
            }
            (_, false) => {
                operations::lifecycle::returned(&mut desk.store, now, id).unwrap();
                desk.model.returned(id);
            }
        }
        self.check_books(office);
    }

    fn announce(&mut self, office: usize, wallet: &str, id: OperationID, announcement: u32) {
        self.settle(office, self.now);
        let hold = self.wallets[wallet].store.hold(id).unwrap().unwrap();
        let now = self.at();
        let (from, amount, memo) = (hold.from, hold.amount, hold.memo);
        let wanted = Wanted { id, from, amount, memo, announcement };
        let desk = &mut self.offices[office];
        let result = run(&mut desk.store, |store| operations::cash_outs::open(store, now, wanted));
        let result = result.and_then(|answer| answer.map_err(|refused| code_of(&refused)));
        let known = desk.model.requests.contains_key(&id);
        let refused = desk.model.refused.get(&id).copied().unwrap_or(0);
        let expected = if known {
            Ok(())
        } else if announcement <= refused {
            *self.answers.entry("late announcements refused").or_default() += 1;
            Err(Code::InvalidState)
        } else {
            desk.model.must_not_be_suspended()
        };
        assert_eq!(result, expected, "a request is announced");
        if result == Err(Code::DistributorSuspended) {
            // The first announcement is no later than any other.
            desk.model.refused.insert(id, if announcement > 1 { announcement } else { 0 });
        }
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
        self.network.push(Message::Announced { wallet: wallet.into(), id, announcement, result });
    }

    /// Delivers and acknowledges everything; nothing is lost any more.
    pub(crate) fn drain(&mut self) {
        for _ in 0..10_000 {
            self.send();
            if self.network.is_empty() {
                return;
            }
            while !self.network.is_empty() {
                let message = self.network.remove(0);
                self.carry(message);
            }
        }
        panic!("the money in transit never drains");
    }

    /// Wallets in the rules equal those in the model.
    pub(crate) fn check_wallets(&self) {
        for (name, pocket) in &self.wallets {
            let funds = pocket.store.funds();
            assert_eq!(Minor::from(funds.balance.minor()), pocket.model.balance, "the balance of {name}");
            assert_eq!(Minor::from(funds.held.minor()), pocket.model.held(), "holds of {name}");
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
