//! schemathesis, which makes calls from the API's description. It is a Python program, so it has an environment of its
//! own in the target folder.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use super::debian;
use crate::command::{find, run};
use crate::{say, workspace};

/// Installs what `tests/schemathesis/requirements.txt` names, unless that is what is there. `None` where the machine has
/// no Python and none can be installed.
pub(crate) fn set_up() -> Result<Option<PathBuf>> {
    let folder = workspace::target().join("schemathesis");
    let (program, mark) = (folder.join("bin/st"), folder.join("installed"));
    let list = workspace::root().join("tests/schemathesis/requirements.txt");
    let wanted = fs::read(&list).with_context(|| format!("could not read {}", list.display()))?;
    if program.is_file() && fs::read(&mark).is_ok_and(|installed| installed == wanted) {
        return Ok(Some(program));
    }
    if find("python3").is_none() && debian::can_install() {
        debian::install_packages(&["python3", "python3-venv"])?;
    }
    if find("python3").is_none() {
        return Ok(None);
    }
    say::step("Installing schemathesis from PyPI (once; some 20 MB)");
    let environment = run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder));
    environment.context("Python could not make an environment: install its module venv and try again")?;
    let mut install = Command::new(folder.join("bin/pip"));
    install.args(["install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(&list);
    run(&mut install).context("schemathesis could not be installed: check the network connection, then try again")?;
    fs::write(&mark, wanted).context("could not note what is installed")?;
    Ok(Some(program))
}
