//! A distributor with a member for each set of roles.

use serde_json::{Value, json};
use universal_wallet_tests::answer::Answer;
use universal_wallet_tests::distributor::{ALL, Distributor};
use universal_wallet_tests::edge::Edge;
use universal_wallet_tests::key::Key;
use universal_wallet_tests::person::Person;

use super::Call;

pub(super) const PHONE: &str = "+2348031234567";

/// A person's relation to the distributor.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Standing {
    Active,
    Disabled,
    /// A member of another distributor.
    Stranger,
    /// Not signed in.
    Nobody,
}

/// A caller.
pub(super) struct Member {
    pub(super) standing: Standing,
    /// The first letters of the caller's roles.
    pub(super) roles: String,
    pub(super) person: Person,
    /// Keys that the caller requested and claimed while a maker.
    pub(super) keys: Vec<Key>,
}

impl Member {
    pub(super) fn name(&self) -> &str {
        match self.standing {
            Standing::Active => &self.roles,
            Standing::Disabled => "off",
            Standing::Stranger => "else",
            Standing::Nobody => "none",
        }
    }

    pub(super) fn is_active(&self) -> bool {
        self.standing == Standing::Active
    }
}

pub(super) struct House<'a> {
    pub(super) edge: &'a Edge,
    /// The maker makes the requests that the callers did not, and the checker decides; both hold every role.
    pub(super) distributor: Distributor<'a>,
    pub(super) members: Vec<Member>,
    /// The viewer that calls are about.
    pub(super) target: Person,
}

/// Roles by their first letters.
pub(super) fn roles(letters: &str) -> Vec<&'static str> {
    ["admin", "maker", "checker", "viewer"].into_iter().filter(|role| letters.contains(&role[..1])).collect()
}

/// Every set of roles that a member can hold, smallest first.
fn sets() -> Vec<String> {
    let mut sets: Vec<String> = (1_u8..16)
        .map(|bits| "amcv".char_indices().filter(|(place, _)| bits >> place & 1 == 1).map(|(_, role)| role).collect())
        .collect();
    sets.sort_by_key(String::len);
    sets
}

impl<'a> House<'a> {
    pub(super) fn new(edge: &'a Edge) -> Self {
        let (mut distributor, elsewhere) = (edge.distributor(), edge.distributor());
        let target = join(&distributor, "v");
        distributor.maker = join(&distributor, "amcv");
        distributor.checker = join(&distributor, "amcv");
        let till = distributor.till();
        distributor.cash_in(&till, PHONE, "1000.00").ok();
        let mut house = Self { edge, distributor, members: Vec::new(), target };
        house.members = sets().into_iter().map(|letters| house.member(letters)).collect();
        let disabled = Member { standing: Standing::Disabled, ..house.member("amcv".into()) };
        let off = house.distributor.console(&format!("/users/{}", disabled.person.id));
        house.edge.patch(&off).person(&house.distributor.checker).json(json!({ "disabled": true })).send().ok();
        let others = [(Standing::Stranger, elsewhere.maker), (Standing::Nobody, elsewhere.checker)];
        let others = others.map(|(standing, person)| Member { standing, roles: String::new(), person, keys: vec![] });
        house.members.push(disabled);
        house.members.extend(others);
        house
    }

    /// A member with these roles, who requested two keys while a maker.
    fn member(&self, roles: String) -> Member {
        let at_first = if roles.contains('m') { roles.clone() } else { format!("{roles}m") };
        let person = join(&self.distributor, &at_first);
        let keys = (0..2).map(|_| self.key_of(&person)).collect();
        if at_first != roles {
            self.set_roles(&person, &roles);
        }
        Member { standing: Standing::Active, roles, person, keys }
    }

    /// Ends what waits for a decision but operations, since a person has a limited number of open requests.
    pub(super) fn end_open_requests(&self) {
        let (edge, distributor) = (self.edge, &self.distributor);
        let path = distributor.console("/approvals?status=pending&limit=1000");
        let open = edge.get(&path).person(&distributor.checker).send().ok();
        for request in open["items"].as_array().unwrap().iter().filter(|request| request["kind"] != "operation") {
            let path = distributor.console(&format!("/approvals/{}/reject", text(&request["approvalID"])));
            // The checker's own requests stay.
            edge.post(&path).person(&distributor.checker).json(json!({ "reason": "no" })).send();
        }
    }

    /// Takes roles from a person, or requests more for them.
    pub(super) fn set_roles(&self, person: &Person, letters: &str) -> Value {
        let path = self.distributor.console(&format!("/users/{}", person.id));
        let body = json!({ "roles": roles(letters) });
        self.edge.patch(&path).person(&self.distributor.checker).json(body).send().ok()
    }

    /// A key in use that this person requested.
    pub(super) fn key_of(&self, person: &Person) -> Key {
        let asked = self.distributor.ask_for_key(person, json!({ "label": "Asks", "permissions": ALL })).ok();
        let (id, approval) = (text(&asked["keyID"]), text(&asked["approvalID"]));
        self.distributor.approve(&self.distributor.checker, &approval).ok();
        let claim = self.distributor.console(&format!("/api-keys/{id}/claim"));
        let claimed = self.edge.post(&claim).person(person).send().ok();
        Key { id, secret: text(&claimed["apiKey"]), approval }
    }

    pub(super) fn call(&self, member: &Member, call: &Call) -> Answer {
        let request = self.edge.request(call.method, &call.path);
        let request = if member.standing == Standing::Nobody { request } else { request.person(&member.person) };
        request.json(call.body.clone()).send()
    }
}

/// Adds a person with these roles, as the issuer.
pub(super) fn join(distributor: &Distributor<'_>, letters: &str) -> Person {
    let mut person = Person::new(&roles(letters));
    let added = distributor.edge.post(&distributor.issued("/users")).issuer().json(person.in_body()).send().ok();
    added["userID"].as_str().unwrap().clone_into(&mut person.id);
    // The person signs in now, so that disabling them ends a session.
    person.cookie(distributor.edge);
    person
}

pub(super) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}
