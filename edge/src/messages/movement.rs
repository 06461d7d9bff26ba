//! What a wallet is told of an operation: one such message goes with every operation, so its form is plain.

use universal_wallet::Amount;
use universal_wallet::id::OperationID;

/// Money comes, goes, or is free again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Movement {
    /// For which operation.
    pub(crate) operation: OperationID,
    /// What it is.
    pub(crate) what: What,
}

/// What happens to a wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// A cash-in arrives.
    Credit(Amount),
    /// The distributor paid the owner out.
    Capture,
    /// The owner's request is over.
    Release,
}

impl Movement {
    /// As the wallet is told.
    pub(crate) fn text(self) -> String {
        let operation = self.operation.to_string();
        match self.what {
            What::Credit(amount) => ["Credit\n", &operation, "\n", &amount.to_string()].concat(),
            What::Capture => ["Capture\n", &operation].concat(),
            What::Release => ["Release\n", &operation].concat(),
        }
    }

    /// Reads one; `None` where the message is another.
    pub(crate) fn read(message: &str) -> Option<Self> {
        let mut lines = message.split('\n');
        let (what, operation) = (lines.next()?, lines.next()?.parse().ok()?);
        let what = match what {
            "Credit" => What::Credit(lines.next()?.parse().ok()?),
            "Capture" => What::Capture,
            "Release" => What::Release,
            _ => return None,
        };
        lines.next().is_none().then_some(Self { operation, what })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_movement_is_read_as_it_was_told_and_nothing_else_is_one() {
        let operation = OperationID::from_uuid(Uuid::from_u128(7));
        for what in [What::Credit(Amount::MAX), What::Capture, What::Release] {
            let movement = Movement { operation, what };
            assert_eq!(Movement::read(&movement.text()), Some(movement));
            assert_eq!(Movement::read(&format!("{}\n", movement.text())), None);
        }
        for other in ["\"Funds\"", "", "Credit", "Credit\nop_1\n1.00", &format!("Credit\n{operation}\n1.000")] {
            assert_eq!(Movement::read(other), None, "{other:?}");
        }
    }
}
