//! What is measured beside each other: a server and one kind of request.

use anyhow::Result;
use edge_runtime::Entry;
use hyper::StatusCode;

use crate::call::Call;
use crate::cores::Cores;
use crate::part::Part;
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
    whole_job: Server,
    /// Those that answer any request alike, by name.
    simple: Vec<(&'static str, Server)>,
}

impl Servers {
    /// Starts them.
    pub(crate) fn start(parts: &[Part], cores: Cores) -> Result<Self> {
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
            whole_job: Server::baseline(cores, "whole-job", Entry::Production)?,
            simple,
        })
    }

    /// The lines of the table, with new distributors.
    pub(crate) fn series(&self) -> Result<Vec<Series>> {
        let ours = prepared::ours(&self.ours.client()?);
        let theirs = prepared::in_javascript(&self.whole_job.client()?, "1000.00")?;
        let mut all = Vec::new();
        let mut add = |name, server: &Server, call| -> Result<()> {
            all.push(Series { name, port: server.port()?, pid: server.pid()?, call });
            Ok(())
        };
        for (name, server) in &self.simple {
            let call = if *name == "writes" { cash_in(&theirs) } else { balance(&theirs) };
            add(name, server, call?)?;
        }
        let has = |part| self.parts.contains(&part);
        if has(Part::Balance) {
            add("js balance", &self.whole_job, balance(&theirs)?)?;
        }
        if has(Part::Balance) || has(Part::Large) {
            add("balance", &self.ours, balance(&ours)?)?;
        }
        if has(Part::CashIn) {
            add("js cash-in", &self.whole_job, cash_in(&theirs)?)?;
        }
        if has(Part::CashIn) || has(Part::Large) {
            add("cash-in", &self.ours, cash_in(&ours)?)?;
        }
        if has(Part::Forged) {
            add("js forged", &self.whole_job, forged(&theirs)?)?;
            add("forged", &self.ours, forged(&ours)?)?;
        }
        if let Some((server, large)) = &self.large {
            add("large balance", server, balance(large)?)?;
            add("large cash-in", server, cash_in(large)?)?;
        }
        Ok(all)
    }
}

pub(crate) fn balance(of: &Prepared) -> Result<Call> {
    Call::get(&of.path("/balance"), std::slice::from_ref(&of.key))
}

pub(crate) fn cash_in(of: &Prepared) -> Result<Call> {
    Call::cash_in(&of.path("/operations"), &of.key)
}

pub(crate) fn forged(of: &Prepared) -> Result<Call> {
    Ok(Call::get(&of.path("/balance"), &prepared::forged())?.refused(StatusCode::UNAUTHORIZED))
}
