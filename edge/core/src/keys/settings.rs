//! Settings of a key: permissions, limits, addresses.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use universal_wallet_sdk::Amount;

use crate::text::body::Body;
use crate::text::ip::{self, IPBlock};

/// Permission of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Permission {
    /// `GET /balance`.
    #[serde(rename = "read-balance")]
    ReadBalance,
    /// Reading operations and cash-out requests.
    #[serde(rename = "read-transactions")]
    ReadTransactions,
    /// Moving money.
    #[serde(rename = "perform-operations")]
    PerformOperations,
}

impl Permission {
    /// Wire name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadBalance => "read-balance",
            Self::ReadTransactions => "read-transactions",
            Self::PerformOperations => "perform-operations",
        }
    }
}

/// A text that is not a [`Permission`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PermissionError;

impl fmt::Display for PermissionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("must be read-balance, read-transactions or perform-operations")
    }
}

impl FromStr for Permission {
    type Err = PermissionError;

    fn from_str(text: &str) -> Result<Self, PermissionError> {
        [Self::ReadBalance, Self::ReadTransactions, Self::PerformOperations]
            .into_iter()
            .find(|permission| permission.as_str() == text)
            .ok_or(PermissionError)
    }
}

/// Settings of a key: the content that two people agree on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// The label its maker gave the key.
    pub label: String,
    /// Permissions of the key.
    pub permissions: Vec<Permission>,
    /// The largest amount of one operation; `None` means no limit.
    pub max_transaction_amount: Option<Amount>,
    /// The volume of one UTC day, shared by a key and its rotated predecessors; `None` means no limit.
    pub max_daily_volume: Option<Amount>,
    /// Addresses that the key may be used from; an empty list allows any.
    #[serde(rename = "allowedIPs")]
    pub allowed_ips: Vec<IPBlock>,
    /// Lifetime in days, from the claim.
    pub expires_in_days: i64,
    /// Operations up to this amount need no checker.
    pub auto_approve_limit: Amount,
    /// The maker's note to the checker.
    pub note: Option<String>,
}

/// Reads a limit from a PATCH; null and the empty text mean no limit.
pub fn read_limit(body: &mut Body, field: &str) -> Option<Amount> {
    if body.is_empty_text(field) {
        body.skip(field);
        return None;
    }
    body.amount(field)
}

/// Reads an IP list, in normal form and without duplicates.
pub fn read_ips(body: &mut Body, field: &str) -> Vec<IPBlock> {
    let mut blocks: Vec<IPBlock> = Vec::new();
    for block in body.list(field).unwrap_or_default() {
        if !blocks.contains(&block) {
            blocks.push(block);
        }
    }
    if blocks.len() > 50 {
        body.error(field, "must have at most 50 addresses or blocks");
    }
    blocks
}

/// Reads permissions: at least one, none twice.
pub fn read_permissions(body: &mut Body, field: &str) -> Vec<Permission> {
    if !body.has(field) {
        body.error(field, "is required");
        return Vec::new();
    }
    let before = body.mistakes();
    let permissions: Vec<Permission> = body.list(field).unwrap_or_default();
    let repeated = |place: usize| permissions.iter().take(place).any(|before| permissions.get(place) == Some(before));
    if body.mistakes() == before {
        if permissions.is_empty() {
            body.error(field, "must name at least one permission");
        } else if (0..permissions.len()).any(repeated) {
            body.error(field, "must not name a permission twice");
        }
    }
    permissions
}

impl Settings {
    /// Reads and checks the settings of a new key; mistakes are recorded in the body.
    pub fn read(body: &mut Body) -> Option<Self> {
        let before = body.mistakes();
        let settings = Self {
            label: body.title("label", 64).unwrap_or_default(),
            permissions: read_permissions(body, "permissions"),
            max_transaction_amount: body.amount("maxTransactionAmount"),
            max_daily_volume: body.amount("maxDailyVolume"),
            allowed_ips: read_ips(body, "allowedIPs"),
            expires_in_days: body.integer("expiresInDays", 1, 365).unwrap_or(365),
            auto_approve_limit: body.amount("autoApproveLimit").unwrap_or_default(),
            note: body.remark("note", 256),
        };
        if body.mistakes() == before
            && let Some((field, message)) = settings.inconsistency()
        {
            body.error(field, message);
        }
        (body.mistakes() == before).then_some(settings)
    }

    /// The first contradiction among the limits: field and reason.
    pub fn inconsistency(&self) -> Option<(&'static str, &'static str)> {
        let (max, day, auto) = (self.max_transaction_amount, self.max_daily_volume, self.auto_approve_limit);
        if let (Some(max), Some(day)) = (max, day)
            && max > day
        {
            return Some(("maxTransactionAmount", "must not be more than maxDailyVolume"));
        }
        if !auto.is_zero() && (max.is_none() || day.is_none()) {
            return Some(("autoApproveLimit", "needs both maxTransactionAmount and maxDailyVolume"));
        }
        if max.is_some_and(|max| auto > max) {
            return Some(("autoApproveLimit", "must not be more than maxTransactionAmount"));
        }
        None
    }

    /// Takes over the fields in which `after` differs from `before`, each as tight as the tighter of both: limits by the
    /// least, permissions and addresses by what both have. `None` where nothing is left that both have.
    #[must_use]
    pub fn tightened_by(&self, before: &Self, after: &Self) -> Option<Self> {
        let least = |own: Option<Amount>, other: Option<Amount>| own.into_iter().chain(other).min();
        let mut tight = self.clone();
        if before.max_transaction_amount != after.max_transaction_amount {
            tight.max_transaction_amount = least(self.max_transaction_amount, after.max_transaction_amount);
        }
        if before.max_daily_volume != after.max_daily_volume {
            tight.max_daily_volume = least(self.max_daily_volume, after.max_daily_volume);
        }
        if before.auto_approve_limit != after.auto_approve_limit {
            tight.auto_approve_limit = self.auto_approve_limit.min(after.auto_approve_limit);
        }
        if before.permissions != after.permissions {
            tight.permissions.retain(|permission| after.permissions.contains(permission));
        }
        if before.allowed_ips != after.allowed_ips {
            tight.allowed_ips = ip::intersection(&self.allowed_ips, &after.allowed_ips)?;
        }
        tight.lower_dependent_limits();
        (!tight.permissions.is_empty()).then_some(tight)
    }

    /// Lowers limits that others bound: the amount of one operation by the volume of a day, and the auto-approved amount
    /// by that of one operation.
    pub fn lower_dependent_limits(&mut self) {
        if let (Some(most), Some(day)) = (self.max_transaction_amount, self.max_daily_volume) {
            self.max_transaction_amount = Some(most.min(day));
        }
        if let Some(most) = self.max_transaction_amount {
            self.auto_approve_limit = self.auto_approve_limit.min(most);
        }
    }

    /// True if the key may be used from the address; a key with a list needs a known address.
    pub fn admits(&self, address: Option<IpAddr>) -> bool {
        self.allowed_ips.is_empty()
            || address.is_some_and(|address| self.allowed_ips.iter().any(|block| block.contains(address)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Code, Refusal};

    fn read(text: &str) -> Result<Settings, Refusal> {
        let mut body = Body::parse(text)?;
        let settings = Settings::read(&mut body);
        body.finish()?;
        Ok(settings.unwrap())
    }

    #[test]
    fn minimal_settings_have_the_contracts_defaults() {
        let settings = read(r#"{"label":" Till 1 ","permissions":["read-balance"]}"#).unwrap();
        assert_eq!(settings.label, "Till 1");
        assert_eq!((settings.expires_in_days, settings.auto_approve_limit), (365, Amount::ZERO));
        assert_eq!((settings.max_transaction_amount, settings.max_daily_volume), (None, None));
        let settings = read(r#"{"label":"x","permissions":["read-balance"],"maxDailyVolume":null,"allowedIPs":null}"#);
        assert_eq!(settings.unwrap().max_daily_volume, None);
    }

    #[test]
    fn each_wrong_setting_is_named() {
        for (members, field) in [
            (r#""label":"  ""#, "label"),
            (r#""label":"a\u0007b""#, "label"),
            (r#""permissions":[]"#, "permissions"),
            (r#""permissions":["read-balance","read-balance"]"#, "permissions"),
            (r#""permissions":["read-balance","own-it"]"#, "permissions[1]"),
            (r#""expiresInDays":0"#, "expiresInDays"),
            (r#""expiresInDays":366"#, "expiresInDays"),
            (r#""expiresInDays":1.5"#, "expiresInDays"),
            (r#""expiresInDays":"30""#, "expiresInDays"),
            (r#""allowedIPs":["1.2.3.4","::/0"]"#, "allowedIPs[1]"),
            (r#""maxTransactionAmount":"2","maxDailyVolume":"1""#, "maxTransactionAmount"),
            (r#""autoApproveLimit":"1""#, "autoApproveLimit"),
            (r#""autoApproveLimit":"1","maxDailyVolume":"9""#, "autoApproveLimit"),
            (r#""autoApproveLimit":"2","maxTransactionAmount":"1","maxDailyVolume":"9""#, "autoApproveLimit"),
        ] {
            let mut text = String::from("{");
            for (name, value) in [("label", r#""x""#), ("permissions", r#"["read-balance"]"#)] {
                if !members.contains(&format!("\"{name}\"")) {
                    text.extend(["\"", name, "\":", value, ","]);
                }
            }
            let refusal = read(&format!("{text}{members}}}")).unwrap_err();
            assert_eq!((refusal.code, refusal.fields[0].field.as_str()), (Code::InvalidRequest, field), "{members}");
        }
        for amount in ["\"1.001\"", "\"\"", "10"] {
            let text = format!(
                r#"{{"label":"x","permissions":["read-balance"],"maxTransactionAmount":{amount},"maxDailyVolume":"9","autoApproveLimit":"1"}}"#
            );
            let refusal = read(&text).unwrap_err();
            assert_eq!((refusal.code, refusal.fields.len()), (Code::InvalidAmount, 1), "{amount}");
        }
    }
}
