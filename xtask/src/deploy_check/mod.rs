//! `cargo xtask deploy-check`: reports problems of a production deployment before it happens.

mod bundle;
mod secrets;
mod settings;

use std::fs;

use anyhow::{Context, Result, bail};
use clap::Args;

use self::settings::Settings;
use crate::{say, workspace};

/// Dry-run a deployment and tell what would fail in production
///
/// Builds what `wrangler deploy` would upload, without uploading it, and looks at settings, bundle and secrets of each
/// environment of wrangler.toml. Whether the secrets are set only Cloudflare knows: log in with `npx wrangler login` or
/// set `CLOUDFLARE_API_TOKEN`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The environment; may be given several times [default: all of wrangler.toml]
    #[arg(long = "env", value_name = "NAME")]
    environments: Vec<String>,
    /// Do not ask Cloudflare which secrets are set
    #[arg(long)]
    offline: bool,
}

/// Checks every environment; each problem is a sentence that says what to do.
pub(crate) fn run(options: &Options) -> Result<()> {
    let file = workspace::root().join("wrangler.toml");
    let text = fs::read_to_string(&file).with_context(|| format!("could not read {}", file.display()))?;
    let settings = Settings::read(&text)?;
    let all = settings.environments();
    let wanted = if options.environments.is_empty() { &all } else { &options.environments };
    let mut found = 0;
    for environment in wanted {
        if !all.contains(environment) {
            bail!("wrangler.toml has no environment {environment}: it has {}", all.join(" and "));
        }
        say::step(format_args!("Checking {environment}"));
        let mut problems = settings.problems(environment);
        problems.extend(bundle::problems(environment)?);
        if !options.offline {
            problems.extend(secrets::problems(environment)?);
        }
        for problem in &problems {
            println!("{environment}: {problem}");
        }
        if problems.is_empty() {
            let secrets = if options.offline { "; the secrets were not looked at" } else { "" };
            println!("{environment}: fit to deploy{secrets}");
        }
        found += problems.len();
    }
    match found {
        0 => Ok(()),
        1 => bail!("there is one problem"),
        found => bail!("there are {found} problems"),
    }
}
