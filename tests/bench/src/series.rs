//! Series measured side by side: a server and one kind of request.

use std::path::Path;

use anyhow::Result;
use edge_runtime::Entry;
use hyper::StatusCode;

use crate::call::Call;
use crate::cores::Cores;
use crate::many::{self, Many, Names};
use crate::options::Part;
use crate::peers::BetterAuth;
use crate::prepared::{self, Prepared};
use crate::server::Server;

/// One line of the table.
pub(crate) struct Series {
    pub(crate) name: &'static str,
    pub(crate) port: u16,
    pub(crate) pid: u32,
    pub(crate) call: Call,
}

/// The Workers in JavaScript.
struct Baselines {
    whole_job: Server,
    bare: Server,
}

/// The servers that the chosen parts need; all run during the whole measurement.
pub(crate) struct Servers {
    parts: Vec<Part>,
    ours: Server,
    /// Distributors with few and with very many operations.
    many: Vec<(Names, Many)>,
    before: Option<Server>,
    better_auth: Option<BetterAuth>,
    /// The Workers in JavaScript; absent when an earlier build is measured.
    baselines: Option<Baselines>,
    /// Servers that answer every request alike, by name.
    simple: Vec<(&'static str, Server)>,
}

impl Servers {
    /// Starts the servers, with an earlier build of the edge if one is given.
    pub(crate) fn start(parts: &[Part], before: Option<&Path>, cores: Cores) -> Result<Self> {
        let has = |part| parts.contains(&part);
        let mut simple = Vec::new();
        for (part, name) in
            [(Part::Forged, "hello"), (Part::Balance, "hop"), (Part::Balance, "read-row"), (Part::CashIn, "writes")]
        {
            if has(part) && before.is_none() {
                simple.push((name, Server::baseline(cores, name, Entry::Production)?));
            }
        }
        Ok(Self {
            parts: parts.to_vec(),
            ours: Server::edge(cores, Entry::Production)?,
            many: if has(Part::Large) { many::start(cores)? } else { Vec::new() },
            before: before.map(|folder| Server::earlier(cores, folder)).transpose()?,
            better_auth: has(Part::Peers).then(|| BetterAuth::start(cores)).transpose()?,
            baselines: match before {
                Some(_) => None,
                None => Some(Baselines {
                    whole_job: Server::baseline(cores, "whole-job", Entry::Production)?,
                    bare: Server::baseline(cores, "bare", Entry::Production)?,
                }),
            },
            simple,
        })
    }

    /// The lines of the table, with new distributors.
    pub(crate) fn series(&self) -> Result<Vec<Series>> {
        let client = self.ours.client()?;
        let ours = prepared::ours(&if self.before.is_some() { client.of_another_version() } else { client });
        let mut all = Vec::new();
        let mut add = |name, server: &Server, call: Result<Call>| -> Result<()> {
            all.push(Series { name, port: server.port()?, pid: server.pid()?, call: call? });
            Ok(())
        };
        let has = |part| self.parts.contains(&part);
        if has(Part::Balance) || has(Part::Peers) {
            add("balance", &self.ours, balance(&ours))?;
        }
        if has(Part::CashIn) {
            add("cash-in", &self.ours, cash_in(&ours))?;
        }
        if has(Part::Forged) {
            add("forged", &self.ours, forged(&ours))?;
        }
        if has(Part::List) {
            add("list", &self.ours, list(&ours))?;
        }
        if let Some(server) = &self.before {
            let before = prepared::ours(&server.client()?.of_another_version());
            let calls: [(Part, &str, MakeCall); 4] = [
                (Part::Balance, "balance before", balance),
                (Part::CashIn, "cash-in before", cash_in),
                (Part::Forged, "forged before", forged),
                (Part::List, "list before", list),
            ];
            for (_, name, call) in calls.into_iter().filter(|(part, ..)| has(*part)) {
                add(name, server, call(&before))?;
            }
        }
        if let Some(Baselines { whole_job, bare }) = &self.baselines {
            let theirs = prepared::in_javascript(&whole_job.client()?, &serde_json::json!({}))?;
            for (name, server) in &self.simple {
                add(name, server, if *name == "writes" { cash_in(&theirs) } else { balance(&theirs) })?;
            }
            if has(Part::Balance) {
                add("bare balance", bare, Call::get("/balance", std::slice::from_ref(&theirs.key)))?;
                add("js balance", whole_job, balance(&theirs))?;
            }
            if has(Part::CashIn) {
                add("bare cash-in", bare, Call::cash_in("/operations", &theirs.key, 1))?;
                add("js cash-in", whole_job, cash_in(&theirs))?;
            }
            if has(Part::List) {
                prepared::operations_in_javascript(&whole_job.client()?, &theirs)?;
                add("js list", whole_job, list(&theirs))?;
            }
            if has(Part::Forged) {
                add("bare refusal", bare, refused("/refusal"))?;
                add("js forged", whole_job, forged(&theirs))?;
            }
        }
        for (name, many) in &self.many {
            let Many { server, of, phone, day } = many;
            let read = |path: &str| Call::get(&of.path(path), std::slice::from_ref(&of.key));
            add(name.balance, server, balance(of))?;
            add(name.cash_in, server, cash_in(of))?;
            add(name.list, server, list(of))?;
            add(name.search, server, read(&format!("/operations?phone=%2B{phone}")))?;
            add(name.statement, server, read(&format!("/statements/{day}")))?;
        }
        if let Some(peer) = &self.better_auth {
            let call = Call::get("/", &[peer.key().to_owned()])?;
            all.push(Series { name: "better-auth", port: peer.port(), pid: peer.pid(), call });
        }
        Ok(all)
    }
}

/// Makes the call that a series repeats.
type MakeCall = fn(&Prepared) -> Result<Call>;

pub(crate) fn balance(of: &Prepared) -> Result<Call> {
    Call::get(&of.path("/balance"), std::slice::from_ref(&of.key))
}

pub(crate) fn cash_in(of: &Prepared) -> Result<Call> {
    Call::cash_in(&of.path("/operations"), &of.key, 1)
}

fn list(of: &Prepared) -> Result<Call> {
    Call::get(&of.path("/operations?limit=100"), std::slice::from_ref(&of.key))
}

pub(crate) fn forged(of: &Prepared) -> Result<Call> {
    refused(&of.path("/balance"))
}

fn refused(path: &str) -> Result<Call> {
    Ok(Call::get(path, &prepared::forged())?.refused(StatusCode::UNAUTHORIZED))
}
