//! The text shown when the edge is up: the page's address, the people who can sign in, and calls to try.

use std::path::Path;

use super::demo::{DISTRIBUTOR_ID, Demo};
use super::people::PEOPLE;
use super::server::Server;
use crate::workspace;

/// Prints the guide to the standard output, without decoration: its commands are pasted unchanged.
pub(super) fn print(server: &Server, demo: Option<&Demo>, state: &Path) {
    println!("\nUniversal Wallet Edge is ready: {}/\n", server.page());
    if let Some(demo) = demo {
        print_sign_ins(demo);
        println!("{}", commands(&server.url(), demo));
    }
    println!("State: {}   Log: {}", workspace::shown(state), workspace::shown(server.log()));
    println!("Ctrl-C stops everything; the state is kept.");
}

fn print_sign_ins(demo: &Demo) {
    println!("  {:<20} {:<21} who", "Sign in as", "with the password");
    for person in &PEOPLE {
        println!("  {:<20} {:<21} {}", person.login, demo.passwords.of(person), person.may);
    }
    println!();
}

/// The steps to a first balance, for a POSIX shell with curl, and on to the SDK's examples.
fn commands(url: &str, demo: &Demo) -> String {
    let sign_in = |role: &str| {
        let person = PEOPLE.iter().find(|person| person.role == role);
        person.map_or_else(String::new, |person| {
            format!(r#"{{"login":"{}","password":"{}"}}"#, person.login, demo.passwords.of(person))
        })
    };
    format!(
        r#"To try, paste into a shell:

  # The edge is up
  URL={url}; CONSOLE=$URL/admin/v1; D=distributors/{DISTRIBUTOR_ID}
  JSON='Content-Type: application/json'; cd "$(mktemp -d)"
  curl -s $URL/healthz; echo

  # The maker signs in and asks for an API key
  curl -s -c maker -H "$JSON" -d '{maker}' $CONSOLE/session; echo
  curl -s -b maker -H "$JSON" -d '{{"label":"Till 1","permissions":["read-balance","read-transactions","perform-operations"]}}' $CONSOLE/$D/api-keys | tee key; echo
  field() {{ grep -o "\"$1\":\"[^\"]*\"" $2 | head -n 1 | cut -d '"' -f 4; }}

  # The checker signs in, reads what is asked, and approves exactly that
  curl -s -c checker -H "$JSON" -d '{checker}' $CONSOLE/session; echo
  APPROVAL=$CONSOLE/$D/approvals/$(field approvalID key)
  curl -s -b checker $APPROVAL | tee approval; echo
  curl -s -b checker -H "$JSON" -d "{{\"digest\":\"$(field digest approval)\"}}" $APPROVAL/approve; echo

  # The maker claims the key, which is shown this once, and reads the balance with it
  curl -s -b maker -X POST $CONSOLE/$D/api-keys/$(field keyID key)/claim | tee claimed; echo
  curl -s -H "Authorization: Bearer $(field apiKey claimed)" $URL/api/v1/$D/balance; echo

  # The Rust client takes the same key from its environment, and so do its examples
  export UNIVERSAL_WALLET_URL=$URL UNIVERSAL_WALLET_DISTRIBUTOR_ID={DISTRIBUTOR_ID}
  export UNIVERSAL_WALLET_API_KEY=$(field apiKey claimed)
  cd - > /dev/null; cargo run -p universal-wallet-sdk --example quick_start
"#,
        maker = sign_in("maker"),
        checker = sign_in("checker"),
    )
}
