//! Encoding of SQL bindings and rows.

use universal_wallet_core::approvals::model::{ApprovalKind, ApprovalStatus};
use universal_wallet_core::error::{Code, InternalError};
use universal_wallet_core::id::{ApprovalID, DistributorID, KeyID, OperationID, UserID, WebhookID};
use universal_wallet_core::keys::model::KeyStatus;
use universal_wallet_core::operations::model::{CashOutRequestStatus, OperationStatus};
use universal_wallet_core::text::digest::Digest;
use universal_wallet_core::wallet::HoldStatus;
use universal_wallet_sdk::{Amount, ShortCode};
use worker::SqlStorageValue;

/// No bindings.
pub(crate) const NONE: () = ();

/// A value that can be bound; an integer beyond 2^53 is not exact in JavaScript and cannot be bound.
pub(crate) trait Value {
    /// The platform's form of the value; `None` if it cannot be bound.
    fn value(&self) -> Option<SqlStorageValue>;
}

/// The bindings of a statement, in order.
pub(crate) trait Bindings {
    /// The platform's form of the bindings.
    fn values(&self) -> Result<Vec<SqlStorageValue>, InternalError>;
}

/// A column that can be read.
pub(crate) trait Column: Sized {
    /// Reads the column from the platform's value.
    fn read(value: SqlStorageValue) -> Option<Self>;
}

/// A row: a tuple of columns.
pub(crate) trait Row: Sized {
    /// Reads a row from the remaining columns.
    fn read(columns: &mut dyn Iterator<Item = SqlStorageValue>) -> Option<Self>;
}

/// Reads a row from the platform's values.
pub(crate) fn read<T: Row>(columns: Vec<SqlStorageValue>) -> Result<T, InternalError> {
    T::read(&mut columns.into_iter()).ok_or_else(|| InternalError::new("a row that cannot be read"))
}

impl<T: Value + ?Sized> Value for &T {
    fn value(&self) -> Option<SqlStorageValue> {
        (*self).value()
    }
}

impl<T: Value> Value for Option<T> {
    fn value(&self) -> Option<SqlStorageValue> {
        self.as_ref().map_or(Some(SqlStorageValue::Null), Value::value)
    }
}

impl<T: Column> Column for Option<T> {
    fn read(value: SqlStorageValue) -> Option<Self> {
        if value == SqlStorageValue::Null { Some(None) } else { T::read(value).map(Some) }
    }
}

impl Value for str {
    fn value(&self) -> Option<SqlStorageValue> {
        Some(self.into())
    }
}

impl Value for String {
    fn value(&self) -> Option<SqlStorageValue> {
        Some(self.as_str().into())
    }
}

impl Column for String {
    fn read(value: SqlStorageValue) -> Option<Self> {
        if let SqlStorageValue::String(text) = value { Some(text) } else { None }
    }
}

macro_rules! integers {
    ($($kind:ident)*) => { $(
        impl Value for $kind {
            fn value(&self) -> Option<SqlStorageValue> {
                SqlStorageValue::try_from_i64(i64::try_from(*self).ok()?).ok()
            }
        }

        impl Column for $kind {
            fn read(value: SqlStorageValue) -> Option<Self> {
                if let SqlStorageValue::Integer(number) = value { number.try_into().ok() } else { None }
            }
        }
    )* };
}
integers!(u8 u16 u32 u64 usize i64);

/// Bytes, bound as a BLOB.
pub(crate) struct Blob<'a>(pub(crate) &'a [u8]);

impl Value for Blob<'_> {
    fn value(&self) -> Option<SqlStorageValue> {
        Some(self.0.to_vec().into())
    }
}

impl Column for Vec<u8> {
    fn read(value: SqlStorageValue) -> Option<Self> {
        if let SqlStorageValue::Blob(bytes) = value { Some(bytes) } else { None }
    }
}

/// An integer that may pass 2^53, beyond which a number is not exact in JavaScript: it travels as text, and an INTEGER
/// column makes a number of it. It is read from `CAST(… AS TEXT)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Exact(pub(crate) i64);

impl Value for Exact {
    fn value(&self) -> Option<SqlStorageValue> {
        Some(SqlStorageValue::try_from_i64(self.0).unwrap_or_else(|_| self.0.to_string().into()))
    }
}

impl Column for Exact {
    fn read(value: SqlStorageValue) -> Option<Self> {
        String::read(value)?.parse().ok().map(Self)
    }
}

/// Types that are stored in their text form.
macro_rules! as_text {
    ($($kind:ident)*) => { $(
        impl Value for $kind {
            fn value(&self) -> Option<SqlStorageValue> {
                Some(self.to_string().into())
            }
        }

        impl Column for $kind {
            fn read(value: SqlStorageValue) -> Option<Self> {
                String::read(value)?.parse().ok()
            }
        }
    )* };
}
as_text!(Amount ApprovalID Digest DistributorID KeyID OperationID ShortCode UserID WebhookID);

/// Types that are stored as one word of a list.
macro_rules! words {
    ($($kind:ident)*) => { $(
        impl Value for $kind {
            fn value(&self) -> Option<SqlStorageValue> {
                Some(self.as_str().into())
            }
        }
    )* };
}
words!(ApprovalKind ApprovalStatus Code HoldStatus KeyStatus OperationStatus CashOutRequestStatus);

impl Column for Code {
    fn read(value: SqlStorageValue) -> Option<Self> {
        let text = String::read(value)?;
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }
}

impl Bindings for () {
    fn values(&self) -> Result<Vec<SqlStorageValue>, InternalError> {
        Ok(Vec::new())
    }
}

impl Bindings for Vec<Option<SqlStorageValue>> {
    fn values(&self) -> Result<Vec<SqlStorageValue>, InternalError> {
        self.iter().cloned().collect::<Option<_>>().ok_or_else(unfit)
    }
}

macro_rules! tuples {
    ($($($name:ident)+;)*) => { $(
        #[allow(non_snake_case, reason = "a value is named as its type")]
        impl<$($name: Value),+> Bindings for ($($name,)+) {
            fn values(&self) -> Result<Vec<SqlStorageValue>, InternalError> {
                let ($($name,)+) = self;
                [$($name.value()),+].into_iter().collect::<Option<_>>().ok_or_else(unfit)
            }
        }

        impl<$($name: Column),+> Row for ($($name,)+) {
            fn read(columns: &mut dyn Iterator<Item = SqlStorageValue>) -> Option<Self> {
                Some(($($name::read(columns.next()?)?,)+))
            }
        }
    )* };
}
tuples! {
    A; A B; A B C; A B C D; A B C D E; A B C D E F; A B C D E F G; A B C D E F G H;
}

#[cold]
fn unfit() -> InternalError {
    InternalError::new("a value that cannot be bound")
}

#[cfg(test)]
mod tests {
    use super::*;

    type Bound = (i64, String, Option<u64>, Option<String>, String);

    #[test]
    fn a_row_is_read_as_its_values_were_bound() {
        let bound = (7_i64, "a\nb", None::<u64>, Some(String::from("é")), KeyStatus::Active).values().unwrap();
        let row: Bound = (7, "a\nb".into(), None, Some("é".into()), "active".into());
        assert_eq!(read::<Bound>(bound).unwrap(), row);
    }

    #[test]
    fn a_row_of_other_columns_is_a_fault() {
        use SqlStorageValue::{Float, Integer, Null, String as Text};
        for columns in [
            vec![Integer(7)],
            vec![Integer(7), Null],
            vec![Text("7".into()), Text("x".into())],
            vec![Float(7.5), Text("x".into())],
        ] {
            assert!(read::<(i64, String)>(columns.clone()).is_err(), "{columns:?}");
        }
    }

    #[test]
    fn integers_inexact_in_javascript_are_not_bound() {
        assert!(((1_i64 << 53) - 1, 0_u8).values().is_ok());
        assert!(((1_u64 << 53) + 1,).values().is_err());
        assert!((i64::MIN,).values().is_err());
    }

    #[test]
    fn a_code_is_read_as_it_is_stored() {
        for code in Code::ALL {
            assert_eq!(read::<(Code,)>((code,).values().unwrap()).unwrap(), (*code,));
        }
    }
}
