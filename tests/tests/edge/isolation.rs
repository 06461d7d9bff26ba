//! Nothing under one distributor reads or changes another's data: every route, with the other's
//! IDs in every position.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use universal_wallet_edge::http::routes::{Access, Route};
use universal_wallet_tests::answer::Answer;
use universal_wallet_tests::distributor::{ALL, Distributor};
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::key::Key;
use universal_wallet_tests::person::Person;
use universal_wallet_tests::powers::real_now;

/// A distributor with unique names, numbers and IDs.
struct Office<'a> {
    distributor: Distributor<'a>,
    key: Key,
    phone: String,
    /// IDs and names that paths may hold, each with its kind.
    ids: Vec<(&'static str, String)>,
    /// The digest of a pending request.
    digest: Value,
    /// Texts that no answer to anybody else may hold.
    marks: Vec<String>,
    /// The cursor of a second page, by list.
    cursors: BTreeMap<String, String>,
}

impl<'a> Office<'a> {
    fn new(edge: &'a Edge, number: usize) -> Self {
        let distributor = edge.distributor();
        let (phone, amount, label) =
            (format!("+234803{number}234567"), format!("{number}1.{number}7"), format!("Till of office {number}"));
        let key = distributor.key(json!({
            "label": label, "permissions": ALL, "maxTransactionAmount": "1000.00", "maxDailyVolume": "9000.00",
            "autoApproveLimit": "500.00",
        }));
        distributor.cash_in(&key, &phone, "499.99").ok();
        let request = distributor.request_cash_out(&phone, &amount);
        distributor.request_cash_out(&phone, &amount);
        let waiting = distributor.cash_in(&key, &phone, "600.01").ok()["operationID"].as_str().unwrap().to_owned();
        let approval = distributor.approval_of(&waiting);
        let read = edge.get(&distributor.console(&format!("/approvals/{approval}"))).person(&distributor.maker).send();
        let open = distributor.ask_for_key(&distributor.maker, json!({ "label": label, "permissions": ALL })).ok();
        let ids = vec![
            ("key", key.id.clone()),
            ("pending key", open["keyID"].as_str().unwrap().to_owned()),
            ("operation", waiting.clone()),
            ("request", request),
            ("approval", approval),
            ("user", distributor.checker.id.clone()),
        ];
        let mut marks: Vec<_> = ids.iter().map(|(_, id)| id.clone()).collect();
        marks.extend([phone.clone(), amount, label, distributor.id.clone()]);
        marks.extend([&distributor.admin, &distributor.maker, &distributor.checker].map(|person| person.login.clone()));
        let lists = ["operations", "cashouts", "api-keys", "approvals", "audit"];
        let cursors = lists.iter().map(|list| {
            let path = distributor.console(&format!("/{list}?limit=1"));
            let page = edge.get(&path).person(&distributor.maker).send();
            let next = page.header("Link").map_or_else(
                || page.json()["nextCursor"].as_str().unwrap().to_owned(),
                |link| link.split("cursor=").nth(1).unwrap().split(['&', '>']).next().unwrap().to_owned(),
            );
            assert!(!next.is_empty(), "{page}");
            ((*list).to_owned(), next)
        });
        let cursors = cursors.collect();
        Self { digest: read.ok()["digest"].clone(), distributor, key, phone, ids, marks, cursors }
    }

    /// Everything stored of the distributor.
    fn dump(&self) -> Value {
        let d = &self.distributor;
        let people = [&d.admin, &d.maker, &d.checker].map(|person| ("USER", person.login.clone()));
        let objects = [("DISTRIBUTOR", d.id.clone()), ("WALLET", format!("phone:{}", self.phone))];
        let objects = objects.into_iter().chain(people).map(|(kind, name)| {
            let list = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'";
            let tables = d.edge.sql(kind, &name, list, json!([]));
            assert!(!tables.is_empty(), "{kind} {name}");
            let rows = tables.iter().map(|table| {
                let table = table["name"].as_str().unwrap();
                d.edge.sql(kind, &name, &format!("SELECT * FROM {table}"), json!([]))
            });
            (name.clone(), Value::from(rows.map(Value::from).collect::<Vec<_>>()))
        });
        Value::Object(objects.collect())
    }
}

/// A valid body, so that only the ownership can be wrong.
fn body(route: Route, other: &Office<'_>) -> Option<Value> {
    let settings = json!({ "label": "Mine", "permissions": ["read-balance"] });
    let cash_in = json!({ "operationType": "cash-in", "amount": "1.00", "phoneTo": "+2348099999999" });
    let new = json!({ "login": format!("{}@bank.test", uuid::Uuid::new_v4()), "name": "New", "roles": ["viewer"] });
    let funds = json!({ "amount": "1.00", "reference": "r" });
    match route {
        Route::CreateOperation | Route::RequestOperation => Some(cash_in),
        Route::ProcessCashOut | Route::RequestProcessCashOut => Some(json!({ "cashOutFulfillmentType": "cash" })),
        Route::RequestKey => Some(settings),
        Route::TightenKey => Some(json!({ "maxTransactionAmount": "1.00" })),
        Route::Approve => Some(json!({ "digest": other.digest })),
        Route::RevokeKey | Route::RevokeKeyOfDistributor | Route::Reject => Some(json!({ "reason": "r" })),
        Route::RequestUser | Route::AddUser => Some(new),
        Route::ChangeUser => Some(json!({ "disabled": true })),
        Route::TopUp | Route::Redeem => Some(funds),
        _ => None,
    }
}

/// The pattern with its variable segments filled in.
fn filled(pattern: &str, segments: &[&str]) -> String {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap().to_owned();
    parts
        .zip(segments.iter().copied().chain(std::iter::repeat("")))
        .fold(first, |path, (part, segment)| path + segment + part)
}

/// The caller and its credentials.
enum Caller<'a> {
    Key(&'a Key),
    Person(&'a Person),
    Issuer,
}

struct Attack<'a> {
    edge: &'a Edge,
    mine: &'a Office<'a>,
    other: &'a Office<'a>,
    pairs: usize,
}

impl Attack<'_> {
    /// Makes a call; its answer holds nothing of the other distributor's that the call itself did not name.
    fn call(&mut self, caller: &Caller<'_>, method: &str, path: &str, route: Route) -> Answer {
        let request = self.edge.request(method, path).ip("192.0.2.77");
        let request = match caller {
            Caller::Key(key) => request.key(key),
            Caller::Person(person) => request.person(person),
            Caller::Issuer => request.issuer(),
        };
        let request = if route == Route::ListenToEvents {
            request.header("Upgrade", "websocket").header("Connection", "Upgrade")
        } else {
            request
        };
        let once = uuid::Uuid::new_v4().to_string();
        let request = match body(route, self.other) {
            Some(body) => request.once(&once).json(body),
            None => request,
        };
        let answer = request.send();
        self.pairs += 1;
        for mark in self.other.marks.iter().filter(|mark| !path.contains(&**mark)) {
            assert!(!answer.text.contains(mark.as_str()), "{mark} is the other's: {answer}");
        }
        answer
    }

    /// One route with the other distributor's IDs at every possible place.
    fn route(&mut self, route: Route) {
        let (method, pattern, access) = (route.method(), route.pattern(), route.access());
        let (mine, other) = (self.mine, self.other);
        let d = &mine.distributor;
        let callers = match access {
            Access::Key(_) => vec![Caller::Key(&mine.key)],
            Access::Console(_) => [&d.admin, &d.maker, &d.checker].map(Caller::Person).into(),
            Access::Issuer => vec![Caller::Issuer],
            Access::Public | Access::Session => return,
        };
        let second = pattern.matches('*').count() == 2;
        for caller in &callers {
            if pattern.contains("/wallets/*/cashouts/*") {
                for (kind, id) in &other.ids {
                    let path = filled(pattern, &[&mine.phone, id]);
                    let answer = self.call(caller, method, &path, route);
                    assert_eq!(answer.status, 404, "{kind}: {answer}");
                }
            }
            if !pattern.contains("/distributors/*") {
                continue;
            }
            for (kind, id) in other.ids.iter().filter(|_| second) {
                for id in [id.clone(), id.to_uppercase()] {
                    let path = filled(pattern, &[&d.id, &id]);
                    let answer = self.call(caller, method, &path, route);
                    let expected = if answer.status == 403 && answer.code() == "role_required" { 403 } else { 404 };
                    assert_eq!(answer.status, expected, "{kind}: {answer}");
                }
            }
            if access == Access::Issuer {
                continue;
            }
            // Into the other's own path, with the IDs of both.
            let targets: Vec<&str> =
                if second { other.ids.iter().chain(&mine.ids).map(|(_, id)| id.as_str()).collect() } else { vec![""] };
            for id in targets {
                for theirs in [other.distributor.id.clone(), other.distributor.id.to_uppercase()] {
                    let path = filled(pattern, &[&theirs, id]);
                    let answer = self.call(caller, method, &path, route);
                    match access {
                        Access::Key(_) => answer.refused(403, "distributor_mismatch"),
                        _ => answer.refused(404, "not_found"),
                    };
                }
            }
        }
    }

    /// Every list of one distributor with a cursor of the other's.
    fn cursors(&mut self) {
        for (list, cursor) in &self.other.cursors {
            let path = self.mine.distributor.console(&format!("/{list}?limit=1&cursor={cursor}"));
            let maker = Caller::Person(&self.mine.distributor.maker);
            self.call(&maker, "GET", &path, Route::ListConsoleOperations).refused(400, "invalid_request");
            if let "operations" | "cashouts" = list.as_str() {
                let path = self.mine.distributor.api(&format!("/{list}?limit=1&cursor={cursor}"));
                self.call(&Caller::Key(&self.mine.key), "GET", &path, Route::ListConsoleOperations)
                    .refused(400, "invalid_request");
            }
        }
    }
}

#[test]
fn no_call_under_one_distributor_reads_or_changes_anything_of_another() {
    let edge = Edge::start();
    edge.let_alarms_come(false);
    edge.stop_clock(real_now());
    let (first, second) = (Office::new(&edge, 1), Office::new(&edge, 2));
    let mut pairs = 0;
    for (mine, other) in [(&first, &second), (&second, &first)] {
        let before = other.dump();
        let mut attack = Attack { edge: &edge, mine, other, pairs: 0 };
        for route in Route::ALL {
            attack.route(*route);
            assert_eq!(other.dump(), before, "{} changed the other", route.id());
        }
        attack.cursors();
        assert_eq!(other.dump(), before, "a cursor changed the other");
        pairs += attack.pairs;
    }
    println!("{pairs} isolation pairs over {} routes", Route::ALL.len());
}

#[test]
fn whoever_belongs_to_two_has_in_each_the_roles_of_that_one() {
    let edge = Edge::start();
    edge.let_alarms_come(false);
    let (first, second) = (Office::new(&edge, 1), Office::new(&edge, 2));
    let mut both = Person::new(&["viewer"]);
    both.id = second.distributor.add(&both);
    let all = json!({ "login": both.login, "name": "Both", "roles": ["admin", "maker", "checker"] });
    let added = edge.post(&first.distributor.issued("/users")).issuer().json(all).send().ok();
    both.join(&edge, added["joiningCode"].as_str().unwrap()).ok();
    let before = second.dump();
    let mut tried = 0;
    for route in Route::ALL {
        let (method, pattern) = (route.method(), route.pattern());
        if !matches!(route.access(), Access::Console(_)) || method == "GET" {
            continue;
        }
        for (kind, id) in &second.ids {
            let call = |distributor: &Distributor<'_>| {
                let request = edge.request(method, &filled(pattern, &[&distributor.id, id])).person(&both);
                match body(*route, &second) {
                    Some(body) => request.json(body).send(),
                    None => request.send(),
                }
            };
            let theirs = call(&second.distributor);
            let withdraw = *route == Route::Withdraw || *route == Route::ClaimKey;
            let codes: &[&str] = if withdraw {
                &["not_the_maker", "role_required", "not_found"]
            } else {
                &["role_required", "not_found"]
            };
            assert!([403, 404].contains(&theirs.status) && codes.contains(&&*theirs.code()), "{kind}: {theirs}");
            if pattern.matches('*').count() == 2 {
                call(&first.distributor).refused(404, "not_found");
            }
            tried += 2;
        }
    }
    // The person's own session is stored in their own object alone.
    assert_eq!(second.dump(), before);
    println!("{tried} pairs of a person who belongs to both");
}

#[test]
fn an_idempotency_key_of_one_distributor_means_nothing_to_another() {
    let edge = Edge::start();
    let (first, second) = (Office::new(&edge, 1), Office::new(&edge, 2));
    let body = json!({ "operationType": "cash-in", "amount": "1.00", "phoneTo": "+2348099999999" });
    let [one, two] = [&first, &second].map(|office| {
        let answer = office.distributor.operation(&office.key, body.clone()).once("same").send();
        assert_eq!(answer.header("Idempotent-Replayed"), None, "{answer}");
        answer.ok()["operationID"].clone()
    });
    assert_ne!(one, two);
    let top_up = |office: &Office<'_>, amount: &str| {
        let body = json!({ "amount": amount, "reference": "r" });
        edge.post(&office.distributor.issued("/topups")).issuer().once("same").json(body).send().ok()
    };
    assert_ne!(top_up(&first, "1.00")["operationID"], top_up(&second, "2.00")["operationID"]);
}
