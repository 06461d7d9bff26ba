//! Programs from PyPI, each in an environment of its own in the target folder.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};

use super::debian;
use crate::command::{find, run};
use crate::{say, workspace};

/// A program that pip installs in the versions that `tests/NAME/requirements.txt` pins.
pub(crate) struct PythonTool {
    name: &'static str,
    /// The executable's name.
    program: &'static str,
    /// Size of the download, for the person who waits.
    size: &'static str,
}

/// Property-based tests of the API from its description.
pub(crate) const SCHEMATHESIS: PythonTool = PythonTool { name: "schemathesis", program: "st", size: "some 20 MB" };
/// Spell checker.
pub(crate) const TYPOS: PythonTool = PythonTool { name: "typos", program: "typos", size: "some 10 MB" };

impl PythonTool {
    /// Installs the program unless the pinned versions are installed. `None` if the machine has no Python and cannot
    /// install one.
    pub(crate) fn set_up(&self) -> Result<Option<PathBuf>> {
        let Self { name, program, size } = self;
        let folder = workspace::target().join(name);
        let (program, mark) = (folder.join("bin").join(program), folder.join("installed"));
        let list = workspace::root().join("tests").join(name).join("requirements.txt");
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
        say::step(format_args!("Installing {name} from PyPI (once; {size})"));
        let environment = run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder));
        environment.context("Python could not make an environment: install its module venv and try again")?;
        let mut install = Command::new(folder.join("bin/pip"));
        install.args(["install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(&list);
        run(&mut install)
            .with_context(|| format!("{name} could not be installed: check the network connection, then try again"))?;
        fs::write(&mark, wanted).context("could not note what is installed")?;
        Ok(Some(program))
    }
}
