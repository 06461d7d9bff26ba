//! workerd's configuration, as Cap'n Proto text.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::options::{Entry, Options, PublicServer};
use crate::project::{self, Binding, Project};

/// Folders have a name here and arrive as arguments, which workerd takes unchanged.
pub(crate) const STORAGE: &str = "storage";

/// The whole configuration. It holds no secret, only the names of the environment variables that hold them.
pub(crate) fn config(options: &Options, project: &Project) -> Result<String, Error> {
    let mut services = format!(
        "    (name = {}, worker = .edge),\n    (name = {STORAGE:?}, disk = (writable = true)),\n",
        quoted(&project.name)
    );
    services.push_str(&internet(options));
    let mut address = project.name.as_str();
    if let Some(folder) = &options.assets_dir {
        services.push_str(&assets(folder, project)?);
        address = "site";
    }
    Ok(format!(
        "using Workerd = import \"/workerd/workerd.capnp\";\n\n\
         const config :Workerd.Config = (\n  services = [\n{services}  ],\n  \
         sockets = [(name = \"http\", address = \"127.0.0.1:0\", http = (), service = {})],\n);\n\n\
         const edge :Workerd.Worker = (\n  compatibilityDate = {},\n  compatibilityFlags = [{}],\n  \
         modules = [\n{}  ],\n  bindings = [\n{}  ],\n  durableObjectNamespaces = [\n{}  ],\n  \
         durableObjectStorage = (localDisk = {STORAGE:?}),\n);\n",
        quoted(address),
        quoted(&project.compatibility_date),
        project.compatibility_flags.iter().map(|flag| quoted(flag)).collect::<Vec<_>>().join(", "),
        modules(options)?,
        bindings(options, project),
        project.durable_objects.bindings.iter().map(namespace).collect::<String>(),
    ))
}

/// The network that messages go out to: public addresses, and in a demo this machine too.
fn internet(options: &Options) -> String {
    if let Some(PublicServer { host, port, trusted }) = &options.network {
        let trusted = trusted.iter().map(|certificate| quoted(certificate)).collect::<Vec<_>>().join(", ");
        return format!(
            "    (name = \"internet\", external = (address = \"127.0.0.1:{port}\", https = (certificateHost = {}, \
             tlsOptions = (trustBrowserCas = true, trustedCertificates = [{trusted}])))),\n",
            quoted(host)
        );
    }
    let demo = options.vars.iter().any(|(name, value)| name == "DEMO" && value == "1");
    let allow = if demo { "\"public\", \"local\"" } else { "\"public\"" };
    format!("    (name = \"internet\", network = (allow = [{allow}], tlsOptions = (trustBrowserCas = true))),\n")
}

/// The static files, and the router in front of files and Worker, as wrangler has it.
fn assets(folder: &Path, project: &Project) -> Result<String, Error> {
    let text = |name| {
        let file = folder.join(name);
        match fs::read_to_string(&file) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            read => read.map(Some).map_err(Error::io(format!("read {}", file.display()))),
        }
    };
    let (headers, ignore) = (text("_headers")?, text(".assetsignore")?);
    let config = serde_json::json!(project::Assets { headers, ignore, ..project.assets.clone() });
    Ok(format!(
        "    (name = \"site\", assets = (path = {}, config = {}, userWorker = {})),\n",
        quoted(&folder.display().to_string()),
        quoted(&config.to_string()),
        quoted(&project.name),
    ))
}

/// The build's scripts, texts and wasm, the entry first. Only test runs include the testing entry.
fn modules(options: &Options) -> Result<String, Error> {
    let entry = options.entry.module();
    let mut modules = Vec::new();
    for file in files(&options.build_dir)? {
        let kind = match file.extension().and_then(OsStr::to_str) {
            Some("js") => "esModule",
            Some("wasm") => "wasm",
            Some("txt") => "text",
            _ => continue,
        };
        let name = file.strip_prefix(&options.build_dir).unwrap_or(&file).to_string_lossy().into_owned();
        if name == entry || name != Entry::Testing.module() {
            let path = quoted(&file.display().to_string());
            modules.push((name != entry, format!("    (name = {}, {kind} = embed {path}),\n", quoted(&name))));
        }
    }
    modules.sort();
    Ok(modules.into_iter().map(|(_, module)| module).collect())
}

/// The files of a folder and its subfolders.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let read = || format!("read {}: run `cargo xtask build` first", folder.display());
    let mut files = Vec::new();
    for file in fs::read_dir(folder).map_err(Error::io(read()))? {
        let file = file.map_err(Error::io(read()))?.path();
        if file.is_dir() {
            files.extend(self::files(&file)?);
        } else {
            files.push(file);
        }
    }
    Ok(files)
}

fn bindings(options: &Options, project: &Project) -> String {
    let mut vars = project.vars.clone();
    vars.extend(options.vars.iter().cloned());
    let vars = vars.iter().map(|(name, value)| format!("(name = {}, text = {})", quoted(name), quoted(value)));
    let secrets = options.secrets.iter();
    let secrets = secrets.map(|(name, _)| format!("(name = {0}, fromEnvironment = {0})", quoted(name)));
    let objects = project.durable_objects.bindings.iter().map(|binding| {
        format!("(name = {}, durableObjectNamespace = {})", quoted(&binding.name), quoted(&binding.class_name))
    });
    let assets = options.assets_dir.iter().map(|_| {
        let name = quoted(&project.assets.binding);
        format!("(name = {name}, service = (name = \"site\", entrypoint = \"AssetWorker\"))")
    });
    vars.chain(secrets).chain(objects).chain(assets).fold(String::new(), |text, item| format!("{text}    {item},\n"))
}

/// An object's class. Its storage lies under the unique key, which must therefore not change.
fn namespace(binding: &Binding) -> String {
    let class = quoted(&binding.class_name);
    format!("    (className = {class}, uniqueKey = {class}, enableSql = true),\n")
}

/// A text literal.
fn quoted(text: &str) -> String {
    let mut literal = String::from("\"");
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => literal.extend(['\\', char::from(byte)]),
            b' '..=b'~' => literal.push(char::from(byte)),
            _ => {
                let _ = write!(literal, "\\x{byte:02x}");
            }
        }
    }
    literal.push('"');
    literal
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_literal_holds_any_text() {
        assert_eq!(quoted("NGN"), "\"NGN\"");
        assert_eq!(quoted("a\"b\\c\n₦"), "\"a\\\"b\\\\c\\x0a\\xe2\\x82\\xa6\"");
    }
}
