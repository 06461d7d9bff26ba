//! Browsers beside Chromium that the page's tests drive: Firefox, and WebKitGTK's MiniBrowser on a display of its own.

use std::fs;
use std::path::PathBuf;

use super::debian;
use crate::command::find;
use crate::say;

/// The engines that are there, and those that are not.
#[derive(Debug, Default)]
pub(crate) struct Engines {
    /// Environment variable of the tests and program of each engine.
    pub(crate) found: Vec<(&'static str, PathBuf)>,
    /// Names of the engines that are missing.
    pub(crate) missing: Vec<&'static str>,
}

/// Finds the engines, or installs Debian's.
pub(crate) fn set_up() -> Engines {
    let engines = look();
    if engines.missing.is_empty() || !debian::can_install() {
        return engines;
    }
    say::step("Installing Debian's Firefox and WebKitGTK for the page's tests (once; some 140 MB)");
    // Another distribution may know other names; the tests then go without them, and the summary tells it.
    let _ = debian::install_packages(&["firefox-esr", "webkit2gtk-driver", "xvfb", "openssl"]);
    look()
}

fn look() -> Engines {
    let firefox = find("firefox-esr").or_else(|| find("firefox"));
    // The driver, a display, and the certificate without which WebKit takes no cookie.
    let others = ["WebKitWebDriver", "xvfb-run", "openssl"];
    let webkit = mini_browser().filter(|_| others.iter().all(|program| find(program).is_some()));
    let mut engines = Engines::default();
    for (name, variable, program) in [("Firefox", "EDGE_FIREFOX", firefox), ("WebKit", "EDGE_WEBKIT", webkit)] {
        match program {
            Some(program) => engines.found.push((variable, program)),
            None => engines.missing.push(name),
        }
    }
    engines
}

/// The browser lies under the machine's architecture, on no path.
fn mini_browser() -> Option<PathBuf> {
    let mut programs = fs::read_dir("/usr/lib").ok()?.flatten().map(|it| it.path().join("webkit2gtk-4.1/MiniBrowser"));
    programs.find(|program| program.is_file())
}
