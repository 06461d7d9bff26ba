//! Movement of a wallet for an operation. Every operation sends one, so the encoding is plain words: `credit OPERATION
//! AMOUNT`, `capture OPERATION`, `release OPERATION`.

use universal_wallet_core::id::OperationID;
use universal_wallet_sdk::Amount;

/// A movement of a wallet: a credit, a capture or a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct WalletMovement {
    /// ID of the operation.
    pub(crate) operation: OperationID,
    /// Kind of the movement.
    pub(crate) kind: MovementKind,
}

/// Kind of a wallet movement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MovementKind {
    /// Credits a cash-in.
    Credit(Amount),
    /// Captures the hold of a paid cash-out.
    Capture,
    /// Releases the hold of an ended request.
    Release,
}

impl WalletMovement {
    /// Encodes the movement.
    pub(crate) fn text(self) -> String {
        let operation = self.operation.to_string();
        match self.kind {
            MovementKind::Credit(amount) => ["credit ", &operation, " ", &amount.to_string()].concat(),
            MovementKind::Capture => ["capture ", &operation].concat(),
            MovementKind::Release => ["release ", &operation].concat(),
        }
    }

    /// Decodes a movement; `None` for anything else.
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
