//! Rows of the console's routes.

use serde_json::{Value, json};
use universal_wallet_edge::http::routes::Route;
use universal_wallet_tests::person::Person;

use super::house::{House, Member, PHONE, roles, text};
use super::{Asked, Call, Maker, Row};

/// Makes a request and returns its approval; `None` if the caller cannot have made it.
type Ask = fn(&House<'_>, &Member, Asked) -> Option<String>;

/// Every kind of request, and its deciders.
const KINDS: [(&str, &str, Ask); 10] = [
    ("api-key.issue", "c", |house, member, asked| {
        Some(text(&ask_for_key(house, asker(house, member, asked, 'm')?)["approvalID"]))
    }),
    ("api-key.rotate", "c", |house, member, asked| {
        let asker = asker(house, member, asked, 'm')?;
        let path = house.distributor.console(&format!("/api-keys/{}/rotate", house.key_of(asker).id));
        Some(text(&house.edge.post(&path).person(asker).json(json!({})).send().ok()["approvalID"]))
    }),
    ("operation", "c", |house, member, asked| {
        let asker = asker(house, member, asked, 'm')?;
        let path = house.distributor.console("/operations");
        let made = house.edge.post(&path).person(asker).json(cash_in()).send().ok();
        Some(house.distributor.approval_of(&text(&made["operationID"])))
    }),
    // The maker of a key is the maker of the key's operations, also after losing the maker role.
    ("operation of a key", "c", |house, member, asked| {
        let key = match asked {
            Asked::Other => house.key_of(&house.distributor.maker),
            Asked::Own => member.keys.first()?.clone(),
            Asked::AboutThem => return None,
        };
        let made = house.distributor.operation(&key, cash_in()).send().ok();
        Some(house.distributor.approval_of(&text(&made["operationID"])))
    }),
    ("user.create", "ac", |house, member, asked| {
        let asker = asker(house, member, asked, 'a')?;
        let path = house.distributor.console("/users");
        Some(text(&house.edge.post(&path).person(asker).json(newcomer()).send().ok()["approvalID"]))
    }),
    ("user.grant", "ac", |house, member, asked| {
        let (asker, about) = about(house, member, asked)?;
        reject_requests(house, "user.grant", about);
        let path = house.distributor.console(&format!("/users/{}", about.id));
        let wanted = if asked == Asked::AboutThem {
            let more = "vca".chars().find(|role| !member.roles.contains(*role))?;
            format!("{}{more}", member.roles)
        } else {
            house.set_roles(about, "v");
            "mv".into()
        };
        let body = json!({ "roles": roles(&wanted) });
        Some(text(&house.edge.patch(&path).person(asker).json(body).send().ok()["approvalID"]))
    }),
    ("user.reset", "ac", |house, member, asked| {
        let (asker, about) = about(house, member, asked)?;
        reject_requests(house, "user.reset", about);
        let path = house.distributor.console(&format!("/users/{}/reset-password", about.id));
        Some(text(&house.edge.post(&path).person(asker).send().ok()["approvalID"]))
    }),
    ("webhook.create", "c", |house, member, asked| {
        Some(text(&ask_for_endpoint(house, asker(house, member, asked, 'm')?)["approvalID"]))
    }),
    ("webhook.rotate", "c", |house, member, asked| {
        let asker = asker(house, member, asked, 'm')?;
        let path = house.distributor.console(&format!("/webhooks/{}/rotate-secret", endpoint(house)));
        Some(text(&house.edge.post(&path).person(asker).json(json!({})).send().ok()["approvalID"]))
    }),
    ("webhook.enable", "c", |house, member, asked| {
        let asker = asker(house, member, asked, 'm')?;
        let path = house.distributor.console(&format!("/webhooks/{}/enable", disabled_endpoint(house)));
        Some(text(&house.edge.post(&path).person(asker).json(json!({})).send().ok()["approvalID"]))
    }),
];

/// Asks for an endpoint. Those before it leave their places, since only ten may be open.
fn ask_for_endpoint(house: &House<'_>, asker: &Person) -> Value {
    house.edge.sql("DISTRIBUTOR", &house.distributor.id, "UPDATE webhooks SET live = 0", json!([]));
    let path = house.distributor.console("/webhooks");
    let body = json!({ "url": "https://hooks.example.com", "events": ["float.redeemed"] });
    house.edge.post(&path).person(asker).json(body).send().ok()
}

/// An endpoint whose secret waits for its maker.
fn unclaimed_endpoint(house: &House<'_>, asker: &Person) -> String {
    let asked = ask_for_endpoint(house, asker);
    house.distributor.approve(&house.distributor.checker, &text(&asked["approvalID"])).ok();
    text(&asked["webhookID"])
}

/// An endpoint that sends.
fn endpoint(house: &House<'_>) -> String {
    let maker = &house.distributor.maker;
    let id = unclaimed_endpoint(house, maker);
    house.distributor.webhook(maker, &format!("/{id}/claim"), json!({})).ok();
    id
}

fn disabled_endpoint(house: &House<'_>) -> String {
    let id = endpoint(house);
    house.distributor.webhook(&house.distributor.maker, &format!("/{id}/disable"), json!({ "reason": "moves" })).ok();
    id
}

/// A delivery of an endpoint that sends: the path after the endpoints.
fn delivery(house: &House<'_>) -> String {
    let id = endpoint(house);
    let made = house.distributor.webhook(&house.distributor.maker, &format!("/{id}/test"), json!({})).ok();
    format!("{id}/deliveries/{}", text(&made["deliveryID"]))
}

/// Rejects every open request of a kind about a person, since an equal one would be refused.
fn reject_requests(house: &House<'_>, kind: &str, about: &Person) {
    let (edge, distributor) = (house.edge, &house.distributor);
    let path = distributor.console(&format!("/approvals?status=pending&kind={kind}"));
    let open = edge.get(&path).person(&distributor.checker).send().ok();
    for request in open["items"].as_array().unwrap().iter().filter(|it| it["subject"]["userID"] == *about.id) {
        let path = distributor.console(&format!("/approvals/{}/reject", text(&request["approvalID"])));
        edge.post(&path).person(&distributor.checker).json(json!({ "reason": "no" })).send().ok();
    }
}

fn cash_in() -> Value {
    json!({ "operationType": "cash-in", "amount": "0.01", "phoneTo": PHONE })
}

fn newcomer() -> Value {
    json!({ "login": format!("{}@bank.test", uuid::Uuid::new_v4()), "name": "New", "roles": ["viewer"] })
}

fn ask_for_key(house: &House<'_>, asker: &Person) -> Value {
    house.distributor.ask_for_key(asker, json!({ "label": "Till", "permissions": ["read-balance"] })).ok()
}

/// The requester: another person, or the caller if they hold the role for it.
fn asker<'a>(house: &'a House<'_>, member: &'a Member, asked: Asked, role: char) -> Option<&'a Person> {
    match asked {
        Asked::Other => Some(&house.distributor.maker),
        Asked::Own => (member.is_active() && member.roles.contains(role)).then_some(&member.person),
        Asked::AboutThem => None,
    }
}

/// The requester of a change of a member, and the member.
fn about<'a>(house: &'a House<'_>, member: &'a Member, asked: Asked) -> Option<(&'a Person, &'a Person)> {
    match asked {
        Asked::AboutThem => member.is_active().then_some((&house.distributor.maker, &member.person)),
        _ => Some((asker(house, member, asked, 'a')?, &house.target)),
    }
}

/// A key in use: another person's, or the caller's own at a given place.
fn key(house: &House<'_>, member: &Member, asked: Asked, place: usize) -> Option<String> {
    match asked {
        Asked::Other => Some(house.key_of(&house.distributor.maker).id),
        Asked::Own => member.keys.get(place).map(|key| key.id.clone()),
        Asked::AboutThem => None,
    }
}

fn call(house: &House<'_>, method: &'static str, path: &str, body: Value) -> Call {
    Call { method, path: house.distributor.console(path), body }
}

fn row(
    route: Route,
    about: &'static str,
    may: &'static str,
    maker: Maker,
    prepare: impl Fn(&House<'_>, &Member, Asked) -> Option<Call> + 'static,
) -> Row {
    Row { route, about, may, maker, prepare: Box::new(prepare) }
}

/// A call about nothing that somebody requested.
fn about_nothing(route: Route, may: &'static str, prepare: impl Fn(&House<'_>) -> Call + 'static) -> Row {
    let prepare = move |house: &House<'_>, _: &Member, asked| (asked == Asked::Other).then(|| prepare(house));
    row(route, "", may, Maker::AsAnybody, prepare)
}

/// Approving, rejecting and withdrawing one kind of request.
fn decisions((about, may, ask): (&'static str, &'static str, Ask)) -> [Row; 3] {
    let decide = move |route, may, maker, act: &'static str, body: fn(&House<'_>, &str) -> Value| {
        row(route, about, may, maker, move |house, member, asked| {
            let path = format!("/approvals/{}", ask(house, member, asked)?);
            let body = body(house, &path);
            Some(call(house, "POST", &format!("{path}/{act}"), body))
        })
    };
    let digest = |house: &House<'_>, path: &str| {
        let read = house.edge.get(&house.distributor.console(path)).person(&house.distributor.maker).send().ok();
        json!({ "digest": read["digest"] })
    };
    [
        decide(Route::Approve, may, Maker::Never, "approve", digest),
        decide(Route::Reject, may, Maker::Never, "reject", |_, _| json!({ "reason": "no" })),
        decide(Route::Withdraw, "amcv", Maker::Alone, "withdraw", |_, _| json!({})),
    ]
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = vec![
        about_nothing(Route::RequestKey, "m", |house| {
            call(house, "POST", "/api-keys", json!({ "label": "Till", "permissions": ["read-balance"] }))
        }),
        row(Route::ClaimKey, "", "m", Maker::Alone, |house, member, asked| {
            let asked = ask_for_key(house, asker(house, member, asked, 'm')?);
            house.distributor.approve(&house.distributor.checker, &text(&asked["approvalID"])).ok();
            Some(call(house, "POST", &format!("/api-keys/{}/claim", text(&asked["keyID"])), json!({})))
        }),
        row(Route::RevokeKey, "", "amc", Maker::AsAnybody, |house, member, asked| {
            let key = key(house, member, asked, 1)?;
            Some(call(house, "POST", &format!("/api-keys/{key}/revoke"), json!({ "reason": "lost" })))
        }),
        row(Route::TightenKey, "", "amc", Maker::AsAnybody, |house, member, asked| {
            let key = key(house, member, asked, 0)?;
            Some(call(house, "PATCH", &format!("/api-keys/{key}"), json!({ "maxTransactionAmount": "900.00" })))
        }),
        row(Route::RotateKey, "", "m", Maker::AsAnybody, |house, member, asked| {
            let key = key(house, member, asked, 0)?;
            Some(call(house, "POST", &format!("/api-keys/{key}/rotate"), json!({})))
        }),
        about_nothing(Route::RequestOperation, "m", |house| call(house, "POST", "/operations", cash_in())),
        about_nothing(Route::RequestProcessCashOut, "m", |house| {
            let request = house.distributor.request_cash_out(PHONE, "0.01");
            call(house, "PUT", &format!("/cashouts/{request}"), json!({ "cashOutFulfillmentType": "cash" }))
        }),
        about_nothing(Route::RequestUser, "a", |house| call(house, "POST", "/users", newcomer())),
        about_nothing(Route::ChangeSettings, "a", |house| {
            call(house, "PATCH", "/settings", json!({ "lowFloat": "1.00" }))
        }),
        about_nothing(Route::ChangeUser, "a", |house| {
            call(house, "PATCH", &format!("/users/{}", house.target.id), json!({ "roles": ["viewer"] }))
        }),
        about_nothing(Route::RequestPasswordReset, "a", |house| {
            reject_requests(house, "user.reset", &house.target);
            call(house, "POST", &format!("/users/{}/reset-password", house.target.id), json!({}))
        }),
        about_nothing(Route::RequestWebhook, "m", |house| {
            house.edge.sql("DISTRIBUTOR", &house.distributor.id, "UPDATE webhooks SET live = 0", json!([]));
            let body = json!({ "url": "https://hooks.example.com", "events": ["float.redeemed"] });
            call(house, "POST", "/webhooks", body)
        }),
        row(Route::ClaimWebhookSecret, "", "m", Maker::Alone, |house, member, asked| {
            let id = unclaimed_endpoint(house, asker(house, member, asked, 'm')?);
            Some(call(house, "POST", &format!("/webhooks/{id}/claim"), json!({})))
        }),
        about_nothing(Route::RotateWebhookSecret, "m", |house| {
            call(house, "POST", &format!("/webhooks/{}/rotate-secret", endpoint(house)), json!({}))
        }),
        about_nothing(Route::DisableWebhook, "amc", |house| {
            call(house, "POST", &format!("/webhooks/{}/disable", endpoint(house)), json!({ "reason": "moves" }))
        }),
        about_nothing(Route::EnableWebhook, "m", |house| {
            call(house, "POST", &format!("/webhooks/{}/enable", disabled_endpoint(house)), json!({}))
        }),
        about_nothing(Route::TestWebhook, "am", |house| {
            call(house, "POST", &format!("/webhooks/{}/test", endpoint(house)), json!({}))
        }),
        about_nothing(Route::ResendWebhookDelivery, "am", |house| {
            call(house, "POST", &format!("/webhooks/{}/resend", delivery(house)), json!({}))
        }),
    ];
    rows.extend(KINDS.into_iter().flat_map(decisions));
    rows
}
