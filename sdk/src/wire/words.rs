//! The fixed words of the API.

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$word_doc])* $variant,)+
            /// A word that this version does not know, unchanged.
            Other(String),
        }

        impl $name {
            /// The word on the wire. See the [example](crate::wire).
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Other(word) => word,
                }
            }
        }

        impl From<String> for $name {
            fn from(word: String) -> Self {
                match word.as_str() {
                    $($word => Self::$variant,)+
                    _ => Self::Other(word),
                }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                <String as serde::Deserialize>::deserialize(deserializer).map(Self::from)
            }
        }
    };
}

#[cfg(feature = "webhook")]
pub(crate) use words;

words! {
    /// The permissions of a key.
    Permission {
        /// `GET /balance`.
        ReadBalance = "read-balance",
        /// Reading operations and cash-out requests.
        ReadTransactions = "read-transactions",
        /// Moving money.
        PerformOperations = "perform-operations",
    }
}

words! {
    /// The two ways that money moves.
    OperationType {
        /// Float becomes wallet balance.
        CashIn = "cash-in",
        /// Wallet balance becomes float, against cash or a bank transfer.
        CashOutFulfillment = "cash-out-fulfillment",
    }
}

words! {
    /// Where an operation stands.
    OperationStatus {
        /// A checker has to decide.
        Pending = "pending",
        /// Decided; on its way to or from the wallet.
        Processing = "processing",
        /// Done.
        Completed = "completed",
        /// Refused or withdrawn.
        Rejected = "rejected",
        /// Nobody decided in time.
        Expired = "expired",
        /// It could not be carried out, such as a cash-in to a wallet that is full; the money is back.
        Failed = "failed",
    }
}

impl OperationStatus {
    /// Whether nothing more will happen. Of a status that this version does not know nobody can tell,
    /// so it has not ended. See the [example](crate::wire).
    pub fn has_ended(&self) -> bool {
        matches!(self, Self::Completed | Self::Rejected | Self::Expired | Self::Failed)
    }
}

words! {
    /// How a customer got the money of a cash-out.
    CashOutFulfillmentType {
        /// Over the counter.
        Cash = "cash",
        /// To the customer's bank account.
        BankTransfer = "bank-transfer",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_words_are_variants_and_unknown_ones_survive() {
        for (word, status) in [
            ("\"pending\"", OperationStatus::Pending),
            ("\"expired\"", OperationStatus::Expired),
            ("\"reversed\"", OperationStatus::Other("reversed".into())),
            ("\"Pending\"", OperationStatus::Other("Pending".into())),
        ] {
            assert_eq!(serde_json::from_str::<OperationStatus>(word).unwrap(), status);
            assert_eq!(serde_json::to_string(&status).unwrap(), word);
        }
        assert!(serde_json::from_str::<OperationStatus>("1").is_err());
        assert!(!OperationStatus::Other("reversed".into()).has_ended());
    }
}
