//! Series measured side by side: a server and one kind of request.

use std::path::Path;

use anyhow::Result;
use edge_runtime::Entry;
use hyper::StatusCode;

use crate::call::Call;
use crate::cores::Cores;
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

/// The servers that the chosen parts need; all run during the whole measurement.
pub(crate) struct Servers {
    parts: Vec<Part>,
    ours: Server,
    large: Option<(Server, Prepared)>,
    before: Option<Server>,
    better_auth: Option<BetterAuth>,
    whole_job: Server,
    bare: Server,
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
            if has(part) {
                simple.push((name, Server::baseline(cores, name, Entry::Production)?));
            }
        }
        Ok(Self {
            parts: parts.to_vec(),
            ours: Server::edge(cores, Entry::Production)?,
            large: has(Part::Large).then(|| crate::large::start(cores)).transpose()?,
            before: before.map(|folder| Server::earlier(cores, folder)).transpose()?,
            better_auth: has(Part::Peers).then(|| BetterAuth::start(cores)).transpose()?,
            whole_job: Server::baseline(cores, "whole-job", Entry::Production)?,
            bare: Server::baseline(cores, "bare", Entry::Production)?,
            simple,
        })
    }

    /// The lines of the table, with new distributors.
    pub(crate) fn series(&self) -> Result<Vec<Series>> {
        let ours = prepared::ours(&self.ours.client()?);
        let theirs = prepared::in_javascript(&self.whole_job.client()?, &serde_json::json!({}))?;
        let mut all = Vec::new();
        let mut add = |name, server: &Server, call: Result<Call>| -> Result<()> {
            all.push(Series { name, port: server.port()?, pid: server.pid()?, call: call? });
            Ok(())
        };
        for (name, server) in &self.simple {
            add(name, server, if *name == "writes" { cash_in(&theirs) } else { balance(&theirs) })?;
        }
        let has = |part| self.parts.contains(&part);
        let before =
            self.before.as_ref().map(|server| Ok::<_, anyhow::Error>((server, prepared::ours(&server.client()?))));
        let before = before.transpose()?;
        if has(Part::Balance) || has(Part::Large) || has(Part::Peers) {
            add("balance", &self.ours, balance(&ours))?;
        }
        if has(Part::Balance) {
            add("bare balance", &self.bare, Call::get("/balance", std::slice::from_ref(&theirs.key)))?;
            add("js balance", &self.whole_job, balance(&theirs))?;
            if let Some((server, before)) = &before {
                add("balance before", server, balance(before))?;
            }
        }
        if has(Part::CashIn) || has(Part::Large) {
            add("cash-in", &self.ours, cash_in(&ours))?;
        }
        if has(Part::CashIn) {
            add("bare cash-in", &self.bare, Call::cash_in("/operations", &theirs.key, 1))?;
            add("js cash-in", &self.whole_job, cash_in(&theirs))?;
            if let Some((server, before)) = &before {
                add("cash-in before", server, cash_in(before))?;
            }
        }
        if has(Part::Forged) {
            add("forged", &self.ours, forged(&ours))?;
            add("bare refusal", &self.bare, refused("/refusal"))?;
            add("js forged", &self.whole_job, forged(&theirs))?;
            if let Some((server, before)) = &before {
                add("forged before", server, forged(before))?;
            }
        }
        if let Some((server, large)) = &self.large {
            add("large balance", server, balance(large))?;
            add("large cash-in", server, cash_in(large))?;
        }
        if let Some(peer) = &self.better_auth {
            let call = Call::get("/", &[peer.key().to_owned()])?;
            all.push(Series { name: "better-auth", port: peer.port(), pid: peer.pid(), call });
        }
        Ok(all)
    }
}

pub(crate) fn balance(of: &Prepared) -> Result<Call> {
    Call::get(&of.path("/balance"), std::slice::from_ref(&of.key))
}

pub(crate) fn cash_in(of: &Prepared) -> Result<Call> {
    Call::cash_in(&of.path("/operations"), &of.key, 1)
}

pub(crate) fn forged(of: &Prepared) -> Result<Call> {
    refused(&of.path("/balance"))
}

fn refused(path: &str) -> Result<Call> {
    Ok(Call::get(path, &prepared::forged())?.refused(StatusCode::UNAUTHORIZED))
}
