//! Route table of the Worker: name, method, path and required access.

use universal_wallet_core::keys::settings::Permission::{self, PerformOperations, ReadBalance, ReadTransactions};
use universal_wallet_core::people::model::Role;

/// Authentication scheme and rights that a route requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// No authentication.
    Public,
    /// An API key with this permission; `None` accepts any key.
    Key(Option<Permission>),
    /// Sign-in, and the caller's own session.
    Session,
    /// A signed-in member with one of these roles; an empty list accepts any member.
    Console(&'static [Role]),
    /// The issuer's token.
    Issuer,
}

/// Any member.
const ANY: &[Role] = &[];
/// Roles that manage users.
const ADMIN: &[Role] = &[Role::Admin];
/// Roles that make requests.
const MAKER: &[Role] = &[Role::Maker];
/// Roles that decide; admins also decide about users.
const DECIDERS: &[Role] = &[Role::Checker, Role::Admin];
/// Roles that may tighten at once.
const ACTIVE: &[Role] = &[Role::Maker, Role::Checker, Role::Admin];

/// Roles that may have messages sent.
const SENDERS: &[Role] = &[Role::Maker, Role::Admin];

macro_rules! routes {
    ($($name:ident $id:literal $method:ident $pattern:literal $access:expr $(; $($parameter:literal)*)?,)*) => {
        /// A route, named by its operationId in the API description. Names are stable, since messages between the
        /// Worker and the objects, and stored idempotency scopes, contain them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "the table says what each is")]
        pub enum Route { $($name),* }

        impl Route {
            /// All routes in the table's order. First match wins, so literal segments must precede `*`.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Stable name: the operationId.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id),* }
            }

            /// Method; HEAD is answered as GET.
            pub const fn method(self) -> &'static str {
                match self { $(Self::$name => stringify!($method)),* }
            }

            /// Path; each `*` is one variable segment.
            pub const fn pattern(self) -> &'static str {
                match self { $(Self::$name => $pattern),* }
            }

            /// Required access.
            pub const fn access(self) -> Access {
                use Access::{Console, Issuer, Key, Public, Session};
                match self { $(Self::$name => $access),* }
            }

            /// Names of the query's parameters.
            pub const fn parameters(self) -> &'static [&'static str] {
                match self { $(Self::$name => &[$($($parameter),*)?]),* }
            }
        }
    };
}

#[rustfmt::skip]
routes! {
    GetHealth "getHealth" GET "/healthz" Public,
    GetDescription "getDescription" GET "/openapi.json" Public,
    GetBalance "getBalance" GET "/api/v1/distributors/*/balance" Key(Some(ReadBalance)),
    ListOperations "listOperations" GET "/api/v1/distributors/*/operations" Key(Some(ReadTransactions)); "limit" "offset" "cursor" "status" "operationType" "phone" "reference" "keyID" "amount" "from" "to",
    CreateOperation "createOperation" POST "/api/v1/distributors/*/operations" Key(Some(PerformOperations)),
    ExportOperations "exportOperations" GET "/api/v1/distributors/*/operations/export" Key(Some(ReadTransactions)); "format" "from" "to" "status" "operationType" "phone" "reference" "keyID" "amount",
    GetOperation "getOperation" GET "/api/v1/distributors/*/operations/*" Key(Some(ReadTransactions)),
    WithdrawOperation "withdrawOperation" DELETE "/api/v1/distributors/*/operations/*" Key(Some(PerformOperations)),
    ListCashOuts "listCashOuts" GET "/api/v1/distributors/*/cashouts" Key(Some(ReadTransactions)); "limit" "cursor",
    ProcessCashOut "processCashOut" PUT "/api/v1/distributors/*/cashouts/*" Key(Some(PerformOperations)),
    GetStatement "getStatement" GET "/api/v1/distributors/*/statements/*" Key(Some(ReadTransactions)); "format",
    GetMerchantName "getMerchantName" GET "/api/v1/distributors/*/merchants/*" Key(None),
    GetCallingKey "getCallingKey" GET "/api/v1/distributors/*/api-key" Key(None),
    SignIn "signIn" POST "/admin/v1/session" Session,
    GetSession "getSession" GET "/admin/v1/session" Session,
    SignOut "signOut" DELETE "/admin/v1/session" Session,
    ChangePassword "changePassword" POST "/admin/v1/session/password" Session,
    BeginProof "beginProof" POST "/admin/v1/session/second-factor/options" Session,
    ProveSecondFactor "proveSecondFactor" POST "/admin/v1/session/second-factor" Session,
    BeginPasskeySignIn "beginPasskeySignIn" POST "/admin/v1/session/passkey/options" Session,
    SignInByPasskey "signInByPasskey" POST "/admin/v1/session/passkey" Session,
    BeginTotp "beginTotp" POST "/admin/v1/session/totp" Session,
    ConfirmTotp "confirmTotp" POST "/admin/v1/session/totp/confirm" Session,
    BeginPasskey "beginPasskey" POST "/admin/v1/session/passkeys/options" Session,
    EnrolPasskey "enrolPasskey" POST "/admin/v1/session/passkeys" Session,
    ListFactors "listFactors" GET "/admin/v1/session/factors" Session,
    RemoveFactor "removeFactor" DELETE "/admin/v1/session/factors/*" Session,
    MakeRecoveryCodes "makeRecoveryCodes" POST "/admin/v1/session/recovery-codes" Session,
    JoinDistributor "joinDistributor" POST "/admin/v1/session/memberships" Session,
    LeaveDistributor "leaveDistributor" DELETE "/admin/v1/session/memberships/*" Session,
    GetDistributor "getDistributor" GET "/admin/v1/distributors/*" Console(ANY),
    RequestKey "requestKey" POST "/admin/v1/distributors/*/api-keys" Console(MAKER),
    ListKeys "listKeys" GET "/admin/v1/distributors/*/api-keys" Console(ANY); "limit" "cursor" "status",
    GetKey "getKey" GET "/admin/v1/distributors/*/api-keys/*" Console(ANY),
    ClaimKey "claimKey" POST "/admin/v1/distributors/*/api-keys/*/claim" Console(MAKER),
    RevokeKey "revokeKey" POST "/admin/v1/distributors/*/api-keys/*/revoke" Console(ACTIVE),
    TightenKey "tightenKey" PATCH "/admin/v1/distributors/*/api-keys/*" Console(ACTIVE),
    RotateKey "rotateKey" POST "/admin/v1/distributors/*/api-keys/*/rotate" Console(MAKER),
    GetKeyUsage "getKeyUsage" GET "/admin/v1/distributors/*/api-keys/*/usage" Console(ANY); "days",
    GetAttention "getAttention" GET "/admin/v1/distributors/*/attention" Console(ANY),
    GetSettings "getSettings" GET "/admin/v1/distributors/*/settings" Console(ANY),
    ChangeSettings "changeSettings" PATCH "/admin/v1/distributors/*/settings" Console(ADMIN),
    ListApprovals "listApprovals" GET "/admin/v1/distributors/*/approvals" Console(ANY); "limit" "cursor" "status" "kind" "order",
    GetApproval "getApproval" GET "/admin/v1/distributors/*/approvals/*" Console(ANY),
    Approve "approve" POST "/admin/v1/distributors/*/approvals/*/approve" Console(DECIDERS),
    Reject "reject" POST "/admin/v1/distributors/*/approvals/*/reject" Console(DECIDERS),
    Withdraw "withdraw" POST "/admin/v1/distributors/*/approvals/*/withdraw" Console(ANY),
    ListConsoleOperations "listConsoleOperations" GET "/admin/v1/distributors/*/operations" Console(ANY); "limit" "offset" "cursor" "status" "operationType" "phone" "reference" "keyID" "amount" "from" "to",
    RequestOperation "requestOperation" POST "/admin/v1/distributors/*/operations" Console(MAKER),
    ExportConsoleOperations "exportConsoleOperations" GET "/admin/v1/distributors/*/operations/export" Console(ANY); "format" "from" "to" "status" "operationType" "phone" "reference" "keyID" "amount",
    GetConsoleOperation "getConsoleOperation" GET "/admin/v1/distributors/*/operations/*" Console(ANY),
    ListConsoleCashOuts "listConsoleCashOuts" GET "/admin/v1/distributors/*/cashouts" Console(ANY); "limit" "cursor",
    RequestProcessCashOut "requestProcessCashOut" PUT "/admin/v1/distributors/*/cashouts/*" Console(MAKER),
    GetConsoleStatement "getConsoleStatement" GET "/admin/v1/distributors/*/statements/*" Console(ANY); "format",
    GetConsoleMerchantName "getConsoleMerchantName" GET "/admin/v1/distributors/*/merchants/*" Console(ANY),
    RequestWebhook "requestWebhook" POST "/admin/v1/distributors/*/webhooks" Console(MAKER),
    ListWebhooks "listWebhooks" GET "/admin/v1/distributors/*/webhooks" Console(ANY); "limit" "cursor",
    GetWebhook "getWebhook" GET "/admin/v1/distributors/*/webhooks/*" Console(ANY),
    ClaimWebhookSecret "claimWebhookSecret" POST "/admin/v1/distributors/*/webhooks/*/claim" Console(MAKER),
    RotateWebhookSecret "rotateWebhookSecret" POST "/admin/v1/distributors/*/webhooks/*/rotate-secret" Console(MAKER),
    DisableWebhook "disableWebhook" POST "/admin/v1/distributors/*/webhooks/*/disable" Console(ACTIVE),
    EnableWebhook "enableWebhook" POST "/admin/v1/distributors/*/webhooks/*/enable" Console(MAKER),
    TestWebhook "testWebhook" POST "/admin/v1/distributors/*/webhooks/*/test" Console(SENDERS),
    ListWebhookDeliveries "listWebhookDeliveries" GET "/admin/v1/distributors/*/webhooks/*/deliveries" Console(ANY); "limit" "cursor",
    ResendWebhookDelivery "resendWebhookDelivery" POST "/admin/v1/distributors/*/webhooks/*/deliveries/*/resend" Console(SENDERS),
    ListUsers "listUsers" GET "/admin/v1/distributors/*/users" Console(ANY); "limit" "cursor",
    RequestUser "requestUser" POST "/admin/v1/distributors/*/users" Console(ADMIN),
    ChangeUser "changeUser" PATCH "/admin/v1/distributors/*/users/*" Console(ADMIN),
    RequestPasswordReset "requestPasswordReset" POST "/admin/v1/distributors/*/users/*/reset-password" Console(ADMIN),
    ListenToEvents "listenToEvents" GET "/admin/v1/distributors/*/events" Console(ANY); "person",
    ListAudit "listAudit" GET "/admin/v1/distributors/*/audit" Console(ANY); "limit" "cursor",
    VerifyAudit "verifyAudit" GET "/admin/v1/distributors/*/audit/verify" Console(ANY); "from",
    CreateDistributor "createDistributor" POST "/issuer/v1/distributors" Issuer,
    ListDistributors "listDistributors" GET "/issuer/v1/distributors" Issuer; "cursor",
    GetPosition "getPosition" GET "/issuer/v1/distributors/*" Issuer,
    VerifyDistributor "verifyDistributor" GET "/issuer/v1/distributors/*/verify" Issuer; "from",
    SuspendDistributor "suspendDistributor" POST "/issuer/v1/distributors/*/suspend" Issuer,
    ResumeDistributor "resumeDistributor" POST "/issuer/v1/distributors/*/resume" Issuer,
    AddUser "addUser" POST "/issuer/v1/distributors/*/users" Issuer,
    ResetPassword "resetPassword" POST "/issuer/v1/users/*/reset-password" Issuer,
    RevokeKeyOfDistributor "revokeKeyOfDistributor" POST "/issuer/v1/distributors/*/api-keys/*/revoke" Issuer,
    TopUp "topUp" POST "/issuer/v1/distributors/*/topups" Issuer,
    Redeem "redeem" POST "/issuer/v1/distributors/*/redemptions" Issuer,
    CreateMerchant "createMerchant" POST "/issuer/v1/merchants" Issuer,
    GetWallet "getWallet" GET "/issuer/v1/wallets/*" Issuer,
    VerifyWallet "verifyWallet" GET "/issuer/v1/wallets/*/verify" Issuer,
    GetMerchant "getMerchant" GET "/issuer/v1/merchants/*" Issuer,
    VerifyMerchant "verifyMerchant" GET "/issuer/v1/merchants/*/verify" Issuer,
    RequestCashOut "requestCashOut" POST "/issuer/v1/wallets/*/cashouts" Issuer,
    CancelCashOut "cancelCashOut" DELETE "/issuer/v1/wallets/*/cashouts/*" Issuer,
}

impl Route {
    /// True if unknown parameters are ignored: on the reference's own routes, whose clients may send more than is read
    /// here, and on those that anyone may read.
    pub const fn ignores_unknown_parameters(self) -> bool {
        matches!(
            self,
            Self::GetHealth
                | Self::GetDescription
                | Self::GetBalance
                | Self::ListOperations
                | Self::CreateOperation
                | Self::ListCashOuts
                | Self::ProcessCashOut
        )
    }

    /// The route with a stable name.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|route| route.id() == id)
    }
}

/// Result of matching a method and path.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Matched<'a> {
    /// A route with the path's variable segments: at most three, the rest empty.
    Route(Route, [&'a str; 3]),
    /// The path exists, but only with these methods.
    OtherMethods(String),
    /// The path does not exist.
    Nothing,
}

/// The path's variable segments, if the path fits the pattern. Most patterns differ within the first few bytes, so
/// comparing byte by byte stops early.
fn segments<'a>(pattern: &str, path: &'a str) -> Option<[&'a str; 3]> {
    let mut variable = [""; 3];
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

/// Finds the route of a request; HEAD is answered as GET. First match wins, so a literal segment is never read as an
/// ID.
pub(crate) fn find<'a>(method: &str, path: &'a str) -> Matched<'a> {
    let method = if method == "HEAD" { "GET" } else { method };
    let mut meant = None;
    let mut allowed = Vec::new();
    for route in Route::ALL {
        let (verb, pattern) = (route.method(), route.pattern());
        if let Some(variable) = segments(pattern, path)
            && *meant.get_or_insert(pattern) == pattern
        {
            if verb == method {
                return Matched::Route(*route, variable);
            }
            allowed.push(verb);
            if verb == "GET" {
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
        for route in Route::ALL {
            let (method, path) = (route.method(), route.pattern().replace('*', "x"));
            assert_eq!(Route::from_id(route.id()), Some(*route));
            assert!(matches!(find(method, &path), Matched::Route(found, _) if found == *route), "{method} {path}");
            assert_eq!(find(method, &format!("{path}/")), Matched::Nothing, "a trailing slash is nothing");
            assert!(matches!(find("OPTIONS", &path), Matched::OtherMethods(_)));
        }
    }

    #[test]
    fn a_literal_segment_is_not_an_id() {
        let path = "/api/v1/distributors/x/operations/export";
        assert_eq!(find("OPTIONS", path), Matched::OtherMethods("GET, HEAD".into()));
        assert_eq!(find("DELETE", path), Matched::OtherMethods("GET, HEAD".into()));
    }

    #[test]
    fn other_methods_are_named_and_empty_segments_are_nothing() {
        assert_eq!(find("PATCH", "/healthz"), Matched::OtherMethods("GET, HEAD".into()));
        assert!(matches!(find("HEAD", "/healthz"), Matched::Route(Route::GetHealth, ..)));
        for path in ["/", "/api", "//healthz", "/api/v1/distributors//balance", "/API/v1/distributors/x/balance"] {
            assert_eq!(find("GET", path), Matched::Nothing, "{path}");
        }
    }
}
