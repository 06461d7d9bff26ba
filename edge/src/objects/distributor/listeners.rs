//! Listeners to events: members whose sockets last for as long as their membership and their session. A session may end
//! without a word, by being idle, so its person's object is asked when that may have happened.

use serde_json::json;
use universal_wallet_core::error::Outcome;
use universal_wallet_core::id::UserID;
use universal_wallet_core::people::listening::Watch;
use universal_wallet_core::people::second_factor::proof::Standing;
use universal_wallet_core::store::Store;
use universal_wallet_sdk::Timestamp;

use super::state::DistributorState;
use crate::calls::objects;
use crate::calls::shared::Shared;
use crate::calls::step::LOST;
use crate::messages::to_distributor::Listener;
use crate::messages::to_user::ToUser;
use crate::platform::log::report;
use crate::platform::sockets::{Closing, Watched};

impl DistributorState {
    /// Returns the ID of a person who may listen and the attachment of their socket, or nothing.
    pub(super) fn admit_listener(&mut self, listener: &Listener, now: Timestamp) -> String {
        if let Err(fault) = self.settle(now) {
            report(&fault);
            return String::new();
        }
        self.store.listened = true;
        let Listener { caller, login, token } = listener;
        let member = self.store.member_of(caller.account);
        let member = member.filter(|member| member.is_active() && !caller.must_change_password);
        let required = self.store.profile().second_factor.is_required();
        let member = member.filter(|_| caller.second_factor.standing(required, now) != Standing::MustEnrol);
        let Some(member) = member else { return String::new() };
        let person = member.person.id.to_string();
        match self.store.db.make_way_for(&person) {
            Ok(number) => {
                let watch = Watch::begin(now);
                self.ask_at(watch.ask_at());
                let attachment = json!({
                    "number": number, "watch": watch, "login": login.as_str(), "token": token,
                });
                format!("{person} {attachment}")
            }
            Err(fault) => {
                report(&fault);
                LOST.into()
            }
        }
    }

    /// Notes a time at which the session of a socket is to be asked about.
    fn ask_at(&mut self, at: Timestamp) {
        self.sessions_at = Some(self.sessions_at.map_or(at, |next| next.min(at)));
    }

    /// Sockets whose sessions may have ended by themselves.
    pub(super) fn sessions_due(&mut self, now: Timestamp) -> Vec<Watched> {
        if self.sessions_at.is_none_or(|at| now < at) {
            return Vec::new();
        }
        let (due, next) = self.store.db.watched(now);
        self.sessions_at = next;
        due
    }

    /// Closes the sockets of a person, whose other sessions open them again.
    pub(super) fn end_sockets(&self, account: UserID) -> Outcome<()> {
        let Some(member) = self.store.member_of(account) else { return Ok(()) };
        Ok(self.store.db.close_sockets(&member.person.id.to_string(), Closing::SessionEnded)?)
    }
}

/// Asks whether the session of a socket is alive, and closes the socket if it is not.
pub(super) async fn look_at_session(state: Shared<DistributorState>, watched: Watched) {
    let ask = ToUser::EndOf { token: watched.token };
    let answered: Outcome<Option<Timestamp>> = objects::user(&watched.login).ask(&ask).await;
    state.step_on(|state, now| {
        let watch = match answered {
            Ok(end) => Watch::answered(end, now),
            Err(_) => Some(watched.watch.unanswered(now)),
        };
        match watch {
            Some(watch) => {
                state.store.db.keep_watch(&watched, watch);
                state.ask_at(watch.ask_at());
            }
            None => state.store.db.end_watched(&watched),
        }
    });
}
