//! The reference model: keys and decisions.

use universal_wallet_core::error::Code;
use universal_wallet_core::id::UserID;
use universal_wallet_core::people::model::Role;

use super::model::{About, AskState, Key, KeyState, MAX_BALANCE, Minor, Ms, Office, OperationState};
use crate::support::{DAY_MS, HOUR_MS};

impl Office {
    /// Checks a key's call for an operation.
    pub(crate) fn key_may(&self, key: usize, listed_address: bool) -> Result<(), Code> {
        let key = &self.keys[key];
        match key.state {
            KeyState::Revoked => Err(Code::RevokedApiKey),
            KeyState::Active if key.limits.listed && !listed_address => Err(Code::IPNotAllowed),
            KeyState::Active if !key.limits.performs => Err(Code::PermissionDenied),
            KeyState::Active => Ok(()),
            _ => Err(Code::ExpiredApiKey),
        }
    }

    pub(crate) fn may_rotate(&self, key: usize) -> Result<(), Code> {
        let open = |other: &super::model::Key| {
            other.replaces == Some(key) && matches!(other.state, KeyState::Pending | KeyState::Approved)
        };
        let free = self.keys[key].state == KeyState::Active && !self.keys[key].replaced && !self.keys.iter().any(open);
        if free { Ok(()) } else { Err(Code::InvalidState) }
    }

    pub(crate) fn claim(&mut self, user: UserID, key: usize, now: Ms) -> Result<(), Code> {
        self.must_hold(user, &[Role::Maker])?;
        let suspended = self.must_not_be_suspended();
        let found = &mut self.keys[key];
        if found.maker != user {
            return Err(Code::NotTheMaker);
        }
        suspended?;
        match found.state {
            KeyState::Approved => {}
            _ if found.claimed => return Err(Code::AlreadyClaimed),
            KeyState::Lapsed if found.fell_with => return Err(Code::InvalidState),
            KeyState::Lapsed if found.decided_at.is_some() => return Err(Code::ClaimExpired),
            _ => return Err(Code::InvalidState),
        }
        found.state = KeyState::Active;
        found.claimed = true;
        found.expires = now + found.limits.days * DAY_MS;
        let overlap = found.overlap_hours * HOUR_MS;
        if let Some(old) = found.replaces
            && self.keys[old].state == KeyState::Active
        {
            self.keys[old].replaced = true;
            self.keys[old].expires = self.keys[old].expires.min(now + overlap);
        }
        Ok(())
    }

    /// Revokes a key on behalf of a member or the issuer.
    pub(crate) fn revoke(&mut self, user: Option<UserID>, key: usize, now: Ms) -> Result<(), Code> {
        if let Some(user) = user {
            self.must_hold(user, &[Role::Maker, Role::Checker, Role::Admin])?;
        }
        if !matches!(self.keys[key].state, KeyState::Approved | KeyState::Active) {
            return Err(Code::InvalidState);
        }
        self.keys[key].state = KeyState::Revoked;
        for ask in self.pending.clone() {
            if let About::Operation(operation) = self.asks[ask].about
                && self.operations[operation].key == Some(key)
            {
                self.end(ask, AskState::Rejected, None, now);
            }
        }
        let open =
            |next: &Key| next.replaces == Some(key) && matches!(next.state, KeyState::Pending | KeyState::Approved);
        if let Some(next) = self.keys.iter().position(open) {
            for ask in self.pending.clone() {
                if self.asks[ask].about == About::Key(next) {
                    self.end(ask, AskState::Expired, None, now);
                }
            }
            self.keys[next].state = KeyState::Lapsed;
            self.keys[next].fell_with = true;
        }
        Ok(())
    }

    /// Lowers the largest amount and dependent values, and those of a replacement that was not claimed yet.
    pub(crate) fn tighten(&mut self, user: UserID, key: usize, most: Option<Minor>) -> Result<(), Code> {
        self.must_hold(user, &[Role::Maker, Role::Checker, Role::Admin])?;
        if !matches!(self.keys[key].state, KeyState::Approved | KeyState::Active) {
            return Err(Code::InvalidState);
        }
        let before = self.keys[key].limits;
        let Some(most) = most else { return Ok(()) };
        let limits = &mut self.keys[key].limits;
        if limits.most.is_some_and(|before| most > before) {
            return Err(Code::ApprovalRequired);
        }
        let most = limits.day.map_or(most, |day| most.min(day));
        limits.most = Some(most);
        limits.auto = limits.auto.min(most);
        let limits = *limits;
        for next in &mut self.keys {
            if next.replaces == Some(key) && matches!(next.state, KeyState::Pending | KeyState::Approved) {
                // Each field follows only where it changed, to the tighter of both.
                let least = |own: Option<Minor>, other: Option<Minor>| own.into_iter().chain(other).min();
                if before.most != limits.most {
                    next.limits.most = least(next.limits.most, limits.most);
                }
                if before.auto != limits.auto {
                    next.limits.auto = next.limits.auto.min(limits.auto);
                }
                let most = least(next.limits.most, next.limits.day).filter(|_| next.limits.most.is_some());
                next.limits.most = most;
                next.limits.auto = next.limits.auto.min(most.unwrap_or(MAX_BALANCE));
            }
        }
        Ok(())
    }

    pub(crate) fn may_decide(&self, user: UserID, ask: usize) -> Result<(), Code> {
        self.must_hold(user, &[Role::Checker])?;
        if self.asks[ask].maker == user { Err(Code::SelfApproval) } else { Ok(()) }
    }

    fn must_be_pending(&self, ask: usize) -> Result<(), Code> {
        if self.asks[ask].state == AskState::Pending { Ok(()) } else { Err(Code::InvalidState) }
    }

    pub(crate) fn approve(&mut self, user: UserID, ask: usize, right_digest: bool, now: Ms) -> Result<(), Code> {
        self.may_decide(user, ask)?;
        self.must_not_be_suspended()?;
        self.must_be_pending(ask)?;
        if !right_digest {
            return Err(Code::ApprovalStale);
        }
        let with_all_due = self.balance + self.incoming();
        match self.asks[ask].about {
            About::Key(key) => {
                let key = &mut self.keys[key];
                key.state = KeyState::Approved;
                key.checker = Some(user);
                key.decided_at = Some(now);
            }
            About::Operation(index) => {
                let operation = &mut self.operations[index];
                let most = operation.key.and_then(|key| self.keys[key].limits.most);
                if most.is_some_and(|most| operation.amount > most) {
                    return Err(Code::InvalidState);
                }
                if operation.paid.is_some() && with_all_due + operation.amount > MAX_BALANCE {
                    return Err(Code::InvalidState);
                }
                operation.state = OperationState::Processing;
                operation.decided_by = Some(user);
                if operation.paid.is_none() {
                    self.balance -= operation.amount;
                    self.charged += operation.amount;
                }
            }
        }
        self.pending.retain(|pending| *pending != ask);
        self.asks[ask].state = AskState::Approved;
        self.asks[ask].decided_by = Some(user);
        Ok(())
    }

    pub(crate) fn reject(&mut self, user: UserID, ask: usize, now: Ms) -> Result<(), Code> {
        self.may_decide(user, ask)?;
        self.must_be_pending(ask)?;
        self.end(ask, AskState::Rejected, Some(user), now);
        Ok(())
    }

    pub(crate) fn withdraw(&mut self, user: UserID, ask: usize, now: Ms) -> Result<(), Code> {
        if self.asks[ask].maker != user {
            return Err(Code::NotTheMaker);
        }
        self.must_be_pending(ask)?;
        self.end(ask, AskState::Withdrawn, Some(user), now);
        Ok(())
    }
}
