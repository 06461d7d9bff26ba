//! What goes into and comes out of a statement, in one text. What is bound: each value with a mark behind it, then all
//! their kinds, a letter each. What is answered: each value with its kind before it and a mark behind it. One text is what
//! crosses into JavaScript most cheaply, and this needs little code for each type.

use std::fmt::{Display, Write as _};

use universal_wallet::id::{ApprovalID, DistributorID, KeyID, OperationID, UserID};
use universal_wallet::{Amount, ShortCode};
use universal_wallet_core::api_key::KeyStatus;
use universal_wallet_core::approval::{ApprovalKind, ApprovalStatus};
use universal_wallet_core::digest::Digest;
use universal_wallet_core::operation::{OperationStatus, RequestStatus};
use universal_wallet_core::refusal::{Code, Fault};
use universal_wallet_core::wallet::HoldStatus;

/// Ends a value. No text that is stored has it: JSON escapes it, and what else there is has no control characters.
const END: char = '\u{1f}';
/// Beyond this, 2^53, an integer is not exact in JavaScript.
const MOST: u64 = 1 << 53;

/// No bindings.
pub(crate) const NONE: () = ();

/// Values for a statement.
#[derive(Default)]
pub(crate) struct Values {
    text: String,
    kinds: String,
    unfit: bool,
}

impl Values {
    /// All values of a statement, as the shell reads them.
    pub(crate) fn of(bindings: &dyn Bindings) -> Result<String, Fault> {
        let mut values = Self::default();
        bindings.bind(&mut values);
        values.text.push_str(&values.kinds);
        if values.unfit { Err(Fault::new("a value that cannot be bound")) } else { Ok(values.text) }
    }

    fn null(&mut self) {
        self.end('n');
    }

    fn text(&mut self, value: &str) {
        self.unfit |= value.contains(END);
        self.text.push_str(value);
        self.end('t');
    }

    fn show(&mut self, kind: char, value: &dyn Display) {
        // Writing to a String cannot fail.
        let _ = write!(self.text, "{value}");
        self.end(kind);
    }

    fn end(&mut self, kind: char) {
        self.text.push(END);
        self.kinds.push(kind);
    }
}

/// A value that a statement can be given.
pub(crate) trait Value {
    /// Adds it.
    fn bind(&self, to: &mut Values);
}

/// The values that a statement is given, in their order.
pub(crate) trait Bindings {
    /// Adds them.
    fn bind(&self, to: &mut Values);
}

/// A column that can be read.
pub(crate) trait Column: Sized {
    /// From the value's kind and text.
    fn read(kind: u8, text: &str) -> Option<Self>;
}

/// A row: a tuple of columns.
pub(crate) trait Row: Sized {
    /// Takes it off the columns that are left.
    fn read(columns: &mut Columns<'_>) -> Option<Self>;
}

/// Columns that are not read yet.
pub(crate) struct Columns<'a>(&'a str);

impl<'a> Columns<'a> {
    fn next<T: Column>(&mut self) -> Option<T> {
        let (kind, text) = self.value()?;
        T::read(kind, text)
    }

    #[inline(never)]
    fn value(&mut self) -> Option<(u8, &'a str)> {
        let (value, rest) = self.0.split_once(END)?;
        self.0 = rest;
        Some((*value.as_bytes().first()?, value.get(1..)?))
    }
}

/// The rows in what the shell answers.
pub(crate) fn rows<T: Row>(text: &str) -> Result<Vec<T>, Fault> {
    let mut columns = Columns(text);
    let mut rows = Vec::new();
    while !columns.0.is_empty() {
        rows.push(T::read(&mut columns).ok_or_else(unreadable)?);
    }
    Ok(rows)
}

/// The first row of what the shell answers.
pub(crate) fn first<T: Row>(text: &str) -> Result<Option<T>, Fault> {
    if text.is_empty() { Ok(None) } else { T::read(&mut Columns(text)).ok_or_else(unreadable).map(Some) }
}

#[cold]
fn unreadable() -> Fault {
    Fault::new("a row that cannot be read")
}

impl<T: Value + ?Sized> Value for &T {
    fn bind(&self, to: &mut Values) {
        (*self).bind(to);
    }
}

impl<T: Value> Value for Option<T> {
    fn bind(&self, to: &mut Values) {
        match self {
            Some(value) => value.bind(to),
            None => to.null(),
        }
    }
}

impl<T: Column> Column for Option<T> {
    fn read(kind: u8, text: &str) -> Option<Self> {
        if kind == b'n' { Some(None) } else { T::read(kind, text).map(Some) }
    }
}

impl Value for str {
    fn bind(&self, to: &mut Values) {
        to.text(self);
    }
}

impl Value for String {
    fn bind(&self, to: &mut Values) {
        to.text(self);
    }
}

impl Column for String {
    fn read(kind: u8, text: &str) -> Option<Self> {
        (kind == b't').then(|| text.into())
    }
}

macro_rules! integers {
    ($($kind:ident)*) => { $(
        impl Value for $kind {
            fn bind(&self, to: &mut Values) {
                to.unfit |= i64::try_from(*self).map_or(true, |value| value.unsigned_abs() > MOST);
                to.show('i', self);
            }
        }

        impl Column for $kind {
            fn read(kind: u8, text: &str) -> Option<Self> {
                if kind == b'i' { text.parse().ok() } else { None }
            }
        }
    )* };
}
integers!(u8 u32 u64 usize i64);

/// What is stored as it is spelt.
macro_rules! spelt {
    ($($kind:ident)*) => { $(
        impl Value for $kind {
            fn bind(&self, to: &mut Values) {
                to.show('t', self);
            }
        }

        impl Column for $kind {
            fn read(kind: u8, text: &str) -> Option<Self> {
                if kind == b't' { text.parse().ok() } else { None }
            }
        }
    )* };
}
spelt!(Amount ApprovalID Digest DistributorID KeyID OperationID ShortCode UserID);

/// Words of a list.
macro_rules! words {
    ($($kind:ident)*) => { $(
        impl Value for $kind {
            fn bind(&self, to: &mut Values) {
                to.text(self.as_str());
            }
        }
    )* };
}
words!(ApprovalKind ApprovalStatus Code HoldStatus KeyStatus OperationStatus RequestStatus);

impl Column for Code {
    fn read(_: u8, text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }
}

impl Bindings for () {
    fn bind(&self, _: &mut Values) {}
}

macro_rules! tuples {
    ($($($name:ident)+;)*) => { $(
        #[allow(non_snake_case, reason = "a value is named as its type")]
        impl<$($name: Value),+> Bindings for ($($name,)+) {
            fn bind(&self, to: &mut Values) {
                let ($($name,)+) = self;
                $($name.bind(to);)+
            }
        }

        impl<$($name: Column),+> Row for ($($name,)+) {
            fn read(columns: &mut Columns<'_>) -> Option<Self> {
                Some(($(columns.next::<$name>()?,)+))
            }
        }
    )* };
}
tuples! {
    A; A B; A B C; A B C D; A B C D E; A B C D E F; A B C D E F G;
    A B C D E F G H I J K L M N;
}

#[cfg(test)]
mod tests {
    use super::*;

    type Read = (i64, String, Option<u64>, Option<String>, String);

    #[test]
    fn a_row_is_read_as_its_values_were_bound() {
        let bound = Values::of(&(7_i64, "a\nb", None::<u64>, Some(String::from("é")), KeyStatus::Active)).unwrap();
        assert_eq!(bound, "7\u{1f}a\nb\u{1f}\u{1f}é\u{1f}active\u{1f}itntt");
        let answered = "i7\u{1f}ta\nb\u{1f}n\u{1f}té\u{1f}tactive\u{1f}";
        let row: Read = (7, "a\nb".into(), None, Some("é".into()), "active".into());
        assert_eq!(rows::<Read>(&format!("{answered}{answered}")).unwrap(), [row.clone(), row]);
        assert_eq!(rows::<Read>("").unwrap(), []);
    }

    #[test]
    fn a_row_of_other_columns_is_a_fault() {
        for text in ["i7\u{1f}", "i7\u{1f}n\u{1f}", "t7\u{1f}tx\u{1f}", "ix\u{1f}tx\u{1f}", "i7\u{1f}tx", "\u{1f}"] {
            assert!(rows::<(i64, String)>(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn what_javascript_cannot_carry_is_not_bound() {
        assert!(Values::of(&(1_i64 << 53, 0_u8)).is_ok());
        assert!(Values::of(&((1_u64 << 53) + 1,)).is_err());
        assert!(Values::of(&(i64::MIN,)).is_err());
        assert!(Values::of(&("a\u{1f}b",)).is_err());
    }

    #[test]
    fn a_code_is_read_as_it_is_stored() {
        for code in Code::ALL {
            let bound = Values::of(&(code,)).unwrap();
            let answered = format!("t{}", bound.strip_suffix('t').unwrap());
            assert_eq!(rows::<(Code,)>(&answered).unwrap(), [(*code,)]);
        }
    }
}
