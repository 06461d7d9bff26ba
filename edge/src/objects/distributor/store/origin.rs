//! Facts that rows name by number: the key that made an operation, and the merchant that it paid.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;
use universal_wallet_core::error::InternalError;
use universal_wallet_core::id::KeyID;
use universal_wallet_core::keys::model::Key;
use universal_wallet_core::operations::model::Merchant;
use universal_wallet_core::people::model::Person;
use universal_wallet_core::text::json_text;
use universal_wallet_core::text::numbered_id::Numbering;
use universal_wallet_sdk::ShortCode;

use crate::platform::storage::Storage;

/// Facts of a key that hold for all its operations.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    pub(crate) key: KeyID,
    pub(crate) lineage: KeyID,
    pub(crate) maker: Person,
}

/// Reads such facts, each once.
pub(crate) struct Origins {
    db: Rc<Storage>,
    pub(super) numbering: Numbering,
    keys: RefCell<FxHashMap<u64, Origin>>,
    merchants: RefCell<FxHashMap<u64, Merchant>>,
}

impl Origins {
    pub(super) fn new(db: Rc<Storage>, numbering: Numbering) -> Self {
        Self { db, numbering, keys: RefCell::default(), merchants: RefCell::default() }
    }

    /// Drops what was read, so that it is read from storage again.
    pub(super) fn clear(&self) {
        self.keys.borrow_mut().clear();
        self.merchants.borrow_mut().clear();
    }

    /// The key in the row with this number.
    pub(super) fn key(&self, number: u64) -> Result<Origin, InternalError> {
        if let Some(known) = self.keys.borrow().get(&number) {
            return Ok(known.clone());
        }
        let row: Option<(String,)> = self.db.row("SELECT doc FROM keys WHERE n = ?", (number,))?;
        let (text,) = row.ok_or_else(|| InternalError::new("an operation of a missing key"))?;
        let Key { id, lineage, maker, .. } = json_text::read(&text)?;
        let origin = Origin { key: id, lineage, maker };
        self.keys.borrow_mut().insert(number, origin.clone());
        Ok(origin)
    }

    /// The merchant with this short code, of those that were paid.
    pub(super) fn merchant(&self, number: u64) -> Result<Merchant, InternalError> {
        if let Some(known) = self.merchants.borrow().get(&number) {
            return Ok(known.clone());
        }
        let row: Option<(String, String)> =
            self.db.row("SELECT id, name FROM merchants WHERE short_code = ?", (number,))?;
        let (id, name) = row.ok_or_else(|| InternalError::new("an operation to a missing merchant"))?;
        let short_code: Result<ShortCode, _> = number.to_string().parse();
        let short_code = short_code.map_err(|_| InternalError::new("a stored short code that cannot be parsed"))?;
        let merchant = Merchant { id, short_code, name };
        self.merchants.borrow_mut().insert(number, merchant.clone());
        Ok(merchant)
    }

    /// Keeps a merchant that is paid for the first time. Without an operation the row does no harm.
    pub(super) fn keep_merchant(&self, merchant: &Merchant) -> Result<(), InternalError> {
        let number = merchant.short_code.number().into();
        let stored = if let Ok(stored) = self.merchant(number) {
            stored
        } else {
            self.db.run(
                "INSERT INTO merchants (short_code, id, name) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (number, &merchant.id, &merchant.name),
            )?;
            self.merchant(number)?
        };
        if stored == *merchant { Ok(()) } else { Err(InternalError::new("a merchant that changed")) }
    }
}
