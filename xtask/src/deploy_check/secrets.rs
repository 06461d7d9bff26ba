//! The names of the secrets set at Cloudflare; nobody can read their values.

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::settings::SECRETS;
use crate::command::output;
use crate::tools::node;
use crate::workspace;

/// The missing secrets, a sentence each.
pub(super) fn problems(environment: &str) -> Result<Vec<String>> {
    let mut wrangler = node::tool("wrangler")?;
    wrangler.args(["secret", "list", "--format", "json", "--env", environment]).current_dir(workspace::root());
    wrangler.envs([("CI", "1"), ("WRANGLER_SEND_METRICS", "false")]);
    let list = match output(&mut wrangler) {
        Ok(list) => list,
        // Before its first deployment there is no Worker, and so no secret either.
        Err(error) if error.to_string().contains("[code: 10007]") => "[]".to_owned(),
        Err(_) => bail!(
            "Cloudflare does not tell which secrets are set: log in with `npx wrangler login` or set \
             CLOUDFLARE_API_TOKEN, or leave this out with --offline; `npx wrangler secret list --env {environment}` \
             tells more"
        ),
    };
    missing(&list, environment)
}

fn missing(list: &str, environment: &str) -> Result<Vec<String>> {
    let list: Vec<Value> = serde_json::from_str(list).context("wrangler's list of secrets cannot be read")?;
    let set = |secret: &str| list.iter().any(|one| one.get("name").and_then(Value::as_str) == Some(secret));
    let sentence = |secret: &&str| {
        format!(
            "{secret} is not set: `openssl rand -hex 32 | npx wrangler secret put {secret} --env {environment}` sets it."
        )
    };
    Ok(SECRETS.iter().filter(|secret| !set(secret)).map(sentence).collect())
}

#[cfg(test)]
mod tests {
    use super::missing;

    #[test]
    fn a_secret_that_is_not_set_is_named_with_what_sets_it() {
        let list = r#"[{"name":"ISSUER_TOKEN","type":"secret_text"},{"name":"SESSION_SECRET","type":"secret_text"}]"#;
        let problems = missing(list, "staging").unwrap();
        assert!(problems.len() == 1 && problems[0].contains("secret put KEY_PEPPER --env staging"), "{problems:?}");
        assert_eq!(missing("[]", "staging").unwrap().len(), 3);
        assert!(missing("<html>", "staging").is_err());
    }
}
