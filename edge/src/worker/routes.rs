//! Every route that the Worker answers, and nothing else.

/// A route, named after its verb and resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the table beside it says what each is")]
pub enum Route {
    Health,
    Description,

    KeyBalance,
    KeyOperations,
    KeyOperation,
    KeyExport,
    KeyWithdrawOperation,
    KeyCreateOperation,
    KeyCashOuts,
    KeyProcessCashOut,
    KeyInfo,

    SignIn,
    Session,
    SignOut,
    ChangePassword,

    Summary,
    RequestKey,
    Keys,
    Key,
    ClaimKey,
    RevokeKey,
    TightenKey,
    RotateKey,
    KeyUsage,
    Attention,
    Approvals,
    Approval,
    Approve,
    Reject,
    Withdraw,
    Operations,
    Operation,
    Export,
    CreateOperation,
    CashOuts,
    ProcessCashOut,
    Users,
    CreateUser,
    ChangeUser,
    ResetPassword,
    Events,
    Audit,
    VerifyAudit,

    CreateDistributor,
    Distributors,
    Distributor,
    VerifyDistributor,
    Suspend,
    Resume,
    AddUser,
    IssuerRevokeKey,
    TopUp,
    Redeem,
    CreateMerchant,
    Wallet,
    VerifyWallet,
    Merchant,
    VerifyMerchant,
    RequestCashOut,
    CancelCashOut,
}

/// How a caller proves who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// Anyone may ask.
    Public,
    /// An API key.
    Key,
    /// Signing in, and one's own session.
    Session,
    /// The admin page's cookie, under a distributor.
    Console,
    /// The issuer's token.
    Issuer,
}

use Area::{Console, Issuer, Key as ByKey, Public, Session as BySession};

/// Method, path, route, area. A `*` in a path is one segment.
pub const ROUTES: &[(&str, &str, Route, Area)] = &[
    ("GET", "/healthz", Route::Health, Public),
    ("GET", "/openapi.json", Route::Description, Public),
    ("GET", "/api/v1/distributors/*/balance", Route::KeyBalance, ByKey),
    ("GET", "/api/v1/distributors/*/operations", Route::KeyOperations, ByKey),
    ("POST", "/api/v1/distributors/*/operations", Route::KeyCreateOperation, ByKey),
    ("GET", "/api/v1/distributors/*/operations/export", Route::KeyExport, ByKey),
    ("GET", "/api/v1/distributors/*/operations/*", Route::KeyOperation, ByKey),
    ("DELETE", "/api/v1/distributors/*/operations/*", Route::KeyWithdrawOperation, ByKey),
    ("GET", "/api/v1/distributors/*/cashouts", Route::KeyCashOuts, ByKey),
    ("PUT", "/api/v1/distributors/*/cashouts/*", Route::KeyProcessCashOut, ByKey),
    ("GET", "/api/v1/distributors/*/api-key", Route::KeyInfo, ByKey),
    ("POST", "/admin/v1/session", Route::SignIn, BySession),
    ("GET", "/admin/v1/session", Route::Session, BySession),
    ("DELETE", "/admin/v1/session", Route::SignOut, BySession),
    ("POST", "/admin/v1/session/password", Route::ChangePassword, BySession),
    ("GET", "/admin/v1/distributors/*", Route::Summary, Console),
    ("POST", "/admin/v1/distributors/*/api-keys", Route::RequestKey, Console),
    ("GET", "/admin/v1/distributors/*/api-keys", Route::Keys, Console),
    ("GET", "/admin/v1/distributors/*/api-keys/*", Route::Key, Console),
    ("POST", "/admin/v1/distributors/*/api-keys/*/claim", Route::ClaimKey, Console),
    ("POST", "/admin/v1/distributors/*/api-keys/*/revoke", Route::RevokeKey, Console),
    ("PATCH", "/admin/v1/distributors/*/api-keys/*", Route::TightenKey, Console),
    ("POST", "/admin/v1/distributors/*/api-keys/*/rotate", Route::RotateKey, Console),
    ("GET", "/admin/v1/distributors/*/api-keys/*/usage", Route::KeyUsage, Console),
    ("GET", "/admin/v1/distributors/*/attention", Route::Attention, Console),
    ("GET", "/admin/v1/distributors/*/approvals", Route::Approvals, Console),
    ("GET", "/admin/v1/distributors/*/approvals/*", Route::Approval, Console),
    ("POST", "/admin/v1/distributors/*/approvals/*/approve", Route::Approve, Console),
    ("POST", "/admin/v1/distributors/*/approvals/*/reject", Route::Reject, Console),
    ("POST", "/admin/v1/distributors/*/approvals/*/withdraw", Route::Withdraw, Console),
    ("GET", "/admin/v1/distributors/*/operations", Route::Operations, Console),
    ("POST", "/admin/v1/distributors/*/operations", Route::CreateOperation, Console),
    ("GET", "/admin/v1/distributors/*/operations/export", Route::Export, Console),
    ("GET", "/admin/v1/distributors/*/operations/*", Route::Operation, Console),
    ("GET", "/admin/v1/distributors/*/cashouts", Route::CashOuts, Console),
    ("PUT", "/admin/v1/distributors/*/cashouts/*", Route::ProcessCashOut, Console),
    ("GET", "/admin/v1/distributors/*/users", Route::Users, Console),
    ("POST", "/admin/v1/distributors/*/users", Route::CreateUser, Console),
    ("PATCH", "/admin/v1/distributors/*/users/*", Route::ChangeUser, Console),
    ("POST", "/admin/v1/distributors/*/users/*/reset-password", Route::ResetPassword, Console),
    ("GET", "/admin/v1/distributors/*/events", Route::Events, Console),
    ("GET", "/admin/v1/distributors/*/audit", Route::Audit, Console),
    ("GET", "/admin/v1/distributors/*/audit/verify", Route::VerifyAudit, Console),
    ("POST", "/issuer/v1/distributors", Route::CreateDistributor, Issuer),
    ("GET", "/issuer/v1/distributors", Route::Distributors, Issuer),
    ("GET", "/issuer/v1/distributors/*", Route::Distributor, Issuer),
    ("GET", "/issuer/v1/distributors/*/verify", Route::VerifyDistributor, Issuer),
    ("POST", "/issuer/v1/distributors/*/suspend", Route::Suspend, Issuer),
    ("POST", "/issuer/v1/distributors/*/resume", Route::Resume, Issuer),
    ("POST", "/issuer/v1/distributors/*/users", Route::AddUser, Issuer),
    ("POST", "/issuer/v1/distributors/*/api-keys/*/revoke", Route::IssuerRevokeKey, Issuer),
    ("POST", "/issuer/v1/distributors/*/topups", Route::TopUp, Issuer),
    ("POST", "/issuer/v1/distributors/*/redemptions", Route::Redeem, Issuer),
    ("POST", "/issuer/v1/merchants", Route::CreateMerchant, Issuer),
    ("GET", "/issuer/v1/wallets/*", Route::Wallet, Issuer),
    ("GET", "/issuer/v1/wallets/*/verify", Route::VerifyWallet, Issuer),
    ("GET", "/issuer/v1/merchants/*", Route::Merchant, Issuer),
    ("GET", "/issuer/v1/merchants/*/verify", Route::VerifyMerchant, Issuer),
    ("POST", "/issuer/v1/wallets/*/cashouts", Route::RequestCashOut, Issuer),
    ("DELETE", "/issuer/v1/wallets/*/cashouts/*", Route::CancelCashOut, Issuer),
];

/// What a method and path lead to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Matched<'a> {
    /// A route, and the path's variable segments: two at most, empty where there are fewer.
    Route(Route, Area, [&'a str; 2]),
    /// The path exists with these methods only.
    OtherMethods(String),
    /// There is no such path.
    Nothing,
}

/// The path's variable segments, where it fits the pattern. Most patterns differ within a few bytes, which is quickly
/// seen, so both are read byte by byte.
fn segments<'a>(pattern: &str, path: &'a str) -> Option<[&'a str; 2]> {
    let mut variable = [""; 2];
    let mut places = variable.iter_mut();
    let mut left = path;
    for expected in pattern.bytes() {
        if expected == b'*' {
            let end = left.bytes().position(|byte| byte == b'/').unwrap_or(left.len());
            let (segment, rest) = left.split_at_checked(end).filter(|(segment, _)| !segment.is_empty())?;
            *places.next()? = segment;
            left = rest;
        } else {
            let first = left.bytes().next();
            if first != Some(expected) {
                return None;
            }
            left = left.get(1..)?;
        }
    }
    left.is_empty().then_some(variable)
}

/// Finds the route of a request; HEAD is answered as GET. The first pattern that fits is the one
/// that is meant: where a fixed word stands, no ID is looked for.
pub(crate) fn find<'a>(method: &str, path: &'a str) -> Matched<'a> {
    let method = if method == "HEAD" { "GET" } else { method };
    let mut meant = None;
    let mut allowed = Vec::new();
    for (verb, pattern, route, area) in ROUTES {
        if let Some(variable) = segments(pattern, path)
            && meant.get_or_insert(*pattern) == pattern
        {
            if *verb == method {
                return Matched::Route(*route, *area, variable);
            }
            allowed.push(*verb);
            if *verb == "GET" {
                allowed.push("HEAD");
            }
        }
    }
    if allowed.is_empty() { Matched::Nothing } else { Matched::OtherMethods(allowed.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_route_is_found_by_its_own_method_and_path() {
        for (method, pattern, route, _) in ROUTES {
            let path = pattern.replace('*', "x");
            assert!(matches!(find(method, &path), Matched::Route(found, ..) if found == *route), "{method} {path}");
            assert_eq!(find(method, &format!("{path}/")), Matched::Nothing, "a trailing slash is nothing");
            assert!(matches!(find("OPTIONS", &path), Matched::OtherMethods(_)));
        }
    }

    #[test]
    fn a_fixed_word_is_no_id() {
        let path = "/api/v1/distributors/x/operations/export";
        assert_eq!(find("OPTIONS", path), Matched::OtherMethods("GET, HEAD".into()));
        assert_eq!(find("DELETE", path), Matched::OtherMethods("GET, HEAD".into()));
    }

    #[test]
    fn other_methods_are_named_and_empty_segments_are_nothing() {
        assert_eq!(find("PATCH", "/healthz"), Matched::OtherMethods("GET, HEAD".into()));
        assert!(matches!(find("HEAD", "/healthz"), Matched::Route(Route::Health, ..)));
        for path in ["/", "/api", "//healthz", "/api/v1/distributors//balance", "/API/v1/distributors/x/balance"] {
            assert_eq!(find("GET", path), Matched::Nothing, "{path}");
        }
    }
}
