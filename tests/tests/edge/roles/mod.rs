//! Permissions: every route that changes something, with every set of roles, on requests of
//! others and on one's own.
//!
//! A route of the Worker without a row makes the test fail.

mod console;
mod house;
mod others;

use std::collections::HashSet;
use std::fmt::Write as _;

use universal_wallet_edge::http::routes::{Access, Route};
use universal_wallet_tests::answer::Answer;
use universal_wallet_tests::edge::Edge;

use house::{House, Member};

/// The rule for the maker of the subject of a call.
#[derive(Clone, Copy, PartialEq)]
enum Maker {
    /// The maker is treated as anybody else.
    AsAnybody,
    /// The maker may not: `self_approval`.
    Never,
    /// Only the maker may: `not_the_maker` for anybody else.
    Alone,
}

/// Makes the subject of a call, and returns the call; `None` if it cannot exist.
type Prepare = Box<dyn Fn(&House<'_>, &Member, Asked) -> Option<Call>>;

/// One row of the table.
struct Row {
    route: Route,
    /// The subject of the call, if it matters.
    about: &'static str,
    /// The roles of which one is needed, by their first letters.
    may: &'static str,
    maker: Maker,
    prepare: Prepare,
}

/// The maker of the subject of a call.
#[derive(Clone, Copy, PartialEq)]
enum Asked {
    /// Another person.
    Other,
    /// The caller.
    Own,
    /// Another person, and the caller is the subject: nobody approves their own new role.
    AboutThem,
}

/// A call that succeeds if the caller may make it.
struct Call {
    method: &'static str,
    path: String,
    body: serde_json::Value,
}

/// The result of an answer, in one character.
fn symbol(answer: &Answer) -> char {
    if answer.status < 300 {
        return 'Y';
    }
    match &*answer.code() {
        "role_required" => '.',
        "self_approval" => 's',
        "not_the_maker" => 'm',
        "not_found" => '4',
        "not_signed_in" => '1',
        _ => panic!("neither allowed nor a matter of roles: {answer}"),
    }
}

/// The symbol that the table expects.
fn expected(row: &Row, member: &Member, asked: Asked) -> char {
    match (member.standing, row.maker, asked) {
        (house::Standing::Nobody, ..) => '1',
        (house::Standing::Disabled | house::Standing::Stranger, ..) => '4',
        _ if !member.roles.chars().any(|role| row.may.contains(role)) => '.',
        (_, Maker::Never, Asked::Own | Asked::AboutThem) => 's',
        (_, Maker::Alone, Asked::Other | Asked::AboutThem) => 'm',
        _ => 'Y',
    }
}

/// The routes of a kind of caller that change something.
fn changing(whose: fn(Access) -> bool) -> HashSet<Route> {
    Route::ALL.iter().copied().filter(|route| route.method() != "GET" && whose(route.access())).collect()
}

/// The roles that the rows of a route allow, by their first letters.
fn allowed(rows: &[Row], route: Route) -> String {
    let may = |letter: &char| rows.iter().any(|row| row.route == route && row.may.contains(*letter));
    "amcv".chars().filter(may).collect()
}

/// The roles in the table of routes, by their first letters.
fn declared(route: Route) -> String {
    let Access::Console(roles) = route.access() else { panic!("{} is no route of the console", route.id()) };
    let named = |letter: &char| roles.is_empty() || roles.iter().any(|role| role.as_str().starts_with(*letter));
    "amcv".chars().filter(named).collect()
}

#[test]
fn every_route_that_changes_something_is_allowed_to_the_roles_of_the_table_and_to_nobody_else() {
    let edge = Edge::start();
    let house = House::new(&edge);
    let rows = console::rows();
    let covered: HashSet<Route> = rows.iter().map(|row| row.route).collect();
    let console = changing(|access| matches!(access, Access::Console(_)));
    assert_eq!(covered, console, "each route of the console that changes something has its rows");
    for route in console {
        assert_eq!(allowed(&rows, route), declared(route), "{}: the table of routes", route.id());
    }

    let mut table = String::from(
        "Y may, . role_required, s self_approval, m not_the_maker, 4 not_found, 1 not_signed_in, blank: cannot be\n",
    );
    let heads = house.members.iter().fold(String::new(), |line, member| line + &format!("{:>5}", member.name()));
    writeln!(table, "{:<66}{heads}", "a admin, m maker, c checker, v viewer").unwrap();
    let mut wrong = Vec::new();
    for row in &rows {
        house.end_open_requests();
        for (asked, whose) in
            [(Asked::Other, ""), (Asked::Own, "asked for by themselves"), (Asked::AboutThem, "about themselves")]
        {
            let mut line = String::new();
            for member in &house.members {
                let Some(call) = (row.prepare)(&house, member, asked) else {
                    line += "     ";
                    continue;
                };
                let answer = house.call(member, &call);
                let (is, should) = (symbol(&answer), expected(row, member, asked));
                write!(line, "{is:>5}").unwrap();
                if is != should {
                    wrong.push(format!("{:?} {} by {}: not {should}: {answer}", row.route, row.about, member.name()));
                }
            }
            if !line.trim().is_empty() {
                let name = format!("{:?}", row.route);
                writeln!(table, "{name:<16} {:<25} {whose:<23}{line}", row.about).unwrap();
            }
        }
    }
    println!("{table}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
