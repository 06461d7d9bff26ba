//! No request is ever decided by the person who made it, and there is no override.

use serde_json::{Value, json};
use universal_wallet_tests::distributor::Distributor;
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::person::Person;

/// A distributor whose people hold every role.
fn of_all_roles(edge: &Edge) -> (Distributor<'_>, Person) {
    let mut distributor = edge.distributor();
    let all = ["admin", "maker", "checker"];
    let mut people = [Person::new(&all), Person::new(&all)];
    for person in &mut people {
        let added = edge.post(&distributor.issued("/users")).issuer().json(person.in_body()).send().ok();
        added["userID"].as_str().unwrap().clone_into(&mut person.id);
    }
    let [maker, other] = people;
    distributor.maker = maker;
    (distributor, other)
}

#[test]
fn a_makers_own_approval_is_refused_for_every_kind_of_request() {
    let edge = Edge::start();
    let (distributor, other) = of_all_roles(&edge);
    let maker = &distributor.maker;
    let key = distributor.key_approved_by(&other, Distributor::generous());
    let asking = distributor.key_approved_by(&other, json!({ "label": "Asks", "permissions": ["perform-operations"] }));
    let post = |path: &str, body: Value| edge.post(&distributor.console(path)).person(maker).json(body).send().ok();
    let mut approvals = Vec::new();
    let mut note = |kind: &str, answer: &Value| {
        let id = answer["approvalID"].as_str().or_else(|| answer["approval"]["approvalID"].as_str());
        approvals.push((kind.to_owned(), id.unwrap_or_else(|| panic!("{kind} has no approval: {answer}")).to_owned()));
    };
    note("api-key.issue", &post("/api-keys", json!({ "label": "New", "permissions": ["read-balance"] })));
    note("api-key.rotate", &post(&format!("/api-keys/{}/rotate", key.id), json!({})));
    note("user.create", &post("/users", json!({ "login": "new@bank.test", "name": "New", "roles": ["viewer"] })));
    let grant = edge
        .patch(&distributor.console(&format!("/users/{}", distributor.checker.id)))
        .person(maker)
        .json(json!({ "roles": ["checker", "viewer"] }))
        .send()
        .ok();
    note("user.grant", &grant);
    note("user.reset", &post(&format!("/users/{}/reset-password", distributor.checker.id), json!({})));
    let body = json!({ "operationType": "cash-in", "amount": "5.00", "phoneTo": "+2348031234567" });
    let by_person = post("/operations", body.clone());
    approvals.push(("operation".into(), distributor.approval_of(by_person["operationID"].as_str().unwrap())));
    let by_key = distributor.operation(&asking, body).send().ok();
    approvals.push(("operation".into(), distributor.approval_of(by_key["operationID"].as_str().unwrap())));

    for (kind, approval) in &approvals {
        let path = distributor.console(&format!("/approvals/{approval}"));
        let read = edge.get(&path).person(maker).send().ok();
        assert_eq!((read["kind"].as_str(), read["status"].as_str()), (Some(&**kind), Some("pending")));
        distributor.approve(maker, approval).refused(403, "self_approval");
        let reject = edge.post(&format!("{path}/reject")).person(maker).json(json!({ "reason": "no" })).send();
        reject.refused(403, "self_approval");
        let withdraw = edge.post(&format!("{path}/withdraw")).person(&other).send();
        withdraw.refused(403, "not_the_maker");
        assert_eq!(edge.get(&path).person(maker).send().ok()["status"], "pending");
    }
    let (_, approval) = &approvals[0];
    distributor.approve(&other, approval).ok();
    assert_eq!(distributor.verify()["valid"], true);
}

#[test]
fn who_gains_a_role_does_not_approve_it() {
    let edge = Edge::start();
    let (distributor, other) = of_all_roles(&edge);
    let grant = edge
        .patch(&distributor.console(&format!("/users/{}", other.id)))
        .person(&distributor.maker)
        .json(json!({ "roles": ["admin", "maker", "checker", "viewer"] }))
        .send()
        .ok();
    let approval = grant["approvalID"].as_str().or_else(|| grant["approval"]["approvalID"].as_str()).unwrap();
    distributor.approve(&other, approval).refused(403, "self_approval");
    distributor.approve(&distributor.checker, approval).ok();
}

#[test]
fn only_checkers_decide_and_only_makers_ask() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    for person in [&distributor.checker, &distributor.admin] {
        distributor.ask_for_key(person, Distributor::generous()).refused(403, "role_required");
    }
    let asked = distributor.ask_for_key(&distributor.maker, Distributor::generous()).ok();
    let approval = asked["approvalID"].as_str().unwrap();
    distributor.approve(&distributor.admin, approval).refused(403, "role_required");
    distributor.approve(&distributor.maker, approval).refused(403, "role_required");
    distributor.approve(&distributor.checker, approval).ok();
    distributor.approve(&distributor.checker, approval).refused(409, "invalid_state");
}

#[test]
fn an_approval_is_bound_to_the_digest_of_what_was_read() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let asked = distributor.ask_for_key(&distributor.maker, Distributor::generous()).ok();
    let path = distributor.console(&format!("/approvals/{}", asked["approvalID"].as_str().unwrap()));
    let read = edge.get(&path).person(&distributor.checker).send().ok();
    let digest = read["digest"].as_str().unwrap();
    assert_eq!(digest.len(), 64);
    assert_eq!(read["subject"]["keyID"], asked["keyID"]);
    let other = format!("{}{}", if digest.starts_with('0') { '1' } else { '0' }, &digest[1..]);
    let approve = |body: Value| edge.post(&format!("{path}/approve")).person(&distributor.checker).json(body).send();
    approve(json!({ "digest": other })).refused(409, "approval_stale");
    approve(json!({ "digest": 5 })).refused(400, "invalid_request");
    approve(json!({})).refused(400, "invalid_request");
    approve(json!({ "digest": digest })).ok();
}

#[test]
fn approve_reject_and_withdraw_at_once_have_one_winner() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let key = distributor.asking_key();
    for _ in 0..4 {
        let operation =
            distributor.cash_in(&key, "+2348031234567", "10.00").ok()["operationID"].as_str().unwrap().to_owned();
        let approval = distributor.approval_of(&operation);
        let path = distributor.console(&format!("/approvals/{approval}"));
        let digest = edge.get(&path).person(&distributor.checker).send().ok()["digest"].clone();
        let answers: Vec<_> = std::thread::scope(|scope| {
            let approve = || {
                edge.post(&format!("{path}/approve"))
                    .person(&distributor.checker)
                    .json(json!({ "digest": digest }))
                    .send()
            };
            let withdraw = || edge.post(&format!("{path}/withdraw")).person(&distributor.maker).send();
            let by_key = || edge.delete(&distributor.api(&format!("/operations/{operation}"))).key(&key).send();
            let acts: Vec<_> = vec![
                scope.spawn(approve),
                scope.spawn(|| distributor.reject(&approval)),
                scope.spawn(withdraw),
                scope.spawn(by_key),
                scope.spawn(approve),
            ];
            acts.into_iter().map(|act| act.join().unwrap()).collect()
        });
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1, "{answers:?}");
        for answer in answers.iter().filter(|answer| answer.status != 200) {
            answer.refused(409, "invalid_state");
        }
        universal_wallet_tests::money::assert_conserved(&distributor, &["wallets/+2348031234567".into()]);
        assert_eq!(distributor.position()["held"], "0.00");
    }
}

#[test]
fn a_rejection_needs_a_reason_and_a_withdrawal_its_maker() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let asked = distributor.ask_for_key(&distributor.maker, Distributor::generous()).ok();
    let path = distributor.console(&format!("/approvals/{}", asked["approvalID"].as_str().unwrap()));
    for reason in [json!({}), json!({ "reason": "" }), json!({ "reason": "   " })] {
        edge.post(&format!("{path}/reject"))
            .person(&distributor.checker)
            .json(reason)
            .send()
            .refused(400, "invalid_request");
    }
    let withdrawn = edge.post(&format!("{path}/withdraw")).person(&distributor.maker).send().ok();
    assert_eq!(withdrawn["status"], "withdrawn");
    let key = edge.get(&distributor.console(&format!("/api-keys/{}", asked["keyID"].as_str().unwrap())));
    assert_eq!(key.person(&distributor.maker).send().ok()["status"], "withdrawn");
}

#[test]
fn an_approval_of_an_operation_checks_again_what_held_when_it_was_asked() {
    let edge = Edge::start();
    let distributor = edge.distributor();
    let settings = json!({ "label": "Asks", "permissions": ["perform-operations"], "maxTransactionAmount": "100.00" });
    let key = distributor.key(settings);
    let ask = || {
        let operation = distributor.cash_in(&key, "+2348031234567", "100.00").ok();
        distributor.approval_of(operation["operationID"].as_str().unwrap())
    };
    let approval = ask();
    distributor.issuer_act("suspend").ok();
    distributor.approve(&distributor.checker, &approval).refused(403, "distributor_suspended");
    distributor.issuer_act("resume").ok();
    let tighten = distributor.console(&format!("/api-keys/{}", key.id));
    edge.patch(&tighten).person(&distributor.maker).json(json!({ "maxTransactionAmount": "99.99" })).send().ok();
    distributor.approve(&distributor.checker, &approval).refused(409, "invalid_state");
    assert_eq!(edge.wallet_balance("+2348031234567"), "0.00");
}

#[test]
fn nothing_of_another_distributor_is_seen_or_decided() {
    let edge = Edge::start();
    let (first, second) = (edge.distributor(), edge.distributor());
    let asked = first.ask_for_key(&first.maker, Distributor::generous()).ok();
    let approval = asked["approvalID"].as_str().unwrap();
    for path in [first.console(""), first.console("/api-keys"), first.console(&format!("/approvals/{approval}"))] {
        edge.get(&path).person(&second.checker).send().refused(404, "not_found");
    }
    let path = second.console(&format!("/approvals/{approval}/approve"));
    edge.post(&path).person(&second.checker).json(json!({ "digest": "0".repeat(64) })).send().refused(404, "not_found");
}
