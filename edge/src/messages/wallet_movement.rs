//! What happens to a wallet for an operation. One such message goes with every operation, so its content is plain words:
//! `credit OPERATION AMOUNT`, `capture OPERATION`, `release OPERATION`.

use universal_wallet::Amount;
use universal_wallet::id::OperationID;

/// Money comes, goes, or is free again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WalletMovement {
    /// For which operation.
    pub(crate) operation: OperationID,
    /// What happens.
    pub(crate) kind: MovementKind,
}

/// What happens to a wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MovementKind {
    /// A cash-in arrives.
    Credit(Amount),
    /// The distributor paid the owner out.
    Capture,
    /// The owner's request is over.
    Release,
}

impl WalletMovement {
    /// The content of the message.
    pub(crate) fn text(self) -> String {
        let operation = self.operation.to_string();
        match self.kind {
            MovementKind::Credit(amount) => ["credit ", &operation, " ", &amount.to_string()].concat(),
            MovementKind::Capture => ["capture ", &operation].concat(),
            MovementKind::Release => ["release ", &operation].concat(),
        }
    }

    /// Reads the content; `None` where it is no movement.
    pub(crate) fn read(content: &str) -> Option<Self> {
        let mut words = content.split(' ');
        let (kind, operation) = (words.next()?, words.next()?.parse().ok()?);
        let kind = match kind {
            "credit" => MovementKind::Credit(words.next()?.parse().ok()?),
            "capture" => MovementKind::Capture,
            "release" => MovementKind::Release,
            _ => return None,
        };
        words.next().is_none().then_some(Self { operation, kind })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_movement_is_read_as_it_was_written_and_nothing_else_is_one() {
        let operation = OperationID::from_uuid(Uuid::from_u128(7));
        for kind in [MovementKind::Credit(Amount::MAX), MovementKind::Capture, MovementKind::Release] {
            let movement = WalletMovement { operation, kind };
            assert_eq!(WalletMovement::read(&movement.text()), Some(movement));
            assert_eq!(WalletMovement::read(&format!("{} ", movement.text())), None);
        }
        for other in ["\"Funds\"", "", "credit", "credit op_1 1.00", &format!("credit {operation} 1.000")] {
            assert_eq!(WalletMovement::read(other), None, "{other:?}");
        }
    }
}
